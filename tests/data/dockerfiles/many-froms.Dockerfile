FROM a AS b
FROM b AS c
FROM c
RUN d
FROM scratch
COPY --from=c / /
