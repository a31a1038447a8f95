"""Runs inside an image, under whatever Python it has: imports modules, each in its own process.

Only the standard library, and nothing newer than Python 3.7. Arguments: the seconds
that one import may take, then the modules as a JSON list. Prints a line for each
module: MARK and a JSON list of the module's name and its error, null where it worked.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

MARK = "uvdive-import:"
TOO_LONG = "the import took more than"
_CODE = "import importlib, sys; importlib.import_module(sys.argv[1])"


def attempt(name: str, seconds: float) -> str | None:
    """Import one module in a process of its own; its error in one line, or None."""
    try:
        run = subprocess.run(
            [sys.executable, "-c", _CODE, name],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"{TOO_LONG} {seconds:.0f} seconds"
    if run.returncode == 0:
        return None
    lines = run.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else f"exit status {run.returncode}"


def main() -> None:
    """Import every module that the arguments name."""
    seconds, names = float(sys.argv[1]), json.loads(sys.argv[2])
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        for name, error in zip(names, pool.map(lambda name: attempt(name, seconds), names)):  # noqa: B905
            sys.stdout.write(f"{MARK}{json.dumps([name, error])}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
