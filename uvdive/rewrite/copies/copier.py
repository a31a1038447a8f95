"""Which paths the final image gets from the build stage: what the instructions wrote (R12, R29, R34–R37)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from functools import cached_property

from uvdive.base.paths import is_below
from uvdive.distro.places import LD_CACHE
from uvdive.dockerfile.ignore import Ignored
from uvdive.image.table import Kind
from uvdive.rewrite.copies.behind.already_there import Provided
from uvdive.rewrite.copies.behind.base_tools import base_tools
from uvdive.rewrite.copies.behind.below import Below
from uvdive.rewrite.copies.behind.exclusions import Exclusions
from uvdive.rewrite.copies.behind.left_behind import is_scratch, left_behind
from uvdive.rewrite.copies.behind.project_files import project_file_names, project_files
from uvdive.rewrite.copies.copy_set import CopySet, Folder, Link, add_folders
from uvdive.rewrite.environment import EnvironmentFacts, sites
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.files.mounts import mount_points, mount_targets
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.packages import OtherMeans
from uvdive.rewrite.stages import Bases

# The loader does not look into Python's own folders.
_LIBRARIES = re.compile(r"/(?:usr/local/lib|usr/lib|lib)/(?!python[\d.]+/)(?:[^/]+/)*[^/]+\.so(?:\.|$)")
_FEW = 3

ACCOUNTS = ("/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow", "/etc/subuid", "/etc/subgid")
"""What commands that make users write."""


class Copier:
    """Divides the final state into what stays, what is repeated and what is copied; keeps its answers."""

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
        prefixes = [env.path] if env.system else []
        self.sites = frozenset(n for p in (*prefixes, *env.other_systems) for n in sites(p, files))
        self.base_tools = base_tools(evidence, files, env)
        self.provided = Provided(evidence, files, env, runs, early, others, bare=bases.bare)
        self.exclusions = Exclusions(
            evidence, files, env, bases.python_from, self.sites, self.base_tools.nodes
        )
        self.mounts = {mount for step in evidence.runs() for mount in mount_targets(step, "cache")}
        self.mount_points = mount_points(evidence, files)
        self._whole: dict[frozenset[int], CopySet] = {}
        self._split: dict[frozenset[int], CopySet] = {}
        self.own: dict[tuple[frozenset[int], Ignored | None], CopySet | None] = {}
        """The author's own instructions, as ``own_copies`` found them, by what it was asked."""
        self.below = Below(files, self.provided, self.exclusions)
        self.checked = bytearray(len(files.table.names))
        """By node: may it be copied, for all that was asked of it?"""

    @cached_property
    def left_behind(self) -> frozenset[str]:
        """The paths above the base that stay behind, each as short as it can be told exactly."""
        return left_behind(self.files, self.evidence.workdir, self.bases.python_from)

    @cached_property
    def deleted(self) -> dict[int, int]:
        """How many paths of the base each line's RUN removed, where the final stage does not repeat it."""
        return self.provided.deleted(self.base_tools.paths)

    @cached_property
    def project_files(self) -> frozenset[int]:
        """Files that only the build needs (R12)."""
        names = project_file_names(self.evidence, self.files)
        return project_files(self.provided, self.env, self.evidence.workdir, names)

    def holds_packages(self, path: str) -> bool:
        """Does a path hold installed packages: the environment, or what a system's Python got?"""
        if self.env.holds(path):
            return True
        prefixes = [*([self.env.path] if self.env.system else []), *self.env.other_systems]
        node = self.files.at(path)
        return any(is_below(path, prefix) for prefix in prefixes) and (
            node in self.sites or (node is not None and self._is_packages(node))
        )

    def _is_packages(self, node: int) -> bool:
        owners = {self.files.owner(each) for each in self.files.walk(node)} - {None}
        return owners == {"venv"}

    def copy_set(self, leave_out: frozenset[int] = frozenset(), *, split: bool = False) -> CopySet:
        """The copies; ``leave_out`` are nodes that a choice drops.

        ``split`` gives the environment a path of its own, before the rest of its folder.

        Raises:
            Refused: R34, an instruction changed something that can be neither copied nor repeated.
        """
        known = self._split if split else self._whole
        if leave_out not in known:
            known[leave_out] = _Walk(self, leave_out, split=split).copies()
        return known[leave_out]


