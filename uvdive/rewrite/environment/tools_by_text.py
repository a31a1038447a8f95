"""Where `uv tool install` puts tools and their programs, by the instructions alone (R41).

https://docs.astral.sh/uv/concepts/tools/#tools-directory
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from uvdive.dockerfile.shell.reading import command_text
from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.variables import expand_known
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.evidence.users import home_of
from uvdive.rewrite.notes import BUILD_FIRST, Refused
from uvdive.uv.calls import uv_calls
from uvdive.uv.images import Reference

_OF_IMAGES = {"UV_TOOL_BIN_DIR": "/usr/local/bin"}
"""What uv's own images set: https://docs.astral.sh/uv/guides/integration/docker/."""


@dataclass(frozen=True, slots=True)
class Tools:
    """``folder`` holds an environment for each tool, ``programs`` the links to what they offer."""

    folder: str
    programs: str


def tools_by_text(evidence: Evidence) -> Tools | None:
    """Where the tools of a file are; None where it installs none.

    Raises:
        Refused: R41, the text does not tell, or they are in several places.
    """
    first: Tools | None = None
    for place, line in _places(evidence):
        if place is None or (first is not None and place != first):
            what = "its tool" if place is None else "this tool, beside others elsewhere,"
            reason = f"Where `uv tool install` puts {what} cannot be told from the text. {BUILD_FIRST}"
            raise Refused("R41", reason, line)
        first = place
    return first


def _places(evidence: Evidence) -> Iterator[tuple[Tools | None, int]]:
    is_uv = Reference.read(evidence.base).is_uv
    for step in evidence.runs():
        text = command_text(step.instruction)
        calls = uv_calls(text, step.workdir)
        if calls is None and "uv tool install" in text:
            yield None, step.line
        for call in calls or ():
            if call.name == "tool install":
                environ = call.environ_in({**(_OF_IMAGES if is_uv else {}), **step.values})
                yield _place(evidence, step, environ), step.line


def _place(evidence: Evidence, step: Step, environ: Mapping[str, str]) -> Tools | None:
    """Where one call puts its tool; None where only the shell or the image tells."""
    home = home_of(evidence, step.user, environ.get("HOME", ""))

    def of(name: str, *below: str) -> str | None:
        """The folder that a variable names, or one below it; None where it is not set."""
        value = environ.get(name)
        known = expand_known(value, environ.get) if value else None
        return None if not known else posixpath.normpath(posixpath.join(step.workdir, known, *below))

    own = None if home is None else posixpath.join(home, ".local")
    folder = of("UV_TOOL_DIR") or of("XDG_DATA_HOME", "uv/tools") or (own and f"{own}/share/uv/tools")
    programs = of("UV_TOOL_BIN_DIR") or of("XDG_BIN_HOME") or of("XDG_DATA_HOME", "../bin")
    programs = programs or (own and f"{own}/bin")
    plain = folder and programs and not set(folder + programs) & set("$`*?~")
    return Tools(folder, programs) if folder and programs and plain else None
