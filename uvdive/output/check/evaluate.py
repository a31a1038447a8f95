"""Rules held against an image's report: pure functions, nothing is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from uvdive.base.files.budgets import LEVELS, Bound, Budgets
from uvdive.base.version import __version__
from uvdive.ledger.report import Finding, ImageReport
from uvdive.output.check import why
from uvdive.output.check.results import Baseline, Checked, FindingResult, RuleResult, Unit
from uvdive.rewrite.plan import RewritePlan

_HAVE_REWRITES = ("rewritten", "improved")


def check_report(
    report: ImageReport,
    budgets: Budgets,
    *,
    name: str,
    dockerfile: str | None = None,
    from_line: int | None = None,
    baseline: ImageReport | None = None,
    plan: RewritePlan | None = None,
) -> Checked:
    """Hold all rules against an image.

    Args:
        report: the image, without its secrets.
        budgets: the rules.
        name: how the image was named.
        dockerfile: its Dockerfile from the current folder, where that is known.
        from_line: the line of the FROM that brought the base, which is the line of the base's layers.
        baseline: what it may not outgrow; None where there is none.
        plan: its rewrite, where ``budgets.rewrite`` asks for one and there is a Dockerfile.
    """
    findings = judged(report.findings, budgets)
    report = _with_lines(report, from_line)
    rules = [
        *_sizes(report, budgets),
        *_waste(report, budgets),
        *_growth(report, budgets, baseline),
        *_owners(report, budgets),
        *_packages(report, budgets),
        *_layers(report, budgets),
        *rewrite_rule(budgets, plan, by_text=False),
        *level_rule(findings, budgets),
    ]
    return Checked(
        name=name,
        dockerfile=dockerfile,
        image=report.image,
        totals=report.totals,
        baseline=None if baseline is None else _baseline(baseline),
        rules=tuple(rules),
        findings=findings,
        outcome=None if plan is None else plan.outcome,
        refusal="" if plan is None or plan.refusal is None else plan.refusal.reason,
        warnings=(*report.warnings, *(baseline_warnings(report, baseline) if baseline is not None else ())),
    )


def _with_lines(report: ImageReport, from_line: int | None) -> ImageReport:
    layers = (replace(layer, line=from_line) if layer.base else layer for layer in report.layers)
    return report if from_line is None else replace(report, layers=tuple(layers))


def judged(findings: tuple[Finding, ...], budgets: Budgets) -> tuple[FindingResult, ...]:
    """Each finding with whether it fails the check."""
    from_ = LEVELS.index(budgets.fail_level)
    return tuple(
        FindingResult(
            item,
            fails=item.id not in budgets.ignore and _weight(item) >= from_,
            ignored=item.id in budgets.ignore,
        )
        for item in findings
    )


def _weight(finding: Finding) -> int:
    return LEVELS.index(finding.severity) if finding.severity in LEVELS else 0


def level_rule(findings: tuple[FindingResult, ...], budgets: Budgets) -> Iterator[RuleResult]:
    """The rule ``fail-level``: how many findings fail."""
    if budgets.fail_level == "never":
        return
    failing = [item.finding for item in findings if item.fails]
    yield RuleResult(
        "fail-level",
        "failed" if failing else "passed",
        "severity",
        budgets.fail_level,
        len(failing),
        line=next((item.line for item in failing if item.line is not None), None),
        why=tuple(why.of_finding(item) for item in failing),
    )


def rewrite_rule(budgets: Budgets, plan: RewritePlan | None, *, by_text: bool) -> Iterator[RuleResult]:
    """The rule ``rewrite``: what a rewrite would save, at most; zero: is there one at all?"""
    bound = budgets.rewrite
    if bound is None:
        return
    unit: Unit = "bytes" if bound.share is None else "share"
    limit = bound.count if bound.share is None else bound.share

    def result(status: Any, value: Any = None, count: int | None = None, reason: str = "") -> RuleResult:
        return RuleResult("rewrite", status, unit, limit, value, bytes=count, reason=reason)

    if plan is None:
        yield result("unknown", reason="no Dockerfile is known: name it with --dockerfile")
    elif plan.outcome not in _HAVE_REWRITES:
        yield result("passed", 0, 0, plan.refusal.reason if plan.refusal is not None else "there is none")
    elif bound == Bound(count=0):
        saved = None if plan.predicted is None else plan.predicted.before_bytes - plan.predicted.after_bytes
        yield result("failed", saved, saved, "there is a rewrite")
    elif plan.predicted is None:
        missing = f"the base {plan.missing_base} is not at hand, --pull fetches it"
        told = "by the text alone nobody knows what a rewrite saves" if by_text else missing
        yield result("skipped" if by_text else "unknown", reason=told)
    else:
        before = plan.predicted.before_bytes
        saved = before - plan.predicted.after_bytes
        value = saved if bound.share is None else saved / before if before else 0.0
        assert limit is not None
        yield result("failed" if value > limit else "passed", value, saved)


def _at_most(
    name: str,
    unit: Unit,
    limit: float,
    value: float,
    **more: Any,
) -> RuleResult:
    return RuleResult(name, "failed" if value > limit else "passed", unit, limit, value, **more)


def _sizes(report: ImageReport, budgets: Budgets) -> Iterator[RuleResult]:
    totals, parts = report.totals, why.parts(report)
    line = why.heaviest_line(report)
    if budgets.max_size is not None:
        yield _at_most("max-size", "bytes", budgets.max_size, totals.file_bytes, line=line, why=parts)
    if budgets.warn_size is not None:
        over = totals.file_bytes > budgets.warn_size
        yield RuleResult(
            "warn-size",
            "warned" if over else "passed",
            "bytes",
            budgets.warn_size,
            totals.file_bytes,
            line,
            why=parts,
        )
    if budgets.max_pull_size is not None:
        if totals.compressed_bytes is None:
            reason = f"{report.image.source} does not hold the layers as a registry stores them"
            yield RuleResult("max-pull-size", "unknown", "bytes", budgets.max_pull_size, None, reason=reason)
        else:
            yield _at_most(
                "max-pull-size",
                "bytes",
                budgets.max_pull_size,
                totals.compressed_bytes,
                line=line,
                why=why.pulled(report),
            )


def _waste(report: ImageReport, budgets: Budgets) -> Iterator[RuleResult]:
    totals, rows = report.totals, why.wasted(report)
    dead = totals.dead_bytes
    line = next((row.line for row in rows if row.line is not None), None)
    if (bound := budgets.max_waste) is not None:
        yield _bounded("max-waste", bound, dead, totals.file_bytes, line=line, why=rows)
    if budgets.max_user_waste is not None:
        own = totals.file_bytes - (report.layers[0].file_bytes if report.layers else 0)
        yield _bounded("max-user-waste", Bound(share=budgets.max_user_waste), dead, own, line=line, why=rows)
    if budgets.min_efficiency is not None:
        low = totals.efficiency < budgets.min_efficiency
        yield RuleResult(
            "min-efficiency",
            "failed" if low else "passed",
            "share",
            budgets.min_efficiency,
            totals.efficiency,
            line,
            why=rows,
        )


def _bounded(name: str, bound: Bound, count: int, whole: int, **more: Any) -> RuleResult:
    if bound.share is None:
        assert bound.count is not None
        return _at_most(name, "bytes", bound.count, count, **more)
    # Of nothing, anything is all of it.
    share = count / whole if whole else float(count > 0)
    return _at_most(name, "share", bound.share, share, bytes=count, **more)


def _growth(report: ImageReport, budgets: Budgets, baseline: ImageReport | None) -> Iterator[RuleResult]:
    bound = budgets.max_growth
    if bound is None:
        return
    if baseline is None:
        unit: Unit = "bytes" if bound.share is None else "share"
        limit = bound.count if bound.share is None else bound.share
        yield RuleResult("max-growth", "skipped", unit, limit, None, reason="there is no --baseline")
        return
    before = baseline.totals.file_bytes
    grown = report.totals.file_bytes - before
    yield _bounded(
        "max-growth",
        bound,
        grown,
        before,
        line=why.grown_line(report, baseline),
        why=why.grown(report, baseline),
    )


def _owners(report: ImageReport, budgets: Budgets) -> Iterator[RuleResult]:
    for name, limit in budgets.owners.items():
        owner = report.owner(name)
        yield _at_most(
            f"owners.{name}",
            "bytes",
            limit,
            owner.bytes,
            line=why.heaviest_line(report, name),
            why=why.of_owner(report, owner),
        )


def _packages(report: ImageReport, budgets: Budgets) -> Iterator[RuleResult]:
    for name, limit in budgets.packages.items():
        found = why.packages_called(report, name)
        count = sum(part.bytes for part in found)
        line = next((part.line for part in found if part.line is not None), None)
        rule = f"packages.{name}"
        if limit is None:
            status: Any = "failed" if found else "passed"
            yield RuleResult(rule, status, "presence", False, bool(found), line, count, why=found)
        else:
            yield _at_most(rule, "bytes", limit, count, line=line, why=found)


def _layers(report: ImageReport, budgets: Budgets) -> Iterator[RuleResult]:
    if budgets.max_layers is not None:
        yield _at_most(
            "layers.count", "count", budgets.max_layers, len(report.layers), why=why.layers(report)
        )


def _baseline(report: ImageReport) -> Baseline:
    image = report.image
    return Baseline(image.reference, image.platform, report.tool_version, report.totals.file_bytes)


def baseline_warnings(report: ImageReport, baseline: ImageReport) -> Iterator[str]:
    """What makes a baseline a doubtful one: another image, platform or version of uvdive."""
    was, now = baseline.image, report.image
    if _repository(was.reference) != _repository(now.reference):
        yield f"The baseline is of another image: {was.reference}, not {now.reference}."
    if was.platform != now.platform:
        yield f"The baseline is for another platform: {was.platform}, not {now.platform}."
    if baseline.tool_version != __version__:
        yield f"The baseline was written by uvdive {baseline.tool_version}, and this is {__version__}."


def _repository(reference: str) -> str:
    """A reference without its tag and digest; of an archive or folder its name."""
    name = reference.partition("@")[0]
    head, slash, last = name.rpartition("/")
    return head + slash + last.partition(":")[0]
