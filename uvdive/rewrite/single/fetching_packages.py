"""Packages that only fetched uv's installer, in a stage that stays one and gets uv by mounts (R33)."""

from __future__ import annotations

from collections.abc import Collection

from uvdive.rewrite.improve import Work
from uvdive.rewrite.packages import Install, fetching, installs, offer_package, without_words


def leave_out_fetching_packages(work: Work, used: Collection[str] | None) -> None:
    """Leave them out, and each RUN that installs nothing else.

    Args:
        work: the file, without an image: with one its files tell who needs a package.
        used: the fetchers that a file of the context names; None where no file was looked at.
    """
    if work.report is not None:
        return
    found = installs(work.runs)
    for run in work.runs:
        mine = [install for install in found if install.run is run and install.changeable]
        gone = {id(install): _left_out(work, install, used) for install in mine}
        if not any(gone.values()):
            continue
        names = {word.name for install in mine for word in install.words}
        whole = len(mine) == sum(install.run is run for install in found)
        if (
            whole
            and names == set().union(*gone.values())
            and not set(run.classes) - {"os-packages", "nothing"}
        ):
            work.edits.gone.add(run.step.line)
            continue
        for install in mine:
            dropped = gone[id(install)]
            if install.editable and dropped and dropped < {word.name for word in install.words}:
                work.change(run, "os-packages").words += without_words(install, dropped)


def _left_out(work: Work, install: Install, used: Collection[str] | None) -> set[str]:
    """The packages of a command that stay out, as the choices say."""
    names = fetching(work.evidence, work.runs, install, used)
    offered = [word.name for word in install.words if word.name in names]
    return {name for name in offered if offer_package(work.notes, install, name, fetches=True) == "drop"}
