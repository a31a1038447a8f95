# What both stages need of the system.
FROM python:3.13-slim-trixie AS base

# A program of our own, built elsewhere.
COPY vendor/shout_1.0_all.deb /tmp/
RUN dpkg -i /tmp/shout_1.0_all.deb && rm /tmp/shout_1.0_all.deb

FROM base AS builder
COPY --from=ghcr.io/astral-sh/uv:python3.13-trixie-slim /usr/local/bin/uv /usr/local/bin/uvx /usr/local/bin/

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev

# The final image: the environment and the app, copied from the build stage.
FROM base AS runner

ENV PATH=/app/.venv/bin:$PATH \
    VIRTUAL_ENV=/app/.venv

WORKDIR /app
COPY --from=builder /app/.venv /app/.venv
COPY main.py ./

CMD ["python", "main.py"]
