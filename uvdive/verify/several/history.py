"""How an image grew from report to report: what each owner and package became, what made a step."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Literal

from uvdive.base.names import normal_name
from uvdive.image.reference import untagged
from uvdive.ledger.report import ImageReport
from uvdive.verify.checks import OwnerDelta, PackageDelta
from uvdive.verify.compare import os_package_deltas, owner_deltas, package_deltas
from uvdive.verify.moves import moved_packages

Order = Literal["created", "name", "given"]
"""By the image's date, by the file's name, or as the files were named."""
CauseKind = Literal["package", "OS package", "owner"]

REVISION = "org.opencontainers.image.revision"
"""The label that says of which commit an image was made (OCI image spec, annotations)."""

_COMMIT = re.compile(r"(?<![0-9A-Za-z])([0-9a-f]{7,40})(?![0-9A-Za-z])")
_DIGITS = re.compile(r"([0-9]{1,20})")
_OF_PACKAGES = frozenset({"venv", "os-packages"})
"""Owners that are nothing but packages, which are told of one by one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One report of the history; sizes in bytes.

    ``file`` is as it was named, ``commit_by`` says where the commit is known from: the image's ``label``,
    the ``file``'s name or the image's ``tag``.
    """

    file: str
    reference: str
    id: str
    created: str | None
    commit: str | None
    commit_by: Literal["label", "file", "tag"] | None
    tool_version: str
    file_bytes: int
    dead_bytes: int
    compressed_bytes: int | None
    owners: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Cause:
    """What a step is made of: a package or an owner, its versions, the difference in bytes.

    ``because`` are the names that lead to a package from the project on, itself left out.
    """

    kind: CauseKind
    name: str
    before: str | None
    after: str | None
    bytes: int
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """From one report to the next; ``causes`` are those that went its way, the largest first, then others."""

    bytes: int
    owners: tuple[OwnerDelta, ...]
    packages: tuple[PackageDelta, ...]
    os_packages: tuple[PackageDelta, ...]
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """One image's reports, the oldest first; ``steps`` has one less, each leading to the entry after it.

    ``name`` and ``platform`` are empty where reports of several were taken together.
    """

    name: str
    platform: str
    entries: tuple[Entry, ...]
    steps: tuple[Step, ...]

    @property
    def largest(self) -> int | None:
        """The step that added most, as the place of the entry it leads to; None where none added anything."""
        grown = [(step.bytes, -place) for place, step in enumerate(self.steps) if step.bytes > 0]
        return 1 - max(grown)[1] if grown else None


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved report, by the file it lies in; the report may be without its files."""

    file: str
    report: ImageReport


def image_name(reference: str) -> str:
    """What an image is called whichever its version: without tag and digest."""
    return untagged(reference.partition("@")[0])


def series_of(
    saved: Sequence[Saved], order: Order = "created", *, together: bool = False
) -> tuple[Series, ...]:
    """The histories of the images that the reports are of, in the order of their first report.

    Args:
        saved: the reports, as they were named.
        order: which report comes first.
        together: take all of them for one image of one platform.
    """
    groups: dict[tuple[str, str], list[Saved]] = {}
    for item in sorted_by(saved, order):
        image = item.report.image
        key = ("", "") if together else (image_name(image.reference), image.platform)
        groups.setdefault(key, []).append(item)
    return tuple(_series(items) for items in groups.values())


def sorted_by(saved: Sequence[Saved], order: Order) -> list[Saved]:
    """Reports in an order; of equal dates, as builds that are the same each time have, by the file's name."""
    if order == "given":
        return list(saved)
    by_name = sorted(saved, key=lambda item: _natural(item.file))
    return by_name if order == "name" else sorted(by_name, key=lambda item: moment(item.report.image.created))


def moment(created: str | None) -> float:
    """A date (RFC 3339) as seconds since 1970; what is none comes before all others."""
    try:
        found = datetime.fromisoformat(created or "")
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return float("-inf")


