"""Any table of contents is read as one that makes sense or told as none; so are provenance and lists."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from uvdive.base.errors import ImageError
from uvdive.image.attested.provenance import read_provenance
from uvdive.image.attested.sbom import read_sbom
from uvdive.image.toc.notes import Note, TocError, note_of, table_start
from uvdive.image.toc.table import read_table

NUMBERS = st.integers(-2, 40) | st.integers()
TEXTS = st.sampled_from(["", "a", "a/b", "../a", "/", ".wh.a", "a/.wh..wh..opq", "b"]) | st.text(max_size=5)
ENTRY = st.fixed_dictionaries(
    {
        "name": TEXTS,
        "type": st.sampled_from(["reg", "dir", "symlink", "hardlink", "chunk", "char", "fifo", "odd"]),
    },
    optional={
        **dict.fromkeys(("size", "offset", "endOffset", "chunkSize", "chunkOffset", "innerOffset"), NUMBERS),
        **dict.fromkeys(("mode", "uid", "gid"), NUMBERS),
        "linkName": TEXTS,
        "modtime": st.sampled_from(["", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5+01:00", "x"]),
        "chunkType": st.sampled_from(["", "zeros"]),
        "xattrs": st.dictionaries(st.text(max_size=3), st.sampled_from(["", "YQ==", "!"]), max_size=2),
    },
)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["predicate", "packages", "SPDX", "metadata", "buildDefinition", "externalRefs"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(ENTRY, max_size=6), st.sampled_from(["gzip", "zstd"]))
def test_any_table_is_whole_or_none(entries: list[dict[str, object]], kind: str) -> None:
    text = json.dumps({"version": 1, "entries": entries}).encode()
    try:
        table = read_table(text, Note("gzip" if kind == "gzip" else "zstd", "sha256:"), 100, 40)
    except (TocError, ImageError):
        return
    index = table.index
    columns = (
        index.folder,
        index.kind,
        index.mode,
        index.uid,
        index.gid,
        index.mtime,
        index.size,
        index.offset,
    )
    assert {len(column) for column in columns} == {len(index.names)}
    for row, pieces in table.pieces.items():
        assert sum(piece.size for piece in pieces) == index.size[row]
        assert all(piece.zeros or 0 <= piece.start < piece.end <= 40 for piece in pieces)


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=80), st.none() | st.text(max_size=40)), st.integers(0, 1000))
def test_any_annotations_are_a_note_or_none(annotations: dict[str, str | None], size: int) -> None:
    assert note_of(annotations, size) is None


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_any_end_is_a_footer_or_none(footer: bytes) -> None:
    try:
        assert table_start(footer) >= 0
    except TocError:
        return


@settings(max_examples=300, deadline=None)
@given(ANY)
def test_any_statement_is_read_or_told_as_none(value: object) -> None:
    data = json.dumps(value).encode()
    for read in (read_sbom, lambda text: read_provenance(text, [("a", "b")])):
        try:
            read(data)
        except ValueError:
            continue
