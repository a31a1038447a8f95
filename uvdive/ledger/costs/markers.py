"""Which requirements hold in an environment of an image (PEP 508)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uvdive.base.names import normal_name
from uvdive.ledger.report import Environment

if TYPE_CHECKING:
    from packaging.markers import Marker

_MACHINES = {"amd64": "x86_64", "arm64": "aarch64", "386": "i686", "arm": "armv7l"}
_NAMES = re.compile(r"\b(?:python_(?:full_)?version|implementation_version|platform_(?:release|version))\b")
_VERSION = re.compile(r"[0-9]+(?:\.[0-9]+)+")


@dataclass(frozen=True, slots=True)
class Requirement:
    """A requirement with the extras that it asks for; ``condition`` is the marker's text."""

    name: str
    extras: tuple[str, ...]
    marker: Marker | None = None
    condition: str = ""


def understood(text: str) -> Requirement | None:
    """A requirement as metadata spells it; None where it is none."""
    from packaging.requirements import InvalidRequirement
    from packaging.requirements import Requirement as Parsed

    try:
        parsed = Parsed(text)
    except (InvalidRequirement, RecursionError):
        return None
    extras = tuple(sorted(map(normal_name, parsed.extras)))
    marker = parsed.marker
    return Requirement(normal_name(parsed.name), extras, marker, "" if marker is None else str(marker))


class Markers:
    """Answers markers as the environment's Python would; what nobody knows of it is taken to hold."""

    def __init__(self, environment: Environment, platform: str) -> None:
        self._known = marker_environment(environment, platform)
        self._answers: dict[tuple[str, str], bool] = {}

    def hold(self, requirement: Requirement, extra: str = "") -> bool:
        """Does the requirement count where ``extra`` is asked for?"""
        marker = requirement.marker
        if marker is None:
            return True
        # Only a marker that speaks of extras can say something else for another one.
        key = requirement.condition, extra if "extra" in requirement.condition else ""
        if key not in self._answers:
            self._answers[key] = self._holds(marker, *key)
        return self._answers[key]

    def _holds(self, marker: Marker, text: str, extra: str) -> bool:
        from packaging.markers import UndefinedComparison, UndefinedEnvironmentName

        if any(name not in self._known for name in _NAMES.findall(text)):
            # Taken to hold; what another extra asks for is told by the extra's name alone.
            return "extra" not in text or (bool(extra) and f'"{extra}"' in text)
        try:
            return marker.evaluate({**self._known, "extra": extra})
        except (UndefinedComparison, UndefinedEnvironmentName, RecursionError):
            return True


def marker_environment(environment: Environment, platform: str) -> Mapping[str, str]:
    """The variables of PEP 508 as far as the image tells them.

    Args:
        environment: the environment.
        platform: the image's, ``linux/amd64``.
    """
    architecture = [*platform.split("/"), ""][1]
    pypy = "pypy" in (environment.interpreter_path or environment.interpreter).rpartition("/")[2]
    known = {
        "os_name": "posix",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_machine": _MACHINES.get(architecture, architecture),
        "implementation_name": "pypy" if pypy else "cpython",
        "platform_python_implementation": "PyPy" if pypy else "CPython",
    }
    version = _VERSION.match(environment.python or "")
    if version is None:
        return known
    full = version[0] if version[0].count(".") > 1 else f"{version[0]}.0"
    minor = ".".join(full.split(".")[:2])
    more = {"python_version": minor, "python_full_version": full}
    return {**known, **more} if pypy else {**known, **more, "implementation_version": full}
