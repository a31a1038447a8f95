"""Which environment a start command runs in: one answer for the finding and for the rewrite (R9)."""

from __future__ import annotations

import pytest

from uvdive.uv.started import started_environment

PATHS = ["/app/.venv", "/srv/env"]


@pytest.mark.parametrize(
    ("starts", "environ", "workdir", "found"),
    [
        (["/srv/env/bin/flask run"], {}, "/app", "/srv/env"),
        (["/entry.sh", "/srv/env/bin/flask"], {}, "/", "/srv/env"),
        (["/app/.venv/bin/python", "/srv/env/bin/x"], {}, "/", "/app/.venv"),
        (["sh -c '/app/.venv/bin/a && /srv/env/bin/b'"], {}, "/", None),
        (["uv run flask"], {"PATH": "/srv/env/bin"}, "/app", "/app/.venv"),
        (["/bin/uv --offline run flask"], {}, "/app/sub", "/app/.venv"),
        (["uv run flask"], {"UV_PROJECT_ENVIRONMENT": "/srv/env"}, "/app", "/srv/env"),
        (["uv run flask"], {"UV_PROJECT_ENVIRONMENT": "env"}, "/srv", "/srv/env"),
        (["uvicorn run"], {}, "/app", None),
        (["flask"], {"PATH": "/bin:/srv/env/bin/:/app/.venv/bin"}, "/app", "/srv/env"),
        (["flask"], {"PATH": "/empty/bin:/bin"}, "/app", None),
        ([], {}, "", None),
    ],
)
def test_it(starts: list[str], environ: dict[str, str], workdir: str, found: str | None) -> None:
    assert started_environment(PATHS, starts, environ, workdir, lambda _: True) == found


def test_a_folder_on_path_without_a_python_starts_nothing() -> None:
    environ = {"PATH": "/srv/env/bin:/app/.venv/bin"}
    mine = started_environment(PATHS, ["flask"], environ, "/", lambda folder: folder.startswith("/app"))
    assert mine == "/app/.venv"
