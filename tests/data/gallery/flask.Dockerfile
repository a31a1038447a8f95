FROM python:3.13-slim-trixie AS base
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /uvx /usr/local/bin/

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

WORKDIR /app
COPY uv.lock /app
RUN uv init --name src && uv sync --no-dev --frozen
COPY src /app/src

# The final image: the environment and the app, copied from the build stage.
FROM python:3.13-slim-trixie AS runner

ENV PATH=/app/.venv/bin:$PATH \
    VIRTUAL_ENV=/app/.venv

WORKDIR /app
COPY --from=base /app/.venv /app/.venv
COPY --from=base /app/src /app/src

ENTRYPOINT ["python", "src/server.py"]
