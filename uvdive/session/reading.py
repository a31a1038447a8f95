"""The work of loading an image, done in the worker process."""

from __future__ import annotations

import gc
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from uvdive.base.deadline import DeadlineError, deadline
from uvdive.base.errors import ImageError
from uvdive.base.foreign import bounded
from uvdive.base.progress import Note, OnEvent
from uvdive.image.raw_image import RawImage, StoreIndex
from uvdive.image.reference import Target
from uvdive.image.sources import OpenOptions, open_image
from uvdive.image.stack.comparing import LayerContents
from uvdive.image.stack.content_places import Sources
from uvdive.image.stack.stack import stack
from uvdive.ledger.wanted import wanted
from uvdive.session.options import DEFAULTS, ReadOptions

if TYPE_CHECKING:
    from uvdive.ledger.report import ImageReport


_SECONDS, _ENTRIES_A_SECOND = 15, 5_000
"""What accounting may take of the processor: a million files take some three seconds."""


def read_image(
    target: Target,
    dockerfile: Path | None,
    options: ReadOptions = DEFAULTS,
    *,
    on_event: OnEvent,
) -> tuple[ImageReport, StoreIndex]:
    """Read, stack and account for the image that ``target`` names.

    Raises:
        UvdiveError: it cannot be read; see the sources.
    """
    with _uncollected(), bounded(f"The image {target.value}"):
        return _read(target, dockerfile, options, on_event)


@contextmanager
def _in_time(target: Target, entries: int) -> Iterator[None]:
    """Account for an image, or say that this one can't be accounted for in any time."""
    try:
        with deadline(_SECONDS + entries / _ENTRIES_A_SECOND):
            yield
    except DeadlineError as error:
        raise ImageError(
            f"Accounting for {target.value} takes longer than for any image of its size.",
            "Its files are damaged, or made to stop programs that read them.",
        ) from error


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the garbage collector: what is made here stays, and looking through it takes a third longer."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _read(
    target: Target, dockerfile: Path | None, options: ReadOptions, on_event: OnEvent
) -> tuple[ImageReport, StoreIndex]:
    image = open_image(target, _open_options(options, on_event))
    from uvdive.ledger.assemble import Stacked, make_report
    from uvdive.session.matching import matching_dockerfile

    if dockerfile is None and options.look_in is not None:
        history = [entry.created_by for entry in image.manifest.history]
        dockerfile = matching_dockerfile(history, options.look_in)
        if dockerfile is not None:
            on_event(Note(f"{dockerfile} made this image"))
    on_event(Note("Accounting for every byte"))
    entries = sum(len(layer.index) for layer in image.layers)
    with LayerContents(image) as contents, _in_time(target, entries):
        table, sources, warnings = stack([layer.index for layer in image.layers], contents.same)
        kept = _kept(image, sources)
        report = make_report(
            Stacked(
                image.manifest,
                image.layers,
                image.verified,
                table,
                kept,
                warnings,
                image.known,
                dockerfile,
                (lambda inode: contents.digest(sources[inode])) if options.duplicates else None,
                options.built_text,
            )
        )
    return report, _store_index(image, sources, kept)


def _open_options(options: ReadOptions, on_event: OnEvent) -> OpenOptions:
    from uvdive.session.caching import layer_cache

    return OpenOptions(
        wanted,
        on_event,
        platform=options.platform,
        verify=options.verify_digests,
        pull=options.pull,
        via=options.via,
        cache=layer_cache if options.layer_cache else None,
        meanwhile=_prepare,
    )


def _prepare() -> None:
    """Import what accounting needs."""
    import uvdive.ledger.assemble
    import uvdive.session.matching  # noqa: F401


def _kept(image: RawImage, sources: Sources) -> dict[int, bytes]:
    """The kept contents by inode."""
    kept: dict[int, bytes] = {}
    for layer, start in enumerate(sources.starts):
        contents = image.layers[layer].index.contents
        if contents:
            kept |= {
                inode: contents[place]
                for inode, place in enumerate(sources.of_layer(layer), start)
                if place in contents
            }
    return kept


def _store_index(image: RawImage, sources: Sources, kept: dict[int, bytes]) -> StoreIndex:
    offsets = array("q")
    for layer, data in enumerate(image.layers):
        offsets.extend(map(data.index.offset.__getitem__, sources.of_layer(layer)))
    return StoreIndex(kept, image.places, offsets)
