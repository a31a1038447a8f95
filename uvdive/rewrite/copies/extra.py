"""What the user wants in the final image beyond the plan's own finding (R46): packages and paths."""

from __future__ import annotations

import posixpath
import re
import shlex
from dataclasses import replace

from uvdive.base.errors import UsageError
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.copies.copy_set import CopySet, add_folders
from uvdive.rewrite.evidence.image_files import Files
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.plan import Alternative, Decision

PACKAGES = "extra-packages"
PATHS = "extra-paths"
NONE = "none"

_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]*")


def _noted(notes: Notes, name: str, summary: str, value: str) -> tuple[str, ...]:
    """The parts of a free choice that was made, noted as a decision."""
    reason = "A check of an earlier build found them missing, or you asked for them."
    alternatives = (Alternative(value, value), Alternative(NONE, "leave them out"))
    notes.choose(Decision(name, "R46", None, summary, reason, alternatives=alternatives), value)
    return tuple(value.split(","))


def extra_packages(report: ImageReport | None, notes: Notes) -> tuple[str, ...]:
    """OS packages of the original that the final image installs too, by ``--choose extra-packages=A,B``.

    Raises:
        UsageError: the original has no such package.
    """
    wanted = notes.choices.get(PACKAGES, NONE)
    if wanted == NONE:
        return ()
    known = {c.name for c in report.components if c.version is not None} if report else frozenset()
    for name in wanted.split(","):
        if not _PACKAGE.fullmatch(name) or (report is not None and name not in known):
            raise UsageError(
                f"The original has no OS package “{name}”.", "Write --choose extra-packages=A,B."
            )
    return _noted(notes, PACKAGES, "Install these too", wanted)


def install(report: ImageReport | None, names: tuple[str, ...]) -> str:
    """The instruction that installs packages, in the words of the system's own tool; empty for none."""
    if not names:
        return ""
    listed = " ".join(map(shlex.quote, names))
    if report is not None and report.os is not None and report.os.id == "alpine":
        return f"RUN apk add --no-cache {listed}\n"
    return (
        f"RUN apt-get update && apt-get install -y --no-install-recommends {listed} \\\n"
        "    && rm -rf /var/lib/apt/lists/*\n"
    )


def add_paths(files: Files | None, copies: CopySet, notes: Notes) -> CopySet:
    """The copies with the paths of ``--choose extra-paths=/A,/B``, which the original has.

    Raises:
        UsageError: the original has no such path.
    """
    wanted = notes.choices.get(PATHS, NONE)
    if wanted == NONE or files is None:
        return copies
    more = replace(copies, paths=[*copies.paths], nodes=[*copies.nodes], folders=[*copies.folders])
    for path in _noted(notes, PATHS, "Copy these too", wanted):
        node = files.at(path) if path.startswith("/") and path == posixpath.normpath(path) else None
        if node in (None, 0):
            raise UsageError(f"The original has no path “{path}”.", "Write --choose extra-paths=/A,/B.")
        if any(path == known or path.startswith(f"{known.rstrip('/')}/") for known in more.paths):
            continue
        add_folders(files, path, more)
        more.paths.append(path)
        more.nodes.append(node)
    return more