def _natural(name: str) -> list[tuple[int, str]]:
    """A name in pieces, its numbers by their value: 9 before 10."""
    return [(int(piece), "") if piece.isdecimal() else (-1, piece) for piece in _DIGITS.split(name)]


def _series(items: Sequence[Saved]) -> Series:
    names = {image_name(item.report.image.reference) for item in items}
    platforms = {item.report.image.platform for item in items}
    return Series(
        names.pop() if len(names) == 1 else "",
        platforms.pop() if len(platforms) == 1 else "",
        tuple(map(_entry, items)),
        tuple(_step(a.report, b.report) for a, b in pairwise(items)),
    )


def _entry(item: Saved) -> Entry:
    report = item.report
    commit, by = _commit(item)
    return Entry(
        file=item.file,
        reference=report.image.reference,
        id=report.image.id,
        created=report.image.created,
        commit=commit,
        commit_by=by,
        tool_version=report.tool_version,
        file_bytes=report.totals.file_bytes,
        dead_bytes=report.totals.dead_bytes,
        compressed_bytes=report.totals.compressed_bytes,
        owners={owner.owner: owner.bytes for owner in report.owners},
    )


def _commit(item: Saved) -> tuple[str | None, Literal["label", "file", "tag"] | None]:
    """The commit of an image: as its label says, else what looks like one in the file's name or the tag."""
    image, labels = item.report.image, item.report.config.labels
    if revision := labels.get(REVISION, "").strip():
        return revision[:64], "label"
    if found := commit_in(item.file.rpartition("/")[2]):
        return found, "file"
    tag = image.reference.partition("@")[0].removeprefix(image_name(image.reference))
    found = commit_in(tag)
    return (found, "tag") if found else (None, None)


def commit_in(name: str) -> str | None:
    """What looks like a commit's hash in a name: digits and letters to f, both, from seven on; the last one.

    A number alone is a date or a build's number, unless it is a hash of full length.
    """
    found = [each for each in _COMMIT.findall(name) if len(each) == 40 or not each.isdecimal()]
    return next((each for each in reversed(found) if any(map(str.isdigit, each))), None)


def _step(before: ImageReport, after: ImageReport) -> Step:
    owners = tuple(owner_deltas(before, after))
    packages, os_packages = tuple(package_deltas(before, after)), tuple(os_package_deltas(before, after))
    size = after.totals.file_bytes - before.totals.file_bytes
    causes = [
        *_of_packages("package", packages, _reasons(after, before)),
        *_of_packages("OS package", os_packages, {}),
        *(
            Cause("owner", each.owner, None, None, each.after - each.before)
            for each in owners
            if each.owner not in _OF_PACKAGES and each.after != each.before
        ),
    ]
    way = -1 if size < 0 else 1
    causes.sort(key=lambda each: (-way * each.bytes if way * each.bytes > 0 else abs(each.bytes), each.name))
    causes.sort(key=lambda each: way * each.bytes <= 0)
    return Step(size, owners, packages, os_packages, tuple(causes))


def _of_packages(
    kind: CauseKind, deltas: Sequence[PackageDelta], reasons: Mapping[str, tuple[str, ...]]
) -> Iterator[Cause]:
    """The packages that differ; one that only went to another environment is one change."""
    came_from = moved_packages(deltas)
    left = frozenset(came_from.values())
    for place, item in enumerate(deltas):
        if place in left:
            continue
        was = deltas[came_from[place]] if place in came_from else item
        size = (item.after_bytes or 0) - (was.before_bytes or 0)
        if size or was.before != item.after:
            yield Cause(kind, item.name, was.before, item.after, size, reasons.get(item.name, ()))


def _reasons(*reports: ImageReport) -> dict[str, tuple[str, ...]]:
    """Why each distribution is there, by its name; the first report that knows it says."""
    found: dict[str, tuple[str, ...]] = {}
    for report in reports:
        for environment in report.environments:
            for item in environment.distributions:
                found.setdefault(normal_name(item.name), item.why)
    return found
