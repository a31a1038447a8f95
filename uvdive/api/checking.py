"""``uvdive.check``: rules held against an image."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uvdive.api.checks import Check
from uvdive.api.events import Told, errors_told, handed_on
from uvdive.api.reading import Named, path_of, report_of
from uvdive.api.reports import Report
from uvdive.base.progress import CancelToken
from uvdive.output.redact import Redactor

if TYPE_CHECKING:
    from uvdive.base.files.budgets import Budgets

Rules = Mapping[str, Any] | Named | None


def check(
    image: Report | Named,
    rules: Rules = None,
    *,
    baseline: Report | Named | None = None,
    dockerfile: Named | None = None,
    on_event: Told = None,
    cancel: CancelToken | None = None,
) -> Check:
    """Hold rules against an image.

    Args:
        image: a report, or what ``read`` takes.
        rules: the keys of ``[tool.uvdive.check]`` (``{"max-size": "250 MB", "owners": {"uv": "0 B"}}``),
            or a file of rules; None takes those of the current folder, as the command line does.
        baseline: what the image may not outgrow (``max-growth``).
        dockerfile: the file that made it, where the report does not know.
        on_event: is told what happens.
        cancel: stops the work.

    Returns:
        What came of each rule; a rule that fails is no error.

    Raises:
        UsageError: a rule is malformed or not known; it names the key and the nearest name.
        UvdiveError: as ``read`` says.
    """
    from uvdive.session.checking import as_baseline, checked_elsewhere, whole_check
    from uvdive.session.sources import checked_dockerfile

    redactor = Redactor()
    with errors_told(redactor):
        budgets = _budgets(rules)
        report = report_of(image, redactor, on_event, cancel)
        with as_baseline("" if isinstance(baseline, Report) else str(baseline)):
            before = None if baseline is None else report_of(baseline, redactor, on_event, cancel)
        source, loaded = report._source, report._loaded  # noqa: SLF001 - a value of this room
        found = loaded.report.image.reference if source is None else source.called
        known = None if source is None else source.dockerfile
        checked = checked_elsewhere(
            loaded,
            budgets,
            name=found,
            dockerfile=known if dockerfile is None else checked_dockerfile(path_of(dockerfile)),
            context=None if source is None else source.context,
            baseline=None if before is None else before._loaded.report,  # noqa: SLF001 - as above
            build_args=() if source is None else source.build_args,
            recipe=None if source is None else source.recipe,
            redact=report._redact,  # noqa: SLF001 - as above
            on_event=handed_on(on_event, redactor),
            cancel=cancel,
        )
    return Check(whole_check((checked,), budgets))


def _budgets(rules: Rules) -> Budgets:
    from uvdive.session.checking import budgets_of, budgets_of_mapping

    if isinstance(rules, Mapping):
        return budgets_of_mapping(rules)
    return budgets_of(Path(), None if rules is None else path_of(rules))
