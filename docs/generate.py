"""Write what the documentation takes from the code: ``uv run python docs/generate.py``.

Commands come from the parsers, keys from the app's tables, findings, rules and choices from
the pages that ``--explain`` prints, the JSON contracts from the shipped schemas, the gallery from
the texts that the tests of the example projects hold. What completes the command line, and
the manual page, come from the parsers too. Nothing else
is changed. With ``--check`` nothing is written, and the exit code is 1 where a page is stale.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS))

from writers import checks, commands, completions, contracts, gallery, keys, pages, places
from writers.text import between

WHOLE: dict[str, Callable[[], str]] = {"commands.md": commands.page, "gallery.md": gallery.page}
"""Pages that are written from their first line to their last."""

PARTS: dict[tuple[str, str], Callable[[], str]] = {
    ("keys.md", "keys"): keys.tables,
    ("findings.md", "findings"): lambda: pages.written("finding"),
    ("rules.md", "rules"): lambda: pages.written("rule"),
    ("choices.md", "choices"): lambda: pages.written("choice"),
    ("json.md", "report"): lambda: contracts.contract("report"),
    ("json.md", "rewrite"): lambda: contracts.contract("rewrite"),
    ("json.md", "comparison"): lambda: contracts.contract("comparison"),
    ("json.md", "packages"): lambda: contracts.contract("packages"),
    ("json.md", "what-if"): lambda: contracts.contract("what-if"),
    ("json.md", "doctor"): lambda: contracts.contract("doctor"),
    ("json.md", "check"): lambda: contracts.contract("check"),
    ("json.md", "log"): lambda: contracts.contract("log"),
    ("json.md", "shared"): lambda: contracts.contract("shared"),
    ("check.md", "rules"): checks.rules,
    ("engines.md", "places-docker"): lambda: places.places("docker"),
    ("engines.md", "places-podman"): lambda: places.places("podman"),
}
"""Parts of pages, each between its marks."""


def written() -> dict[Path, str]:
    """Every page that has something generated, with its whole text as it shall be."""
    found = {DOCS / name: page() for name, page in WHOLE.items()}
    for (name, part), text in PARTS.items():
        path = DOCS / name
        found[path] = between(found.get(path) or path.read_text(), part, text())
    root = DOCS.parent
    return found | {root / path: text for path, text in completions.files().items()}


def main() -> int:
    check = sys.argv[1:] == ["--check"]
    stale = [path for path, text in written().items() if not path.exists() or path.read_text() != text]
    for path in stale:
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(written()[path])
        print(f"{path.name} {'is not what the code says now' if check else 'is written anew'}")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
