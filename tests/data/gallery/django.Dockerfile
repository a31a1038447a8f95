FROM python:3.12-slim-bookworm AS builder

# A Python that uv downloads would be missing in the final image.
ENV UV_PYTHON_DOWNLOADS=never

ENV DJANGO_SETTINGS_MODULE=site_config.settings

COPY --from=ghcr.io/astral-sh/uv:latest /uv /uvx /bin/

WORKDIR /code

COPY pyproject.toml uv.lock /code/
RUN uv sync --frozen --no-cache

COPY . /code

# collectstatic wants a key, but uses none
ARG SECRET_KEY=only-for-the-build
RUN SECRET_KEY=$SECRET_KEY uv run --no-sync python manage.py collectstatic --noinput

# The final image: the environment and the app, copied from the build stage.
FROM python:3.12-slim-bookworm AS runner

ENV PYTHONUNBUFFERED=1
ENV DJANGO_SETTINGS_MODULE=site_config.settings
ENV SECRET_KEY=change-me
ENV PATH=/code/.venv/bin:$PATH \
    VIRTUAL_ENV=/code/.venv

WORKDIR /code
COPY --from=builder /code/.venv /code/.venv
COPY . /code
COPY --from=builder /code/staticfiles /code/staticfiles

LABEL maintainer="web@example.org"
EXPOSE 8000

CMD ["gunicorn", "--bind", ":8000", "--workers", "1", "site_config.wsgi"]
