"""Who owns what is copied: COPY's own ``--chown`` where it is right, folders made first where not (R29, R54).

BuildKit and buildah give the folders that a COPY creates, those above its target too, the owner that
``--chown`` names and mode 0755. A folder that is there keeps its owner in BuildKit and takes the
source's in buildah, so ``--chown`` is only written where both come to the same.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from uvdive.base.paths import is_below
from uvdive.dockerfile.variables import filled_in
from uvdive.image.table import Kind
from uvdive.ledger.report import User
from uvdive.rewrite.copies.by_text.chown import owned_by_text
from uvdive.rewrite.copies.copier import Copier
from uvdive.rewrite.copies.copy_set import CopySet, Folder, WorkdirPlace
from uvdive.rewrite.evidence.steps import Evidence

_NAMED = re.compile(r"(?:--chown=|\bchown\s+(?:-\w+\s+)*|\A)([\w-]+):([\w-]+)")
_ROOT = (0, 0)
Owner = tuple[int, int]


def with_owners(evidence: Evidence, copier: Copier | None, copies: CopySet) -> CopySet:
    """The copies with their ``--chown``, and only the folders left that no COPY makes as they are.

    Args:
        evidence: the file, whose own words for owners are taken.
        copier: knows the image's files; None without an image, where the folders are the author's words.
        copies: what is copied, with every folder that is not root's with mode 0755.
    """
    if copier is None:
        return owned_by_text(evidence, copies)
    return _Owning(evidence, copier, copies).decided()


class _Owning:
    """Finds, folder by folder, which COPY gives it its owner; the others have to be made."""

    def __init__(self, evidence: Evidence, copier: Copier, copies: CopySet) -> None:
        self.evidence, self.copier, self.files, self.copies = evidence, copier, copier.files, copies
        self.needed = {folder.path: folder for folder in copies.folders}
        self.names = names_of_owners(evidence)
        self.to_make: set[str] = set()

    def decided(self) -> CopySet:
        self.to_make = {path for path in self.needed if not self._copy_may_make(path)}
        while True:
            self._make_above()
            place = self._place()
            chown, missed = self._chown(place)
            if not missed:
                break
            self.to_make |= missed
        words = {path: self.names.get(owner, f"{owner[0]}:{owner[1]}") for path, owner in chown.items()}
        folders = [self._in_words(f) for f in self._folders() if f.path in self.to_make]
        return replace(self.copies, folders=folders, chown=words, workdir=place)

    def _folders(self) -> list[Folder]:
        """All that may have to be made, those above first."""
        lacked = {path: self.files.at(path) for path in sorted(self._lacked_by_authors() - set(self.needed))}
        above = [Folder(path, *self.files.mode(node)) for path, node in lacked.items() if node is not None]
        return [*above, *self.copies.folders]

    def _copy_may_make(self, path: str) -> bool:
        """Can a COPY create this folder at all, or is it there before, empty, or of another mode?"""
        node = self.files.at(path)
        if node is None or self.files.mode(node)[0] != 0o755 or self.copier.provided.may_be_there(node):
            return False
        return any(is_below(copied, path) for copied in [*self.copies.paths, *self.copies.late])

    def _make_above(self) -> None:
        """Making a folder makes those above it too, as root's."""
        for path in list(self.to_make):
            self.to_make.update(above for above in _way(path) if above in self.needed)

    def _place(self) -> WorkdirPlace:
        """Where WORKDIR stands so that the folders it creates have the right owner."""
        if self.evidence.last("WORKDIR") is None:
            return "after"
        made = [path for path in _way(self.evidence.workdir) if self._is_new(path)]
        shapes = {self.files.mode(node) for node in map(self.files.at, made) if node is not None}
        if shapes <= {(0o755, *_ROOT)}:
            return "before"
        owner = self._owner_of_user()
        # What follows the copies in a RUN is root's work.
        if self.copies.links or self.copies.libraries or owner is None:
            return "after"
        return "as-user" if shapes == {(0o755, *owner)} else "after"

    def _is_new(self, path: str) -> bool:
        """Does the final stage have this folder only by a copy or a WORKDIR?"""
        node = self.files.at(path)
        if node is None or path in self.to_make:
            return False
        return not self.copier.provided.has(node) or self.copier.provided.lacks(node)

    def _owner_of_user(self) -> Owner | None:
        user = self.evidence.last("USER")
        words = user.instruction.arguments.strip() if user is not None else ""
        if numbers := re.fullmatch(r"(\d+):(\d+)", words):
            return int(numbers[1]), int(numbers[2])
        report = self.evidence.report
        known = next((each for each in report.users if each.name == words), None) if report else None
        return (known.uid, known.gid) if known is not None else None

    def _chown(self, place: WorkdirPlace) -> tuple[dict[str, Owner], set[str]]:
        """The owner that each COPY names, and the folders that none of them makes as they are."""
        there = set() if place == "after" else set(_way(self.evidence.workdir))
        chown: dict[str, Owner] = {}
        missed = self._of_paths(self.copies.paths, there, chown)
        if self.copies.own:
            missed |= {path for path in _way(self.evidence.workdir) if path in self.needed} - there
            missed |= self._lacked_by_authors() - there
            there |= self.by_authors
        missed |= self._of_paths(self.copies.late, there, chown)
        return chown, missed - self.to_make

    def _of_paths(self, paths: Sequence[str], there: set[str], chown: dict[str, Owner]) -> set[str]:
        """Decide on some paths; ``there`` and ``chown`` grow on it. Returns what no COPY makes."""
        missed: set[str] = set()
        for path in paths:
            node = self.files.at(path)
            if node is None:
                continue
            way = _way(path) if self.files.is_folder(node) else _way(posixpath.dirname(path))
            created = [each for each in way if each not in there and self._is_new(each)]
            owner = self._only_owner(node)
            shapes = {self.files.mode(above) for above in map(self.files.at, created) if above is not None}
            if owner is not None and owner != _ROOT and shapes <= {(0o755, *owner)}:
                chown[path] = owner
            else:
                missed.update(each for each in created if each in self.needed)
            there.update(created)
        return missed

    @cached_property
    def by_authors(self) -> set[str]:
        """The folders that the author's own instructions make, with the owner that they give them."""
        layers = {copy.step.layer for copy in self.copies.own}
        table = self.files.table
        return {
            self.files.path(table.entry_node[entry])
            for layer in layers
            if layer is not None
            for entry in range(*table.span(layer))
            if table.entry_kind[entry] == Kind.DIRECTORY
        }

    def _lacked_by_authors(self) -> set[str]:
        """Folders that only the old base had and an instruction of the author's would give to its owner."""
        bare = self.copier.bases.bare
        if bare is None or not any(o.owner or o.step.instruction.flag("chown") for o in self.copies.own):
            return set()
        return {above for path in self.by_authors for above in _way(path) if above in bare.lacks}

    def _only_owner(self, node: int) -> Owner | None:
        """The one owner of a path and of all below it; None where there are several."""
        owners = self.files.owners_below(node)
        return next(iter(owners)) if len(owners) == 1 else None

    def _in_words(self, folder: Folder) -> Folder:
        names = self.names.get((int(folder.uid), int(folder.gid)))
        user, _, group = names.partition(":") if names else ("", "", "")
        return replace(folder, uid=user, gid=group) if names else folder


def _way(path: str) -> list[str]:
    """The folders on the way to a path and itself, from the top; nothing for the root."""
    parts = [part for part in path.split("/") if part]
    return ["/" + "/".join(parts[: depth + 1]) for depth in range(len(parts))]


def names_of_owners(evidence: Evidence) -> dict[Owner, str]:
    """``app:app`` for the numbers that it means in the image, where the author wrote it."""
    users = evidence.report.users if evidence.report is not None else ()
    found: dict[Owner, str] = {}
    for step in evidence.steps:
        text = step.instruction.arguments.strip() if step.keyword == "USER" else step.instruction.value
        for user, group in _NAMED.findall(filled_in(text, step.values)):
            owner = _number(users, user, group)
            if owner is not None:
                found.setdefault(owner, f"{user}:{group}")
    return found


def _number(users: Sequence[User], user: str, group: str) -> Owner | None:
    by_name = {each.name: each for each in users}
    uid = int(user) if user.isdecimal() else by_name[user].uid if user in by_name else None
    gid = int(group) if group.isdecimal() else by_name[group].gid if group in by_name else None
    return None if uid is None or gid is None else (uid, gid)
