"""OS packages that only dropped distributions need: what a prediction adds where contents are at hand."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from uvdive.base.errors import EngineError
from uvdive.base.paths import raw
from uvdive.base.progress import OnEvent, ignore
from uvdive.distro.kinds import only_builds
from uvdive.image.table import NONE
from uvdive.ledger.costs.whatif import Unneeded, WhatIf
from uvdive.ledger.reading.contents import place_of
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.evidence.system.os_needs import Need, SystemFacts, read_system
from uvdive.session.opening.images import Loaded

_NOT_READ = "Which OS packages only these need is not known: the image's files can't be read here."


def with_unneeded(image: Loaded, found: WhatIf, on_event: OnEvent = ignore) -> WhatIf:
    """A prediction with the OS packages that nothing would need any more.

    They stay in the image until the Dockerfile installs them no more, so they are not in its sum.
    """
    if not found.gone:
        return found
    report = image.report
    try:
        with place_of(report, image.index) as place:
            facts = None if place is None else read_system(report, place, on_event=on_event)
    except EngineError:
        facts = None
    if facts is None:
        return replace(found, notes=(*found.notes, _NOT_READ))
    gone = {(item.environment, item.name) for item in found.gone}
    return replace(found, os_packages=unneeded(report, facts, gone))


def unneeded(
    report: ImageReport, facts: SystemFacts, gone: Collection[tuple[str, str]]
) -> tuple[Unneeded, ...]:
    """The added packages that are needed by distributions that go, and by nothing else, the largest first.

    Args:
        report: the image.
        facts: its packages and who needs them.
        gone: environments and names of the distributions that go.
    """
    names = {name for _, name in gone}
    lost: dict[str, dict[str, None]] = {}
    kept: set[str] = set()
    for need in facts.needs:
        by = _distribution(report, need)
        if by in gone or (by is None and need.by in names):
            lost.setdefault(need.package, {})[by[1] if by else need.by] = None
        else:
            kept.add(need.package)
    base = 0 if report.image.base is None else report.image.base.layers
    added = {name for name in facts.packages if facts.first_layer.get(name, 0) >= base}
    only = lost.keys() - kept
    going = facts.closure(only) & added
    # A package of headers that brought a library is itself for the build alone.
    holding = {name for name in facts.packages.keys() - going if not only_builds(name)}
    staying = facts.closure(kept | holding)
    return _listed(facts, going - staying, lost)


def _listed(
    facts: SystemFacts, names: Iterable[str], lost: dict[str, dict[str, None]]
) -> tuple[Unneeded, ...]:
    found = [Unneeded(name, facts.bytes.get(name, 0), tuple(lost.get(name, ()))) for name in names]
    return tuple(sorted(found, key=lambda item: (-item.bytes, item.name)))


def _distribution(report: ImageReport, need: Need) -> tuple[str, str] | None:
    """The distribution whose file needs something; None where it is no file of one."""
    table = report.files
    node = table.find(raw(need.by))
    entry = None if node is None else table.visible(node)
    inode = NONE if entry is None else table.entry_inode[entry]
    number = NONE if inode == NONE else report.inode_component[inode]
    if number == NONE:
        return None
    part = report.components[number]
    return (part.path, part.name) if part.kind == "distribution" else None
