"""The users that an image's instructions run as."""

from __future__ import annotations

import re

from uvdive.distro.managers import home_of_command
from uvdive.dockerfile.shell.reading import command_text, read_script
from uvdive.dockerfile.variables import filled_in
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
    if name in ("", "0", "root"):
        return "/root"
    return None if evidence.report is not None else _homes_by_text(evidence).get(name)


def _homes_by_text(evidence: Evidence) -> dict[str, str]:
    """The homes of the users that instructions make, by name, and by number where they write one."""
    found: dict[str, str] = {}
    for step in evidence.runs():
        script = read_script(filled_in(command_text(step.instruction), step.values))
        for command in script.commands if script is not None else ():
            made = home_of_command(command.argv)
            if made is not None:
                found[made[0]] = made[1].rstrip("/")
                number = re.search(r"(?:-\w*u|--uid)[= ](\d+)", " ".join(command.argv))
                found |= {number[1]: made[1].rstrip("/")} if number else {}
    return found
