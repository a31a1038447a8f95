"""Load an image, an archive or a saved report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from uvdive.base.errors import ImageError, UsageError
from uvdive.base.files.foreign import bounded, read_file
from uvdive.base.progress import CancelToken, OnEvent, ignore
from uvdive.image.reference import Target, parse_target
from uvdive.session.opening.options import DEFAULTS, ReadOptions
from uvdive.session.opening.reading import read_image

if TYPE_CHECKING:
    from uvdive.image.raw_image import StoreIndex
    from uvdive.image.store import LayerStore
    from uvdive.ledger.report import ImageReport


@dataclass(frozen=True, slots=True)
class Loaded:
    """A report and the handle to its files' contents (None for a saved report)."""

    report: ImageReport
    store: LayerStore | None

    @property
    def index(self) -> StoreIndex | None:
        """Where the contents lie, for whoever reads them in another process."""
        return None if self.store is None else self.store.index


def load_image(
    target: str | Target,
    *,
    dockerfile: Path | None = None,
    options: ReadOptions = DEFAULTS,
    on_event: OnEvent = ignore,
    cancel: CancelToken | None = None,
    in_process: bool = False,
) -> Loaded:
    """Load what a TARGET names, in a worker process or in this one.

    Args:
        target: as on the command line; a Dockerfile has to be built before.
        dockerfile: the image's Dockerfile, if it is at hand: gives lines to layers.
        options: platform, digests, duplicates, cache.
        on_event: gets Note, BytesRead, ImageFound and LayerRead.
        cancel: ends the worker at once.
        in_process: read here, which saves a process and a copy of everything, where no
            key has to be answered meanwhile; ``cancel`` then acts at the next event.

    Raises:
        UvdiveError: no engine, no such image, a damaged archive …
        CancelledError: ``cancel`` was set.
    """
    parsed = parse_target(target) if isinstance(target, str) else target
    if parsed.kind == "report":
        return Loaded(read_saved(parsed.path), None)
    if parsed.kind == "dockerfile":
        raise UsageError(f"{parsed.value} is a Dockerfile: it has to be built first.")
    if in_process:
        token = cancel or CancelToken()

        def checked(event: object) -> None:
            token.raise_if_cancelled()
            on_event(event)

        report, index = read_image(parsed, dockerfile, options, on_event=checked)
    else:
        from uvdive.base.processes import worker

        report, index = worker.call(
            read_image,
            parsed,
            dockerfile,
            options,
            on_event=on_event,
            cancel=cancel,
        )
    # Imported behind the first question to an engine, which prepares its archive meanwhile.
    from uvdive.image.store import LayerStore

    return Loaded(report, LayerStore(report.files, index))


def read_saved(path: Path) -> ImageReport:
    """The report of a saved file.

    Raises:
        ImageError: it cannot be opened, or is damaged.
    """
    from uvdive.ledger.saved import report_file

    try:
        data = read_file(path, report_file.LIMIT)
    except OSError as error:
        raise ImageError(f"{path} cannot be opened: {error.strerror}.", "Check its name.") from error
    with bounded(f"The saved report {path}"):
        report = report_file.load(data)
    return replace(report, image=replace(report.image, source="saved"))
