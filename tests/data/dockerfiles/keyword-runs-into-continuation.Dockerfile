FROM a
RUN\
 b
