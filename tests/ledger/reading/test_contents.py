"""Contents of single files: from an archive, from folders of layers, and from an engine that is played."""

from __future__ import annotations

import io
import struct
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import xxhash
from made_images import layers as make
from made_images import pairs_of_images as pairs
from made_images.elves import elf

from uvdive.base.errors import EngineError
from uvdive.ledger.reading import contents as module
from uvdive.ledger.reading.contents import ContentPlace, Contents, UnreadableError, place_of
from uvdive.ledger.reading.elf import offered, read_elf, same_when_loaded
from uvdive.ledger.report import ImageReport

TEXTS = {
    "app/data.txt": (b"data", 0o644),
    "app/x.py": (b"python", 0o644),
    "app/x.sh": (b"shell", 0o644),
    "app/lib.so.1": (b"library", 0o644),
    "app/tool": (b"program", 0o755),
    "app/empty": (b"", 0o644),
    "app/big.bin": (bytes(range(256)) * 9000, 0o644),
}
KEPT = {"app/x.py", "app/x.sh", "app/lib.so.1", "app/tool"}


def image(folder: Path) -> tuple[ImageReport, Any]:
    files = {path: make.file(path, data, mode) for path, (data, mode) in TEXTS.items()}
    return pairs.read_with_contents(folder / "image.tar", files, {"x": make.folder("app/folder")})


def entry_of(report: ImageReport, path: str) -> int:
    node = report.files.find(f"/{path}".encode())
    assert node is not None
    entry = report.files.visible(node)
    assert entry is not None
    return entry


class Api:
    """An engine's API as far as contents are asked for; ``asked`` are the single files."""

    def __init__(self, export: bytes, files: dict[str, bytes], piece: int = 700) -> None:
        self.tar, self.files, self.piece = export, files, piece
        self.asked: list[tuple[str, str]] = []
        self.exports = 0

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        return (data[at : at + self.piece] for at in range(0, len(data), self.piece))

    def export(self, _container: str, chunk_size: int) -> Iterator[bytes]:
        assert chunk_size == 1 << 20
        self.exports += 1
        return self._pieces(self.tar)

    def get_archive(
        self, container: str, path: str, chunk_size: int
    ) -> tuple[Iterator[bytes], dict[str, int]]:
        assert chunk_size == 1 << 20
        self.asked.append((container, path))
        return self._pieces(self.files[path]), {}


class Client:
    def __init__(self, api: Api) -> None:
        self.api, self.closed = api, 0

    def close(self) -> None:
        self.closed += 1


def engine(monkeypatch: pytest.MonkeyPatch, extra: Sequence[make.Entry] = (), **files: bytes) -> Client:
    entries = [make.file(path, data, mode) for path, (data, mode) in TEXTS.items()]
    client = Client(Api(make.layer(*entries, *extra), dict(files.items())))
    monkeypatch.setattr(module, "connect", lambda _endpoint: client)
    return client


def test_from_an_archive(tmp_path: Path) -> None:
    report, index = image(tmp_path)
    with Contents(report.files, ContentPlace(index=index)) as contents:
        for path, (data, _) in TEXTS.items():
            entry = entry_of(report, path)
            with contents.open(entry) as file:
                assert file.read() == data
            assert contents.digest(entry) == xxhash.xxh3_64_intdigest(data)
    with place_of(report, index) as place:
        assert place == ContentPlace(index=index)
    with place_of(report) as place:
        assert place is None


def test_from_the_layers_folders(tmp_path: Path) -> None:
    report, _ = image(tmp_path)
    for number, there in enumerate((True, False)):
        for path, (data, _) in TEXTS.items() if there else ():
            (tmp_path / str(number) / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / str(number) / path).write_bytes(data)
    (tmp_path / "1").mkdir()
    with Contents(report.files, ContentPlace(folders=(tmp_path / "0", tmp_path / "1"))) as contents:
        with contents.open(entry_of(report, "app/big.bin")) as file:
            assert file.read() == TEXTS["app/big.bin"][0]
        (tmp_path / "0" / "app" / "tool").unlink()
        with pytest.raises(UnreadableError):
            contents.open(entry_of(report, "app/tool"))


