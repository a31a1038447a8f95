"""Fuzzers of what images lie in: tars, archives of ``docker save``, OCI layouts, stacks of layers."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from cases import Area, Case
from hypothesis import strategies as st
from made_images import layers as make
from made_images.layouts import COMPRESSIONS, Layout
from made_images.odd_tars import OneByOne, tars
from made_images.stack_model import Model, Operation, as_entry, operations

from uvdive.base.errors import ImageError
from uvdive.base.progress import ignore
from uvdive.image.reference import Target
from uvdive.image.stream import ByteStream, ChunkStream
from uvdive.image.tar.index import index_tar
from uvdive.ledger.report import ImageReport
from uvdive.ledger.wanted import wanted
from uvdive.session.opening.reading import read_image

Json = Any


def read(path: Path, kind: Literal["archive", "oci"] = "archive") -> ImageReport:
    """The report of an image, whose sums hold."""
    report, _ = read_image(Target(kind, str(path)), None, on_event=ignore)
    totals = report.totals
    assert totals.live_bytes + totals.dead_bytes == totals.file_bytes
    assert sum(owner.bytes for owner in report.owners) == totals.file_bytes
    assert sum(layer.file_bytes for layer in report.layers) == totals.file_bytes
    return report


def outcome_of(stream: ByteStream, *, digests: bool = True) -> object:
    """What an index holds, or what is said to be wrong."""
    try:
        return index_tar(stream, wanted, digests=digests)
    except ImageError as error:
        return str(error)


def check_tar(case: Case, folder: Path) -> None:
    """A tar reads the same in bulk and one by one, in one piece and in many, and so does its image."""
    data = case["layer"]
    whole = outcome_of(ChunkStream([data]))
    assert outcome_of(OneByOne(ChunkStream([data]))) == whole
    assert outcome_of(ChunkStream([data[at : at + 700] for at in range(0, len(data), 700)])) == whole
    read(make.archive(folder / "image.tar", [data, data], compress=len(data) % 2 == 1))


def check_sound(case: Case, _folder: Path) -> None:
    """What Python's tarfile writes reads as tarfile reads it."""
    entries: list[tuple[str, str, int, int]] = json.loads(case["entries"])
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=int(case["format"])) as tar:
        for kind, name, size, number in entries:
            info = tarfile.TarInfo(name)
            info.type = kind.encode()
            info.uid = info.gid = info.mtime = number
            info.mode, info.linkname = number & 0o7777, name[::-1] if kind in "12" else ""
            info.size = size if kind == "0" else 0
            tar.addfile(info, io.BytesIO(bytes(info.size)))
    data = out.getvalue()
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        expected = [(m.uid, m.gid, int(m.mtime), m.mode, m.size if m.isreg() else 0) for m in tar]
    index = index_tar(ChunkStream([data]), wanted, digests=True)
    columns = zip(index.uid, index.gid, index.mtime, index.mode, index.size, strict=True)
    assert list(columns) == expected


NAMES = st.text("ab/.é \n", min_size=1, max_size=12).filter(lambda name: name.strip("/."))
long_names = st.one_of(NAMES, NAMES.map(lambda name: name * 30))
# No whiteouts here (names begin with no ".wh."), and no slash at the end, which makes a folder of a file.
sound = st.builds(
    lambda entries, dialect: {"entries": json.dumps(entries).encode(), "format": b"%d" % dialect},
    st.lists(
        st.tuples(
            st.sampled_from("0125346"),
            long_names.filter(lambda name: not name.endswith("/")),
            st.sampled_from((0, 1, 511, 512, 513, 5000)),
            st.sampled_from((0, 7, 0o7777, 65_536, 2_097_151, 2_097_152, 4_000_000_000)),
        ),
        max_size=8,
    ),
    st.sampled_from((tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)),
)


def check_archive(case: Case, folder: Path) -> None:
    """A file in the form of an archive, whatever it holds."""
    path = folder / "image.tar"
    path.write_bytes(case["archive"])
    read(path)


LAYER = make.layer(
    make.file("etc/os-release", b"ID=debian\n"),
    make.file("app/.venv/pyvenv.cfg", b"home = /usr/bin\n"),
    make.symlink("app/.venv/bin/python", "/usr/bin/python3"),
    make.hard_link("h", "app/.venv/pyvenv.cfg"),
    make.whiteout("srv/x"),
    make.file("app/" + "n" * 150, b"x"),
)
DIFF = "sha256:" + hashlib.sha256(LAYER).hexdigest()

