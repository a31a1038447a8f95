"""500 random RUNs: do the planner's copies and the judge agree with plain exports of the images?

    uv run python tests/bench/runs.py                     print the table
    uv run python tests/bench/runs.py --write             and put it into docs/measurements.md
    … --first 3 --add --write                             with more seeds, beside those that it has
    … --first 0 --files 3 --runs 56 --chain 1 6 --wrong 2
                                                          Dockerfiles of each base from a seed on, RUNs of
                                                          so many commands, and mistakes of each

Each Dockerfile (``tests/support/rewrites/random_runs``: packages, touches, homes, links, owners) is built,
rewritten and built again. ``docker export`` of both tells what was lost, without anything of uvdive
(``tests/support/made_images/exports``), and the judge is asked too. Then copies and RUNs are left out of the
right rewrite, each is built, and both are asked again.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass, fields, replace
from pathlib import Path
from random import Random

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

import table
from engines.removing import removes_images_of
from made_images.exports import lost
from rewrites.random_runs import SYSTEMS, System, dockerfile
from wrong_rewrites import instructions
from wrong_rewrites.subject import Mutant, Subject

from uvdive.base.errors import BuildError
from uvdive.build.events import BuildRequest
from uvdive.build.images import image_tag
from uvdive.ledger.reading.contents import places_of
from uvdive.session.opening.images import load_image
from uvdive.session.planning.rewriting import plan_rewrite
from uvdive.session.proof.building import build_image, target_of
from uvdive.session.proof.own_builds import load_built
from uvdive.session.proof.proving import prove
from uvdive.verify.files.check import check_files

HEAD = (
    "base", "Dockerfiles", "RUNs", "commands", "refused", "lost by export", "false alarms",
    "mistakes", "lost by export", "told by the judge", "told, not lost",
)  # fmt: skip


@dataclass
class Counts:
    """What was found on one base; ``told`` and ``cried`` are of the judge, on wrong and harmless mistakes."""

    files: int = 0
    runs: int = 0
    commands: int = 0
    refused: int = 0
    lost: int = 0
    alarms: int = 0
    wrong: int = 0
    harmful: int = 0
    told: int = 0
    cried: int = 0

    @property
    def agreed(self) -> bool:
        return not (self.refused or self.lost or self.alarms or self.cried) and self.told == self.harmful

    def cells(self, base: str) -> list[str]:
        return [base, *(str(getattr(self, each.name)) for each in fields(self))]


def measured(
    system: System, seed: int, runs: int, chain: tuple[int, int], wrong: int, counts: Counts
) -> None:
    """Build, rewrite and compare one Dockerfile, and some mistakes in its rewrite."""
    with tempfile.TemporaryDirectory() as folder, removes_images_of(Path(folder)):
        context = Path(folder)
        text, scripts, commands = dockerfile(system, 1000 + seed, runs, runs // 5, chain)
        (context / "Dockerfile").write_text(text)
        (context / "scripts").mkdir()
        for name, script in {"none.sh": "", **scripts}.items():
            (context / "scripts" / name).write_text(script)
        counts.files, counts.runs = counts.files + 1, counts.runs + runs
        counts.commands += commands
        loaded = load_image(target_of(build_image(BuildRequest(context, context / "Dockerfile"))))
        plan = plan_rewrite(context / "Dockerfile", loaded.report, store=loaded.store)
        if plan.outcome != "rewritten":
            counts.refused += 1
            print(f"    {system.base} {seed}: {plan.refusal}", flush=True)
            return
        proof = prove(plan, loaded.report, index=loaded.index, context=context)
        before, after = (image_tag(context, context / "Dockerfile", which) for which in ("before", "after"))
        gone = lost(before, after)
        assert proof.verification is not None
        files = next(check for check in proof.verification.checks if check.name == "files")
        counts.lost += bool(gone)
        counts.alarms += files.status == "failed" and not gone
        print(f"    {system.base} {seed}: {gone[:3]} {files.status} {files.differences[:3]}", flush=True)
        request = BuildRequest(context, context / "Dockerfile", plan.text, f"{after}-wrong")
        subject = Subject(plan, loaded.report, proof.after, request)
        for mutant in _mistakes(subject, wrong, seed):
            _judged(subject, mutant, before, counts)


def _mistakes(subject: Subject, most: int, seed: int) -> list[Mutant]:
    made = [*instructions.copies(subject), *instructions.commands(subject), *instructions.owners(subject)]
    Random(seed).shuffle(made)
    return made[:most]


def _judged(subject: Subject, mutant: Mutant, before: str, counts: Counts) -> None:
    request = replace(subject.request, text=mutant.text)
    try:
        built = build_image(request, role="after")
    except BuildError:
        return
    after = load_built(request, built).report
    gone = lost(before, str(built.tag))
    allowed = subject.plan.allowed
    assert allowed is not None
    with places_of(subject.before, after, (None, None)) as places:
        files = check_files(subject.before, after, allowed, places, decisions=subject.plan.decisions)
    failed = files.status == "failed"
    counts.wrong += 1
    counts.harmful += bool(gone)
    counts.told += failed and bool(gone)
    counts.cried += failed and not gone
    if failed != bool(gone):
        print(f"    {mutant.kind}: {mutant.place}: {gone[:3]} {files.differences[:3]}", flush=True)


def _written() -> dict[str, Counts]:
    """What the table has."""
    rows = [line.strip("| ").split(" | ") for line in table.between("runs").splitlines()[2:]]
    return {base: Counts(*map(int, figures)) for base, *figures in rows}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--files", type=int, default=3)
    parser.add_argument("--runs", type=int, default=56)
    parser.add_argument("--chain", type=int, nargs=2, default=(1, 6))
    parser.add_argument("--wrong", type=int, default=2)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--add", action="store_true", help="to what the table has, of other seeds")
    how = parser.parse_args()
    found = _written() if how.add else {system.base: Counts() for system in SYSTEMS}
    chain = (how.chain[0], how.chain[1])
    for seed in range(how.first, how.first + how.files):
        for system in SYSTEMS:
            measured(system, seed, how.runs, chain, how.wrong, found[system.base])
    figures = table.table(HEAD, [counts.cells(base) for base, counts in found.items()])
    print(figures)
    if how.write:
        table.write("runs", figures)
    return 0 if all(counts.agreed for counts in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
