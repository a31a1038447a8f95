"""What several archives share, read in forks; and one cache of layers that many processes use at once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from made_images import layers as make

from uvdive.base.errors import ExitCode
from uvdive.base.processes import pool
from uvdive.session.several.sharing import read_shared
from uvdive.session.sources import source_of

BASE = make.layer(
    make.file("etc/os-release", b"ID=debian\n"), make.file("usr/lib/libc.so", make.content(9000, "c"))
)
UV = make.file("usr/bin/uv", make.content(40_000, "uv"))


@pytest.fixture(autouse=True)
def forks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "may_fork", lambda: True)


def archives(folder: Path) -> list[str]:
    """Two images on one base, each with uv and a file of its own."""
    return [
        str(
            make.archive(
                folder / f"{name}.tar",
                [BASE, make.layer(UV, make.file(f"app/{name}", make.content(500, name)))],
                commands=["base", f"COPY uv {name}"],
                tag=f"{name}:1",
            )
        )
        for name in ("one", "two")
    ]


def test_layers_files_and_what_cannot_be_read(tmp_path: Path) -> None:
    broken = tmp_path / "broken.tar"
    broken.write_bytes(b"no archive at all" * 100)
    seen = []
    shared = read_shared(
        [source_of(each) for each in (*archives(tmp_path), str(broken))],
        on_done=lambda done, of: seen.append((done, of)),
    )
    fleet = shared.fleet
    assert [image.file_bytes for image in fleet.images] == [9010 + 40_500] * 2
    assert (fleet.images_bytes, fleet.stored_bytes) == (99_020, 90_010)
    assert fleet.own_bytes == (40_500, 40_500)
    assert (fleet.compared_bytes, fleet.repeated_bytes) == (90_010, 40_000)
    assert [(each.path, each.images) for each in fleet.contents] == [(b"/usr/bin/uv", (0, 1))]
    assert [each.name for each in shared.unread] == [str(broken)]
    assert shared.exit_code is ExitCode.IMAGE
    assert seen[-1] == (3, 3)


def test_saved_reports_share_layers_and_say_that_they_hold_no_files(tmp_path: Path) -> None:
    one, two = archives(tmp_path)
    saved = tmp_path / "two.uvdive"
    subprocess.run([sys.executable, "-m", "uvdive", two, "--save", str(saved)], check=True)
    shared = read_shared([source_of(one), source_of(str(saved))])
    assert shared.fleet.repeated_bytes == 0
    assert shared.notes == ("The files of 1 layers were not compared: saved reports hold no contents.",)
    alone = read_shared([source_of(one), source_of(str(saved))], contents=False)
    assert (alone.fleet.repeated_bytes, alone.notes) == (None, ())


READER = """\
import json, sys
from pathlib import Path
from uvdive.image.layers.cache import LayerCache
from uvdive.image.layer_index import LayerData, LayerIndex
folder, limit = Path(sys.argv[1]), int(sys.argv[2])
def layer(number):
    index = LayerIndex(has_digests=True)
    index.folders, index.folder = [b"etc"], index.folder
    for entry in range(200):
        index.names.append(b"%d-%d" % (number, entry))
        for column in ("folder", "kind", "mode", "uid", "gid", "mtime", "size", "offset", "digest", "target"):
            getattr(index, column).append({"size": number, "target": -1}.get(column, 0))
    return LayerData(index, f"sha256:{number:064x}", 1, None)
cache = LayerCache(folder, "x", limit)
hits = wrong = 0
for turn in range(60):
    number = (turn * int(sys.argv[3])) % 12
    found = cache.layer(f"sha256:{number:064x}")
    if found is None:
        cache.keep_layer(layer(number))
    else:
        hits += 1
        wrong += found != layer(number)
print(json.dumps([hits, wrong]))
"""


@pytest.mark.parametrize("limit", [1 << 30, 40_000], ids=["all fits", "half is thrown out"])
def test_many_processes_may_share_one_cache_of_layers(limit: int, tmp_path: Path) -> None:
    """What one finds is whole and right, while others write, replace and throw out the same entries."""
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(tmp_path), str(limit), str(step)], stdout=subprocess.PIPE
        )
        for step in (1, 5, 7, 11)
    ]
    found = [json.loads(reader.communicate()[0]) for reader in readers]
    assert all(reader.returncode == 0 for reader in readers)
    assert [wrong for _, wrong in found] == [0, 0, 0, 0]
    assert sum(hits for hits, _ in found)
    left = sum(path.stat().st_size for path in tmp_path.glob("??/*"))
    assert left <= 2 * limit
    assert not list(tmp_path.glob("??/*.new"))
