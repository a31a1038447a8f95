"""The check of the image config: what a container starts with must stay as it was (R26)."""

from __future__ import annotations

import json
from collections.abc import Iterable

from uvdive.image.config import ImageConfig
from uvdive.verify.checks import Check, ConfigDelta

_ROOT = frozenset({None, "0", "root", "0:0", "root:root"})
"""Who an engine runs a container as where no user is set."""


def _flat(config: ImageConfig) -> dict[str, object]:
    """Every key of the effective config that is set; one key for each variable and label."""
    settings = {
        "Entrypoint": config.entrypoint,
        "Cmd": config.cmd,
        "User": config.user,
        # An engine starts in / where nothing is set.
        "WorkingDir": config.working_dir or "/",
        "ExposedPorts": config.exposed_ports,
        "Volumes": config.volumes,
        "Healthcheck": config.healthcheck,
        "StopSignal": config.stop_signal,
        "Shell": config.shell,
        "OnBuild": config.on_build,
    }
    flat: dict[str, object] = {key: _plain(value) for key, value in settings.items() if value}
    flat |= {f"Env:{name}": value for name, value in config.environ.items()}
    flat |= {f"Labels:{name}": value for name, value in config.labels.items()}
    return flat


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def config_deltas(before: ImageConfig, after: ImageConfig) -> tuple[ConfigDelta, ...]:
    """Every config key that differs, by key; None stands for a key that is not set."""
    old, new = _flat(before), _flat(after)
    keys = sorted(old.keys() | new.keys())
    found = (ConfigDelta(key, old.get(key), new.get(key)) for key in keys)
    return tuple(delta for delta in found if delta.before != delta.after and not _still_root(delta))


def _still_root(delta: ConfigDelta) -> bool:
    return delta.key == "User" and {delta.before, delta.after} <= _ROOT


def said(delta: ConfigDelta) -> str:
    """One difference as a line for people: ``Cmd: ["a"] -> not set``."""
    was, now = (
        "not set" if value is None else value if isinstance(value, str) else json.dumps(value)
        for value in (delta.before, delta.after)
    )
    return f"{delta.key}: {was} -> {now}"


def check_config(before: ImageConfig, after: ImageConfig, allowed: Iterable[str]) -> Check:
    """Compare two configs.

    Args:
        before: the original's.
        after: the rewritten image's.
        allowed: keys that may differ (``Env:NAME``, ``Labels:NAME``, ``Entrypoint`` …);
            ``Env`` alone allows every variable.
    """
    announced = frozenset(allowed)
    deltas = config_deltas(before, after)
    wrong = [d for d in deltas if not {d.key, d.key.partition(":")[0]} & announced]
    if wrong:
        return Check(
            "config",
            "failed",
            f"{len(wrong)} settings differ that the rewrite did not announce.",
            tuple(said(delta) for delta in wrong),
        )
    if deltas:
        keys = ", ".join(delta.key for delta in deltas)
        detail = f"Equal but for expected changes: {keys}."
        return Check("config", "announced", detail, tuple(said(delta) for delta in deltas))
    return Check("config", "passed", "The effective config is the same.")
