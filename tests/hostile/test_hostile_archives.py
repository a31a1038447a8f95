"""Archives and layouts that are made to hang, to fill the memory, or to lie about what they hold."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from made_images import layers as make
from made_images.layouts import Layout
from strangers import run, told


def member(name: str, kind: bytes, data: bytes) -> bytes:
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, len(data)
    return info.tobuf(tarfile.USTAR_FORMAT) + data + bytes(-len(data) % 512)


def record(key: str, value: str) -> bytes:
    """A PAX record; its length counts itself."""
    rest = f" {key}={value}\n"
    length = len(rest) + len(str(len(rest)))
    return f"{length + (len(str(length)) > len(str(len(rest))))}{rest}".encode()


ENDLESS = member("x", b"x", b"=7\n") + member("a", b"0", b"")
GLOBALS = b"".join(
    member("g", b"g", b"".join(record(f"k{number}", "v" * 40) for number in range(first, first + 50)))
    + member(f"f{first}", b"0", b"")
    for first in range(0, 20_000, 50)
)
MEANT = b"".join(
    member("g", b"g", record(f"SCHILY.xattr.user.a{number}", "v" * 1000)) for number in range(200)
)


@pytest.mark.parametrize(
    ("layer", "says"),
    [
        (ENDLESS, "PAX record"),
        (member("x", b"x", b" 7 \n") + member("a", b"0", b""), "PAX record"),
        (MEANT + member("a", b"0", b""), "global headers"),
        (member("L", b"L", b"a" * 100_000 + b"\0") + member("a", b"0", b""), "a name of 100000 bytes"),
    ],
    ids=["a record without a length", "a record of spaces", "global records", "a name"],
)
def test_headers_without_end(layer: bytes, says: str, tmp_path: Path) -> None:
    path = make.archive(tmp_path / "image.tar", [layer + bytes(1024)])
    told(run(path, "--report", folder=tmp_path), says)


def test_global_headers_that_grow_take_no_quadratic_time(tmp_path: Path) -> None:
    path = make.archive(tmp_path / "image.tar", [GLOBALS + bytes(1024)])
    assert run(path, "--report", folder=tmp_path).code == 0


@pytest.mark.parametrize("tags", [{"a": 1}, 7, [["x"]], [7], "x"])
def test_names_of_the_wrong_type(tags: object, tmp_path: Path) -> None:
    path = tmp_path / "image.tar"
    config = b'{"rootfs":{"diff_ids":[]}}'
    name = hashlib.sha256(config).hexdigest() + ".json"
    manifest = json.dumps([{"Config": name, "RepoTags": tags, "Layers": []}]).encode()
    path.write_bytes(make.layer(make.file(name, config), make.file("manifest.json", manifest)))
    told(run(path, "--report", folder=tmp_path), "RepoTags")


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"history": 7}, "config.history"),
        ({"history": [7]}, "config.history[0]"),
        ({"history": [{"created_by": {}}]}, "created_by"),
        ({"config": {"Env": {"a": 1}}}, "Env"),
        ({"config": {"Env": [1]}}, "Env[0]"),
        ({"config": {"Labels": {"a": []}}}, "Labels.a"),
        ({"config": {"Healthcheck": {"Interval": "x"}}}, "Interval"),
        ({"config": {"ExposedPorts": [1]}}, "ExposedPorts"),
        ({"rootfs": {"diff_ids": [1]}}, "diff_ids[0]"),
        ({"rootfs": {"diff_ids": ["sha256:x"]}}, "no sha256 digest"),
        ({"os": 7}, "config.os"),
        ([], "config"),
    ],
)
def test_configs_of_wrong_types(config: object, says: str, tmp_path: Path) -> None:
    layout = Layout()
    raw = {"rootfs": {"diff_ids": []}, **config} if isinstance(config, dict) else config
    manifest = {"config": layout.add(json.dumps(raw).encode()), "layers": []}
    folder = layout.folder(tmp_path / "layout", layout.add_json(manifest))
    told(run(folder, "--report", folder=tmp_path), says)


@pytest.mark.parametrize(
    "index",
    [
        {"manifests": 7},
        {"manifests": [7]},
        {"manifests": [{"digest": 7}]},
        {"manifests": [{}]},
        {"manifests": [{"digest": "sha256:" + "0" * 64, "platform": "x"}]},
        {"manifests": [{"digest": "sha256:" + "0" * 64, "annotations": [1]}]},
        7,
    ],
)
def test_indexes_of_wrong_types(index: object, tmp_path: Path) -> None:
    (tmp_path / "layout").mkdir()
    (tmp_path / "layout" / "index.json").write_text(json.dumps(index))
    told(run(tmp_path / "layout", "--report", folder=tmp_path), "index.json")


@pytest.mark.parametrize(
    "digest", ["sha256:man", "sha256:../../../outside/m", "md5:" + "0" * 32, "sha256:" + "A" * 64, "../x"]
)
def test_a_digest_is_a_digest(digest: str, tmp_path: Path) -> None:
    folder = Layout().folder(tmp_path / "layout", {"digest": digest})
    told(run(folder, "--report", folder=tmp_path), "no sha256 digest")


def spoilt(layout: Layout, data: bytes, by: bytes) -> None:
    layout.blobs[hashlib.sha256(data).hexdigest()] = by


def test_every_blob_is_what_its_digest_says(tmp_path: Path) -> None:
    layer = make.layer(make.file("a", b"x"))
    for number, what in enumerate((gzip.compress(layer), layer)):
        layout = Layout()
        image = layout.image([layer], how="gzip" if number == 0 else "plain")
        packed = next(data for data in layout.blobs.values() if data[:2] == what[:2])
        other = gzip.compress(make.layer(make.file("a", b"y"))) if number == 0 else what[:-1] + b"\1"
        spoilt(layout, packed, other)
        folder = layout.folder(tmp_path / str(number), image)
        told(run(folder, "--report", "--verify-digests", folder=tmp_path), "is not what it should be")


def test_a_blob_that_unpacks_to_the_same_under_another_name_is_told(tmp_path: Path) -> None:
    """The diff id fits, the blob's own digest does not."""
    layer = make.layer(make.file("a", b"x"))
    layout = Layout()
    image = layout.image([layer])
    packed = next(data for data in layout.blobs.values() if data[:2] == b"\x1f\x8b")
    spoilt(layout, packed, gzip.compress(layer, 1) + gzip.compress(b""))
    told(
        run(layout.folder(tmp_path / "layout", image), "--report", folder=tmp_path),
        "is not what it should be",
    )


