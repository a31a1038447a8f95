"""The rules that an image keeps today, as TOML: its sizes and a tenth more (``uvdive check --init``)."""

from __future__ import annotations

from collections.abc import Iterator

from uvdive.base.files.budgets import LEVELS
from uvdive.base.units import size
from uvdive.ledger.report import ImageReport

_MORE = 1.1
_LEAST = 1_000_000
"""Budgets of a few bytes would fail by chance."""


def todays_rules(report: ImageReport) -> str:
    """The text of a ``uvdive.toml``."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: ImageReport) -> Iterator[str]:
    totals = report.totals
    yield "# What the image is today and a tenth more, by uvdive check --init. Make it less where you can."
    yield "[check]"
    yield 'fail-level = "high"'
    high = sorted({item.id for item in report.findings if item.severity == LEVELS[3]})
    if high:
        yield "# There today. Take an id out once it is fixed."
        yield f"ignore = [{', '.join(_quoted(name) for name in high)}]"
    yield f'max-size = "{_more(totals.file_bytes)}"'
    if totals.compressed_bytes is not None:
        yield f'max-pull-size = "{_more(totals.compressed_bytes)}"'
    yield f'max-waste = "{_more(totals.dead_bytes)}"'
    yield ""
    yield "[check.owners]"
    for owner in report.owners:
        yield f'{owner.owner} = "{_more(owner.bytes) if owner.bytes else "0 B"}"'
    yield ""
    yield "[check.layers]"
    yield f"count = {len(report.layers)}"


def _quoted(name: str) -> str:
    return f'"{name}"'


def _more(count: int) -> str:
    """A tenth more, rounded up to what ``size`` prints."""
    wanted = max(round(count * _MORE), _LEAST)
    step = 100 * 1000 ** ((len(str(wanted)) - 1) // 3 - 1)
    return size(-(-wanted // step) * step)
