"""Which texts of an image are evidence of what its app needs (R33).

Only what runs, or what a running program reads, is: code, scripts, and settings that
hold commands. What the image merely carries is none: Dockerfiles, licences, readmes,
documentation, compose and CI files, locks, tests.
"""

from __future__ import annotations

import re
from typing import Literal

from uvdive.dockerfile.shell.commands import SHELLS

Kind = Literal["python", "shell", "commands", "settings"]
"""``commands`` are lists of commands of a cron, a Procfile or the like, ``settings`` anything with keys."""

_SETTINGS = (b".toml", b".yml", b".yaml", b".ini", b".cfg", b".conf", b".json")
_CARRIED_FOLDERS = frozenset(
    (
        *(b"doc", b"docs", b"documentation", b"licenses", b"examples", b"tests", b"test", b"testing", b"ci"),
        *(b"k8s", b"kubernetes", b"helm", b"charts", b"terraform", b"ansible", b"man", b"node_modules"),
        *(b".circleci", b".devcontainer", b".vscode", b".idea", b".woodpecker", b".buildkite"),
    )
)
_CARRIED = re.compile(
    rb"(?:.*[.-])?(?:docker-)?compose[\w.-]*\.ya?ml|.*\.lock|package(?:-lock)?\.json|pnpm-lock\.yaml"
    rb"|azure-pipelines.*|bitbucket-pipelines.*|cloudbuild.*|codecov\.ya?ml|mkdocs\.ya?ml|renovate\.json5?"
    rb"|skaffold.*|fly.*\.toml|render\.yaml|netlify\.toml|vercel\.json|railway\..*|app\.json|tsconfig.*\.json"
    rb"|pyproject\.toml|uv\.toml|poetry\.toml|ruff\.toml|setup\.cfg|pytest\.ini|mypy\.ini|alembic\.ini"
    rb"|setup\.py|conftest\.py|fabfile\.py|test_.*\.py|.*_test\.py|(?:docker|container)file.*|.*\.dockerfile",
    re.IGNORECASE,
)
_TASK_FILES = re.compile(
    rb"(?:gnu)?makefile|\.?justfile|taskfile\.ya?ml|package\.json|noxfile\.py|tox\.ini|pyproject\.toml",
    re.IGNORECASE,
)
_TASK_RUNNERS = frozenset(
    ("make", "gmake", "just", "task", "npm", "yarn", "pnpm", "poe", "invoke", "inv", "nox", "tox")
)
_SHEBANG = re.compile(rb"#![ \t]*(?:/usr/bin/env[ \t]+(?:-S[ \t]+)?)?(?:\S*/)?([\w.+-]+)")
_CRON = re.compile(rb"/etc/cron|/var/spool/cron/|/crontabs?(?:/|$)|\.crontab$|/crontab[^/]*$")
_SUPERVISOR = re.compile(rb"supervisor[^/]*(?:/.*)?\.(?:conf|ini)$")


def kind_of(path: bytes, head: bytes, started: frozenset[str]) -> Kind | None:
    """What kind of text a file of the app is; None where it is no evidence.

    Args:
        path: its absolute path.
        head: its first bytes.
        started: the words of the image's start commands; a task file counts where its runner is one.
    """
    *folders, name = path.split(b"/")
    task_file = _TASK_FILES.fullmatch(name) is not None
    if task_file and started & _TASK_RUNNERS:
        return "python" if name.endswith(b".py") else "commands"
    if task_file or _is_carried(folders, name):
        return None
    shebang = _SHEBANG.match(head)
    program = shebang[1].decode("ascii", "replace") if shebang else ""
    kind: Kind | None = "settings" if name.endswith(_SETTINGS) else None
    if name.endswith(b".py") or program.startswith("python"):
        kind = "python"
    elif program in SHELLS or (not program and name.endswith((b".sh", b".bash"))):
        kind = "shell"
    elif name == b"Procfile" or _CRON.search(path) or is_supervisors(path):
        kind = "commands"
    return kind


def is_supervisors(path: bytes) -> bool:
    """Is it a file of settings for supervisord, which has commands beside much else?"""
    return bool(_SUPERVISOR.search(path))


def _is_carried(folders: list[bytes], name: bytes) -> bool:
    if any(part in _CARRIED_FOLDERS or part.startswith(b".git") for part in folders):
        return True
    return bool(_CARRIED.fullmatch(name)) or (name.startswith(b".") and not name.endswith(b".sh"))
