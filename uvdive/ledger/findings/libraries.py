"""The same native library in several wheels."""

from __future__ import annotations

import re
from collections.abc import Iterator

from uvdive.base.units import size
from uvdive.image.table import NONE
from uvdive.ledger.findings.facts import Facts, finding
from uvdive.ledger.findings.places import EnvironmentPlace, files_below
from uvdive.ledger.report import Finding

_MIN = 1_000_000
_REPAIRED = re.compile(rb"-[0-9a-f]{8}(?:\.[0-9.]{1,40})?\.so(?:\.[0-9.]{1,40})?$")
"""What auditwheel calls a library that it puts into a wheel: by the digest of its content."""

_INNER = (b"lib", b".libs")


def same_library(facts: Facts) -> Iterator[Finding]:
    """Libraries with the same name, digest and size in several distributions of an environment."""
    for item in facts.places:
        found: dict[tuple[bytes, int], dict[int, str]] = {}
        table = facts.table
        for entry in files_below(table, list(_folders(facts, item))):
            name = table.names[table.entry_node[entry]]
            component = facts.attribution.entry_component[entry]
            if component != NONE and _REPAIRED.search(name):
                owner = facts.components[component].name
                found.setdefault((name, table.entry_size[entry]), {})[table.entry_inode[entry]] = owner
        twice = {key: owners for key, owners in found.items() if len(set(owners.values())) > 1}
        repeated = sum(count * (len(owners) - 1) for (_, count), owners in twice.items())
        if repeated >= _MIN:
            wheels = sorted({owner for owners in twice.values() for owner in owners.values()})
            many = len(twice)
            yield finding(
                "same-library-twice",
                f"{many} native librar{'y is' if many == 1 else 'ies are'} in several wheels of "
                f"{item.environment.path}: {size(repeated)} of the same content",
                "Wheels bring their own libraries, and share none; it may decide between two packages.",
                paths=wheels,
                weight="info",
            )


def _folders(facts: Facts, item: EnvironmentPlace) -> Iterator[int]:
    """Where wheels put libraries: ``NAME.libs`` beside their packages, or a folder in them."""
    table = facts.table
    for site in item.sites:
        for child in table.children(site):
            if table.names[child].endswith(b".libs"):
                yield child
            else:
                inner = (table.find_below(child, name) for name in _INNER)
                yield from (node for node in inner if node is not None)
