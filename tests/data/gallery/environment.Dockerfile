FROM ghcr.io/astral-sh/uv:python3.12-trixie-slim AS builder

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

ENV UV_PROJECT_ENVIRONMENT=/venv \
    UV_LINK_MODE=copy

WORKDIR /srv/collector

COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache/uv uv sync --frozen --no-install-project

# The final image: the environment and the app, copied from the build stage.
FROM python:3.12-slim-trixie AS runner

ENV PYTHONUNBUFFERED=1
ENV PATH="/venv/bin:${PATH}"

WORKDIR /srv/collector
COPY --from=builder /venv /venv
COPY collector collector

CMD ["python", "-m", "collector"]
