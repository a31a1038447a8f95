"""An image with an environment of many distributions that ask for each other in rings."""

from __future__ import annotations

from pathlib import Path

from made_images import layers as make
from made_images import pairs_of_images as pairs

RING = 5
SITE = "app/.venv/lib/python3.13/site-packages"


def needs_of(number: int) -> list[int]:
    """Each asks for the next of its ring, the last for the first."""
    first = number - number % RING
    within = first + (number + 1 - first) % RING
    return [within]


def texts_of(number: int, count: int) -> dict[str, bytes]:
    """The files of one distribution of so many: a module, its metadata, its list of files."""
    needs = needs_of(number) if number else [1, *range(RING, count, RING)]
    info, module = f"{SITE}/p{number}-1.0.dist-info", f"{SITE}/p{number}.py"
    asked = "".join(f"Requires-Dist: p{each}>=1\n" for each in needs if each < count)
    texts = {
        module: b"x" * (number + 1),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: p{number}\nVersion: 1.0\n{asked}".encode(),
    }
    listed = "".join(f"{path.removeprefix(f'{SITE}/')},,\n" for path in (*texts, f"{info}/RECORD"))
    texts[f"{info}/RECORD"] = listed.encode()
    return texts


def environment_of(count: int, without: frozenset[str] = frozenset()) -> pairs.Files:
    """A layer with an environment of ``count`` distributions, without the paths that are named."""
    found = dict(pairs.application())
    for number in range(count):
        texts = texts_of(number, count)
        found |= {path: make.file(path, data) for path, data in texts.items()}
    return {path: entry for path, entry in found.items() if path not in without}


def archive_of(folder: Path, count: int) -> Path:
    """An archive of such an image, as ``docker save`` writes it."""
    data = [make.layer(*files.values()) for files in (pairs.python(), environment_of(count))]
    return make.archive(folder / f"{count}.tar", data, config=pairs.CONFIG)
