#  syntax = docker/dockerfile:1.7  
#escape=\
FROM a
RUN b \
 c
