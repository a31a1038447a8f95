FROM a
RUN <<'E' cat
$X
E
RUN <<"F" cat
y
F
