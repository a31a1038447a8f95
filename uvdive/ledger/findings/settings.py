"""What the image's settings show to everybody who has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from uvdive.base.secrets.words import is_secret, redact, values_in
from uvdive.base.words import first_of
from uvdive.dockerfile.secret_variables import is_stand_in, secret_variables
from uvdive.ledger.findings.facts import Facts, finding
from uvdive.ledger.report import Finding

if TYPE_CHECKING:
    from uvdive.ledger.findings.recipe import Recipe

_MOST_NAMES = 3


def secrets(facts: Facts) -> Iterator[Finding]:
    """Variables and labels that hold what looks like a secret, whatever they are called."""
    settings = {**dict(entry.partition("=")[::2] for entry in facts.config.env), **facts.config.labels}
    lines = written_secrets(facts.recipe)
    known = values_in(layer.created_by for layer in facts.layers if not layer.base)
    found = sorted(
        name
        for name, value in settings.items()
        if value and (name in lines or _shows(name, value, known)) and not is_stand_in(value)
    )
    yield from of_secrets(found, lines)


def of_secrets(names: Sequence[str], lines: Mapping[str, int]) -> Iterator[Finding]:
    """The finding about settings with these names, some of which have a line; nothing of none."""
    if names:
        one = len(names) == 1
        yield finding(
            "secrets-in-settings",
            f"{first_of(names, _MOST_NAMES)} in the image's settings look{'s' if one else ''} like "
            f"{'a secret' if one else 'secrets'}",
            "Give it to a container when it starts, to a build by RUN --mount=type=secret, and change it.",
            line=next((lines[name] for name in names if name in lines), None),
            weight="high",
        )


def _shows(name: str, value: str, known: tuple[str, ...]) -> bool:
    return is_secret(name, value) or redact(value, known) != value


def written_secrets(recipe: Recipe | None) -> Mapping[str, int]:
    """The lines of the Dockerfile that put a secret into the settings, by variable or label."""
    if recipe is None:
        return {}
    held = secret_variables(recipe.steps())
    return {
        each.name: each.step.line
        for each in held
        if each.step.keyword != "ARG" and recipe.is_final(each.step)
    }
