"""``uvdive.read``: an image's report."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from uvdive.api.events import Told, errors_told, handed_on
from uvdive.api.given import one_of, several
from uvdive.api.reports import Report
from uvdive.base.errors import ImageError
from uvdive.base.progress import CancelToken
from uvdive.output.redact import Redactor
from uvdive.session.opening.options import ReadOptions
from uvdive.session.sources import checked_dockerfile, source_of

if TYPE_CHECKING:
    from uvdive.session.sources import Source

Via = Literal["auto", "save", "storage", "registry"]
Named = str | os.PathLike[str]
"""A TARGET as the command line takes it, or a path, which is never taken for an image's name."""


def read(  # noqa: PLR0913 - what may be said of reading, each by its name
    target: Named,
    *,
    platform: str | None = None,
    via: Via = "auto",
    dockerfile: Named | None = None,
    pull: bool = False,
    duplicates: bool = False,
    verify_digests: bool = False,
    layer_cache: bool = True,
    insecure_registries: Iterable[str] = (),
    redact: bool = True,
    on_event: Told = None,
    cancel: CancelToken | None = None,
) -> Report:
    """Read an image, an archive, a folder or a saved report; build a Dockerfile and read what it made.

    Args:
        target: as on the command line (``"myimage"``, ``"docker://…"``, ``"registry://…"``,
            ``"image.tar"``, ``"report.uvdive"``, ``"."``), or a path.
        platform: ``OS/ARCH`` of one of several images; this machine's by default.
        via: how an engine's image is read, or ``registry``: without an engine.
        dockerfile: the file that made it, which gives lines; else one of the current folder that
            made it.
        pull: fetch an image that the engine does not have.
        duplicates: find equal contents (``to_dict()["totals"]["duplicate_bytes"]``).
        verify_digests: hash plain layers of archives too.
        layer_cache: keep an engine's or registry's layers, and use those that are kept.
        insecure_registries: hosts that may be asked without TLS.
        redact: hide what looks like a secret in the values and in all that is written of them.
        on_event: is told what happens.
        cancel: stops the work at once, from another thread.

    Returns:
        The report. Nothing has to be closed.

    Raises:
        UsageError: the target or an option means nothing.
        EngineError: no engine answers.
        ImageError: it is not there, or cannot be read.
        BuildError: a Dockerfile was named, and its build failed.
        CancelledError: ``cancel`` was set.
    """
    one_of("via", via, get_args(Via))
    options = ReadOptions(
        platform, verify_digests, duplicates, layer_cache, via, Path(), pull,
        insecure=several("insecure_registries", insecure_registries),
    )  # fmt: skip
    redactor = Redactor()
    with errors_told(redactor):
        source = source_of(text_of(target), options)
        if dockerfile is not None:
            source.dockerfile = checked_dockerfile(path_of(dockerfile))
        return read_source(source, redactor, on_event, cancel, redact=redact)


def read_source(
    source: Source, redactor: Redactor, on_event: Told, cancel: CancelToken | None, *, redact: bool = True
) -> Report:
    """The report of what a source is of; errors are those of ``Source.load``."""
    if source.request is not None:
        source.teach(redactor)
    loaded = source.load(on_event=handed_on(on_event, redactor), cancel=cancel)
    return Report(loaded, source, redact)


def report_of(
    image: Report | Named, redactor: Redactor, on_event: Told, cancel: CancelToken | None
) -> Report:
    """A report that is there, or that of what is named; all as ``read`` says without options."""
    if isinstance(image, Report):
        return image
    source = source_of(text_of(image), ReadOptions(look_in=Path()))
    return read_source(source, redactor, on_event, cancel)


def text_of(target: Named) -> str:
    """A target as the command line would be given it.

    Raises:
        ImageError: a path leads to nothing.
        TypeError: it is neither a text nor a path.
    """
    if isinstance(target, str):
        return target
    path = path_of(target)
    if not path.exists():
        raise ImageError(f"There is nothing at {path}.", "Check the path; an image's name is a text.")
    return str(path) if path.is_absolute() else f".{os.sep}{path}"


def path_of(path: Named) -> Path:
    """A path; TypeError for what is none."""
    return Path(os.fspath(path))
