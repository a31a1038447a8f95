"""The engine's own storage gives, entry by entry, what its save stream gives."""

from __future__ import annotations

import base64
import gzip
import io
import json
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from made_images import layers as make
from made_images.odd_tars import OneByOne, taken_apart, tars
from needs import cannot_run

from uvdive.base.errors import ImageError
from uvdive.base.progress import ignore
from uvdive.image.endpoint import docker_endpoint
from uvdive.image.engine.engine import Engine
from uvdive.image.engine.storage import chain_ids
from uvdive.image.events import LayerRead
from uvdive.image.stream import ByteStream, ChunkStream
from uvdive.image.tar import split_lines
from uvdive.image.tar.below import StorageError, read_below
from uvdive.image.tar.index import index_tar
from uvdive.image.tar.tar_split import TarSplitStream
from uvdive.ledger.wanted import wanted
from uvdive.session.opening.images import load_image
from uvdive.session.opening.options import ReadOptions

COMPARED = ("folders", "folder", "names", "kind", "mode", "uid", "gid", "mtime", "size", "offset", "targets")


def needs_storage() -> None:
    try:
        Engine(docker_endpoint()).read("debian:trixie-slim", wanted, ignore, via="storage")
    except ImageError as error:
        cannot_run(str(error))


def named_images() -> list[str]:
    listed = subprocess.run(
        ["docker", "images", "--format", "{{.Repository}}:{{.Tag}}"],
        capture_output=True,
        text=True,
        check=False,
    )
    wanted_names = ("debian:", "python:", "ghcr.io/astral-sh/uv:")
    return sorted(name for name in listed.stdout.split() if name.startswith(wanted_names))


@pytest.mark.engine
@pytest.mark.parametrize("via", ["storage", "save"])
def test_each_layer_is_told_of_once(seed_image: str, via: str) -> None:
    needs_storage()
    events: list[object] = []
    image = Engine(docker_endpoint()).read(seed_image, wanted, events.append, via=via)
    told = [event.diff_id for event in events if isinstance(event, LayerRead)]
    assert sorted(told) == sorted(image.manifest.diff_ids)


@pytest.mark.engine
def test_every_image_of_the_bed(seed_image: str) -> None:
    needs_storage()
    engine = Engine(docker_endpoint())
    seen: set[str] = set()
    for name in [seed_image, *named_images()]:
        stored = engine.read(name, wanted, ignore, via="storage")
        if stored.manifest.image_id in seen:
            continue  # another name of an image that was compared
        seen.add(stored.manifest.image_id)
        streamed = engine.read(name, wanted, ignore, via="save")
        assert stored.manifest == streamed.manifest
        for mine, theirs in zip(stored.layers, streamed.layers, strict=True):
            assert mine.tar_bytes == theirs.tar_bytes
            for column in COMPARED:
                assert getattr(mine.index, column) == getattr(theirs.index, column), (name, column)
            assert mine.index.contents == theirs.index.contents
            assert mine.diff_id == theirs.diff_id


@pytest.mark.engine
def test_reports_are_the_same_and_contents_can_be_read(seed_image: str) -> None:
    needs_storage()
    stored = load_image(seed_image, options=ReadOptions(layer_cache=False, via="storage"))
    streamed = load_image(seed_image, options=ReadOptions(layer_cache=False, via="save"))
    one, other = stored.report, streamed.report
    assert (one.totals, one.owners, one.waste, one.findings) == (
        other.totals,
        other.owners,
        other.waste,
        other.findings,
    )
    node = one.files.find(b"/app/src/server.py")
    assert node is not None
    entry = one.files.visible(node)
    assert entry is not None
    assert stored.store is not None
    assert b"Flask" in stored.store.read(one.files.entry_inode[entry])


