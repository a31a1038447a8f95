"""Which OS packages the final stage installs, where there is no image to tell (R33)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from uvdive.base.words import first_of
from uvdive.distro.kinds import only_builds
from uvdive.distro.needs import compiles_at_run_time, linked_by, loaded_of
from uvdive.dockerfile.shell.commands import program_words
from uvdive.dockerfile.shell.reading import command_text
from uvdive.ledger.system.installed import Installed
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.files.context_files import copied_text
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.evidence.system.os_needs import Need, SystemFacts
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.packages.asset_builders import NODE_PACKAGES, why_node_only_builds
from uvdive.rewrite.packages.fetchers import FETCHERS, KEYS, fetching
from uvdive.rewrite.packages.install_commands import Install, Removal
from uvdive.rewrite.packages.packages import Packages
from uvdive.rewrite.packages.told import note_purged
from uvdive.uv.images import Reference
from uvdive.uv.lock import LOCAL, LockFile, read_lock
from uvdive.uv.pip_words import read_pip_install

_COMPILES = re.compile(
    r"\bext_modules\b|\bcythonize\b|\bcffi_modules\b|rust_extensions|ext-modules"
    r"|build-backend\s*=\s*[\"'](?:maturin|scikit_build_core|mesonpy|sipbuild)"
)
_OTHER_WAYS = re.compile(r"\buv\s+(?:add|tool)\b|--no-binary|NO_BINARY")
_NEEDS_NOTHING = re.compile(
    r"(?:uv|pip|setuptools|wheel|gunicorn|waitress|honcho|supervisor|whitenoise)(?:[=<>~!].*)?", re.IGNORECASE
)
"""Distributions of plain Python without dependencies that are compiled: they need no OS package."""
_PYTHON = re.compile(r"python3?(?:\.\d+)?(?:-minimal)?")
_NAMED = 6


@dataclass(frozen=True, slots=True)
class _Known:
    """What the lock tells: ``libraries`` are needed by name; ``why`` what is known, or why it is not."""

    sure: bool
    why: str
    libraries: dict[str, Need]


def decide_by_text(
    evidence: Evidence,
    runs: Sequence[Run],
    found: list[Install],
    notes: Notes,
    minor: str,
    used: Collection[str] | None = None,
    gone: Sequence[Removal] = (),
) -> tuple[Packages, dict[str, Need]]:
    """Offer every package, and leave out known build tools where the lock tells what the environment needs.

    Args:
        evidence: the file, without an image.
        runs: every RUN.
        found: the commands that install packages.
        notes: takes the decisions.
        minor: the environment's Python (``3.13``).
        used: the programs that fetch or are node's and that a file of the context names; None where none
            was read.
        gone: the commands that remove packages; RUNs of which the text does not tell what such a
            command leaves stay as they are.

    Returns:
        What is left out, and the libraries to install by name.
    """
    alpine = any(install.command.argv[0].rpartition("/")[2] == "apk" for install in found)
    alone = untold(found, gone)
    found = [each for each in found if each.run.step.line not in alone]
    gone = [each for each in gone if each.run.step.line not in alone]
    starting = _named_by_starts(evidence)
    removed = frozenset(name for removal in gone for name in removal.names)
    builds = [
        w.name
        for i in found
        for w in i.words
        if w.name and i.changeable and only_builds(w.name) and not _is_removed(i, w.name, removed)
        if w.name not in starting
    ]
    known = _by_lock(evidence, runs, minor, builds, alpine=alpine)
    drops = bool(builds) and _drops(notes, found, builds, known)
    libraries = known.libraries if drops else {}
    installed = {name: Installed(name, "", (), (), ()) for name in libraries}
    facts = SystemFacts(installed, {}, {}, (), {}, {})
    changed = [run for run in runs if run.step.line not in alone]
    packages = Packages(evidence, facts, changed, None, notes, found, gone)
    node = why_node_only_builds(evidence, runs, used)
    own_python = Reference.read(evidence.base).family in ("system", "uv")
    for install in packages.installs:
        fetches = fetching(evidence, runs, install, used, sources=bool(node))
        for listed in install.words:
            if not listed.name or not install.changeable:
                continue
            if _is_removed(install, listed.name, removed):
                packages.leave_out(install, listed, "purged")
                note_purged(notes, install)
            elif listed.name == "uv":
                packages.leave_out(install, listed, "build")
            elif only_builds(listed.name) and listed.name not in starting:
                if drops:
                    packages.leave_out(install, listed, "build")
            elif own_python and _PYTHON.fullmatch(listed.name):
                continue  # the environment runs on it
            elif _offer(notes, install, listed.name, node, fetches=listed.name in fetches) == "drop":
                packages.leave_out(install, listed, "choice")
    return packages, libraries


def _named_by_starts(evidence: Evidence) -> frozenset[str]:
    """The words of start commands and health checks: `make serve` needs make when the container runs."""
    found = (evidence.last(keyword) for keyword in ("HEALTHCHECK", "ENTRYPOINT", "CMD"))
    texts = (command_text(step.instruction) for step in found if step is not None)
    return frozenset(word.rpartition("/")[2] for text in texts for word in re.findall(r"[\w./+-]+", text))


def untold(found: Sequence[Install], gone: Sequence[Removal]) -> frozenset[int]:
    """The lines of RUNs that remove packages of which the text does not tell what stays, or install those."""
    lines: set[int] = set()
    for removal in gone:
        if not _is_told(removal, found):
            named = set(removal.names)
            lines |= {each.run.step.line for each in found if named & _names(each)}
            lines.add(removal.run.step.line)
    return frozenset(lines)


def _is_told(removal: Removal, found: Sequence[Install]) -> bool:
    """Does the text tell that a removal leaves nothing of what it names?

    An instruction before it installs all of that by name, and what came along goes too: by apk always,
    by apt where it looks for what nothing needs any more.
    """
    line, text = removal.run.step.line, removal.run.text
    before = [each for each in found if each.run.step.line <= line and each.changeable]
    named = {name for each in before for name in _names(each)}
    whole = "autoremove" in text or "--auto-remove" in text or re.search(r"\bapk\b", text) is not None
    return bool(before) and whole and set(removal.names) <= named


def _names(install: Install) -> set[str]:
    """What an instruction installs, with the name that apk gives the group."""
    return {listed.name for listed in install.words} | ({install.virtual} if install.virtual else set())


def _is_removed(install: Install, name: str, removed: Collection[str]) -> bool:
    return name in removed or install.virtual in removed


def _drops(notes: Notes, found: Sequence[Install], builds: Sequence[str], known: _Known) -> bool:
    line = next(i.run.step.line for i in found if i.changeable and any(only_builds(w.name) for w in i.words))
    names = ", ".join(dict.fromkeys(builds))
    default = "drop" if known.sure else "keep"
    return notes.choose(CHOICES["build-packages"], line, f"{names}: {known.why}", default=default) == "drop"


def _offer(notes: Notes, install: Install, name: str, node: str, *, fetches: bool) -> str:
    """Ask about one package; ``node`` says why node is the build's alone, empty where it may not be."""
    if not node or name not in NODE_PACKAGES:
        return offer_package(notes, install, name, fetches=fetches)
    return notes.choose(
        CHOICES["package-NAME"].of(name),
        install.run.step.line,
        node,
        about=f"The OS package {name}",
        default="drop",
    )


