"""Modules that are tried in forks first: what bears none is tried alone, and only that says it fails."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from uvdive.verify.python import inside

IN_FORK = "import sys\nforked = 'select' in sys.modules and 'json' in sys.modules\n"
"""A process of our own has imported neither: what tries modules has."""

NOTES = "import os\nwith open(os.environ['NOTES'], 'a') as file: file.write(__name__ + ' ')\n"
HANGS = "import threading\nthreading.Event().wait(60)"

MODULES = {
    "good": NOTES,
    "below": NOTES,
    "lower": NOTES,
    "bad": "raise ValueError('no')",
    "silent": "raise SystemExit(3)",
    "branch": f"raise SystemExit({inside._BRANCHED})",
    "picky": f"{IN_FORK}if forked: raise ImportError('not in a fork')",
    "dies": f"{IN_FORK}import os, signal\nif forked: os.kill(os.getpid(), signal.SIGKILL)",
    "stuck": f"{IN_FORK}if forked: import threading; threading.Event().wait(60)",
    "closes": f"{IN_FORK}import os\nif forked: os.closerange(3, 100)",
    "last_words": "import atexit, os\natexit.register(os._exit, 4)",
    "patches": "import os\nos.fork = os.waitpid = os.write = os._exit = None",
    "threads": f"{NOTES}import threading as t\nt.Thread(target=t.Event().wait, daemon=True).start()",
    "leaves": NOTES + "import os\nos._exit(0)",
    "long": HANGS,
    "needy": "import sys\nassert 'mod_good' in sys.modules",
}


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in MODULES.items():
        (tmp_path / f"mod_{name}.py").write_text(text)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("NOTES", str(tmp_path / "notes"))
    (tmp_path / "notes").touch()
    return tmp_path / "notes"


def told(*asked: tuple[str, str | None], seconds: float = 20) -> dict[str, str | None]:
    """What the script prints of modules, each with the one before it; names are without ``mod_``."""
    pairs = [[f"mod_{name}", above and f"mod_{above}"] for name, above in asked]
    done = subprocess.run(
        [sys.executable, inside.__file__, str(seconds), json.dumps(pairs)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert all(line.startswith(inside.MARK) for line in lines)
    answers = [json.loads(line.removeprefix(inside.MARK)) for line in lines]
    assert len(answers) == len(asked)
    return {name.removeprefix("mod_"): error for name, error in answers}


def test_each_module_has_a_line(notes: Path) -> None:
    assert told(("bad", None), ("good", None), ("silent", None), ("branch", None)) == {
        "bad": "ValueError: no",
        "good": None,
        "silent": "exit status 3",
        "branch": "exit status 97",
    }


def test_what_comes_after_a_module_finds_it_imported(notes: Path) -> None:
    asked = ("lower", "below"), ("below", "good"), ("good", None)
    assert told(*asked) == {"lower": None, "below": None, "good": None}
    # In this order, and each once: a fork of a process that has it does not import it again.
    assert notes.read_text().split() == ["mod_good", "mod_below", "mod_lower"]


@pytest.mark.parametrize("name", ["picky", "dies", "closes"])
def test_what_bears_no_fork_works_alone(notes: Path, name: str) -> None:
    assert told((name, None), ("good", None)) == {name: None, "good": None}
    assert told((name, "good"), ("good", None), ("below", name)) == {name: None, "good": None, "below": None}


def test_what_hangs_in_a_fork_alone_works_alone(notes: Path) -> None:
    asked = ("stuck", None), ("good", "stuck"), ("below", None)
    assert told(*asked, seconds=5) == {"stuck": None, "good": None, "below": None}


def test_what_hangs_everywhere_is_told(notes: Path) -> None:
    said = told(("long", None), ("good", None), seconds=1)
    assert said == {"long": f"{inside.TOO_LONG} 1 seconds", "good": None}


def test_an_error_at_the_end_of_the_process_counts(notes: Path) -> None:
    # Also where others come after it, so that this process has not come to its end yet.
    assert told(("last_words", None), ("good", "last_words")) == {
        "last_words": "exit status 4",
        "good": None,
    }


def test_a_module_that_patches_the_system_calls_is_no_trouble(notes: Path) -> None:
    assert told(("patches", None), ("good", "patches")) == {"patches": None, "good": None}
    assert notes.read_text().split() == ["mod_good"]


def test_a_process_with_threads_is_not_forked(notes: Path) -> None:
    assert told(("threads", "good"), ("good", None), ("below", "threads")) == {
        "threads": None,
        "good": None,
        "below": None,
    }
    assert notes.read_text().split() == ["mod_good", "mod_threads", "mod_below"]


def test_a_process_that_leaves_takes_no_other_with_it(notes: Path) -> None:
    assert told(("leaves", None), ("good", "leaves")) == {"leaves": None, "good": None}


def test_no_module_sees_one_that_is_not_above_it(notes: Path) -> None:
    assert told(("good", None), ("below", "good"), ("needy", None))["needy"] == "AssertionError"


def test_where_no_process_can_be_had_each_is_tried_alone(notes: Path, monkeypatch, capsys) -> None:
    def refused() -> int:
        raise BlockingIOError(11, os.strerror(11))

    monkeypatch.setattr(inside, "_fork", refused)
    monkeypatch.setattr(sys, "argv", ["-c", "20", json.dumps([["mod_good", None], ["mod_bad", "mod_good"]])])
    inside.main()
    assert 'mod_bad", "ValueError: no"' in capsys.readouterr().out
