# Stands in for a full Python image, of which it has one of each kind.
FROM python:3.13-slim-trixie
RUN apt-get update && apt-get install -y --no-install-recommends curl gcc libc6-dev libmagic1t64 make tk \
    && rm -rf /var/lib/apt/lists/*
