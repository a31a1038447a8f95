# What both stages need of the system.
FROM python:3.13-slim-trixie AS base

RUN useradd -u 1000 --create-home --shell /bin/bash app

FROM base AS builder
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /uvx /usr/local/bin/

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

USER app
WORKDIR /home/app/daemon

COPY --chown=app:app pyproject.toml uv.lock .python-version ./
RUN uv sync --frozen --no-dev

# The final image: the environment and the app, copied from the build stage.
FROM base AS runner

ENV PATH=/home/app/daemon/.venv/bin:$PATH \
    VIRTUAL_ENV=/home/app/daemon/.venv

USER app
WORKDIR /home/app/daemon
COPY --from=builder --chown=app:app /home/app/daemon/.venv /home/app/daemon/.venv
COPY --chown=app:app . .

CMD ["python", "worker.py"]
