# a \
FROM a
# b \
RUN c
