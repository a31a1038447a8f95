FROM python:3.13-slim AS builder

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/
ENV UV_SYSTEM_PYTHON=1
WORKDIR /code
COPY pyproject.toml ./
COPY src src
RUN uv pip install --prefix /install --no-cache -e .

# The final image: the environment and the app, copied from the build stage.
FROM python:3.13-slim AS runner

WORKDIR /code
COPY --from=builder /install /usr/local
COPY src src

CMD ["meter", "12"]
