FROM a
RUN cat \
  <<EOF > /x
b
EOF
RUN c
