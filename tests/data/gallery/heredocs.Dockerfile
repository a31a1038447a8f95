# Clock. Build: docker build -t clock .

# --- base ---------------------------------------------------------------

# What both stages need of the system.
FROM python:3.13-slim-trixie AS base

# The user who runs it,
# made before anything else.
RUN <<EOF
set -eu
groupadd --gid 2000 clock
useradd --uid 2000 --gid clock --no-create-home clock
EOF

FROM base AS builder
COPY --from=ghcr.io/astral-sh/uv:python3.13-trixie-slim /usr/local/bin/uv /usr/local/bin/uvx /usr/local/bin/

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

# Where everything lives.
WORKDIR /app

# Dependencies first.
COPY --link pyproject.toml uv.lock ./
RUN \
    # uv never asks for another Python
    uv sync --frozen \
        # no dev tools here
        --no-dev \

        --no-cache

# The final image: the environment and the app, copied from the build stage.
FROM base AS runner

WORKDIR /app
COPY --from=builder /app/.venv /app/.venv
# Settings, written here and not copied
COPY <<-"INI" /etc/clock/clock.ini
	[clock]
	# FROM here the clock counts
	size = 1048576
INI

COPY --link clock.py ./ 

# --- start --------------------------------------------------------------
USER clock

# no PATH here: the full name says it all
CMD ["/app/.venv/bin/python", "clock.py"]
# the end
