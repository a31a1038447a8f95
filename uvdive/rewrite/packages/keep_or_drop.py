"""Which of the OS packages that commands name the final image gets (R33, R43)."""

from __future__ import annotations

from uvdive.base.units import size
from uvdive.distro.kinds import only_builds
from uvdive.distro.needs import TOOLS, compiles_at_run_time
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.packages.install_commands import Install, Listed
from uvdive.rewrite.packages.needs import called_needs, fetches, need_of, started_needs
from uvdive.rewrite.packages.packages import Packages
from uvdive.rewrite.packages.told import note_purged

_UNSEEN = (
    "but the environment that the new image gets is not in the original, so nobody has seen what it needs. "
    "Building it (--verify, or b in the app) tells."
)
_BUILT = " The new image was built once to see what its environment needs."


def decide(packages: Packages, install: Install, *, others: bool) -> None:
    """Decide on each package that the command names; what is left out goes to ``packages.drop``.

    ``others`` are packages that do more than build.
    """
    for listed in install.words:
        if not listed.name:
            continue
        if not packages.real(listed.name):
            _note_purged(packages, listed, install)
        elif only_builds(listed.name) and listed.name in _started(packages):
            continue  # `make serve` needs make when the container runs
        elif only_builds(listed.name):
            _build_package(packages, listed, install)
        elif others:
            _other_package(packages, listed, install)


def _started(packages: Packages) -> frozenset[str]:
    """The packages of which a start command, a health check or a command from outside calls a program."""
    needs = (
        *started_needs(packages.evidence, packages.facts),
        *called_needs(packages.facts, packages.called),
    )
    return frozenset(need.package for need in needs)


def _note_purged(packages: Packages, listed: Listed, install: Install) -> None:
    if not packages.removals:
        return
    packages.leave_out(install, listed, "purged")
    note_purged(packages.notes, install)


def _build_package(packages: Packages, listed: Listed, install: Install) -> None:
    default = "keep" if packages.unseen else CHOICES["build-packages"].default
    packages.hinges |= packages.unseen and "build-packages" not in packages.notes.choices
    kept = packages.notes.choices.get("build-packages", default) == "keep"
    if not kept:
        packages.leave_out(install, listed, "build")
    started = _started(packages)
    words = [word for each in packages.installs if each.changeable for word in each.words]
    names = [word.name for word in words if only_builds(word.name) and word.name not in started]
    total = packages.size(packages.goes(names))
    packages.notes.choose(
        CHOICES["build-packages"],
        install.run.step.line,
        f"Only needed to compile: {', '.join(names)} ({size(total)}); "
        + (_UNSEEN if packages.unseen else "the libraries that the result needs are installed by name.")
        + (_BUILT if packages.facts.seen is not None else ""),
        default=default,
    )
    compiler = _compiles_later(packages)
    if compiler is not None and not kept:
        packages.notes.warn(
            "R33",
            install.run.step.line,
            f"{compiler} can call a compiler when the app runs: choose build-packages=keep then.",
        )


def _compiles_later(packages: Packages) -> str | None:
    """A distribution of the app that calls a compiler when it runs."""
    report = packages.evidence.report
    if report is None:
        return None
    names = [d.name for environment in report.environments for d in environment.distributions]
    every = (*names, *sorted(packages.facts.seen or ()))
    return next((name for name in every if compiles_at_run_time(name.lower())), None)


def _other_package(packages: Packages, listed: Listed, install: Install) -> None:
    own = packages.closure(packages.real(listed.name)) - packages.there - packages.old
    need = need_of(packages, listed.name)
    if not own or (need is not None and need.sure) or fetches(packages, listed.name):
        return
    tool = listed.name in TOOLS
    default = "drop" if tool and need is None and not packages.unseen else "keep"
    if need is not None:
        reason = f"{need.by} may call `{need.thing}`, which this package brings in."
    elif tool and packages.unseen:
        packages.hinges |= CHOICES["package-NAME"].of(listed.name).id not in packages.notes.choices
        reason = f"Nothing was found that uses it; {_UNSEEN}"
    elif tool:
        reason = "Nothing but the build uses it, as far as the app's and the environment's files tell."
    else:
        reason = "Nothing was found that needs it, but it may be data, or a program called by other means."
    chosen = packages.notes.choose(
        CHOICES["package-NAME"].of(listed.name),
        install.run.step.line,
        f"{reason} It and what it brings: {size(packages.size(packages.goes([listed.name])))}.",
        about=f"The OS package {listed.name}",
        default=default,
    )
    if chosen == "drop":
        packages.leave_out(install, listed, "choice")
