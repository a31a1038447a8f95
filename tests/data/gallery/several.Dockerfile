FROM python:3.13-slim AS builder

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/
# for the people who look into the container
RUN uv venv /opt/look && uv pip install --python /opt/look --no-cache iniconfig==2.1.0
RUN uv tool install yamllint==1.37.1
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen

# The final image: the environment and the app, copied from the build stage.
FROM python:3.13-slim AS runner

ENV PATH=/app/.venv/bin:$PATH \
    VIRTUAL_ENV=/app/.venv

WORKDIR /app
COPY --from=builder /app/.venv /app/.venv
COPY --from=builder /opt/look /opt/look
COPY --from=builder /root/.local/share/uv/tools/yamllint /root/.local/share/uv/tools/yamllint
COPY --from=builder /root/.local/bin /root/.local/bin
COPY job.py start.sh ./

CMD ["/app/start.sh"]
