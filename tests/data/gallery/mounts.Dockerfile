FROM ghcr.io/astral-sh/uv:python3.12-bookworm-slim AS builder

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

WORKDIR /app

# Copies instead of links: the cache is on another file system
ENV UV_LINK_MODE=copy
ENV UV_COMPILE_BYTECODE=1

# Dependencies in a layer of their own
RUN --mount=type=cache,target=/root/.cache/uv \
    --mount=type=bind,source=uv.lock,target=uv.lock \
    --mount=type=bind,source=pyproject.toml,target=pyproject.toml \
    uv sync --locked --no-install-project --no-dev

COPY . /app
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --locked --no-dev

# The final image: the environment and the app, copied from the build stage.
FROM python:3.12-slim-bookworm AS runner

ENV PATH="/app/.venv/bin:$PATH"

WORKDIR /app
COPY --from=builder /app/.venv /app/.venv
COPY . /app

EXPOSE 8000
CMD ["uvicorn", "mounts.main:app", "--host", "0.0.0.0", "--port", "8000"]
