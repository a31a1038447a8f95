FROM python:3.13-slim-trixie AS builder
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /uvx /usr/local/bin/

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen

# The final image: the environment and the app, copied from the build stage.
FROM python:3.13-slim-trixie AS runner

WORKDIR /app
COPY --from=builder /app/.venv /app/.venv
COPY job.py ./

CMD ["/app/.venv/bin/python", "job.py"]
