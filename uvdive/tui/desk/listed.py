"""Lists of packages that came with the image, beside what was found in it: no widget and no Textual here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from uvdive.base.names import normal_name
from uvdive.ledger.costs.listed import Beside, Difference, beside
from uvdive.session.desk import Held
from uvdive.tui.desk.package_tree import Branch, key_of
from uvdive.tui.desk.tables import Package

HOME = "SBOM"
Named = tuple[str, str]
"""A package's kind (``python``, ``os``) and its name as lists are compared by it."""


def listed_at(held: Held) -> tuple[Beside, ...]:
    """Every list that came with what is held, beside its packages."""
    found = held.memo.get(listed_at)
    if found is None:
        found = held.memo[listed_at] = tuple(beside(held.report, sbom) for sbom in held.report.sboms)
    known: tuple[Beside, ...] = found
    return known


def differing(lists: Iterable[Beside]) -> Mapping[Named, Difference]:
    """The first list's word on each package of which one says something else than the image."""
    found: dict[Named, Difference] = {}
    for each in lists:
        for difference in each.differences:
            found.setdefault((difference.kind, difference.name), difference)
    return found


def named(package: Package) -> Named:
    """How lists name a package."""
    if package.distribution is not None:
        return "python", normal_name(package.name)
    return "os", package.name


def list_branches(lists: Sequence[Beside], packages: Iterable[Package]) -> Iterator[Branch]:
    """A row for each list, and below it those packages of which it says something else.

    Args:
        lists: beside the image.
        packages: what was found, to lead to from there.
    """
    numbers = {named(each): each.number for each in packages if each.number is not None}
    for place, found in enumerate(lists):
        count = len(found.differences)
        by = f", by {found.tool}" if found.tool else ""
        # Two lists by one tool are two rows.
        home = HOME if not place else f"{HOME} {place + 1}"
        head = Package(f"SBOM: {differences(count)}{by}", "", 0, home, "", None, heading="list", beside=found)
        yield Branch(head, 0, (), below=bool(count))
        for each in found.differences:
            number = numbers.get((each.kind, each.name))
            row = Package(told(each), "", 0, home, "", number, heading="listed", difference=each)
            yield Branch(row, 1, (key_of(head),), below=False)


def differences(count: int) -> str:
    """So many, in words."""
    return f"{count:,} difference{'' if count == 1 else 's'}" if count else "as found"


def told(difference: Difference) -> str:
    """A difference in one line."""
    here, listed = (versions(each) for each in (difference.here, difference.listed))
    if not difference.listed:
        return f"{difference.name} {here}, not listed"
    if not difference.here:
        return f"{difference.name} {listed}, listed only"
    return f"{difference.name} {here}, listed as {listed}"


def versions(several: Sequence[str]) -> str:
    """Versions of one package in words."""
    return ", ".join(each or "no version" for each in several)
