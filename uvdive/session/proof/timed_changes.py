"""The changes after which builds are timed: a source file, the project's version, one dependency."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from uvdive.base import toml
from uvdive.base.files.foreign import read_file
from uvdive.base.names import normal_name
from uvdive.build.events import ChangeKind
from uvdive.image.table import Kind
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.report import ImageReport
from uvdive.uv.lock import LockFile, as_table, read_lock

_PROJECT, _LOCK = "pyproject.toml", "uv.lock"
_LARGEST = 64 << 20


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a build context: what is changed, in words, and new contents by relative path."""

    kind: ChangeKind
    words: str
    texts: Mapping[str, bytes]

    def make(self, context: Path) -> None:
        """Change a context."""
        for path, text in self.texts.items():
            (context / path).write_bytes(text)

    def undo(self, context: Path, original: Path) -> None:
        """Take it back, from the context that it was copied from."""
        for path in self.texts:
            (context / path).write_bytes(read_file(original / path, _LARGEST))


def changes_of(context: Path, before: ImageReport) -> Iterator[Change]:
    """Those of the three that this project can have.

    The version goes up where ``pyproject.toml`` says it; one direct dependency that nothing
    else needs is left out, the smallest in the image. The lock is changed alike, so that
    `--locked` holds.
    """
    source = source_file(context, before)
    if source is not None:
        text = read_file(context / source, _LARGEST) + b"\n# changed by uvdive\n"
        yield Change("source", str(source), {str(source): text})
    if any((context / name).is_symlink() for name in (_PROJECT, _LOCK)):
        return  # in a copy it leads to the user's own file
    try:
        project = read_file(context / _PROJECT).decode("utf-8")
        lock = read_file(context / _LOCK, toml.MAX_BYTES).decode("utf-8")
        settings, locked = as_table(toml.loads(project).get("project")), read_lock(lock)
    except (OSError, ValueError):
        return
    name = settings.get("name")
    if isinstance(name, str) and locked is not None:
        yield from _of_version(project, lock, settings.get("version"), normal_name(name))
        yield from _of_dependency(project, lock, locked, normal_name(name), before)


def source_file(context: Path, before: ImageReport) -> Path | None:
    """A Python file of the context that is in the image as the app's, by name and size; the first by name."""
    table = before.files
    app = OWNERS.index("app")
    known = {
        (table.names[table.entry_node[entry]], table.entry_size[entry])
        for entry in table.live_entries()
        if table.entry_kind[entry] == Kind.FILE and before.inode_owner[table.entry_inode[entry]] == app
    }
    for path in sorted(context.rglob("*.py")):
        relative = path.relative_to(context)
        if any(part.startswith(".") for part in relative.parts) or not path.is_file() or path.is_symlink():
            continue
        if (path.name.encode("utf-8", "surrogateescape"), path.stat().st_size) in known:
            return relative
    return None


def _of_version(project: str, lock: str, version: object, name: str) -> Iterator[Change]:
    if not isinstance(version, str) or not re.fullmatch(r"\d+(?:\.\d+)*", version):
        return
    *head, last = version.split(".")
    newer = ".".join([*head, str(int(last) + 1)])
    line = re.compile(rf'^(version\s*=\s*["\']){re.escape(version)}(?=["\'])', re.MULTILINE)
    start = project.find("[project]")
    changed = project[:start] + line.sub(rf"\g<1>{newer}", project[start:], count=1)
    begin, end = _block(lock, name)
    locked = lock[:begin] + line.sub(rf"\g<1>{newer}", lock[begin:end], count=1) + lock[end:]
    yield Change("version", f"version {newer}", _texts(changed, locked))


def _of_dependency(
    project: str, lock: str, locked: LockFile, name: str, before: ImageReport
) -> Iterator[Change]:
    own = locked.packages.get(name, ())
    others = (each for packages in locked.packages.values() for each in packages if each not in own)
    direct = {link.name for each in own for link in each.needs}
    direct -= {link.name for each in others for link in each.needs}
    sizes = {
        normal_name(part.name): part.live_bytes for part in before.components if part.kind == "distribution"
    }
    for leaf in sorted(direct & sizes.keys(), key=lambda each: (sizes[each], each)):
        written = re.compile(rf'(?<!\s)\s*(["\']){_spelt(leaf)}(?![\w.-])[^"\'\n]*\1[ \t]*,?', re.IGNORECASE)
        listed = re.search(r"^dependencies\s*=\s*\[(.*?)\]\s*$", project, re.MULTILINE | re.DOTALL)
        if listed is None or len(written.findall(listed[1])) != 1:
            continue
        changed = project[: listed.start(1)] + written.sub("", listed[1]) + project[listed.end(1) :]
        begin, end = _block(lock, name)
        entry = re.compile(rf'\n[ \t]*\{{ name = "{re.escape(leaf)}"[^\n]*\}},?(?=\n)')
        without = lock[:begin] + entry.sub("", lock[begin:end]) + lock[end:]
        try:
            toml.loads(changed), toml.loads(without)
        except ValueError:
            continue
        yield Change("dependency", f"without {leaf}", _texts(changed, without))
        return


def _spelt(name: str) -> str:
    """A pattern for all ways to write a distribution's name (PEP 503)."""
    return "[-_.]+".join(map(re.escape, name.split("-")))


def _block(lock: str, name: str) -> tuple[int, int]:
    """Where the lock's block of a package stands, with what belongs to it."""
    found = re.search(rf'^\[\[package\]\]\nname = "{re.escape(name)}"$', lock, re.MULTILINE)
    if found is None:
        return 0, 0
    end = lock.find("\n[[package]]", found.end())
    return found.start(), len(lock) if end < 0 else end


def _texts(project: str, lock: str) -> dict[str, bytes]:
    return {_PROJECT: project.encode(), _LOCK: lock.encode()}
