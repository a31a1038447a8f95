"""Which files stay behind in the build stage: uv and its cache, scratch, another Python (R12, R35)."""

from __future__ import annotations

import re

from uvdive.base.paths import is_below
from uvdive.rewrite.copies.behind.left_behind import is_personal, is_scratch
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.uv.cache import cache_folder, in_default_cache

_BYTECODE = re.compile(r"/usr/(?:local/)?lib/python[\d.]+/.*__pycache__/")


class Exclusions:
    """Answers for the nodes of the original's final state.

    ``python_from`` is the folder of uv's Pythons, where another interpreter takes their
    place or they are copied by themselves; None: there is none. ``sites`` are the folders of
    packages of a system's Python that is the app's environment, ``tools`` the files of those
    that the base has a version of its own of.
    """

    def __init__(
        self,
        evidence: Evidence,
        files: Files,
        env: EnvironmentFacts,
        python_from: str | None,
        sites: frozenset[int],
        tools: frozenset[int] = frozenset(),
    ) -> None:
        self.files, self.env, self.sites, self.tools = files, env, sites, tools
        self._python = python_from
        self._workdir = evidence.workdir.rstrip("/")
        named = (cache_folder(step.values, None) for step in evidence.steps)
        self._caches = {path for path in named if path is not None and path.count("/") > 1}
        self._known: dict[int, bool] = {}
        self._whole: dict[int, bool] = {}

    def excludes(self, node: int) -> bool:
        """Must this file or link stay behind? Kept, as each way through the files asks anew."""
        known = self._known.get(node)
        if known is None:
            folder = self.files.table.node_parent[node]
            known = self._known[node] = not self._keeps_all_below(folder) and self._excludes(node)
        return known

    def _excludes(self, node: int) -> bool:
        path = self.files.path(node)
        if any(path == left or path.startswith(f"{left}/") for left in self.env.left_out):
            return True
        if self.env.holds(path):
            return False
        if node in self.tools:
            return True
        home = self._python
        if self._is_uvs(node, path) or is_scratch(path) or self._is_base_bytecode(path):
            return True
        if home and (path.startswith(f"{home}/") or self.files.link(node).startswith(f"{home}/")):
            return True
        return is_personal(path) and not self._in_workdir(path)

    def _keeps_all_below(self, folder: int) -> bool:
        """Is a folder in an environment that is copied, with nothing in it that is left out?

        Asked of each folder once, as an environment has ten files in one.
        """
        known = self._whole.get(folder)
        if known is None:
            path = self.files.path(folder)
            apart = (is_below(path, left) or is_below(left, path) for left in self.env.left_out)
            known = self._whole[folder] = self.env.holds(path) and not any(apart)
        return known

    def _in_workdir(self, path: str) -> bool:
        return bool(self._workdir) and f"{path}/".startswith(f"{self._workdir}/")

    def _is_base_bytecode(self, path: str) -> bool:
        """Did a build step only leave bytecode here, of modules that came with the base's Python?"""
        if not _BYTECODE.match(path):
            return False
        package = self.files.at(path.partition("/__pycache__/")[0])
        return package is not None and package not in self.sites and self.files.in_base(package)

    def _is_uvs(self, node: int, path: str) -> bool:
        """Is it uv, or in its cache? There a file that is linked to the environment has the owner venv."""
        in_cache = in_default_cache(path) or any(path.startswith(f"{folder}/") for folder in self._caches)
        return in_cache or self.files.owner(node) in ("uv", "uv-cache")
