FROM a
RUN --mount=type=cache,target=/c <<EOF
b
EOF
CMD c
