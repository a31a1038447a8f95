FROM python:3.13-slim AS builder

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

WORKDIR /app
# The dependencies alone, so that a change of the source leaves their layer.
# the newest of both
RUN pip install --no-cache-dir --upgrade pip && pip install --no-cache-dir uv==0.13.9
ENV UV_LINK_MODE=copy
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-install-workspace --no-cache
COPY . .
RUN uv sync --frozen --no-cache

# The final image: the environment and the app, copied from the build stage.
FROM python:3.13-slim AS runner

ENV PATH=/app/.venv/bin:$PATH \
    VIRTUAL_ENV=/app/.venv

WORKDIR /app
COPY --from=builder /app/.venv /app/.venv
COPY . .

CMD ["python", "main.py"]
