"""From a failed check to the choice of the plan that would mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from uvdive.base.paths import raw
from uvdive.image.resolve import resolve, which
from uvdive.image.table import Kind
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.choices import NONE, PACKAGES, PATHS, TRIM
from uvdive.rewrite.plan import RewritePlan
from uvdive.verify.checks import Check, CheckName, Verification, Want
from uvdive.verify.chosen_away import chosen_away
from uvdive.verify.compare import packages
from uvdive.verify.files.trimmed import part_of
from uvdive.verify.files.whose import package_of
from uvdive.verify.start.faithful import DEFAULT_PATH

LEFT = frozenset({"uv", "uv-cache"})
"""Owners whose files a rewrite takes away on purpose: a check that misses them needs another plan."""

MOST = 40
"""More missing things than that are no oversight of the plan."""


@dataclass(frozen=True, slots=True)
class Repair:
    """A changed decision that may mend what failed: ``--choose CHOICE=VALUE``, and why.

    ``checks`` are those that it is for; ``value`` holds what was chosen before, too.
    """

    choice: str
    value: str
    checks: tuple[CheckName, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class _Found:
    choice: str
    name: str
    check: CheckName
    reason: str


def repairs(
    before: ImageReport, after: ImageReport, plan: RewritePlan, verification: Verification
) -> tuple[Repair, ...]:
    """The changed decisions that a failed verification asks for; none where no choice can help.

    Something that an OS package of the original brings is mended by installing the package,
    anything else by copying its path from the build stage, which has all of the original.
    """
    chosen = {decision.id: decision.chosen for decision in plan.decisions}
    found = [
        item
        for check in verification.checks
        if check.status == "failed"
        for item in _of_check(
            before, after, check, chosen, () if plan.allowed is None else plan.allowed.trimmed
        )
    ]
    if len({item.name for item in found}) > MOST:
        return ()
    found = [_own_choice(item, chosen) for item in found]
    return tuple(
        _merged(choice, chosen.get(choice, NONE), [item for item in found if item.choice == choice], plan)
        for choice in sorted({item.choice for item in found})
    )


def _own_choice(item: _Found, chosen: Mapping[str, str]) -> _Found:
    """Where the plan decided about just this package, that decision is changed."""
    own = f"package-{item.name}"
    return replace(item, choice=own, name="keep") if item.choice == PACKAGES and own in chosen else item


def _merged(choice: str, chosen: str, found: list[_Found], plan: RewritePlan) -> Repair:
    had = [] if chosen in ("", NONE) or choice not in (PACKAGES, PATHS) else chosen.split(",")
    names = [item.name for item in found if item.name not in had]
    checks = tuple(dict.fromkeys(item.check for item in found))
    reasons = list({item.name: item.reason for item in reversed(found)}.values())[::-1]
    more = [f"and {len(reasons) - 5} more"] if len(reasons) > 5 else []
    if choice == TRIM and plan.allowed is not None:
        parts = sorted({told.partition(":")[0] for told in plan.allowed.trimmed} - set(names))
        return Repair(choice, ",".join(parts) or NONE, checks, "; ".join([*reasons[:5], *more]))
    return Repair(choice, ",".join([*had, *_topmost(names)]), checks, "; ".join([*reasons[:5], *more]))


def _topmost(names: Iterable[str]) -> list[str]:
    """The names without paths below another of them."""
    kept: list[str] = []
    for name in sorted(set(names)):
        if not any(name.startswith(f"{other.rstrip('/')}/") for other in kept):
            kept.append(name)
    return kept


def _of_check(
    before: ImageReport,
    after: ImageReport,
    check: Check,
    chosen: Mapping[str, str],
    trimmed: Sequence[str],
) -> Iterator[_Found]:
    for want in check.wants:
        if part := part_of(want, trimmed):
            yield _Found(TRIM, part, check.name, f"{check.name}: {want.name} was trimmed with {part}")
            continue
        away = [
            _Found(gone.choice, "keep", check.name, f"{check.name}: {gone.reason}")
            for gone in chosen_away(before, after, chosen, want)
        ]
        yield from away
        if away or want.kind == "module":
            continue
        if want.kind == "package":
            yield _Found(PACKAGES, want.name, check.name, f"{check.name}: the package {want.name} is gone")
            continue
        paths = [raw(want.name)] if want.kind == "path" else _named(before, want)
        for path in paths:
            yield from _of_path(before, after, path, want, check.name)


def _named(report: ImageReport, want: Want) -> list[bytes]:
    """Where the original has the program on its PATH, or the library: outside its environments first."""
    table, wanted = report.files, raw(want.name)
    if want.kind == "program":
        folders = report.config.environ.get("PATH", DEFAULT_PATH).split(":")
        node = which(table, wanted, [raw(folder) for folder in folders])
        return [] if node is None else [table.path(node)]
    roots = tuple(raw(environment.path) + b"/" for environment in report.environments)
    found = [
        table.path(table.entry_node[entry])
        for entry in table.live_entries()
        if table.names[table.entry_node[entry]] == wanted
    ]
    return [path for path in found if not path.startswith(roots)][:1] or found[:1]


def _of_path(
    before: ImageReport, after: ImageReport, path: bytes, want: Want, check: CheckName
) -> Iterator[_Found]:
    there = packages(after)
    names = _packages(before, path)
    if names is None or b"," in path:
        return
    if names:
        for name in sorted(names - there.keys()):
            yield _Found(PACKAGES, name, check, f"{check}: {want.name} comes with the package {name}")
        return
    text = path.decode("utf-8", "surrogateescape")
    if resolve(after.files, path).node is None:
        yield _Found(PATHS, text, check, f"{check}: {want.name} is not copied")


def _packages(report: ImageReport, path: bytes) -> frozenset[str] | None:
    """The OS packages that bring what is at and below a path; empty where something is no package's.

    None where the original has no such path, or it is uv's.
    """
    table = report.files
    node = resolve(table, path).node
    if node is None:
        return None
    names: set[str] = set()
    owned = True
    waiting = [node]
    while waiting:
        current = waiting.pop()
        waiting += table.children(current)
        entry = table.visible(current)
        if entry is None or table.entry_kind[entry] != Kind.FILE:
            continue
        if OWNERS[report.inode_owner[table.entry_inode[entry]]] in LEFT:
            return None
        package = package_of(report, entry)
        if package is None:
            owned = False
        else:
            names.add(package.name)
    return frozenset(names) if owned else frozenset()
