"""What the rewrite gains on each example project: rewritten, built and verified with --start.

    uv run python tests/bench/projects.py [NAME...]     print the table
    uv run python tests/bench/projects.py --write       and put its rows into docs/measurements.md

Bytes are file bytes of whole images. The error is that of the size predicted before the
build.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

import table
from rewrites.projects import BY_NAME, PROJECTS, Project, built, engine_of, remove_built

from uvdive.base.errors import UvdiveError
from uvdive.build.images import list_images, remove_images
from uvdive.session.planning.rewriting import plan_rewrite
from uvdive.session.proof.proving import prove

HEAD = (
    "| project | what it shows | Python | before, MB | after, MB | saved | prediction off by "
    "| verified |\n|---|---|---|--:|--:|--:|--:|---|"
)
WORDS = {
    "passed": "yes, starts",
    "repaired": "yes, start repaired",
    "announced": "yes, starts; what differs is told",
    "skipped": "yes, not started",
}


@dataclass(frozen=True)
class Row:
    project: Project
    cells: tuple[str, ...]
    passed: bool = True

    def __str__(self) -> str:
        project = self.project
        return f"| {' | '.join((project.name, project.kind, project.python, *self.cells))} |"


def mega(size: int) -> str:
    return f"{size / 1e6:.1f}"


def measured(project: Project) -> Row:
    """Rewrite one project for real."""
    before = built(project.name, project.text(), "before")
    with engine_of(project):
        plan = plan_rewrite(
            project.dockerfile,
            before.report,
            store=before.store,
            build_args=project.args,
            recipe=project.recipe,
        )
        size = mega(before.report.totals.file_bytes)
        if plan.outcome == "refused":
            return Row(project, (size, "", "", "", f"refused ({plan.refusal.rule if plan.refusal else ''})"))
        if plan.outcome == "unchanged":
            return Row(project, (size, size, "", "", "unchanged"))
        proof = prove(
            plan,
            before.report,
            context=project.path,
            start=True,
            build_args=project.args,
            recipe=project.recipe,
        )
        remove_images(image for image in list_images() if image.tag == proof.build.tag)
    after, old = proof.after.totals.file_bytes, before.report.totals.file_bytes
    off = "unknown" if plan.predicted is None else f"{abs(plan.predicted.after_bytes / after - 1):.2%}"
    assert proof.verification is not None
    start = next(check.status for check in proof.verification.checks if check.name == "start")
    failed = [check.name for check in proof.verification.checks if check.status == "failed"]
    return Row(
        project,
        (
            size,
            mega(after),
            f"{1 - after / old:.0%}",
            off,
            f"no: {', '.join(failed)}" if failed else WORDS[start],
        ),
        passed=not failed,
    )


def main() -> int:
    names = [name for name in sys.argv[1:] if name != "--write"]
    rows = []
    print(HEAD)
    try:
        for project in [BY_NAME[name] for name in names] or PROJECTS:
            try:
                rows.append(measured(project))
            except UvdiveError as error:
                rows.append(Row(project, ("", "", "", "", f"no: {error}"), passed=False))
            print(rows[-1], flush=True)
    finally:
        remove_built()
    if "--write" in sys.argv:
        known = {row.project.name: str(row) for row in rows}
        table.write_rows("projects", HEAD, known, (project.name for project in PROJECTS))
    return 0 if all(row.passed for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
