"""500 random commands in RUNs of a few images: planner, judge, and a plain comparison agree (R28, R33, R34).

``UVDIVE_RANDOM_RUNS=20`` looks at that many seeds more of each base.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from engines.removing import removes_images_of
from made_images.exports import lost
from rewrites.random_runs import SYSTEMS, System, dockerfile

from uvdive.build.events import BuildRequest
from uvdive.build.images import image_tag
from uvdive.session.opening.images import load_image
from uvdive.session.planning.rewriting import plan_rewrite
from uvdive.session.proof.building import build_image, target_of
from uvdive.session.proof.proving import prove

SEEDS = range(1 + int(os.environ.get("UVDIVE_RANDOM_RUNS", "0")))
LEAST = 500


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Path]:
    with removes_images_of(tmp_path):
        yield tmp_path


def test_the_first_seeds_have_500_commands() -> None:
    assert sum(dockerfile(system, 0)[2] for system in SYSTEMS) >= LEAST


@pytest.mark.engine
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.base)
def test_random_runs_are_rewritten_without_a_loss(system: System, seed: int, context: Path) -> None:
    text, scripts, _ = dockerfile(system, seed)
    (context / "Dockerfile").write_text(text)
    (context / "scripts").mkdir()
    for name, script in {"none.sh": "", **scripts}.items():
        (context / "scripts" / name).write_text(script)
    loaded = load_image(target_of(build_image(BuildRequest(context, context / "Dockerfile"))))
    plan = plan_rewrite(context / "Dockerfile", loaded.report, store=loaded.store)
    assert plan.outcome == "rewritten", plan.refusal
    proof = prove(plan, loaded.report, index=loaded.index, context=context)
    before, after = (image_tag(context, context / "Dockerfile", which) for which in ("before", "after"))
    assert lost(before, after) == []
    assert proof.verification is not None
    files = next(check for check in proof.verification.checks if check.name == "files")
    assert files.status == "passed", files.differences
    assert plan.predicted is not None
    assert proof.after.totals.file_bytes == pytest.approx(plan.predicted.after_bytes, rel=0.01)
