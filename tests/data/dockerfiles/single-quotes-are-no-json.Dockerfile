FROM a
CMD ['b', 'c']
RUN ['d']
