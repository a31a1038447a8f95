"""The work of loading an image, done in the worker process."""

from __future__ import annotations

import gc
from array import array
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from uvdive.base.deadline import DeadlineError, deadline
from uvdive.base.errors import ImageError
from uvdive.base.files.foreign import bounded
from uvdive.base.progress import Note, OnEvent, ignore
from uvdive.image.config import Manifest
from uvdive.image.events import LayerRead, LayersPlaced
from uvdive.image.raw_image import RawImage, StoreIndex, UnreadImage, WrongTableError
from uvdive.image.reference import Target
from uvdive.image.sources import OpenOptions, open_image
from uvdive.ledger.wanted import wanted
from uvdive.session.opening.options import DEFAULTS, ReadOptions

if TYPE_CHECKING:
    from uvdive.image.layers.cache import LayerCache
    from uvdive.image.stack.content_places import Sources
    from uvdive.ledger.report import ImageReport


_SECONDS, _ENTRIES_A_SECOND = 15, 5_000
"""What accounting may take of the processor: a million files take some three seconds."""


def read_image(
    target: Target,
    dockerfile: Path | None,
    options: ReadOptions = DEFAULTS,
    *,
    on_event: OnEvent,
    later: list[Callable[[], None]] | None = None,
) -> tuple[ImageReport, StoreIndex]:
    """Read, stack and account for the image that ``target`` names.

    Args:
        target: what to read.
        dockerfile: the one that made it, where it was named.
        options: how to read it.
        on_event: is told how it goes.
        later: gets what is left to be done, of which nothing depends; None: it is done at once.

    Raises:
        UvdiveError: it cannot be read; see the sources.
    """
    with _uncollected(), bounded(f"The image {target.value}"):
        try:
            return _read(target, dockerfile, options, on_event, later)
        except WrongTableError as error:
            on_event(Note(f"{error.what} All layers are read whole"))
            whole = replace(options, verify_digests=True)
            report, index = _read(target, dockerfile, whole, on_event, later)
            return replace(report, warnings=(error.what, *report.warnings)), index


def read_layers(target: Target, options: ReadOptions = DEFAULTS) -> RawImage:
    """Read the layers of an image, and account for nothing; the places of contents are its own.

    Raises:
        UvdiveError: it cannot be read; see the sources.
    """
    memory = _Memory(None, options, ignore)
    with _uncollected(), bounded(f"The image {target.value}"):
        return open_image(target, replace(_open_options(target, options, ignore, memory), finished=None))


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
    target: Target,
    dockerfile: Path | None,
    options: ReadOptions,
    on_event: OnEvent,
    later: list[Callable[[], None]] | None,
) -> tuple[ImageReport, StoreIndex]:
    memory = _Memory(dockerfile, options, on_event)
    image = open_image(target, _open_options(target, options, on_event, memory))
    if memory.found is not None:
        return memory.found
    from uvdive.image.stack.comparing import LayerContents
    from uvdive.image.stack.kept import kept_contents
    from uvdive.image.stack.stack import stack
    from uvdive.ledger.assemble import Stacked, make_report

    dockerfile, name = memory.dockerfile(image.manifest), memory.name(image.unread)
    on_event(Note("Accounting for every byte"))
    entries = sum(len(layer.index) for layer in image.layers)
    with LayerContents(image) as contents, _in_time(target, entries), ExitStack() as opened:
        table, sources, warnings = stack([layer.index for layer in image.layers], contents.same)
        kept = opened.enter_context(kept_contents(image, sources))
        if not options.duplicates:
            for layer in image.layers:
                layer.index.strip()
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
    index = _store_index(image, sources, kept)
    keep = partial(memory.keep, image.unread, name, report, index)
    if later is None:
        keep()
    else:
        later.append(keep)
    return report, index


