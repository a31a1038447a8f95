"""Both images as they were measured, and how far the prediction was off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from uvdive.build.events import BuildResult, Timings
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import Prediction
from uvdive.verify.spent import Seconds
from uvdive.verify.start.loads.loaded import Loaded


@dataclass(frozen=True, slots=True)
class Measured:
    """Both images as they are, and their builds; None for an image that was not built now.

    ``held`` is the moment up to which packages were taken where there is no lock (R56),
    ``proof`` what each step of the proof took, ``loaded`` what the original imported when it was started.
    """

    before: ImageReport
    after: ImageReport
    before_build: BuildResult | None
    after_build: BuildResult | None
    timings: Timings = field(default_factory=Timings)
    held: str | None = None
    proof: Seconds = ()
    loaded: Loaded | None = None

    @property
    def owners(self) -> Mapping[str, tuple[int, int]]:
        """Every owner's bytes before and after."""
        before = {owner.owner: owner.bytes for owner in self.before.owners}
        after = {owner.owner: owner.bytes for owner in self.after.owners}
        return {name: (before.get(name, 0), after.get(name, 0)) for name in OWNERS}


def prediction_error(predicted: Prediction | None, after_bytes: int) -> float | None:
    """How far the prediction is off, as a share of the measured size: 0.01 is 1 % too much."""
    if predicted is None or not after_bytes:
        return None
    return (predicted.after_bytes - after_bytes) / after_bytes
