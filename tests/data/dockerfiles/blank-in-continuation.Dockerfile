FROM a
RUN b \

   \
  d
RUN e
