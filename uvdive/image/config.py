"""An image's config as the OCI image-spec has it, in one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from uvdive.base.shapes import Each, Maybe, Record
from uvdive.image.attested.statements import Attested

_TEXTS = Maybe([str])
_CONFIG = Record(
    {
        **dict.fromkeys(("Env", "Entrypoint", "Cmd", "Shell", "OnBuild"), _TEXTS),
        **dict.fromkeys(("User", "WorkingDir", "StopSignal"), Maybe(str)),
        "ExposedPorts": Maybe(dict),
        "Volumes": Maybe(dict),
        "Labels": Maybe(Each(Maybe(str))),
        "Healthcheck": Maybe(
            Record(
                {
                    "Test": _TEXTS,
                    **dict.fromkeys(("Interval", "Timeout", "StartPeriod", "Retries"), Maybe(int)),
                }
            )
        ),
    }
)
CONFIG_FILE = Record(
    {
        **dict.fromkeys(("os", "architecture", "variant", "created"), Maybe(str)),
        "rootfs": Record({"diff_ids": Maybe([str])}),
        "config": Maybe(_CONFIG),
        "history": Maybe(
            [
                Record(
                    {
                        **dict.fromkeys(("created_by", "created", "comment"), Maybe(str)),
                        "empty_layer": Maybe(bool),
                    }
                )
            ]
        ),
    }
)
"""The shape of an image config (OCI image-spec, "Image Configuration")."""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One history entry of the config, oldest first in the image."""

    created_by: str
    created: str | None = None
    comment: str = ""
    empty_layer: bool = False


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """What a container starts with; every field as the image config spells it."""

    env: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] | None = None
    cmd: tuple[str, ...] | None = None
    user: str = ""
    working_dir: str = ""
    exposed_ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    healthcheck: Mapping[str, Any] | None = None
    stop_signal: str | None = None
    shell: tuple[str, ...] | None = None
    on_build: tuple[str, ...] = ()

    @property
    def environ(self) -> dict[str, str]:
        """``env`` as a mapping; a later entry wins."""
        return dict(entry.partition("=")[::2] for entry in self.env)


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything that the image says of itself: identity, config, layers, history.

    ``diff_ids`` are bottom first. ``inspect_size`` and ``listed_size`` are the
    engine's figures in bytes, None where no engine was asked. ``raw`` is the config's
    own JSON text. ``attested`` is what its builder said of it, where it came along.
    """

    reference: str
    source: str
    image_id: str
    config_digest: str
    platform: str
    created: str | None
    config: ImageConfig
    diff_ids: tuple[str, ...]
    history: tuple[HistoryEntry, ...]
    inspect_size: int | None = None
    listed_size: int | None = None
    engine_sizes: tuple[int | None, ...] = ()
    raw: str = field(default="", repr=False)
    attested: Attested = field(default_factory=Attested)


def _strings(value: Any) -> tuple[str, ...]:
    return tuple(value or ())


def _optional(value: Any) -> tuple[str, ...] | None:
    # An engine writes an absent and an empty list alike as null or [].
    return _strings(value) or None


def parse_config(raw: Mapping[str, Any]) -> ImageConfig:
    """Read the ``config`` object of an image config or of an engine's inspect."""
    return ImageConfig(
        env=_strings(raw.get("Env")),
        entrypoint=_optional(raw.get("Entrypoint")),
        cmd=_optional(raw.get("Cmd")),
        user=str(raw.get("User") or ""),
        working_dir=str(raw.get("WorkingDir") or ""),
        exposed_ports=tuple(sorted(raw.get("ExposedPorts") or ())),
        volumes=tuple(sorted(raw.get("Volumes") or ())),
        labels={key: value or "" for key, value in sorted((raw.get("Labels") or {}).items())},
        healthcheck=raw.get("Healthcheck") or None,
        stop_signal=raw.get("StopSignal") or None,
        shell=_optional(raw.get("Shell")),
        on_build=_strings(raw.get("OnBuild")),
    )


def parse_history(raw: Any) -> tuple[HistoryEntry, ...]:
    """Read the ``history`` list of an image config; oldest first."""
    return tuple(
        HistoryEntry(
            created_by=str(entry.get("created_by") or ""),
            created=entry.get("created"),
            comment=str(entry.get("comment") or ""),
            empty_layer=bool(entry.get("empty_layer")),
        )
        for entry in raw or ()
    )
