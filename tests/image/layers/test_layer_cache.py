"""The layer cache: equal results, and nothing that goes wrong in it costs more than time."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import IO

import hammering
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_images import layers as make

from uvdive.base.progress import ignore
from uvdive.image.archives.boxes import PassedBox, StaleCacheError
from uvdive.image.layer_index import LayerData
from uvdive.image.layers import cache as layer_cache
from uvdive.image.layers.blobs import read_layer
from uvdive.image.layers.cache import LayerCache
from uvdive.image.stream import ChunkStream

ONE = make.layer(
    make.folder("d"),
    make.file("d/kept", b"content", uid=70_000, mtime=-1),
    make.file(b"d/caf\xe9", b"x"),
    make.symlink("s", "d"),
    make.hard_link("h", "d/kept"),
    make.whiteout("d/gone"),
)


def keep(path: bytes, size: int) -> bool:
    return path.endswith(b"kept") and size > 0


def read(data: bytes = ONE) -> LayerData:
    return read_layer(ChunkStream([data]), len(data), keep)


@pytest.fixture
def cache(tmp_path: Path) -> LayerCache:
    return LayerCache(tmp_path / "layers")


def files(cache: LayerCache) -> list[Path]:
    return [path for path in cache.info().folder.rglob("*") if path.is_file()]


def test_what_comes_back_is_what_was_kept(cache: LayerCache) -> None:
    layer = read()
    assert layer.diff_id is not None
    assert cache.layer(layer.diff_id) is None
    cache.keep_layer(layer)
    assert cache.layer(layer.diff_id) == layer
    assert LayerCache(cache.info().folder, "other rules").layer(layer.diff_id) is None


def test_layers_of_unknown_identity_are_not_kept(cache: LayerCache) -> None:
    cache.keep_layer(LayerData(read().index, None, 1, None))
    assert cache.info().entries == 0


def test_layers_without_digests_are_kept_apart(cache: LayerCache) -> None:
    layer = read()
    assert layer.diff_id is not None
    layer.index.has_digests = False
    cache.keep_layer(layer)
    assert cache.layer(layer.diff_id) is None
    assert cache.layer(layer.diff_id, hashed=False) == layer


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2000), st.integers(0, 255))
def test_a_damaged_file_is_a_miss(at: int, byte: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        cache, layer = LayerCache(Path(folder)), read()
        assert layer.diff_id is not None
        cache.keep_layer(layer)
        (path,) = files(cache)
        data = bytearray(path.read_bytes())
        at %= len(data)
        changed = data[at] != byte
        data[at] = byte
        path.write_bytes(data)
        assert cache.layer(layer.diff_id) == (None if changed else layer)
        assert path.exists() != changed, "a damaged file is removed"


def test_a_cut_file_is_a_miss(cache: LayerCache) -> None:
    layer = read()
    assert layer.diff_id is not None
    cache.keep_layer(layer)
    (path,) = files(cache)
    path.write_bytes(path.read_bytes()[:100])
    assert cache.layer(layer.diff_id) is None


def test_a_folder_that_cannot_be_written_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = LayerCache(tmp_path / "file" / "layers")
    layer = read()
    assert layer.diff_id is not None
    cache.keep_layer(layer)
    assert cache.layer(layer.diff_id) is None
    assert cache.info().entries == 0


def test_a_full_disk_leaves_nothing_behind(cache: LayerCache, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int, mode: str) -> IO[bytes]:
        os.close(handle)
        return Path("/dev/full").open(mode)

    monkeypatch.setattr(os, "fdopen", full)
    cache.keep_layer(read())
    assert files(cache) == []


def test_a_folder_that_may_only_be_read_is_read(cache: LayerCache, monkeypatch: pytest.MonkeyPatch) -> None:
    layer = read()
    assert layer.diff_id is not None
    cache.keep_layer(layer)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    for name in ("os.utime", "tempfile.mkstemp", "pathlib.Path.unlink", "pathlib.Path.mkdir"):
        monkeypatch.setattr(name, refuse)
    assert cache.layer(layer.diff_id) == layer
    cache.keep_layer(read(make.layer(make.file("other"))))
    (path,) = files(cache)
    path.write_bytes(b"damaged")
    assert cache.layer(layer.diff_id) is None
    assert cache.clear() == 0


def test_a_folder_that_goes_away_meanwhile_costs_nothing(
    cache: LayerCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer, real = read(), os.fdopen
    assert layer.diff_id is not None
    cache.keep_layer(layer)
    shutil.rmtree(cache.info().folder)
    assert cache.layer(layer.diff_id) is None

    def gone(handle: int, mode: str) -> IO[bytes]:
        shutil.rmtree(cache.info().folder)
        return real(handle, mode)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdopen", gone)
        cache.keep_layer(layer)
    assert cache.info().entries == 0
    cache.keep_layer(layer)
    assert cache.layer(layer.diff_id) == layer


def test_another_version_is_a_miss(cache: LayerCache, monkeypatch: pytest.MonkeyPatch) -> None:
    layer = read()
    assert layer.diff_id is not None
    monkeypatch.setattr(layer_cache, "_MAGIC", b"uvdvly99")
    cache.keep_layer(layer)
    monkeypatch.undo()
    assert cache.layer(layer.diff_id) is None
    cache.keep_layer(layer)
    monkeypatch.setattr(layer_cache, "FORMAT", layer_cache.FORMAT + 1)
    assert cache.layer(layer.diff_id) is None


@pytest.mark.parametrize("payload", [b"", b"no json", b"{}\n", b'{"lengths": [9]}\n', b"[]\n", b"\xff\n"])
def test_what_is_whole_but_no_layer_is_a_miss(cache: LayerCache, payload: bytes) -> None:
    layer = read()
    assert layer.diff_id is not None
    cache._save(cache._path(layer.diff_id, "layer"), payload)
    assert cache.layer(layer.diff_id) is None


def test_many_processes_at_once(cache: LayerCache) -> None:
    folder = str(cache.info().folder)
    command = [sys.executable, hammering.__file__, folder]
    running = [
        subprocess.Popen([*command, str(seed)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for seed in range(4)
    ]
    results = [process.communicate(timeout=120) for process in running]
    assert [errors.decode() for _, errors in results] == [""] * 4
    assert all(int(found) > 0 for found, _ in results)
    cache.keep_layer(read())
    assert not [path for path in files(cache) if path.suffix == ".new"], "nothing is left half-written"


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    layers = [read(make.layer(make.file(str(number), bytes(600)))) for number in range(3)]
    cache = LayerCache(tmp_path)
    for age, layer in enumerate(layers):
        cache.keep_layer(layer)
        newest = max(files(cache), key=lambda path: path.stat().st_mtime_ns)
        os.utime(newest, (age, age))
    size = cache.info().bytes // 3
    assert layers[0].diff_id is not None
    cache.layer(layers[0].diff_id)  # used again: now the newest
    small = LayerCache(tmp_path, limit=3 * size + size // 2)
    small.keep_layer(read(make.layer(make.file("4", bytes(600)))))
    left = [small.layer(str(layer.diff_id)) is not None for layer in layers]
    assert left == [True, False, True]


def test_clear(cache: LayerCache) -> None:
    cache.keep_layer(read())
    cache.keep_record("x", {"a": 1})
    assert cache.record("x") == {"a": 1}
    assert cache.clear() == 2
    assert cache.info().bytes == 0


MEMBER = "0123456789abcdef" * 4 + "/layer.tar"


def archive(data: bytes) -> ChunkStream:
    return ChunkStream([make.layer(make.file(MEMBER, data))])


def test_a_layer_that_passes_again_is_not_parsed_again(cache: LayerCache) -> None:
    first = PassedBox(archive(ONE), keep, ignore, cache)
    parsed: list[bytes] = []

    def spy(path: bytes, size: int) -> bool:
        parsed.append(path)
        return keep(path, size)

    again = PassedBox(archive(ONE), spy, ignore, cache)
    assert parsed == []
    assert again.layer(MEMBER) == first.layer(MEMBER)


def test_a_name_that_now_holds_another_layer_is_found_out(cache: LayerCache) -> None:
    PassedBox(archive(ONE), keep, ignore, cache)
    other = ONE.replace(b"content", b"CONTENT")
    with pytest.raises(StaleCacheError):
        PassedBox(archive(other), keep, ignore, cache)


def test_a_layer_that_was_evicted_is_parsed_again(cache: LayerCache) -> None:
    first = PassedBox(archive(ONE), keep, ignore, cache)
    for path in files(cache):
        if path.suffix == ".layer":
            path.unlink()
    again = PassedBox(archive(ONE), keep, ignore, cache)
    assert again.layer(MEMBER) == first.layer(MEMBER)
