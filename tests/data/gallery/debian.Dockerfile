# The page is made without Python.
FROM debian:trixie-slim AS assets
RUN mkdir /out && printf 'page of the shop\n' > /out/page.txt

# What both stages need of the system.
FROM debian:trixie-slim AS base

RUN apt-get update && \
    apt-get install -y --no-install-recommends python3 && \
    rm -rf /var/lib/apt/lists/*

FROM base AS builder

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/uv
WORKDIR /srv/shop
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen

# The final image: the environment and the app, copied from the build stage.
FROM base AS runner

ENV PATH=/srv/shop/.venv/bin:$PATH \
    VIRTUAL_ENV=/srv/shop/.venv

WORKDIR /srv/shop
COPY --from=builder /srv/shop/.venv /srv/shop/.venv
COPY --from=assets /out static
COPY server.py ./

EXPOSE 8000
STOPSIGNAL SIGINT
CMD ["python", "server.py"]
