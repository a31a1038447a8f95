"""The use case “rewrite this Dockerfile”: reads the file, finds the runner's base, plans."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from uvdive.base.deadline import DeadlineError, deadline
from uvdive.base.errors import EngineError, ImageError, UsageError
from uvdive.base.files.foreign import read_start
from uvdive.base.progress import CancelToken, Note, OnEvent, ignore
from uvdive.build.arguments import target_of_build, values_of_build
from uvdive.build.images import find_image
from uvdive.compose.recipe import Recipe
from uvdive.distro.managers import calls_manager
from uvdive.dockerfile.stages import read_stages
from uvdive.dockerfile.text.syntax import parse
from uvdive.image.endpoint import EngineKind
from uvdive.image.store import LayerStore
from uvdive.ledger.reading.contents import place_of
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.advice.missing_libraries import Lacking, libraries, read_lacking
from uvdive.rewrite.choices import USER
from uvdive.rewrite.evidence.system.os_needs import SystemFacts
from uvdive.rewrite.evidence.system.uses import Uses, read_uses
from uvdive.rewrite.plan import RewritePlan
from uvdive.rewrite.planner import Planner
from uvdive.session.planning.beyond import Reader
from uvdive.session.planning.kept import Kept
from uvdive.session.planning.kept_facts import system_of
from uvdive.session.planning.studied import Asking, MadeFrom, Studied
from uvdive.uv.images import Reference, slim_of, without_uv

_LIMIT = 1 << 20
_SECONDS, _ENTRIES_A_SECOND = 18, 2_000
"""What a plan may take of the processor, with all of its alternatives: most take one or two seconds."""

if TYPE_CHECKING:
    from uvdive.session.opening.images import Loaded

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def plan_rewrite(  # noqa: PLR0913 - what a front end may say, each by its name
    dockerfile: Path,
    report: ImageReport | None,
    *,
    text: str | None = None,
    context: Path | None = None,
    store: LayerStore | None = None,
    choices: Mapping[str, str] | None = None,
    pull: bool = False,
    kept: Kept | None = None,
    build_args: Sequence[str] = (),
    recipe: Recipe | None = None,
    unmeasured: bool = False,
    offers: bool = True,
    bases: Mapping[str, ImageReport] | None = None,
    ladder: Mapping[str, str] | None = None,
    on_event: OnEvent = ignore,
    cancel: CancelToken | None = None,
) -> RewritePlan:
    """Plan the rewrite of a Dockerfile, with the image built from it as evidence.

    Args:
        dockerfile: the file.
        report: the image; None plans by the text alone (``--static``).
        text: the Dockerfile's, where it is no file here: ``dockerfile`` is a name then, and nothing
            is known of the build's context.
        context: the folder that the build reads; the file's own by default.
        store: the contents of the image's files, for scripts and libraries.
        choices: values by decision id.
        pull: fetch the runner's base where the engine lacks it (R60).
        kept: what was found out about the image before; what is found out now goes in there.
        build_args: the options of the build, of which the target and the ARGs count.
        recipe: the compose service or Bake target that the build is.
        unmeasured: the new image will be checked without a start.
        offers: predict what each alternative of a decision would come to; else none is told.
        bases: the reports of bases by reference, where no engine is to be asked for them.
        ladder: the choices that each rung of the plan's ladder keeps; None: nobody asks for one.
        on_event: takes Notes and what reading the runner's base reports.
        cancel: stops the work.

    Raises:
        UsageError: the file cannot be read, is no Dockerfile, or a choice is not offered.
        ImageError: the runner's base was to be pulled, and cannot be.
        EngineError: the engine that has the image, or was to pull, does not answer.
        CancelledError: ``cancel`` was set.
    """
    (cancel or CancelToken()).raise_if_cancelled()
    kept = kept or Kept()
    values = values_of_build(build_args, os.environ)
    if text is None:
        text, context = read_dockerfile(dockerfile), context or dockerfile.parent
    made_from = MadeFrom(
        text, dockerfile, context, target_of_build(build_args), values, recipe,
        _read_system(text, report, store, kept, values, on_event), kept.stops, pull, unmeasured,
        offers, kept.written,
    )  # fmt: skip
    asking = Asking(
        lambda reference: load_base(reference, report, on_event, cancel, pull=pull),
        lambda reference: _id_of_base(reference, report, pull=pull),
        lambda: _read_lacking(report, store, kept, on_event),
        lambda: _read_uses(report, store, kept, on_event),
    )
    if report is not None and bases is None:
        found = report

        def find(reference: str) -> ImageReport | None:
            return load_base(reference, found, on_event, cancel, pull=False)

        asking = replace(asking, reader=Reader(report, store, kept, find, on_event))
    if bases is not None:
        at_hand = bases
        asking = replace(asking, base=at_hand.get, base_id=lambda name: _id_of(at_hand.get(name)))
    entries = report.files.entries if report is not None else 0
    with _bounded(dockerfile, entries):
        studied, kept.studied = kept.studied, None  # what is given up half way is of no use
        if studied is None or not studied.holds(made_from, report, asking):
            studied = Studied(made_from, report, store)
        plan = studied.plan(choices or {}, asking, ladder)
        kept.studied = studied
        return plan if bases is None else _without_starts(plan)


def plan_attested(
    loaded: Loaded,
    *,
    choices: Mapping[str, str] | None = None,
    pull: bool = False,
    on_event: OnEvent = ignore,
    cancel: CancelToken | None = None,
) -> RewritePlan:
    """Plan the rewrite of the Dockerfile that an image's provenance has; errors as ``plan_rewrite``.

    Args:
        loaded: the image; its report has the text.
        choices: values by decision id.
        pull: fetch the runner's base where the engine lacks it.
        on_event: takes Notes.
        cancel: stops the work.
    """
    info = loaded.report.dockerfile
    assert info is not None
    return plan_rewrite(
        Path(info.path), loaded.report, text=info.text, store=loaded.store, choices=choices, pull=pull,
        build_args=info.build_args, on_event=on_event, cancel=cancel,
    )  # fmt: skip


def _without_starts(plan: RewritePlan) -> RewritePlan:
    """The plan without the choice that only a start proves, where no engine could start anything."""
    kept = (each for each in plan.decisions if each.id != USER or each.chosen == "app")
    return replace(plan, decisions=tuple(kept))


def without_uv_at_all(
    dockerfile: Path,
    *,
    context: Path | None,
    choices: Mapping[str, str],
    build_args: tuple[str, ...] = (),
    recipe: Recipe | None = None,
) -> RewritePlan | None:
    """The refusal of a file in which uv plays no part (R59), by its text; None of any other file.

    Nobody has to build such an image to be told. Arguments and errors are those of ``plan_rewrite``; of
    another file the choices are not looked at, as only its image tells which there are.
    """
    text, folder = read_dockerfile(dockerfile), context or dockerfile.parent
    with _bounded(dockerfile):
        planner = Planner(
            text, None, lambda _reference: None, dockerfile=str(dockerfile), context=folder,
            target=target_of_build(build_args), values=values_of_build(build_args, os.environ),
            recipe=recipe,
        )  # fmt: skip
        return planner.plan(choices) if planner.without_uv else None


@contextlib.contextmanager
def _bounded(dockerfile: Path, entries: int = 0) -> Iterator[None]:
    """End what takes for ever; ``entries`` are those of the image.

    Raises:
        UsageError: it would have, or has nested too deep.
    """
    try:
        with deadline(_SECONDS + entries / _ENTRIES_A_SECOND):
            yield
    except (DeadlineError, RecursionError, MemoryError) as error:
        raise UsageError(
            f"{dockerfile} can't be planned: it, or a file beside it, nests or repeats without end.",
            "Make it simpler, or leave out what it doesn't need.",
        ) from error


def _read_system(
    text: str,
    report: ImageReport | None,
    store: LayerStore | None,
    kept: Kept,
    values: Mapping[str, str],
    on_event: OnEvent,
) -> SystemFacts | None:
    """What the app needs of the system, where the Dockerfile installs packages and contents are at hand."""
    full = report is not None and _is_full(text, values)
    if report is None or not (calls_manager(text) or _holds_packages(report) or full):
        return None
    if kept.system is None:
        try:
            with place_of(report, None if store is None else store.index) as place:
                if place is None:
                    return None
                kept.system = system_of(report, place, base="above" if full else "", on_event=on_event)
        except EngineError as error:
            on_event(Note(f"The image's contents can't be read, so every OS package is kept: {error.what}"))
            return None
    return kept.system


def _read_lacking(
    report: ImageReport | None,
    store: LayerStore | None,
    kept: Kept,
    on_event: OnEvent,
) -> Lacking:
    """What libraries the image lacks, where it has any that could lack one and contents are at hand."""
    if report is None or next(libraries(report), None) is None:
        return ()
    if kept.lacking is None:
        try:
            with place_of(report, None if store is None else store.index) as place:
                if place is None:
                    return ()
                kept.lacking = read_lacking(report, place, on_event=on_event)
        except EngineError as error:
            on_event(
                Note(f"The image's contents can't be read, so nothing is said of libraries: {error.what}")
            )
            return ()
    return kept.lacking


def _read_uses(
    report: ImageReport | None, store: LayerStore | None, kept: Kept, on_event: OnEvent
) -> Uses | None:
    """What the image's code names, where contents are at hand."""
    if report is not None and kept.uses is None:
        try:
            with place_of(report, None if store is None else store.index) as place:
                kept.uses = None if place is None else read_uses(report, place, on_event=on_event)
        except EngineError as error:
            on_event(Note(f"The image's contents can't be read, so nothing is trimmed: {error.what}"))
    return kept.uses


