"""Which OS packages the final stage installs, where there is no image to tell (R33)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

from uvdive.distro.kinds import only_builds
from uvdive.distro.needs import compiles_at_run_time, linked_by, loads_something
from uvdive.dockerfile.shell import command_text
from uvdive.ledger.system.installed import Installed
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.evidence.context_files import copied_text
from uvdive.rewrite.evidence.os_needs import Need, SystemFacts
from uvdive.rewrite.evidence.runs import Run
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.packages.install_commands import Install
from uvdive.rewrite.packages.packages import Packages
from uvdive.uv.lock import LOCAL, LockFile, read_lock

_COMPILES = re.compile(
    r"\bext_modules\b|\bcythonize\b|\bcffi_modules\b|rust_extensions|ext-modules"
    r"|build-backend\s*=\s*[\"'](?:maturin|scikit_build_core|mesonpy|sipbuild)"
)
_OTHER_WAYS = re.compile(r"\bpip3?\s+install\b|\buv\s+(?:add|tool)\b|--no-binary|NO_BINARY")
_NAMED = 6


@dataclass(frozen=True, slots=True)
class _Known:
    """What the lock tells: ``libraries`` are needed by name; ``why`` what is known, or why it is not."""

    sure: bool
    why: str
    libraries: dict[str, Need]


def decide_by_text(
    evidence: Evidence, runs: Sequence[Run], found: list[Install], notes: Notes, minor: str
) -> tuple[Packages, dict[str, Need]]:
    """Offer every package, and leave out known build tools where the lock tells what the environment needs.

    Args:
        evidence: the file, without an image.
        runs: every RUN.
        found: the commands that install packages.
        notes: takes the decisions.
        minor: the environment's Python (``3.13``).

    Returns:
        What is left out, and the libraries to install by name.
    """
    alpine = any(install.command.argv[0].rpartition("/")[2] == "apk" for install in found)
    builds = [w.name for i in found for w in i.words if w.name and i.changeable and only_builds(w.name)]
    known = _by_lock(evidence, runs, minor, alpine=alpine)
    drops = bool(builds) and _drops(notes, found, builds, known)
    libraries = known.libraries if drops else {}
    installed = {name: Installed(name, "", (), (), ()) for name in libraries}
    facts = SystemFacts(installed, {}, {}, (), {}, {})
    packages = Packages(evidence, facts, runs, None, notes, found, [])
    for install in packages.installs:
        for listed in install.words:
            if not listed.name or not install.changeable:
                continue
            if only_builds(listed.name):
                if drops:
                    packages.leave_out(install, listed, "build")
            elif _offer(notes, install, listed.name) == "drop":
                packages.leave_out(install, listed, "choice")
    return packages, libraries


def _drops(notes: Notes, found: Sequence[Install], builds: Sequence[str], known: _Known) -> bool:
    line = next(i.run.step.line for i in found if i.changeable and any(only_builds(w.name) for w in i.words))
    names = ", ".join(dict.fromkeys(builds))
    default = "drop" if known.sure else "keep"
    return notes.choose(CHOICES["build-packages"], line, f"{names}: {known.why}", default=default) == "drop"


def _offer(notes: Notes, install: Install, name: str) -> str:
    return notes.choose(
        CHOICES["package-NAME"].of(name),
        install.run.step.line,
        "By the text alone nobody can tell what uses it; the built image tells.",
        about=f"The OS package {name}",
        default="keep",
    )


def _unknown(why: str) -> _Known:
    return _Known(False, why, {})


def _by_lock(evidence: Evidence, runs: Sequence[Run], minor: str, *, alpine: bool) -> _Known:
    text = copied_text(evidence, "uv.lock", mounted=True)
    lock = read_lock(text) if text is not None else None
    if lock is None:
        return _unknown("without a uv.lock nobody can tell what the environment needs of them.")
    if any(_OTHER_WAYS.search(command_text(run.step.instruction)) for run in runs):
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
    return _of_sources(lock, minor, alpine=alpine)


def _of_sources(lock: LockFile, minor: str, *, alpine: bool) -> _Known:
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
        more = f" and {len(unknown) - _NAMED} more" if len(unknown) > _NAMED else ""
        names = f"{', '.join(unknown[:_NAMED])}{more}"
        return _Known(
            False,
            f"by uv.lock {names} may be built from source; what that needs only the image tells.",
            {},
        )
    loading = next((name for name in sorted(lock.packages) if loads_something(name)), None)
    if loading is not None:
        return _unknown(f"{loading} loads libraries of the system, which may come with one of them.")
    if libraries:
        by = ", ".join(f"{need.package} for {need.by}" for need in libraries.values())
        return _Known(
            True, f"they only build. By uv.lock the environment needs {by}, installed by name.", libraries
        )
    return _Known(True, "they only build, and by uv.lock all that is installed comes as wheels.", {})
