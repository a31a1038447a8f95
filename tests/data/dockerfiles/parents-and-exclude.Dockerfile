FROM a
COPY --parents --exclude=*.pyc ./b /c/
ADD --keep-git-dir=true --checksum=sha256:00 d e
