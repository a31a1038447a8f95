"""Archives for the benchmarks, written fast: the headers are put together by hand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

BLOCK = 512
Member = tuple[bytes, int]
"""A path (a folder's ends in a slash) and a size in bytes."""

_CONTENT = bytes(range(256)) * 4096


def header(name: bytes, size: int) -> bytes:
    folder = name.endswith(b"/")
    if len(name) > 100:
        cut = name.rindex(b"/", 0, 155)
        name, prefix = name[cut + 1 :], name[:cut]
    else:
        prefix = b""
    block = bytearray(BLOCK)
    block[0 : len(name)] = name
    block[100:156] = b"%07o\x000000000\x000000000\x00%011o\x0014000000000\x00        " % (
        0o755 if folder else 0o644,
        size,
    )
    block[156:157] = b"5" if folder else b"0"
    block[257:265] = b"ustar\x0000"
    block[345 : 345 + len(prefix)] = prefix
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def tar(members: Iterable[Member]) -> Iterator[bytes]:
    for name, size in members:
        yield header(name, size)
        for at in range(0, size, len(_CONTENT)):
            yield _CONTENT[: min(len(_CONTENT), size - at)]
        yield bytes(-size % BLOCK)
    yield bytes(2 * BLOCK)


def write(path: Path, layers: list[list[Member]]) -> Path:
    """A `docker save` archive of these layers, bottom first; kept if it is there."""
    if path.exists():
        return path
    sizes = [sum(BLOCK + size + -size % BLOCK for _, size in members) + 2 * BLOCK for members in layers]
    return _write(path, zip(sizes, map(tar, layers), strict=True))


def write_tars(path: Path, tars: list[Path]) -> Path:
    """A `docker save` archive of layers that are files."""
    return _write(path, ((file.stat().st_size, _pieces(file)) for file in tars))


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            yield piece


def _write(path: Path, layers: Iterable[tuple[int, Iterable[bytes]]]) -> Path:
    names, digests = [], []
    new = path.with_suffix(".new")
    with new.open("wb") as file:
        for number, (size, pieces) in enumerate(layers):
            names.append(f"{number:064x}/layer.tar")
            file.write(header(names[-1].encode(), size))
            digest = hashlib.sha256()
            for piece in pieces:
                file.write(piece)
                digest.update(piece)
            digests.append("sha256:" + digest.hexdigest())
        config = json.dumps(
            {
                "os": "linux",
                "architecture": "amd64",
                "config": {},
                "history": [{"created_by": f"RUN step {n}"} for n in range(len(names))],
                "rootfs": {"type": "layers", "diff_ids": digests},
            }
        ).encode()
        manifest = json.dumps([{"Config": "config.json", "RepoTags": ["bench:1"], "Layers": names}]).encode()
        for name, data in (("config.json", config), ("manifest.json", manifest)):
            file.write(header(name.encode(), len(data)) + data + bytes(-len(data) % BLOCK))
        file.write(bytes(2 * BLOCK))
    new.replace(path)
    return path


def tree(count: int, size: int, top: str, per_folder: int = 200) -> list[Member]:
    """``count`` files in folders, shaped like a site-packages."""
    members: list[Member] = []
    for number in range(count):
        folder = f"{top}/pkg{number // per_folder}/sub"
        if not number % per_folder:
            members.append((f"{top}/pkg{number // per_folder}/".encode(), 0))
            members.append((f"{folder}/".encode(), 0))
        members.append((f"{folder}/module_{number % per_folder}.py".encode(), size))
    return members


def many_layers(folder: Path) -> Path:
    """300k small files in 21 layers; each layer writes some files of the one below again."""
    layers = [tree(14_300, 64, f"opt/layer{number}") for number in range(21)]
    for number in range(1, 21):
        layers[number] += [member for member in layers[number - 1][:300] if member[1]]
    return write(folder / "many-layers.tar", layers)


def whiteouts(folder: Path) -> Path:
    """100k files, then 200 whiteouts of folders and files."""
    base = tree(100_000, 64, "opt/files")
    gone = [(f"opt/files/.wh.pkg{number}".encode(), 0) for number in range(100)]
    gone += [(f"opt/files/pkg{number}/sub/.wh.module_1.py".encode(), 0) for number in range(100, 200)]
    return write(folder / "whiteouts.tar", [base, gone])


def big(folder: Path, count: int = 156_000, total: int = 3_000_000_000) -> Path:
    """3 GB in 156k entries, in three layers: many small files, some of tens of megabytes."""
    large = [(f"usr/lib/big/lib{n}.so".encode(), 40_000_000) for n in range(50)]
    rest = (total - 50 * 40_000_000) // count
    small = tree(count, rest, "app/.venv/lib/python3.13/site-packages")
    return write(folder / "big.tar", [[(b"usr/", 0), *large[:25]], large[25:], small])


def million(folder: Path) -> Path:
    """A million files, half of them in one folder."""
    one = [(b"data/", 0), *((f"data/file_{number}.txt".encode(), 16) for number in range(500_000))]
    return write(folder / "million.tar", [tree(500_000, 16, "opt/tree"), one])


def entries(folder: Path, count: int) -> Path:
    """A curve: the same shape with any number of files."""
    return write(folder / f"entries-{count}.tar", [tree(count, 64, "opt/tree")])
