"""Files of packages that a rewrite installs on its new base: their loss is not the other base's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_images import layers as make
from made_images import pairs_of_images as pairs
from made_images.layers import content

from uvdive.ledger.reading.contents import ContentPlace
from uvdive.ledger.report import Base
from uvdive.verify.files.check import check_files

FILES = {
    "usr/lib/file/magic.mgc": content(400, "m"),
    "usr/share/doc/libmagic/README": b"read me",
    "usr/share/doc/libmagic/copyright": b"free",
    "etc/magic": b"mine",
}
LINK = "usr/share/file/magic.mgc"
DOCKER = b"path-exclude /usr/share/doc/*\n  path-include=/usr/share/doc/*/copyright\nforce-unsafe-io\n"


def libmagic(*without: str, other: pairs.Files | None = None, more: bytes = b"") -> pairs.Files:
    """A package as dpkg installs it, its list whole."""
    files = pairs.package("libmagic", "1", FILES)
    listed = "var/lib/dpkg/info/libmagic.list"
    paths = b"".join(b"/%s\n" % path.encode() for path in (*FILES, LINK)) + more
    files |= {LINK: make.symlink(LINK, "../../lib/file/magic.mgc"), listed: make.file(listed, paths)}
    files = {path: entry for path, entry in files.items() if path not in without}
    return files | (other or {})


def said(
    tmp_path: Path,
    old: pairs.Files,
    new: pairs.Files,
    *,
    base: pairs.Files | None = None,
    rules: bytes = DOCKER,
    known: bool = True,
    announced: tuple[str, ...] = (),
) -> tuple[str, ...]:
    """What is told of an image on another base, ``old`` in the old base and ``new`` installed."""
    settings = "etc/dpkg/dpkg.cfg.d/docker"
    newer = pairs.python() | {"newer": make.file("usr/lib/newer", b"1")} | (base or {})
    newer |= {settings: make.file(settings, rules)}
    reports, places = [], []
    for name, first, over in (("b.tar", pairs.python() | old, {}), ("a.tar", newer, new)):
        report, index = pairs.read_with_contents(tmp_path / name, first, pairs.application() | over)
        reports.append(report)
        places.append(ContentPlace(index=index))
    if known:
        reports[1] = replace(reports[1], image=replace(reports[1].image, base=Base("new", 1, "image")))
    allowed = replace(pairs.ALLOWED, paths=announced)
    return check_files(*reports, allowed, (places[0], places[1])).differences


def test_what_the_package_brings_is_there_but_for_what_dpkg_leaves_out(tmp_path: Path) -> None:
    readme = "usr/share/doc/libmagic/README"
    assert said(tmp_path, libmagic(), libmagic()) == ()
    assert said(tmp_path, libmagic(), libmagic(readme)) == ()
    assert said(tmp_path, libmagic(), libmagic(readme), rules=b"") == (f"missing: /{readme} (7 B)",)


@pytest.mark.parametrize(
    "path", [LINK, "usr/lib/file/magic.mgc", "usr/share/doc/libmagic/copyright", "etc/magic"]
)
def test_a_lost_file_or_link_of_it_is_no_other_base_s(tmp_path: Path, path: str) -> None:
    (line,) = said(tmp_path, libmagic(), libmagic(path))
    assert line.startswith(f"missing: /{path.rpartition('/')[0]}")
    # A plan that announces what differs between the bases explains it neither.
    assert said(tmp_path, libmagic(), libmagic(path), announced=(f"/{path}",)) == (line,)
    # Where the package is not installed any more, or nobody knows which layers are the base's, it may be.
    assert not any("missing" in line for line in said(tmp_path, libmagic(), {}))
    assert said(tmp_path, libmagic(), libmagic(path), known=False) == ()
    # The new base's own package has what that base has of it.
    assert said(tmp_path, libmagic(), {}, base=libmagic(path)) == ()


def test_a_changed_file_of_it_is_none_of_another_version(tmp_path: Path) -> None:
    path = "usr/lib/file/magic.mgc"
    other = {path: make.file(path, content(400, "x"))}
    assert said(tmp_path, libmagic(), libmagic(other=other)) == (f"changed: /{path}: content",)
    told = said(tmp_path, libmagic(), libmagic(other=other), announced=("/usr/lib/file",))
    assert told == (f"changed: /{path}: content",)
    book = "var/lib/dpkg/status"
    newer = {book: pairs.package("libmagic", "2", {})[book], path: make.file(path, b"shorter")}
    newer[LINK] = make.symlink(LINK, "/usr/lib/file/magic.mgc")
    assert said(tmp_path, libmagic(), libmagic(other=newer)) == ()
    # But what the newer one lists is there.
    for lost in (LINK, path):
        (line,) = said(tmp_path, libmagic(), libmagic(lost, other={book: newer[book]}))
        assert line.startswith(f"missing: /{lost.rpartition('/')[0]}")


def test_a_list_may_name_a_folder_that_is_merged_into_usr(tmp_path: Path) -> None:
    path = "usr/lib/libm.so.1"
    file = {path: make.file(path, b"m")}
    listed = b"/lib/libm.so.1\n"
    assert said(tmp_path, libmagic(more=listed) | file, libmagic(more=listed) | file) == ()
    lost = said(tmp_path, libmagic(more=listed) | file, libmagic(more=listed))
    assert lost == ("missing: /usr/lib/libm.so.1 (1 B)",)


def links(*paths: str) -> pairs.Files:
    """What update-alternatives makes for ``/usr/lib/file/magic.mgc``."""
    made = {
        "etc/alternatives/mgc": "/usr/lib/file/magic.mgc",
        "usr/bin/mgc": "/etc/alternatives/mgc",
        "etc/alternatives/doc": "/usr/share/doc/libmagic/README",
        "usr/local/bin/mine": "/usr/lib/file/magic.mgc",
    }
    return {path: make.symlink(path, target) for path, target in made.items() if path in paths}


EVERY = ("etc/alternatives/mgc", "usr/bin/mgc", "etc/alternatives/doc", "usr/local/bin/mine")


@pytest.mark.parametrize(("path", "kept"), [*zip(EVERY, (False, False, True, True), strict=True)])
def test_links_of_alternatives_come_with_it(tmp_path: Path, path: str, *, kept: bool) -> None:
    new = libmagic() | links(*(each for each in EVERY if each != path))
    found = said(tmp_path, libmagic() | links(*EVERY), new)
    assert [line for line in found if path in line] == ([] if kept else [f"missing: /{path} (0 B)"])


def test_the_last_rule_that_matches_decides(tmp_path: Path) -> None:
    lost = "usr/share/doc/libmagic/copyright"
    rules = b"path-include /usr/share/doc/*/copyright\npath-exclude /usr/share/doc/*\n"
    assert said(tmp_path, libmagic(), libmagic(lost), rules=rules) == ()
    for none in (b"path-excluded /usr/share/doc/*\n", b"#path-exclude /usr/share/doc/*\n", b"path-exclude\n"):
        assert said(tmp_path, libmagic(), libmagic(lost), rules=none) == (f"missing: /{lost} (4 B)",)
    # dpkg.cfg is read last, and no more than 64 KiB of a file.
    general = {"etc/dpkg/dpkg.cfg": make.file("etc/dpkg/dpkg.cfg", b"path-exclude=/usr/share/doc/*")}
    assert said(tmp_path, libmagic(), libmagic(lost), base=general) == ()
    exclude = b"path-exclude=/usr/share/doc/*\n"
    for length, out in ((65536 - len(exclude), True), (65536, False)):
        long = b"#" * (length - 1) + b"\n" + exclude
        assert (said(tmp_path, libmagic(), libmagic(lost), rules=long) == ()) is out
