"""What is said about links, scripts and sources that lead to nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import hand_made as hand
from made_images import layers as make

COPY_APP = "FROM python:3.13-slim\nCOPY --from=builder /app /app"
FLASK = ("flask", {"flask/__init__.py": 90_000})
MANAGED = "/root/.local/share/uv/python/cpython-3.13-linux-x86_64-gnu/bin/python3.13"
SITE = "app/.venv/lib/python3.13/site-packages"
SCRIPT = hand.script("app/.venv/bin/flask", "/app/.venv/bin/python")


def test_an_interpreter_that_stayed_behind_and_the_scripts_with_it(tmp_path: Path) -> None:
    files = [*hand.venv("app/.venv", FLASK, python=MANAGED), SCRIPT]
    report = hand.image(tmp_path, COPY_APP, files)
    assert hand.ids(report) == {"interpreter-dangling", "console-scripts-dead"}
    link, scripts = hand.found(report, "interpreter-dangling"), hand.found(report, "console-scripts-dead")
    assert link.paths == ("/app/.venv/bin/python", MANAGED)
    assert scripts.paths == ("/app/.venv/bin/flask",)
    for finding in (link, scripts):
        assert (finding.bytes, finding.line, finding.severity) == (0, 2, "high")


def test_a_link_that_goes_in_circles(tmp_path: Path) -> None:
    files = [
        *hand.venv("app/.venv", FLASK, python="/opt/python"),
        make.symlink("opt/python", "/app/.venv/bin/python"),
    ]
    assert hand.ids(hand.image(tmp_path, COPY_APP, files)) == {"interpreter-dangling"}


def test_an_interpreter_that_came_along_through_links(tmp_path: Path) -> None:
    files = [
        *hand.venv("app/.venv", FLASK, python=MANAGED),
        SCRIPT,
        make.symlink(
            "root/.local/share/uv/python/cpython-3.13-linux-x86_64-gnu", "cpython-3.13.5-linux-x86_64-gnu"
        ),
        make.file(
            "root/.local/share/uv/python/cpython-3.13.5-linux-x86_64-gnu/bin/python3.13", bytes(70_000), 0o755
        ),
        make.file(
            "root/.local/share/uv/python/cpython-3.13.5-linux-x86_64-gnu/lib/python3.13/os.py", bytes(7)
        ),
    ]
    assert hand.image(tmp_path, COPY_APP, files).findings == ()


def test_scripts_of_an_environment_that_was_moved(tmp_path: Path) -> None:
    files = [*hand.venv("app/.venv", FLASK), hand.script("app/.venv/bin/flask", "/build/.venv/bin/python3")]
    report = hand.image(tmp_path, COPY_APP, files)
    assert hand.ids(report) == {"console-scripts-dead"}
    assert "/build/.venv/bin/python3" in hand.found(report, "console-scripts-dead").title


@pytest.mark.parametrize(
    "interpreter", ["/usr/bin/env python", "/bin/sh", "/app/.venv/bin/python", "/usr/bin/perl", "python"]
)
def test_scripts_that_start_or_are_not_pythons(interpreter: str, tmp_path: Path) -> None:
    files = [*hand.venv("app/.venv", FLASK), hand.script("app/.venv/bin/flask", interpreter)]
    assert hand.image(tmp_path, COPY_APP, files).findings == ()


def test_scripts_in_a_system_python(tmp_path: Path) -> None:
    site = "usr/local/lib/python3.13/site-packages"
    record = b"flask/__init__.py,,\n../../../bin/flask,,\nflask-1.0.dist-info/RECORD,,\n"
    files = [
        make.file(f"{site}/flask/__init__.py", bytes(90)),
        make.file(f"{site}/flask-1.0.dist-info/RECORD", record),
        hand.script("usr/local/bin/flask", "/install/bin/python"),
    ]
    report = hand.image(tmp_path, "FROM python:3.13-slim\nCOPY --from=builder /install /usr/local", files)
    assert hand.found(report, "console-scripts-dead").paths == ("/usr/local/bin/flask",)
    of_base = [*hand.BASE, hand.script("usr/local/bin/pip3", "/install/bin/python3.13")]
    report = hand.image(tmp_path, COPY_APP, hand.venv("app/.venv", FLASK), base=of_base)
    assert report.findings == (), "what an interpreter came with is not the author's"


def editable(*more: make.Entry) -> hand.Files:
    info = f"{SITE}/demo-1.0.dist-info"
    return [
        *hand.venv("app/.venv", FLASK),
        make.file(f"{info}/RECORD", b"_demo.pth,,\ndemo-1.0.dist-info/direct_url.json,,\n"),
        make.file(f"{info}/direct_url.json", b'{"url": "file:///app", "dir_info": {"editable": true}}'),
        *more,
    ]


FINDER = b"MAPPING: dict[str, str] = {'demo': '/app/src/demo'}\nNAMESPACES = {}\n"


@pytest.mark.parametrize(
    ("entries", "missing"),
    [
        ([make.file(f"{SITE}/_demo.pth", b"/app/src\n")], "/app/src"),
        ([make.file(f"{SITE}/__editable___demo_1_0_finder.py", FINDER)], "/app/src/demo"),
    ],
    ids=["pth", "finder"],
)
def test_an_editable_install_without_its_source(entries: hand.Files, missing: str, tmp_path: Path) -> None:
    report = hand.image(tmp_path, COPY_APP, editable(*entries))
    finding = hand.found(report, "editable-source-missing")
    assert (finding.paths, finding.bytes, finding.severity) == ((missing,), 0, "high")
    there = editable(*entries, make.file("app/src/demo/__init__.py", b"1\n"))
    assert hand.image(tmp_path, COPY_APP, there).findings == ()


def test_a_source_behind_a_link(tmp_path: Path) -> None:
    files = editable(
        make.file(f"{SITE}/_demo.pth", b"/app/src\n"),
        make.symlink("app/src", "/opt/src"),
        make.file("opt/src/demo.py", b"1\n"),
    )
    assert hand.image(tmp_path, COPY_APP, files).findings == ()


def test_a_stray_path_beside_an_editable_install_whose_source_is_there(tmp_path: Path) -> None:
    files = editable(
        make.file(f"{SITE}/_demo.pth", b"/app/src\n/opt/plugins\n"), make.file("app/src/demo.py", b"1\n")
    )
    assert hand.image(tmp_path, COPY_APP, files).findings == ()


def test_an_editable_install_whose_folder_alone_is_known(tmp_path: Path) -> None:
    files = [*hand.venv("srv/.venv", FLASK), *editable()[-2:]]
    report = hand.image(tmp_path, COPY_APP, [*hand.venv("app/.venv", FLASK), *files])
    assert hand.ids(report) == {"second-environment"}, "the folder is there"
    info = "srv/.venv/lib/python3.13/site-packages/demo-1.0.dist-info"
    gone = b'{"url": "file:///gone/", "dir_info": {"editable": true}}'
    files = [
        *hand.venv("srv/.venv", FLASK),
        make.file(f"{info}/RECORD", b"demo-1.0.dist-info/direct_url.json,,\n"),
        make.file(f"{info}/direct_url.json", gone),
    ]
    finding = hand.found(hand.image(tmp_path, COPY_APP, files), "editable-source-missing")
    assert finding.paths == ("/gone",)


def test_a_path_in_a_pth_file_is_no_editable_install(tmp_path: Path) -> None:
    files = [*hand.venv("app/.venv", FLASK), make.file(f"{SITE}/extra.pth", b"/opt/plugins\n")]
    assert hand.image(tmp_path, COPY_APP, files).findings == ()


def test_names_that_are_no_utf8(tmp_path: Path) -> None:
    path = "app/caf\udce9/.venv"
    files = [
        *hand.venv(path, FLASK),
        make.file(f"{path}/bin/flask", b"#!/app/caf\xe9/.venv/bin/python\n", 0o755),
        make.file(f"{path}/lib/python3.13/site-packages/x.pth", b"/app/caf\xe9/src\n"),
    ]
    report = hand.image(tmp_path, COPY_APP, files)
    assert len(report.environments) == 2
    assert report.findings == ()
