"""Files of the build context behind paths of the image: start scripts and programs (R24)."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from uvdive.base.files.foreign import read_file, real
from uvdive.base.paths import is_below
from uvdive.dockerfile.ignore import read_ignored
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


def is_everything(source: str) -> bool:
    """Is a COPY's source the whole context?"""
    return posixpath.normpath(source) in (".", "/")


def matches_source(name: str, pattern: str) -> bool:
    """Does a file's name fit a COPY's, which may be a pattern?"""
    return name == pattern or (
        re.search(r"[*?\[]", pattern) is not None and fnmatch.fnmatchcase(name, pattern.replace("[^", "[!"))
    )


def _candidates(evidence: Evidence, path: str) -> list[str]:
    found = []
    for step in evidence.steps:
        if step.keyword not in ("COPY", "ADD") or step.instruction.flag("from") is not None:
            continue
        given, target = sources(step)
        below = (
            path.removeprefix(f"{target.rstrip('/')}/") if path.startswith(target.rstrip("/") + "/") else None
        )
        for source in given:
            if step.instruction.flag("parents") is not None:
                found += [] if below is None else _with_parents(source.lstrip("/"), below)
                continue
            for inside in meant(evidence, source.lstrip("/")):
                # Without a slash too the target may be a folder that is there: `COPY uv.lock /app`.
                if path in (target, f"{target.rstrip('/')}/{posixpath.basename(inside)}"):
                    found.append(inside)
                if below is not None:
                    found.append(posixpath.join(inside, below))
    return [*reversed(found), posixpath.relpath(path, evidence.workdir)]


def meant(evidence: Evidence, source: str) -> list[str]:
    """A source as it is, or what the context has for a pattern (`uv.lock*`, `services/*/`)."""
    if evidence.context is None or not set(source) & set("*?["):
        return [source]
    try:
        found = sorted(evidence.context.glob(source.rstrip("/"))) if "**" not in source else []
    except (OSError, ValueError):
        return []  # a folder that nobody may read, or a pattern that is none, has nothing that fits
    return [path.relative_to(evidence.context).as_posix() for path in found]


def _with_parents(source: str, below: str) -> list[str]:
    """The file that `COPY --parents` puts there: behind ``/./`` its folders come along."""
    before, pivot, rest = source.rpartition("/./")
    rest = posixpath.normpath(rest or source)
    covered = rest == "." or below.startswith(f"{rest}/") or fnmatch.fnmatchcase(below, rest)
    return [posixpath.join(before if pivot else "", below)] if covered else []


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
    found = _read(evidence, _copied(evidence, path, mounted=mounted))
    return None if found is None else found[1]


def is_copied(evidence: Evidence, path: str) -> bool:
    """Does an instruction copy or mount a file of the context, of any size, to that path?"""
    return next(_files(evidence, _copied(evidence, path, mounted=True)), None) is not None


def _copied(evidence: Evidence, path: str, *, mounted: bool) -> list[str]:
    """The paths of the context that a file at ``path`` may come from, as far as they are not left out."""
    absolute = posixpath.normpath(posixpath.join(evidence.workdir, path))
    candidates = _candidates(evidence, absolute)[:-1]
    if mounted:
        candidates = [*candidates, *_mounted(evidence, absolute)]
    if evidence.context is None:
        return []
    ignored = read_ignored(evidence.context)
    return [path for path in candidates if path not in ignored]


def _mounted(evidence: Evidence, path: str) -> list[str]:
    found = []
    for step in evidence.runs():
        for written in mounts_of(step.instruction):
            mount = written.expanded(step.values.get)
            if mount is None or mount.kind != "bind" or mount.image is not None:
                continue
            place = posixpath.normpath(posixpath.join(step.workdir, mount.target))
            if is_below(path, place):
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
    for candidate, file in _files(evidence, candidates):
        try:
            data = read_file(file, most - 1, within=evidence.context)
            return posixpath.normpath(candidate), data.decode("utf-8", "replace")
        except OSError:
            continue
    return None


def _files(evidence: Evidence, candidates: Iterable[str]) -> Iterator[tuple[str, Path]]:
    """Those of some paths of the context that are files inside it."""
    if evidence.context is None:
        return
    root = real(evidence.context)
    for candidate in candidates:
        file = Path(root, candidate)
        try:
            if real(file).is_relative_to(root) and file.is_file():
                yield candidate, file
        except (OSError, ValueError):
            continue


def places_of(evidence: Evidence, file: str) -> set[str]:
    """The paths of the image that a file of the context is copied to."""
    return placing(evidence)(file)


def placing(evidence: Evidence) -> Callable[[str], set[str]]:
    """What ``places_of`` says, for who asks of many files: the instructions are read once."""
    copies = [
        sources(step)
        for step in evidence.steps
        if step.keyword in ("COPY", "ADD") and step.instruction.flag("from") is None
    ]
    return partial(_places, copies)


def _places(copies: Iterable[tuple[tuple[str, ...], str]], file: str) -> set[str]:
    found = set()
    for given, target in copies:
        for source in given:
            inside = posixpath.normpath(source.lstrip("/") or ".")
            folder, name = posixpath.split(inside)
            if re.search(r"[*?\[]", name):
                if posixpath.dirname(file) == folder and matches_source(posixpath.basename(file), name):
                    found.add(posixpath.join(target, posixpath.basename(file)))
                continue
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
                rf"cat\s.*>\s*{re.escape(path)}(?:\s.*)?", step.instruction.arguments.strip(), re.DOTALL
            )
            if wrote and (heredocs[0].quoted or "$" not in heredocs[0].body):
                return heredocs[0].body
    return None


def ignores(context: Path, path: str) -> bool:
    """Does the context's .dockerignore leave a file or folder (relative) out?"""
    return path in read_ignored(context)
