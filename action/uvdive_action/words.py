"""The text of the comment and the summary."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from uvdive_action.runner import inert

MOST_OF_A_COMMENT = 65_000
"""GitHub takes fewer than 65,536 characters; the marker stands before these."""

_SPECIAL = "\\`*_{}[]<>()#+!|~&$@"
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.:/_-]{1,300}", re.ASCII)
_CUT = "\n\nThe rest is left out here: the log has all of it.\n"


def escaped(text: str) -> str:
    """Somebody else's text on one line of Markdown, shown as it is."""
    return "".join(f"\\{char}" if char in _SPECIAL else char for char in inert(text, 1000))


@dataclass(frozen=True)
class Footer:
    """What stands below: ``told`` of the baseline, the ``run``'s address, the ``commit``."""

    told: str
    run: str
    commit: str

    @classmethod
    def of(cls, environ: Mapping[str, str], told: str) -> Footer:
        """From the runner's variables."""
        run = "{}/{}/actions/runs/{}".format(
            *(environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
        )
        commit = environ.get("GITHUB_SHA", "")
        return cls(told, run if _ADDRESS.fullmatch(run) else "", commit if commit.isalnum() else "")

    def text(self) -> str:
        """One line."""
        parts = [escaped(self.told)] if self.told else []
        parts += [f"Checked {self.commit[:7]}"] if self.commit else []
        parts += [f"[log]({self.run})"] if self.run else []
        return " · ".join(parts)


def body_of(markdown: str, error: str, footer: Footer, most: int = MOST_OF_A_COMMENT) -> str:
    """The result, or why there is none; never longer than GitHub takes.

    Args:
        markdown: as uvdive wrote it, which is escaped; empty where nothing was checked.
        error: what uvdive said then.
        footer: stands below.
        most: UTF-8 bytes of all; no count of characters comes to more.
    """
    text = markdown.strip()
    if not text:
        text = f"### uvdive: nothing was checked\n\n{escaped(error) or 'The log says why.'}"
    below = f"\n\n{footer.text()}\n"
    return cut(text, most - len((below + _CUT).encode())) + below


def cut(text: str, most: int) -> str:
    """Whole lines of a text of at most so many bytes; what was folded open is closed."""
    if len(text.encode()) <= most:
        return text
    lines: list[str] = []
    closing = "\n\n</details>"
    left = most - len(closing)
    for line in text.splitlines():
        left -= len(line.encode()) + 1
        if left < 0:
            break
        lines.append(line)
    opened = sum(line.startswith("<details>") - (line == "</details>") for line in lines)
    return "\n".join(lines) + closing * min(opened, 1) + _CUT
