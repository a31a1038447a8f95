ARG A=1 B C="d e"
FROM a
ARG A B C
