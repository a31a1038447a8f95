"""The way out of each failed check: the choice that mends it, or how to report it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from uvdive.verify.checks import Check, Verification
from uvdive.verify.repairs import Repair

REPORT = "No choice of the plan fixes this; --report-problem FILE writes what is needed to report it."
OTHERS = (
    "What may fix the other checks may fix this one too. "
    "If it does not, --report-problem FILE writes what is needed to report it."
)


def with_ways_out(verification: Verification, repairs: Sequence[Repair]) -> Verification:
    """The verification with a way out for each failed check.

    A check that knows its own (a fault of the original, a variable that the program wants)
    keeps it; ``repairs`` are the changed decisions that may mend what failed.
    """
    return Verification(tuple(_with_way_out(check, repairs) for check in verification.checks))


def _with_way_out(check: Check, repairs: Sequence[Repair]) -> Check:
    if check.status != "failed" or check.way_out:
        return check
    choices = [
        f"--choose {repair.choice}={repair.value}" for repair in repairs if check.name in repair.checks
    ]
    if not choices and repairs:
        return replace(check, way_out=OTHERS)
    if not choices:
        return replace(check, way_out=REPORT)
    way_out = f"{' '.join(choices)} may fix it; --repair does so, builds and checks once more."
    return replace(check, way_out=way_out)
