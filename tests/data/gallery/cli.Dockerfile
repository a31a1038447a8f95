FROM python:3.11-slim AS builder

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

ENV PYTHONDONTWRITEBYTECODE=1

RUN pip install --no-cache-dir uv

WORKDIR /code
COPY pyproject.toml uv.lock ./
# The dependencies alone, so that a change of the source leaves their layer.
RUN uv sync --frozen --no-install-workspace --no-cache
COPY src ./src

RUN uv sync --frozen

# The final image: the environment and the app, copied from the build stage.
FROM python:3.11-slim AS runner

ENV PYTHONDONTWRITEBYTECODE=1
ENV PYTHONUNBUFFERED 1
ENV PATH=/code/.venv/bin:$PATH \
    VIRTUAL_ENV=/code/.venv

WORKDIR /code
COPY --from=builder /code/.venv /code/.venv
COPY src ./src

ENTRYPOINT ["greet"]
CMD ["--name", "Docker"]
