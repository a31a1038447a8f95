FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim AS builder

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

WORKDIR /app
RUN mkdir /data

COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev
COPY alembic.ini start.sh ./
COPY migrations migrations
COPY app app
RUN chmod +x start.sh

# The final image: the environment and the app, copied from the build stage.
FROM python:3.13-slim-trixie AS runner

ENV PATH=/app/.venv/bin:$PATH \
    VIRTUAL_ENV=/app/.venv

WORKDIR /app
COPY --from=builder /app/.venv /app/.venv
COPY --from=builder /data /data
COPY alembic.ini start.sh ./
COPY migrations migrations
COPY app app
COPY --from=builder /app/start.sh /app/start.sh

VOLUME /data

EXPOSE 8000
CMD ["./start.sh"]
