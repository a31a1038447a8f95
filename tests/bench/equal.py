"""Hold the reports of two checkouts beside each other: every image of the engine, and archives.

    uv run python tests/bench/equal.py OTHER [ARCHIVE ...]

``OTHER`` is a checkout with an environment of its own (``.venv``). Both read every named image of
the engine and each archive, without a cache, and tell a digest of the whole report: its
columns, what was kept of files, where their contents lie. What differs is named.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
ASK = """
import hashlib, json, sys
from uvdive.base.errors import UvdiveError
from uvdive.ledger.saved.report_file import dump
from uvdive.session.opening.images import load_image
from uvdive.session.opening.options import ReadOptions
for name in sys.argv[1:]:
    try:
        loaded = load_image(name, options=ReadOptions(layer_cache=False), in_process=True)
    except UvdiveError as error:
        print(json.dumps([name, str(error)]), flush=True)
        continue
    found = hashlib.sha256(dump(loaded.report))
    index = loaded.index
    found.update(repr((sorted(index.kept.items()), index.offsets, index.places)).encode())
    print(json.dumps([name, found.hexdigest()]), flush=True)
"""


def digests(checkout: Path, names: list[str]) -> dict[str, str]:
    """By image, the digest of all that a checkout says of it, or its error."""
    python = checkout / ".venv" / "bin" / "python"
    command = [python, "-c", ASK, *names]
    done = subprocess.run(command, cwd=checkout, check=True, stdout=subprocess.PIPE, text=True)
    return dict(map(json.loads, done.stdout.splitlines()))


def images() -> list[str]:
    """The names of the engine's images."""
    command = ["docker", "images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", "dangling=false"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("other", type=Path)
    parser.add_argument("archives", nargs="*", type=Path)
    options = parser.parse_args()
    names = [*images(), *(str(path.resolve()) for path in options.archives)]
    ours, theirs = digests(ROOT, names), digests(options.other.resolve(), names)
    different = [name for name in names if ours.get(name) != theirs.get(name)]
    if different:
        # An image that somebody loaded meanwhile may be the base of another: they are asked once more.
        ours, theirs = digests(ROOT, different), digests(options.other.resolve(), different)
        different = [name for name in different if ours.get(name) != theirs.get(name)]
    print(f"{len(names)} images, {len(different)} differ", *different, sep="\n")
    sys.exit(bool(different))


if __name__ == "__main__":
    main()
