FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim AS builder

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

RUN uv tool install yamllint==1.37.1

# The final image: the environment and the app, copied from the build stage.
FROM python:3.13-slim-trixie AS runner

WORKDIR /work
COPY --from=builder /root/.local/share/uv/tools/yamllint /root/.local/share/uv/tools/yamllint
COPY .yamllint sample.yaml ./
RUN ln -sfn /root/.local/share/uv/tools/yamllint/bin/yamllint /usr/local/bin/yamllint

ENTRYPOINT ["yamllint"]
CMD ["."]
