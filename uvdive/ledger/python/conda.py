"""conda's environments: each package says in ``conda-meta/NAME-VERSION-BUILD.json`` which files it has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from uvdive.base import shapes
from uvdive.image.table import FileTable
from uvdive.ledger.marks.claims import Claims
from uvdive.ledger.marks.components import text
from uvdive.ledger.marks.kept_contents import KeptContents
from uvdive.ledger.marks.paths import normal
from uvdive.ledger.marks.regions import Regions

_PYTHON = frozenset({"python", "pypy", "python_abi", "pip", "setuptools", "wheel", "cpython"})


_RECORD = shapes.Record({"name": str, "version": str, "files": shapes.Maybe([str])})


@dataclass(frozen=True, slots=True)
class _Package:
    name: str
    version: str
    files: tuple[bytes, ...]


def claim_conda(contents: KeptContents, regions: Regions, claims: Claims, warnings: list[str]) -> None:
    """Mark conda's prefixes as environments, and let each package claim its files.

    conda's Python and what comes with it belong to ``python``, all other packages to
    the environment.
    """
    table = contents.table
    for folder in contents.names.called(b"conda-meta"):
        if table.node_parent[folder] <= 0:
            continue
        prefix = table.node_parent[folder]
        if regions.owner(prefix) in ("uv", "uv-cache", "caches"):
            continue
        path = table.path(prefix)
        regions.add(prefix, regions.components.number("venv", "environment", "environment", path=text(path)))
        for node in table.children(folder):
            if not table.names[node].endswith(b".json"):
                continue
            for entry, data in contents.files(node):
                package = _parse(data)
                if package is None:
                    warnings.append(f"{text(table.path(node))} is no record of a conda package")
                    continue
                component = _number(regions, package, path)
                span = table.entry_layer[entry], table.entry_death[entry]
                claims.add(node, component, *span)
                for owned in _owned(table, path, package):
                    claims.add(owned, component, *span)


def _number(regions: Regions, package: _Package, prefix: bytes) -> int:
    if package.name in _PYTHON:
        return regions.components.number("python", "conda", package.name, package.version)
    return regions.components.number("venv", "conda", package.name, package.version, text(prefix))


def _owned(table: FileTable, prefix: bytes, package: _Package) -> Iterator[int]:
    for file in package.files:
        path = normal(prefix + b"/" + file)
        node = table.find(path) if path.startswith(prefix + b"/") else None
        if node is not None:
            yield node


def _parse(data: bytes) -> _Package | None:
    """The record of an installed package; None where it is none."""
    try:
        record = shapes.load(data, _RECORD, "record")
    except ValueError:
        return None
    paths = tuple(file.encode("utf-8", "surrogatepass") for file in record.get("files") or ())
    return _Package(record["name"], record["version"], paths)
