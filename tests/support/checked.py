"""A report that breaks every rule, for tests of `uvdive check`: a check of it, and one of a text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from made_images.samples import sample_report

from uvdive.base.files.budgets import Bound, Budgets
from uvdive.ledger.report import Distribution, Finding, ImageReport
from uvdive.output.check.evaluate import check_report
from uvdive.output.check.results import Check, Checked
from uvdive.rewrite.plan import Prediction, RewritePlan

STRICT = Budgets(
    ignore=("uv-tag-unpinned",),
    max_size=50_000,
    warn_size=40_000,
    max_pull_size=20_000,
    max_waste=Bound(share=0.01),
    max_user_waste=0.5,
    min_efficiency=0.99,
    max_growth=Bound(count=500),
    max_layers=3,
    rewrite=Bound(share=0.05),
    owners={"uv": 0, "venv": 30_000},
    packages={"flask": None, "torch": None, "base-files": 5000},
    source=Path("uvdive.toml"),
    lines={"max-size": 2, "layers.count": 9, "max-pull-size": 4},
)


def report() -> ImageReport:
    """The sample with findings of each severity."""
    findings = (
        Finding("uv-in-image", "high", "uv is in the final image", 40_000, 1, ("/usr/bin/uv",), "Copy less."),
        Finding("uv-tag-frozen", "medium", "The tag is old", 0, 1, (), "Move on."),
        Finding("uv-tag-unpinned", "info", "The tag says nothing", 0, 1, (), "Name a version."),
        Finding("apt-lists-in-image", "low", "Lists are there", 12, None, (), "Remove them."),
    )
    return replace(sample_report(), findings=findings, warnings=())


def baseline() -> ImageReport:
    """The sample as it was: a kilobyte of flask less, an OS package less, by an older uvdive."""
    now = report()
    environment = now.environments[0]
    flask = Distribution("flask", "3.0.0", 19_000, 0, 0, 1)
    owners = tuple(
        replace(owner, bytes=owner.bytes - 1000) if owner.owner == "venv" else owner for owner in now.owners
    )
    return replace(
        now,
        tool_version="0.0.9",
        image=replace(now.image, reference="other:2", platform="linux/arm64"),
        totals=replace(now.totals, file_bytes=now.totals.file_bytes - 1000),
        owners=owners,
        environments=(replace(environment, distributions=(flask,)),),
    )


def plan(after: int | None = 31_600, outcome: str = "rewritten") -> RewritePlan:
    """A plan of the sample's Dockerfile."""
    predicted = None if after is None else Prediction(71_600, after, {})
    return RewritePlan(outcome, "image", "Dockerfile", "", "", "", predicted=predicted)  # type: ignore[arg-type]


def checked(budgets: Budgets = STRICT) -> Checked:
    """The report with all that can be held against it."""
    return check_report(
        report(),
        budgets,
        name="sample:1",
        dockerfile="Dockerfile",
        from_line=1,
        baseline=baseline(),
        plan=plan(),
    )


def whole(*others: Checked) -> Check:
    """A run over the report and others."""
    return Check((checked(), *others), "uvdive.toml", STRICT.lines)


BROKEN = Checked(
    "app/Dockerfile", "app/Dockerfile", error="Line 3: there is no instruction “SEE”.", error_line=3
)
