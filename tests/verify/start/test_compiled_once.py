"""Forks that try imports take what another one has compiled, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

CODE = (files("uvdive.verify.python") / "inside.py").read_text("utf-8").rpartition("\nif __name__")[0]
SCRIPT = f"""{CODE}

def compiled_in_a_fork(*names):
    "How many sources a fork compiles to import these."
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        count, own = [0], shared._compile

        def counted(*args, **options):
            count[0] += 1
            return own(*args, **options)

        shared._compile = counted
        for name in names:
            importlib.import_module(name)
        os.write(writing, b"%d" % count[0])
        os._exit(0)
    os.waitpid(process, 0)
    os.close(writing)
    return os.read(reading, 99).decode()


sys.path.insert(0, sys.argv[1])
shared = share_compiled()
"""


def said(folder: Path, script: str, **environ: str) -> list[str]:
    variables = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environ}
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT + script, str(folder)],
        env=variables, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return ran.stdout.split()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep.py").write_text("value = 'é' * 3\n")
    (tmp_path / "one.py").write_text("import deep\n")
    (tmp_path / "two.py").write_text("import deep\nassert deep.value == 'ééé'\nassert deep.__cached__\n")
    return tmp_path


def test_a_source_is_compiled_in_one_fork_alone(folder: Path) -> None:
    script = "print(compiled_in_a_fork('one'), compiled_in_a_fork('two'), compiled_in_a_fork('one', 'two'))"
    assert said(folder, script) == ["2", "1", "0"]
    assert not list(folder.rglob("*.pyc"))


def test_another_text_under_the_same_name_is_compiled(folder: Path) -> None:
    change = f"open({str(folder / 'deep.py')!r}, 'w').write('value = 4')"
    assert said(folder, f"print(compiled_in_a_fork('one')); {change}; print(compiled_in_a_fork('one'))") == [
        "2", "1",
    ]  # fmt: skip


@pytest.mark.parametrize("how", ["filters", "showwarning"])
def test_where_a_warning_may_be_an_error_each_source_is_compiled(folder: Path, how: str) -> None:
    refuse = {
        "filters": "warnings.simplefilter('error')",
        "showwarning": "warnings.showwarning = lambda *_: 1 / 0",
    }
    script = (
        f"import warnings; print(compiled_in_a_fork('one')); {refuse[how]}; print(compiled_in_a_fork('one'))"
    )
    assert said(folder, script) == ["2", "2"]


@pytest.mark.parametrize("damage", [b"x" * 32, b"x" * 40])
def test_what_is_damaged_is_not_taken(folder: Path, damage: bytes) -> None:
    """A process may be ended while it writes."""
    script = (
        f"os.write(shared._file, {damage!r}); print(compiled_in_a_fork('one'), compiled_in_a_fork('one'))"
    )
    assert said(folder, script) == ["2", "2"]


def test_a_record_that_is_cut_off_ends_the_sharing(folder: Path) -> None:
    script = (
        "print(compiled_in_a_fork('one')); size = os.fstat(shared._file).st_size\n"
        "os.ftruncate(shared._file, size - 1); os.write(shared._file, b'?' + bytes(64))\n"
        "print(compiled_in_a_fork('one'))"
    )
    first, second = said(folder, script)
    assert (first, int(second) > 0) == ("2", True)


def test_no_more_is_shared_than_there_may_be(folder: Path) -> None:
    script = "_MOST = 1; print(compiled_in_a_fork('one'), compiled_in_a_fork('one'))"
    assert said(folder, script) == ["2", "2"]


def test_bytecode_of_the_image_is_for_python_to_judge(folder: Path) -> None:
    """A broken one fails the import in the image, so it fails here."""
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(folder)], check=True)
    (pyc,) = folder.rglob("deep.*.pyc")
    pyc.write_bytes(pyc.read_bytes()[:20])
    ran = subprocess.run(
        [sys.executable, "-c", f"{SCRIPT}\nimport deep", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "EOFError" in ran.stderr


def test_it_goes_without_where_the_kernel_gives_no_such_file(folder: Path) -> None:
    script = "def refused(_): raise OSError\nos.memfd_create = refused\nprint(share_compiled())"
    assert said(folder, script) == ["None"]
