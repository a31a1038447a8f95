FROM ghcr.io/astral-sh/uv:python3.11-bookworm-slim AS builder

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

WORKDIR /opt/mailer

COPY pyproject.toml uv.lock README.md ./
RUN uv sync --locked --no-install-project --no-dev
COPY src/ src/
RUN uv sync --locked --no-dev

# The final image: the environment and the app, copied from the build stage.
FROM python:3.11-slim-bookworm AS runner

WORKDIR /opt/mailer
COPY --from=builder /opt/mailer/.venv /opt/mailer/.venv
COPY src/ src/

LABEL org.opencontainers.image.title="mailer" \
      org.opencontainers.image.licenses="MIT"

ENTRYPOINT ["/opt/mailer/.venv/bin/mailer"]
