"""How long `docker stop` takes, as a start of both images measured it (R21)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stops:
    """Seconds: of the original, of the new image, and of that on SIGINT (None: not measured)."""

    before: float
    after: float
    interrupted: float | None = None

    @property
    def mended(self) -> bool:
        """Does SIGINT bring back a stop about as quick as the original's?"""
        quick = self.interrupted
        return quick is not None and self.after - quick > (self.after - self.before) / 2
