"""Histories as the data of ``uvdive.log/1`` (``schemas/log-1.json``); sizes in bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from uvdive.base.errors import UvdiveError
from uvdive.base.version import __version__
from uvdive.verify.checks import PackageDelta
from uvdive.verify.several.history import Cause, Entry, Order, Series, Step

SCHEMA = "uvdive.log/1"


def history_data(
    series: Sequence[Series], unread: Sequence[tuple[str, UvdiveError]], order: Order
) -> dict[str, Any]:
    """All histories, and the files that could not be read, as data that ``json_text`` can write."""
    return {
        "schema": SCHEMA,
        "tool_version": __version__,
        "order": order,
        "images": [_series(each) for each in series],
        "unread": [{"file": file, "error": error.what} for file, error in unread],
    }


def _series(series: Series) -> dict[str, Any]:
    return {
        "name": series.name or None,
        "platform": series.platform or None,
        "reports": [
            {**_entry(entry), "step": None if step is None else _step(step)}
            for entry, step in zip(series.entries, (None, *series.steps), strict=True)
        ],
        "largest_step": series.largest,
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "file": entry.file,
        "reference": entry.reference,
        "id": entry.id,
        "created": entry.created,
        "commit": entry.commit,
        "commit_by": entry.commit_by,
        "tool_version": entry.tool_version,
        "file_bytes": entry.file_bytes,
        "dead_bytes": entry.dead_bytes,
        "compressed_bytes": entry.compressed_bytes,
        "owners": dict(entry.owners),
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "delta_bytes": step.bytes,
        "owners": [
            {"owner": each.owner, "before": each.before, "after": each.after}
            for each in step.owners
            if each.before != each.after
        ],
        "packages": [_package(each) for each in step.packages],
        "os_packages": [_package(each) for each in step.os_packages],
        "causes": [_cause(each) for each in step.causes],
    }


def _package(item: PackageDelta) -> dict[str, Any]:
    return {
        "environment": item.environment,
        "name": item.name,
        "before": item.before,
        "after": item.after,
        "before_bytes": item.before_bytes,
        "after_bytes": item.after_bytes,
    }


def _cause(cause: Cause) -> dict[str, Any]:
    return {
        "kind": cause.kind,
        "name": cause.name,
        "before": cause.before,
        "after": cause.after,
        "delta_bytes": cause.bytes,
        "because": list(cause.because),
    }
