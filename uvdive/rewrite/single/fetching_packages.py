"""Packages that only fetched uv's installer, in a stage that stays one and gets uv by mounts (R33)."""

from __future__ import annotations

from collections.abc import Collection

from uvdive.rewrite.improve import Work
from uvdive.rewrite.packages import installs, offer_package, only_fetch_uv


def leave_out_fetching_packages(work: Work, used: Collection[str] | None) -> None:
    """Leave out each RUN that installs nothing else.

    Args:
        work: the file, without an image: with one its files tell who needs a package.
        used: the fetchers that a file of the context names; None where no file was looked at.
    """
    if work.report is not None:
        return
    found = installs(work.runs)
    for run in work.runs:
        mine = [install for install in found if install.run is run]
        if not mine or set(run.classes) - {"os-packages", "nothing"}:
            continue
        if not all(i.changeable and only_fetch_uv(work.evidence, work.runs, i, used) for i in mine):
            continue
        names = [(i, word.name) for i in mine for word in i.words if word.name]
        chosen = [offer_package(work.notes, install, name, fetches=True) for install, name in names]
        if all(value == "drop" for value in chosen):
            work.edits.gone.add(run.step.line)
