"""What is different on a Mac: where files are kept, what may be forked, what is advised, how groups end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from uvdive.base import machine
from uvdive.base.files.config import load_config
from uvdive.base.files.folders import state_folder, user_folder
from uvdive.base.processes.groups import kill_group
from uvdive.image.layers.cache import default_folder


@pytest.fixture
def mac(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home on what looks like a Mac to uvdive."""
    monkeypatch.setattr(machine, "PLATFORM", "darwin")
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_files_are_kept_in_the_library(mac: Path) -> None:
    assert default_folder() == mac / "Library/Caches/uvdive/layers"
    assert state_folder() == mac / "Library/Application Support/uvdive"
    config = mac / "Library/Application Support/uvdive/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('theme = "nord"\n')
    assert load_config(mac).theme == "nord"


def test_a_variable_goes_before_the_library(mac: Path) -> None:
    named = {"XDG_CACHE_HOME": "/elsewhere"}
    assert user_folder("XDG_CACHE_HOME", ".cache", named) == Path("/elsewhere/uvdive")


def test_nothing_is_forked_to_help(mac: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not machine.may_fork()
    monkeypatch.setattr(machine, "PLATFORM", "linux")
    monkeypatch.setattr(machine.threading, "active_count", lambda: 1)
    assert machine.may_fork()


def test_a_group_that_is_gone_or_says_eperm_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""], start_new_session=True)
    process.wait()
    kill_group(process.pid)
    # kill(2) of macOS, for a group of which only a zombie is left.
    asked = []

    def refuses(pid: int, number: int) -> None:
        asked.append((pid, number))
        raise PermissionError

    monkeypatch.setattr(os, "killpg", refuses)
    kill_group(42)
    assert asked == [(42, 9)]


def test_nobody_is_told_to_use_usermod() -> None:
    code = (
        "from uvdive.base import machine; machine.PLATFORM = 'darwin'\n"
        "from uvdive.image.reaching.failures import MAY_USE; print(MAY_USE)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "usermod" not in said
    assert "OrbStack" in said


def test_native_windows_is_told_of_wsl_in_a_sentence() -> None:
    code = "import sys; sys.platform = 'win32'; from uvdive.cli import run; run()"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert ran.stderr.splitlines() == [
        "uvdive runs on Linux and macOS; on Windows, run it in WSL2 (`wsl --install`)."
    ]
