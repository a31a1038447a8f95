"""A recording in the place of an engine: the desk of its image, its proofs and its timing.

Planning is real: it reads the image's report, the bases and the files that the recording holds.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from uvdive.base.errors import BuildError
from uvdive.base.files.foreign import read_file
from uvdive.base.progress import CancelToken, OnEvent, ignore
from uvdive.build.events import Timings
from uvdive.compose.recipe import Recipe
from uvdive.image.raw_image import StoreIndex
from uvdive.image.store import LayerStore
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.desk import Desk, Held, ProcessDesk, slim
from uvdive.session.proof.proving import Proof
from uvdive.session.proof.settings import StartWish
from uvdive.session.recorded.recording import Played, Recording, Timed, as_saved, load

LONGEST, WAIT = 8.0, 0.7
"""Seconds that a recording takes at most when it is played, after no wait is longer than WAIT."""

_MOST = 64 << 20
_INSTEAD = "r takes the choices back. Where an engine is, `uvdive rewrite DOCKERFILE` builds any of them."


def read_recording(path: Path) -> Recording:
    """The recording in a file.

    Raises:
        ImageError: it is none, or damaged.
        OSError: it can't be read.
    """
    return load(read_file(path, _MOST))


def hold_recorded(path: Path, *, on_event: OnEvent = ignore) -> tuple[Held, tuple[ImageReport, bool]]:
    """What a desk's process does first: read the recording, and hand over what is small.

    Emits what the original's build reported.
    """
    recording = read_recording(path)
    for timed in recording.original:
        on_event(timed.event)
    report = as_saved(recording.report)
    held = Held(report, _store(report, recording.contents.items()), bases=recording.bases)
    return held, (slim(report), True)


def _store(report: ImageReport, contents: Iterable[tuple[str, str]]) -> LayerStore:
    """The contents that a recording holds, of the files as they are in the end."""
    table, kept = report.files, {}
    for path, text in contents:
        node = table.find(path.encode("utf-8", "surrogateescape"))
        entry = None if node is None else table.visible(node)
        if entry is not None:
            kept[table.entry_inode[entry]] = text.encode("utf-8", "surrogateescape")
    nowhere = array("q", [-1]) * table.inodes
    return LayerStore(table, StoreIndex(kept, (None,) * len(report.layers), nowhere))


def open_recorded(path: Path, *, on_event: OnEvent = ignore, cancel: CancelToken | None = None) -> Desk:
    """The desk of a recording's image, in a process of its own.

    Raises:
        ImageError: the recording is damaged.
        CancelledError: ``cancel`` was set.
    """
    from uvdive.base.processes.resident import Resident

    resident, (report, contents) = Resident.start(hold_recorded, path, on_event=on_event, cancel=cancel)
    return ProcessDesk(resident, report, contents=contents)


class Player:
    """Plays what was recorded of a plan's text, in at most ``longest`` seconds."""

    def __init__(self, recording: Recording, longest: float = LONGEST) -> None:
        self._recording = recording
        self._longest = longest

    def prove(  # noqa: PLR0913 - as the app asks for a proof, by name
        self,
        plan: RewritePlan,
        desk: Desk,  # noqa: ARG002 - nothing is built
        *,
        context: Path,  # noqa: ARG002
        build_args: tuple[str, ...],  # noqa: ARG002
        start: bool,
        wish: StartWish,
        own: tuple[Path, ...],  # noqa: ARG002
        recipe: Recipe | None = None,  # noqa: ARG002
        left_out: bool = False,  # noqa: ARG002
        on_event: OnEvent,
        cancel: CancelToken,
    ) -> Proof:
        """The recorded proof of the plan's text, with its events.

        Raises:
            BuildError: it was not recorded.
            CancelledError: ``cancel`` was set.
        """
        if wish != StartWish():
            raise BuildError("Starts were recorded without settings.", "s starts both without any.")
        found = next((each for each in self._of(plan) if each.start == start), None)
        if found is None:
            raise self._missing(plan)
        self._play(found.events, on_event, cancel)
        return found.proof

    def time(
        self,
        plan: RewritePlan,
        desk: Desk,  # noqa: ARG002 - as the app asks for it
        *,
        context: Path,  # noqa: ARG002
        build_args: tuple[str, ...],  # noqa: ARG002
        on_event: OnEvent,
        cancel: CancelToken,
    ) -> Timings:
        """The recorded timing of the plan's text, with its events; errors as in ``prove``."""
        found = next((each for each in self._recording.timings if each.text == plan.text), None)
        if found is None:
            raise BuildError("No timing of these choices was recorded.", _INSTEAD)
        self._play(found.events, on_event, cancel)
        return found.timings

    def _of(self, plan: RewritePlan) -> list[Played]:
        return [each for each in self._recording.proofs if each.text == plan.text]

    def _missing(self, plan: RewritePlan) -> BuildError:
        if self._of(plan):
            return BuildError(
                "No start of these choices was recorded.", f"b builds and checks them. {_INSTEAD}"
            )
        singles = sorted(
            {f"{key}={value}" for each in self._recording.proofs for key, value in each.choices.items()}
        )
        told = f"Recorded are the plan as it was proposed, and one choice at a time: {', '.join(singles)}."
        return BuildError("No build of these choices was recorded.", f"{told} {_INSTEAD}")

    def _play(self, events: tuple[Timed, ...], on_event: OnEvent, cancel: CancelToken) -> None:
        stopped = threading.Event()
        cancel.on_cancel(stopped.set)
        times = [0.0, *(timed.seconds for timed in events)]
        waits = [min(WAIT, after - before) for before, after in pairwise(times)]
        pace = min(1.0, self._longest / (sum(waits) or 1.0))
        for wait, timed in zip(waits, events, strict=True):
            stopped.wait(wait * pace)
            cancel.raise_if_cancelled()
            on_event(timed.event)


def slimmed(proof: Proof) -> Proof:
    """A proof as it is recorded: as the app gets it, without the files of its images."""
    return replace(proof, after=slim(proof.after), before=None)
