"""What an app needs of the system, by hand: packages with what they depend on, and who needs them."""

from __future__ import annotations

from collections.abc import Iterable

from uvdive.ledger.system.installed import Installed, closure
from uvdive.rewrite.evidence.system.os_needs import Need, SystemFacts


def packages(*specs: str) -> dict[str, Installed]:
    """``name=version: dependency dependency (virtual)``."""
    found = {}
    for spec in specs:
        head, _, rest = spec.partition(":")
        name, _, version = head.partition("=")
        names = rest.split()
        provides = tuple(word.strip("()") for word in names if word.startswith("("))
        depends = tuple((word,) for word in names if not word.startswith("("))
        found[name] = Installed(name, version or "1", depends, (), provides)
    return found


LIBPQ = packages(
    *("libc6", "gcc: cpp", "cpp", "libpq-dev=17.1: libpq5 libssl-dev", "libpq5=17.1: libc6"),
    *("libssl-dev", "curl: libcurl4", "libcurl4", "git", "libmagic1t64: (libmagic1)", "jq", "vim"),
)


def facts(
    needs: Iterable[Need] = (),
    found: dict[str, Installed] | None = None,
    old: Iterable[str] = ("libc6",),
    programs: Iterable[str] = ("curl", "git", "jq", "vim", "gcc"),
    only: Iterable[str] = (),
) -> SystemFacts:
    found = LIBPQ if found is None else found
    if only:
        found = {name: found[name] for name in closure(found, [*only, *old])}
    layers = {name: 0 if name in old else 1 for name in found}
    sizes = dict.fromkeys(found, 1000)
    return SystemFacts(found, layers, sizes, tuple(needs), {name: name for name in programs}, {})
