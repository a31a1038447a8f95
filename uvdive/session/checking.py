"""The use case: hold the rules of a project against images, or against Dockerfiles by their text."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uvdive.base.errors import BuildError, EngineError, ImageError, UvdiveError
from uvdive.base.files.budgets import Budgets, Known, budgets_of_table, load_budgets
from uvdive.base.progress import CancelToken, OnEvent, ignore
from uvdive.ledger.owners import OWNERS
from uvdive.output.check.results import Check, Checked

if TYPE_CHECKING:
    from uvdive.compose.recipe import Recipe
    from uvdive.image.raw_image import StoreIndex
    from uvdive.ledger.report import ImageReport
    from uvdive.rewrite.plan import RewritePlan
    from uvdive.session.opening.images import Loaded


def budgets_of(folder: Path, config: Path | None = None) -> Budgets:
    """The rules that hold in a folder, or those of a file; UsageError as ``load_budgets`` says."""
    from uvdive.ledger.findings.explain import ids

    return load_budgets(folder, Known(OWNERS, ids()), config)


def budgets_of_mapping(table: Mapping[str, Any]) -> Budgets:
    """The rules of a mapping with the keys of a file of rules; UsageError as ``budgets_of_table`` says."""
    from uvdive.ledger.findings.explain import ids

    return budgets_of_table(table, Known(OWNERS, ids()))


@contextlib.contextmanager
def as_baseline(named: str) -> Iterator[None]:
    """Read a baseline in the block: an error says that it is about this one, and not about the image.

    Raises:
        UvdiveError: what was raised, with the name in front.
    """
    try:
        yield
    except (ImageError, EngineError, BuildError) as error:
        raise type(error)(f"The baseline {named}: {error.what}", error.do, error.log) from error


def check_image(  # noqa: PLR0913 - an image, and all that is known of it, each by its name
    loaded: Loaded,
    budgets: Budgets,
    *,
    name: str,
    dockerfile: Path | None = None,
    context: Path | None = None,
    baseline: ImageReport | None = None,
    build_args: Sequence[str] = (),
    recipe: Recipe | None = None,
    pull: bool = False,
    redact: bool = True,
    on_event: OnEvent = ignore,
    cancel: CancelToken | None = None,
) -> Checked:
    """Hold the rules against an image that is loaded.

    Args:
        loaded: the image.
        budgets: the rules.
        name: how the user named it.
        dockerfile: its Dockerfile, where that is known otherwise than by the report.
        context: the folder that its build reads.
        baseline: the report that it may not outgrow.
        build_args: the options of its build.
        recipe: the compose service or Bake target that it is.
        pull: fetch a base that the plan needs.
        redact: leave out what looks like a secret.
        on_event: gets what planning reports.
        cancel: stops the work.

    Raises:
        UvdiveError: a rule asks for the rewrite, and it can't be planned.
    """
    from uvdive.output.check.evaluate import check_report
    from uvdive.output.redact import Redactor, redact_report

    report = loaded.report
    known = dockerfile if dockerfile is not None else _known(report)
    plan: RewritePlan | None = None
    if budgets.rewrite is not None and known is not None:
        from uvdive.session.planning.rewriting import plan_rewrite

        plan = plan_rewrite(
            known,
            report,
            context=context,
            store=loaded.store,
            build_args=build_args,
            recipe=recipe,
            pull=pull,
            offers=False,
            on_event=on_event,
            cancel=cancel,
        )
    if redact:
        redactor = Redactor()
        redactor.learn_image(report)
        if plan is not None:
            redactor.learn([plan.original])
            plan = redactor.value(plan)
        report, baseline = redact_report(report), None if baseline is None else redact_report(baseline)
    return check_report(
        report,
        budgets,
        name=name,
        dockerfile=None if known is None else shown_path(known),
        from_line=None if known is None else _from_line(known),
        baseline=baseline,
        plan=plan,
    )


def checked_elsewhere(
    loaded: Loaded,
    budgets: Budgets,
    *,
    on_event: OnEvent = ignore,
    cancel: CancelToken | None = None,
    **about: Any,
) -> Checked:
    """``check_image``, with the plan that a rule may ask for made in a process of its own."""
    if budgets.rewrite is None:
        return check_image(loaded, budgets, on_event=on_event, cancel=cancel, **about)
    from uvdive.base.processes import worker

    return worker.call(
        check_in_worker, loaded.report, loaded.index, budgets, about, on_event=on_event, cancel=cancel
    )


def check_in_worker(
    report: ImageReport,
    index: StoreIndex | None,
    budgets: Budgets,
    about: dict[str, Any],
    *,
    on_event: OnEvent,
) -> Checked:
    """``check_image`` for a process of its own; ``about`` is what it is told by name."""
    from uvdive.image.store import LayerStore
    from uvdive.session.opening.images import Loaded

    loaded = Loaded(report, None if index is None else LayerStore(report.files, index))
    return check_image(loaded, budgets, on_event=on_event, **about)


def _from_line(dockerfile: Path) -> int | None:
    """The line of the FROM that brought the base; None of a file that is no Dockerfile."""
    from uvdive.ledger.findings.recipe import read_recipe

    recipe = read_recipe(dockerfile)
    return None if recipe is None else recipe.from_line


def _known(report: ImageReport) -> Path | None:
    """The Dockerfile that a report names, where it is here and made the image."""
    told = report.dockerfile
    if told is None or told.matches is False:
        return None
    return told.file if told.file is not None and told.file.is_file() else None


def shown_path(path: Path) -> str:
    """A path as it is named in reports: from the current folder, where it lies below."""
    if not path.is_absolute():
        return os.path.normpath(path)
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


def check_files(paths: Sequence[Path], budgets: Budgets, *, redact: bool = True) -> tuple[Checked, ...]:
    """Hold what a text can break against Dockerfiles; what can't be read is told, and stops nothing."""
    return tuple(_check_file(path, budgets, redact=redact) for path in paths)


def _check_file(path: Path, budgets: Budgets, *, redact: bool) -> Checked:
    from uvdive.dockerfile.stages import read_stages
    from uvdive.dockerfile.text.scan import DockerfileError
    from uvdive.dockerfile.text.syntax import parse
    from uvdive.ledger.findings.by_text import find_by_text
    from uvdive.ledger.findings.recipe import Recipe
    from uvdive.output.check.by_text import check_text
    from uvdive.output.redact import Redactor
    from uvdive.session.planning.rewriting import plan_rewrite, read_dockerfile

    shown = shown_path(path)
    try:
        text = read_dockerfile(path)
        dockerfile = parse(text)
        recipe = Recipe(read_stages(dockerfile), dockerfile.escape)
        checked = check_text(shown, find_by_text(recipe), plan_rewrite(path, None, offers=False), budgets)
    except UvdiveError as error:
        line = error.line if isinstance(error, DockerfileError) else None
        return Checked(shown, shown, error=error.what, error_line=line)
    if not redact:
        return checked
    redactor = Redactor()
    redactor.learn([text])
    return redactor.value(checked)


def whole_check(checked: Sequence[Checked], budgets: Budgets) -> Check:
    """All results as one, with the file of the rules."""
    source = None if budgets.source is None else shown_path(budgets.source)
    return Check(tuple(checked), source, budgets.lines)
