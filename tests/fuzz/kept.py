"""Fuzzers of what uvdive kept or builders told it: saved reports, the layer cache, tar-split, progress."""

from __future__ import annotations

import gzip
import json
import struct
import zlib
from pathlib import Path
from typing import Any

import images
import xxhash
from cases import Area, Case
from hypothesis import strategies as st
from made_images.odd_tars import OneByOne, taken_apart, tars
from made_images.samples import sample_report

from uvdive.build.clients.plain import PlainReader
from uvdive.build.clients.rawjson import RawJsonReader
from uvdive.image.layers import cache as layer_cache
from uvdive.image.layers.blobs import read_layer
from uvdive.image.layers.cache import LayerCache
from uvdive.image.stream import ChunkStream
from uvdive.image.tar.below import StorageError
from uvdive.image.tar.tar_split import TarSplitStream
from uvdive.ledger.report import ImageReport
from uvdive.ledger.saved import report_file
from uvdive.ledger.view.tree import build_view
from uvdive.ledger.wanted import wanted
from uvdive.output.as_json.report import report_data
from uvdive.output.as_markdown.report import report_markdown
from uvdive.output.as_text.report import report_text

LENGTH = struct.Struct("<Q")
PREAMBLE = struct.Struct("<QI")


def apart(saved: bytes) -> Case:
    """A saved report's header and columns, unpacked."""
    start = saved.index(b"\n") + 1
    payload = zlib.decompress(saved[start + PREAMBLE.size :])
    (length,) = LENGTH.unpack_from(payload)
    return {"header": payload[8 : 8 + length], "columns": payload[8 + length :]}


def together(case: Case) -> bytes:
    """The file of a header and columns, whose checksum fits: only so what is behind it is reached."""
    payload = LENGTH.pack(len(case["header"])) + case["header"] + case["columns"]
    head = report_file.MAGIC + b"1\n" + PREAMBLE.pack(len(payload), zlib.crc32(payload))
    return head + zlib.compress(payload, 1)


def check_saved(case: Case, _folder: Path) -> None:
    """What is read can be shown, and saved again."""
    data = case["file"] if "file" in case else together({"header": b"", "columns": b"", **case})
    report = report_file.load(data)
    shown(report)
    assert report_file.load(report_file.dump(report)).totals == report.totals


def shown(report: ImageReport) -> None:
    """All that a report is shown as."""
    json.dumps(report_data(report))
    report_text(report)
    report_markdown(report)
    for layer in range(len(report.layers)):
        build_view(report.files, report.inode_owner, layer, "upto")
        build_view(report.files, report.inode_owner, layer, "range", 0)


SAVED = report_file.dump(sample_report())
SAMPLE = apart(SAVED)


def _spoilt(where: list[int], by: images.Json) -> Case:
    header = json.loads(SAMPLE["header"])
    return {**SAMPLE, "header": json.dumps(images.spoilt_at(header, where, by)).encode()}


saved = st.one_of(
    st.just({"file": SAVED}),
    st.just(SAMPLE),
    st.builds(_spoilt, st.lists(st.integers(0, 30), min_size=1, max_size=6), images.plain),
)


def _payload(data: bytes) -> bytes:
    layer = read_layer(ChunkStream([data]), len(data), wanted)
    return layer_cache._pack(layer)


ENTRY = _payload(images.LAYER)


def check_cache(case: Case, folder: Path) -> None:
    """Whatever lies in the cache is a miss, or is what was kept; never more."""
    cache = LayerCache(folder / "layers")
    layer = read_layer(ChunkStream([images.LAYER]), len(images.LAYER), wanted)
    cache.keep_layer(layer)
    (path,) = (folder / "layers").glob("??/*")
    payload = case["header"] + b"\n" + case["columns"] if "header" in case else case["payload"]
    if "file" in case:
        path.write_bytes(case["file"])
    else:
        # With a checksum that fits: a disk that rots never gets behind it, only another program does.
        head = struct.Struct("<8sQQ").pack(
            b"uvdvly%02d" % layer_cache.FORMAT, len(payload), xxhash.xxh3_64_intdigest(payload)
        )
        path.write_bytes(head + payload)
    assert layer.diff_id is not None
    found = cache.layer(layer.diff_id)
    if found is not None and payload == ENTRY and "file" not in case:
        assert found == layer
    record = cache.record(layer.diff_id)
    assert record is None or isinstance(record, dict)


HEADER, _, COLUMNS = ENTRY.partition(b"\n")
entries = st.one_of(
    st.just({"payload": ENTRY}),
    st.builds(
        lambda where, by: {
            "header": json.dumps(images.spoilt_at(json.loads(HEADER), where, by)).encode(),
            "columns": COLUMNS,
        },
        st.lists(st.integers(0, 20), max_size=4),
        images.plain,
    ),
    st.binary(max_size=60).map(lambda data: {"file": data, "payload": b""}),
)


