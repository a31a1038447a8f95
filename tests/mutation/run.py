"""Do the tests notice small mistakes? Makes them in a copy, one at a time, and runs what should notice.

    uv run python tests/mutation/run.py --sample 70 --seed 1 uvdive/verify uvdive/output

prints each mutant as it is judged, then those that no test noticed with their differences.
The same code, seed and targets give the same mutants. Ends with 1 where one survived that
``equivalent.toml`` does not list.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import equivalents
import reached
from mutants import Mutant, drawn, modules, sites
from reached import Reach
from trial import NotGreenError, Trial, Verdict

ROOT = Path(__file__).parents[2]


def judged(
    root: Path, mutants: Sequence[Mutant], jobs: int, slowest: float, reach: Reach | None = None
) -> Iterator[Verdict]:
    """The verdicts in the mutants' order; ``jobs`` copies are worked in at once."""
    with tempfile.TemporaryDirectory(prefix="uvdive-mutation-") as folder, ThreadPoolExecutor(jobs) as pool:
        free: SimpleQueue[Trial] = SimpleQueue()
        for number in range(jobs):
            free.put(Trial(root, Path(folder) / str(number), slowest, reach))

        def judge(mutant: Mutant) -> Verdict:
            trial = free.get()
            try:
                return trial.judge(mutant)
            finally:
                free.put(trial)

        yield from pool.map(judge, mutants)


def outcome(verdict: Verdict, reasons: Mapping[str, str]) -> str:
    """``equivalent`` for a survivor that is listed as one."""
    return "equivalent" if verdict.survived and verdict.mutant.name in reasons else verdict.outcome


def as_json(verdict: Verdict, reasons: Mapping[str, str]) -> dict[str, Any]:
    """A verdict with keys that stay."""
    mutant = verdict.mutant
    return {
        "name": mutant.name,
        "module": mutant.module,
        "line": mutant.line,
        "operator": mutant.operator,
        "outcome": outcome(verdict, reasons),
        "reason": reasons.get(mutant.name, ""),
        "tests": list(verdict.tests),
        "seconds": round(verdict.seconds, 1),
        "diff": mutant.diff,
    }


def parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("target", nargs="+", help="a module or folder of the package, below the root")
    parser.add_argument("--sample", type=int, help="so many mutants; all without it")
    parser.add_argument("--seed", type=int, default=1, help="which sample (default: 1)")
    parser.add_argument("--jobs", type=int, default=1, help="so many at once (default: 1)")
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds for any run, at least")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the verdicts as JSON too")
    parser.add_argument("--reached", type=Path, metavar="FILE", help="run the tests that reached.py found")
    parser.add_argument("--equivalent", type=Path, default=equivalents.FILE, metavar="FILE")
    parser.add_argument("--root", type=Path, default=ROOT, help="the project (default: this one)")
    parser.add_argument("--list", action="store_true", help="name the mutants and run nothing")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Returns 0 where all were noticed or are listed, 1 where one was not, 2 where nothing can be told."""
    asked = parsed(argv)
    root, reasons = asked.root.resolve(), equivalents.read(asked.equivalent)
    found = [site for module in modules(root, asked.target) for site in sites(root, module)]
    mutants = list(drawn(found, asked.sample, asked.seed))
    print(f"{len(mutants)} of {len(found)} possible mutants, seed {asked.seed}")
    if asked.list:
        for mutant in mutants:
            print(f"{mutant.name}\n{mutant.diff}")
        return 0
    verdicts: list[Verdict] = []
    reach = None if asked.reached is None else reached.read(asked.reached)
    try:
        for verdict in judged(root, mutants, asked.jobs, asked.timeout, reach):
            verdicts.append(verdict)
            print(f"{outcome(verdict, reasons):<10} {verdict.mutant.name}", flush=True)
    except NotGreenError as error:
        print(f"nothing can be told: {error}", file=sys.stderr)
        return 2
    told = [as_json(verdict, reasons) for verdict in verdicts]
    if asked.json:
        asked.json.write_text(
            json.dumps({"seed": asked.seed, "possible": len(found), "mutants": told}, indent=1)
        )
    survivors = [each for each in told if each["outcome"] == "survived"]
    for each in survivors:
        print(f"\nsurvived: {each['name']}\n{each['diff']}", end="")
    counts = {
        name: sum(each["outcome"] == name for each in told) for name in ("killed", "timeout", "equivalent")
    }
    said = ", ".join(f"{number} {name}" for name, number in counts.items())
    print(f"\n{len(told)} mutants: {said}, {len(survivors)} survived")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
