"""What changed its place is told as one move, and nothing is lost or told twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uvdive.verify.capabilities import capability_words
from uvdive.verify.checks import PathDelta
from uvdive.verify.moves import moves_of


def removed(path: bytes, size: int = 0) -> PathDelta:
    return PathDelta(path, "removed", size, None)


def added(path: bytes, size: int = 0) -> PathDelta:
    return PathDelta(path, "added", None, size)


def test_a_folder_that_changed_its_place_is_one_move() -> None:
    files = [(b"/lib/big.so", 9000), (b"/lib/small.py", 10), (b"/bin/tool", 300)]
    paths = [
        removed(b"/app/.venv"),
        removed(b"/app/.venv/bin"),
        removed(b"/app/.venv/lib"),
        *(removed(b"/app/.venv" + name, size) for name, size in files),
        removed(b"/app/.venv/gone.txt", 7),
        added(b"/opt/env"),
        added(b"/opt/env/bin"),
        added(b"/opt/env/lib"),
        *(added(b"/opt/env" + name, size) for name, size in files),
        added(b"/opt/env/new.txt", 8),
        PathDelta(b"/etc/passwd", "changed", 5, 6),
    ]
    found = moves_of(paths)
    (move,) = found.moves
    assert (move.old, move.new, move.size, move.files) == (b"/app/.venv", b"/opt/env", 9310, 3)
    assert len(move.paths) == 6
    assert [delta.path for delta in found.rest] == [
        b"/app/.venv/gone.txt",
        b"/opt/env/new.txt",
        b"/etc/passwd",
    ]


def test_small_files_that_are_called_alike_are_no_move() -> None:
    paths = [
        removed(b"/venv/a.dist-info/INSTALLER", 4),
        removed(b"/venv/a.dist-info/RECORD", 100),
        removed(b"/venv/a.dist-info/WHEEL", 50),
        added(b"/venv/b.dist-info/INSTALLER", 4),
        added(b"/venv/b.dist-info/RECORD", 120),
        removed(b"/x/py.typed", 60),
        added(b"/y/py.typed", 60),
        removed(b"/x/__init__.py", 0),
        added(b"/y/__init__.py", 0),
    ]
    assert moves_of(paths).moves == ()


@pytest.mark.parametrize(("size", "count"), [(4095, 0), (4096, 1)])
def test_a_move_has_to_be_of_some_size(size: int, count: int) -> None:
    paths = [removed(b"/uv", size), added(b"/usr/bin/uv", size)]
    assert len(moves_of(paths).moves) == count


def test_of_several_places_the_one_with_the_same_folders_is_meant() -> None:
    paths = [
        removed(b"/a/lib/x.so", 5000),
        added(b"/b/other/x.so", 5000),
        added(b"/b/lib/x.so", 5000),
    ]
    (move,) = moves_of(paths).moves
    assert (move.old, move.new) == (b"/a", b"/b")


NAME = st.sampled_from([b"a", b"b", b"lib", b"x.so"])
PATH = st.lists(NAME, min_size=1, max_size=4).map(lambda parts: b"/" + b"/".join(parts))
SIZES = st.sampled_from([0, 7, 5000, 9000])


@given(
    st.dictionaries(PATH, SIZES, max_size=12),
    st.dictionaries(PATH, SIZES, max_size=12),
    st.sets(PATH, max_size=3),
)
def test_every_path_is_told_once_and_bytes_stay(
    old: dict[bytes, int], new: dict[bytes, int], both: set[bytes]
) -> None:
    paths = [removed(path, size) for path, size in old.items() if path not in new]
    paths += [added(path, size) for path, size in new.items() if path not in old]
    paths += [PathDelta(path, "changed", 1, 2) for path in both - old.keys() - new.keys()]
    found = moves_of(paths)
    pairs = [pair for move in found.moves for pair in move.paths]
    moved = [("removed", a) for a, _ in pairs] + [("added", b) for _, b in pairs]
    told = sorted([*moved, *((delta.change, delta.path) for delta in found.rest)])
    assert told == sorted((delta.change, delta.path) for delta in paths)
    for move in found.moves:
        assert move.size == sum(old[a] for a, _ in move.paths) == sum(new[b] for _, b in move.paths)
        for a, b in move.paths:
            assert a.startswith(move.old)
            assert b == move.new + a[len(move.old) :]

    def change(deltas: list[PathDelta] | tuple[PathDelta, ...]) -> int:
        return sum((delta.after_bytes or 0) - (delta.before_bytes or 0) for delta in deltas)

    assert change(found.rest) == change(paths)


@pytest.mark.parametrize(
    ("digits", "words"),
    [
        ("0100000200040000000000000000000000000000", "cap_net_bind_service=ep"),
        ("0000000200240000000000000000000000000000", "cap_net_bind_service,cap_net_raw=p"),
        ("0100000300040000000400000000000000000000e8030000", "cap_net_bind_service=eip"),
        ("0100000200000000000000000001000000010000", "cap_checkpoint_restore=eip"),
        ("010000010004000000000000", "cap_net_bind_service=ep"),
        ("0100000200000000000000000000000000000000", "no capability"),
        ("01000002", "01000002"),
        ("xyz", "xyz"),
        ("", ""),
    ],
)
def test_capabilities_are_told_as_getcap_does(digits: str, words: str) -> None:
    assert capability_words(digits) == words
