"""A uv project that is rewritten and proven in seconds: no dependency, and a program that ends by itself."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "Dockerfile": (
        "FROM python:3.13-slim\nCOPY --from=ghcr.io/astral-sh/uv /uv /bin/uv\nWORKDIR /app\nCOPY . .\n"
        'RUN uv sync --frozen\nCMD ["uv", "run", "--no-sync", "app.py"]\n'
    ),
    "pyproject.toml": '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.11"\n',
    "uv.lock": (
        'version = 1\nrequires-python = ">=3.11"\n\n'
        '[[package]]\nname = "x"\nversion = "1"\nsource = { virtual = "." }\n'
    ),
    "app.py": 'print("up")\n',
}


def small_project(folder: Path) -> Path:
    """Write its files into a new folder."""
    folder.mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder
