"""The link that makes ``docker uvdive`` known to the docker client, and its hook in the client's config."""

from __future__ import annotations

import json
import os
import sysconfig
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from uvdive.base.errors import UsageError
from uvdive.base.files.foreign import read_file
from uvdive.base.files.wholefile import replace_file
from uvdive.base.shapes import ShapeError, load

NAME = "uvdive"
SCRIPT = "docker-uvdive"
HOOKS = "build,buildx build"
"""The client's commands after which the hook is asked."""


@dataclass(frozen=True, slots=True)
class PluginState:
    """How the plugin stands: the link, where it leads (None: it is not there), and whether it hooks.

    ``works`` says that what it leads to is there; ``foreign`` that something else has its name.
    """

    link: Path
    target: Path | None
    works: bool
    foreign: bool
    hooks: bool


def config_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The docker client's own folder."""
    named = environ.get("DOCKER_CONFIG")
    return Path(named) if named else Path(environ.get("HOME") or Path.home()) / ".docker"


def own_script() -> Path:
    """The script of the environment that this is."""
    return Path(sysconfig.get_path("scripts")) / SCRIPT


def state(environ: Mapping[str, str] = os.environ) -> PluginState:
    """How the plugin stands.

    Raises:
        UsageError: the client's config is no JSON.
    """
    link = config_folder(environ) / "cli-plugins" / SCRIPT
    target = Path(os.path.realpath(link)) if link.is_symlink() else None
    plugins = _config(environ).get("plugins")
    own = plugins.get(NAME) if isinstance(plugins, dict) else None
    return PluginState(
        link,
        target,
        works=target is not None and target.is_file(),
        foreign=(target is None and link.exists()) or (target is not None and target.name != SCRIPT),
        hooks=isinstance(own, dict) and bool(own.get("hooks")),
    )


def install(script: Path, environ: Mapping[str, str] = os.environ, *, hooks: bool = False) -> Path:
    """Link a script into the user's folder of plugins; a link of ours that is there is replaced.

    Raises:
        UsageError: the script is not there or goes away, something else has the name, or nothing
            can be written.
    """
    if not script.is_file():
        raise UsageError(
            f"There is no script {script}.", "Install uvdive: uv tool install uvdive, then once more."
        )
    if (where := temporary(script, environ)) is not None:
        raise UsageError(
            f"uvdive runs in a temporary environment, which goes away: {where}.",
            "Install it (uv tool install uvdive), then: uvdive plugin install.",
        )
    now = state(environ)
    if now.foreign:
        raise UsageError(f"{now.link} is there, and is no link of uvdive's.", "Move it away.")
    try:
        now.link.parent.mkdir(parents=True, exist_ok=True)
        new = now.link.with_name(f".{SCRIPT}.{os.urandom(8).hex()}")
        new.symlink_to(script)
        new.replace(now.link)
        if hooks:
            _set_hooks(environ, on=True)
    except OSError as error:
        raise UsageError(f"{now.link} can't be written: {error.strerror}.", "See its permissions.") from error
    return now.link


def uninstall(environ: Mapping[str, str] = os.environ) -> bool:
    """Take the link and the hook away; False where there was no link.

    Raises:
        UsageError: something else has the name, or nothing can be written.
    """
    now = state(environ)
    if now.foreign:
        raise UsageError(f"{now.link} is no link of uvdive's.", "It stays as it is.")
    try:
        if now.hooks:
            _set_hooks(environ, on=False)
        if now.target is None:
            return False
        now.link.unlink()
    except OSError as error:
        raise UsageError(f"{now.link} can't be removed: {error.strerror}.", "See its permissions.") from error
    return True


def temporary(script: Path, environ: Mapping[str, str] = os.environ) -> Path | None:
    """The folder that makes a script's environment a temporary one: a cache, or the temporary folder."""
    home = Path(environ.get("HOME") or Path.home())
    folders = [Path(environ.get("XDG_CACHE_HOME") or home / ".cache"), home / "Library" / "Caches"]
    folders += [Path(environ[name]) for name in ("UV_CACHE_DIR", "PRE_COMMIT_HOME") if environ.get(name)]
    folders.append(Path(environ.get("TMPDIR") or tempfile.gettempdir()))
    real = Path(os.path.realpath(script.parent)) / script.name
    for folder in folders:
        if real.is_relative_to(os.path.realpath(folder)):
            return folder
    # uv keeps what it makes for one run in such a folder of its cache, wherever that is.
    return next((each for each in real.parents if each.name.startswith("archive-v")), None)


def _config_file(environ: Mapping[str, str]) -> Path:
    return config_folder(environ) / "config.json"


def _config(environ: Mapping[str, str]) -> dict[str, Any]:
    path = _config_file(environ)
    try:
        value: dict[str, Any] = load(read_file(path), dict, "it")
    except FileNotFoundError:
        return {}
    except (OSError, ShapeError) as error:
        raise UsageError(f"{path} can't be read: {error}.", "Fix it.") from error
    return value


def _set_hooks(environ: Mapping[str, str], *, on: bool) -> None:
    """Put the hook into the client's config, or take it out; all else stays, in its order."""
    config = _config(environ)
    plugins = config.setdefault("plugins", {})
    own = plugins.setdefault(NAME, {}) if isinstance(plugins, dict) else None
    features = config.setdefault("features", {})
    if not isinstance(own, dict) or not isinstance(features, dict):
        raise UsageError(f"{_config_file(environ)} has no tables plugins and features.", "Fix it.")
    if on:
        own["hooks"] = HOOKS
        features["hooks"] = "true"
    else:
        own.pop("hooks", None)
    for table, key in ((plugins, NAME), (config, "plugins"), (config, "features")):
        if not table[key]:
            del table[key]
    replace_file(_config_file(environ), (json.dumps(config, indent="\t", ensure_ascii=False) + "\n").encode())
