"""What the judge of a proof is told, and what follows from its verdict; nothing is built."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from engines.stand_in_builder import MOMENT, PLAN, STAGES, Builder, image, proof, resolved, use
from made_images import layers as make
from made_images import pairs_of_images as pairs

from uvdive.build.running.settings import StartSettings
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import Allowances, Decision
from uvdive.session.planning.kept import Kept
from uvdive.session.proof import proving
from uvdive.verify.checks import NO_CHANCE, Chance, Check, Verification, Want


class Judge:
    """Stands for the checks: keeps what it was told, and finds what it is given."""

    def __init__(self, *found: Check, ask: tuple[bytes, ...] = ()) -> None:
        self.found, self.ask = found, ask
        self.told: dict[str, Any] = {}
        self.vary = NO_CHANCE

    def __call__(
        self, before: ImageReport, after: ImageReport, allowed: Allowances, **how: Any
    ) -> Verification:
        self.told = {"before": before, "after": after, "allowed": allowed, **how}
        if self.ask:
            self.vary = how["varying"](self.ask)
        return Verification(self.found)


def test_the_judge_is_told_what_the_plan_announced_and_what_this_run_wrote(
    tmp_path: Path, context: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = image(tmp_path), image(tmp_path, two=b"at 22")
    builder = Builder(after, image(tmp_path, two=b"at 333"))
    use(monkeypatch, builder)
    judge = Judge(Check("files", "passed", ""), ask=(b"/app/two",))
    monkeypatch.setattr(proving, "run_checks", judge)
    settings, kept = StartSettings((("A", "1"),), network=True), Kept()
    decision = Decision("package-gcc", "R33", 3, "gcc", "", "drop")
    plan = replace(PLAN, allowed=Allowances(paths=("/announced",)), decisions=(decision,))
    done = proof(context, before, plan, own=(context / "x",), start=True, settings=settings, kept=kept)
    told = judge.told
    assert (told["before"], told["after"], told["start"], told["settings"]) == (before, after, True, settings)
    assert told["allowed"].paths == ("/announced", "/x")
    assert told["decisions"] == (decision,)
    assert told["imported"] is kept.imported
    assert told["indexes"] == (None, None)
    # A second build of the original tells what varies.
    assert judge.vary == Chance(frozenset((b"/app/two",)))
    again = builder.requests[1].text or ""
    assert "UVDIVE_SECOND_BUILD" in again
    assert "UV_EXCLUDE_NEWER" not in again
    assert done.verification == Verification(judge.found)
    assert done.repairs == ()


def test_a_failed_check_is_answered_by_a_changed_decision_and_a_way_out(
    tmp_path: Path, context: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = image(tmp_path)
    lacking = pairs.read(tmp_path / "lacking.tar", pairs.python())
    use(monkeypatch, Builder(lacking))
    failed = Check(
        "files", "failed", "1 path is missing", ("missing: /app/two",), (Want("path", "/app/two"),)
    )
    monkeypatch.setattr(proving, "run_checks", Judge(failed))
    done = proof(context, before)
    assert [(repair.choice, repair.value) for repair in done.repairs] == [("extra-paths", "/app/two")]
    assert done.verification is not None
    assert "--choose extra-paths=/app/two" in done.verification.checks[0].way_out


def test_a_build_that_is_held_may_have_the_moment_in_its_locks(
    tmp_path: Path, context: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, newer = resolved(tmp_path, "1", created=MOMENT), resolved(tmp_path, "2")
    site = "app/.venv/lib/python3.13/site-packages"
    lock = {"app/uv.lock": make.file("app/uv.lock", b"exclude-newer")}
    files = pairs.application() | pairs.installed(site, "idna", "1", {"idna.py": b"x"}) | lock
    same = pairs.read(tmp_path / "locked.tar", pairs.python(), files)
    use(monkeypatch, Builder(newer, same))
    held = []
    monkeypatch.setattr(
        proving, "varying_paths", lambda *_, variables, **__: held.append(variables) or NO_CHANCE
    )
    judge = Judge(Check("files", "passed", ""), ask=(b"/x",))
    monkeypatch.setattr(proving, "run_checks", judge)
    assert proof(context, before, STAGES).held == MOMENT
    assert judge.told["allowed"].paths == ("/app/uv.lock",)
    use(monkeypatch, Builder(same))
    proof(context, before, STAGES)  # nothing is held: nothing of a lock may differ
    assert judge.told["allowed"].paths == ()
    assert held == [(f"UV_EXCLUDE_NEWER={MOMENT}",), ()]
