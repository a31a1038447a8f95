FROM a
CMD ["b", \
  # c
  "d"]