def _is_full(text: str, values: Mapping[str, str]) -> bool:
    """Does a stage stand on a full Python image, so that the slim one may do for the last one?"""
    references = (Reference.read(stage.base) for stage in read_stages(parse(text), values) if stage.base)
    bases = (without_uv(reference, None) for reference in references)
    return any(base is not None and slim_of(base) is not None for base in bases)


def _holds_packages(report: ImageReport) -> bool:
    """Did an instruction install OS packages, though no text says so (`playwright install --with-deps`)?"""
    return any(layer.owners.get("os-packages") for layer in report.layers if not layer.base)


def read_dockerfile(path: Path) -> str:
    """The text of a Dockerfile.

    Raises:
        UsageError: there is no such file, it is too big, or it is no UTF-8 text.
    """
    try:
        data = read_start(path, _LIMIT + 1)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}.", "Name a Dockerfile that exists."
        ) from error
    if len(data) > _LIMIT:
        raise UsageError(f"{path} is over 1 MiB: that is no Dockerfile.", "Name a Dockerfile.")
    if data.startswith(_UTF_16) or b"\0" in data:
        what = (
            "UTF-16 text, which no builder reads" if data.startswith(_UTF_16) else "no text: it holds a NUL"
        )
        raise UsageError(f"{path} is {what}.", "Save it as UTF-8, or name another file.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{path} is not UTF-8 text: line {line} has a byte that is none (0x{data[error.start]:02X}).",
            "Save it as UTF-8, or name another file.",
        ) from error


