"""Names that are made to act in a page of HTML, in every place where an image or a plan has a name."""

from __future__ import annotations

from dataclasses import replace

from made_images.samples import _Table, sample_report
from screens import driving

from uvdive.ledger.report import Finding, ImageReport, Waste
from uvdive.output.html.tables import Rewrite
from uvdive.verify.checks import Check, Verification

EVIL = (
    "</script><script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    "--><svg onload=alert(1)>",
    '"onmouseover="alert(1)',
    "'><iframe src=javascript:alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "\x00\x1b[2J\x07\x9b",
    "right\u202eto-left\u2066",
    "two\nlines\r\tand \ufeff\u200b",
    "lone \udcff surrogate",
    "&lt;not-a-tag&gt;",
    "]]><![CDATA[",
)


def evil_report() -> ImageReport:
    """Everything that an image names has an evil name."""
    rows = _Table()
    for place, name in enumerate(EVIL):
        rows.entry(
            b"/evil/" + name.encode("utf-8", "surrogateescape").replace(b"/", b"|"), 0, size=1000 + place
        )
    report = sample_report()
    count = len(EVIL)
    first = report.layers[0]
    return replace(
        report,
        files=rows.table,
        inode_owner=type(report.inode_owner)("B", [7] * count),
        inode_component=type(report.inode_component)("i", [-1] * count),
        image=replace(report.image, reference=EVIL[0], platform=EVIL[1], created=EVIL[4], id=EVIL[3]),
        totals=replace(report.totals, file_bytes=sum(1000 + n for n in range(count)), dead_bytes=0),
        layers=tuple(
            replace(first, index=n, instruction=text, created_by=text) for n, text in enumerate(EVIL)
        ),
        owners=tuple(replace(owner, components=()) for owner in report.owners),
        components=tuple(replace(report.components[0], name=text, version=text, path=text) for text in EVIL),
        environments=tuple(
            replace(
                report.environments[0],
                path=text,
                distributions=(
                    replace(report.environments[0].distributions[0], name=text, version=text, why=(text,)),
                ),
            )
            for text in EVIL
        ),
        waste=tuple(
            Waste(text.encode("utf-8", "surrogateescape"), 5, "deleted", "app", 0, 1, None) for text in EVIL
        ),
        findings=tuple(Finding("deleted-later", "low", text, 3, 1, (text,), text) for text in EVIL),
        warnings=EVIL,
    )


def evil_rewrite() -> Rewrite:
    """A plan and checks that say nothing but evil."""
    plan = driving.plan("Dockerfile", diff="\n".join(f"+{text}" for text in EVIL))
    decisions = tuple(replace(plan.decisions[0], summary=text, reason=text, alternatives=()) for text in EVIL)
    checks = tuple(Check("files", "failed", text, (text,), unseen=(text,)) for text in EVIL)
    return Rewrite(replace(plan, decisions=decisions), None, Verification(checks))
