FROM python:3.11-slim-bookworm AS builder

COPY --from=ghcr.io/astral-sh/uv:latest /uv /uvx /bin/

WORKDIR /usr/src/app

COPY requirements.txt .
RUN uv pip install --system --prefix /install --no-cache -r requirements.txt

# The final image: the environment and the app, copied from the build stage.
FROM python:3.11-slim-bookworm AS runner

WORKDIR /usr/src/app
COPY --from=builder /install /usr/local
COPY app.py .

EXPOSE 8080
CMD ["gunicorn", "-b", "0.0.0.0:8080", "-w", "1", "app:app"]
