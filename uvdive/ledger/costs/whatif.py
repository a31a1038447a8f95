"""An image without some of its packages, or with an extra of its project: what it would come to."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from uvdive.base.errors import UsageError
from uvdive.base.names import normal_name
from uvdive.base.units import size
from uvdive.ledger.costs.costs import Costs, costs_of
from uvdive.ledger.costs.graph import TOP, Node
from uvdive.ledger.report import ImageReport


@dataclass(frozen=True, slots=True)
class Wish:
    """What is not asked for any more, by normalized names: packages and groups; and extras that are."""

    without: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gone:
    """A distribution that would go, with all bytes that it has in the image, dead ones too."""

    environment: str
    name: str
    version: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Stays:
    """A distribution that was to go and stays: who else asks for it, or what brings it."""

    environment: str
    name: str
    held_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Added:
    """A distribution that would come; ``download_bytes`` as the lock says, None where it does not.

    Installed it takes more: a wheel is compressed.
    """

    environment: str
    name: str
    version: str | None
    download_bytes: int | None


@dataclass(frozen=True, slots=True)
class Unneeded:
    """An OS package that only distributions that go need; its live bytes, and their names."""

    name: str
    bytes: int
    needed_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The image as it would be; in ``after_bytes`` what is added counts as its download, if known.

    ``os_packages`` stay as long as the Dockerfile installs them, and are in no sum.
    """

    before_bytes: int
    after_bytes: int
    gone: tuple[Gone, ...]
    stays: tuple[Stays, ...]
    added: tuple[Added, ...]
    notes: tuple[str, ...]
    os_packages: tuple[Unneeded, ...] = ()


def what_if(report: ImageReport, wish: Wish) -> WhatIf:
    """The image without what a wish leaves out, as a build would make it.

    What the project asks for, and what was asked for by hand, is asked for no more; a package
    that another one requires stays. Extras are added by ``additions.with_extras``.

    Raises:
        UsageError: there is no such package or group.
    """
    costs = costs_of(report)
    _check(costs, wish)
    gone: list[Gone] = []
    stays: list[Stays] = []
    for each in costs:
        reached = _still_reached(each, wish)
        sizes = _Sizes(report, each)
        for name in each.own:
            held = each.graph.places[Node(name)] in reached
            fixed = sizes.fixed(name)
            if not held and not fixed:
                gone.append(
                    Gone(each.environment.path, name, each.tree.by_name[name].version, sizes.of(name))
                )
            elif name in wish.without:
                holders = fixed or tuple(_holders(each, name, reached, wish))
                stays.append(Stays(each.environment.path, name, holders))
    gone.sort(key=lambda item: (-item.bytes, item.environment, item.name))
    before = report.totals.file_bytes
    after = before - sum(item.bytes for item in gone)
    return WhatIf(before, after, tuple(gone), tuple(stays), (), tuple(_notes(report, gone, costs)))


def _check(costs: tuple[Costs, ...], wish: Wish) -> None:
    packages = {name for each in costs for name in each.own}
    groups = {node.label.group for each in costs for node in each.graph.nodes if node.label}
    for kind, asked, known in (
        ("package", wish.without, packages),
        ("group", wish.groups, {group for group in groups if group and not group.startswith("extra:")}),
    ):
        for name in asked:
            if name not in known:
                near = difflib.get_close_matches(name, sorted(known), 1)
                instead = f"Did you mean {near[0]}?" if near else _instead(kind, known)
                raise UsageError(f"The image has no {kind} {name} installed.", instead)


def _instead(kind: str, known: Iterable[str]) -> str:
    names = ", ".join(sorted(known)) if kind == "group" else ""
    return f"There is {names}." if names else f"uvdive packages lists what each {kind} costs."


def _still_reached(costs: Costs, wish: Wish) -> set[int]:
    """The nodes that some way leads to that the wish leaves."""
    graph = costs.graph
    cut = {number for number, node in enumerate(graph.nodes) if node.name in wish.without}
    projects = {ask.project for ask in costs.environment.asks}
    seen: set[int] = set()
    pending = [TOP]
    while pending:
        number = pending.pop()
        node = graph.nodes[number]
        dropped = node.label is not None and node.label.group in wish.groups
        if number in seen or dropped:
            continue
        seen.add(number)
        by_author = number == TOP or node.label is not None or node.name in projects
        pending += [child for child in graph.below[number] if not (by_author and child in cut)]
    return seen


def _holders(costs: Costs, name: str, reached: set[int], wish: Wish) -> Iterator[str]:
    """Those that still ask for a package."""
    projects = {ask.project for ask in costs.environment.asks}
    for by in costs.tree.by_name[name].required_by:
        node = costs.graph.places.get(Node(by))
        if node is not None and node in reached and by not in projects and by not in wish.without:
            yield by


class _Sizes:
    """The bytes of an environment's distributions in the whole image, by the ledger's components."""

    def __init__(self, report: ImageReport, costs: Costs) -> None:
        path = costs.environment.path
        self._costs = costs
        self._tool = costs.environment.kind == "tool"
        self._bytes: dict[str, int] = {}
        for part in report.components:
            if part.kind == "distribution" and part.path == path:
                self._bytes[part.name] = self._bytes.get(part.name, 0) + part.bytes

    def of(self, name: str) -> int:
        return self._bytes.get(name, self._costs.own[name])

    def fixed(self, name: str) -> tuple[str, ...]:
        """What brings a distribution that no project decides about: an OS package, the interpreter."""
        brought = self._costs.tree.by_name[name].os_package
        if brought:
            return (f"the OS package {brought}",)
        return () if name in self._bytes or self._tool else ("its Python, which brings it",)


def _notes(report: ImageReport, gone: list[Gone], costs: tuple[Costs, ...]) -> Iterator[str]:
    """What the prediction cannot know."""
    cache = next((owner.bytes for owner in report.owners if owner.owner == "uv-cache"), 0)
    if gone and cache:
        yield f"uv's cache is in the image ({size(cache)}): what it has of them is not counted, and goes too."
    if gone:
        yield "What they write at the start, and OS packages that only they need, are not counted."
    yield from dict.fromkeys(
        note
        for each in costs
        if any(item.environment == each.environment.path for item in gone)
        for note in each.notes
    )


def wish_of(without: Iterable[str], groups: Iterable[str], extras: Iterable[str]) -> Wish:
    """A wish by names as people write them."""
    return Wish(*(tuple(dict.fromkeys(map(normal_name, names))) for names in (without, groups, extras)))


def with_added(found: WhatIf, added: Iterable[Added], notes: Iterable[str]) -> WhatIf:
    """The same with what extras bring."""
    listed = tuple(sorted(added, key=lambda item: (-(item.download_bytes or 0), item.name)))
    more = sum(item.download_bytes or 0 for item in listed)
    return replace(found, added=listed, after_bytes=found.after_bytes + more, notes=(*found.notes, *notes))
