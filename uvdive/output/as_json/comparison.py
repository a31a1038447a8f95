"""A Comparison as the data of ``uvdive.comparison/1`` (``schemas/comparison-1.json``); sizes in bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from uvdive.output.plain import path_fields
from uvdive.verify.checks import Comparison, PackageDelta
from uvdive.verify.moves import Move, moved_packages, moves_of

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
        "packages": _packages(comparison.packages),
        "os_packages": _packages(comparison.os_packages),
        "paths": [
            {
                **path_fields(item.path),
                "change": item.change,
                "before_bytes": item.before_bytes,
                "after_bytes": item.after_bytes,
                "what": list(item.what),
            }
            for item in comparison.paths
        ],
        "moves": [_move(move) for move in moves_of(comparison.paths).moves],
        "config": [
            {"key": item.key, "before": item.before, "after": item.after} for item in comparison.config
        ],
        "unread_contents": comparison.unread,
    }


def _side(image: Mapping[str, object], file_bytes: int) -> dict[str, object]:
    return {**image, "file_bytes": file_bytes}


def _packages(packages: tuple[PackageDelta, ...]) -> list[dict[str, Any]]:
    came_from = moved_packages(packages)
    return [
        {
            "environment": package.environment,
            "name": package.name,
            "before": package.before,
            "after": package.after,
            "before_bytes": package.before_bytes,
            "after_bytes": package.after_bytes,
            "moved_from": packages[came_from[place]].environment if place in came_from else None,
        }
        for place, package in enumerate(packages)
    ]


def _move(move: Move) -> dict[str, Any]:
    return {
        "before": path_fields(move.old),
        "after": path_fields(move.new),
        "bytes": move.size,
        "files": move.files,
    }
