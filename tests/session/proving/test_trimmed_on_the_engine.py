"""The article's server without what nothing uses: it is proven, and a step that removes more is not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from engines.removing import removes_images_of

from uvdive.rewrite.plan import RewritePlan
from uvdive.session.opening.images import load_image
from uvdive.session.planning.kept import Kept
from uvdive.session.planning.rewriting import plan_rewrite
from uvdive.session.proof.proving import Proof, prove
from uvdive.verify.checks import Verification

pytestmark = pytest.mark.engine

FLASK = Path(__file__).parents[3] / "examples" / "flask"
CHOICES = {"python": "managed", "trim": "all"}


@dataclass(frozen=True)
class Trimmed:
    """The original with the plan that trims it."""

    image: str
    report: object
    plan: RewritePlan
    kept: Kept

    def proven(self, text: str = "", *, start: bool = False) -> Proof:
        """The proof of the plan, or of its text with a mistake in it."""
        plan = replace(self.plan, text=text or self.plan.text)
        return prove(plan, self.report, context=FLASK, start=start, kept=self.kept)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def trimmed(seed_image: str) -> Trimmed:
    loaded, kept = load_image(f"docker://{seed_image}"), Kept()
    plan = plan_rewrite(
        FLASK / "Dockerfile", loaded.report, store=loaded.store, choices=CHOICES, kept=kept, ladder={}
    )
    return Trimmed(f"docker://{seed_image}", loaded.report, plan, kept)


def verification_of(proof: Proof) -> Verification:
    assert proof.verification is not None
    return proof.verification


def test_it_is_proven_by_a_start_and_as_small_as_predicted(trimmed: Trimmed) -> None:
    with removes_images_of(FLASK, FLASK / "Dockerfile"):
        proof = trimmed.proven(start=True)
    assert verification_of(proof).level == "start"
    assert trimmed.plan.predicted is not None
    # The lists of installed files are shorter by the lines of what is gone, which nobody predicts.
    assert 0 <= trimmed.plan.predicted.after_bytes - proof.after.totals.file_bytes < 1000
    saved = next(rung for rung in trimmed.plan.ladder if rung.id == "multi-stage").predicted_bytes
    assert proof.after.totals.file_bytes < (saved or 0)


def test_libraries_without_what_debuggers_read_are_proven_by_a_start(trimmed: Trimmed) -> None:
    loaded = load_image(trimmed.image)
    choices = {"python": "managed", "trim": "debug"}
    plan = plan_rewrite(
        FLASK / "Dockerfile", loaded.report, store=loaded.store, choices=choices, kept=trimmed.kept
    )
    assert "-exec strip --strip-debug {} +" in plan.text
    with removes_images_of(FLASK, FLASK / "Dockerfile"):
        proof = replace(trimmed, plan=plan).proven(start=True)
    assert verification_of(proof).level == "start"
    assert plan.predicted is not None
    assert abs(plan.predicted.after_bytes - proof.after.totals.file_bytes) < 1000
    decision = next(each for each in plan.decisions if each.id == "trim")
    whole = next(each.predicted_bytes for each in decision.alternatives if each.value == "none")
    assert proof.after.totals.file_bytes < (whole or 0)


STEP = "/opt/uv-python/*/lib/python3.*/idlelib"
MISTAKES = {
    "a module that is imported": (STEP, f"{STEP} /opt/uv-python/*/lib/python3.*/json", "imports"),
    "a module that nobody imports": (STEP, f"{STEP} /opt/uv-python/*/lib/python3.*/sqlite3", "files"),
    "a module of a package": ("-name '*.pyi'", "-name '_internal.py'", "imports"),
    "metadata": ("-name '*.pyi'", "-name METADATA", "files"),
    "more lines of a list": (r"/\.pyi,/d", r"/\.py,/d", "files"),
    "data of a package": ("-name '*.pyi'", "-name '*.js'", "files"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_step_that_removes_more_is_caught(trimmed: Trimmed, mistake: str) -> None:
    right, wrong, caught = MISTAKES[mistake]
    assert right in trimmed.plan.text
    with removes_images_of(FLASK, FLASK / "Dockerfile"):
        found = verification_of(trimmed.proven(trimmed.plan.text.replace(right, wrong)))
    assert caught in [check.name for check in found.checks if check.status == "failed"]
