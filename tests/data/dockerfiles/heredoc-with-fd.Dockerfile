FROM a
RUN cat 3<<EOF <&3
b
EOF
RUN c