def test_from_a_container_programs_are_kept_and_the_rest_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report, _ = image(tmp_path)
    single = {
        f"/{path}": make.layer(make.file(path.rpartition("/")[2], data)) for path, (data, _) in TEXTS.items()
    }
    client = engine(monkeypatch, [make.file("app/unknown", b"x"), make.folder("app/folder")])
    client.api.files = single
    with Contents(report.files, ContentPlace(container="c1", source="docker")) as contents:
        for path, (data, _) in TEXTS.items():
            entry = entry_of(report, path)
            with contents.open(entry) as file:
                assert file.read() == data
                file.seek(0)
                assert file.read(3) == data[:3]
            assert contents.digest(entry) == xxhash.xxh3_64_intdigest(data)
        assert client.api.exports == 1
        assert client.api.asked == [("c1", f"/{path}") for path in TEXTS if path not in KEPT]
        assert client.closed == 0
    assert client.closed == 1


def test_what_a_container_does_not_have_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report, _ = image(tmp_path)
    client = engine(monkeypatch)
    client.api.tar = make.layer(make.file("app/tool", b"program", 0o755))
    client.api.files = {
        "/app/data.txt": make.layer(make.folder("data.txt")),
        "/app/empty": b"",
        "/app/big.bin": b"no tar at all" * 100,
    }
    with Contents(report.files, ContentPlace(container="c", source="docker")) as contents:
        with pytest.raises(UnreadableError, match="has no such file"):
            contents.digest(entry_of(report, "app/data.txt"))
        for path in client.api.files:
            with pytest.raises(UnreadableError):
                contents.open(entry_of(report, path[1:]))


def test_a_damaged_export_is_the_engines_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report, _ = image(tmp_path)
    client = engine(monkeypatch)
    client.api.tar = client.api.tar[:1200]
    with (
        Contents(report.files, ContentPlace(container="c", source="docker")) as contents,
        pytest.raises(EngineError, match="damaged"),
    ):
        contents.open(entry_of(report, "app/tool"))


@pytest.mark.parametrize("piece", [1, 3, 700, 1 << 20])
def test_pieces_of_any_size_make_a_file(piece: int) -> None:
    data = make.layer(make.file("x", b"content" * 1000))
    stream = module._Stream(data[at : at + piece] for at in range(0, len(data), piece))
    assert stream.readable()
    assert (stream.read(5), stream.read(0), stream.read(512 - 5)) == (data[:5], b"", data[5:512])
    assert stream.read() == data[512:]
    assert (stream.read(5), stream.read()) == (b"", b"")
    again = module._Stream(data[at : at + piece] for at in range(0, len(data), piece))
    with tarfile.open(fileobj=again, mode="r|") as archive:  # type: ignore[call-overload]
        member = archive.next()
        assert member is not None
        assert member.size == 7000


def test_headers_are_read_with_either_kind_of_search_path() -> None:
    data = elf("libc.so.6", runpath="/a::/b", versions={"libc.so.6": ["A", "B"]})
    found = read_elf(io.BytesIO(data))
    assert found is not None
    assert (found.needed, found.search, found.interpreter) == (("libc.so.6",), ("/a", "/b"), None)
    old = data.replace(struct.pack("<Q", 29), struct.pack("<Q", 15), 1)
    found = read_elf(io.BytesIO(old))
    assert found is not None
    assert found.search == ("/a", "/b"), "DT_RPATH"
    assert read_elf(io.BytesIO(b"\x7fEL")) is None
    assert offered(io.BytesIO(b"no elf")) == frozenset()
    assert not same_when_loaded(io.BytesIO(b"no elf"), io.BytesIO(b"no elf"))


def test_weak_versions_are_not_needed() -> None:
    weak = read_elf(io.BytesIO(elf("x", versions={"x": ["A"]}, weak=True)))
    strong = read_elf(io.BytesIO(elf("x", versions={"x": ["A"], "y": ["B", "C"]})))
    assert weak is not None
    assert strong is not None
    assert (weak.versions, strong.versions) == ((), (("x", "A"), ("y", "B"), ("y", "C")))


def test_a_file_that_is_not_dynamic_has_no_headers_to_speak_of() -> None:
    data = elf("libc.so.6")
    at = data.index(struct.pack("<II", 2, 4))  # PT_DYNAMIC
    assert read_elf(io.BytesIO(data[:at] + struct.pack("<II", 4, 4) + data[at + 8 :])) is None


def test_a_damaged_count_is_read_up_to_a_limit() -> None:
    names = [f"lib{number}.so" for number in range(4097)]
    for there in (4096, 4097):
        found = read_elf(io.BytesIO(elf(*names[:there])))
        assert found is not None
        assert found.needed == tuple(names[:4096])
    versions = {name: ["A"] for name in names}
    found = read_elf(io.BytesIO(elf(versions=versions)))
    assert found is not None
    assert len(found.versions) == 4096
    offers = offered(io.BytesIO(elf(offers=names)))
    assert offers == set(names[:4096])
