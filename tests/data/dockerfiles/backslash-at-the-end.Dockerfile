FROM a
RUN b\
