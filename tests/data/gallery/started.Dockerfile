FROM python:3.13-slim AS build
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen

FROM python:3.13-slim
WORKDIR /app
COPY --from=build /app /app
COPY job.py ./
ENV PATH=/app/.venv/bin:$PATH \
    VIRTUAL_ENV=/app/.venv
CMD ["python", "job.py"]
