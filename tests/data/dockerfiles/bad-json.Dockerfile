FROM a
CMD ["b", 'c']
ENTRYPOINT ["d",]
