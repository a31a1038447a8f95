# The service in deploy/compose.yaml says what starts.
FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim AS builder

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

ARG REVISION=none
ENV REVISION=$REVISION
WORKDIR /srv/app
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-cache --no-install-project

# The final image: the environment and the app, copied from the build stage.
FROM python:3.13-slim-trixie AS runner

ARG REVISION=none
ENV REVISION=$REVISION
ENV PATH=/srv/app/.venv/bin:$PATH \
    VIRTUAL_ENV=/srv/app/.venv

WORKDIR /srv/app
COPY --from=builder /srv/app/.venv /srv/app/.venv
COPY . .

EXPOSE 8080
