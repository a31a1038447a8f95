"""The user's settings: ``[tool.uvdive]`` of a project, the user's own file, and what the app remembers.

A project's settings go before the user's. The user's file is
``$XDG_CONFIG_HOME/uvdive/config.toml``; what the app remembers by itself is in
``$XDG_STATE_HOME/uvdive/state.json`` (https://specifications.freedesktop.org/basedir-spec/).
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from uvdive.base.errors import UsageError
from uvdive.base.files.folders import state_folder, user_folder
from uvdive.base.files.foreign import read_file
from uvdive.base.files.wholefile import replace_file

KEYS = ("theme", "keymap")
PROJECT_KEYS = (*KEYS, "check")
OWN_KEYS = (*KEYS, "limits")
"""What a project may say, and what the user's own file may: no project lifts what it is held to.

``check`` are the rules of ``uvdive check``, which ``base.files.budgets`` reads.
"""


@dataclass(frozen=True, slots=True)
class Config:
    """Settings with where they come from.

    ``theme`` names a theme of the app; ``keymap`` has keys by the id of an action
    (``explore.rewrite = "R"``). ``sources`` has, by ``theme`` or an action's id, the
    file that says so. ``limits`` are as the user's own file has them, not looked at.
    """

    theme: str | None = None
    keymap: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, Path] = field(default_factory=dict)
    limits: Mapping[str, Any] = field(default_factory=dict)


def load_config(folder: Path, environ: Mapping[str, str] = os.environ) -> Config:
    """The settings that hold in a folder.

    Raises:
        UsageError: a file is no TOML, or a key is not known; it names both.
    """
    config = Config()
    own = user_folder("XDG_CONFIG_HOME", ".config", environ) / "config.toml"
    for keys, (path, table) in ((OWN_KEYS, (own, _read(own))), (PROJECT_KEYS, _project(folder))):
        if path is not None and table is not None:
            config = _merged(config, path, table, keys)
    return config


def _read(path: Path) -> Mapping[str, Any] | None:
    try:
        data = read_file(path)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", "See its permissions.") from error
    from uvdive.base import toml  # the app's first picture waits for this module

    try:
        return toml.loads(data.decode())
    except ValueError as error:
        raise UsageError(f"{path} is no TOML: {error}.", "Fix it, or move it away.") from error


def _project(folder: Path) -> tuple[Path | None, Mapping[str, Any] | None]:
    """``[tool.uvdive]`` of the nearest ``pyproject.toml`` at or above a folder."""
    folder = folder.absolute()
    for place in (folder, *folder.parents):
        path = place / "pyproject.toml"
        try:
            table = _read(path)
        except UsageError:
            # A project's file may be broken without being our concern, unless it speaks of us.
            if _speaks_of_us(path):
                raise
            return None, None
        if table is not None:
            tool = table.get("tool")
            own = tool.get("uvdive") if isinstance(tool, dict) else None
            return path, own if isinstance(own, dict) else None
    return None, None


def _speaks_of_us(path: Path) -> bool:
    try:
        return b"tool.uvdive" in read_file(path)
    except OSError:
        return False


def _merged(config: Config, path: Path, table: Mapping[str, Any], keys: tuple[str, ...]) -> Config:
    for key in table:
        if key not in keys:
            raise unknown(path, key, keys)
    limits = table.get("limits", config.limits)
    if not isinstance(limits, dict):
        raise UsageError(f"{path}: limits is no table.", 'Write limits = {memory = "8g"}.')
    theme, keymap = table.get("theme"), table.get("keymap", {})
    if theme is not None and not isinstance(theme, str):
        raise UsageError(f"{path}: theme is no text.", 'Write theme = "nord".')
    flat = _flat(path, keymap)
    sources = {**config.sources, **dict.fromkeys(flat, path)}
    if theme is not None:
        config = replace(config, theme=theme)
        sources["theme"] = path
    return replace(config, keymap={**config.keymap, **flat}, sources=sources, limits=limits)


def _flat(path: Path, table: object, above: str = "") -> dict[str, str]:
    """TOML makes tables of ``explore.rewrite = "R"``: put the dots back."""
    wrong = UsageError(
        f"{path}: keymap{above and '.'}{above} is no key.", 'Write keymap."explore.rewrite" = "R".'
    )
    if not isinstance(table, dict):
        raise wrong
    found: dict[str, str] = {}
    for key, value in table.items():
        name = f"{above}.{key}" if above else key
        if isinstance(value, dict):
            found |= _flat(path, value, name)
        elif isinstance(value, str) and value.strip():
            found[name] = value
        else:
            raise UsageError(f"{path}: keymap.{name} is no key.", f'Write keymap."{name}" = "R".')
    return found


def unknown(
    path: Path, key: str, known: tuple[str, ...], line: int | None = None, what: str = "setting"
) -> UsageError:
    """The error for a key that is not known, with the one that was likely meant.

    ``line`` is the key's in the file, where that is known; ``what`` says what it is none of.
    """
    close = difflib.get_close_matches(key, known, n=1) or difflib.get_close_matches(
        key.rpartition(".")[2], known, n=1
    )
    do = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(known)}."
    place = path if line is None else f"{path}:{line}"
    return UsageError(f"{place}: there is no {what} {key}.", do)


def remembered_theme(environ: Mapping[str, str] = os.environ) -> str | None:
    """The theme that was chosen last; None without one. A broken state is as good as none."""
    import json

    try:
        state = json.loads(read_file(_state(environ)))
        theme = state["theme"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return theme if isinstance(theme, str) else None


def remember_theme(theme: str, environ: Mapping[str, str] = os.environ) -> None:
    """Keep the theme for the next time.

    Raises:
        UsageError: the state cannot be written.
    """
    import json

    path = _state(environ)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(path, f"{json.dumps({'theme': theme})}\n".encode())
    except OSError as error:
        raise UsageError(f"The theme can't be kept in {path}: {error.strerror}.") from error


def _state(environ: Mapping[str, str]) -> Path:
    return state_folder(environ) / "state.json"
