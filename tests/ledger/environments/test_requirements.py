"""What is read of metadata and locks about who requires what, and kept in a report."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import hand_made as hand
from made_images import layers as make

from uvdive.ledger.environments.lockfile import parse_lock, parse_project
from uvdive.ledger.environments.requirements import asks_of, requires_of
from uvdive.ledger.report import Ask, Environment, ImageReport
from uvdive.ledger.saved import report_file

SITE = "v/lib/python3.13/site-packages"
HEAD = b"Metadata-Version: 2.4\nName: p\nVersion: 1\n"


@pytest.mark.parametrize(
    ("metadata", "requires"),
    [
        (HEAD, ()),
        (HEAD + b"Requires-Dist: a>=1\nrequires-dist: b ; extra == 'x'\n", ("a>=1", "b ; extra == 'x'")),
        (HEAD.replace(b"\n", b"\r\n") + b"Requires-Dist: a\r\n\r\nRequires-Dist: text", ("a",)),
        (HEAD + b"Requires-Dist: a\n\nRequires-Dist: of the text\n", ("a",)),
        (
            HEAD + b"Requires-Dist: a;\n  python_version < '4'\nSummary: s\n\tRequires-Dist: b\n",
            ("a; python_version < '4'",),
        ),
        (HEAD + b"Requires-Dist: caf\xe9\n", ("caf\ufffd",)),
        (b"Requires-Dist: a\n", None),
        (b"", None),
        (b"\x00\x01", None),
        (HEAD + b"Requires-Dist: a\n" * 5001, None),
    ],
)
def test_requirements_of_metadata(metadata: bytes, requires: tuple[str, ...] | None) -> None:
    assert requires_of(metadata) == requires


def test_a_requirement_without_end_is_cut() -> None:
    (first, second) = (
        requires_of(HEAD + b"Requires-Dist: " + b"a" * 9000 + b"\nRequires-Dist: b\n" + b" c\n" * 9000) or ()
    )
    assert len(first) == 2000
    assert len(second) < 2010


def test_what_a_lock_asks_for() -> None:
    lock = parse_lock(
        b'version = 1\n[[package]]\nname = "app"\nsource = { editable = "." }\n'
        b'dependencies = [{ name = "uvicorn", extra = ["standard"] }, { name = "a" }, { name = "a" }]\n'
        b'[package.optional-dependencies]\nfast = [{ name = "b" }]\n'
        b'[package.dev-dependencies]\ndev = [{ name = "c" }]\n'
        b'[[package]]\nname = "a"\nversion = "1"\n'
    )
    assert lock is not None
    assert asks_of(lock) == (
        Ask("app", None, ("uvicorn[standard]", "a")),
        Ask("app", "extra:fast", ("b",)),
        Ask("app", "dev", ("c",)),
    )


def test_what_a_project_file_asks_for() -> None:
    project = parse_project(b'[project]\nname = "App"\ndependencies = ["B[x,Y]>=1"]\n')
    assert project is not None
    assert asks_of(project) == (Ask("app", None, ("b[x,y]",)),)


def image(folder: Path, *entries: make.Entry) -> ImageReport:
    return hand.image(folder, "FROM x\nCOPY . /", [*hand.venv("v"), *entries])


def place(report: ImageReport) -> Environment:
    (found,) = (each for each in report.environments if each.path == "/v")
    return found


def info(name: str, **files: bytes) -> list[make.Entry]:
    return [make.file(f"{SITE}/{name}/{file}", data) for file, data in files.items()]


def test_they_are_read_from_the_image_and_saved(tmp_path: Path) -> None:
    report = image(
        tmp_path,
        *info("a-1.dist-info", METADATA=HEAD + b"Requires-Dist: b\n", RECORD=b"", REQUESTED=b""),
        *info("b-1.dist-info", RECORD=b""),
        *info("c-1.dist-info", METADATA=b"broken", RECORD=b""),
        *info("d-1.egg-info", **{"PKG-INFO": HEAD + b"Requires-Dist: a\n"}),
        make.file(
            "v/uv.lock",
            b'version = 1\n[[package]]\nname = "z"\nsource = { virtual = "." }\n'
            b'dependencies = [{ name = "a" }, { name = "b" }]\n',
        ),
    )
    told = {item.name: (item.requires, item.requested) for item in place(report).distributions}
    assert told == {"a": (("b",), True), "b": (None, False), "c": (None, False), "d": (("a",), False)}
    assert place(report).asks == (Ask("z", None, ("a", "b")),)
    assert report_file.load(report_file.dump(report)).environments == report.environments


def test_a_lock_that_explains_nothing_asks_for_nothing(tmp_path: Path) -> None:
    lock = (
        b'version = 1\n[[package]]\nname = "z"\nsource = { virtual = "." }\ndependencies = [{ name = "q" }]\n'
    )
    files = [*info("a-1.dist-info", METADATA=HEAD, RECORD=b""), make.file("elsewhere/uv.lock", lock)]
    assert place(image(tmp_path, *files)).asks == ()
