# What both stages need of the system.
FROM python:3.13-slim AS base

RUN useradd --uid 1400 --create-home jobs

FROM base AS builder

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/
WORKDIR /app
RUN chown -R jobs:jobs /app
RUN mkdir -p /spool /opt/limits && chown 1400:1400 /spool && echo 12 > /opt/limits/limits.txt
USER jobs
# The dependencies alone, so that a change of the source leaves their layer.
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-install-workspace --no-cache
COPY --chown=jobs:jobs . .
RUN uv sync --frozen --no-cache

# The final image: the environment and the app, copied from the build stage.
FROM base AS runner

ENV PATH=/app/.venv/bin:$PATH \
    VIRTUAL_ENV=/app/.venv

USER jobs
WORKDIR /app
COPY --from=builder --chown=jobs:jobs /app/.venv /app/.venv
COPY --from=builder /opt/limits /opt/limits
COPY --from=builder --chown=jobs:jobs /spool /spool
COPY --chown=jobs:jobs . .

CMD ["python", "job.py"]
