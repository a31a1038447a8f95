FROM a
HEALTHCHECK --interval=5s \
  # how
  CMD curl b \
    || exit 1
