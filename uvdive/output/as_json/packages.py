"""What distributions cost as the data of ``uvdive.packages/1`` (``packages-1.json``); sizes in bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from uvdive.ledger.costs.costs import Costs
from uvdive.ledger.costs.listed import Beside
from uvdive.ledger.costs.rows import Cost
from uvdive.ledger.report import ImageReport
from uvdive.output.plain import path_fields

SCHEMA = "uvdive.packages/1"


def packages_data(
    report: ImageReport, costs: Sequence[Costs], lists: Sequence[Beside] | None = None
) -> dict[str, Any]:
    """The costs of each environment of an image as data that ``json_text`` can write.

    ``lists`` are those beside which it was asked to be held; None where nobody asked.
    """
    data = _packages(report, costs)
    return data if lists is None else {**data, "lists": [_list(each) for each in lists]}


def _list(found: Beside) -> dict[str, Any]:
    return {
        "tool": found.tool,
        "packages": found.listed,
        "same": found.same,
        "differences": [
            {"kind": each.kind, "name": each.name, "image": list(each.here), "list": list(each.listed)}
            for each in found.differences
        ],
        "other_kinds": dict(found.others),
    }


def _packages(report: ImageReport, costs: Sequence[Costs]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "tool_version": report.tool_version,
        "image": {"reference": report.image.reference, "id": report.image.id},
        "file_bytes": report.totals.file_bytes,
        "environments": [_environment(each) for each in costs],
    }


def _environment(costs: Costs) -> dict[str, Any]:
    place = costs.environment
    absent = sorted(costs.graph.absent.items())
    return {
        **path_fields(place.path),
        "kind": place.kind,
        "python": place.python,
        "bytes": sum(costs.own.values()),
        "asked": [_asked(row) for row in costs.rows if row.is_label],
        "packages": [_package(costs, row) for row in costs.rows if not row.is_label],
        "not_installed": [{"name": name, "required_by": sorted(by)} for name, by in absent],
        "notes": list(costs.notes),
    }


def _asked(row: Cost) -> dict[str, Any]:
    return {
        "name": row.name,
        "exclusive_bytes": row.exclusive_bytes,
        "requires": list(row.requires),
    }


def _package(costs: Costs, row: Cost) -> dict[str, Any]:
    return {
        "name": row.name,
        "version": row.version,
        "bytes": row.bytes,
        "exclusive_bytes": row.exclusive_bytes,
        "goes_with": row.goes_with or None,
        "requires": list(row.requires),
        "required_by": list(row.required_by),
        "extras": sorted(costs.graph.extras.get(row.name, ())),
        "os_package": row.os_package,
    }