plain: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
texts = st.text(max_size=10) | st.sampled_from(
    (
        "linux",
        "amd64",
        "RUN uv sync",
        "/bin/sh -c #(nop) CMD",
        "COPY . . # buildkit",
        "A=b",
        DIFF,
        "2026-01-02T03:04:05Z",
    )
)
history = st.fixed_dictionaries(
    {},
    optional={
        "created_by": texts,
        "created": texts,
        "comment": texts,
        "author": texts,
        "empty_layer": st.booleans(),
    },
)
settings = st.fixed_dictionaries(
    {},
    optional={
        "Env": st.lists(texts, max_size=3),
        "Cmd": st.lists(texts, max_size=3) | st.none(),
        "Entrypoint": st.lists(texts, max_size=2) | st.none(),
        "User": texts,
        "WorkingDir": texts,
        "Labels": st.dictionaries(texts, texts, max_size=2) | st.none(),
        "StopSignal": texts,
        "ExposedPorts": st.dictionaries(texts, st.just({}), max_size=2),
        "Volumes": st.none() | st.just({}),
        "Healthcheck": st.fixed_dictionaries(
            {}, optional={"Test": st.lists(texts), "Interval": st.integers()}
        ),
    },
)
ROOT: Json = {"diff_ids": [DIFF, DIFF]}
configs = st.fixed_dictionaries(
    {"rootfs": st.just(ROOT)},
    optional={
        "config": settings,
        "history": st.lists(history, max_size=4)
        | st.just([{"created_by": "RUN a"}, {"created_by": "RUN b"}]),
        "os": texts,
        "architecture": texts,
    },
)


def spoilt_at(value: Json, where: list[int], by: Json) -> Json:
    """A JSON value with one of its parts, found by numbers, replaced."""
    if not where or not isinstance(value, (dict, list)) or not value:
        return by
    if isinstance(value, list):
        at = where[0] % len(value)
        return [spoilt_at(item, where[1:], by) if n == at else item for n, item in enumerate(value)]
    chosen = sorted(value)[where[0] % len(value)]
    return {key: spoilt_at(item, where[1:], by) if key == chosen else item for key, item in value.items()}


def spoilt(values: st.SearchStrategy[Json]) -> st.SearchStrategy[bytes]:
    """JSON of a kind as it is, or with one part of another type."""
    numbers = st.lists(st.integers(0, 7), max_size=4)
    either = st.one_of(values, values, st.builds(spoilt_at, values, numbers, plain))
    return either.map(lambda value: json.dumps(value).encode())


def packed(files: dict[str, bytes]) -> bytes:
    """A tar of files."""
    return make.layer(*(make.file(name, data) for name, data in files.items()))


def check_saved_archive(case: Case, folder: Path) -> None:
    """``docker save``: a config and a manifest of any kind around layers."""
    if "archive" in case:
        check_archive(case, folder)
        return
    files = {"c.json": case["config"], "manifest.json": case["manifest"], "l/layer.tar": LAYER}
    if case.get("repositories"):
        files["repositories"] = case["repositories"]
    check_archive({"archive": packed(files)}, folder)


manifests = st.lists(
    st.fixed_dictionaries(
        {"Config": st.just("c.json"), "Layers": st.just(["l/layer.tar", "l/layer.tar"])},
        optional={"RepoTags": st.none() | st.lists(texts, max_size=2)},
    ),
    min_size=1,
    max_size=2,
)
archives = st.one_of(
    st.fixed_dictionaries(
        {"config": spoilt(configs), "manifest": spoilt(manifests)}, optional={"repositories": spoilt(plain)}
    ),
    st.builds(
        lambda config, manifest, wrap: {
            "archive": wrap(packed({"c.json": config, "manifest.json": manifest, "l/layer.tar": LAYER}))
        },
        spoilt(configs),
        spoilt(manifests),
        st.sampled_from(tuple(COMPRESSIONS.values())),
    ),
)


