FROM a
ENV A b c d
LABEL e f g
