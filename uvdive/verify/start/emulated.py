"""Does the engine's processor run an image itself, or does the engine emulate the image's?"""

from __future__ import annotations

from uvdive.build.running.observing import Observed
from uvdive.image.archives.descriptors import MACHINES
from uvdive.ledger.report import ImageReport

_RUNS_TOO = {"amd64": frozenset({"386"}), "arm64": frozenset({"arm"})}
"""What a processor runs beside its own."""


def emulation(platform: str | None, machine: str) -> str:
    """A sentence where an image's start was emulated; empty where it was not, or nobody knows.

    Args:
        platform: the image's (``linux/arm64/v8``).
        machine: the engine's, as its ``info`` spells it (``x86_64``); the client's says nothing.
    """
    image = (platform or "").split("/")[1:2]
    engine = MACHINES.get(machine, machine).partition("/")[0]
    if not image or not engine or image[0] == engine or image[0] in _RUNS_TOO.get(engine, ()):
        return ""
    return f"{image[0]} image on an {engine} engine: the start check ran emulated."


def emulated(report: ImageReport, observed: Observed) -> str:
    """``emulation`` of an image that was run."""
    return emulation(report.image.platform, observed.machine)