class _Walk:
    """One way through the final state from the root down; ``result`` grows on it."""

    def __init__(self, copier: Copier, leave_out: frozenset[int], *, split: bool) -> None:
        self.copier, self.files, self.bases = copier, copier.files, copier.bases
        self.provided, self.env = copier.provided, copier.env
        self.leave_out, self.split = leave_out, split
        self.result = CopySet()

    def copies(self) -> CopySet:
        self._visit(0)
        if self.bases.bare is None:
            self.result.libraries = self._makes_libraries()
        else:
            self._add_accounts()
        if self.bases.python_from and self.bases.python_to:
            self._add_python(self.bases.python_from, self.bases.python_to)
        self.result.paths.sort(key=self._steadiness)
        return self.result

    def _steadiness(self, path: str) -> int:
        """What changes least comes first: a change of the source then keeps the layers before it."""
        if path == self.bases.python_to:
            return 0
        return 1 if self.copier.holds_packages(path) else 2

    def _makes_libraries(self) -> bool:
        """Are there libraries among the copies that the loader's cache of the original knows?"""
        cache = self.files.at(LD_CACHE)
        if cache is None or self.files.layer(cache) < self.files.base_layers:
            return False
        names = self.files.table.names
        below = (
            node
            for top in self.result.nodes
            for node in self.files.walk(top)
            if node == top or b".so" in names[node]
        )
        return any(_LIBRARIES.match(self.files.path(node)) for node in below)

    def _add_accounts(self) -> None:
        """The files of users and groups, where the build has others than its base, or USER names one."""
        user = self.copier.evidence.report.config.user if self.copier.evidence.report is not None else ""
        named = any(part and not part.isdecimal() and part != "root" for part in user.split(":"))
        nodes = {path: self.files.at(path) for path in ACCOUNTS}
        changed = {p for p, node in nodes.items() if node is not None and self._is_own(node)}
        for path, node in nodes.items():
            if node is not None and (path in changed or ((changed or named) and path in ACCOUNTS[:2])):
                self.result.accounts.append(path)
                self.result.nodes.append(node)

    def _is_own(self, node: int) -> bool:
        return self.files.layer(node) >= self.files.base_layers

    def _add_python(self, python_from: str, python_to: str) -> None:
        node = self.files.at(python_from)
        if node is not None and python_to not in self.result.paths:
            self.result.paths.append(python_to)
            self.result.nodes.append(node)
            if python_to == python_from:
                add_folders(self.files, python_to, self.result)

    def _excluded(self, node: int) -> bool:
        return node in self.leave_out or self.copier.exclusions.excludes(node)

    def _visit(self, node: int) -> None:
        path, bare = self.files.path(node), self.bases.bare
        if is_scratch(path) or path == LD_CACHE or (bare is not None and bare.gives(path)):
            return
        if self.files.kind(node) != Kind.DIRECTORY:
            if not self.provided.has(node) and not self._excluded(node):
                self.provided.check(node)
                self._add(node, path)
        elif node in self.copier.sites and self.provided.has(node):
            self._visit_site(node, path)
        elif self.provided.has(node):
            self._visit_folder_of_base(node, path)
        elif path != self.bases.python_from:
            self._visit_added_folder(node, path)

    def _visit_folder_of_base(self, node: int, path: str) -> None:
        """A folder of the base; one that only the old base had is made where something goes there."""
        if changed := self.provided.is_changed_folder(node):
            self._make_folder(node, path)
        made, copied = len(self.result.folders), self._count()
        for child in self.files.children(node):
            if self.files.touched(child):
                self._visit(child)
        if not changed and self.provided.lacks(node) and self._count() > copied:
            self.result.folders[made:made] = self._folder(node, path)

    def _count(self) -> int:
        return len(self.result.paths) + len(self.result.links) + len(self.result.folders)

    def _visit_added_folder(self, node: int, path: str) -> None:
        keep, leave, there = self.copier.below.of(node, self.leave_out)
        empty, meant = not keep and not there, self.provided.is_named(node)
        if path in self.copier.mount_points or (empty and ((leave and not meant) or self._holds_mount(path))):
            return
        self._make_folder(node, path, always=empty and leave)
        if not (leave or there) and not (self.split and self.env.path.startswith(f"{path}/")):
            checked = self.copier.checked
            for below in self.files.walk(node):
                if not checked[below]:
                    self.provided.check(below)
                    checked[below] = 1
            self._add(node, path)
            return
        for child in self.files.children(node):
            self._visit(child)

    def _holds_mount(self, path: str) -> bool:
        return any(mount == path or mount.startswith(f"{path}/") for mount in self.copier.mounts)

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

    def _make_folder(self, node: int, path: str, *, always: bool = False) -> None:
        self.result.folders += self._folder(node, path, always=always)

    def _folder(self, node: int, path: str, *, always: bool = False) -> list[Folder]:
        mode, uid, gid = self.files.mode(node)
        needed = always or (mode, uid, gid) != (0o755, 0, 0) or self.provided.may_be_there(node)
        return [Folder(path, mode, uid, gid)] if needed else []
