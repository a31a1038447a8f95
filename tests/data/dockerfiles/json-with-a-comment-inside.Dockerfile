FROM a
ENTRYPOINT [ \
  "b", \
  # c
  "d" ]
CMD [ ]
