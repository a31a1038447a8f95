"""Fuzz for as long as you like: ``uv run python tests/fuzz/run.py --minutes 60 [AREA ...]``.

Each area gets so many minutes, one after the other, in a process of its own that is ended where
it stands still. What is found is made smaller, written to ``--found`` (a folder by area) and
counted; once it is mended, the file belongs in ``seeds/AREA``, and every later run begins with it.
Counts go to standard output, and as JSON to ``--json``. ``--guided`` lets atheris choose the inputs
by what they reach, where it is installed (``uv run --with atheris python tests/fuzz/run.py``).
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

FUZZ = Path(__file__).parent
STILL = 120
"""Seconds for one input, of the clock, before its process is ended."""


@dataclass
class Count:
    """What an area came to; ``whole`` counts the inputs that were read without an error.

    ``seconds`` are the clock's, ``processor`` those that the process ran: on a busy machine few of them.
    """

    area: str
    seconds: float = 0
    processor: int = 0
    inputs: int = 0
    whole: int = 0
    finds: int = 0


def main() -> None:
    """Run the areas that the command line names."""
    parser = argparse.ArgumentParser(description="Fuzz what reads strangers' input.")
    parser.add_argument("areas", nargs="*", metavar="AREA", help="all where none is named")
    parser.add_argument("--minutes", type=float, default=60, help="for each area (default: 60)")
    parser.add_argument("--found", type=Path, default=Path("fuzz-found"), help="folder for what is found")
    parser.add_argument("--json", type=Path, help="add the counts to this file, a line for each area")
    parser.add_argument("--seed", type=int, help="of the first batch (default: another one each time)")
    parser.add_argument("--guided", action="store_true", help="by coverage, with atheris")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    sys.path[:0] = [str(FUZZ), str(FUZZ.parent / "support"), str(FUZZ.parent.parent)]
    if given.inside and given.guided:
        import guided

        guided.watch_imports()
    from areas import AREAS

    unknown = [name for name in given.areas if name not in AREAS]
    if unknown:
        parser.error(f"there is no area {unknown[0]}; there are: {', '.join(AREAS)}")
    seed = secrets.randbits(32) if given.seed is None else given.seed
    if given.inside:
        import batches

        batches.run(AREAS[given.areas[0]], given.minutes * 60, seed, given.found, guided=given.guided)
        return
    bad = 0
    for name in given.areas or AREAS:
        count = watched(name, given.minutes * 60, seed, given.found, guided=given.guided)
        bad += count.finds
        print(
            f"{name:12} {count.seconds / 60:6.1f} min {count.processor:6} s {count.inputs:9,} inputs "
            f"{count.whole:9,} read whole {count.finds:4} found",
            flush=True,
        )
        if given.json is not None:
            with given.json.open("a") as file:
                file.write(json.dumps(asdict(count)) + "\n")
    sys.exit(1 if bad else 0)


def watched(area: str, seconds: float, seed: int, found: Path, *, guided: bool) -> Count:
    """Run an area in processes of its own until its time is over; to stand still, or to die, is a find."""
    count, end, start = Count(area), time.monotonic() + seconds, time.monotonic()
    note = found / f".{area}.{os.getpid()}"
    found.mkdir(parents=True, exist_ok=True)
    while (left := end - time.monotonic()) > 0:
        command = [sys.executable, __file__, "--inside", "--minutes", str(left / 60), "--seed", str(seed)]
        command += ["--found", str(found), *(["--guided"] if guided else []), area]
        environ = {**os.environ, "UVDIVE_FUZZ_NOTE": str(note), "PYTHONWARNINGS": "ignore"}
        with subprocess.Popen(command, env=environ) as process:
            died = not _ended(process, note, end)
        told = json.loads(note.with_suffix(".json").read_text()) if note.with_suffix(".json").exists() else {}
        note.with_suffix(".json").unlink(missing_ok=True)
        count.inputs, count.whole = count.inputs + told.get("inputs", 0), count.whole + told.get("whole", 0)
        count.finds += told.get("finds", 0)
        count.processor += told.get("processor", 0)
        if died and time.monotonic() < end + STILL:
            count.finds += 1
            (found / area).mkdir(exist_ok=True)
            if not note.exists():
                raise SystemExit(f"The fuzzer of {area} ended before its first input.")
            note.rename(found / area / f"still-{secrets.token_hex(4)}.json")
        seed += 1_000_003
    count.seconds = time.monotonic() - start
    note.unlink(missing_ok=True)
    shutil.rmtree(note.with_suffix(".corpus"), ignore_errors=True)
    return count


def _ended(process: subprocess.Popen[bytes], note: Path, end: float) -> bool:
    """Wait for a process; did it end well, and not stand still?"""
    while True:
        try:
            return process.wait(STILL / 4) == 0
        except subprocess.TimeoutExpired:
            last = note.stat().st_mtime if note.exists() else time.time()
            if time.time() - last > STILL or time.monotonic() > end + 2 * STILL:
                process.kill()
                return False


if __name__ == "__main__":
    main()
