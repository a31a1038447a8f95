FROM ghcr.io/astral-sh/uv:python3.13-alpine AS builder

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen

# The final image: the environment and the app, copied from the build stage.
FROM python:3.13-alpine3.22 AS runner

ENV PATH=/app/.venv/bin:$PATH \
    VIRTUAL_ENV=/app/.venv

WORKDIR /app
COPY --from=builder /app/.venv /app/.venv
COPY job.py ./

CMD ["python", "job.py"]
