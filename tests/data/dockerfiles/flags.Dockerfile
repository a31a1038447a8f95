FROM --platform=$BUILDPLATFORM a
COPY --link --chown=1:2 --from=b c d
RUN --network=none -- e
