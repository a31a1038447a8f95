"""Every value of every JSON of others is replaced by values of other types: an error, or passed over."""

from __future__ import annotations

import contextlib
import copy
import gzip
import io
import json
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from made_images import elves
from made_images import layers as make
from made_images.layouts import Layout
from strangers import run

from uvdive.base import shapes
from uvdive.base.errors import UvdiveError
from uvdive.base.progress import ignore
from uvdive.build.clients import bake
from uvdive.build.clients.podman import _read
from uvdive.build.clients.rawjson import RawJsonReader
from uvdive.image.layers.blobs import read_layer
from uvdive.image.layers.cache import LayerCache
from uvdive.image.reference import Target
from uvdive.image.stream import ChunkStream
from uvdive.image.tar.below import StorageError
from uvdive.image.tar.header import BadHeaderError
from uvdive.image.tar.index import index_tar
from uvdive.image.tar.tar_split import TarSplitStream
from uvdive.ledger.environments.environments import _editable
from uvdive.ledger.reading.elf import offered, read_elf, same_when_loaded
from uvdive.session.opening.reading import read_image

WRONG: tuple[Any, ...] = (None, True, 7, -1, 1.5, 10**30, "", "x", "\ud800", [], [7], [[]], {}, {"a": 7})


def variants(value: Any) -> Iterator[Any]:
    """The value with each of its parts in turn replaced by each wrong value, or gone."""
    for place in places(value):
        for wrong in WRONG:
            yield replaced(value, place, wrong)
        if place:
            yield replaced(value, place, ...)


def places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield above
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in parts:
        yield from places(inner, (*above, key))


def replaced(value: Any, place: tuple[Any, ...], by: Any) -> Any:
    if not place:
        return by
    value = copy.deepcopy(value)
    inner = value
    for key in place[:-1]:
        inner = inner[key]
    if by is ...:
        del inner[place[-1]]
    else:
        inner[place[-1]] = by
    return value


DEEP = b'{"a":' + b"[" * 100_000


def test_the_variants_are_many_and_none_is_the_value() -> None:
    value = {"a": [2, {"b": "c"}]}
    found = list(variants(value))
    assert len(found) == 5 * len(WRONG) + 4
    assert {"a": [2, {}]} in found
    assert value not in found


STATUS = {
    "vertexes": [
        {
            "digest": "sha256:1", "name": "[1/2] RUN x", "started": "2026-01-02T03:04:05.1Z",
            "completed": "2026-01-02T03:04:06Z", "error": "", "cached": True,
        }
    ],
    "statuses": [{"id": "a", "vertex": "sha256:1", "current": 1, "total": 2}],
    "logs": [{"vertex": "sha256:1", "stream": 1, "data": "eAo="}],
    "warnings": [{"vertex": "sha256:1", "short": "eAo="}],
}  # fmt: skip


def test_rawjson() -> None:
    good = RawJsonReader()
    assert len(list(good.feed(json.dumps(STATUS)))) == 4
    for status in variants(STATUS):
        reader = RawJsonReader()
        list(reader.feed(json.dumps(status)))
        list(reader.feed(json.dumps(STATUS)))
        list(reader.close())
        assert reader.steps
    reader = RawJsonReader()
    for line in (
        '{"vertexes": ' + "[" * 100_000 + "}",
        '{"logs": [{"vertex": "a", "data": "=="}]}',
        "{",
        "}",
    ):
        list(reader.feed(line))
    assert reader.said


def test_a_line_of_a_build_without_an_end_is_shown_in_parts() -> None:
    reader = RawJsonReader()
    data = {"logs": [{"vertex": "a", "data": "eHh4" * 200_000}]}
    events = [event for _ in range(10) for event in reader.feed(json.dumps(data))]
    assert len(events) >= 3


def test_podmans_build() -> None:
    lines = [{"stream": "STEP 1/1: FROM x\n"}, {"error": "no", "errorDetail": {"message": "no"}}, {"aux": {}}]
    for said in variants(lines):
        answer = [json.dumps(line).encode() for line in said] if isinstance(said, list) else [b"x"]
        _read(SimpleNamespace(iter_lines=lambda answer=answer: iter([*answer, DEEP]), ok=True), ignore)


