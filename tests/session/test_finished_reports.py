"""A report that was kept is the one that would be made; whatever goes wrong with it is a miss."""

from __future__ import annotations

import json
import pickle
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from made_images import layers as make
from made_images.golden import BASE, CASES

from uvdive.base.progress import ignore
from uvdive.image.layers.cache import LayerCache
from uvdive.image.raw_image import KnownImage, LayerPlace, StoreIndex, UnreadImage
from uvdive.image.raw_image import read_config as config_of
from uvdive.image.reference import parse_target
from uvdive.ledger.report import ImageReport
from uvdive.ledger.saved import report_file
from uvdive.output.as_json.report import report_pieces
from uvdive.output.as_text.report import report_text
from uvdive.session.opening import finished
from uvdive.session.opening.finished import PackedContents, find, keep, name_of
from uvdive.session.opening.options import ReadOptions
from uvdive.session.opening.reading import read_image

APP = [
    make.layer(
        make.file("etc/os-release", b"ID=debian\nVERSION_ID=13\n"),
        make.file("etc/passwd", b"app:x:1000:1000:app:/home/app:/bin/sh\n"),
        make.file(b"srv/caf\xe9", b"x" * 700),
    ),
    make.layer(
        make.file("app/.venv/pyvenv.cfg", b"home = /usr/bin\nuv = 0.9.0\n"),
        make.symlink("app/.venv/bin/python", "/usr/bin/python3"),
        make.file("app/.venv/lib/python3.13/site-packages/click-8.1.dist-info/METADATA", b"Name: click\n"),
        make.file(
            "app/.venv/lib/python3.13/site-packages/click-8.1.dist-info/RECORD",
            b"click/__init__.py,sha256=x,5\nclick-8.1.dist-info/METADATA,,\n",
        ),
        make.file("app/.venv/lib/python3.13/site-packages/click/__init__.py", b"a = 1"),
        make.hard_link("root/.cache/uv/a", "app/.venv/lib/python3.13/site-packages/click/__init__.py"),
        make.whiteout("srv/gone"),
    ),
]
IMAGES = {"app": APP} | {
    name: [BASE, *(make.layer(*more) for more in case[0])] for name, case in CASES.items()
}


def made(folder: Path, layers: list[bytes]) -> tuple[ImageReport, StoreIndex]:
    path = make.archive(folder / "image.tar", layers)
    return read_image(parse_target(str(path)), None, on_event=ignore)


def everything(report: ImageReport, index: StoreIndex) -> tuple[object, ...]:
    """All that a front end can show or read of it."""
    return (
        report_file.dump(report),
        "".join(report_pieces(report)),
        report_text(report),
        dict(index.kept),
        list(index.kept),
        index.offsets,
        index.places,
    )


@pytest.fixture
def cache(tmp_path: Path) -> LayerCache:
    return LayerCache(tmp_path / "layers")


@pytest.mark.parametrize("name", IMAGES)
def test_what_is_found_is_what_was_made(tmp_path: Path, cache: LayerCache, name: str) -> None:
    report, index = made(tmp_path, IMAGES[name])
    keep(cache, "name", report, index)
    found = find(cache, "name", index.places)
    assert found is not None
    assert everything(*found) == everything(report, index)
    assert everything(*pickle.loads(pickle.dumps(found))) == everything(report, index)


def unread(**changed: object) -> UnreadImage:
    config = {
        "os": "linux",
        "architecture": "amd64",
        "rootfs": {"diff_ids": [f"sha256:{n:064}" for n in range(3)]},
    }
    manifest = config_of(json.dumps(config).encode(), reference="app:1", source="docker", digest="sha256:1")
    image = UnreadImage(manifest, (True,) * 3, (None,) * 3, (None,) * 3)
    own = {key: value for key, value in changed.items() if key in UnreadImage.__slots__}
    told = {key: value for key, value in changed.items() if key not in own}
    return replace(image, **{"manifest": replace(manifest, **told)} | own)


def diff_ids(count: int) -> tuple[str, ...]:
    return tuple(f"sha256:{number:064}" for number in range(count))


