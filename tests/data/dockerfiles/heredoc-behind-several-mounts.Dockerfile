FROM a
RUN --mount=type=bind,source=uv.lock,target=uv.lock \
    --mount=type=cache,target=/root/.cache/uv <<EOF
uv sync
EOF
RUN x
