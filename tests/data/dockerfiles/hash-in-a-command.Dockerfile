FROM a
RUN echo a # b \
  c
RUN echo '#' d
