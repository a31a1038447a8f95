"""What a run that was killed leaves is known to the next start."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from uvdive.base.files import remains


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"XDG_STATE_HOME": str(tmp_path)}


def ended(monkeypatch: pytest.MonkeyPatch) -> None:
    process = subprocess.Popen(["true"])
    process.wait(30)
    monkeypatch.setattr(os, "getpid", lambda: process.pid)


def test_what_an_ended_process_made_is_left(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remains.note("uvdive-a", environ)
    assert remains.left(environ) == ()
    ended(monkeypatch)
    there, away = tmp_path / "uvdive-build-1-x", tmp_path / "uvdive-build-1-y"
    there.mkdir()
    remains.note(str(there), environ)
    remains.note(str(away), environ)
    folder = (str(there),)
    remains.note("uvdive.local/x-1:again", environ)
    remains.note("uvdive-b", environ)
    assert remains.left(environ) == (*folder, "uvdive-b", "uvdive.local/x-1:again")
    remains.gone("uvdive-b", environ)
    assert remains.left(environ) == (*folder, "uvdive.local/x-1:again")
    remains.forget(frozenset({"uvdive.local/x-1:again"}), environ)
    assert remains.left(environ) == (*folder, "uvdive.local/x-1:again")
    there.rmdir()
    remains.forget(frozenset(), environ)
    assert remains.left(environ) == ()
    assert [
        path.name.partition("-")[2]
        for path in (Path(environ["XDG_STATE_HOME"]) / "uvdive" / "running").iterdir()
    ] == ["uvdive-a"]


def test_strange_names_are_passed_over_and_no_folder_is_no_error(
    environ: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "uvdive" / "running"
    folder.mkdir(parents=True)
    for name in ("x", "-", "9" * 40 + "-a", "12-", "\udcff-a"):
        (folder / name).touch()
    assert remains.left(environ) == ()
    remains.note("uvdive-a", {"XDG_STATE_HOME": "/proc/nowhere"})
    assert remains.left({"XDG_STATE_HOME": "/proc/nowhere"}) == ()
