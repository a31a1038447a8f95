"""How images grew, drawn as SVG: a bar for each report, stacked by owner. It holds no script and no link."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from uvdive.base.units import Units, size
from uvdive.ledger.owners import OWNERS
from uvdive.output.plain import one_line, visible
from uvdive.output.words.history import cause_words, date, file_name, short_commit, title
from uvdive.output.words.owners import LOOKS
from uvdive.verify.several.history import Entry, Series, Step

MARK = b'<svg data-by="uvdive" '
"""How the file begins; only such a one is replaced."""

_WIDTH, _HEIGHT = 920, 300
_LEFT, _TOP, _BARS_WIDTH, _BARS_HEIGHT = 76, 34, 640, 200
_LEGEND = _LEFT + _BARS_WIDTH + 24
_WIDEST = 60
_LINES = 4
_TEXT = "#1f2328"
_FAINT = "#d0d7de"


def history_plot(series: Sequence[Series], units: Units = "si") -> str:
    """The drawing, a panel for each image, one below the other."""
    panels = "".join(
        f'<g transform="translate(0 {place * _HEIGHT})">\n{"".join(_panel(each, units))}</g>\n'
        for place, each in enumerate(series)
    )
    height = _HEIGHT * len(series)
    return (
        f'{MARK.decode()}xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" font-size="12" fill="{_TEXT}">\n'
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>\n{panels}</svg>\n'
    )


def _panel(series: Series, units: Units) -> Iterator[str]:
    yield _text(_LEFT, 18, one_line(title(series, units), 110), "font-weight='bold'")
    most = max(1, *(sum(entry.owners.values()) for entry in series.entries))
    yield from _scale(most, units)
    wide = min(_WIDEST, _BARS_WIDTH / len(series.entries))
    for place, (entry, step) in enumerate(zip(series.entries, (None, *series.steps), strict=True)):
        yield _bar(entry, step, _LEFT + place * wide, wide, most, units)
    yield from _dates(series, wide, units)
    there = [owner for owner in reversed(OWNERS) if any(each.owners.get(owner) for each in series.entries)]
    for row, owner in enumerate(there):
        y = _TOP + 4 + 20 * row
        yield f'<rect x="{_LEGEND}" y="{y}" width="12" height="12" fill="{LOOKS[owner].colour}"/>\n'
        yield _text(_LEGEND + 18, y + 11, LOOKS[owner].words)


def _scale(most: int, units: Units) -> Iterator[str]:
    """Lines at quarters of the largest, with their sizes."""
    for line in range(_LINES + 1):
        y = round(_TOP + _BARS_HEIGHT * (1 - line / _LINES), 1)
        yield f'<path d="M{_LEFT} {y}H{_LEFT + _BARS_WIDTH}" stroke="{_FAINT}"/>\n'
        yield _text(_LEFT - 6, y + 4, size(most * line // _LINES, units), "text-anchor='end'")


def _bar(entry: Entry, step: Step | None, x: float, wide: float, most: int, units: Units) -> str:
    """One report: its owners from the bottom up, in their order, and all of it told where one points."""
    gap = min(2.0, wide / 5)
    y = float(_TOP + _BARS_HEIGHT)
    parts = []
    for owner in OWNERS:
        high = _BARS_HEIGHT * entry.owners.get(owner, 0) / most
        if high:
            y -= high
            parts.append(
                f'<rect x="{x + gap / 2:.2f}" y="{y:.2f}" width="{wide - gap:.2f}" height="{high:.2f}" '
                f'fill="{LOOKS[owner].colour}"/>'
            )
    told = [file_name(entry), date(entry), short_commit(entry), size(entry.file_bytes, units)]
    if step is not None and step.causes:
        told.append(cause_words(step.causes[0], units))
    return f"<g><title>{_safe(', '.join(filter(None, told)))}</title>{''.join(parts)}</g>\n"


def _dates(series: Series, wide: float, units: Units) -> Iterator[str]:
    """The first and the last date, and below the step that added most its mark."""
    y = _TOP + _BARS_HEIGHT + 18
    last = len(series.entries) - 1
    yield _text(_LEFT, y, date(series.entries[0])[:10])
    if last:
        end = max(_LEFT + 2 * 80.0, _LEFT + (last + 1) * wide)
        yield _text(end, y, date(series.entries[-1])[:10], "text-anchor='end'")
    if series.largest is not None:
        x = _LEFT + (series.largest + 0.5) * wide
        yield _text(x, y + 16, "▲", "text-anchor='middle'")
        step = series.steps[series.largest - 1]
        told = cause_words(step.causes[0], units) if step.causes else ""
        yield _text(_LEFT, y + 34, one_line(f"▲ largest step: {told}", 110))


def _text(x: float, y: float, text: str, more: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}"{" " if more else ""}{more}>{_safe(text)}</text>\n'


def _safe(text: str) -> str:
    """Text of a stranger, as XML can hold it."""
    return escape(visible(text))
