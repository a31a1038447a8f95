"""What a notebook shows: a small table, with every text escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from uvdive.base.text import visible


def html_table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in HTML, with its title as the caption."""

    def row(cells: Sequence[str], tag: str) -> str:
        return f"<tr>{''.join(f'<{tag}>{escape(visible(cell))}</{tag}>' for cell in cells)}</tr>"

    return (
        f"<table><caption>{escape(visible(title))}</caption><thead>{row(head, 'th')}</thead>"
        f"<tbody>{''.join(row(cells, 'td') for cells in rows)}</tbody></table>"
    )