def check_split(case: Case, folder: Path) -> None:
    """A tar that was taken apart reads as its stream; a note of one that is none is told."""
    (folder / "diff").mkdir()
    if "layer" in case:
        data = case["layer"]
        stream = TarSplitStream(taken_apart(data, folder / "diff"), folder / "diff")
        alone = images.outcome_of(OneByOne(ChunkStream([data])), digests=False)
        assert images.outcome_of(stream, digests=False) == alone
        return
    (folder / "diff" / "a").write_bytes(bytes(700))
    path = folder / "split.json.gz"
    path.write_bytes(gzip.compress(case["split"], 1) if case.get("packed", b"1") == b"1" else case["split"])
    images.outcome_of(TarSplitStream(path, folder / "diff"))
    for _ in TarSplitStream(path, folder / "diff").chunks(None):
        pass


lines = st.lists(
    st.one_of(
        st.fixed_dictionaries(
            {"type": st.just(2), "payload": st.sampled_from(("", "AAAA", "=", "dXN0YXI="))}
        ),
        st.fixed_dictionaries(
            {"type": st.just(1), "name": st.sampled_from(("a", "../a", "/etc/passwd", "b", "a\0", "é"))},
            optional={
                "size": st.sampled_from((0, 1, 700, 701, -1, 2**63)) | images.plain,
                "name_raw": images.plain,
            },
        ),
        st.dictionaries(st.sampled_from(("type", "name", "size", "payload")), images.plain, max_size=4),
    ),
    max_size=8,
)
splits = st.one_of(
    tars.map(lambda data: {"layer": data}),
    st.builds(
        lambda some, packed: {"split": "\n".join(map(json.dumps, some)).encode(), "packed": packed},
        lines,
        st.sampled_from((b"1", b"0")),
    ),
)


def check_progress(case: Case, _folder: Path) -> None:
    """Both readers take any line, and end with steps that have a name and a state."""
    for reader in (RawJsonReader(), PlainReader()):
        for line in case["progress"].decode("utf-8", "replace").split("\n"):
            for event in reader.feed(line):
                repr(event)
        for event in reader.close():
            repr(event)
        for step in reader.steps.values():
            assert step.state in ("running", "done", "cached", "failed", "cancelled")
            assert isinstance(step.name, str)


DIGEST = st.sampled_from(("sha256:a", "sha256:b"))
TIMES = st.sampled_from(
    ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:06+01:00", "x")
)
vertexes = st.fixed_dictionaries(
    {"digest": DIGEST},
    optional={
        "name": st.sampled_from(("[1/2] RUN a", "", "é")),
        "started": TIMES,
        "completed": TIMES,
        "cached": st.booleans(),
        "error": st.sampled_from(("", "context canceled", "exit code: 1")),
        "inputs": st.lists(DIGEST, max_size=2),
    },
)
status: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {},
    optional={
        "vertexes": st.lists(vertexes, max_size=3),
        "statuses": st.lists(
            st.fixed_dictionaries(
                {"vertex": DIGEST, "id": st.text(max_size=4)},
                optional={"current": st.integers(), "total": st.integers()},
            ),
            max_size=3,
        ),
        "logs": st.lists(
            st.fixed_dictionaries(
                {"vertex": DIGEST},
                optional={"stream": st.integers(0, 3), "data": st.sampled_from(("", "YQo=", "YQ==", "!"))},
            ),
            max_size=3,
        ),
        "warnings": st.lists(
            st.fixed_dictionaries({"vertex": DIGEST}, optional={"short": st.just("YQo=")}), max_size=2
        ),
    },
)
PLAIN = (
    *(
        "#1 [internal] load build definition\n",
        "#1 DONE 0.0s\n",
        "#2 [1/2] FROM x\n",
        "#2 CACHED\n",
        "#3 0.123 out\n",
        "#3 ERROR: x\n",
    ),
    *(
        "#4 CANCELED\n",
        "#2 sha256:a 1.5MB / 3.0MB 0.2s\n",
        "------\n",
        " > [1/2] RUN x:\n",
        "#99999999999999999999 x\n",
        "ERROR: y\n",
        "#",
    ),
)
progress = st.one_of(
    st.lists(images.spoilt(status), max_size=6).map(lambda some: {"progress": b"\n".join(some)}),
    st.lists(status, max_size=4).map(
        lambda some: {"progress": "\n".join(json.dumps(one, indent=1) for one in some).encode()}
    ),
    st.lists(st.sampled_from(PLAIN), max_size=20).map(lambda some: {"progress": "".join(some).encode()}),
)

_WORDS = (
    b'"columns"',
    b'"report"',
    b'"count"',
    b'"bytes"',
    b"null",
    b"[",
    b"]",
    b"{",
    b"}",
    b"-1",
    b"1e999",
    b"\0\0\0\0",
)
AREAS = (
    Area("saved", saved, check_saved, _WORDS),
    Area("cache", entries, check_cache, (*_WORDS, b'"lengths"', b'"arrays"', b'"texts"')),
    Area(
        "tarsplit",
        splits,
        check_split,
        (b'"type"', b'"payload"', b'"name_raw"', b'"size"', b"2", b"1"),
        (StorageError,),
    ),
    Area(
        "progress",
        progress,
        check_progress,
        (b'"vertexes"', b'"logs"', b'"digest"', b"#1 ", b" DONE ", b"{", b"}", b"\n"),
    ),
)
