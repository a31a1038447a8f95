"""What `uvdive packages` takes for environments of many distributions that ask for each other in rings.

    uv run python tests/bench/costs.py               print the table
    uv run python tests/bench/costs.py --write       and put it into docs/measurements.md

Each image is an archive with so many installed distributions
(`tests/support/made_images/many_distributions.py`), rings of five, of which the first one asks for
every ring. Measured are the processor's seconds of the whole command with `--json`, least of `RUNS`;
the last column is the ratio to the row above, 2 where the time is linear, less where a part of it is
the same for all.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

import table
from made_images import many_distributions
from measure import Command, time_of

COUNTS = (500, 1000, 2000, 4000, 8000)
RUNS = 3
HEAD = ("distributions", "processor", "times the row above")


def rows() -> list[tuple[str, str, str]]:
    """Measure each, the images made in a folder that goes away."""
    found: list[tuple[str, str, str]] = []
    before = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for count in COUNTS:
            archive = many_distributions.archive_of(Path(folder), count)
            words = [sys.executable, "-m", "uvdive", "packages", str(archive), "--json"]
            took = min(time_of(Command(words))[1] for _ in range(RUNS))
            found.append((f"{count:,}", f"{took:.2f} s", f"{took / before:.2f}" if before else "–"))
            before = took
    return found


def main() -> int:
    told = table.table(HEAD, rows())
    print(told)
    if "--write" in sys.argv:
        table.write("costs", told)
    return 0


if __name__ == "__main__":
    sys.exit(main())
