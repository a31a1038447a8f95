FROM ghcr.io/astral-sh/uv:python3.12-bookworm-slim AS builder

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

WORKDIR /workspace
ENV UV_LINK_MODE=copy UV_NO_DEV=1

RUN --mount=type=cache,target=/root/.cache/uv \
    --mount=type=bind,source=uv.lock,target=uv.lock \
    --mount=type=bind,source=pyproject.toml,target=pyproject.toml \
    --mount=type=bind,source=packages/core/pyproject.toml,target=packages/core/pyproject.toml \
    --mount=type=bind,source=packages/api/pyproject.toml,target=packages/api/pyproject.toml \
    uv sync --frozen --no-install-workspace --package shop-api

COPY . .
RUN --mount=type=cache,target=/root/.cache/uv uv sync --frozen --package shop-api

# The final image: the environment and the app, copied from the build stage.
FROM python:3.12-slim-bookworm AS runner

ENV PATH=/workspace/.venv/bin:$PATH \
    VIRTUAL_ENV=/workspace/.venv

WORKDIR /workspace
COPY --from=builder /workspace/.venv /workspace/.venv
COPY . .

EXPOSE 8080
CMD ["shop-api"]