@pytest.mark.parametrize(
    "changed",
    [
        {"reference": "app:2"},
        {"source": "podman"},
        {"image_id": "sha256:2"},
        {"inspect_size": 7},
        {"listed_size": 7},
        {"engine_sizes": (1, 2, 3)},
        {"raw": "{}"},
        {"verified": (False,) * 3},
        {"compressed": (1, 2, 3)},
        {"known": (KnownImage(("debian:13",), diff_ids(1)),)},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_whatever_a_report_is_made_of_gives_it_another_name(changed: dict[str, object]) -> None:
    options = ReadOptions()
    assert name_of(unread(), None, options) == name_of(unread(), None, options) is not None
    assert name_of(unread(**changed), None, options) != name_of(unread(), None, options)


def test_images_that_are_no_base_and_places_leave_the_name() -> None:
    other = unread(
        known=(KnownImage(("x:1",), ("sha256:" + "f" * 64,)),), places=(LayerPlace(Path("x"), 0),) * 3
    )
    assert name_of(other, None, ReadOptions()) == name_of(unread(), None, ReadOptions())


def test_options_that_a_report_shows_give_it_another_name() -> None:
    names = {
        name_of(unread(), None, options)
        for options in (ReadOptions(), ReadOptions(duplicates=True), ReadOptions(built_text="FROM x\n"))
    }
    assert len(names) == 3


@pytest.mark.parametrize("file", ["Dockerfile", "uv.lock", "pyproject.toml"])
def test_a_file_beside_that_changes_comes_or_goes_gives_another_name(tmp_path: Path, file: str) -> None:
    path, seen = tmp_path / "Dockerfile", []
    path.write_text("FROM debian\n")
    for text in ("one", "two", None):
        if text is not None:
            (tmp_path / file).write_text(text)
        else:
            (tmp_path / file).unlink()
        seen.append(name_of(unread(), path, ReadOptions()))
    seen.append(name_of(unread(), None, ReadOptions()))
    assert len(set(seen)) == 4


def test_other_code_never_reads_what_this_one_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {name_of(unread(), None, ReadOptions())}
    package = tmp_path / "uvdive"
    (package / "ledger").mkdir(parents=True)
    monkeypatch.setattr(finished, "_PACKAGE", package)
    try:
        for code in ("a = 1\n", "a = 2\n"):
            (package / "ledger" / "whose.py").write_text(code)
            finished.code_of.cache_clear()
            names.add(name_of(unread(), None, ReadOptions()))
        assert len(names - {None}) == 3
        (package / "ledger" / "whose.py").unlink()
        finished.code_of.cache_clear()
        assert name_of(unread(), None, ReadOptions()) is None, (
            "code that can't be read is of no known version"
        )
    finally:
        finished.code_of.cache_clear()


def test_damage_is_a_miss(tmp_path: Path, cache: LayerCache) -> None:
    report, index = made(tmp_path, APP)
    keep(cache, "name", report, index)
    (path,) = cache.info().folder.glob("*/*.report")
    data = path.read_bytes()
    for at in range(0, len(data), 61):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0x41]) + data[at + 1 :])
        assert find(cache, "name", index.places) is None
        path.write_bytes(data[:at])
        assert find(cache, "name", index.places) is None


def test_what_is_whole_but_does_not_fit_is_a_miss(tmp_path: Path, cache: LayerCache) -> None:
    """With a checksum that is right, as another program may write it."""
    report, index = made(tmp_path, APP)
    keep(cache, "name", report, index)
    payload = bytes(cache.finished("name") or b"")
    size, inodes, kept = struct.unpack_from("<QQQ", payload)
    columns = 24 + 8 * inodes + 12 * kept
    numbers = struct.unpack_from(f"<{kept}I", payload, 24 + 8 * inodes + 8 * kept)

    def changed(at: int, new: bytes) -> bytes:
        return payload[:at] + new + payload[at + len(new) :]

    odd = {
        "nothing": b"",
        "a head alone": payload[:24],
        "cut": payload[:-1],
        "longer": payload + b"x",
        "more offsets": changed(8, struct.pack("<Q", inodes + 1)),
        "huge numbers": changed(0, struct.pack("<QQQ", *[2**63] * 3)),
        "no report": changed(columns, bytes(size)),
        "a report of less": changed(0, struct.pack("<Q", size - 8)),
        "contents of no file": changed(columns - 4, struct.pack("<I", inodes)),
        "contents out of order": changed(columns - 4 * kept, struct.pack(f"<{kept}I", *reversed(numbers))),
        "contents that overlap": changed(24 + 8 * inodes, struct.pack("<Q", 2**40)),
    }
    for what, data in odd.items():
        cache.keep_finished("name", data)
        assert find(cache, "name", index.places) is None, what
    cache.keep_finished("name", payload)
    assert find(cache, "name", index.places) is not None
    assert find(cache, "name", index.places[:1]) is None, "the image has other layers"


def test_an_index_out_of_its_table_is_a_miss(tmp_path: Path, cache: LayerCache) -> None:
    report, index = made(tmp_path, APP)
    for name in ("entry_node", "entry_link", "entry_inode", "inode_entry", "entry_layer", "entry_kind"):
        keep(cache, "name", report, index)
        column = getattr(report.files, name)
        last, column[-1] = column[-1], 200
        keep(cache, "name", report, index)
        assert find(cache, "name", index.places) is None, name
        column[-1] = last


def test_contents_are_looked_up_as_in_a_dictionary(tmp_path: Path, cache: LayerCache) -> None:
    report, index = made(tmp_path, APP)
    keep(cache, "name", report, index)
    found = find(cache, "name", index.places)
    assert found is not None
    kept = found[1].kept
    assert isinstance(kept, PackedContents)
    for inode in range(-1, report.files.inodes + 1):
        assert kept.get(inode) == index.kept.get(inode)
        assert (inode in kept) == (inode in index.kept)
    assert "x" not in kept
