"""An upgraded pip: it is the base's business, and stays as the new base has it (R10)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from uvdive.ledger.report import VIRTUAL
from uvdive.rewrite.environment import EnvironmentFacts, sites
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.files.owned import numbers_of
from uvdive.rewrite.evidence.steps import Evidence

_INSTALLER = frozenset({"pip"})
# An app in the system's own Python may import these; one in a virtual environment cannot.
_BESIDE = frozenset({"setuptools", "wheel"})


@dataclass(frozen=True, slots=True)
class BaseTools:
    """``names`` of distributions that the base has its own version of, their files, and their paths.

    ``paths`` are folders and files of both versions, the base's and the upgraded one.
    """

    names: tuple[str, ...] = ()
    nodes: frozenset[int] = frozenset()
    paths: tuple[str, ...] = ()


def base_tools(evidence: Evidence, files: Files, env: EnvironmentFacts) -> BaseTools:
    """What the build upgraded of the installers that the base's Python came with."""
    report = evidence.report
    assert report is not None
    names: set[str] = set()
    nodes: set[int] = set()
    paths: set[str] = set()
    for each in report.environments:
        if each.kind in VIRTUAL:
            continue
        for site in sites(each.path, files):
            for name in _INSTALLER | (frozenset() if env.system else _BESIDE):
                found = _upgraded(files, site, name)
                if not found:
                    continue
                names.add(name)
                paths |= found
                numbers = numbers_of(report, each.path, {name})
                top = files.at(each.path)
                for node in files.walk(top) if top is not None else ():
                    if files.component(node) in numbers:
                        nodes.add(node)
                        if files.path(node).startswith(f"{each.path.rstrip('/')}/bin/"):
                            paths.add(files.path(node))
    return BaseTools(tuple(sorted(names)), frozenset(nodes), tuple(sorted(paths)))


def _upgraded(files: Files, site: int, name: str) -> set[str]:
    """The paths of a distribution in a folder of packages, in all versions; empty unless it was upgraded."""
    metadata = re.compile(rf"{name}-[\w.!+]+\.(?:dist|egg)-info", re.IGNORECASE)
    table, folder = files.table, files.path(site)
    infos = {
        f"{folder}/{word}": child
        for child in table.children(site)
        if metadata.fullmatch(word := table.names[child].decode("utf-8", "surrogateescape"))
    }
    had = [path for path, child in infos.items() if files.in_base(child)]
    new = [path for path, child in infos.items() if not files.in_base(child) and files.at(path) is not None]
    return {*infos, f"{folder}/{name}"} if had and new else set()
