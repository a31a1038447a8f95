"""What a report says of an image as a whole, each fact from where it stands in the image."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from made_images import hand_made as hand
from made_images import layers as make
from made_images.owning import check_sums, read_layers

from uvdive.base.progress import ignore
from uvdive.image.reference import Target
from uvdive.ledger.assemble import instruction_text
from uvdive.ledger.marks.name_search import Marks, Names
from uvdive.ledger.report import ImageReport, User
from uvdive.session.opening.reading import read_image


@pytest.mark.parametrize(
    ("created_by", "text"),
    [
        ("RUN /bin/sh -c uv sync # buildkit", "RUN uv sync"),
        ("RUN |2 A=1 B=x y /bin/sh -c uv sync # buildkit", "RUN uv sync"),
        ("|1 A=1 /bin/sh -c uv sync", "RUN uv sync"),
        ("/bin/sh -c uv sync", "RUN uv sync"),
        ("/bin/sh -c COPY me", "RUN COPY me"),
        ("/bin/sh -c #(nop) COPY file:0f in /app ", "COPY file:0f in /app"),
        ('/bin/sh -c #(nop)  CMD ["x"]', 'CMD ["x"]'),
        ("RUN /bin/bash -o pipefail -c uv sync # buildkit", "RUN /bin/bash -o pipefail -c uv sync"),
        ("COPY . /app # buildkit", "COPY . /app"),
        ("RUN a\n/bin/sh -c b # buildkit", "RUN a\n/bin/sh -c b"),
        ("  x  ", "x"),
        ("", ""),
    ],
)
def test_an_instruction_without_its_builders_wrapping(created_by: str, text: str) -> None:
    assert instruction_text(created_by) == text


PASSWD = b"""root:x:0:0:root:/root:/bin/bash
app:x:1000:1001::/srv/app:/bin/sh
six:x:1:2::/six
five:x:1:2:/five
named:x:no:2::/x:/bin/sh
group:x:1:no::/x:/bin/sh
"""


def test_users_are_lines_with_numbers_and_a_home(tmp_path: Path) -> None:
    report = read_layers(tmp_path, ("RUN x", [make.file("etc/passwd", PASSWD)]))
    assert report.users == (
        User("root", 0, 0, "/root"),
        User("app", 1000, 1001, "/srv/app"),
        User("six", 1, 2, "/six"),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"ID=debian\nVERSION_ID=\"13\"\nVERSION_CODENAME='trixie'\nNAME\n", ("debian", "13", "trixie")),
        (b" ID = alpine \nVERSION_ID=3.22\n", ("alpine", "3.22", "")),
        (b"", ("", "", "")),
    ],
)
def test_the_systems_release(text: bytes, expected: tuple[str, str, str], tmp_path: Path) -> None:
    links = make.symlink("etc/os-release", "../usr/lib/os-release")
    report = read_layers(tmp_path, ("RUN x", [links, make.file("usr/lib/os-release", text)]))
    assert report.os is not None
    assert (report.os.id, report.os.version_id, report.os.codename) == expected
    assert read_layers(tmp_path, ("RUN x", [make.file("a", b"1")])).os is None


def test_totals_add_up_what_layers_hold(tmp_path: Path) -> None:
    first, second = (
        make.layer(make.file("a", bytes(600)), make.file("b", bytes(200))),
        make.layer(make.file("a", bytes(100)), make.symlink("l", "a")),
    )
    path = make.archive(tmp_path / "i.tar", [first, second], commands=["RUN a", "RUN b"])
    report = read_image(Target("docker-archive", str(path)), None, on_event=ignore)[0]
    check_sums(report)
    totals = report.totals
    assert (totals.file_bytes, totals.live_bytes, totals.dead_bytes, totals.files) == (900, 300, 600, 3)
    assert totals.efficiency == 300 / 900
    assert totals.tar_bytes == len(first) + len(second)
    assert totals.tar_overhead == len(first) + len(second) - 900
    assert [(layer.added, layer.modified, layer.removed) for layer in report.layers] == [(2, 0, 0), (1, 1, 0)]
    assert [(layer.files, layer.link_bytes) for layer in report.layers] == [(2, 0), (1, 1)]
    assert [layer.tar_bytes for layer in report.layers] == [len(first), len(second)]
    assert [layer.index for layer in report.layers] == [0, 1]
    assert [layer.created_by for layer in report.layers] == ["RUN a", "RUN b"]
    assert [(layer.counts_links, layer.engine_size) for layer in report.layers] == [(None, None)] * 2


def test_a_layers_lines_and_base_by_the_dockerfile(tmp_path: Path) -> None:
    text = "FROM python:3.13-slim\nRUN make \\\n  all\nCOPY a /a\n"
    report = hand.image(tmp_path, text, [make.file("m", b"1")], [make.file("a", b"22")])
    assert [(layer.base, layer.line, layer.end_line) for layer in report.layers] == [
        (True, None, None),
        (False, 2, 3),
        (False, 4, 4),
    ]
    assert report.dockerfile is not None
    assert report.dockerfile.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert (report.dockerfile.path, report.dockerfile.matches) == (str(tmp_path / "Dockerfile"), True)
    assert report.image.base is not None
    assert (report.image.base.name, report.image.base.layers) == ("python:3.13-slim", 1)


def test_a_dockerfile_that_is_none_or_gone_tells_nothing(tmp_path: Path) -> None:
    path = make.archive(tmp_path / "i.tar", [make.layer(make.file("a", b"1"))], commands=["COPY a /"])
    bad = tmp_path / "Dockerfile"
    for text in (None, "no dockerfile\n"):
        if text is not None:
            bad.write_text(text)
        assert hand.read(path, bad).dockerfile is None
    bad.write_text("FROM scratch\nRUN other\n")
    info = hand.read(path, bad).dockerfile
    assert info is not None
    assert info.matches is False


def test_all_names_are_looked_for_in_one_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pass over a million names takes its time: what is asked later must have been in the first."""
    passes: list[Marks] = []
    prepare = Names.prepare

    def noted(self: Names, marks: Marks) -> None:
        passes.append(marks)
        prepare(self, marks)

    monkeypatch.setattr(Names, "prepare", noted)
    site = "usr/local/lib/python3.13/site-packages"
    hand.image(
        tmp_path, "FROM x\nCOPY . /", [*hand.venv("v", ("p", {"p.py": 1})), make.file(f"{site}/x", b"1")]
    )
    assert len(passes) == 1, passes[1:]
    assert {*passes[0].whole} >= {
        b".cache",
        b".env",
        b".git",
        b"env",
        b"pyvenv.cfg",
        b"site-packages",
        b"test",
        b"uv.lock",
    }
    assert {*passes[0].starts} >= {b"uv", b"python", b"archive-v", b".env."}
    assert {*passes[0].ends} >= {b".pyc", b".dist-info", b".pem"}


