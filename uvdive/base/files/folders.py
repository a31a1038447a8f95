"""The user's own folders for what uvdive keeps: XDG base directories, on a Mac those of its Library.

https://specifications.freedesktop.org/basedir-spec/
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from uvdive.base import machine


def user_folder(variable: str, default: str, environ: Mapping[str, str] = os.environ) -> Path:
    """The folder ``uvdive`` where ``variable`` says, else below ``default`` in the home folder.

    It need not be there. The specification has relative paths ignored. On a Mac the place is what
    platformdirs knows of it (``~/Library/Caches/uvdive``), unless the variable names one.
    """
    named = environ.get(variable, "")
    if named.startswith("/"):
        return Path(named) / "uvdive"
    if machine.PLATFORM == "darwin":
        return _on_a_mac(variable)
    return Path(environ.get("HOME") or Path.home()) / default / "uvdive"


def _on_a_mac(variable: str) -> Path:
    from platformdirs.macos import MacOS

    places = MacOS("uvdive", appauthor=False)
    kinds = {"XDG_CACHE_HOME": places.user_cache_dir, "XDG_CONFIG_HOME": places.user_config_dir}
    return Path(kinds.get(variable, places.user_state_dir))


def state_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where things are kept from run to run that nobody would miss much."""
    return user_folder("XDG_STATE_HOME", ".local/state", environ)


def journal_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the notes stand of what is being written (``session/disk/journal.py``)."""
    return state_folder(environ) / "writing"


def notes_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the notes stand of what must not outlive a run (``base/files/remains.py``)."""
    return state_folder(environ) / "running"


def is_pending(environ: Mapping[str, str] = os.environ) -> bool:
    """Is there any note of what a run left half written? Asked at each start."""
    return _holds_any(journal_folder(environ))


def is_noted(environ: Mapping[str, str] = os.environ) -> bool:
    """Is there any note of what must not outlive a run? Asked at each start."""
    return _holds_any(notes_folder(environ))


def _holds_any(folder: Path) -> bool:
    try:
        with os.scandir(folder) as found:
            return any(True for _ in found)
    except OSError:
        return False
