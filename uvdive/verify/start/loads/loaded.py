"""Which distributions the original imported until it was ready, and which never."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from uvdive.build.running.loading import Loading
from uvdive.ledger.costs.costs import Costs
from uvdive.ledger.report import Distribution, Environment, Finding, ImageReport
from uvdive.verify.start.loads.import_lines import module_times
from uvdive.verify.start.loads.module_places import Modules, Place

NEVER_IMPORTED = "distribution-never-imported"

CAVEAT = (
    "It was seen in one start without a request but for /: what is imported later (in a function, by a "
    "worker, a job, another command), what only is called as a program and what only its metadata is asked "
    "for cannot be seen."
)
"""What not being imported does not say."""

SILENT = "Its Python told no import: it takes no variables (-E, -I), or it is no Python."


@dataclass(frozen=True, slots=True)
class Imported:
    """A distribution that was imported: milliseconds that its modules took by themselves, its live bytes.

    ``modules`` counts those that were imported, ``libraries`` are its native ones that were mapped.
    """

    environment: str
    name: str
    version: str
    milliseconds: float
    bytes: int
    modules: int
    libraries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NeverImported:
    """One that was not: its live bytes, and those of all that would go with it, imported or not."""

    environment: str
    name: str
    version: str
    bytes: int
    exclusive_bytes: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one start of the original loaded until it was ready, summed over its processes.

    ``imported`` has the slowest first, ``never`` the largest: those of the environments that
    anything was imported from. ``empty`` have nothing to import (type stubs, programs,
    requirements alone), of ``untold`` nobody knows what they bring, both by name. The
    milliseconds are of Python's own modules, of the app's, and of ``unknown`` ones. ``maps``
    says whether the mapped libraries were seen, ``unread`` of how many processes they were not.
    ``problem`` is why nothing was seen, empty where something was.
    """

    imported: tuple[Imported, ...] = ()
    never: tuple[NeverImported, ...] = ()
    empty: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()
    python_milliseconds: float = 0.0
    app_milliseconds: float = 0.0
    unknown_milliseconds: float = 0.0
    unknown: tuple[str, ...] = ()
    maps: bool = False
    unread: int = 0
    problem: str = ""

    @property
    def never_bytes(self) -> int:
        """The live bytes of what was never imported."""
        return sum(each.bytes for each in self.never)

    @property
    def finding(self) -> Finding | None:
        """What was never imported, as something to look into; it decides nothing."""
        if not self.never:
            return None
        many = len(self.never)
        title = f"{many} package{' was' if many == 1 else 's were'} never imported until the app was ready"
        paths = tuple(each.name for each in self.never[:20])
        return Finding(NEVER_IMPORTED, "info", title, self.never_bytes, None, paths, CAVEAT)


def loaded_by(report: ImageReport, told: Loading) -> Loaded:
    """What was loaded, by the distributions of the image.

    Args:
        report: the image that was run.
        told: what its processes told.
    """
    times = module_times(told.error)
    if not times:
        return Loaded(problem=SILENT)
    modules = Modules(report)
    by_place: dict[Place, dict[str, int]] = defaultdict(dict)
    for name, microseconds in times.items():
        by_place[modules.of_module(name)][name] = microseconds
    libraries: dict[Place, list[str]] = defaultdict(list)
    for path in told.mapped or ():
        if (place := modules.of_library(path)).name:
            libraries[place].append(path)
    used = {place for place in (*by_place, *libraries) if place.name}
    imported = [
        _imported(place, items, by_place.get(place, {}), libraries.get(place, ()))
        for place, items in _installed(report)
        if place in used
    ]
    never, empty, untold = _others(report, used)

    def milliseconds(whose: str) -> float:
        return sum(sum(each.values()) for place, each in by_place.items() if place.whose == whose) / 1000

    unknown = by_place.get(Place("unknown"), {})
    return Loaded(
        tuple(sorted(imported, key=lambda each: (-each.milliseconds, each.name))),
        tuple(sorted(never, key=lambda each: (-each.bytes, each.name))),
        tuple(empty),
        tuple(untold),
        milliseconds("python"),
        milliseconds("app"),
        milliseconds("unknown"),
        tuple(sorted(unknown, key=lambda name: (-unknown[name], name))[:20]),
        told.mapped is not None,
        told.unread,
    )


def _installed(report: ImageReport) -> Iterator[tuple[Place, list[Distribution]]]:
    for environment in report.environments:
        by_name: dict[str, list[Distribution]] = defaultdict(list)
        for each in environment.distributions:
            by_name[each.name].append(each)
        for name, items in by_name.items():
            yield Place("distribution", environment.path, name), items


def _imported(
    place: Place, items: list[Distribution], times: dict[str, int], libraries: list[str] | tuple[str, ...]
) -> Imported:
    return Imported(
        place.environment,
        place.name,
        _version(items),
        sum(times.values()) / 1000,
        sum(each.bytes for each in items),
        len(times),
        tuple(sorted(libraries)),
    )


def _others(report: ImageReport, used: set[Place]) -> tuple[list[NeverImported], list[str], list[str]]:
    """What was not imported, has nothing to import, and of what nobody knows, of used environments."""
    costs = {each.path: _exclusive(report, each) for each in report.environments if _is_used(each, used)}
    never, empty, untold = [], set(), set()
    for place, items in _installed(report):
        if place in used or place.environment not in costs or _is_own(report, place, items):
            continue
        if any(each.modules for each in items):
            size, with_it = sum(each.bytes for each in items), costs[place.environment].get(place.name, 0)
            never.append(
                NeverImported(place.environment, place.name, _version(items), size, max(size, with_it))
            )
        elif any(each.native_bytes or each.code_bytes for each in items) and not _is_stub(place.name):
            untold.add(place.name)
        else:
            empty.add(place.name)
    return never, sorted(empty), sorted(untold)


def _is_used(environment: Environment, used: set[Place]) -> bool:
    return any(place.environment == environment.path for place in used)


def _exclusive(report: ImageReport, environment: Environment) -> dict[str, int]:
    rows = Costs(environment, report.image.platform).rows
    return {row.name: row.exclusive_bytes for row in rows if not row.is_label}


def _is_own(report: ImageReport, place: Place, items: list[Distribution]) -> bool:
    """Is it the app itself, whose code lies elsewhere, or uv, which is a program?"""
    return any(each.editable for each in items) or any(
        (each.owner, each.name, each.path) == ("uv", place.name, place.environment)
        for each in report.components
    )


def _is_stub(name: str) -> bool:
    """Type stubs alone (PEP 561), which nobody imports."""
    return name.startswith("types-") or name.endswith("-stubs")


def _version(items: list[Distribution]) -> str:
    return ", ".join(dict.fromkeys(each.version for each in items))
