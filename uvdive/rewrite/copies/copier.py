"""Which paths the final image gets from the build stage: what the instructions wrote (R12, R29, R34–R37)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from uvdive.distro.places import LD_CACHE
from uvdive.image.table import Kind
from uvdive.rewrite.copies.already_there import Provided
from uvdive.rewrite.copies.copy_set import CopySet, Folder, Link, add_folders
from uvdive.rewrite.copies.left_behind import is_personal, is_scratch
from uvdive.rewrite.environment.facts import EnvironmentFacts
from uvdive.rewrite.environment.which import sites
from uvdive.rewrite.evidence.image_files import Files
from uvdive.rewrite.evidence.mounts import mount_points, mount_targets
from uvdive.rewrite.evidence.runs import Run
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.packages.by_other_programs import OtherMeans
from uvdive.rewrite.stages import Bases
from uvdive.uv.cache import cache_folder, in_default_cache

_BYTECODE = re.compile(r"/usr/(?:local/)?lib/python[\d.]+/.*__pycache__/")
# The loader does not look into Python's own folders.
_LIBRARIES = re.compile(r"/(?:usr/local/lib|usr/lib|lib)/(?!python[\d.]+/)(?:[^/]+/)*[^/]+\.so(?:\.|$)")
_FEW = 3
PROJECT_FILES = frozenset({"uv.lock", "pyproject.toml", "uv.toml", ".python-version"})


class Copier:
    """Walks the final state and divides it into what stays, what is repeated and what is copied."""

    def __init__(
        self,
        evidence: Evidence,
        files: Files,
        env: EnvironmentFacts,
        bases: Bases,
        runs: Sequence[Run],
        early: frozenset[int] = frozenset(),
        others: Sequence[OtherMeans] = (),
    ) -> None:
        self.evidence, self.files, self.env, self.bases = evidence, files, env, bases
        self.provided = Provided(evidence, files, env, runs, early, others)
        found = (cache_folder(step.values, None) for step in evidence.steps)
        self.caches = {path for path in found if path is not None and path.count("/") > 1}
        self.leave_out: frozenset[int] = frozenset()
        self.split = False
        self.sites = frozenset(sites(env.path, files)) if env.system else frozenset()
        self.mounts = {mount for step in evidence.runs() for mount in mount_targets(step, "cache")}
        self.mount_points = mount_points(evidence, files)
        self.result = CopySet()

    def copy_set(self, leave_out: frozenset[int] = frozenset(), *, split: bool = False) -> CopySet:
        """The copies; ``leave_out`` are nodes that a choice drops.

        ``split`` gives the environment a path of its own, before the rest of its folder.

        Raises:
            Refused: R34, an instruction changed something that can be neither copied nor repeated.
        """
        key = ("copies", self.bases.python_from, self.bases.python_to, self.env.left_out, leave_out, split)
        known = self.files.memo.get(key)
        if isinstance(known, CopySet):
            return known
        self.leave_out, self.split, self.result = leave_out, split, CopySet()
        self._visit(0)
        self.result.libraries = self._makes_libraries()
        if self.bases.python_from and self.bases.python_to:
            self._add_python()
        self.result.paths.sort(key=self._steadiness)
        self.files.memo[key] = self.result
        return self.result

    def _steadiness(self, path: str) -> int:
        """What changes least comes first: a change of the source then keeps the layers before it."""
        if path == self.bases.python_to:
            return 0
        return 1 if self.env.holds(path) else 2

    def _makes_libraries(self) -> bool:
        """Are there libraries among the copies that the loader's cache of the original knows?"""
        cache = self.files.at(LD_CACHE)
        if cache is None or self.files.layer(cache) < self.files.base_layers:
            return False
        below = (node for top in self.result.nodes for node in self.files.walk(top))
        return any(_LIBRARIES.match(self.files.path(node)) for node in below)

    def project_files(self) -> frozenset[int]:
        """Files that only the build needs: lock, project file, and what ``uv init`` made (R12)."""
        root = self.files.at(self.evidence.workdir)
        found: set[int] = set()
        for node in self.files.walk(root) if root is not None else ():
            path = self.files.path(node)
            if self.env.holds(path) or self.files.kind(node) == Kind.DIRECTORY or self.provided.has(node):
                continue
            relative = posixpath.relpath(path, self.evidence.workdir)
            run = self.provided.runs.get(self.files.layer(node))
            if relative in PROJECT_FILES or (run is not None and re.search(r"\buv\s+init\b", run.text)):
                found.add(node)
        if any(self.env.roots) and any(not self.env.holds(root) for root in self.env.roots):
            return frozenset()  # an editable project reads its own metadata and sources
        return frozenset(found)

    def _add_python(self) -> None:
        assert self.bases.python_from is not None
        assert self.bases.python_to is not None
        node = self.files.at(self.bases.python_from)
        if node is not None and self.bases.python_to not in self.result.paths:
            self.result.paths.append(self.bases.python_to)
            self.result.nodes.append(node)
            if self.bases.python_to == self.bases.python_from:
                add_folders(self.files, self.bases.python_to, self.result)

    def _in_workdir(self, path: str) -> bool:
        workdir = self.evidence.workdir.rstrip("/")
        return bool(workdir) and (path == workdir or path.startswith(f"{workdir}/"))

    def _excluded(self, node: int) -> bool:
        """Must this file or link stay behind in the build stage?"""
        if node in self.leave_out:
            return True
        path = self.files.path(node)
        if any(path == left or path.startswith(f"{left}/") for left in self.env.left_out):
            return True
        if self.env.holds(path):
            return False
        home = self.bases.python_from
        if self._is_uvs(node, path) or is_scratch(path) or self._is_base_bytecode(path):
            return True
        if home and (path.startswith(f"{home}/") or self.files.link(node).startswith(f"{home}/")):
            return True
        return is_personal(path) and not self._in_workdir(path)

    def _is_base_bytecode(self, path: str) -> bool:
        """Did a build step only leave bytecode here, of modules that came with the base's Python?"""
        if not _BYTECODE.match(path):
            return False
        package = self.files.at(path.partition("/__pycache__/")[0])
        return package is not None and package not in self.sites and self.files.in_base(package)

    def _is_uvs(self, node: int, path: str) -> bool:
        """Is it uv, or in its cache? There a file that is linked to the environment has the owner venv."""
        in_cache = in_default_cache(path) or any(path.startswith(f"{folder}/") for folder in self.caches)
        return in_cache or self.files.owner(node) in ("uv", "uv-cache")

    def _wanted_below(self, node: int) -> tuple[bool, bool]:
        """Does the subtree hold something to copy, and something to leave behind or that is there?"""
        keep = leave = False
        for below in self.files.walk(node):
            if self.files.kind(below) == Kind.DIRECTORY:
                continue
            if self._excluded(below) or self.provided.has(below):
                leave = True
            else:
                keep = True
        return keep, leave

    def _visit(self, node: int) -> None:
        path = self.files.path(node)
        if is_scratch(path) or path == LD_CACHE:
            return
        if self.files.kind(node) != Kind.DIRECTORY:
            if not self.provided.has(node) and not self._excluded(node):
                self.provided.check(node, path)
                self._add(node, path)
        elif node in self.sites and self.provided.has(node):
            self._visit_site(node, path)
        elif self.provided.has(node):
            if self.provided.is_changed_folder(node):
                self._make_folder(node, path)
            for child in self.files.children(node):
                if self.files.touched(child):
                    self._visit(child)
        elif path != self.bases.python_from:
            self._visit_added_folder(node, path)

    def _visit_added_folder(self, node: int, path: str) -> None:
        keep, leave = self._wanted_below(node)
        if path in self.mount_points or (
            not keep
            and (leave or any(mount.startswith(f"{path}/") or mount == path for mount in self.mounts))
        ):
            return
        self._make_folder(node, path)
        children = self.files.children(node)
        if not leave and not (self.split and self.env.path.startswith(f"{path}/")):
            for below in self.files.walk(node):
                self.provided.check(below, self.files.path(below))
            self._add(node, path)
            return
        for child in children:
            self._visit(child)

    def _visit_site(self, node: int, path: str) -> None:
        """A folder of packages of the base's own Python: only what is new goes over (R10)."""
        new = [child for child in self.files.children(node) if self._is_new(child)]
        if len(new) < _FEW:
            for child in new:
                self._visit(child)
            return
        kept = [child for child in self.files.children(node) if child not in new]
        self.result.cleared += [
            self.files.path(child) for child in kept if sum(self.files.bytes_by_owner([child]).values())
        ]
        self.result.paths.append(path)
        self.result.nodes += new

    def _is_new(self, node: int) -> bool:
        """Is there something below that the base lacks? Bytecode of the base's packages is not counted."""
        for below in self.files.walk(node):
            if self.files.kind(below) == Kind.DIRECTORY or self.provided.has(below) or self._excluded(below):
                continue
            if not (self.files.in_base(node) and "/__pycache__/" in self.files.path(below)):
                return True
        return False

    def deleted(self) -> dict[int, int]:
        """How many paths of the base each line's RUN removed, where the runner does not repeat it."""
        counts: dict[int, int] = {}
        for node, layer in self.files.deleted():
            run, step = self.provided.runs.get(layer), self.provided.steps.get(layer)
            path = self.files.path(node)
            if step is None or self.provided.installs(run) or is_scratch(path):
                continue
            counts[step.line] = counts.get(step.line, 0) + 1
        return counts

    def _add(self, node: int, path: str) -> None:
        if self.files.kind(node) == Kind.SYMLINK:
            _, uid, gid = self.files.mode(node)
            folder = posixpath.dirname(path)
            above = self.files.at(folder)
            parent = None if above is None or self.provided.has(above) else folder
            self.result.links.append(Link(path, self.files.link(node), uid, gid, parent))
            return
        self.result.paths.append(path)
        if self.files.kind(node) == Kind.FILE:
            self.result.files.add(path)
        self.result.nodes.append(node)

    def _make_folder(self, node: int, path: str) -> None:
        mode, uid, gid = self.files.mode(node)
        if (mode, uid, gid) != (0o755, 0, 0) or self.files.in_base(node):
            self.result.folders.append(Folder(path, mode, uid, gid))
