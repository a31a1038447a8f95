"""The stack of layers against a plain, slow model of the same rules."""

from __future__ import annotations

import io
import tarfile

from hypothesis import given, settings
from hypothesis import strategies as st
from made_images import layers as make
from made_images.stack_model import Model, Operation, as_entry, operations

from uvdive.image.layer_index import LayerIndex
from uvdive.image.stack.stack import stack
from uvdive.image.stream import ChunkStream
from uvdive.image.table import Cause, Kind
from uvdive.image.tar.index import index_tar


def index(operations: list[Operation]) -> LayerIndex:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for operation in operations:
            as_entry(operation)(tar)
    return index_tar(ChunkStream([out.getvalue()]), digests=True)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.lists(operations, max_size=8), max_size=5))
def test_stack_equals_the_model(layers: list[list[Operation]]) -> None:
    model = Model()
    for operations_ in layers:
        model.apply(operations_)
    indexes = [index(operations_) for operations_ in layers]

    def same(one: tuple[int, int], other: tuple[int, int]) -> bool:
        return indexes[one[0]].digest[one[1]] == indexes[other[0]].digest[other[1]]

    table, sources, _ = stack(indexes, same)
    names = {Kind.FILE: "file", Kind.DIRECTORY: "folder", Kind.SYMLINK: "symlink"}
    shown = {
        table.path(table.entry_node[entry])[1:].decode(): names[Kind(table.entry_kind[entry])]
        for entry in table.live_entries()
    }
    assert shown == {path: kind for path, (kind, _) in model.shown.items()}
    ours = {
        place: (table.inode_live(inode), Cause(table.inode_cause[inode]).name)
        for inode, place in enumerate(sources)
    }
    theirs = {(inode.layer, inode.place): (bool(inode.names), inode.cause) for inode in model.inodes}
    assert ours == theirs


@settings(max_examples=100, deadline=None)
@given(st.lists(operations, max_size=8), st.lists(operations, max_size=8))
def test_a_layer_that_comes_again_is_as_one_of_its_own(one: list[Operation], other: list[Operation]) -> None:
    """An archive has it once, so its index stands for both."""
    shared = index(one)
    again, _, _ = stack([shared, index(other), shared], lambda *_: False)
    apart, _, _ = stack([index(one), index(other), index(one)], lambda *_: False)
    assert again == apart


def test_a_link_to_what_the_same_folder_gets_later_finds_nothing() -> None:
    """The names of a folder are made in one go where all are new, its links too."""
    data = [make.hard_link("a/one", "a/two"), make.file("a/two", b"xy"), make.hard_link("a/three", "a/two")]
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for entry in data:
            entry(tar)
    table, _, warnings = stack([index_tar(ChunkStream([out.getvalue()]), digests=True)], lambda *_: False)
    assert [table.entry_size[entry] for entry in range(table.entries)] == [0, 2, 2]
    assert len(set(table.entry_inode)) == 2
    assert warnings == ["layer 0: a hard link names b'a/two', which is not there: read as an empty file"]