def check_oci(case: Case, folder: Path) -> None:
    """A layout whose blobs are what their digests say, so that every part is looked at."""
    layout, wrap = Layout(), COMPRESSIONS.get(case.get("how", b"").decode("utf-8", "replace"), bytes)
    data = case.get("layer", LAYER)
    config = layout.add(
        case["config"].replace(DIFF.encode(), b"sha256:" + hashlib.sha256(data).hexdigest().encode())
    )
    layer = layout.add(wrap(data))
    sketch = json.loads(case["manifest"])
    manifest = _filled(sketch, {"CONFIG": config, "LAYER": layer})
    entry = layout.add(json.dumps(manifest).encode())
    inner = layout.add(json.dumps({"manifests": [entry]}).encode())
    index = _filled(json.loads(case["index"]), {"MANIFEST": entry, "INDEX": inner})
    path = layout.folder(folder / "layout", entry)
    (path / "index.json").write_text(json.dumps(index))
    read(path, "oci")


def _filled(value: Json, places: dict[str, Json]) -> Json:
    """JSON whose texts of certain names are descriptors instead, with what stands beside them."""
    if isinstance(value, str):
        return places.get(value, value)
    if isinstance(value, list):
        return [_filled(item, places) for item in value]
    if isinstance(value, dict):
        found = {key: _filled(item, places) for key, item in value.items() if key != "="}
        base = places.get(value["="], {}) if isinstance(value.get("="), str) else {}
        return {**base, **found}
    return value


platforms = st.fixed_dictionaries({}, optional={"os": texts, "architecture": texts, "variant": texts})
descriptors = st.fixed_dictionaries(
    {"=": st.sampled_from(("MANIFEST", "INDEX"))},
    optional={
        "platform": st.just({"os": "linux", "architecture": "amd64"}) | platforms,
        "size": st.integers(),
        "mediaType": texts,
        "annotations": st.dictionaries(texts, texts, max_size=2),
    },
)
oci_indexes = st.fixed_dictionaries({"manifests": st.lists(descriptors, min_size=1, max_size=3)})
oci_manifests = st.fixed_dictionaries(
    {"config": st.just("CONFIG"), "layers": st.just(["LAYER", "LAYER"])},
    optional={"mediaType": texts, "annotations": st.dictionaries(texts, texts, max_size=2)},
)
layouts = st.fixed_dictionaries(
    {
        "config": spoilt(configs),
        "manifest": spoilt(oci_manifests),
        "index": spoilt(oci_indexes),
        "how": st.sampled_from([name.encode() for name in COMPRESSIONS]),
    },
    optional={"layer": tars},
)


def check_stack(case: Case, folder: Path) -> None:
    """The files that an image shows in the end are those of the plain model."""
    listed: list[list[Operation]] = [[tuple(one) for one in layer] for layer in json.loads(case["layers"])]
    model = Model()
    for layer in listed:
        model.apply(layer)
    tars_ = [make.layer(*map(as_entry, layer)) for layer in listed]
    report = read(make.archive(folder / "image.tar", tars_))
    table = report.files
    shown = {table.path(table.entry_node[entry])[1:].decode() for entry in table.live_entries()}
    assert shown == set(model.shown)


stacks = st.lists(st.lists(operations, max_size=8), max_size=5).map(
    lambda layers: {"layers": json.dumps(layers).encode()}
)

_KEYS: tuple[str, ...] = (
    *(
        "config",
        "rootfs",
        "diff_ids",
        "history",
        "created_by",
        "empty_layer",
        "manifests",
        "digest",
        "layers",
    ),
    *(
        "platform",
        "Config",
        "RepoTags",
        "Layers",
        "Env",
        "Labels",
        "Healthcheck",
        "annotations",
        "CONFIG",
        "INDEX",
    ),
)
WORDS = (*(f'"{key}"'.encode() for key in _KEYS), b"[", b"]", b"{", b"}", b"null", b'"":', DIFF.encode())
TAR_WORDS = (
    b"ustar\x0000",
    b"ustar  \0",
    b"././@LongLink",
    b".wh.",
    b".wh..wh..opq",
    b"21 path=",
    b"7 size=",
)


def _area(
    name: str, made: st.SearchStrategy[Case], check: Callable[[Case, Path], None], *words: bytes
) -> Area:
    # A seed that is no JSON any more was no seed of this kind.
    return Area(name, made, check, words, (json.JSONDecodeError, UnicodeDecodeError))


AREAS = (
    Area("tar", tars.map(lambda data: {"layer": data}), check_tar, TAR_WORDS),
    Area("tarfile", sound, check_sound),
    Area("archive", archives, check_saved_archive, (*WORDS, *TAR_WORDS)),
    _area("oci", layouts, check_oci, *WORDS),
    Area("stack", stacks, check_stack),
)
