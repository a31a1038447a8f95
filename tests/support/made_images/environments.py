"""Environments of a report by hand: distributions with their bytes and what they require."""

from __future__ import annotations

from uvdive.ledger.report import Ask, Distribution, Environment


def distribution(name: str, size: int, *requires: str, version: str = "1.0") -> Distribution:
    return Distribution(name, version, size, 0, 0, 1, requires=requires)


def asks(project: str, group: str | None, *needs: str) -> Ask:
    return Ask(project, group, needs)


def environment(
    *items: Distribution, asks: tuple[Ask, ...] = (), python: str | None = "3.13.5", path: str = "/app/.venv"
) -> Environment:
    return Environment(
        path=path,
        kind="venv",
        python=python,
        interpreter=f"{path}/bin/python",
        interpreter_path="/usr/local/bin/python3.13",
        hops=(),
        uv_version="0.13.9",
        roots=(),
        scripts=(),
        distributions=tuple(sorted(items, key=lambda item: item.name)),
        asks=asks,
    )
