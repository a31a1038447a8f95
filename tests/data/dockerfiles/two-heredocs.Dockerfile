FROM a
COPY <<A <<B /x/
in a
A
in b
B
RUN c
