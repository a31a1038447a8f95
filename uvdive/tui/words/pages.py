"""The long texts of findings, rules and choices, whose Markdown is our own, as content."""

from __future__ import annotations

import re

from textual.content import Content

_CODE = re.compile(r"`([^`]+)`")


def title_of(markdown: str) -> str:
    """A page's first heading."""
    return markdown.partition("\n")[0].removeprefix("# ")


def section(markdown: str, title: str) -> Content:
    """What stands below a heading of a page; nothing where it has none of that name."""
    return render(markdown.partition(f"\n## {title}\n")[2].partition("\n## ")[0])


def titled(markdown: str) -> Content:
    """A page below its first heading."""
    return Content("\n").join([Content.styled(title_of(markdown), "bold"), render(markdown)])


def render(markdown: str) -> Content:
    """Headings, code, lists and paragraphs; the first heading is left out (a title says it)."""
    lines: list[Content] = []
    code = False
    for line in markdown.splitlines():
        if line.startswith("```"):
            code = not code
        elif code:
            lines.append(Content.styled(f"  {line}", "$text-accent"))
        elif line.startswith("# "):
            continue
        elif line.startswith("#"):
            lines.append(Content.styled(line.lstrip("# "), "bold"))
        else:
            lines.append(_inline(line))
    while lines and not lines[0].plain:
        del lines[0]
    return Content("\n").join(lines).rstrip().simplify() if lines else Content("")


def _inline(line: str) -> Content:
    parts: list[str | tuple[str, str]] = []
    end = 0
    for found in _CODE.finditer(line):
        parts += [line[end : found.start()], (found[1], "$text-accent")]
        end = found.end()
    return Content.assemble(*parts, line[end:])
