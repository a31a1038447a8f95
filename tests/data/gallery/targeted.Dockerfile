FROM python:3.13-slim AS builder

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

COPY --from=ghcr.io/astral-sh/uv:0.13 /uv /bin/
WORKDIR /function

# The packages lie beside the function, as AWS Lambda wants them.
COPY requirements.txt .
RUN uv pip install --target /opt/packages -r requirements.txt

# The final image: the environment and the app, copied from the build stage.
FROM python:3.13-slim AS runner

ENV PYTHONPATH=/opt/packages

WORKDIR /function
COPY --from=builder /opt/packages /opt/packages
COPY handler.py .

CMD ["python", "handler.py"]
