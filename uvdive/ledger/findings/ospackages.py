"""What OS packages leave: apt's lists, compilers, headers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from uvdive.distro.places import APT_ARCHIVES, APT_LISTS
from uvdive.ledger.findings.facts import Facts, finding, heaviest
from uvdive.ledger.findings.places import files_below
from uvdive.ledger.findings.rewrites import TRIFLE
from uvdive.ledger.marks.components import text
from uvdive.ledger.report import Finding

_LISTS = re.compile(rb"_(?:Packages|Sources|Contents|Translation)[^/]*$|pkgcache\.bin$|\.deb$")
"""What apt fetches or computes again; ``apt-get dist-clean`` leaves the Release files on purpose."""

_VERSION_CONTROL = re.compile(r"^(?:git|mercurial|subversion)(?:-|$)")
"""Apps call these at run time too (GitPython), and nothing here tells."""


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
        "build tool",
        "build-tools-in-image",
        "Compilers and build tools are in the final image",
        "Build in a first stage: a container runs without them.",
    )


def headers(facts: Facts) -> Iterator[Finding]:
    """``-dev`` packages that the Dockerfile installed and did not leave behind."""
    yield from _packages(
        facts,
        "headers",
        "dev-packages-in-image",
        "Packages with headers (-dev) are in the final image",
        "Build in a first stage, and install only the libraries (libpq5 for libpq-dev) in the last one.",
    )


def _packages(facts: Facts, kind: str, name: str, title: str, advice: str) -> Iterator[Finding]:
    numbers = [
        number
        for number, part in enumerate(facts.components)
        if part.owner == "os-packages"
        and part.live_bytes
        and part.kind == kind
        and not _VERSION_CONTROL.match(part.name)
    ]
    by_layer = facts.live_by_layer(numbers)
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
