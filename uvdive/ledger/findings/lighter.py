"""Packages that have a lighter one in their place, and what is asked for with all of its extras."""

from __future__ import annotations

import re
from collections.abc import Iterator

from uvdive.ledger.costs.markers import understood
from uvdive.ledger.findings.environments import for_gpu
from uvdive.ledger.findings.facts import Facts, finding, heaviest
from uvdive.ledger.findings.places import EnvironmentPlace, files_below
from uvdive.ledger.report import Finding

_ID = "lighter-package-exists"
_OPENCV = ("opencv-python", "opencv-contrib-python")
_DESKTOP = re.compile(rb"^lib(?:Qt\d|xcb|X11|xkb)")
"""What opencv's wheels bring to open windows."""

_ALL = ("all", "everything", "full")


def lighter(facts: Facts) -> Iterator[Finding]:
    """OpenCV with windows, TensorFlow with a GPU's code, psycopg2 that was compiled (``pages``)."""
    for item in facts.places:
        yield from _opencv(facts, item)
        yield from _tensorflow(facts, item)
        yield from _psycopg(facts, item)


def _opencv(facts: Facts, item: EnvironmentPlace) -> Iterator[Finding]:
    table = facts.table
    for name in _OPENCV:
        if name not in item.components:
            continue
        found = []
        for site in item.sites:
            libs = table.find_below(site, name.replace("-", "_").encode() + b".libs")
            qt = table.find_below(site, b"cv2")
            qt = None if qt is None else table.find_below(qt, b"qt")
            bundled = [] if libs is None else list(files_below(table, [libs]))
            found += [e for e in bundled if _DESKTOP.match(table.names[table.entry_node[e]])]
            found += [] if qt is None else list(files_below(table, [qt]))
        count = facts.freed(found)
        if count:
            yield finding(
                _ID,
                f"{name} in {item.environment.path} brings libraries for windows",
                f"{name.replace('-python', '-python-headless')} is the same without them.",
                count=count,
                line=_line(facts, item, name),
                paths=[name],
            )


def _tensorflow(facts: Facts, item: EnvironmentPlace) -> Iterator[Finding]:
    # Elsewhere its wheels have no code for GPUs.
    if "tensorflow" in item.components and facts.platform == "linux/amd64" and not for_gpu(facts):
        yield finding(
            _ID,
            f"tensorflow in {item.environment.path} is built for GPUs too, and nothing else here is for one",
            "tensorflow-cpu is the same without that.",
            line=_line(facts, item, "tensorflow"),
            paths=["tensorflow"],
            weight="info",
        )


def _psycopg(facts: Facts, item: EnvironmentPlace) -> Iterator[Finding]:
    """Compiled here: what it was compiled with is in the image."""
    headers = sum(
        part.live_bytes
        for part in facts.components
        if part.name in ("libpq-dev", "postgresql-dev", "libpq-devel") and part.owner == "os-packages"
    )
    if "psycopg2" in item.components and headers:
        yield finding(
            _ID,
            f"psycopg2 in {item.environment.path} was compiled, with what that needs in the image",
            "psycopg[binary] (or psycopg2-binary) comes with its libpq: no compiler, no headers.",
            count=headers,
            line=_line(facts, item, "psycopg2"),
            paths=["psycopg2"],
            weight="low",
        )


def _line(facts: Facts, item: EnvironmentPlace, name: str) -> int | None:
    return facts.line(heaviest(facts.live_by_layer([item.components[name]])))


def all_extras(facts: Facts) -> Iterator[Finding]:
    """A project that asks for all extras of a package: most are for what it does not do."""
    for item in facts.places:
        asked: dict[str, None] = {}
        for ask in item.environment.asks:
            if ask.group is None:
                for text in ask.needs:
                    # Few name such an extra: else what understands them has to be imported.
                    near = "[" in text and any(extra in text.lower() for extra in _ALL)
                    need = understood(text) if near else None
                    if need is not None and need.name in item.components and set(need.extras) & set(_ALL):
                        asked[text] = None
        for text in asked:
            name = text.partition("[")[0]
            yield finding(
                "all-extras-asked",
                f"The project asks for {text}: for every extra of it",
                "Ask for the extras that the app uses; uvdive packages says what each package costs.",
                line=_line(facts, item, name),
                paths=[name],
                weight="info",
            )
