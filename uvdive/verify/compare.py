"""Two images side by side: what each owner, package, path and setting became."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from uvdive.base.names import normal_name
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.reading.contents import Places
from uvdive.ledger.report import Component, Distribution, Environment, ImageReport
from uvdive.ledger.whose import is_os_package
from uvdive.verify.checks import Comparison, OwnerDelta, PackageDelta, PathDelta
from uvdive.verify.config import config_deltas
from uvdive.verify.pairs import Pair, changes, walk
from uvdive.verify.twins import CONTENT, compare_twins, twin
from uvdive.verify.verdict import whole_verdict


def compare(before: ImageReport, after: ImageReport, places: Places = (None, None)) -> Comparison:
    """Compare two images.

    Owners are in the order of OWNERS; packages by environment and name, only those
    that differ in version or bytes; paths in order. A path counts as changed by its
    type, mode, owner, size, link target, extended attributes and content; ``places`` say where contents are
    read, and the comparison's ``unread`` counts the files whose contents can't be had.

    Raises:
        EngineError: the engine went away.
    """
    owners = tuple(owner_deltas(before, after))
    paths, unread = _paths(before, after, places)
    config = config_deltas(before.config, after.config)
    return Comparison(
        before=_summary(before),
        after=_summary(after),
        before_bytes=before.totals.file_bytes,
        after_bytes=after.totals.file_bytes,
        verdict=whole_verdict(owners, len(paths), len(config)),
        owners=owners,
        packages=tuple(package_deltas(before, after)),
        os_packages=tuple(os_package_deltas(before, after)),
        paths=paths,
        config=config,
        unread=len(unread),
        unread_paths=unread,
    )


def _summary(report: ImageReport) -> Mapping[str, object]:
    return {
        "reference": report.image.reference,
        "id": report.image.id,
        "source": report.image.source,
        "platform": report.image.platform,
        "file_bytes": report.totals.file_bytes,
        "live_bytes": report.totals.live_bytes,
        "dead_bytes": report.totals.dead_bytes,
        "inspect_size": report.image.inspect_size,
        "listed_size": report.image.listed_size,
        "layers": len(report.layers),
        "files": report.totals.files,
    }


def owner_deltas(before: ImageReport, after: ImageReport) -> Iterator[OwnerDelta]:
    """What each owner became, in the order of OWNERS."""
    old = {owner.owner: owner.bytes for owner in before.owners}
    new = {owner.owner: owner.bytes for owner in after.owners}
    for owner in OWNERS:
        yield OwnerDelta(owner, old.get(owner, 0), new.get(owner, 0))


def _distributions(environment: Environment | None) -> dict[str, Distribution]:
    return {normal_name(d.name): d for d in environment.distributions} if environment else {}


def package_deltas(before: ImageReport, after: ImageReport) -> Iterator[PackageDelta]:
    """The distributions that differ in version or bytes, by environment and name."""
    old = {environment.path: environment for environment in before.environments}
    new = {environment.path: environment for environment in after.environments}
    for path in sorted(old.keys() | new.keys()):
        ours, theirs = _distributions(old.get(path)), _distributions(new.get(path))
        for name in sorted(ours.keys() | theirs.keys()):
            was, now = ours.get(name), theirs.get(name)
            delta = PackageDelta(
                environment=path,
                name=name,
                before=was.version if was else None,
                after=now.version if now else None,
                before_bytes=was.bytes if was else None,
                after_bytes=now.bytes if now else None,
            )
            if (delta.before, delta.before_bytes) != (delta.after, delta.after_bytes):
                yield delta


def os_packages_of(report: ImageReport) -> dict[str, tuple[str | None, int]]:
    """Version and bytes of each OS package; its files may lie with two owners."""
    found: dict[str, tuple[str | None, int]] = {}
    for component in report.components:
        if is_package(component):
            version, size = found.get(component.name, (None, 0))
            found[component.name] = (component.version or version, size + component.bytes)
    return found


def packages(report: ImageReport) -> dict[str, str | None]:
    """The OS packages of an image, with their versions."""
    return {component.name: component.version for component in report.components if is_package(component)}


def is_package(component: Component) -> bool:
    """Is a component an OS package?"""
    return is_os_package(component)


def os_package_deltas(before: ImageReport, after: ImageReport) -> Iterator[PackageDelta]:
    """The OS packages that differ in version or bytes, by name."""
    old, new = os_packages_of(before), os_packages_of(after)
    for name in sorted(old.keys() | new.keys()):
        was, now = old.get(name), new.get(name)
        if was != now:
            yield PackageDelta(
                environment="",
                name=name,
                before=was[0] if was else None,
                after=now[0] if now else None,
                before_bytes=was[1] if was else None,
                after_bytes=now[1] if now else None,
            )


def _paths(
    before: ImageReport, after: ImageReport, places: Places
) -> tuple[tuple[PathDelta, ...], tuple[bytes, ...]]:
    """The paths that differ, in order, and those of files that could not be read."""
    pairs = {pair.path: pair for pair in walk(before.files, after.files)}
    changed: dict[bytes, Literal["added", "removed", "changed"]] = {}
    what: dict[bytes, tuple[str, ...]] = {}
    twins = []
    for pair in pairs.values():
        if pair.before is None:
            changed[pair.path] = "added"
        elif pair.after is None:
            changed[pair.path] = "removed"
        elif how := changes(before.files, pair.before, after.files, pair.after):
            changed[pair.path], what[pair.path] = "changed", how
        elif found := twin(before, pair, after):
            twins.append(found)
    unread: list[bytes] = []
    for item in compare_twins(before, after, twins, places):
        if item.outcome == "differs":
            changed[item.twin.path], what[item.twin.path] = "changed", (CONTENT,)
        else:
            unread.append(item.twin.path)
    deltas = (
        _path(before, after, pairs[path], changed[path], what.get(path, ()))
        for path in pairs
        if path in changed
    )
    return tuple(deltas), tuple(unread)


def _path(
    before: ImageReport,
    after: ImageReport,
    pair: Pair,
    change: Literal["added", "removed", "changed"],
    what: tuple[str, ...],
) -> PathDelta:
    return PathDelta(
        path=pair.path,
        change=change,
        before_bytes=None if pair.before is None else before.files.entry_size[pair.before],
        after_bytes=None if pair.after is None else after.files.entry_size[pair.after],
        what=what,
    )