@pytest.mark.engine
def test_storage_that_was_asked_for_and_is_not_there_is_an_error(
    seed_image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("uvdive.image.engine.engine.storage_root", lambda *_: None)
    with pytest.raises(ImageError, match="storage cannot be read") as error:
        Engine(docker_endpoint()).read(seed_image, wanted, ignore, via="storage")
    assert error.value.do == "Use --via save."


def split(tar: bytes, folder: Path) -> Path:
    """Take a tar apart as the engine does: headers into a split file, contents into the folder."""
    import tarfile

    parts, at = [], 0
    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        for member in archive:
            segment = tar[at : member.offset_data]
            parts.append({"type": 2, "payload": base64.b64encode(segment).decode()})
            at = member.offset_data
            if member.isreg() and member.size:
                content = archive.extractfile(member)
                assert content is not None
                target = folder / member.name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read())
                parts.append({"type": 1, "name": member.name, "size": member.size})
                at += member.size
    parts.append({"type": 2, "payload": base64.b64encode(tar[at:]).decode()})
    path = folder.with_suffix(".json.gz")
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, parts)).encode()))
    return path


TAR = make.layer(
    make.folder("d"),
    make.file("d/kept", b"content" * 100),
    make.file("d/other", bytes(5000)),
    make.hard_link("d/link", "d/other"),
    make.file("n" * 150, b"long"),
    make.whiteout("d/gone"),
)


def outcome(stream: ByteStream) -> object:
    try:
        return index_tar(stream, wanted, digests=False)
    except ImageError as error:
        return type(error), str(error)


@pytest.mark.parametrize("text", [1, 700, 1 << 19])
@settings(max_examples=150, deadline=None)
@given(data=tars)
def test_any_tar_reads_from_storage_as_from_a_stream(text: int, data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(split_lines, "_TEXT", text)
        folder = Path(name, "diff")
        folder.mkdir()
        stream = TarSplitStream(taken_apart(data, folder), folder)
        alone = outcome(OneByOne(ChunkStream([data])))
        assert outcome(stream) == alone


def keep(path: bytes, size: int) -> bool:
    return path.endswith(b"kept") and size > 0


def test_a_split_layer_reads_as_its_tar(tmp_path: Path) -> None:
    (tmp_path / "diff").mkdir()
    stream = TarSplitStream(split(TAR, tmp_path / "diff"), tmp_path / "diff")
    assert index_tar(stream, keep, digests=False) == index_tar(ChunkStream([TAR]), keep, digests=False)
    assert stream.drain() == len(TAR)


def test_it_puts_the_tar_together_byte_for_byte(tmp_path: Path) -> None:
    (tmp_path / "diff").mkdir()
    stream = TarSplitStream(split(TAR, tmp_path / "diff"), tmp_path / "diff")
    assert b"".join(stream.chunks(None)) == TAR


def test_a_changed_or_missing_file_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "diff"
    folder.mkdir()
    path = split(TAR, folder)
    (folder / "d" / "kept").write_bytes(b"short")
    with pytest.raises(StorageError, match="shorter"):
        index_tar(TarSplitStream(path, folder), keep, digests=False)
    (folder / "d" / "kept").unlink()
    with pytest.raises(StorageError, match="No such file"):
        index_tar(TarSplitStream(path, folder), keep, digests=False)


@pytest.mark.parametrize(
    "data",
    [b"no gzip", gzip.compress(b"no json"), gzip.compress(b'{"type": 2}')],
    ids=["no-gzip", "no-json", "no-name"],  # gzip's bytes hold the time
)
def test_a_damaged_split_file_is_noticed(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "split.json.gz"
    path.write_bytes(data)
    with pytest.raises(StorageError):
        index_tar(TarSplitStream(path, tmp_path), keep, digests=False)


def test_no_link_leads_out_of_the_layer(tmp_path: Path) -> None:
    folder = tmp_path / "diff"
    folder.mkdir()
    (tmp_path / "secret").write_text("secret")
    (folder / "link").symlink_to(tmp_path / "secret")
    (folder / "up").symlink_to(tmp_path)
    for name in (b"link", b"up/secret"):
        with pytest.raises(StorageError):
            read_below(folder, name, 6)
    with pytest.raises(StorageError):
        read_below(folder, b"../secret", 6)


def test_chain_ids_are_those_of_the_specification() -> None:
    one, two = "sha256:" + "1" * 64, "sha256:" + "2" * 64
    import hashlib

    expected = hashlib.sha256(f"{one} {two}".encode()).hexdigest()
    assert chain_ids([one, two]) == [one, f"sha256:{expected}"]