def test_bake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Dockerfile").write_text("FROM a\n")
    file = tmp_path / "docker-bake.json"
    printed = {
        "group": {"default": {"targets": ["a"]}},
        "target": {
            "a": {
                "context": str(tmp_path), "dockerfile": "Dockerfile", "args": {"A": "1"},
                "labels": {"b": "2"}, "platforms": ["linux/amd64"], "contexts": {"c": "docker-image://x"},
                "secret": ["id=a,src=b"], "ssh": [{"id": "default", "paths": ["x"]}],
                "target": "t", "network": "host",
            }
        },
    }  # fmt: skip
    monkeypatch.setattr(bake, "progress_mode", lambda: "plain")
    said = json.dumps(printed).encode()
    monkeypatch.setattr(
        bake.subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0, said, b"")
    )
    file.write_text("{}")
    assert bake.read_bake(file, None).dockerfile == tmp_path / "Dockerfile"
    for wrong in variants(printed):
        said = json.dumps(wrong).encode()
        told(lambda: bake.read_bake(file, None))
        file.write_bytes(said)
        told(lambda: bake.read_bake(file, "b"))
    said = DEEP
    told(lambda: bake.read_bake(file, None))


def told(work: Any) -> None:
    """It works, or ends with an error for people."""
    with contextlib.suppress(UvdiveError):
        work()


PARTS = [
    {"type": 2, "payload": "YWJj"},
    {"type": 1, "name": "a", "size": 3, "payload": "AAAAAAAAAAA=", "position": 1},
    {"type": 2, "name_raw": "YQ==", "payload": "YWJj"},
]


