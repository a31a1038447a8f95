"""Each example project on the ladder: what its steps come to, and the leanest that is proven with --start.

    uv run python tests/bench/ladder.py [NAME...]     print the table
    uv run python tests/bench/ladder.py --write       and put each row into docs/measurements.md once measured

Bytes are file bytes of whole images; steps are as predicted, the leanest is measured, and beside it stands
by how much its prediction was off. The bases are those that the engine has; another engine that a project
needs gets the lean ones from the first.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

import table
from engines.bringing import bring_image
from rewrites.projects import BY_NAME, PROJECTS, Project, built, engine_of, kept_of, remove_built

from uvdive.base.errors import UvdiveError
from uvdive.build.images import list_images, remove_images
from uvdive.output.words.ladder import remarks
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.planning.rewriting import plan_rewrite
from uvdive.session.proof.lean import leanest
from uvdive.session.proof.proving import Proof, prove

LEAN = tuple(f"gcr.io/distroless/cc-debian{release}" for release in (12, 13))
STEPS = ("multi-stage", "distroless", "trimmed")
HEAD = (
    f"| project | before, MB | {', MB | '.join(STEPS)}, MB | leanest, MB | proven | why not further |\n"
    f"|---|--:|{'--:|' * len(STEPS)}--:|---|---|"
)


def mega(size: int | None) -> str:
    return "" if size is None else f"{size / 1e6:.1f}"


def row(project: Project) -> str:
    """Take one project down for real."""
    if project.engine:
        for name in LEAN:
            bring_image(name, os.environ[f"UVDIVE_ENGINE_{project.engine.upper()}"])
    before, kept = built(project.name, project.text(), "before"), kept_of(project.name)

    def planned(choices: Mapping[str, str]) -> RewritePlan:
        return plan_rewrite(
            project.dockerfile, before.report, store=before.store, build_args=project.args,
            recipe=project.recipe, choices=choices, kept=kept, ladder={},
        )  # fmt: skip

    def proven(plan: RewritePlan) -> Proof:
        return prove(
            plan, before.report, context=project.path, start=True, build_args=project.args,
            recipe=project.recipe, kept=kept,
        )  # fmt: skip

    size = mega(before.report.totals.file_bytes)
    with engine_of(project):
        plan = planned({})
        if plan.outcome != "rewritten":
            why = plan.refusal.reason if plan.refusal else f"{plan.outcome}: its stages stay"
            return line(project, size, *("" for _ in STEPS), "", "", why)
        steps = [mega(rung.predicted_bytes) for rung in plan.ladder]
        found = leanest(plan, {}, planned, proven)
        remove_images(image for image in list_images() if image.tag == found.proof.build.tag)
    verification = found.proof.verification
    assert verification is not None
    at = next((rung.words for rung in found.plan.ladder if rung.chosen), "")
    after = found.proof.after.totals.file_bytes
    told = f"{at}, by {verification.level}{off(found.plan, after)}" if verification.proven else "no"
    return line(project, size, *steps, mega(after), told, " ".join(remarks(found.plan)))


def off(plan: RewritePlan, after: int) -> str:
    """By how much the prediction was off, as a part of a sentence; empty where there was none."""
    return f" (prediction off by {abs(plan.predicted.after_bytes / after - 1):.2%})" if plan.predicted else ""


def line(project: Project, *cells: str) -> str:
    return f"| {' | '.join((project.name, *cells))} |".replace("\n", " ")


def main() -> int:
    names = [name for name in sys.argv[1:] if name != "--write"]
    print(HEAD)
    try:
        for project in [BY_NAME[name] for name in names] or PROJECTS:
            try:
                told = row(project)
            except UvdiveError as error:
                told = line(project, "", *("" for _ in STEPS), "", "no", str(error))
            print(told, flush=True)
            if "--write" in sys.argv:
                known = {project.name: told}
                table.write_rows("ladder", HEAD, known, (each.name for each in PROJECTS))
    finally:
        remove_built()
    return 0


if __name__ == "__main__":
    sys.exit(main())
