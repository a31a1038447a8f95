"""Archives in the shapes that engines write, and broken ones."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

import pytest
from made_images import layers as make
from made_images.layers import Entry

from uvdive.base.errors import ImageError, UsageError
from uvdive.base.progress import OnEvent, ignore
from uvdive.image.archives import docker_archive
from uvdive.image.archives.boxes import PassedBox, open_archive
from uvdive.image.events import ImageFound, LayerRead
from uvdive.image.raw_image import RawImage
from uvdive.image.reference import parse_target
from uvdive.image.sieve import nothing

ONE = make.layer(make.file("one", b"1"))
TWO = make.layer(make.file("two", b"22"))


def read(path: Path, tag: str | None = None, on_event: OnEvent = ignore, *, verify: bool = False) -> RawImage:
    with open_archive(path, nothing, on_event, verify=verify) as box:
        chosen = docker_archive.choose(box, tag, reference=str(path), source="docker-archive")
        return docker_archive.collect(box, chosen, on_event, announce=not isinstance(box, PassedBox))


def test_plain_layers_are_verified_when_asked_to(tmp_path: Path) -> None:
    path = make.archive(tmp_path / "a.tar", [ONE, TWO])
    assert read(path, verify=True).verified == (True, True)
    path.write_bytes(path.read_bytes().replace(b"22" + bytes(510), b"23" + bytes(510)))
    assert read(path).verified == (False, False)
    with pytest.raises(ImageError, match=r"Layer 1 \(0001/layer.tar\) is not what"):
        read(path, verify=True)


def names(image: RawImage) -> list[bytes]:
    return [layer.index.path(0) for layer in image.layers]


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("compress", [True, False])
def test_order_comes_from_the_manifest(tmp_path: Path, first: bool, compress: bool) -> None:
    path = make.archive(tmp_path / "a.tar", [ONE, TWO], compress=compress, manifest_first=first)
    image = read(path)
    assert names(image) == [b"one", b"two"]
    assert image.verified == ((True, True) if compress else (False, False))
    assert [layer.compressed_bytes is not None for layer in image.layers] == [compress] * 2


def test_a_compressed_archive_is_read_as_it_passes_and_verified(tmp_path: Path) -> None:
    plain = make.archive(tmp_path / "a.tar", [ONE, TWO])
    packed = tmp_path / "a.tar.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    image = read(packed)
    assert names(image) == [b"one", b"two"]
    assert image.verified == (True, True)


def test_a_repeated_layer_is_a_symlink(tmp_path: Path) -> None:
    path = shaped(
        tmp_path, [ONE, ONE], ["a/layer.tar", "b/layer.tar"], link=("b/layer.tar", "../a/layer.tar")
    )
    assert names(read(path)) == [b"one", b"one"]


def test_oci_blobs_with_a_manifest_json(tmp_path: Path) -> None:
    digests = [f"blobs/sha256/{hashlib.sha256(data).hexdigest()}" for data in (ONE, TWO)]
    assert names(read(shaped(tmp_path, [ONE, TWO], digests))) == [b"one", b"two"]


def shaped(
    tmp_path: Path, layers: list[bytes], names_: list[str], link: tuple[str, str] | None = None
) -> Path:
    config = json.dumps(
        {"rootfs": {"diff_ids": ["sha256:" + hashlib.sha256(data).hexdigest() for data in layers]}}
    ).encode()
    members: list[Entry] = [make.file("c.json", config)]
    for name, data in zip(names_, layers, strict=True):
        if link and link[0] == name:
            members.append(make.symlink(*link))
        else:
            members.append(make.file(name, data))
    manifest = [{"Config": "c.json", "RepoTags": None, "Layers": names_}]
    members.append(make.file("manifest.json", json.dumps(manifest).encode()))
    path = tmp_path / "shaped.tar"
    path.write_bytes(make.layer(*members))
    return path


def test_the_layers_are_announced_before_and_while_they_are_read(tmp_path: Path) -> None:
    events: list[object] = []
    path = make.archive(tmp_path / "a.tar", [ONE, TWO], commands=["COPY one /", "COPY two /"])
    read(path, on_event=events.append)
    (found,) = [event for event in events if isinstance(event, ImageFound)]
    assert [layer.created_by for layer in found.layers] == ["COPY one /", "COPY two /"]
    sizes = [event.file_bytes for event in events if isinstance(event, LayerRead)]
    assert sizes == [1, 2]


def two_images(tmp_path: Path) -> Path:
    config = json.dumps({"rootfs": {"diff_ids": ["sha256:" + hashlib.sha256(ONE).hexdigest()]}}).encode()
    manifest = [{"Config": "c.json", "RepoTags": [tag], "Layers": ["l.tar"]} for tag in ("x:latest", "y:2")]
    path = tmp_path / "two.tar"
    path.write_bytes(
        make.layer(
            make.file("c.json", config),
            make.file("l.tar", ONE),
            make.file("manifest.json", json.dumps(manifest).encode()),
        )
    )
    return path


def test_one_of_several_images_is_picked_by_name(tmp_path: Path) -> None:
    path = two_images(tmp_path)
    assert read(path, "x").manifest.reference == "x"
    with pytest.raises(ImageError, match="holds 2 images") as error:
        read(path)
    assert "x:latest, y:2" in error.value.do
    with pytest.raises(ImageError, match="no image z"):
        read(path, "z")


def test_an_archive_target_may_name_an_image(tmp_path: Path) -> None:
    path = two_images(tmp_path)
    target = parse_target(f"docker-archive:{path}:y:2")
    assert (target.path, target.tag) == (path, "y:2")
    assert parse_target(str(path)).kind == "archive"


def bad_archives(tmp_path: Path) -> dict[str, bytes]:
    whole = make.archive(tmp_path / "whole.tar", [ONE, TWO]).read_bytes()
    packed = gzip.compress(whole)
    swapped = whole.replace(b"22" + bytes(510), b"23" + bytes(510))
    return {
        "empty": b"",
        "text": b"no archive\n" * 100,
        "truncated": whole[:2000],
        "truncated gzip": packed[: len(packed) // 2],
        "no manifest": make.layer(make.file("a", b"x")),
        "bad manifest": make.layer(make.file("manifest.json", b"{nonsense")),
        "odd manifest": make.layer(make.file("manifest.json", b'[{"Config": 5}]')),
        "wrong content": gzip.compress(swapped),
    }


BAD = (
    "empty",
    "text",
    "truncated",
    "truncated gzip",
    "no manifest",
    "bad manifest",
    "odd manifest",
    "wrong content",
)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_archive_gives_one_clear_message(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.tar"
    path.write_bytes(bad_archives(tmp_path)[name])
    with pytest.raises(ImageError) as error:
        read(path)
    assert error.value.do
    if name == "wrong content":
        assert "is not what it should be" in error.value.what


def test_a_missing_file_and_an_unknown_form(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="cannot be read: No such file"):
        read(tmp_path / "none.tar")
    with pytest.raises(UsageError):
        parse_target(" ")
    assert parse_target("podman://x").kind == "podman"


def test_bare_names_are_images_unless_they_are_surely_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "redis").mkdir()
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    assert parse_target("redis").kind == "docker"
    assert "./redis" in parse_target("redis").hint
    assert parse_target("registry/name:tag").kind == "docker"
    assert parse_target(".").value.endswith("Dockerfile")
    assert parse_target("./Dockerfile").kind == "dockerfile"
    assert parse_target("saved.uvdive").kind == "report"
    assert parse_target("docker://x.tar").kind == "docker"
