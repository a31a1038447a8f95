FROM a
ADD <<EOF /x
b
EOF
RUN c
