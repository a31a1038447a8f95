"""Files of the build context behind paths of the image: start scripts and programs (R24)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from pathlib import Path

from uvdive.dockerfile.ignore import pattern_of, read_ignored
from uvdive.dockerfile.mounts import mounts_of
from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.variables import expand
from uvdive.rewrite.evidence.steps import Evidence

_LIMIT = 1 << 20


def sources(step: Step) -> tuple[tuple[str, ...], str]:
    """A COPY's or ADD's sources and its absolute destination; a folder's ends in a slash."""
    instruction = step.instruction
    words = instruction.exec_form or tuple(instruction.arguments.split())
    expanded = [expand(word, step.values.get) for word in words]
    if not expanded:
        return (), "/"
    *given, target = expanded
    absolute = posixpath.normpath(posixpath.join(step.workdir, target))
    folder = target.endswith(("/", "/.")) or target == "." or len(given) > 1
    return tuple(given), absolute.rstrip("/") + "/" if folder else absolute


def _candidates(evidence: Evidence, path: str) -> list[str]:
    found = []
    for step in evidence.steps:
        if step.keyword not in ("COPY", "ADD") or step.instruction.flag("from") is not None:
            continue
        given, target = sources(step)
        for source in given:
            inside = source.lstrip("/")
            if path == target or path == target + posixpath.basename(inside):
                found.append(inside)
            if path.startswith(target.rstrip("/") + "/"):
                found.append(posixpath.join(inside, path[len(target.rstrip("/")) + 1 :]))
    return [*reversed(found), posixpath.relpath(path, evidence.workdir)]


def context_text(evidence: Evidence, path: str) -> str | None:
    """The text of the context's file that was copied to ``path`` (absolute, or from the work
    directory); None where there is none, or it is no short text.
    """
    found = context_file(evidence, path)
    return None if found is None else found[1]


def copied_text(evidence: Evidence, path: str, *, mounted: bool = False) -> str | None:
    """As ``context_text``, but only of a file that an instruction copies there.

    ``mounted`` also takes one that a RUN merely mounts.
    """
    absolute = posixpath.normpath(posixpath.join(evidence.workdir, path))
    candidates = _candidates(evidence, absolute)[:-1]
    if mounted:
        candidates = [*candidates, *_mounted(evidence, absolute)]
    if evidence.context is not None:
        ignored = read_ignored(evidence.context)
        candidates = [path for path in candidates if path not in ignored]
    found = _read(evidence, candidates)
    return None if found is None else found[1]


def _mounted(evidence: Evidence, path: str) -> list[str]:
    found = []
    for step in evidence.runs():
        for written in mounts_of(step.instruction):
            mount = written.expanded(step.values.get)
            if mount is None or mount.kind != "bind" or mount.image is not None:
                continue
            place = posixpath.normpath(posixpath.join(step.workdir, mount.target))
            if path == place or path.startswith(f"{place.rstrip('/')}/"):
                found.append(posixpath.normpath(posixpath.join(mount.source, posixpath.relpath(path, place))))
    return found


def context_file(evidence: Evidence, path: str, *, most: int = _LIMIT) -> tuple[str, str] | None:
    """As ``context_text``, with the file's path in the context in front.

    ``most`` is the size in bytes from which on it counts as no short text.
    """
    absolute = posixpath.normpath(posixpath.join(evidence.workdir, path))
    return _read(evidence, _candidates(evidence, absolute), most)


def _read(evidence: Evidence, candidates: Iterable[str], most: int = _LIMIT) -> tuple[str, str] | None:
    """The first of some paths of the context that is a short text, and that text."""
    if evidence.context is None:
        return None
    root = evidence.context.resolve()
    for candidate in candidates:
        file = Path(root, candidate)
        try:
            if file.resolve().is_relative_to(root) and file.is_file() and file.stat().st_size < most:
                with file.open(encoding="utf-8", errors="replace", newline="") as text:
                    return posixpath.normpath(candidate), text.read()
        except (OSError, ValueError):
            continue
    return None


def places_of(evidence: Evidence, file: str) -> set[str]:
    """The paths of the image that a file of the context is copied to."""
    found = set()
    for step in evidence.steps:
        if step.keyword not in ("COPY", "ADD") or step.instruction.flag("from") is not None:
            continue
        given, target = sources(step)
        for source in given:
            inside = posixpath.normpath(source.lstrip("/") or ".")
            if inside == file:
                found.add(target + posixpath.basename(file) if target.endswith("/") else target)
            elif inside == "." or file.startswith(f"{inside}/"):
                found.add(posixpath.join(target, posixpath.relpath(file, inside)))
    return found


def heredoc_text(evidence: Evidence, path: str) -> str | None:
    """What an instruction's heredoc put at an absolute path; None where none did, or it is expanded."""
    for step in reversed(evidence.steps):
        heredocs = step.instruction.heredocs
        if not heredocs:
            continue
        if step.keyword in ("COPY", "ADD"):
            target = sources(step)[1]
            for heredoc in heredocs:
                if path in (target, target + heredoc.name):
                    return heredoc.body if heredoc.quoted or "$" not in heredoc.body else None
        elif step.keyword == "RUN" and len(heredocs) == 1:
            wrote = re.fullmatch(
                rf"cat\s+.*>\s*{re.escape(path)}(?:\s.*)?", step.instruction.arguments.strip(), re.DOTALL
            )
            if wrote and (heredocs[0].quoted or "$" not in heredocs[0].body):
                return heredocs[0].body
    return None


def fitting(context: Path, pattern: str) -> list[str]:
    """The paths of the context that a COPY's pattern fits (``uv.lock*``)."""
    found = [""]
    for part in pattern.split("/"):
        matches = pattern_of(part).fullmatch
        below = ((above, name) for above in found for name in _names(context / above))
        found = [posixpath.join(above, name) for above, name in below if matches(name)]
    return found


def _names(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in folder.iterdir()]
    except OSError:
        return []  # no folder, so that nothing below it fits


def ignores(context: Path, path: str) -> bool:
    """Does the context's .dockerignore leave a file or folder (relative) out?"""
    return path in read_ignored(context)
