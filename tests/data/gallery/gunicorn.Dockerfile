FROM python:3.13-slim AS builder

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/
WORKDIR /app
# The dependencies alone, so that a change of the source leaves their layer.
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-install-workspace --no-cache
COPY . .
RUN uv sync --frozen --no-cache

# The final image: the environment and the app, copied from the build stage.
FROM python:3.13-slim AS runner

ENV PATH=/app/.venv/bin:$PATH

WORKDIR /app
COPY --from=builder /app/.venv /app/.venv
COPY . .

EXPOSE 8000
HEALTHCHECK --interval=2s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/')"]
CMD ["gunicorn", "--bind=0.0.0.0:8000", "server:app"]
