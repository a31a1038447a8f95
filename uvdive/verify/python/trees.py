"""Which module may be imported after which other one: those of what its distribution requires.

What a distribution requires is there and is imported by it anyhow, so importing it before changes
the order and nothing else. Any other module might bring what this one lacks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from uvdive.base.names import normal_name
from uvdive.ledger.costs.markers import Markers, understood
from uvdive.ledger.report import Distribution, Environment

_MOST = 100_000
"""Requirements that are followed: 2,000 distributions have some 20,000."""

Requires = Mapping[str, frozenset[str]]


def in_trees(environment: Environment, platform: str, modules: Sequence[str]) -> list[tuple[str, str | None]]:
    """Each module with the one that is imported before it, None where there is none.

    It is the one of what its distribution requires that brings the most code along, as that takes
    longest; of those that require each other none.

    Args:
        environment: where they are installed.
        platform: the image's, ``linux/amd64``.
        modules: their names.
    """
    asked = frozenset(modules)
    by_name = {normal_name(each.name): each for each in environment.distributions}
    faces = {name: face for name, each in by_name.items() if (face := _face(each, asked)) is not None}
    closures = _closures(_required(by_name, environment, platform))
    code = {name: each.code_bytes + each.native_bytes for name, each in by_name.items()}
    weights = {name: code[name] + sum(code[each] for each in needed) for name, needed in closures.items()}
    above: dict[str, str] = {}
    for name, each in by_name.items():
        needed = [
            other
            for other in closures[name]
            if other in faces and name not in closures[other] and faces[other] not in each.modules
        ]
        if needed:
            face = faces[max(needed, key=lambda other: (weights[other], other))]
            above.update((module, face) for module in each.modules if faces.get(name) in (module, None))
    return [(module, above.get(module)) for module in modules]


def _face(distribution: Distribution, asked: frozenset[str]) -> str | None:
    """The module by which others know a distribution; None where nobody can tell."""
    modules = [module for module in distribution.modules if module in asked]
    named = [module for module in modules if normal_name(module) == normal_name(distribution.name)]
    public = [module for module in modules if not module.startswith("_")]
    return next((found[0] for found in (named, public) if len(found) == 1), None)


def _required(by_name: Mapping[str, Distribution], environment: Environment, platform: str) -> Requires:
    """What each requires directly of what is there, without extras, which it may do without."""
    markers = Markers(environment, platform)
    found: dict[str, frozenset[str]] = {}
    left = _MOST
    for name, each in by_name.items():
        texts = (each.requires or ())[:left]
        left -= len(texts)
        read = (understood(text) for text in texts)
        found[name] = frozenset(
            one.name for one in read if one is not None and one.name in by_name and markers.hold(one)
        ) - {name}
    return found


def _closures(required: Requires) -> Requires:
    """What each requires, directly or not, itself left out."""
    found: dict[str, frozenset[str]] = {}
    for name in required:
        seen: set[str] = set()
        waiting = [*required[name]]
        while waiting:
            other = waiting.pop()
            if other not in seen:
                seen.add(other)
                # What was followed to its end before is known.
                waiting += found[other] if other in found else required[other]
        found[name] = frozenset(seen)
    return found
