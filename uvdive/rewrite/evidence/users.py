"""The users that an image's instructions run as."""

from __future__ import annotations

from uvdive.rewrite.evidence.steps import Evidence


def home_of(evidence: Evidence, user: str, home: str = "") -> str | None:
    """The home of a USER (``name``, ``uid`` or either with a group); None where nobody knows it.

    ``home`` is what HOME says, which comes first.
    """
    if home:
        return home.rstrip("/")
    name = user.partition(":")[0]
    for known in evidence.report.users if evidence.report else ():
        if name in (known.name, str(known.uid)):
            return known.home.rstrip("/")
    return "/root" if name in ("", "0", "root") else None
