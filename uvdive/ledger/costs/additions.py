"""What an extra of a project would bring, by its lock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from uvdive.base import toml
from uvdive.base.errors import UsageError
from uvdive.base.names import normal_name
from uvdive.ledger.costs.markers import marker_environment, understood
from uvdive.ledger.costs.whatif import Added, WhatIf, Wish, with_added
from uvdive.ledger.report import Environment, ImageReport
from uvdive.uv.lock import Asked, LockFile, as_list, as_table, fits, read_lock, wanted

_MORE = "What is added takes more room than its download: a wheel is compressed."


def with_extras(report: ImageReport, found: WhatIf, wish: Wish, locks: Sequence[str]) -> WhatIf:
    """A prediction with the extras that a wish asks for.

    Args:
        report: the image.
        found: the prediction without them.
        wish: names the extras.
        locks: texts of ``uv.lock`` files that may be the project's; the first that knows it counts.

    Raises:
        UsageError: no project has such an extra.
    """
    added: list[Added] = []
    notes: list[str] = []
    for extra in wish.extras:
        places = [
            (place, ask.project, ask.needs)
            for place in report.environments
            for ask in place.asks
            if ask.group == f"extra:{extra}"
        ]
        if not places:
            raise UsageError(f"No project of the image has an extra {extra}.", _known(report))
        for place, project, needs in places:
            lock = next((each for each in map(_Sized, locks) if each.knows(project)), None)
            some = list(_brought(report, place, project, extra, needs, lock))
            added += some
            if not some:
                notes.append(f"All that the extra {extra} asks for is in {place.path} already.")
            elif lock is None:
                notes.append(
                    f"No uv.lock of {project} is at hand: the sizes of what the extra {extra} brings, and "
                    "what that requires itself, are not known."
                )
    if any(item.download_bytes for item in added):
        notes.append(_MORE)
    return with_added(found, dict.fromkeys(added), notes)


def _known(report: ImageReport) -> str:
    names = sorted(
        ask.group.removeprefix("extra:")
        for place in report.environments
        for ask in place.asks
        if ask.group and ask.group.startswith("extra:")
    )
    if not names:
        return "Extras are told by a uv.lock or pyproject.toml."
    return f"There is {', '.join(dict.fromkeys(names))}."


def _brought(
    report: ImageReport,
    place: Environment,
    project: str,
    extra: str,
    needs: Iterable[str],
    lock: _Sized | None,
) -> Iterator[Added]:
    there = {item.name for item in place.distributions}
    if lock is None:
        named = (understood(need) for need in needs)
        for name in dict.fromkeys(need.name for need in named if need is not None):
            if name not in there:
                yield Added(place.path, name, None, None)
        return
    markers = marker_environment(place, report.image.platform)
    asked = Asked(extras=frozenset({extra}))
    before = wanted(lock.lock, [project], Asked(), markers).packages
    for name, packages in wanted(lock.lock, [project], asked, markers).packages.items():
        if name not in there and name not in before and packages:
            version = packages[0].version
            yield Added(place.path, name, version, lock.download(name, version, markers))


class _Sized:
    """A lock with the sizes of its files, which the lock's reader passes over."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.lock: LockFile = read_lock(text) or LockFile({}, frozenset())
        self._files: dict[tuple[str, str | None], list[tuple[str, int]]] | None = None

    def knows(self, project: str) -> bool:
        return project in self.lock.packages

    def download(self, name: str, version: str | None, markers: Mapping[str, str]) -> int | None:
        """The size of the wheel that fits the environment; None where none does, or none is told."""
        if self._files is None:
            self._files = dict(_sizes(self._text))
        minor = markers.get("python_version", "")
        machine = markers["platform_machine"]
        found = [
            count
            for file, count in self._files.get((name, version), ())
            if minor and any(fits(file, minor, libc, machine) for libc in ("glibc", "musl"))
        ]
        return max(found, default=None)


def _sizes(text: str) -> Iterator[tuple[tuple[str, str | None], list[tuple[str, int]]]]:
    try:
        top = toml.loads(text)
    except ValueError:
        return
    for entry in as_list(top.get("package")):
        table = as_table(entry)
        name = table.get("name")
        if isinstance(name, str):
            wheels = [as_table(each) for each in as_list(table.get("wheels"))]
            yield (
                (normal_name(name), table.get("version")),
                [
                    (str(each.get("url") or each.get("filename") or "").rpartition("/")[2], each["size"])
                    for each in wheels
                    if isinstance(each.get("size"), int)
                ],
            )