def two(tmp_path: Path, *second: make.Entry, first: Iterable[make.Entry]) -> ImageReport:
    return read_layers(tmp_path, ("RUN a", [*first]), ("RUN b", [*second]))


@pytest.mark.parametrize(
    ("first", "second", "counts"),
    [
        ([make.file("a", b"1")], [make.whiteout("a")], (0, 0, 1)),
        ([make.file("a", b"1")], [make.file("a", b"2")], (0, 1, 0)),
        ([make.file("a", b"1")], [make.file("b", b"2"), make.file("b", b"3")], (1, 0, 0)),
        ([make.file("a", b"1")], [make.file("a", b"2"), make.file("a", b"3")], (0, 1, 0)),
        ([make.file("d/a", b"1"), make.file("d/b", b"1")], [make.whiteout("d")], (0, 0, 2)),
        ([make.file("d/a", b"1")], [make.opaque("d"), make.file("d/a", b"2")], (0, 1, 0)),
        ([make.folder("d")], [make.whiteout("d")], (0, 0, 0)),
        ([make.symlink("l", "a")], [make.symlink("l", "b"), make.folder("e")], (0, 1, 0)),
        ([make.file("a", b"1")], [make.folder("a")], (0, 0, 1)),
        ([make.folder("a")], [make.file("a", b"1")], (0, 1, 0)),
    ],
)
def test_paths_that_a_layer_added_changed_and_removed(
    first: list[make.Entry], second: list[make.Entry], counts: tuple[int, int, int], tmp_path: Path
) -> None:
    layer = two(tmp_path, *second, first=first).layers[1]
    assert (layer.added, layer.modified, layer.removed) == counts


def test_waste_is_told_with_its_killer_the_largest_first_then_by_path(tmp_path: Path) -> None:
    first = [make.file(name, bytes(size)) for name, size in (("z", 5), ("b", 9), ("a", 9), ("kept", 99))]
    report = two(tmp_path, make.whiteout("z"), make.file("b", b"1"), make.file("a", bytes(9)), first=first)
    assert [(row.path, row.bytes, row.cause, row.layer, row.killed_by) for row in report.waste] == [
        (b"/a", 9, "rewritten", 0, 1),
        (b"/b", 9, "overwritten", 0, 1),
        (b"/z", 5, "deleted", 0, 1),
    ]
    assert {row.owner for row in report.waste} == {"app"}
    assert replace(report.waste[0], line=None) == report.waste[0]


def test_owners_components_come_largest_first_then_by_name(tmp_path: Path) -> None:
    steps = [
        (f"RUN {name}", [make.file(f"srv/{name}", bytes(size))])
        for name, size in (("b", 5), ("a", 5), ("c", 9))
    ]
    report = read_layers(tmp_path, *steps)
    assert [part.name for part in report.owner("app").components] == ["RUN c", "RUN a", "RUN b"]
    assert report.owner("app").reclaimable_bytes == 19
    assert [layer.owners for layer in report.layers] == [{"app": 5}, {"app": 5}, {"app": 9}]
