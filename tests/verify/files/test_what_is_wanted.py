"""What a failed check hands on: the paths and packages that would mend it."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import layers as make
from made_images import pairs_of_images as pairs
from made_images.layers import content

from uvdive.ledger.report import ImageReport
from uvdive.verify.checks import Check, Want
from uvdive.verify.python.interpreter import check_interpreter

MANAGED = "root/.local/share/uv/python/cpython-3.13.5-linux-x86_64-gnu"


def check(tmp_path: Path, gone: tuple[str, ...], home: str = "usr/local", **more: pairs.Files) -> Check:
    """The check of an application on a Python of its own, without some of its paths in the new image."""
    python: pairs.Files = {
        f"{home}/bin/python3.13": make.file(f"{home}/bin/python3.13", content(9000, "p"), 0o755),
        f"{home}/lib/python3.13/os.py": make.file(f"{home}/lib/python3.13/os.py", content(50, "o")),
    }
    link = make.symlink("app/.venv/bin/python", f"/{home}/bin/python3.13")
    files = python | pairs.application() | {"app/.venv/bin/python": link} | more.get("more", {})

    def read(name: str, without: tuple[str, ...]) -> ImageReport:
        kept = {path: entry for path, entry in files.items() if not path.startswith(without or ("\0",))}
        return pairs.read(tmp_path / name, kept)

    return check_interpreter(read("b.tar", ()), read("a.tar", gone))


def test_a_console_script_that_is_gone_is_wanted(tmp_path: Path) -> None:
    found = check(tmp_path, ("app/.venv/bin/flask",))
    assert found.differences == ("/app/.venv: the script flask is missing",)
    assert found.wants == (Want("path", "/app/.venv/bin/flask"),)
    assert found.detail == "1 things are broken."


def test_a_source_folder_that_is_gone_is_wanted(tmp_path: Path) -> None:
    found = check(tmp_path, ("app/src",))
    assert found.differences == ("/app/.venv: the source folder /app/src of an editable install is missing",)
    assert found.wants == (Want("path", "/app/src"),)


def test_an_environment_that_is_gone_is_wanted_as_a_whole(tmp_path: Path) -> None:
    found = check(tmp_path, ("app/.venv", "flask", "editable", "RECORD", "METADATA", "direct_url", "mine "))
    assert found.differences == ("/app/.venv: the environment is missing",)
    assert found.wants == (Want("path", "/app/.venv"),)


@pytest.mark.parametrize(
    ("home", "wanted"),
    [
        (MANAGED, (Want("path", f"/{MANAGED}"),)),
        ("opt/python", (Want("path", "/opt/python"),)),
        ("usr/local", ()),  # the base's: no path mends it
        ("usr", ()),
    ],
)
def test_the_folder_of_a_python_that_is_gone_is_wanted(
    tmp_path: Path, home: str, wanted: tuple[Want, ...]
) -> None:
    found = check(tmp_path, (f"{home}/bin", f"{home}/lib"), home)
    assert found.differences[0].startswith("/app/.venv: its Python leads to nothing: ")
    assert "/app/.venv: the script flask needs /app/.venv/bin/python, which is missing" in found.differences
    assert found.wants == wanted


def test_nothing_is_wanted_of_what_was_broken_before(tmp_path: Path) -> None:
    script = make.file("app/.venv/bin/flask", b"#!/nowhere/python\nimport flask\n", 0o755)
    found = check(tmp_path, ("app/.venv/bin/flask",), more={"app/.venv/bin/flask": script})
    assert found.status == "passed"
