# What both stages need of the system.
FROM python:3.13-slim AS base

RUN groupadd -g 999 --system shop && useradd -u 999 --system --gid shop --no-create-home shop

FROM base AS builder

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/

WORKDIR /srv/shop
# The dependencies alone, so that a change of the source leaves their layer.
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-install-workspace --no-dev --no-cache
COPY . .
RUN uv sync --frozen --no-dev --no-cache && .venv/bin/python scripts/collect.py

# the shop keeps its carts here
RUN mkdir carts && chown -R shop:shop /srv/shop

# The final image: the environment and the app, copied from the build stage.
FROM base AS runner

ENV PATH="/srv/shop/.venv/bin:$PATH"

USER shop
WORKDIR /srv/shop
COPY --from=builder --chown=shop:shop /srv/shop/.venv /srv/shop/.venv
COPY --chown=shop:shop . .
COPY --from=builder --chown=shop:shop /srv/shop/carts /srv/shop/carts
COPY --from=builder --chown=shop:shop /srv/shop/static /srv/shop/static

CMD ["python", "-m", "shop"]
