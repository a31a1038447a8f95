# Syntax=docker/dockerfile:1
# ESCAPE=`
FROM a
RUN b `
 c
