"""The use case: what several images share; each is read in a process of its own."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace

from uvdive.base.errors import ExitCode, UvdiveError
from uvdive.base.machine import processes
from uvdive.base.processes import pool
from uvdive.base.progress import ignore
from uvdive.image.raw_image import RawImage
from uvdive.image.reference import parse_target
from uvdive.image.stack.comparing import LayerContents
from uvdive.image.table import Kind
from uvdive.output.redact import redact_report
from uvdive.session.opening.options import ReadOptions
from uvdive.session.opening.reading import read_layers
from uvdive.session.several.checks import OnDone, shown
from uvdive.session.sources import Source
from uvdive.verify.several.sharing import Contents, Fleet, Summary, share, summary_of

_PATHS = 500
"""So many of a layer's largest files are remembered by their paths."""


@dataclass(frozen=True, slots=True)
class NotRead:
    """An image that could not be read, and why."""

    name: str
    error: UvdiveError


@dataclass(frozen=True, slots=True)
class Shared:
    """What the images share that could be read, the others, and what could not be looked into."""

    fleet: Fleet
    unread: tuple[NotRead, ...]
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        """The largest of those that the images alone would end with."""
        return max((each.error.code for each in self.unread), default=ExitCode.DONE)


@dataclass(frozen=True, slots=True)
class _Read:
    """An image's summary, and the name by which it is read again for its files' contents."""

    summary: Summary
    target: str
    options: ReadOptions
    contents: bool


def read_shared(
    sources: Sequence[Source],
    *,
    contents: bool = True,
    redact: bool = True,
    jobs: int | None = None,
    on_done: OnDone = lambda _done, _all: None,
) -> Shared:
    """Read images and tell what they share.

    Every image is read once for its layers and packages; then each layer that is there once, whoever
    holds it, has its files' contents hashed.

    Args:
        sources: the images, built first where they are.
        contents: hash the files too.
        redact: leave out what looks like a secret.
        jobs: how many are read at once; as many as the machine bears where it is None.
        on_done: is told of each image that is ready.

    Raises:
        CancelledError: the user stopped it.
    """

    def read(source: Source) -> _Read:
        try:
            target = source.ready(ignore, None)
            loaded = source.load_ready(target)
        except UvdiveError as error:
            raise shown(source, error, redact=redact) from error
        report = redact_report(loaded.report) if redact else loaded.report
        return _Read(
            summary_of(report, source.called), target, source.options(), contents=loaded.store is not None
        )

    most = jobs or processes(len(sources))
    found: dict[int, _Read | UvdiveError] = {}
    for number, came in pool.each(read, sources, most):
        found[number] = came
        on_done(len(found), len(sources))
    images, unread = [], []
    for number, source in enumerate(sources):
        came = found[number]
        if isinstance(came, UvdiveError):
            unread.append(NotRead(source.called, came))
        else:
            images.append(came)
    hashed, notes = _hashed(images, most) if contents else ({}, [])
    return Shared(share([each.summary for each in images], hashed or None), tuple(unread), tuple(notes))


def _hashed(images: Sequence[_Read], most: int) -> tuple[dict[str, Contents], list[str]]:
    """The contents of every layer once, and what could not be looked into."""
    found: dict[str, Contents] = {}
    seen: set[str] = set()
    notes: list[str] = []
    work: list[tuple[_Read, frozenset[str]]] = []
    for image in images:
        if not image.contents:
            continue
        if new := frozenset(layer.diff_id for layer in image.summary.layers) - seen:
            seen |= new
            work.append((image, new))
    held = {layer.diff_id for image in images for layer in image.summary.layers}
    for number, came in pool.each(_hash, work, most):
        if isinstance(came, UvdiveError):
            notes.append(f"The files of {work[number][0].summary.name} were not compared: {came.what}")
        else:
            found.update(came)
    if missing := len(held - seen):
        notes.append(f"The files of {missing} layers were not compared: saved reports hold no contents.")
    return found, sorted(notes)


def _hash(job: tuple[_Read, frozenset[str]]) -> dict[str, Contents]:
    """Hash the contents of some layers of an image."""
    image, wanted = job
    raw = read_layers(parse_target(image.target), replace(image.options, duplicates=True))
    with LayerContents(raw) as contents:
        return {
            diff_id: _of_layer(raw, place, contents)
            for place, diff_id in enumerate(raw.manifest.diff_ids)
            if diff_id in wanted
        }


def _of_layer(raw: RawImage, place: int, contents: LayerContents) -> Contents:
    """The distinct contents of a layer's files; those that can't be read are left out."""
    index = raw.layers[place].index
    found: dict[tuple[int, int], int] = {}
    for entry, size in enumerate(index.size):
        if index.kind[entry] == Kind.FILE and size:
            digest = contents.digest((place, entry))
            if digest is not None:
                found.setdefault((digest, size), entry)
    rows = sorted(found)
    largest = sorted(rows, key=lambda row: -row[1])[:_PATHS]
    return Contents(
        array("Q", (digest for digest, _ in rows)),
        array("Q", (size for _, size in rows)),
        {row[0]: b"/" + index.path(found[row]) for row in largest},
    )
