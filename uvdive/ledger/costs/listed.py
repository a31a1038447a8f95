"""An image's packages beside a list of them that came from somebody else."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from uvdive.base.names import normal_name
from uvdive.image.attested.sbom import Sbom
from uvdive.ledger.report import ImageReport

ListedKind = Literal["python", "os"]

_KINDS: dict[str, ListedKind] = {"pypi": "python", "deb": "os", "apk": "os", "rpm": "os"}
"""By the type of a package URL, which packages it is beside; uvdive lists no others."""

_HERE: dict[str, ListedKind] = {"distribution": "python", "bundled": "python", "package": "os"}
"""By the kind of a component."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A package that the two have in other versions, or one of them only: then the other side is empty."""

    kind: ListedKind
    name: str
    here: tuple[str, ...]
    listed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """A list beside what was found.

    ``tool`` made the list, ``listed`` counts its packages, ``same`` those that are found as it says,
    and ``others`` those of kinds that uvdive does not list, by kind.
    """

    tool: str
    listed: int
    same: int
    differences: tuple[Difference, ...]
    others: tuple[tuple[str, int], ...]


def beside(report: ImageReport, sbom: Sbom) -> Beside:
    """What a list says that the image does not have, and the other way round; versions as both spell them."""
    here = _versions(_found(report))
    there = _versions(
        (_KINDS[each.kind], each.name, each.version) for each in sbom.packages if each.kind in _KINDS
    )
    same, differences = 0, list[Difference]()
    for kind, name in sorted(here.keys() | there.keys()):
        found, listed = here.get((kind, name), ()), there.get((kind, name), ())
        if found == listed:
            same += 1
        else:
            differences.append(Difference(kind, name, found, listed))
    others = Counter(each.kind for each in sbom.packages if each.kind not in _KINDS)
    return Beside(sbom.tool, len(sbom.packages), same, tuple(differences), tuple(sorted(others.items())))


def _found(report: ImageReport) -> Iterator[tuple[ListedKind, str, str]]:
    """Every package of the final state."""
    for part in report.components:
        kind = _HERE.get(part.kind)
        if kind is not None and part.version and (part.live_bytes or not part.bytes):
            yield kind, part.name, part.version


def _versions(
    packages: Iterable[tuple[ListedKind, str, str]],
) -> dict[tuple[ListedKind, str], tuple[str, ...]]:
    """The versions of each, by its kind and name; a name is in the image as often as it is installed."""
    found = defaultdict[tuple[ListedKind, str], set[str]](set)
    for kind, name, version in packages:
        found[kind, normal_name(name) if kind == "python" else name].add(version)
    return {key: tuple(sorted(versions)) for key, versions in found.items()}
