"""How far real things stay below the bounds on what is read: the largest of each, and how many times it fits.

    uv run python tests/bench/limits.py --image NAME … [FOLDER …]

Images come from the engine (``docker save``), folders are checkouts of any kind. All of it is read
plainly (``tarfile``, ``tomllib``, PyYAML, lines of a Dockerfile), so what uvdive would refuse is
counted too. ``docs/limits.md`` has what it gave, with the reason where little room is left.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT)]

import table
import yaml

from uvdive.base import toml
from uvdive.base.files import foreign
from uvdive.compose import variables
from uvdive.dockerfile import ignore
from uvdive.dockerfile.shell import tree as shelltree
from uvdive.dockerfile.text import syntax
from uvdive.image import budget
from uvdive.image.archives import boxes
from uvdive.image.tar import header
from uvdive.ledger import wanted

LIMITS = {
    "files and folders of an image": budget._NODES,
    "bytes of names in an image": budget._NAMES,
    "bytes of one path": budget.MAX_PATH,
    "layers": budget.MAX_LAYERS,
    "bytes of one extended header": header._MAX_EXTENSION,
    "bytes of one manifest or config": boxes._MAX_TEXT,
    "bytes of kept contents": budget._KEPT,
    "bytes of one kept file": wanted.MAX_WANTED,
    "instructions of a Dockerfile": syntax._MOST_INSTRUCTIONS,
    "characters of one instruction": syntax._LONGEST,
    "signs that part commands in one text": shelltree._MOST_BREAKS,
    "bytes of .dockerignore": ignore._MAX_BYTES,
    "bytes of a TOML file": toml.MAX_BYTES,
    "values of a TOML file": toml._MAX_ITEMS,
    "bytes of a compose file": variables.MOST_BYTES,
    "characters of one compose value": variables.LONGEST,
    "bytes of a script or configuration": foreign.TEXT,
}


@dataclass
class Largest:
    """The largest of each that was seen, and where."""

    found: dict[str, tuple[int, str]] = field(default_factory=dict)

    def see(self, what: str, count: int, where: str) -> None:
        """Take one in."""
        assert what in LIMITS
        if count > self.found.get(what, (-1, ""))[0]:
            self.found[what] = count, where


def see_image(name: str, largest: Largest) -> None:
    """Everything of an image that has a bound."""
    with subprocess.Popen(["docker", "save", name], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        sums = [0, 0, 0]
        layers = 0
        with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
            for member in archive:
                if not member.isfile():
                    continue
                content = archive.extractfile(member)
                assert content is not None
                start = content.read(512)
                if start[257:262] == b"ustar":
                    layers += 1
                    _see_layer(_Again(start, content), name, largest, sums)
                else:
                    largest.see("bytes of one manifest or config", member.size, name)
        largest.see("layers", layers, name)
        for what, count in zip(
            ("files and folders of an image", "bytes of names in an image", "bytes of kept contents"),
            sums,
            strict=True,
        ):
            largest.see(what, count, name)


class _Again:
    """A stream whose beginning was read."""

    def __init__(self, start: bytes, rest: IO[bytes]) -> None:
        self.start, self.rest = start, rest

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        held, self.start = self.start, b""
        return held + self.rest.read(max(size - len(held), 0))


def _see_layer(stream: Any, image: str, largest: Largest, sums: list[int]) -> None:
    with tarfile.open(fileobj=stream, mode="r|") as layer:
        for member in layer:
            path = member.name.encode("utf-8", "surrogateescape")
            sums[0] += 1
            sums[1] += len(path) + len(member.linkname)
            largest.see("bytes of one path", len(path), f"{image}: {member.name}"[:120])
            extended = sum(len(key) + len(value) for key, value in member.pax_headers.items())
            largest.see("bytes of one extended header", extended, image)
            if member.isfile() and wanted._WANTED.search(path):
                sums[2] += member.size
                largest.see("bytes of one kept file", member.size, f"{image}: {member.name}"[-90:])


def see_folder(folder: Path, largest: Largest) -> None:
    """Every file of a checkout that has a bound."""
    for path in folder.rglob("*"):
        if not path.is_file() or path.is_symlink():
            continue
        where, size = str(path.relative_to(folder)), path.stat().st_size
        if path.suffix == ".toml" or path.name == "uv.lock":
            text = path.read_text(errors="replace")
            largest.see("bytes of a TOML file", size, where)
            try:
                largest.see("values of a TOML file", _values(tomllib.loads(text)), where)
            except tomllib.TOMLDecodeError:
                continue
        elif path.name == ".dockerignore":
            largest.see("bytes of .dockerignore", size, where)
        elif _is_dockerfile(path.name):
            _see_dockerfile(path.read_text(errors="replace"), where, largest)
        elif "compose" in path.name and path.suffix in (".yml", ".yaml"):
            largest.see("bytes of a compose file", size, where)
            for length in _lengths(path):
                largest.see("characters of one compose value", length, where)
        else:
            largest.see("bytes of a script or configuration", size, where)


def _is_dockerfile(name: str) -> bool:
    other = name.endswith((".yaml", ".yml", ".sh", ".md", ".py", ".txt", ".dockerignore"))
    return "dockerfile" in name.lower() and not other


def _values(value: object) -> int:
    if isinstance(value, dict):
        return 1 + sum(map(_values, value.values()))
    return 1 + (sum(map(_values, value)) if isinstance(value, list) else 0)


def _see_dockerfile(text: str, where: str, largest: Largest) -> None:
    joined = re.sub(r"\\[ \t]*\n", "\x00", text).splitlines()
    lines = [line for line in joined if line.strip() and not line.lstrip().startswith("#")]
    largest.see("instructions of a Dockerfile", len(lines), where)
    for line in lines:
        largest.see("characters of one instruction", len(line), where)
        largest.see("signs that part commands in one text", len(re.findall(r"[;|&\n]", line)), where)


def _lengths(path: Path) -> Iterator[int]:
    try:
        with path.open() as file:
            yield from (len(event.value) for event in yaml.parse(file) if isinstance(event, yaml.ScalarEvent))
    except (yaml.YAMLError, UnicodeDecodeError):
        return


def main() -> None:
    """Look at what is named."""
    parser = argparse.ArgumentParser(description="How far real things stay below what is read.")
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--image", action="append", default=[])
    given = parser.parse_args()
    largest = Largest()
    for name in given.image:
        see_image(name, largest)
    for folder in given.folders:
        see_folder(folder, largest)
    rows = (
        (what, f"{LIMITS[what]:,}", f"{count:,}", f"{LIMITS[what] / max(count, 1):,.0f}", where)
        for what, (count, where) in largest.found.items()
    )
    print(table.table(("bound", "limit", "largest seen", "times", "where"), rows))


if __name__ == "__main__":
    main()
