"""Which tests would notice: those of the module's own room first, then wider ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

NEIGHBOURS: dict[str, tuple[str, ...]] = {
    "base": ("image", "session", "cli"),
    "build": ("session", "cli"),
    "distro": ("rewrite", "ledger"),
    "dockerfile": ("rewrite", "ledger"),
    "image": ("ledger", "session"),
    "ledger": ("output", "session"),
    "output": ("cli", "session"),
    "rewrite": ("session", "output"),
    "session": ("cli", "tui"),
    "uv": ("rewrite", "ledger"),
    "verify": ("session", "output"),
}
"""Whose tests use a room of the package most, beside its own."""


def steps(root: Path, module: str) -> Iterator[tuple[str, ...]]:
    """What to run in turn until something fails; each step holds only what no earlier one ran.

    The test module of the same name, the folder of the module's room, the rooms around it,
    the neighbours. ``module`` is a path below the root, as are the paths that come out.
    """
    parts = PurePosixPath(module).with_suffix("").parts[1:]
    own = root / "tests" / PurePosixPath(*parts[:-1])
    wanted: list[list[Path]] = [[own / f"test_{parts[-1]}.py"]]
    wanted += [[root / "tests" / PurePosixPath(*parts[:depth])] for depth in range(len(parts) - 1, 0, -1)]
    wanted.append([root / "tests" / room for room in NEIGHBOURS.get(parts[0], ())])
    if len(parts) == 1:
        wanted.append([root / "tests"])
    ran: list[Path] = []
    for step in wanted:
        paths = [path for path in step if path.exists() and _tests(path, ran)]
        if paths:
            yield tuple(
                sorted({each.relative_to(root).as_posix() for path in paths for each in _tests(path, ran)})
            )
            ran += paths


def floor_steps(root: Path, module: str) -> Iterator[tuple[str, ...]]:
    """The same of the module's own floor alone: the test that writes its tables out, then its rooms."""
    floor = PurePosixPath(module).parts[1]
    tables = f"tests/{floor}/test_{floor}_tables.py"
    if (root / tables).exists():
        yield (tables,)
    for step in steps(root, module):
        if floor.endswith(".py") or step[0].startswith(f"tests/{floor}/"):
            yield step


def room_of(module: str) -> str:
    """The folder of the tests of a module's own room, as their ids begin."""
    return f"tests/{PurePosixPath(*PurePosixPath(module).parts[1:-1])}/"


def _tests(path: Path, ran: list[Path]) -> list[Path]:
    """The test modules there that no step has run yet."""
    found = [path] if path.is_file() else sorted(path.rglob("test_*.py"))
    return [each for each in found if not any(each.is_relative_to(done) for done in ran)]
