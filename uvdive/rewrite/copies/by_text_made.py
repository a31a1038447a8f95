"""What RUNs make outside the work directory under its full name, by the text alone (R34)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from uvdive.distro.places import is_shared, is_system, is_top
from uvdive.rewrite.copies.copy_set import Folder

_PLAIN = re.compile(r"(?:/[\w.@+-]+)+")


@dataclass(slots=True)
class Made:
    """Paths to copy, those of them that are files, and folders to make first as they have an owner."""

    folders: list[Folder] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    files: set[str] = field(default_factory=set)

    def take(self, path: str, programs: Collection[str]) -> bool:
        """Note a path that commands make; False where it may be the base's too, or names none plainly."""
        folder = set(programs) <= {"mkdir"}
        if not _PLAIN.fullmatch(path) or is_shared(path) or is_top(path):
            return False
        if is_system(path) and folder:
            return False
        if path not in self.paths:
            self.paths.append(path)
        if not folder:
            self.files.add(path)
        return True
