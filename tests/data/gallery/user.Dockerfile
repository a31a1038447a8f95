# What both stages need of the system.
FROM python:3.13-slim-trixie AS base

RUN groupadd --gid 1500 app && useradd --uid 1500 --gid app --create-home app

FROM base AS builder
COPY --from=ghcr.io/astral-sh/uv:python3.13-trixie-slim /usr/local/bin/uv /usr/local/bin/uvx /usr/local/bin/

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

ENV UV_LINK_MODE=copy

WORKDIR /srv/web
RUN chown app:app /srv/web
USER app
COPY --chown=app:app pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/home/app/.cache/uv,uid=1500,gid=1500 uv sync --frozen --no-dev
COPY --chown=app:app server.py ./
RUN mkdir data

# The final image: the environment and the app, copied from the build stage.
FROM base AS runner

ENV PATH=/srv/web/.venv/bin:$PATH \
    VIRTUAL_ENV=/srv/web/.venv

USER app
WORKDIR /srv/web
COPY --from=builder --chown=app:app /srv/web/.venv /srv/web/.venv
COPY --chown=app:app server.py ./
COPY --from=builder --chown=app:app /srv/web/data /srv/web/data

CMD ["python", "server.py"]
