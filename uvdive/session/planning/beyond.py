"""What the built image and bases hold, read for a final base without a shell: once for an image (R63)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from uvdive.base.errors import EngineError
from uvdive.base.progress import Note, OnEvent
from uvdive.image.store import LayerStore
from uvdive.ledger.reading.contents import ContentPlace, place_of
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.evidence.system.beyond_base import BeyondBase, read_beyond
from uvdive.rewrite.evidence.system.os_needs import Need, SystemFacts
from uvdive.session.planning.kept import Kept
from uvdive.session.planning.kept_facts import system_of


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads for one plan; ``kept`` has what was read before, ``find`` finds an image that is at hand."""

    report: ImageReport
    store: LayerStore | None
    kept: Kept
    find: Callable[[str], ImageReport | None]
    on_event: OnEvent

    def at_hand(self, reference: str) -> ImageReport | None:
        """The report of an image, where nothing has to be fetched for it."""
        return self.find(reference)

    def system(self) -> SystemFacts | None:
        """What the app needs of every OS package; None where the contents are not at hand."""
        if self.kept.whole is None:
            with self._opened(self.report) as place:
                if place is not None:
                    self.kept.whole = system_of(self.report, place, base="whole", on_event=self.on_event)
        return self.kept.whole

    def base(
        self, base: ImageReport, built_on: ImageReport | None, loads: tuple[Need, ...]
    ) -> BeyondBase | None:
        """What a base lacks; None where the contents of one of the images are not at hand."""
        images = [*([built_on] if built_on is not None else []), self.report]
        key = base.image.id, "" if built_on is None else built_on.image.id
        if key not in self.kept.beyond:
            with contextlib.ExitStack() as stack:
                places = [stack.enter_context(self._opened(each)) for each in (*images, base)]
                pairs = [(r, p) for r, p in zip((*images, base), places, strict=True) if p is not None]
                if len(pairs) <= len(images):
                    return None
                self.kept.beyond[key] = read_beyond(
                    tuple(pairs[:-1]), pairs[-1], loads, on_event=self.on_event
                )
        return self.kept.beyond[key]

    @contextlib.contextmanager
    def _opened(self, report: ImageReport) -> Iterator[ContentPlace | None]:
        """Where an image's contents are; None where the engine does not hand them out."""
        index = None if self.store is None or report is not self.report else self.store.index
        with contextlib.ExitStack() as stack:
            try:
                place = stack.enter_context(place_of(report, index))
            except EngineError as error:
                self.on_event(Note(f"{report.image.reference} can't be read: {error.what}"))
                place = None
            yield place
