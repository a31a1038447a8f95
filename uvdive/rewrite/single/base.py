"""The base without uv, where the only stage stands on an image of uv's (R2, R61)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from uvdive.dockerfile.shell.reading import command_text
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Refused
from uvdive.rewrite.single.sources import Source, source_of_base
from uvdive.uv.images import Reference, tag_of, without_uv, written_without_uv


@dataclass(frozen=True, slots=True)
class NewBase:
    """The FROM of a line in its new text, and where uv comes from instead.

    ``keeps_tools`` says that tools are installed where uv's image has them put.
    """

    line: int
    text: str
    source: Source
    keeps_tools: bool


def new_base(evidence: Evidence) -> NewBase | None:
    """The new FROM; None where the base is none of uv's.

    Raises:
        Refused: R2, nobody knows an image that is the same without uv; R3, a variable hides which it is.
    """
    reference = Reference.read(evidence.base)
    if not reference.is_uv:
        return None
    origin = evidence.origin.source
    os = evidence.report.os if evidence.report is not None else None
    runner = None if reference.family == "uv-alone" else without_uv(reference, os)
    written = origin.arguments.split()[0]
    if runner is not None and "$" in tag_of(written):
        runner = written_without_uv(written, evidence.base, runner)
        if runner is None:
            raise Refused(
                "R3",
                f"FROM holds a variable for more than a version, so nobody knows what {written} is without "
                "uv when it is another one. Write the tag out.",
                origin.line,
            )
    if runner is None:
        raise Refused(
            "R2",
            f"No image is known that is {reference.text} without uv. Start from `python:X.Y-slim-trixie`, "
            "and bring uv by `COPY --from=ghcr.io/astral-sh/uv /uv /bin/`.",
            origin.line,
        )
    source = source_of_base(origin.line, reference)
    text = origin.source.replace(written, runner, 1)
    runs = "\n".join(command_text(step.instruction) for step in evidence.runs())
    tools = re.search(r"\buv\s+tool\b|UV_TOOL_BIN_DIR", runs) is not None
    return NewBase(origin.line, text, source, tools)
