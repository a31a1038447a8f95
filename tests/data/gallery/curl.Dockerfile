FROM python:3.11-slim-bookworm AS builder

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/uv

WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --no-install-project

# The final image: the environment and the app, copied from the build stage.
FROM python:3.11-slim-bookworm AS runner

# curl is for the health check
RUN apt-get update \
 && apt-get install -y --no-install-recommends curl \
 && rm -rf /var/lib/apt/lists/*

ENV PATH=/app/.venv/bin:$PATH \
    VIRTUAL_ENV=/app/.venv

WORKDIR /app
COPY --from=builder /app/.venv /app/.venv
COPY wsgi.py .

EXPOSE 8000
HEALTHCHECK --interval=2s --timeout=3s --start-period=5s --retries=3 \
    CMD curl -f http://localhost:8000/healthz || exit 1

CMD ["gunicorn", "--bind", "0.0.0.0:8000", "wsgi:app"]
