"""Real pairs, each an original and a right multi-stage version by hand: built, compared and verified.

``tests/support/projects.py`` lists them, with what a right plan would announce.
"""

from __future__ import annotations

import pytest
from projects import BY_NAME, PAIRS, built, by_hand, engine_of, original

from uvdive.verify.checks import Check, Verification
from uvdive.verify.run import verify

pytestmark = pytest.mark.engine


def judged(name: str, text: str, role: str = "broken", *, start: bool = False) -> Verification:
    project = BY_NAME[name]
    with engine_of(project):
        return verify(original(name), built(name, text, role).report, project.allowed, start=start)


def check(verification: Verification, name: str) -> Check:
    return next(check for check in verification.checks if check.name == name)


def failed(verification: Verification) -> dict[str, tuple[str, ...]]:
    return {each.name: each.differences for each in verification.checks if each.status == "failed"}


@pytest.mark.parametrize(
    ("name", "target"), [(name, target) for name, project in PAIRS.items() for target in project.targets]
)
def test_a_right_rewrite_passes(name: str, target: str) -> None:
    before, after = original(name, target), by_hand(name, target)
    with engine_of(BY_NAME[name]):
        verification = verify(before, after, PAIRS[name].allowed, start=True)
    assert failed(verification) == {}
    statuses = {each.name: each.status for each in verification.checks}
    assert statuses["config"] == ("announced" if PAIRS[name].config else "passed")
    assert statuses["files"] == statuses["interpreter"] == statuses["libraries"] == "passed"
    assert statuses["imports"] == "passed"
    assert statuses["start"] in ("passed", "announced")
    assert after.totals.file_bytes < 0.85 * before.totals.file_bytes
    python = next(environment.python for environment in after.environments)
    assert python.startswith(f"{PAIRS[name].python}.")


def test_the_pairs_are_of_every_minor_version() -> None:
    assert len(PAIRS) >= 12
    assert {project.python for project in PAIRS.values()} == {"3.11", "3.12", "3.13"}
