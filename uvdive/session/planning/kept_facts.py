"""What an image's app needs of the system, kept beside the layers: a later run does not look again.

It is kept under a name that everything goes into that it was made of: the image's id, what was told of
its layers, environments and components, and uvdive's own code. So what is found is what would be made.
Nothing is kept that does not read back as it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from uvdive.base.progress import OnEvent
from uvdive.base.shapes import Each, Maybe, Record, ShapeError, fit, load
from uvdive.ledger.reading.contents import ContentPlace
from uvdive.ledger.report import ImageReport
from uvdive.ledger.system.installed import Installed
from uvdive.rewrite.evidence.system.os_needs import Base, Need, SystemFacts, read_system
from uvdive.session.opening.caching import layer_cache
from uvdive.session.opening.finished import code_of

_FLOORS = ("base", "distro", "image", "dockerfile", "compose", "uv", "ledger", "rewrite", "session")

_PACKAGE = Record({"version": str, "depends": [[str]], "recommends": [[str]], "provides": [str]})
_NEED = Record({"package": str, "thing": str, "by": str, "how": str, "sure": bool})
_FACTS = Record(
    {
        "packages": Each(_PACKAGE), "first_layer": Each(int), "bytes": Each(int), "needs": [_NEED],
        "programs": Each(str), "listed": Each([str]), "asked_for": Maybe([str]), "scripted": [str],
        "asked_anew": Each([str]),
    }
)  # fmt: skip


def system_of(report: ImageReport, place: ContentPlace, *, base: Base, on_event: OnEvent) -> SystemFacts:
    """``read_system``, or what it gave before for the same image.

    Raises:
        EngineError: as ``read_system`` says.
    """
    name = _name(report, base)
    layers = layer_cache()
    if name is not None and (record := layers.record(name)) is not None:
        try:
            return _facts(record)
        except (ShapeError, ValueError):
            pass  # somebody else wrote it: as if nothing had been kept
    found = read_system(report, place, base=base, on_event=on_event)
    if name is not None and _reads_back(found):
        layers.keep_record(name, _record(found))
    return found


def _name(report: ImageReport, base: Base) -> str | None:
    code = code_of(_FLOORS)
    if code is None or not report.image.id:
        return None
    # The layers say whether their bytes are those that the id stands for.
    told = (code, base, report.image, report.layers, report.environments, report.components, report.config)
    return "system " + hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest()


def _reads_back(found: SystemFacts) -> bool:
    try:
        return _facts(load(json.dumps(_record(found)), _FACTS, "what is kept")) == found
    except (ShapeError, ValueError, TypeError):
        return False


def _record(facts: SystemFacts) -> dict[str, Any]:
    return {
        "packages": {
            name: {
                "version": each.version, "depends": each.depends, "recommends": each.recommends,
                "provides": each.provides,
            }
            for name, each in facts.packages.items()
        },
        "first_layer": dict(facts.first_layer),
        "bytes": dict(facts.bytes),
        "needs": [
            {"package": each.package, "thing": each.thing, "by": each.by, "how": each.how, "sure": each.sure}
            for each in facts.needs
        ],
        "programs": dict(facts.programs),
        "listed": {name: sorted(paths) for name, paths in facts.listed.items()},
        "asked_for": None if facts.asked_for is None else sorted(facts.asked_for),
        "scripted": sorted(facts.scripted),
        "asked_anew": {str(layer): sorted(names) for layer, names in facts.asked_anew.items()},
    }  # fmt: skip


def _facts(record: Mapping[str, Any]) -> SystemFacts:
    """The facts that ``_record`` wrote down.

    Raises:
        ShapeError: something else was written.
        ValueError: the same.
    """
    fit(record, _FACTS, "what was kept")
    asked_for = record.get("asked_for")
    return SystemFacts(
        {name: _installed(name, each) for name, each in record["packages"].items()},
        record["first_layer"],
        record["bytes"],
        tuple(_need(each) for each in record["needs"]),
        record["programs"],
        {name: frozenset(paths) for name, paths in record["listed"].items()},
        None if asked_for is None else frozenset(asked_for),
        frozenset(record["scripted"]),
        {int(layer): frozenset(names) for layer, names in record["asked_anew"].items()},
    )


def _installed(name: str, each: Mapping[str, Any]) -> Installed:
    depends, recommends = (tuple(map(tuple, each[key])) for key in ("depends", "recommends"))
    return Installed(name, each["version"], depends, recommends, tuple(each["provides"]))


def _need(each: Mapping[str, Any]) -> Need:
    if each["how"] not in ("links", "loads", "runs"):
        raise ShapeError("what was kept says how in another word")
    return Need(each["package"], each["thing"], each["by"], each["how"], each["sure"])
