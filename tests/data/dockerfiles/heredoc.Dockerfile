FROM a
RUN <<EOF
FROM x
# no comment

RUN y \
EOF
RUN z
