"""The golden cases of the byte ledger: layers, and the truth about their waste."""

from __future__ import annotations

from made_images import layers as make
from made_images.layers import MB, content

BASE = make.layer(make.folder("base"), make.file("base/keep", content(10 * MB, "k")))


def big(path: str, size: int = 50, seed: str = "x", **fields: object) -> make.Entry:
    return make.file(path, content(size * MB, seed), **fields)


def many(folder: str, count: int, size: int, seed: str = "x") -> list[make.Entry]:
    return [
        make.folder(folder),
        *(big(f"{folder}/{number}", size, seed + str(number)) for number in range(count)),
    ]


# name: layers above the base, dead MB, efficiency in percent, cause of the dead bytes
CASES: dict[str, tuple[list[list[make.Entry]], int, float, str | None]] = {
    "A": ([many("d", 5, 10), [make.whiteout("d")]], 50, 16.7, "deleted"),
    "B": ([[big("f")], [make.whiteout("f")]], 50, 16.7, "deleted"),
    "C": ([[big("f")], [big("f", mode=0o600)]], 50, 54.5, "rewritten"),
    "D": ([many("d", 5, 10), [make.folder("d"), make.opaque("d"), big("d/new", 1)]], 50, 18.0, "deleted"),
    "E": ([[big("f"), make.hard_link("g", "f")]], 0, 100, None),
    "F": ([[big("f"), make.hard_link("g", "f")], [make.whiteout("f")]], 0, 100, None),
    "G": ([[big("f")], [make.whiteout("nothing"), big("f", seed="y")]], 50, 54.5, "overwritten"),
    "H": ([many("d", 5, 10), [big("d", 1)]], 50, 18.0, "shadowed"),
    "I": ([[big("f")], [big("g")]], 0, 100, None),
    "J": ([[big("f")], [make.whiteout("f")], [big("f")]], 50, 54.5, "deleted"),
    "K": ([[big("f")], [big("f", 1)]], 50, 18.0, "overwritten"),
    "L": ([[big("f", 1)], [big("f")]], 1, 98.4, "overwritten"),
    "T": ([many("d", 20, 1), [*many("d", 20, 1)]], 20, 60.0, "rewritten"),
    "U": ([[big("f", 20)], [make.folder("f"), big("f/x", 1)]], 20, 35.5, "shadowed"),
    "V": ([many("d", 3, 10), [make.whiteout("d"), *many("d", 3, 10, "new")]], 30, 57.1, "deleted"),
    "W": (
        [
            [*many("root/.cache/uv/archive-v0", 3, 10), *many("app/.venv", 3, 10)],
            [make.whiteout("root/.cache")],
        ],
        30,
        57.1,
        "deleted",
    ),
    "X": (
        [
            [
                *many("root/.cache/uv/archive-v0", 3, 10),
                make.folder("app/.venv"),
                *(make.hard_link(f"app/.venv/{n}", f"root/.cache/uv/archive-v0/{n}") for n in range(3)),
            ],
            [make.whiteout("root/.cache")],
        ],
        0,
        100,
        None,
    ),
}

TITLES = {
    "A": "a directory removed with `rm -rf` in a later layer",
    "B": "a file removed later",
    "C": "`chmod` of a file in a later layer",
    "D": "an opaque directory hides the old files",
    "E": "two hard links in one layer",
    "F": "one of two hard links removed later",
    "G": "a whiteout of nothing, then a file overwritten",
    "H": "a directory replaced by a file",
    "I": "the same content at two live paths",
    "J": "a file removed, then added again",
    "K": "a big file overwritten by a small one",
    "L": "a small file overwritten by a big one",
    "T": "`chmod -R` over 20 files",
    "U": "a file replaced by a directory",
    "V": "`rm -rf` of a directory, created again in the same layer",
    "W": "uv's cache removed in the next layer",
    "X": "the same, the cache hard-linked to `.venv`",
}
