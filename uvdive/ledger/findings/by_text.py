"""What a Dockerfile's text alone tells: the findings that need no image, without bytes."""

from __future__ import annotations

from uvdive.ledger.findings.caching import wrong_mounts
from uvdive.ledger.findings.recipe import Recipe
from uvdive.ledger.findings.settings import of_secrets, written_secrets
from uvdive.ledger.findings.uv import frozen_tags, unpinned_tags
from uvdive.ledger.report import Finding


def find_by_text(recipe: Recipe) -> tuple[Finding, ...]:
    """The findings about a Dockerfile, by their lines."""
    lines = written_secrets(recipe)
    found = [
        *unpinned_tags(recipe),
        *frozen_tags(recipe),
        *wrong_mounts(recipe),
        *of_secrets(sorted(lines), lines),
    ]
    return tuple(sorted(found, key=lambda item: (item.line or 0, item.id)))