@pytest.mark.parametrize("how", ["link", "folder"])
def test_nothing_is_read_outside_of_a_layout(how: str, tmp_path: Path) -> None:
    layout = Layout()
    image = layout.image([make.layer(make.file("a", b"x"))])
    folder = layout.folder(tmp_path / "layout", image)
    blobs = folder / "blobs" / "sha256"
    if how == "folder":
        blobs.rename(tmp_path / "elsewhere")
        blobs.symlink_to(tmp_path / "elsewhere")
    else:
        for blob in list(blobs.iterdir()):
            blob.rename(tmp_path / blob.name)
            blob.symlink_to(tmp_path / blob.name)
    told(run(folder, "--report", folder=tmp_path), "lacks")


def test_indexes_that_multiply(tmp_path: Path) -> None:
    layout = Layout()
    below = layout.image([make.layer(make.file("a", b"x"))])
    for _ in range(7):
        below = layout.index(*[below] * 10)
    told(run(layout.folder(tmp_path / "layout", below), "--report", folder=tmp_path), "manifests")


def _texts(path: Path) -> None:
    with tarfile.open(path, "w:gz", compresslevel=1) as tar:
        for number in range(12):
            info = tarfile.TarInfo(f"{number}.json")
            info.size = 8 << 20
            tar.addfile(info, io.BytesIO(b"[" + bytes(info.size - 1)))


def _kept(path: Path) -> None:
    entry = make.file("a.dist-info/RECORD", bytes(8 << 20))
    layout = Layout()
    layout.archive(path, layout.image([make.layer(*[entry] * 34)]))


def _names(path: Path) -> None:
    names = b"".join(
        member("L", b"L", f"{number:05d}".encode() + b"/aaaaaaa" * 500 + b"\0") + member("a", b"0", b"")
        for number in range(5_000)
    )
    layout = Layout()
    layer = names + bytes(1024)
    image = layout.image([layer])
    layout.archive(path, image)


@pytest.mark.parametrize(
    ("write", "says"),
    [
        (_texts, "manifests and configs"),
        (_kept, "package databases"),
        (_names, "files and folders"),
    ],
    ids=["texts", "kept contents", "folders"],
)
def test_little_that_unpacks_to_much(write: Callable[[Path], None], says: str, tmp_path: Path) -> None:
    path = tmp_path / ("image.tar.gz" if write is _texts else "image.tar")
    write(path)
    told(run(path, "--report", folder=tmp_path), says)


def test_a_layer_that_is_listed_again_and_again(tmp_path: Path) -> None:
    layer = b"".join(member(f"{number:06d}", b"0", b"") for number in range(60_000)) + bytes(1024)
    layout = Layout()
    blob = layout.add(gzip.compress(layer, 1))
    diff = "sha256:" + hashlib.sha256(layer).hexdigest()
    manifest = {"config": layout.add_json({"rootfs": {"diff_ids": [diff] * 100}}), "layers": [blob] * 100}
    path = layout.archive(tmp_path / "image.tar", layout.add_json(manifest))
    told(run(path, "--report", folder=tmp_path), "files and folders")


def test_more_layers_than_any_engine_takes(tmp_path: Path) -> None:
    layout = Layout()
    layer = make.layer()
    diff = "sha256:" + hashlib.sha256(layer).hexdigest()
    config = layout.add_json({"rootfs": {"diff_ids": [diff] * 20_000}})
    manifest = layout.add_json({"config": config, "layers": [layout.add(layer)] * 20_000})
    told(run(layout.archive(tmp_path / "image.tar", manifest), "--report", folder=tmp_path), "layers")
