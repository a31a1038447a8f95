"""The files around the Dockerfile that may start its container, read within limits."""

from __future__ import annotations

import os
import posixpath
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from uvdive.base.dockerfile_names import names_dockerfile
from uvdive.base.files.foreign import read_file, read_start, real

MOST_ENTRIES, MOST_FILES = 100_000, 5_000
MOST_BYTES, MOST_OF_ALL = 1 << 20, 64 << 20
_HIGHEST = 4

_SKIPPED = frozenset(
    (
        *(".git", ".venv", "venv", "node_modules", "__pycache__", "site-packages", ".tox", ".nox", ".hg"),
        *(".mypy_cache", ".ruff_cache", ".pytest_cache", ".terraform", ".cache"),
    )
)
_COMPOSE = re.compile(r"(?:(?:docker|podman|container)-)?compose[\w.-]*\.ya?ml\Z")
_LINES = re.compile(
    r"(?:GNU)?[Mm]akefile(?:\.[\w.]+)?|.*\.mk|\.?[Jj]ustfile|.*\.just|package\.json|.*\.(?:sh|bash|zsh|service)"
    r"|Jenkinsfile|\.bash_aliases|pyproject\.toml|poe_tasks\.toml|tox\.ini|.*\.nomad|.*\.hcl|.*\.tf"
    r"|\.?mise\.toml|tasks\.json|launch\.json|.*task[-_]?def[\w-]*\.json|.*\.tf\.json"
)
_PROCFILE = re.compile(r"Procfile(?:\.[\w.-]+)?")
_PLATFORM = re.compile(r"fly\.toml|railway\.toml|railway\.json|app\.json|captain-definition")
_KINDS = (
    ("compose", _COMPOSE),
    ("devcontainer", re.compile(r"\.?devcontainer\.json")),
    ("yaml", re.compile(r".*\.ya?ml")),
    ("python", re.compile(r".*\.py")),
    ("procfile", _PROCFILE),
    ("platform", _PLATFORM),
    ("unit", re.compile(r".*\.container")),
    ("lines", _LINES),
)
# Where programs of a project lie whose names have no ending.
_SCRIPTS = frozenset({"bin", "scripts", "script", "tools", "hack", "ci", "dev"})
_SHEBANG = re.compile(rb"#![^\n]{0,200}sh\b")
# They lie beside the project and may name an image that is built in a folder of it.
_ABOVE = frozenset({".github", ".devcontainer", "k8s", "kubernetes", "deploy", "manifests", "charts", "helm"})


@dataclass(frozen=True, slots=True)
class Text:
    """A file: its path from the context, its kind and its text."""

    path: str
    kind: str
    text: str


@dataclass(slots=True)
class Reading:
    """What has been read so far. ``unread`` are sentences on what was not, ``dockerfiles`` are all paths."""

    unread: list[str] = field(default_factory=list)
    dockerfiles: list[Path] = field(default_factory=list)
    entries: int = 0
    files: int = 0
    bytes: int = 0
    full: bool = False


def kind_of(name: str, folder: str) -> str:
    """What a file is read as; empty for one that is not read.

    Args:
        name: the file's own name.
        folder: the folder's path from the context.
    """
    if name.endswith(".py") and _is_of_tests(name, folder):
        return ""
    found = next((kind for kind, pattern in _KINDS if pattern.fullmatch(name)), "")
    return found or ("script" if "." not in name and _SCRIPTS & set(folder.split("/")[-1:]) else "")


def _is_of_tests(name: str, folder: str) -> bool:
    parts = folder.split("/")
    return "tests" in parts or "test" in parts or name == "conftest.py" or name.startswith("test_")


def read_texts(context: Path, reading: Reading) -> Iterator[Text]:
    """Every file of the context, and of the folders above it, that may name uv; in a fixed order.

    Files that this user cannot read, links and what is no file are passed over.
    """
    root = real(context)
    yield from _read_below(root, root, reading, sources=True)
    for steps, folder in enumerate(above(root), 1):
        up = "/".join([".."] * steps)
        yield from _read_folder(folder, up, reading)
        for inside in _beside(folder, root):
            yield from _read_below(inside, root, reading, sources=False)


