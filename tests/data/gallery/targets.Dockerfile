FROM python:3.13-slim AS base
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /uvx /bin/
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --no-cache
COPY shop ./shop
ENV PATH="/app/.venv/bin:$PATH"

# The final image: the environment and the app, copied from the build stage.
FROM python:3.13-slim AS runtime

ENV PATH="/app/.venv/bin:$PATH"

WORKDIR /app
COPY --from=base /app/.venv /app/.venv
COPY --from=base /app/shop /app/shop

FROM runtime AS worker
CMD ["python", "-m", "shop.worker"]

FROM runtime AS web
EXPOSE 8000
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "shop.web:app"]
