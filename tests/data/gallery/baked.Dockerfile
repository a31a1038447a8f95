ARG PYTHON_VERSION
FROM python:${PYTHON_VERSION}-slim AS builder

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

COPY --from=ghcr.io/astral-sh/uv:latest /uv /uvx /bin/
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-cache
COPY main.py .
RUN --mount=type=secret,id=token test -s /run/secrets/token

# The final image: the environment and the app, copied from the build stage.
FROM python:${PYTHON_VERSION}-slim AS service

ENV PATH=/app/.venv/bin:$PATH \
    VIRTUAL_ENV=/app/.venv

WORKDIR /app
COPY --from=builder /app/.venv /app/.venv
COPY main.py .

CMD ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"]

# What the editors' machines run; nobody deploys it.
FROM python:${PYTHON_VERSION}-slim AS checks
WORKDIR /checks
COPY main.py .
RUN python -m py_compile main.py