class _Memory:
    """What was made of the image before, for as long as it is read.

    ``found`` is the report and its contents once ``finished`` found them.
    """

    def __init__(self, dockerfile: Path | None, options: ReadOptions, on_event: OnEvent) -> None:
        self._dockerfile, self._options, self._on_event = dockerfile, options, on_event
        self._looked = dockerfile is not None or options.look_in is None
        self._cache: LayerCache | None = None
        self.found: tuple[ImageReport, StoreIndex] | None = None

    def cache(self) -> LayerCache:
        """The cache of layers that an engine or a registry gave."""
        from uvdive.session.opening.caching import layer_cache

        self._cache = layer_cache()
        return self._cache

    def finished(self, image: UnreadImage) -> bool:
        """Is there a report of this image? Then it is ``found``, and its layers are told of as if read."""
        name = self.name(image)
        if self._cache is not None and name is not None:
            from uvdive.session.opening.finished import find

            self.found = find(self._cache, name, image.places)
        if self.found is None:
            self._tell_places(image)
            return False
        for layer in self.found[0].layers:
            self._on_event(LayerRead(layer.diff_id, layer.file_bytes, layer.files))
        return True

    def _tell_places(self, image: UnreadImage) -> None:
        """Tell where the layers come from, where they will be long in coming."""
        if image.manifest.source != "registry":
            return
        from uvdive.ledger.placing import place_layers

        manifest = image.manifest
        placing = place_layers(manifest, image.known, self.dockerfile(manifest), self._options.built_text)
        if placing.dockerfile is not None and placing.dockerfile.text:
            self._on_event(Note("The image's provenance has its Dockerfile"))
        lines = tuple(span[0] if span else None for span in placing.spans)
        self._on_event(LayersPlaced(placing.base.name if placing.base else None, placing.base_layers, lines))

    def name(self, image: UnreadImage) -> str | None:
        """Under which name its report is kept; None where it is not, as sources without a cache are."""
        if self._cache is None:
            return None
        from uvdive.session.opening.finished import name_of

        return name_of(image, self.dockerfile(image.manifest), self._options)

    def keep(self, image: UnreadImage, name: str | None, report: ImageReport, index: StoreIndex) -> None:
        """Keep the report, unless a file that it was made of is another by now."""
        if self._cache is None or name is None or name != self.name(image):
            return
        from uvdive.session.opening.finished import keep

        keep(self._cache, name, report, index)

    def dockerfile(self, manifest: Manifest) -> Path | None:
        """The image's Dockerfile: the one that was named, or the one in a folder that made it."""
        if not self._looked and self._options.look_in is not None:
            from uvdive.session.opening.matching import matching_dockerfile

            self._looked = True
            history = [entry.created_by for entry in manifest.history]
            self._dockerfile = matching_dockerfile(history, self._options.look_in)
            if self._dockerfile is not None:
                self._on_event(Note(f"{self._dockerfile} made this image"))
        return self._dockerfile


def _open_options(target: Target, options: ReadOptions, on_event: OnEvent, memory: _Memory) -> OpenOptions:
    return OpenOptions(
        wanted,
        on_event,
        platform=options.platform,
        # Whoever wants all contents has them sooner from whole layers than file by file.
        verify=options.verify_digests or (options.duplicates and target.kind == "registry"),
        pull=options.pull,
        via=options.via,
        cache=memory.cache if options.layer_cache else None,
        finished=memory.finished,
        meanwhile=_prepare,
        insecure=options.insecure,
    )


def _prepare() -> None:
    """Import what accounting needs; most images hold RECORDs, and a lock of uv."""
    import csv  # noqa: F401
    import tomllib  # noqa: F401

    import uvdive.image.stack.comparing
    import uvdive.image.stack.kept
    import uvdive.image.stack.stack
    import uvdive.ledger.assemble
    import uvdive.ledger.environments.reasons
    import uvdive.session.opening.matching  # noqa: F401


def _store_index(image: RawImage, sources: Sources, kept: Mapping[int, bytes]) -> StoreIndex:
    offsets = array("q")
    for layer, data in enumerate(image.layers):
        offsets.extend(map(data.index.offset.__getitem__, sources.of_layer(layer)))
    return StoreIndex(kept, image.places, offsets)
