FROM python:3.12-slim-bookworm AS builder

# The installer needs curl (and certificates) to download the release archive
RUN apt-get update && apt-get install -y --no-install-recommends curl ca-certificates \
    && rm -rf /var/lib/apt/lists/*

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

ADD uv-installer.sh /uv-installer.sh
RUN sh /uv-installer.sh && rm /uv-installer.sh
ENV PATH="/root/.local/bin/:$PATH"

WORKDIR /app
ADD pyproject.toml uv.lock /app/
RUN uv sync --frozen --no-dev

# The final image: the environment and the app, copied from the build stage.
FROM python:3.12-slim-bookworm AS runner

RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*

ENV PATH=/app/.venv/bin:$PATH \
    VIRTUAL_ENV=/app/.venv

WORKDIR /app
COPY --from=builder /app/.venv /app/.venv
ADD app /app/app

EXPOSE 5000
CMD ["python", "-m", "app.main"]
