FROM a
RUN b \
 && c \
#&& d
 && e