def offer_package(notes: Notes, install: Install, name: str, *, fetches: bool) -> str:
    """Ask about one package; ``fetches`` says that it only fetches what stays behind."""
    why = "By the text alone nobody can tell what uses it; the built image tells."
    if fetches and (name in FETCHERS or name in KEYS):
        why = "It only helps to fetch what stays behind, and no file at hand calls it for anything else."
    elif fetches:
        why = "It only helps to fetch what stays behind, and the base has it anyway."
    return notes.choose(
        CHOICES["package-NAME"].of(name),
        install.run.step.line,
        why,
        about=f"The OS package {name}",
        default="drop" if fetches else "keep",
    )


def _unknown(why: str) -> _Known:
    return _Known(False, why, {})


def _by_lock(
    evidence: Evidence, runs: Sequence[Run], minor: str, builds: Sequence[str], *, alpine: bool
) -> _Known:
    text = copied_text(evidence, "uv.lock", mounted=True)
    lock = read_lock(text) if text is not None else None
    if lock is None:
        return _unknown("without a uv.lock nobody can tell what the environment needs of them.")
    if any(map(_installs_more, runs)):
        return _Known(
            False, "the file installs more than uv.lock names, and nobody can tell what that needs.", {}
        )
    compiler = next((name for name in sorted(lock.packages) if compiles_at_run_time(name)), None)
    if compiler is not None:
        return _unknown(f"{compiler} can call a compiler when the app runs.")
    places = [p.place for each in lock.packages.values() for p in each if p.kind in ("editable", "directory")]
    names = [posixpath.join(place, name) for place in places for name in ("pyproject.toml", "setup.py")]
    if any(_COMPILES.search(copied_text(evidence, name, mounted=True) or "") for name in names):
        return _unknown("the project itself is compiled, and what that needs only the image tells.")
    if not minor:
        return _unknown("without the version of Python nobody can tell what comes as wheels.")
    return _of_sources(lock, minor, builds, alpine=alpine)


def _installs_more(run: Run) -> bool:
    """Does a RUN install distributions beside a sync? Those that only install others are no such."""
    if _OTHER_WAYS.search(command_text(run.step.instruction)):
        return True
    if run.script is None:
        return re.search(r"\bpip3?\s+install\b", run.text) is not None
    for command in run.script.commands:
        words = [word.text for word in program_words(command)]
        if not any(re.fullmatch(r"(?:.*/)?pip[\d.]*", word) for word in words[:3]):
            continue
        install = read_pip_install(words)
        if install is not None and (
            install.lists or not all(_NEEDS_NOTHING.fullmatch(words[number]) for number in install.packages)
        ):
            return True
    return False


def _of_sources(lock: LockFile, minor: str, builds: Sequence[str], *, alpine: bool) -> _Known:
    libc = "musl" if alpine else "glibc"
    built = sorted(
        name
        for name, each in lock.packages.items()
        if any(p.kind not in LOCAL and not p.has_wheel(minor, libc) for p in each)
    )
    libraries: dict[str, Need] = {}
    unknown = []
    for name in built:
        needed = None if alpine else linked_by(name)
        if needed is None:
            unknown.append(name)
        for package in needed or ():
            libraries[package] = Need(package, package, name, "links")
    if unknown:
        names = first_of(unknown, _NAMED)
        return _Known(
            False,
            f"by uv.lock {names} may be built from source; what that needs only the image tells.",
            {},
        )
    for name in sorted(lock.packages):
        for package in builds:
            loaded = loaded_of(name, package)
            if loaded is None:
                return _unknown(f"{name} loads libraries of the system, which may come with {package}.")
            for library in loaded:
                libraries.setdefault(library, Need(library, library, name, "loads"))
    if libraries:
        by = ", ".join(f"{need.package} for {need.by}" for need in libraries.values())
        return _Known(
            True, f"they only build. By uv.lock the environment needs {by}, installed by name.", libraries
        )
    return _Known(True, "they only build, and by uv.lock all that is installed comes as wheels.", {})
