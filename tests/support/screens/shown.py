"""One image with everything that the app shows, hostile names among it, and a rewrite of its Dockerfile."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path
from typing import Any

from made_images import hand_made
from made_images import layers as make

from uvdive.session.opening.images import load_image

NAME = "Dockerfile"
DOCKERFILE = """\
FROM ghcr.io/astral-sh/uv:trixie-slim AS base
WORKDIR /app
COPY pyproject.toml uv.lock /app/
RUN apt-get update && apt-get install -y --no-install-recommends gcc libpq5 && pip install "psycopg[binary]==3.2"
RUN uv sync --no-dev --frozen
COPY . /app
RUN chown -R app:app /app \\
    && rm -rf /app/assets/video
ENV API_TOKEN=abc123abc123abc123
ENTRYPOINT ["uv", "run", "shop"]
"""
HOSTILE = (
    b"x[/y].py",
    b"foo[red]bar[/red].py",
    b"[@click=app.bell]click",
    b"esc\x1b[2J\x1b]0;title\x07.txt",
    b"two\nlines\tand a tab",
    "right\u202eto-left.exe".encode(),
    "\u05e9\u05dc\u05d5\u05dd.py".encode(),
    "\u6f22\u5b57\u30d5\u30a1\u30a4\u30eb.txt".encode(),
    "party\U0001f389\U0001f468\u200d\U0001f469\u200d\U0001f467.md".encode(),
    b"caf\xe9-\xff.txt",
    b"very-long-name-" * 14,
)
"""File names that break a careless program: markup, controls, directions, wide cells, not UTF-8, long."""

_MAIN_OLD = (
    b'import os\n\n\ndef main() -> None:\n    print("[red]shop[/red]", os.environ.get("PORT", 8000))\n'
)
_MAIN_NEW = b'import os\n\n\ndef main() -> None:\n    port = int(os.environ.get("PORT", 8000))\n    print("shop", port)\n'
_LOCK = (
    b"""\
version = 1
requires-python = ">=3.13"

[[package]]
name = "shop"
version = "0.1.0"
source = { virtual = "." }
dependencies = [{ name = "flask" }, { name = "numpy" }]

[package.dev-dependencies]
dev = [{ name = "psycopg-binary" }]

[[package]]
name = "flask"
version = "1.0"
source = { registry = "https://packages.example.org/simple" }

[[package]]
name = "numpy"
version = "1.0"
source = { registry = "https://packages.example.org/simple" }

[[package]]
name = "psycopg-binary"
version = "1.0"
source = { registry = "https://packages.example.org/simple" }
"""
    + b"# filler\n" * 2_000
)
_SITE = {
    "flask": {"flask/__init__.py": 41_000, "flask/__pycache__/app.cpython-313.pyc": 22_000},
    "psycopg-binary": {"psycopg_binary/_psycopg.cpython-313-x86_64-linux-gnu.so": 1_400_000},
    "numpy": {"numpy/core.so": 5_600_000, "numpy/tests/test_all.py": 700_000, "numpy/x[/y].py": 4_000},
}


def _layers() -> list[list[make.Entry]]:
    app = [
        make.file("app/main.py", _MAIN_OLD),
        make.file("app/assets/logo.bin", bytes(range(256)) * 6),
        make.file("app/assets/video/intro.mp4", make.content(2_300_000, "video")),
        *(
            make.file(b"app/data/" + name, make.content(1000 * 3**place, "h"))
            for place, name in enumerate(HOSTILE[:6])
        ),
        *(
            make.file(b"app/data/" + name, make.content(700 + place, "h"))
            for place, name in enumerate(HOSTILE[6:])
        ),
        make.symlink("app/data/link", "/nowhere\x1b[31m[bold]"),
    ]
    return [
        [make.file("app/pyproject.toml", b'[project]\nname = "shop"\n'), make.file("app/uv.lock", _LOCK)],
        [
            make.file("usr/bin/gcc-14", make.content(9_000_000, "gcc"), 0o755),
            make.file("usr/lib/libpq.so.5", make.content(400_000, "pq")),
            make.file("var/lib/apt/lists/deb.debian.org_dists", make.content(900_000, "lists")),
            make.file("var/cache/apt/pkgcache.bin", make.content(1_200_000, "cache")),
            make.file(
                "var/lib/dpkg/status",
                b"Package: libc6\nStatus: install ok installed\nVersion: 2.41\n\n"
                b"Package: gcc-14\nStatus: install ok installed\nVersion: 14.2.0-19\n\n"
                b"Package: libpq5\nStatus: install ok installed\nVersion: 17.5-1\n\n",
            ),
            make.file("var/lib/dpkg/info/gcc-14.list", b"/.\n/usr/bin/gcc-14\n"),
            make.file("var/lib/dpkg/info/libpq5:amd64.list", b"/.\n/usr/lib/libpq.so.5\n"),
        ],
        [
            *hand_made.venv("app/.venv", *_SITE.items(), python="/usr/local/bin/python3.13"),
            make.file("root/.cache/uv/archive-v0/a1/numpy.so", make.content(3_000_000, "numpy")),
        ],
        app,
        [
            make.file("app/main.py", _MAIN_NEW),
            make.file("app/uv.lock", _LOCK, uid=1000),
            make.whiteout("app/assets/video"),
            make.file("app/data/x[/y].py", make.content(1000, "h"), uid=1000),
        ],
    ]


def _base() -> list[make.Entry]:
    return [
        *hand_made.BASE,
        make.file("usr/local/bin/uv", make.content(14_000_000, "uv"), 0o755),
        make.file("usr/local/lib/python3.13/everything.so", make.content(6_000_000, "py")),
        make.file("usr/share/doc/libc6/changelog", make.content(2_500_000, "doc")),
    ]


def load(folder: Path) -> Any:
    """Make the image in a folder, with the Dockerfile beside it; the report and the contents."""
    hand_made.image(
        folder,
        DOCKERFILE,
        *_layers(),
        base=_base(),
        config={"Entrypoint": ["uv", "run", "shop"], "WorkingDir": "/app"},
    )
    with chdir(folder):
        return load_image("docker-archive:image.tar", dockerfile=Path(NAME))
