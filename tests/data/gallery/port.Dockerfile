FROM python:3.12-slim AS builder

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

COPY --from=ghcr.io/astral-sh/uv:latest /uv /uvx /bin/

ARG BUILD_ID=dev
ENV BUILD_ID=$BUILD_ID

COPY . /app
WORKDIR /app
RUN uv sync --frozen --no-cache

# The final image: the environment and the app, copied from the build stage.
FROM python:3.12-slim AS runner

ARG BUILD_ID=dev
ENV BUILD_ID=$BUILD_ID
ENV PORT=8080
ENV PATH=/app/.venv/bin:$PATH \
    VIRTUAL_ENV=/app/.venv

WORKDIR /app
COPY --from=builder /app/.venv /app/.venv
COPY . /app

CMD uvicorn main:app --host 0.0.0.0 --port ${PORT:-8000}
