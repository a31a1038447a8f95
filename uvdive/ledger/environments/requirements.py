"""What is required: by a distribution's own metadata, and by a project's lock; as text, not yet understood.

Who wants to know what it comes to asks ``ledger.costs``: reading an image must not wait for it.
"""

from __future__ import annotations

from collections.abc import Iterable

from uvdive.ledger.environments.lockfile import Lock, Need
from uvdive.ledger.marks.components import text
from uvdive.ledger.report import Ask

_FIELD = b"requires-dist:"
_LONGEST = 2_000
"""Of one requirement, in characters: real ones have some hundred, most of them its marker."""

_MOST = 5_000
"""Of one distribution: the largest list of extras that is known has some 500."""


def requires_of(metadata: bytes) -> tuple[str, ...] | None:
    """The requirements in the head of a METADATA or PKG-INFO (``Requires-Dist``).

    None where it is no metadata: without a name, or with more than any distribution has.
    https://packaging.python.org/en/latest/specifications/core-metadata/
    """
    head = metadata.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    found: list[str] = []
    named = open_ = False
    for line in head.split(b"\n"):
        if line[:1] in (b" ", b"\t"):
            if open_ and len(found[-1]) < _LONGEST:
                found[-1] += f" {text(line.strip()[:_LONGEST])}"
            continue
        field = line[: len(_FIELD)].lower()
        named = named or field.startswith(b"name:")
        open_ = field == _FIELD
        if open_:
            found.append(text(line[len(_FIELD) :].strip()[:_LONGEST]))
    if not named or len(found) > _MOST:
        return None
    return tuple(found)


def asks_of(lock: Lock) -> tuple[Ask, ...]:
    """What a lock's own projects ask for: always, for each extra, for each group."""
    found = []
    for root in lock.roots:
        package = lock.packages[root]
        found.append(Ask(root, None, _spelt(package.needs)))
        found += [Ask(root, f"extra:{name}", _spelt(needs)) for name, needs in package.extras.items()]
        found += [Ask(root, name, _spelt(needs)) for name, needs in package.groups.items()]
    return tuple(found)


def _spelt(needs: Iterable[Need]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{n.name}[{','.join(n.extras)}]" if n.extras else n.name for n in needs))
