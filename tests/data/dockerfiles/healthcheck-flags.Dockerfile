FROM a
HEALTHCHECK --interval=5s --timeout=3s --start-period=1m --start-interval=2s --retries=2 CMD ["b", "c"]