def load_base(
    reference: str, report: ImageReport | None, on_event: OnEvent, cancel: CancelToken | None, *, pull: bool
) -> ImageReport | None:
    """The report of a base image, for the image's own engine and platform; None where it is not at hand.

    Raises:
        ImageError: it was to be pulled, and cannot be.
        EngineError: the engine that has the image, or was to pull, does not answer.
    """
    from uvdive.session.opening.images import load_image
    from uvdive.session.opening.options import ReadOptions

    assert report is not None
    on_event(Note(f"Reading {reference}, the final image's base"))
    options = ReadOptions(platform=report.image.platform or None, pull=pull)
    target = f"{_engine_of_bases(report)}://{reference}"
    try:
        return load_image(target, options=options, on_event=on_event, cancel=cancel, in_process=True).report
    except ImageError:
        if pull:
            raise
        return None
    except EngineError:
        # An image that is in no engine is planned for without one.
        if pull or report.image.source == _engine_of_bases(report):
            raise
        return None


def _id_of_base(reference: str, report: ImageReport | None, *, pull: bool) -> str | None:
    """Which image a base's reference means now, in the same engine; None where it is not at hand.

    Raises:
        EngineError: as ``load_base`` says.
    """
    assert report is not None
    try:
        return find_image(reference, _engine_of_bases(report))
    except EngineError:
        if pull or report.image.source == _engine_of_bases(report):
            raise
        return None


def _id_of(base: ImageReport | None) -> str | None:
    return None if base is None else base.image.id


def _engine_of_bases(report: ImageReport) -> EngineKind:
    return "podman" if report.image.source == "podman" else "docker"