def folders_read(context: Path) -> Iterator[tuple[Path, bool]]:
    """The folders whose files ``read_texts`` reads, each with whether it reads what lies below it too."""
    root = real(context)
    yield root, True
    for folder in above(root):
        yield folder, False
        yield from ((inside, True) for inside in _beside(folder, root))


def _beside(folder: Path, root: Path) -> Iterator[Path]:
    for name in sorted(_ABOVE):
        inside = folder / name
        if inside.is_dir() and not inside.is_symlink() and not root.is_relative_to(inside):
            yield inside


def above(context: Path) -> list[Path]:
    """The folders above, up to the repository's own; none where it is none."""
    found = []
    here = context
    for _ in range(_HIGHEST):
        if (here / ".git").exists() or here == here.parent:
            break
        here = here.parent
        found.append(here)
    return found if found and (found[-1] / ".git").exists() else []


def _read_folder(folder: Path, inside: str, reading: Reading) -> Iterator[Text]:
    try:
        names = sorted(entry.name for entry in os.scandir(folder))
    except OSError:
        return
    for name in names:
        kind = kind_of(name, "")
        if kind and kind != "python":
            yield from _read(folder / name, f"{inside}/{name}", kind, reading)


def _read_below(top: Path, context: Path, reading: Reading, *, sources: bool) -> Iterator[Text]:
    late: list[tuple[Path, str]] = []
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        if "pyvenv.cfg" in names:
            folders.clear()
            continue
        reading.entries += len(folders) + len(names)
        if reading.entries > MOST_ENTRIES:
            _say_full(reading, f"The context holds over {MOST_ENTRIES:,} files")
            break
        inside = os.path.relpath(folder, context).replace(os.sep, "/")
        for name in sorted(names):
            path, relative = Path(folder, name), posixpath.normpath(f"{inside}/{name}")
            if names_dockerfile(name):
                reading.dockerfiles.append(path)
            kind = kind_of(name, inside)
            if kind == "python":
                if sources:
                    late.append((path, relative))
            elif kind:
                yield from _read(path, relative, kind, reading)
    for path, relative in late:  # settings first: sources are many
        yield from _read(path, relative, "python", reading)


def _say_full(reading: Reading, what: str) -> None:
    if not reading.full:
        reading.full = True
        reading.unread.append(
            f"{what}, more than are looked into for calls of uv: see that nothing else calls it in the "
            "container."
        )


def _names_uv(path: Path) -> bool:
    """Does a file that is too long to be understood hold a word ``uv`` in its first 16 MiB?"""
    data = read_start(path, 16 * MOST_BYTES)
    return re.search(rb"(?<![\w./-])uvx?(?![\w.-])", data) is not None


def _read(path: Path, relative: str, kind: str, reading: Reading) -> Iterator[Text]:
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            return
        if reading.files >= MOST_FILES or reading.bytes + status.st_size > MOST_OF_ALL:
            _say_full(
                reading, f"The context holds over {MOST_FILES:,} files or {MOST_OF_ALL >> 20} MiB of source"
            )
            return
        if status.st_size > MOST_BYTES:
            if kind in ("compose", "devcontainer") or (kind not in ("python", "script") and _names_uv(path)):
                reading.unread.append(
                    f"{relative} is over 1 MiB, so it was not read: see that it does not call uv."
                )
            return
        data = read_file(path, MOST_BYTES)
    except OSError:
        return
    if kind == "script" and not _SHEBANG.match(data):
        return
    reading.files += 1
    reading.bytes += len(data)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        if kind == "python":
            text = data.decode("latin-1")  # nothing of it is written
        else:
            if b"uv" in data or b"u\0v\0" in data or b"\0u\0v" in data:
                reading.unread.append(
                    f"{relative} is not UTF-8 text, so it was not read: see that it does not call uv."
                )
            return
    yield Text(relative, "lines" if kind == "script" else kind, text)
