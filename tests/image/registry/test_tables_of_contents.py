"""Layers with tables of contents: the same image, few of whose bytes are fetched; and tables that lie."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from engines.registries import Registry, serving
from made_images import layers as make
from made_images.layouts import Json
from made_images.tables_of_contents import Change, Way
from made_images.tables_of_contents import make as with_table
from needs import cannot_run

from uvdive.base.errors import ImageError
from uvdive.base.progress import ignore
from uvdive.image.archives.descriptors import this_platform
from uvdive.image.reference import parse_target
from uvdive.image.registry import by_table
from uvdive.image.store import LayerStore
from uvdive.image.toc.notes import note_of, table_start
from uvdive.ledger.report import ImageReport
from uvdive.session.opening.options import ReadOptions
from uvdive.session.opening.reading import read_image

SITE = "app/.venv/lib/python3.12/site-packages"


def noise(size: int, seed: str) -> bytes:
    """Bytes that no packing makes fewer."""
    return b"".join(hashlib.sha256(f"{seed}{n}".encode()).digest() for n in range(size // 32 + 1))[:size]


BIG, OLD = noise(300_000, "big"), noise(9000, "old")
LAYERS = [
    make.layer(
        make.folder("etc"),
        make.file("etc/os-release", b"ID=debian\nVERSION_ID=13\n"),
        make.file("var/lib/dpkg/status", b"Package: tar\nStatus: install ok installed\nVersion: 1\n\n"),
        make.file("var/lib/dpkg/info/tar.list", b"/.\n/usr/bin/tar\n"),
        make.file("usr/bin/tar", BIG, 0o4755),
        make.hard_link("usr/bin/star", "usr/bin/tar"),
        make.symlink("bin", "usr/bin"),
        make.file("opt/old", OLD, uid=7, gid=8, mtime=1_700_000_000),
        make.file("opt/gone/one", noise(500, "one")),
        make.file("opt/gone/two", noise(600, "two")),
        make.file("opt/late", noise(700, "late")),
        make.file("opt/empty"),
        make.file("opt/caps", b"cap", pax_headers={"SCHILY.xattr.security.capability": "\x01\x02"}),
        make.file("opt/ünïcode", b"name"),
    ),
    make.layer(
        make.file("opt/old", OLD, uid=9),  # a chown: written again with the same content
        make.file("opt/late", noise(700, "other")),
        make.opaque("opt/gone"),
        make.file("opt/gone/three", noise(800, "three")),
        make.file("app/.venv/pyvenv.cfg", b"home = /usr/bin\nversion = 3.12.1\n"),
        make.file(f"{SITE}/flask/__init__.py", noise(70_000, "flask")),
        make.file(
            f"{SITE}/flask-3.0.dist-info/METADATA", b"Metadata-Version: 2.1\nName: flask\nVersion: 3.0\n"
        ),
        make.file(f"{SITE}/flask-3.0.dist-info/RECORD", b"flask/__init__.py,,\n"),
    ),
    make.layer(
        make.whiteout("usr/bin/star"), make.file("opt/old", OLD, uid=10), make.file("z", noise(9999, "z"))
    ),
]
WAYS: tuple[Way, ...] = ("estargz", "zstd:chunked")


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    monkeypatch.setattr(by_table, "WORTH_IT", 0)
    with serving() as registry:
        yield registry


def push(
    registry: Registry, way: Way, change: Change = lambda _entries: None, plain: int = -1, **notes: str
) -> str:
    """An image of layers with tables, of which the one called ``plain`` has none; its name."""
    layout, descriptors, diff_ids = registry.layout, list[Json](), list[str]()
    for number, tar in enumerate(LAYERS):
        blob, whole, annotations = with_table(tar, way, change)
        told = {} if number == plain else {"annotations": {**annotations, **notes}}
        descriptors.append(layout.add(blob, **told))
        diff_ids.append("sha256:" + hashlib.sha256(whole).hexdigest())
    system, _, machine = this_platform().partition("/")
    config = layout.add_json({"os": system, "architecture": machine, "rootfs": {"diff_ids": diff_ids}})
    return registry.tag("app", "1", layout.add_json({"config": config, "layers": descriptors}))


def read(name: str, **options: object) -> tuple[ImageReport, LayerStore]:
    given = ReadOptions(**{"layer_cache": False, **options})  # type: ignore[arg-type]
    report, index = read_image(parse_target(f"registry://{name}"), None, given, on_event=ignore)
    return report, LayerStore(report.files, index)


def whole(registry: Registry) -> list[str]:
    """The layers of which all bytes were asked for."""
    return [each.path for each in registry.asked if "/blobs/" in each.path and "Range" not in each.headers][
        1:
    ]


def parts(registry: Registry) -> int:
    """How many bytes were asked for in parts."""
    found = (re.fullmatch(r"bytes=(\d+)-(\d+)", each.headers.get("Range", "")) for each in registry.asked)
    return sum(int(match[2]) - int(match[1]) + 1 for match in found if match)


def without_tars(report: ImageReport) -> tuple[object, ...]:
    """All of a report but what only all bytes tell."""
    layers = [replace(layer, tar_bytes=None, verified=True) for layer in report.layers]
    totals = replace(report.totals, tar_bytes=None, tar_overhead=None)
    more = report.owners, report.waste, report.components, report.environments, report.findings, report.users
    return (totals, layers, *more)


@pytest.mark.parametrize("plain", [-1, 0, 1], ids=["tables alone", "the base whole", "the middle whole"])
@pytest.mark.parametrize("way", WAYS)
def test_a_table_tells_what_all_bytes_tell(registry: Registry, way: Way, plain: int) -> None:
    name = push(registry, way, plain=plain)
    listed, _ = read(name)
    size = sum(layer.compressed_bytes or 0 for layer in listed.layers)
    assert len(whole(registry)) == (plain >= 0)
    assert parts(registry) < size / 2 if plain < 0 else parts(registry) < size
    registry.asked.clear()
    verified, _ = read(name, verify_digests=True)
    assert len(whole(registry)) == len(LAYERS)
    assert parts(registry) == 0
    assert without_tars(listed) == without_tars(verified)
    assert listed.files == verified.files, "modes, owners, times, links, attributes"
    assert [layer.verified for layer in listed.layers] == [number == plain for number in range(len(LAYERS))]
    assert listed.totals.tar_bytes is None
    assert listed.warnings == verified.warnings


@pytest.mark.parametrize("way", WAYS)
def test_contents_come_by_their_parts_when_they_are_asked_for(registry: Registry, way: Way) -> None:
    report, store = read(push(registry, way))
    table = report.files
    registry.asked.clear()
    for path, content in (
        (b"/usr/bin/tar", BIG),
        (b"/opt/old", OLD),
        (b"/opt/gone/three", noise(800, "three")),
    ):
        node = table.find(path)
        assert node is not None
        entry = table.visible(node)
        assert entry is not None
        inode = table.entry_inode[entry]
        assert store.has(inode)
        assert store.read(inode) == content
        assert b"".join(store.pieces(inode, 5000)) == content
    assert whole(registry) == []


@pytest.mark.parametrize("way", WAYS)
def test_a_second_look_asks_for_the_manifest_alone(
    registry: Registry, way: Way, own_cache_folder: None
) -> None:
    name = push(registry, way)
    first, _ = read(name, layer_cache=True)
    registry.asked.clear()
    second, store = read(name, layer_cache=True)
    assert registry.fetched() == ["manifests/1"]
    assert second.totals == first.totals
    node = second.files.find(b"/opt/old")
    assert node is not None
    entry = second.files.visible(node)
    assert entry is not None
    assert store.read(second.files.entry_inode[entry]) == OLD


def first(kind: str, **fields: object) -> Change:
    """A table whose first entry of a kind, with bytes where it is a file, says something else."""

    def change(entries: list[Json]) -> None:
        for entry in entries:
            if entry["type"] == kind and (kind != "reg" or entry.get("size")):
                entry.update(fields)
                return

    return change


def twice(entries: list[Json]) -> None:
    entries.extend([dict(each) for each in entries if each["type"] == "reg" and not each.get("offset")][:1])
    entries.append({"name": "z", "type": "symlink", "linkName": "a"})
    entries.append({"name": "z", "type": "symlink", "linkName": "b"})


def cycle(entries: list[Json]) -> None:
    entries.append({"name": "one", "type": "hardlink", "linkName": "two"})
    entries.append({"name": "two", "type": "hardlink", "linkName": "one"})


LIES: dict[str, tuple[Change, str]] = {
    "a size below nothing": (first("reg", size=-1), "is less than nothing"),
    "a larger size": (first("reg", size=1 << 40), "packed so small"),
    "a size that no file has": (first("reg", size=1 << 80), "no file has"),
    "an offset behind the end": (first("reg", offset=1 << 40, endOffset=1 << 41), "outside of it"),
    "a text for a number": (first("reg", mode="rw"), "not a whole number"),
    "an unknown kind": (first("reg", type="door"), "of an unknown type"),
    "another digest": (first("reg", chunkDigest="sha256:" + "0" * 64), "not those that its table names"),
    "the bytes of another": (first("reg", innerOffset=9), "not where its table says"),
    "a name twice": (twice, "a name twice"),
    "links in a circle": (cycle, "leads to nothing before it"),
    "a chunk of nothing": (lambda entries: entries.insert(0, {"name": "a", "type": "chunk"}), "no file"),
    "a lost name": (first("reg", name="\ufffd"), "lost the bytes of a name"),
    "attributes that are none": (first("reg", xattrs={"user.a": "!"}), "not in base64"),
    "a time that is none": (first("reg", modtime="yesterday"), "a time that is none"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("lie", LIES)
def test_a_table_that_lies_is_told_and_the_layer_read_whole(registry: Registry, way: Way, lie: str) -> None:
    change, told = LIES[lie]
    name = push(registry, way, change)
    report, _ = read(name)
    assert any("table of contents" in warning and told in warning for warning in report.warnings), (
        report.warnings
    )
    expected, _ = read(name, verify_digests=True)
    assert without_tars(report) == without_tars(expected)


@pytest.mark.parametrize(
    ("way", "notes", "told"),
    [
        ("estargz", {"containerd.io/snapshot/stargz/toc.digest": "sha256:" + "0" * 64}, "another digest"),
        (
            "zstd:chunked",
            {"io.github.containers.zstd-chunked.manifest-checksum": "sha256:" + "0" * 64},
            "another digest",
        ),
        (
            "zstd:chunked",
            {"io.github.containers.zstd-chunked.manifest-position": "8:10:10000000000:1"},
            "has 10000000000 bytes",
        ),
        (
            "zstd:chunked",
            {"io.github.containers.zstd-chunked.manifest-position": "900000000:10:10:1"},
            "outside of it",
        ),
    ],
)
def test_a_note_that_lies_is_told(registry: Registry, way: Way, notes: dict[str, str], told: str) -> None:
    report, _ = read(push(registry, way, **notes))
    assert sum(told in warning for warning in report.warnings) == len(LAYERS), report.warnings
    assert all(layer.verified for layer in report.layers)


def test_a_registry_that_sends_no_parts_sends_all(registry: Registry) -> None:
    name = push(registry, "zstd:chunked")
    registry.odd("/blobs/", lambda handler: handler.send(200, handler.blob()))
    report, _ = read(name)
    assert all(layer.verified for layer in report.layers)
    assert any("sends no parts" in warning for warning in report.warnings)


def test_a_content_that_was_changed_since_is_an_error(registry: Registry) -> None:
    report, store = read(push(registry, "estargz"))
    node = report.files.find(b"/usr/bin/tar")
    assert node is not None
    entry = report.files.visible(node)
    assert entry is not None

    def damaged(handler: object) -> None:
        handler.send_blob(handler.blob()[:200] + bytes(2000) + handler.blob()[2200:])  # type: ignore[attr-defined]

    registry.odd("/blobs/", damaged)
    with pytest.raises(ImageError, match="not to be used"):
        store.read(report.files.entry_inode[entry])


def test_duplicates_are_found_in_whole_layers(registry: Registry) -> None:
    report, _ = read(push(registry, "estargz"), duplicates=True)
    assert report.totals.duplicate_bytes is not None
    assert parts(registry) == 0


def test_a_small_layer_is_read_whole(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_table, "WORTH_IT", 1 << 30)
    report, _ = read(push(registry, "estargz"))
    assert all(layer.verified for layer in report.layers)


def test_the_older_footer_is_known_too() -> None:
    new = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x1a\0SG\x16\0" + b"%016x" % 77 + b"STARGZ" + bytes(13)
    old = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x16\0" + b"%016x" % 78 + b"STARGZ" + bytes(13)
    assert (table_start(new), table_start(old)) == (77, 78)
    assert note_of({}, 1000) is None


@pytest.mark.engine("podman5")
def test_what_podman_pushes_as_zstd_chunked(tmp_path: Path) -> None:
    if not os.environ.get("UVDIVE_REGISTRY"):
        cannot_run("no UVDIVE_REGISTRY with its address")
    podman, tag = os.environ["UVDIVE_ENGINE_PODMAN5"], f"uvdive-test/chunked-{os.getpid()}:1"
    saved = tmp_path / "base.tar"
    for command in (
        ["docker", "tag", "debian:trixie-slim", tag],
        ["docker", "save", "-o", str(saved), tag],
        ["docker", "rmi", tag],
        ["docker", "--host", podman, "load", "-i", str(saved)],
    ):
        subprocess.run(command, check=True, capture_output=True)
    name = f"{os.environ['UVDIVE_REGISTRY']}/{tag}"
    url = f"http://d/v5.0.0/libpod/images/{quote(f'localhost/{tag}', safe='')}/push?destination={quote(name)}"
    url += "&tlsVerify=false&format=oci&compressionFormat=zstd:chunked"
    try:
        pushed = subprocess.run(
            ["curl", "-sSf", "--unix-socket", podman.removeprefix("unix://"), "-X", "POST", url],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        assert "error" not in pushed.stdout, json.dumps(pushed.stdout)
    finally:
        subprocess.run(
            ["docker", "--host", podman, "rmi", f"localhost/{tag}"], check=False, capture_output=True
        )
    listed, store = read(name)
    verified, _ = read(name, verify_digests=True)
    assert without_tars(listed) == without_tars(verified)
    assert not any(layer.verified for layer in listed.layers)
    assert listed.warnings == verified.warnings
    node = listed.files.find(b"/usr/bin/env")
    assert node is not None
    entry = listed.files.visible(node)
    assert entry is not None
    assert store.read(listed.files.entry_inode[entry])[:4] == b"\x7fELF"
