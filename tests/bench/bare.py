"""Each example project on distroless: rewritten, built and verified with --start, or why not.

    uv run python tests/bench/bare.py [NAME...]     print the table
    uv run python tests/bench/bare.py --write       and put its rows into docs/measurements.md

Bytes are file bytes of whole images; `slim` is the rewrite without any choice, as predicted. The bases
are those that the engine has.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

import table
from rewrites.projects import BY_NAME, PROJECTS, Project, built, engine_of, remove_built

from uvdive.base.errors import UvdiveError
from uvdive.build.images import list_images, remove_images
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.planning.rewriting import plan_rewrite
from uvdive.session.proof.proving import prove

HEAD = (
    "| project | what it shows | before, MB | slim, MB | distroless, MB | verified, or why not |\n"
    "|---|---|--:|--:|--:|---|"
)


def mega(size: int | None) -> str:
    return "" if size is None else f"{size / 1e6:.1f}"


def row(project: Project) -> str:
    """Rewrite one project for real."""
    before = built(project.name, project.text(), "before")

    def planned(choices: dict[str, str]) -> RewritePlan:
        return plan_rewrite(
            project.dockerfile, before.report, store=before.store, build_args=project.args,
            recipe=project.recipe, choices=choices,
        )  # fmt: skip

    with engine_of(project):
        own = planned({})
        slim = mega(own.predicted.after_bytes if own.predicted else None)
        size = mega(before.report.totals.file_bytes)
        try:
            plan = planned({"final-base": "distroless"})
        except UvdiveError as error:
            return line(project, size, slim, "", f"no: {error}")
        if plan.outcome != "rewritten":
            why = f"{plan.refusal.reason} ({plan.refusal.rule})" if plan.refusal else plan.outcome
            return line(project, size, slim, "", why)
        proof = prove(
            plan, before.report, context=project.path, start=True, build_args=project.args,
            recipe=project.recipe,
        )  # fmt: skip
        remove_images(image for image in list_images() if image.tag == proof.build.tag)
    assert proof.verification is not None
    failed = [each for each in proof.verification.checks if each.status == "failed"]
    after = proof.after.totals.file_bytes
    off = abs(plan.predicted.after_bytes / after - 1) if plan.predicted else 1
    told = "; ".join(f"{each.name}: {' '.join(each.differences[:2])} {each.detail}" for each in failed)
    return line(
        project,
        size,
        slim,
        mega(after),
        f"no: {told}" if failed else f"yes, starts (prediction off by {off:.2%})",
    )


def line(project: Project, *cells: str) -> str:
    return f"| {' | '.join((project.name, project.kind, *cells))} |".replace("\n", " ")


def main() -> int:
    names = [name for name in sys.argv[1:] if name != "--write"]
    rows = []
    print(HEAD)
    try:
        for project in [BY_NAME[name] for name in names] or PROJECTS:
            try:
                rows.append(row(project))
            except UvdiveError as error:
                rows.append(line(project, "", "", "", f"no: {error}"))
            print(rows[-1], flush=True)
    finally:
        remove_built()
    if "--write" in sys.argv:
        known = {each.split("|")[1].strip(): each for each in rows}
        table.write_rows("bare", HEAD, known, (project.name for project in PROJECTS))
    return 0


if __name__ == "__main__":
    sys.exit(main())
