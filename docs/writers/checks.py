"""The rules of `uvdive check`, from the table that SARIF's help is made of."""

from __future__ import annotations

from uvdive.output.check.rules import RULES
from writers.text import table


def rules() -> str:
    """A table with an anchor for each rule."""
    return table(
        ("rule", "what it asks for"), ((f'<a id="{name}"></a>`{name}`', text) for name, text in RULES.items())
    )
