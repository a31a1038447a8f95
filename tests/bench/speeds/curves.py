"""What entries, distributions and layers of a real image cost, each alone.

The largest layer of ``real-compiled``, its members with their real names, owners and links, the data cut
to ``CUT`` bytes but where the ledger reads them. **Entries**: the layer's first so many, with the
RECORDs of the same ten distributions. **Distributions**: all entries, but RECORDs of so many of
them only. **Layers**: all entries in so many layers, their hard links as files of their own.
Seconds of the processor, the least of all runs; "each more" is beyond the first line.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable, Iterable
from pathlib import Path

import inputs
import real_images
from commands import uvdive
from measure import side_by_side
from table import memory, table

from uvdive.ledger.wanted import wanted

CUT = 512
ENTRIES = (10_000, 20_000, 40_000, 80_000)
DISTRIBUTIONS = (10, 20, 40, 80, 160)
LAYERS = (1, 4, 16, 64)
FEW = 10
"""Distributions beside a curve of something else."""

Member = tuple[tarfile.TarInfo, bytes]


def compare(folder: Path, runs: int) -> str:
    """The three curves."""
    members = _members(folder)
    records = sorted(member.name for member, _ in members if member.name.endswith(".dist-info/RECORD"))
    few = frozenset(records[:FEW])
    rows = [
        *_curve("entries", ENTRIES, lambda n: [_with(members, few)[:n]], folder, runs),
        *_curve(
            "distributions",
            DISTRIBUTIONS,
            lambda n: [_with(members, frozenset(records[:n]))],
            folder,
            runs,
        ),
        *_curve("layers", LAYERS, lambda n: _split(_with(members, few), n), folder, runs),
    ]
    return table(("of a real image", "CPU", "each more", "memory"), rows)


def _members(folder: Path) -> list[Member]:
    """Those of the largest layer of the large real image."""
    found: list[Member] = []
    with tarfile.open(real_images.archive("real-compiled", folder)) as archive:
        manifest = archive.extractfile("manifest.json")
        assert manifest is not None
        names = json.load(manifest)[0]["Layers"]
        largest = max(names, key=lambda name: archive.getmember(name).size)
        with tarfile.open(fileobj=archive.extractfile(largest)) as layer:
            for member in layer:
                data = b""
                if member.isreg():
                    file = layer.extractfile(member)
                    assert file is not None
                    whole = wanted(member.name.encode(), member.size)
                    data = file.read(member.size if whole else CUT)
                member.size = len(data)
                found.append((member, data))
    return found


def _with(members: Iterable[Member], records: frozenset[str]) -> list[Member]:
    """The members, of RECORDs these alone."""
    return [
        each for each in members if not each[0].name.endswith(".dist-info/RECORD") or each[0].name in records
    ]


def _split(members: list[Member], count: int) -> list[list[Member]]:
    """The members in so many layers; a hard link into another one is what no engine takes."""
    for member, _ in members:
        if member.islnk():
            member.type, member.linkname = tarfile.REGTYPE, ""
    step = -(-len(members) // count)
    return [members[at : at + step] for at in range(0, len(members), step)]


def _tar(path: Path, members: Iterable[Member]) -> Path:
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        for member, data in members:
            tar.addfile(member, io.BytesIO(data))
    return path


def _curve(
    what: str,
    counts: tuple[int, ...],
    make: Callable[[int], list[list[Member]]],
    folder: Path,
    runs: int,
) -> list[list[str]]:
    commands = {}
    for count in counts:
        path = folder / f"curve-{what}-{count}.tar"
        if not path.exists():
            tars = [_tar(folder / f"{n}.layer", each) for n, each in enumerate(make(count))]
            inputs.write_tars(path, tars)
            for each in tars:
                each.unlink()
        commands[f"{count:,} {what}"] = uvdive(str(path), "--json")
    rows, first = [], 0.0
    for (title, figures), count in zip(side_by_side(commands, runs).items(), counts, strict=True):
        cpu = min(figures.processors)
        first = first or cpu
        more = f"{(cpu - first) / (count - counts[0]) * 1e3:.3f} ms" if count > counts[0] else "–"
        rows.append([title, f"{cpu:.2f} s", more, memory(figures)])
        print(f"| {' | '.join(rows[-1])} |", flush=True)
    return rows
