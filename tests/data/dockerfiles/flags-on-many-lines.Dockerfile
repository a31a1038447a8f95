FROM --platform=linux/amd64 \
  a AS b
COPY --link \
  --chown=1:2 \
  # why
  --chmod=755 \
  c d
