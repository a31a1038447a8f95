"""How far a build and its proof are, as plain data that the screen draws."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from uvdive.base.progress import BytesRead, Note
from uvdive.base.units import percent, size
from uvdive.build.events import BuildBegan, BuildLeftOut, Role, Timings
from uvdive.image.events import ImageFound, LayerRead
from uvdive.session.proof.settings import StartWish
from uvdive.tui.progress.build import Build
from uvdive.verify.checks import Check, CheckStarted, Comparison, Verification
from uvdive.verify.repairs import Repair

SIDES: dict[Role, str] = {"before": "the original", "after": "the rewrite"}
"""What the images are called."""


def saving(before: int, after: int) -> str:
    """A change of size in words: ``61.3 MB smaller, -33.9 %``."""
    change = abs(after - before)
    if not change:
        return "exactly as large"
    word, sign = ("smaller", "-") if after < before else ("larger", "+")
    return f"{size(change)} {word}, {sign}{percent(change, before)}"


@dataclass(slots=True)
class ProofState:
    """Everything that came of one ``prove``: fed with events, then with the result.

    ``original`` is the build of the image before, as far as it was built in this session;
    ``side`` is which of both is built or read just now, ``layers`` the bytes of the new
    image's layers that are read, by diff id. ``wish`` is what both programs got, where they
    were run.
    ``outcome`` is the session floor's Proof, once it is there.
    """

    clock: Callable[[], float] = time.monotonic
    original: Build = field(default_factory=lambda: Build("before"))
    build: Build = field(default_factory=lambda: Build("after"))
    outcome: Any = None
    timings: Timings | None = None
    checks: dict[str, Check | None] = field(default_factory=dict)
    note: str = "starting"
    side: Role = "after"
    layers: dict[str, int] = field(default_factory=dict)
    comparison: Comparison | None = None
    verification: Verification | None = None
    began: float = 0.0
    took: float | None = None
    failure: str = ""
    wish: StartWish | None = None

    def __post_init__(self) -> None:
        self.began = self.clock()
        self.build.clock = self.clock

    def take(self, event: object) -> None:
        """Note one event of the session floor."""
        if isinstance(event, BuildLeftOut):
            return
        if isinstance(event, BuildBegan):
            self.side = event.role
        if self.current.take(event):
            self.note = f"building {SIDES[self.side]}"
        elif isinstance(event, (CheckStarted, Check)):
            self.checks[event.name] = event if isinstance(event, Check) else None
            self.note = "checking"
        elif isinstance(event, Note):
            self.note = event.text
        elif isinstance(event, Comparison):
            self.comparison = event
        elif isinstance(event, (BytesRead, ImageFound, LayerRead)):
            self._take_reading(event)

    @property
    def current(self) -> Build:
        """The build that runs, or ran last."""
        return self.original if self.side == "before" else self.build

    def _take_reading(self, event: BytesRead | ImageFound | LayerRead) -> None:
        self.note = f"reading {SIDES[self.side]}"
        if self.side == "before":
            return
        if isinstance(event, ImageFound):
            self.layers.clear()
        elif isinstance(event, LayerRead):
            self.layers[event.diff_id] = event.file_bytes

    @property
    def read_bytes(self) -> int:
        """The bytes of the new image that are known by their layers."""
        return sum(self.layers.values())

    def finish(self, outcome: Any) -> None:
        """The proof is done."""
        self.outcome = outcome
        self.comparison = outcome.comparison
        verification: Verification | None = outcome.verification
        self.verification = verification
        if verification is not None:
            self.checks = {check.name: check for check in verification.checks}
        self.took = self.seconds
        self.note = ""

    def stop(self, why: str) -> None:
        """The proof ended without a result."""
        self.took = self.seconds
        self.current.stop()
        self.failure = why
        self.note = ""

    @property
    def seconds(self) -> float:
        """How long it takes, or took."""
        return self.took if self.took is not None else self.clock() - self.began

    @property
    def repairs(self) -> Sequence[Repair]:
        """The changed decisions that may mend what failed."""
        return () if self.outcome is None else self.outcome.repairs

    @property
    def failed_checks(self) -> list[Check]:
        """The checks that failed."""
        return [check for check in self.checks.values() if check is not None and check.status == "failed"]

    @property
    def unseen(self) -> tuple[str, ...]:
        """What no check could look at, though it matters."""
        return () if self.verification is None else self.verification.unseen

    @property
    def needs(self) -> tuple[str, ...] | None:
        """The variables that the programs want to start; empty: something else; None: nothing is known."""
        checks = (check for check in self.checks.values() if check is not None)
        return next((check.needs for check in checks if check.needs is not None), None)

    @property
    def passed(self) -> bool:
        """Is it done, verified, and was everything looked at that matters, with no check failed?"""
        return self.comparison is not None and self.verification is not None and self.verification.proven

    def verdict(self) -> str:
        """The saving in one sentence; empty before it is measured."""
        found = self.comparison
        if found is None:
            return ""
        words = saving(found.before_bytes, found.after_bytes)
        return f"{words}: {size(found.before_bytes)} → {size(found.after_bytes)}"

    def proven(self) -> str:
        """What the checks came to, in words; empty before they are done."""
        if self.comparison is None:
            return ""
        if self.verification is None:
            return "not verified"
        failed = self.failed_checks
        if failed:
            return f"{len(failed)} check{'' if len(failed) == 1 else 's'} failed: " + ", ".join(
                c.name for c in failed
            )
        blind = [check.name for check in self.verification.checks if check.unseen]
        if blind == ["start"] and self.needs is not None:
            return "the start is not proven"
        if blind:
            return f"not proven, {', '.join(blind)} could not look at everything"
        done = [check for check in self.verification.checks if check.status != "skipped"]
        skipped = len(self.verification.checks) - len(done)
        told = f"all {len(done)} checks passed" if done else "no check could run"
        return told + (f", {skipped} skipped" if skipped and done else "")
