FROM a
RUN cat <<EOF | tee /x && \
  echo y
in
EOF
RUN z