def test_tar_split(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    path = tmp_path / "split.json.gz"
    for parts in variants(PARTS):
        lines = [json.dumps(part) for part in parts] if isinstance(parts, list) else [json.dumps(parts)]
        path.write_bytes(gzip.compress("\n".join(lines).encode(), 1))
        read_split(path, tmp_path)


def read_split(path: Path, folder: Path) -> None:
    with contextlib.suppress(StorageError, BadHeaderError, UvdiveError):
        index_tar(TarSplitStream(path, folder), lambda *_: True, digests=False)


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(DEEP),
        gzip.compress(b"[" * 100_000),
        gzip.compress(b'{"type": 1, "name": "a", "size": 1e400}'),
        gzip.compress(b'{"type": 1, "name": "a", "size": NaN}'),
        gzip.compress(json.dumps(PARTS[0]).encode() * 9)[:-9],
        gzip.compress(bytes(1000))[:12] + b"\xff" * 40,
        b"",
        b"\x1f\x8b",
    ],
    ids=["deep", "lists", "endless", "no number", "cut off", "no deflate", "nothing", "a head"],
)
def test_a_split_file_that_is_damaged(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "split.json.gz"
    path.write_bytes(data)
    if data:
        with pytest.raises(StorageError):
            index_tar(TarSplitStream(path, tmp_path), lambda *_: True, digests=False)


def test_direct_url() -> None:
    direct = {"url": "file:///x", "dir_info": {"editable": True}}
    assert _editable(json.dumps(direct).encode()) == "/x"
    for wrong in variants(direct):
        assert isinstance(_editable(json.dumps(wrong).encode()), str | None)
    for data in (DEEP, b"", b"\xff", b"NaN", b'"' * 100):
        assert _editable(data) is None


HALVES = [b'"a\\ud800b"', b'"a\\uDFFFb"', b'"a\xed\xa0\x80b"']


@pytest.mark.parametrize("data", HALVES)
def test_half_a_surrogate_pair_is_no_text(data: bytes) -> None:
    text = shapes.load(data, str, "it")
    assert text.encode().startswith(b"a\xef\xbf\xbd")
    assert shapes.load(b'"\\ud83d\\ude00"', str, "it") == "\U0001f600"


def test_a_direct_url_with_half_a_pair_is_reported(tmp_path: Path) -> None:
    place = "app/.venv/lib/python3.13/site-packages/flask-3.dist-info"
    files = [
        make.file("usr/local/bin/python3.13", bytes(30), 0o755),
        make.file("app/.venv/pyvenv.cfg", b"home = /usr/local/bin\nversion_info = 3.13.1\n"),
        make.symlink("app/.venv/bin/python", "/usr/local/bin/python3.13"),
        make.file(f"{place}/RECORD", b"flask/__init__.py,,\n"),
        make.file(f"{place}/direct_url.json", b'{"url": "file:///\\ud800", "dir_info": {"editable": true}}'),
    ]
    path = make.archive(tmp_path / "image.tar", [make.layer(*files)])
    for form in ("--report", "--json", "--markdown"):
        assert run(path, form, folder=tmp_path).code == 0


def test_an_archives_manifest_and_config(tmp_path: Path) -> None:
    layer = make.layer(make.file("a", b"x"))
    path = make.archive(
        tmp_path / "good.tar", [layer], commands=["RUN x"], config={"Env": ["A=1"], "Cmd": ["a"]}
    )
    members = dict(members_of(path))
    name = next(each for each in members if each.endswith(".json") and each != "manifest.json")
    for part in ("manifest.json", name):
        for wrong in variants(json.loads(members[part])):
            data = members | {part: json.dumps(wrong).encode()}
            odd = tmp_path / "odd.tar"
            odd.write_bytes(make.layer(*(make.file(*each) for each in data.items())))
            told(lambda odd=odd: read_image(Target("docker-archive", str(odd)), None, on_event=ignore))


def members_of(path: Path) -> Iterator[tuple[str, bytes]]:
    import tarfile

    with tarfile.open(path) as archive:
        for member in archive:
            file = archive.extractfile(member)
            assert file is not None
            yield member.name, file.read()


def test_a_layouts_index_and_manifest(tmp_path: Path) -> None:
    base = Layout()
    image = base.image([make.layer(make.file("a", b"x"))])
    manifest = json.loads(base.blobs[image["digest"].partition(":")[2]])
    number = 0
    for wrong in variants(manifest):
        layout = copy.deepcopy(base)
        number += 1
        folder = layout.folder(tmp_path / f"m{number}", layout.add_json(wrong))
        told(lambda folder=folder: read_image(Target("oci", str(folder)), None, on_event=ignore))
    for wrong in variants({"manifests": [image | {"platform": {"os": "linux", "architecture": "amd64"}}]}):
        number += 1
        folder = copy.deepcopy(base).folder(tmp_path / f"m{number}", image)
        (folder / "index.json").write_text(json.dumps(wrong))
        told(lambda folder=folder: read_image(Target("oci", str(folder)), None, on_event=ignore))


def test_a_cache_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = make.layer(make.file("a", b"x"))
    layer = read_layer(ChunkStream([data]), len(data), lambda *_: True)
    assert layer.diff_id is not None
    cache = LayerCache(tmp_path)
    cache.keep_layer(layer)
    payload = cache._load(cache._path(layer.diff_id, "layer"))
    assert payload is not None
    head, _, rest = bytes(payload).partition(b"\n")
    for wrong in variants(json.loads(head)):
        odd = memoryview(json.dumps(wrong).encode() + b"\n" + rest)
        monkeypatch.setattr(cache, "_load", lambda _, odd=odd: odd)
        found = cache.layer(layer.diff_id)
        assert found is None or found.diff_id == layer.diff_id
    monkeypatch.setattr(cache, "_load", lambda _: memoryview(DEEP + b"\n"))
    assert cache.layer(layer.diff_id) is None
    assert cache.record("x") is None


def test_elf_files() -> None:
    good = elves.elf("libc.so.6", versions={"libc.so.6": ["GLIBC_2.4"]}, offers=["A_1"])
    assert read_elf(io.BytesIO(good)) is not None
    choose = random.Random(1)
    for _ in range(400):
        data = bytearray(good)
        for _ in range(choose.randint(1, 6)):
            data[choose.randrange(4, len(data))] = choose.choice(
                (0, 1, 8, 0x7F, 0x80, 0xFF, choose.randrange(256))
            )
        odd = bytes(data[: choose.choice((len(data), choose.randrange(len(data))))])
        read_elf(io.BytesIO(odd))
        offered(io.BytesIO(odd))
        same_when_loaded(io.BytesIO(odd), io.BytesIO(good))
