"""Where engines' sockets are looked for: the table that the code goes by."""

from __future__ import annotations

from uvdive.image.reaching.places import PLACES
from writers.text import table


def places(engine: str) -> str:
    """The places of ``docker`` or ``podman``."""
    rows = [
        (f"[{place.program}]({place.source})", f"`{place.path}`")
        for place in PLACES
        if place.engine == engine
    ]
    return table(("program", "socket"), rows)
