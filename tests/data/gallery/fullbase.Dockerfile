FROM python:3.13.5-trixie AS builder

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-cache

# The final image: the environment and the app, copied from the build stage.
FROM python:3.13.5-slim-trixie AS runner

ENV PATH=/app/.venv/bin:$PATH \
    VIRTUAL_ENV=/app/.venv

# No version is named, as the archive keeps only its newest.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends curl libmagic1t64 \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY --from=builder /app/.venv /app/.venv
COPY main.py .

HEALTHCHECK --interval=5s CMD curl -fs http://localhost:8000/ || exit 1
CMD ["uvicorn", "main:app", "--host", "0.0.0.0"]
