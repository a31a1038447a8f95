"""Record the demo: ``uv run python docs/record_demo.py``, with an engine and a network.

Builds ``examples/flask`` with nothing cached, reads the image, plans its rewrite, and proves the plan as it
is proposed and with each single choice, as the app does. Everything that this reported, with its
times, and what it came to goes to ``uvdive/data/demo.recording``, which the demo plays. In the end the
recording is read again and planned with, and every text must be the one that was proven.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from uvdive.base.progress import CancelToken
from uvdive.base.version import __version__
from uvdive.build.events import BuildRequest
from uvdive.image.store import LayerStore
from uvdive.image.table import Kind
from uvdive.ledger.report import ImageReport
from uvdive.output.redact import redact_report
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.atdesk import plan_at_desk
from uvdive.session.opening.images import Loaded, load_image
from uvdive.session.opening.options import DEFAULTS
from uvdive.session.planning.kept import Kept
from uvdive.session.planning.rewriting import load_base, plan_rewrite
from uvdive.session.proof.building import build_image, target_of
from uvdive.session.proof.own_builds import as_built
from uvdive.session.proof.proving import prove
from uvdive.session.proof.timing import NO_CACHE, Wish, time_builds
from uvdive.session.recorded.playing import hold_recorded, slimmed
from uvdive.session.recorded.recording import Played, Recording, Timed, Timing, dump

ROOT = Path(__file__).parent.parent
PROJECT = ROOT / "examples" / "flask"
TARGET = ROOT / "uvdive" / "data" / "demo.recording"
TAG = "flask-example"
UNRECORDED = frozenset({"final-base", "user"})
"""Choices that the demo offers and does not prove: one plans by the image's binaries, one needs a start."""
SHOWN = 64 << 10
"""Files of the app up to so many bytes can be looked at in the demo."""


class Noting(LayerStore):
    """Notes what is read."""

    def __init__(self, loaded: Loaded) -> None:
        assert loaded.store is not None
        super().__init__(loaded.report.files, loaded.store.index)
        self.read_inodes: set[int] = set()

    def read(self, inode: int, limit: int | None = None) -> bytes:
        """As the store does."""
        self.read_inodes.add(inode)
        return super().read(inode, limit)

    def texts(self) -> dict[str, str]:
        """What was read, and the app's own files, by path; TypeError for what is no text or not whole."""
        table, found = self._table, {}
        for entry in table.live_entries():
            inode, path = table.entry_inode[entry], table.path(table.entry_node[entry])
            own = path.startswith(b"/app/") and b"/site-packages/" not in path and b"/bin/" not in path
            shown = own and table.entry_kind[entry] == Kind.FILE and table.inode_size(inode) <= SHOWN
            if inode in self.read_inodes or (shown and self.has(inode)):
                try:
                    found[path.decode()] = super().read(inode).decode()
                except UnicodeDecodeError:
                    if inode in self.read_inodes:
                        raise
        return found


@dataclass
class Tape:
    """Takes events with their times."""

    events: list[Timed] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def __call__(self, event: object) -> None:
        self.events.append(Timed(time.monotonic() - self.began, event))


