"""A final base in which nothing can be run, such as distroless: what it gets, and why not (R63).

It has no shell, so no RUN stands in its stage: all that the app needs beyond it is copied file by file.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from uvdive.base.errors import ImageError
from uvdive.base.paths import is_below, raw
from uvdive.base.units import size
from uvdive.distro.release import OsRelease
from uvdive.image.resolve import resolve
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.evidence.system.beyond_base import BeyondBase, Brought, Needed, libc_of
from uvdive.rewrite.evidence.system.os_needs import SystemFacts
from uvdive.rewrite.notes import BUILD_FIRST, Notes, Refused
from uvdive.rewrite.stages.base_difference import KnownBases
from uvdive.rewrite.stages.bases import Bare, Bases

_RELEASES = {"bookworm": "12", "trixie": "13"}
_PREFIX = "/usr/local"
_PROGRAM = re.compile(r"python(?:3(?:\.\d+t?)?)?")
_ALPINE = re.compile(r"\d+\.\d+")
_LIBC = {"gnu": "glibc", "musl": "musl"}


def distroless_of(os: OsRelease | None) -> str | None:
    """The distroless image with a C and a C++ library of a Debian release; None where there is none.

    https://github.com/GoogleContainerTools/distroless: ``cc`` has glibc, libssl, libgcc and libstdc++.
    """
    number = _RELEASES.get(os.codename) if os is not None and os.id == "debian" else None
    return None if number is None else f"gcr.io/distroless/cc-debian{number}"


def leanest_base(os: OsRelease | None) -> str:
    """What ``final-base`` takes for the smallest known base of a system; empty where none is known.

    Alpine's own image is as small as it gets with musl: https://hub.docker.com/_/alpine.
    """
    if os is not None and os.id == "alpine" and (release := _ALPINE.match(os.version_id)):
        return f"alpine:{release[0]}"
    return "distroless" if distroless_of(os) else ""


def can_run(base: ImageReport) -> bool:
    """Has an image the shell that RUN needs?"""
    return resolve(base.files, b"/bin/sh").node is not None


def on_bare(
    evidence: Evidence, env: EnvironmentFacts, bases: Bases, known: KnownBases, reference: str, notes: Notes
) -> Bases:
    """The bases with ``reference`` as the final one, which gets what the app needs file by file.

    Raises:
        Refused: R8, R60 or R63, why that is not safe.
    """
    line = evidence.origin.source.line
    base = _fetched(known, reference, line)
    report, files = evidence.report, known.files
    if report is None or files is None:
        raise Refused("R63", f"What {reference} lacks only the built image tells. {BUILD_FIRST}", line)
    if base is None:
        raise Refused("R60", f"{reference} is not at hand. Fetch it (`--pull`, or `docker pull`).", line)
    _check_handed_down(evidence, base, reference, line)
    built_on = known.report(bases.builder) if bases.builder is not None else None
    if bases.builder is not None and built_on is None:
        raise Refused(
            "R60",
            f"{bases.builder}, whose Python would be copied, is not at hand. Fetch it (`--pull`).",
            line,
        )
    if (ours := libc_of(report)) != (theirs := libc_of(base)):
        has = f"has {_LIBC[theirs]}" if theirs else "has no C library"
        raise Refused(
            "R8",
            f"The environment is built for {_LIBC.get(ours, 'another C library')}, {reference} {has}. "
            "Name an image with the same one.",
            line,
        )
    python = _python(env, bases, base, files if built_on is None else Files(built_on, 0), line, notes)
    beyond = known.beyond(reference, bases.builder)
    if beyond is None:
        raise Refused(
            "R63",
            f"What {reference} lacks cannot be told: no contents of the images are at hand. "
            "Plan with an image that an engine or an archive holds.",
            line,
        )
    needed = [beyond.app, *([beyond.python] if python or bases.python_to is not None else [])]
    if unfit := [each for some in needed for each in some.unfit]:
        raise Refused("R3", f"{reference} is too old for the build: {unfit[0]}. Name a newer one.", line)
    tops = [path for path, _ in python] + ([bases.python_from] if bases.python_from else [])
    brought = _together([*needed, *_loaded(known.whole(), beyond)], beyond.data, tops)
    bare = Bare(tuple(brought), tuple(python), shell=can_run(base), lacks=_folders_not_in(base, files))
    if python:
        _announce_modules(beyond.python.nowhere, bases.builder or bases.runner, line, notes)
    _tell(bare, base, reference, line, notes)
    return replace(bases, runner=reference, written=None, bare=bare)


def _folders_not_in(base: ImageReport, files: Files) -> frozenset[str]:
    """The folders of the old base that stand in the end and another base lacks: distroless has no /srv."""
    of_base = files.once("folders of the base", lambda: _base_folders(files))
    return frozenset(path for path in of_base if resolve(base.files, raw(path)).node is None)


def _base_folders(files: Files) -> tuple[str, ...]:
    found: list[str] = []
    pending = [child for child in files.children(0) if files.is_folder(child)]
    while pending:
        node = pending.pop()
        if files.in_base(node):
            found.append(files.path(node))
        pending += [child for child in files.children(node) if files.is_folder(child)]
    return tuple(found)


def _check_handed_down(evidence: Evidence, base: ImageReport, reference: str, line: int) -> None:
    """What a base hands down and the author's file does not set itself: a user, an entry point.

    Raises:
        Refused: R63.
    """
    user, entry = base.config.user, base.config.entrypoint
    if user.partition(":")[0] not in ("", "0", "root") and evidence.last("USER") is None:
        raise Refused(
            "R63",
            f"{reference} runs as {user}, and the original as root. Name the image without a user, or write "
            "USER into the file.",
            line,
        )
    if entry and evidence.last("ENTRYPOINT") is None:
        raise Refused(
            "R63",
            f"{reference} starts {entry[0]} by its ENTRYPOINT. Write an ENTRYPOINT into the file, or name "
            "another image.",
            line,
        )


def _fetched(known: KnownBases, reference: str, line: int) -> ImageReport | None:
    """The report of a base that nobody need have; a registry that does not give it is a reason against it."""
    try:
        return known.report(reference)
    except ImageError as error:
        raise Refused(
            "R60",
            f"{reference} can't be fetched: {error.what} Fetch it another way, or keep the build's own base.",
            line,
        ) from error


def _announce_modules(nowhere: Sequence[tuple[str, str]], name: str, line: int, notes: Notes) -> None:
    """Modules of Python itself whose libraries its own image lacks: tkinter in the slim ones."""
    for path, library in nowhere:
        module = posixpath.basename(path).partition(".")[0]
        notes.allowed.paths.add(path)
        notes.warn("R63", line, f"Python's {module} needs {library}, which {name} lacks too.")


def _loaded(whole: SystemFacts | None, beyond: BeyondBase) -> Iterator[Needed]:
    """What programs load by name: surely, or by the tables of known distributions."""
    for need in whole.needs if whole is not None else ():
        if need.how == "loads" and need.sure and need.package in beyond.by_name:
            yield beyond.by_name[need.package]


def _together(needed: Sequence[Needed], data: Sequence[Brought], without: Sequence[str]) -> list[Brought]:
    """Each path once; what lies below folders that go over whole is left out."""
    found = {each.to: each for some in needed for each in some.brought}
    found |= {each.to: each for each in data}
    return [found[to] for to in sorted(found) if not any(is_below(to, top) for top in without)]


def _python(
    env: EnvironmentFacts, bases: Bases, base: ImageReport, files: Files, line: int, notes: Notes
) -> list[tuple[str, int]]:
    """The paths of the interpreter that the base lacks, with their bytes; none where it has it or uv's goes.

    ``files`` are those of the image that the build starts from.
    """
    if bases.python_to is not None:
        return []
    name = f"python{env.minor}"
    beside = f"{_PREFIX}/bin/{name}"
    interpreter = env.interpreter if bases.builder is None else beside
    if interpreter is None and files.at(beside) is not None:
        interpreter = beside  # a folder of packages names no interpreter; the image's own runs it
    if interpreter is not None and resolve(base.files, raw(interpreter)).node is not None:
        return []
    library = f"{_PREFIX}/lib/{name}"
    if interpreter is None or not interpreter.startswith(f"{_PREFIX}/bin/") or files.at(library) is None:
        runs = "Nothing tells which Python runs the packages, and there is none of a python image"
        if interpreter is not None:
            runs = f"The environment runs on {interpreter}, which is part of the system"
        raise Refused("R63", f"{runs}. Take Python from uv or from a python image.", line)
    # An environment of the interpreter's own counts its scripts: pip, pydoc.
    reported = env.reported_in(files.report) if env.system else None
    scripts = {each.name: each.interpreter for each in reported.scripts} if reported is not None else {}
    found = [library]
    folder = files.at(f"{_PREFIX}/bin")
    for node in files.children(folder) if folder is not None else ():
        path = files.path(node)
        name = posixpath.basename(path)
        own = name in scripts and files.layer(node) < files.base_layers
        if _PROGRAM.fullmatch(name) or (own and scripts[name].startswith(f"{_PREFIX}/bin/python")):
            found.append(path)
        elif own:
            notes.allowed.paths.add(path)  # python3.13-config is for a shell and a compiler
    # COPY follows links: each name of the interpreter becomes a file of its own.
    return [(path, _bytes(files, path)) for path in found]


def _bytes(files: Files, path: str) -> int:
    node = files.follow(path)
    return 0 if node is None else sum(files.bytes_by_owner([node]).values())


def _tell(bare: Bare, base: ImageReport, reference: str, line: int, notes: Notes) -> None:
    """Name what is copied and which package it is of."""
    packages: dict[str, list[str]] = {}
    for each in bare.brought:
        packages.setdefault(each.package, []).append(posixpath.basename(each.to))
    told = [
        f"{', '.join(names)} ({package})" if package else ", ".join(names)
        for package, names in sorted(packages.items())
    ]
    total, count = size(sum(each.size for each in bare.brought)), len(bare.brought)
    if bare.brought:
        notes.decide(
            "beyond-base",
            "R63",
            line,
            f"Bring {count} {'path' if count == 1 else 'paths'} that {reference} lacks ({total})",
            f"By the ELF headers, the loads and the data that the app needs: {'; '.join(told)}.",
        )
    if bare.python:
        notes.decide(
            "bare-python",
            "R63",
            line,
            f"Copy the build's Python to the same paths ({size(sum(count for _, count in bare.python))})",
            f"{reference} has none: {', '.join(path for path, _ in bare.python)}.",
        )
    names = [user.name for user in base.users]
    name = "nonroot" if "nonroot" in names else ""
    summary = "No shell and no package manager are in the final image"
    why = (
        "has neither: nobody can open a shell in the container, and only a new build brings security updates"
    )
    if bare.shell:
        summary = "Nothing is installed in the final image"
        why = "gets files of the build: its own package manager knows nothing of them, and updates none"
    also = f" It has a user {name}." if name else ""
    notes.decide("bare-base", "R63", line, summary, f"{reference} {why}.{also}")
