FROM a
RUN --security=insecure --network=host --mount=type=ssh b