class Recorder:
    """Plans and proves for the image ``loaded`` of the project in ``context``."""

    def __init__(self, loaded: Loaded, context: Path) -> None:
        self.loaded, self.context, self.dockerfile = loaded, context, context / "Dockerfile"
        self.store = Noting(loaded)
        self.bases: dict[str, ImageReport] = {}
        self.kept = Kept()
        self.played: list[Played] = []

    def plan(self, choices: Mapping[str, str]) -> RewritePlan:
        """The plan under some choices; the bases that it looks at are kept."""
        known = _Bases(self.loaded.report, self.bases)
        return plan_rewrite(
            self.dockerfile,
            self.loaded.report,
            store=self.store,
            choices=choices,
            kept=self.kept,
            bases=known,
        )

    def prove(self, choices: Mapping[str, str], *, start: bool, cold: bool = False) -> RewritePlan:
        """Record a proof, and return its plan."""
        plan, tape, kept = self.plan(choices), Tape(), self.kept
        print(f"proving {dict(choices) or 'the plan as proposed'}{', with a start' if start else ''}")
        proof = prove(
            plan, self.loaded.report, context=self.context, index=self.store.index, start=start, kept=kept,
            build_args=(NO_CACHE,) if cold else (), on_event=tape,
        )  # fmt: skip
        if proof.looked or kept.system is not None or kept.lacking is not None:
            raise SystemExit("The plan depends on more than a recording has a place for.")
        self.played.append(Played(plan.text, choices, start, tuple(tape.events), slimmed(proof)))
        return plan

    def time(self, plan: RewritePlan) -> Timing:
        """Record the timing of both builds."""
        print("timing both builds")
        tape, request = Tape(), BuildRequest(self.context, self.dockerfile)
        wish = Wish(cold=True, rebuild=True)
        timings = time_builds(request, plan, self.loaded.report, wish, on_event=tape)
        return Timing(plan.text, tuple(tape.events), timings)


class _Bases(dict[str, ImageReport]):
    """Reads the bases that are asked for."""

    def __init__(self, report: ImageReport, known: dict[str, ImageReport]) -> None:
        self._report, self._known = report, known

    def get(self, reference: str, default: Any = None) -> Any:  # noqa: ARG002 - all that are asked for are there
        if reference not in self._known:
            found = load_base(reference, self._report, lambda _event: None, None, pull=True)
            assert found is not None
            self._known[reference] = found
        return self._known[reference]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        context = Path(folder) / PROJECT.name
        shutil.copytree(PROJECT, context)
        recording = record(context)
        TARGET.write_bytes(dump(recording))
        print(f"{TARGET.relative_to(ROOT)}: {TARGET.stat().st_size / 1000:.0f} kB")
        check(recording, context)


def record(context: Path) -> Recording:
    original, request = Tape(), BuildRequest(context, context / "Dockerfile", tag=TAG, args=(NO_CACHE,))
    print("building the original")
    built = build_image(request, on_event=original)
    options = as_built(DEFAULTS, request)
    found = load_image(target_of(built), dockerfile=request.dockerfile, options=options)
    loaded = replace(found, report=_portable(redact_report(found.report)))
    recorder = Recorder(loaded, context)
    plan = recorder.prove({}, start=False, cold=True)
    timing = recorder.time(plan)
    recorder.prove({}, start=True)
    for decision in plan.decisions:
        for alternative in decision.alternatives:
            if alternative.value != decision.chosen and decision.id not in UNRECORDED:
                recorder.prove({decision.id: alternative.value}, start=False)
    files = {
        path.relative_to(context).as_posix(): path.read_text()
        for path in sorted(context.rglob("*"))
        if path.is_file()
    }
    return Recording(
        f"{datetime.now(UTC).date().isoformat()}, uvdive {__version__}",
        files,
        recorder.store.texts(),
        tuple(original.events),
        tuple(recorder.played),
        (timing,),
        loaded.report,
        recorder.bases,
    )


def _portable(report: ImageReport) -> ImageReport:
    """The report without the folder that it was built in."""
    assert report.dockerfile is not None
    return replace(report, dockerfile=replace(report.dockerfile, path="Dockerfile"))


def check(recording: Recording, context: Path) -> None:
    """Does planning with the recording give the texts that were proven?"""
    held, _ = hold_recorded(TARGET)
    for played in recording.proofs:
        plan, _ = plan_at_desk(
            held, context / "Dockerfile", context, played.choices, False, (), None,
            on_event=lambda _event: None, cancel=CancelToken(),
        )  # fmt: skip
        if plan.text != played.text:
            sys.exit(f"With {dict(played.choices)}, the recording plans another text than was proven.")


if __name__ == "__main__":
    main()
