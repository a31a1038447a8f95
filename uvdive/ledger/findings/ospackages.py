"""What OS packages leave: apt's lists, compilers, headers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from uvdive.distro.kinds import BUILD_TOOL, HEADERS, package_kind, runs_too
from uvdive.distro.places import APT_ARCHIVES, APT_LISTS
from uvdive.ledger.findings.facts import Facts, finding, heaviest
from uvdive.ledger.findings.places import files_below
from uvdive.ledger.findings.rewrites import TRIFLE
from uvdive.ledger.marks.components import text
from uvdive.ledger.report import Component, Finding
from uvdive.ledger.whose import is_os_package

_LISTS = re.compile(rb"_(?:Packages|Sources|Contents|Translation)[^/]*$|pkgcache\.bin$|\.deb$")
"""What apt fetches or computes again; ``apt-get dist-clean`` leaves the Release files on purpose."""


def apt_lists(facts: Facts) -> Iterator[Finding]:
    """Package lists and archives of apt, left by the Dockerfile's own instructions."""
    table = facts.table
    by_layer: dict[int, list[int]] = {}
    for root in (APT_LISTS, APT_ARCHIVES):
        node = table.find(root.encode())
        for entry in () if node is None else files_below(table, [node]):
            layer = table.entry_layer[entry]
            if not facts.layers[layer].base and _LISTS.search(table.names[table.entry_node[entry]]):
                by_layer.setdefault(layer, []).append(entry)
    entries = [entry for mine in by_layer.values() for entry in mine]
    total = facts.freed(entries)
    if total >= TRIFLE:
        folders = {text(table.path(table.node_parent[table.entry_node[entry]])) for entry in entries}
        yield finding(
            "apt-lists-in-image",
            "apt's lists or archives are in the final image",
            "Remove /var/lib/apt/lists in the same RUN that ran apt-get update.",
            count=total,
            line=facts.line(heaviest({layer: facts.freed(mine) for layer, mine in by_layer.items()})),
            paths=sorted(folders),
        )


def build_tools(facts: Facts) -> Iterator[Finding]:
    """Compilers and their like that the Dockerfile installed and did not leave behind."""
    yield from _packages(
        facts,
        BUILD_TOOL,
        "build-tools-in-image",
        "Compilers and build tools are in the final image",
        "Build in a first stage: a container runs without them.",
    )


def headers(facts: Facts) -> Iterator[Finding]:
    """``-dev`` packages that the Dockerfile installed and did not leave behind."""
    yield from _packages(
        facts,
        HEADERS,
        "dev-packages-in-image",
        "Packages with headers (-dev) are in the final image",
        "Build in a first stage, and install only the libraries (libpq5 for libpq-dev) in the last one.",
    )


def _kind(part: Component) -> str:
    """What an OS package is for; empty for other components and for what an app may call (git, gdb)."""
    if not part.live_bytes or not is_os_package(part) or runs_too(part.name):
        return ""
    return package_kind(part.name) if part.owner == "python" else part.kind


def _added(facts: Facts, numbers: Iterable[int]) -> dict[int, int]:
    """The live bytes of components by layer, without those that the base brought."""
    by_layer = facts.live_by_layer(numbers)
    return {layer: count for layer, count in by_layer.items() if not facts.layers[layer].base}


def _packages(facts: Facts, kind: str, name: str, title: str, advice: str) -> Iterator[Finding]:
    numbers = [
        number
        for number, part in enumerate(facts.components)
        if _kind(part) == kind and _added(facts, [number])
    ]
    by_layer = _added(facts, numbers)
    total = sum(by_layer.values())
    if total >= TRIFLE:
        numbers.sort(key=lambda number: -facts.components[number].live_bytes)
        yield finding(
            name,
            title,
            advice,
            count=total,
            line=facts.line(heaviest(by_layer)),
            paths=[facts.components[number].name for number in numbers],
        )
