"""A Dockerfile, or an image's history in its place, with the layers that each line made."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from uvdive.base.errors import UvdiveError
from uvdive.base.files.foreign import read_file
from uvdive.build.events import BuildStep
from uvdive.build.line_times import LineTime, line_times
from uvdive.dockerfile.stages import lineage, read_stages
from uvdive.dockerfile.text.syntax import parse
from uvdive.ledger.report import ImageReport, LayerReport


@dataclass(frozen=True, slots=True)
class DockerLine:
    """A line of text; ``number`` is 0 in a history. ``inside``: it goes on from a line above.

    ``took`` is what its step took in the build that was seen, None where none was.
    """

    number: int
    text: str
    layers: tuple[LayerReport, ...] = ()
    inside: bool = False
    took: LineTime | None = None

    @property
    def bytes(self) -> int:
        """The bytes of its layers."""
        return sum(layer.file_bytes for layer in self.layers)


@dataclass(frozen=True, slots=True)
class Listing:
    """The lines, what they are of, and why not more is known."""

    name: str
    lines: tuple[DockerLine, ...]
    note: str = ""


def read_listing(report: ImageReport, given: Path | None, steps: Iterable[BuildStep] = ()) -> Listing:
    """The Dockerfile that made the image, else what the image's history says.

    Args:
        report: its layers have lines where the Dockerfile was at hand.
        given: the Dockerfile as the user named it.
        steps: of the build that made the image, where it was seen.
    """
    known = report.dockerfile
    path = given or (known.file if known is not None else None)
    if known is not None and path is None:
        note = "" if known.matches else "This Dockerfile did not make the image: few lines have bytes."
        return Listing(f"{known.path}, from the image's provenance", _lines(report, known.text, {}), note)
    if known is None or path is None:
        return _history(report, "No Dockerfile is known: these are the steps that the image records.")
    try:
        data = read_file(path)
    except OSError as error:
        return _history(
            report, f"{path} cannot be read ({error.strerror}): these are the steps that the image records."
        )
    text = data.decode("utf-8", "replace")
    if hashlib.sha256(data).hexdigest() != known.sha256:
        note = "The Dockerfile changed since the build: bytes stand beside the lines of then."
        return Listing(str(path), _lines(report, text, {}), note)
    note = "This Dockerfile did not make the image: few lines have bytes." if known.matches is False else ""
    return Listing(str(path), _lines(report, text, line_times(text, steps)), note)


def costs(report: ImageReport, dockerfile: Path) -> dict[int, DockerLine]:
    """The lines of the Dockerfile that made bytes, by number; none where it is not the image's own."""
    listing = read_listing(report, dockerfile)
    if listing.note:
        return {}
    return {line.number: line for line in listing.lines if line.bytes}


def _history(report: ImageReport, note: str) -> Listing:
    lines = tuple(DockerLine(0, layer.instruction or layer.created_by, (layer,)) for layer in report.layers)
    return Listing("history", lines, note)


def _lines(report: ImageReport, text: str, times: Mapping[int, LineTime]) -> tuple[DockerLine, ...]:
    made: dict[int, list[LayerReport]] = {}
    inside: set[int] = set()
    base = _base_line(text)
    for layer in report.layers:
        line = base if layer.base and layer.line is None else layer.line
        if line is None:
            continue
        made.setdefault(line, []).append(layer)
        if layer.line is not None and layer.end_line is not None:
            inside.update(range(layer.line + 1, layer.end_line + 1))
    return tuple(
        DockerLine(number, line, tuple(made.get(number, ())), number in inside, times.get(number))
        for number, line in enumerate(text.splitlines(), 1)
    )


def _base_line(text: str) -> int | None:
    """The FROM that names the image which the last stage comes from."""
    try:
        stages = read_stages(parse(text))
    except UvdiveError:
        return None  # then the base's bytes stand beside no line
    found = [stage for stage in lineage(stages, stages[-1]) if stage.parent is None]
    return found[0].source.line if found else None
