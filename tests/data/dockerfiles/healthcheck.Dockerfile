FROM a
HEALTHCHECK --interval=3s CMD curl x || exit 1
HEALTHCHECK NONE
