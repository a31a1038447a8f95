"""What the proof of a rewrite catches, and whether it cries wolf, on the example projects.

    uv run python tests/bench/mutants.py [NAME...]      print the table
    uv run python tests/bench/mutants.py --write        and put its rows into docs/measurements.md
    … --most 24 --builds 3 --seed x                     mutants and builds of each project

Of each right rewrite mutants are made: texts with one mistake (``tests/support/wrong_rewrites``).
Each is built and judged. One that nobody caught is held against the right image by the engine's
own export and config: where these are the same it is no mistake. Then the right text is built
anew without cache, and each time the whole proof must hold.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

import table
from engines.removing import removes_images_of
from rewrites.projects import BY_NAME, PROJECTS, Project, built, engine_of, kept_of, remove_built
from wrong_rewrites.listing import chosen
from wrong_rewrites.right import subject_of
from wrong_rewrites.subject import Subject
from wrong_rewrites.trial import Trial, tried, varying_by_itself

from uvdive.base.errors import UvdiveError
from uvdive.session.proof.proving import prove
from uvdive.verify.checks import NO_CHANCE

CHECKS = ("config", "files", "interpreter", "libraries", "imports", "start", "unproven")
_NONE = ("the same image", "does not build")
"""What became of a mutant that is no mistake: another one is drawn in its place."""
HEAD = (
    f"| project | mutants | caught | {' | '.join(CHECKS)} | with `--start` | missed "
    "| the same image | does not build | builds proven |\n"
    f"|---|{'--:|' * (len(CHECKS) + 7)}"
)


@dataclass(frozen=True)
class Row:
    """A project's mutants and builds; ``proven`` of ``builds`` were."""

    project: Project
    trials: tuple[Trial, ...]
    proven: int
    builds: int

    @property
    def good(self) -> bool:
        return not self.missed and self.proven == self.builds

    @property
    def missed(self) -> list[Trial]:
        return [trial for trial in self.trials if trial.became == "missed"]

    def __str__(self) -> str:
        became = Counter(trial.became for trial in self.trials)
        by = Counter(trial.by for trial in self.trials if trial.became == "caught")
        mistakes = len(self.trials) - sum(became[each] for each in _NONE)
        cells: Iterable[object] = (
            self.project.name, mistakes, mistakes - became["missed"], *(by[check] or "" for check in CHECKS),
            became["caught by --start"] or "", became["missed"] or "",
            became["the same image"] or "", became["does not build"] or "",
            f"{self.proven} of {self.builds}" if self.builds else "",
        )  # fmt: skip
        return f"| {' | '.join(map(str, cells))} |"


def measured(project: Project, most: int, builds: int, seed: str) -> Row:
    """Try a project's mutants, then build and prove the right text anew."""
    before = built(project.name, project.text(), "before")
    with engine_of(project), removes_images_of(project.path, project.dockerfile):
        subject = subject_of(project, before)
        trials = []
        varying = varying_by_itself(subject) if most else NO_CHANCE
        for mutant in chosen(subject, 2 * most, seed):
            if sum(trial.became not in _NONE for trial in trials) == most:
                break
            trials.append(tried(subject, mutant, kept_of(project.name), varying))
            last = trials[-1]
            print(
                f"    {last.became:<18} {last.by:<12} {mutant.kind}: {mutant.place} ({last.said[:100]})",
                flush=True,
            )
        proven = sum(rebuilt(subject, project) for _ in range(builds))
    return Row(project, tuple(trials), proven, builds)


def rebuilt(subject: Subject, project: Project) -> bool:
    """Is the right text proven when it is built without cache?"""
    proof = prove(
        subject.plan, subject.before, context=project.path, build_args=(*project.args, "--no-cache"),
        kept=kept_of(project.name), recipe=project.recipe,
    )  # fmt: skip
    assert proof.verification is not None
    for check in proof.verification.checks:
        if check.status == "failed" or check.unseen:
            print(f"    not proven: {check.name}: {(*check.differences, *check.unseen)[:3]}", flush=True)
    return proof.verification.proven


def write(rows: Sequence[Row]) -> None:
    """Put the rows into the page's table; those of projects that were not measured stay."""
    lines = table.between("mutants").splitlines()
    known = {line.split("|")[1].strip(): line for line in lines if line.count("|") > 2}
    known |= {row.project.name: str(row) for row in rows}
    listed = [known[project.name] for project in PROJECTS if project.name in known]
    table.write("mutants", "\n".join((HEAD, *listed)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--most", type=int, default=24)
    parser.add_argument("--builds", type=int, default=3)
    parser.add_argument("--seed", default="")
    parser.add_argument("--write", action="store_true")
    how = parser.parse_args()
    listed = [BY_NAME[name] for name in how.names] or [each for each in PROJECTS if each.rewritten]
    rows, good = [], True
    print(HEAD)
    try:
        for project in listed:
            try:
                row = measured(project, how.most, how.builds, how.seed)
            except UvdiveError as error:
                good = False
                print(f"    {project.name}: {error}", flush=True)
                continue
            rows.append(row)
            good &= row.good
            print(row, flush=True)
            if how.write:
                write(rows)
    finally:
        remove_built()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
