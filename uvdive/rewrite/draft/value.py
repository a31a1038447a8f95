"""What one set of choices comes to."""

from __future__ import annotations

from dataclasses import dataclass

from uvdive.rewrite.notes import Notes
from uvdive.rewrite.plan import FileChange, Outcome, Prediction
from uvdive.rewrite.text import Writer


@dataclass(frozen=True, slots=True)
class Draft:
    """What one set of choices comes to; ``outcome`` is what a plan of it is called.

    ``changes`` are other files that it changes. ``missing_base`` is the runner's base
    where it is not at hand, so that there is no prediction (R60). ``unseen`` is as in the plan.
    ``untrimmed`` says why nobody looked for what could go (R62); empty where somebody did.
    """

    notes: Notes
    writer: Writer
    prediction: Prediction | None
    changes: tuple[FileChange, ...] = ()
    missing_base: str | None = None
    outcome: Outcome = "rewritten"
    unseen: bool = False
    untrimmed: str = ""
