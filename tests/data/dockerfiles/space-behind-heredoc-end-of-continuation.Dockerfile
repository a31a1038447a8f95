FROM a
RUN b && \ 
  c <<EOF 
d
EOF
RUN e
