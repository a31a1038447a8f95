"""A Comparison as the data of ``uvdive.comparison/1`` (``schemas/comparison-1.json``); sizes in bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from uvdive.output.plain import path_fields
from uvdive.verify.checks import Comparison, PackageDelta

SCHEMA = "uvdive.comparison/1"


def comparison_data(comparison: Comparison) -> dict[str, Any]:
    """The whole comparison as data that ``json_text`` can write."""
    return {
        "schema": SCHEMA,
        "before": _side(comparison.before, comparison.before_bytes),
        "after": _side(comparison.after, comparison.after_bytes),
        "delta_bytes": comparison.delta_bytes,
        "verdict": comparison.verdict,
        "owners": [
            {"owner": item.owner, "before": item.before, "after": item.after} for item in comparison.owners
        ],
        "packages": [_package(item) for item in comparison.packages],
        "os_packages": [_package(item) for item in comparison.os_packages],
        "paths": [
            {
                **path_fields(item.path),
                "change": item.change,
                "before_bytes": item.before_bytes,
                "after_bytes": item.after_bytes,
            }
            for item in comparison.paths
        ],
        "config": [
            {"key": item.key, "before": item.before, "after": item.after} for item in comparison.config
        ],
        "unread_contents": comparison.unread,
    }


def _side(image: Mapping[str, object], file_bytes: int) -> dict[str, object]:
    return {**image, "file_bytes": file_bytes}


def _package(package: PackageDelta) -> dict[str, Any]:
    return {
        "environment": package.environment,
        "name": package.name,
        "before": package.before,
        "after": package.after,
        "before_bytes": package.before_bytes,
        "after_bytes": package.after_bytes,
    }
