FROM python:3.13-slim AS builder

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

COPY --from=ghcr.io/astral-sh/uv:0.13 /uv /usr/local/bin/uv
ENV UV_PROJECT_ENVIRONMENT=/usr/local
WORKDIR /app
COPY . .
RUN uv export --quiet --frozen --no-dev --output-file /tmp/requirements.txt && \
    uv pip install --system --prefix /install --no-cache --no-deps -r /tmp/requirements.txt

# The final image: the environment and the app, copied from the build stage.
FROM python:3.13-slim AS runner

WORKDIR /app
COPY --from=builder /install /usr/local
COPY . .

CMD ["probe"]
