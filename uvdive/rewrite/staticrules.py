"""What a plan without an image refuses on top: whatever only the image could tell (R29, R34, R36)."""

from __future__ import annotations

import re

from uvdive.rewrite.commandclass import paths_of
from uvdive.rewrite.notes import Refused
from uvdive.rewrite.runs import Run
from uvdive.rewrite.steps import Evidence, command_text

_HINT = "Build the image first and plan with it (leave out --static)."


def check_static(evidence: Evidence, runs: list[Run]) -> None:
    """Refuse RUNs whose effect, and folders whose owner, the text does not tell.

    Raises:
        Refused: R29, R34 or R36, with the line.
    """
    workdir = evidence.workdir
    for run in runs:
        line = run.step.line
        if run.has("other"):
            raise Refused("R34", f"Nobody knows from the text which files this RUN writes. {_HINT}", line)
        if re.search(r"\bplaywright\s+install", run.text):
            raise Refused("R36", f"Which packages playwright installs is not told by the text. {_HINT}", line)
        made = [command for part, name in run.parts if name == "files" for command in part.commands]
        for command in made:
            targets = list(paths_of(command))
            if any(not f"{target}/".startswith(f"{workdir.rstrip('/')}/") for target in targets):
                raise Refused("R34", f"This RUN makes or changes paths outside {workdir}. {_HINT}", line)
            if command.program in ("chown", "chmod", "chgrp"):
                raise Refused(
                    "R29", f"Whose {workdir} is in the end cannot be told from the text. {_HINT}", line
                )
    for step in evidence.steps:
        if (
            step.keyword == "RUN"
            and step.user not in ("", "root", "0")
            and "uv" in command_text(step.instruction)
        ):
            raise Refused(
                "R29", f"Which files belong to {step.user} cannot be told from the text. {_HINT}", step.line
            )
