FROM python:3.13-slim
# One image for all of our jobs says so where people log in.
RUN python -c "open('/etc/issue', 'a').write('jobs: ask platform@example.org\n')"

ENV UV_LINK_MODE=copy

WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN --mount=from=ghcr.io/astral-sh/uv:0.13.9,source=/uv,target=/bin/uv \
    --mount=type=cache,target=/root/.cache/uv \
    uv sync --frozen
COPY job.py ./
ENV PATH=/app/.venv/bin:$PATH \
    VIRTUAL_ENV=/app/.venv
CMD ["python", "job.py"]
