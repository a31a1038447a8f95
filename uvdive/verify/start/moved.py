"""What a program prints of the interpreter's place, where the rewrite moved that (R4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from uvdive.build.running.observing import Observed
from uvdive.ledger.report import ImageReport

_PLACE = "[the interpreter's place]"


class MovedInterpreters:
    """Makes the outputs of two images comparable whose environments run on interpreters in other places."""

    def __init__(self, before: ImageReport, after: ImageReport) -> None:
        homes = sorted(set(_homes(before, after)), key=len, reverse=True)
        told = "|".join(map(re.escape, homes))
        # A shorter home may be the beginning of any path: only the interpreter's own parts count.
        self._homes = re.compile(rf"(?:{told})(?=/bin/python|/lib/python|[^\w/.-]|$)") if homes else None

    def plain(self, observed: Observed) -> Observed:
        """The run with one word for all of these places in its output."""
        if self._homes is None:
            return observed
        return replace(observed, output=tuple(self._homes.sub(_PLACE, line) for line in observed.output))


def _homes(before: ImageReport, after: ImageReport) -> Iterator[str]:
    new = {environment.path: environment for environment in after.environments}
    for old in before.environments:
        other = new.get(old.path)
        if other is not None and old.interpreter_path != other.interpreter_path:
            # uv's own link for a minor version is one of the hops (cpython-3.13 to cpython-3.13.5).
            for path in (*old.hops, *other.hops):
                home, found, _ = path.rpartition("/bin/")
                if found and home != old.path:
                    yield home
