"""By the text alone: an environment that goes to another place, system or Python (R1, R3, R7, R8)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from uvdive.dockerfile.shell.reading import command_text
from uvdive.dockerfile.stages import lineage
from uvdive.rewrite.environment import environments_of_stage, stage_called, within
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.improve.work import Copied, copied
from uvdive.rewrite.notes import Notes
from uvdive.uv.images import Reference, python_of

_RELEASES = ("buster", "bullseye", "bookworm", "trixie", "forky")
"""Debian's, the oldest first: each has a newer C library."""
_WITHOUT_PYTHON = frozenset(
    ("debian", "ubuntu", "alpine", "buildpack-deps", "scratch", "busybox", "fedora", "rockylinux")
) | {"almalinux", "amazonlinux", "nginx", "node", "redhat/ubi9", "redhat/ubi9-minimal"}
"""Images that have no Python in /usr/local, where the official ones have theirs."""
_DISTROLESS = "gcr.io/distroless/"
_OWN_PYTHON = re.compile(
    r"\buv\s+python\s+install|--managed-python|UV_MANAGED_PYTHON|UV_PYTHON_INSTALL_DIR|only-managed"
)
_BRINGS_PYTHON = re.compile(r"python|/usr/local/?$|^/$|/opt/?$", re.IGNORECASE)


def warn_by_text(evidence: Evidence, notes: Notes) -> None:
    """What the names of images and the places of environments tell of the COPYs of the last stage."""
    copies = [found for step in evidence.steps if (found := copied(step)) is not None]
    for copy, path, place in _environments(evidence, copies):
        _warn_moved(evidence, copies, copy, path, place, notes)
        _warn_foreign(evidence, copies, copy, notes)


def _environments(evidence: Evidence, copies: list[Copied]) -> Iterator[tuple[Copied, str, str]]:
    """The COPYs that bring an environment of another stage: where it was made, and where it goes."""
    for copy in copies:
        for path in sorted(environments_of_stage(evidence, copy.source or "")):
            place = copy.place_of(path)
            if place is not None:
                yield copy, path, place


def _warn_moved(
    evidence: Evidence, copies: list[Copied], copy: Copied, path: str, place: str, notes: Notes
) -> None:
    stage = stage_called(evidence, copy.source or "")
    if place == path or stage is None:
        return
    text = _text(within(evidence, stage))
    stays = any(other.source == copy.source and other.place_of(path) == path for other in copies)
    links = re.compile(rf"(?:^|[;&|\n])(?>[^;&|\n]*?\bln\s)[^;&|\n]*{re.escape(path)}(?![\w.-])")
    linked = links.search(_text(evidence)) is not None
    if stays or linked or "--relocatable" in text or "UV_VENV_RELOCATABLE" in text:
        return
    notes.warn(
        "R7",
        copy.step.line,
        f"This moves the environment from {path} to {place}: the first lines of its programs still name "
        f"{path}/bin/python, which the last stage does not have, so none of them starts (only `python -m` "
        f"does). Make it in {place}, or copy it to {path}.",
    )


def _warn_foreign(evidence: Evidence, copies: list[Copied], copy: Copied, notes: Notes) -> None:
    stage = stage_called(evidence, copy.source or "")
    if stage is None:
        return
    theirs = within(evidence, stage)
    built, runs = lineage(evidence.stages, stage)[0].base, evidence.base
    if not built or _brings_python(copies) or _OWN_PYTHON.search(_text(theirs)):
        return
    line = copy.step.line
    made, there = python_of(Reference.read(built)), python_of(Reference.read(runs))
    if ("alpine" in built) != ("alpine" in runs):
        notes.warn(
            "R8",
            line,
            f"This copies an environment from {built} to {runs}: one of them has musl, the other glibc, so "
            "compiled packages cannot be loaded. Use the same system in both stages.",
        )
    elif made and there and made != there:
        notes.warn(
            "R3",
            line,
            f"This copies an environment from {built} to {runs}, which has another Python: it finds none of "
            "its packages. Use the same version in both stages.",
        )
    elif made and not there and _has_no_python(runs):
        notes.warn(
            "R1",
            line,
            f"This copies an environment from {built} to {runs}, which has no /usr/local/bin/python{made}: "
            f"the environment's python leads to nothing. Start the last stage from a python:{made} image of "
            "the same system.",
        )
    if _is_older(built, runs):
        notes.warn(
            "R3",
            line,
            f"This copies an environment from {built} to {runs}, which has an older C library: what was "
            "compiled there may not load. Use the same release in both stages.",
        )


def _brings_python(copies: list[Copied]) -> bool:
    """Does the last stage copy a Python too?"""
    return any(
        copy.source is not None and _BRINGS_PYTHON.search(origin) and "site-packages" not in origin
        for copy in copies
        for origin, _ in copy.pairs
    )


def _has_no_python(base: str) -> bool:
    reference = Reference.read(base)
    if reference.text.startswith(_DISTROLESS):
        return True  # python3's is /usr/bin/python3
    return reference.repository in _WITHOUT_PYTHON


def _is_older(built: str, runs: str) -> bool:
    was, now = (next((i for i, name in enumerate(_RELEASES) if name in base), None) for base in (built, runs))
    return was is not None and now is not None and now < was


def _text(evidence: Evidence) -> str:
    parts = [
        command_text(step.instruction) for step in evidence.steps if step.keyword in ("RUN", "ENV", "ARG")
    ]
    return "\n".join(parts)
