"""What the environment of a rewrite needs of the system, where no original had it to look into (R33).

Where the build installs what the original's start did, nobody knows which OS packages it needs, so all
are kept. Its first build, which has them all, tells.
"""

from __future__ import annotations

from uvdive.base.errors import EngineError
from uvdive.base.names import normal_name
from uvdive.base.processes import worker
from uvdive.base.progress import CancelToken, Note, OnEvent
from uvdive.ledger.reading.contents import place_of
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.evidence.system.os_needs import read_system
from uvdive.session.planning.kept import Kept


def look_into(after: ImageReport, kept: Kept, on_event: OnEvent, cancel: CancelToken | None) -> bool:
    """Add what a rewrite's image needs to what is known of the original; False where nobody can tell.

    Raises:
        CancelledError: ``cancel`` was set.
    """
    if kept.system is None:
        return False
    try:
        with place_of(after) as place:
            if place is None:
                return False
            found = worker.call(read_system, after, place, on_event=on_event, cancel=cancel)
    except EngineError as error:
        on_event(Note(f"The new image's contents can't be read, so every package is kept: {error.what}"))
        return False
    names = (each.name for environment in after.environments for each in environment.distributions)
    kept.system = kept.system.with_new(found, frozenset(map(normal_name, names)))
    return True
