FROM a
RUN cat 0<<EOF
b
EOF
RUN c
