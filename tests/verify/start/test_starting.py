"""The checks of the interpreter and the start pass a right rewrite and catch a broken one."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import layers as make
from made_images import pairs_of_images as pairs

from uvdive.ledger.report import ImageReport
from uvdive.verify.python.interpreter import check_interpreter
from uvdive.verify.start.command import check_start


@pytest.fixture
def before(tmp_path: Path) -> ImageReport:
    return pairs.original(tmp_path)


def test_a_dangling_interpreter_fails(before: ImageReport, tmp_path: Path) -> None:
    base = {"etc/release": make.file("etc/release", b"13")}
    check = check_interpreter(before, pairs.rewritten(tmp_path, base=base))
    assert check.status == "failed"
    assert "/app/.venv: its Python leads to nothing: /app/.venv/bin/python -> /usr/local/bin/python3.13" in (
        check.differences
    )
    assert any("the script flask needs /app/.venv/bin/python" in line for line in check.differences)


def test_another_minor_version_fails(before: ImageReport, tmp_path: Path) -> None:
    after = pairs.rewritten(
        tmp_path,
        base=pairs.python("3.12"),
        instead={
            "app/.venv/bin/python": make.symlink("app/.venv/bin/python", "/usr/local/bin/python3.12"),
            "app/.venv/pyvenv.cfg": make.file("app/.venv/pyvenv.cfg", b"version_info = 3.12.1\nuv = 1\n"),
        },
    )
    assert "/app/.venv: Python 3.13.5 became 3.12.1" in check_interpreter(before, after).differences


def test_a_lost_script_fails(before: ImageReport, tmp_path: Path) -> None:
    check = check_interpreter(before, pairs.rewritten(tmp_path, without="app/.venv/bin/flask"))
    assert check.differences == ("/app/.venv: the script flask is missing",)


def test_a_dead_script_fails(before: ImageReport, tmp_path: Path) -> None:
    script = make.file("app/.venv/bin/flask", b"#!/gone/.venv/bin/python\nimport flask\n", 0o755)
    after = pairs.rewritten(tmp_path, instead={"app/.venv/bin/flask": script})
    line = "/app/.venv: the script flask needs /gone/.venv/bin/python, which is missing"
    assert check_interpreter(before, after).differences == (line,)
    assert check_start(before, after).status == "failed"


def test_a_lost_editable_source_fails(before: ImageReport, tmp_path: Path) -> None:
    files = pairs.application()
    del files["app/src"], files["app/src/mine.py"]
    after = pairs.read(tmp_path / "after.tar", pairs.python(), files)
    (line,) = check_interpreter(before, after).differences
    assert line == "/app/.venv: the source folder /app/src of an editable install is missing"


def test_a_lost_environment_fails(before: ImageReport, tmp_path: Path) -> None:
    after = pairs.read(tmp_path / "after.tar", pairs.python())
    assert check_interpreter(before, after).differences == ("/app/.venv: the environment is missing",)


def test_what_was_broken_before_does_not_count(tmp_path: Path) -> None:
    broken = pairs.read(tmp_path / "b.tar", pairs.application())
    assert check_interpreter(broken, broken).status == "passed"


def test_an_image_without_python_is_skipped(tmp_path: Path) -> None:
    plain = pairs.read(tmp_path / "b.tar", {"x": make.file("x", b"1")})
    assert check_interpreter(plain, plain).status == "skipped"


# start


@pytest.mark.parametrize(
    "command",
    [
        ["flask", "run"],
        ["/app/.venv/bin/flask"],
        [".venv/bin/flask"],
        ["python", "server.py"],
    ],
)
def test_a_start_command_that_is_there_passes(tmp_path: Path, command: list[str]) -> None:
    before = pairs.original(tmp_path, Cmd=command)
    assert check_start(before, pairs.rewritten(tmp_path, Cmd=command)).status == "passed"


@pytest.mark.parametrize("command", [["uv", "run", "x"], ["/usr/local/bin/uv"], ["../usr/local/bin/uv"]])
def test_a_missing_start_command_fails(tmp_path: Path, command: list[str]) -> None:
    before = pairs.original(tmp_path, Cmd=command)
    check = check_start(before, pairs.rewritten(tmp_path, Cmd=command))
    assert check.status == "failed"
    assert f"{command[0]} is not in the image" in check.detail


def test_the_entry_point_comes_before_the_command(tmp_path: Path) -> None:
    before = pairs.original(tmp_path, Entrypoint=["uv", "run"])
    check = check_start(before, pairs.rewritten(tmp_path, Entrypoint=["uv", "run"]))
    assert check.status == "failed"


@pytest.mark.parametrize(
    ("script", "status"),
    [
        ("exec flask run --port ${PORT:-8000}", "passed"),
        ("DEBUG=1 flask run", "passed"),
        ("uv run flask", "failed"),
        ("exec uv run flask", "failed"),
        ("cd /x && uv run flask", "passed"),  # not told from the text: the shell is there
    ],
)
def test_a_shell_script_is_looked_into(tmp_path: Path, script: str, status: str) -> None:
    shell = {"bin/sh": make.file("bin/sh", b"#", 0o755)}
    command = ["/bin/sh", "-c", script]
    before = pairs.read(
        tmp_path / "b.tar",
        pairs.python() | shell,
        pairs.application() | pairs.uv(),
        config={**pairs.CONFIG, "Cmd": command},
    )
    after = pairs.rewritten(tmp_path, base=pairs.python() | shell, Cmd=command)
    assert check_start(before, after).status == status


def test_a_start_that_was_broken_is_repaired(tmp_path: Path) -> None:
    before = pairs.original(tmp_path, Cmd=["poetry", "run", "flask"])
    check = check_start(before, pairs.rewritten(tmp_path), repaired=True)
    assert check.status == "repaired"
    assert "poetry is not in the image" in check.detail


def test_a_repair_that_does_not_work_fails(tmp_path: Path) -> None:
    before = pairs.original(tmp_path, Cmd=["poetry", "run", "flask"])
    after = pairs.rewritten(tmp_path, Cmd=["poetry", "run"])
    assert check_start(before, after, repaired=True).status == "failed"
    assert check_start(before, after).status == "announced"


def test_no_start_command(tmp_path: Path) -> None:
    before = pairs.original(tmp_path, Cmd=None)
    assert check_start(before, pairs.rewritten(tmp_path, Cmd=None)).status == "skipped"
    assert check_start(pairs.original(tmp_path), pairs.rewritten(tmp_path, Cmd=None)).status == "failed"
