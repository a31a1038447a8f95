"""What RUNs make outside the work directory under its full name, by the text alone (R34)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from uvdive.distro.places import is_shared, is_system, is_top
from uvdive.rewrite.copies.copy_set import Folder

_WHOLE = frozenset({"curl", "wget", "git"})
"""They write a file anew, whatever was there."""

_SETTINGS = re.compile(
    r"/etc/(?!passwd|group|shadow|gshadow|ld\.so|alternatives|apt|apk|resolv\.conf|hosts)[\w.-]+(?:/[\w.-]+)*$"
)
_PLAIN = re.compile(r"(?:/[\w.@+-]+)+")


@dataclass(slots=True)
class Made:
    """Paths to copy, those of them that are files, and folders to make first as they have an owner.

    ``as_user`` says that WORKDIR makes the work directory behind USER, which it then belongs to.
    """

    folders: list[Folder] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    as_user: bool = False

    def take(self, path: str, programs: Collection[str]) -> bool:
        """Note a path that commands make; False where it may be the base's too, or names none plainly."""
        folder = set(programs) <= {"mkdir"}
        own = set(programs) <= _WHOLE and _SETTINGS.match(path) is not None
        if not _PLAIN.fullmatch(path) or is_top(path) or (is_shared(path) and not own):
            return False
        if is_system(path) and folder:
            return False
        if path not in self.paths:
            self.paths.append(path)
        if not folder:
            self.files.add(path)
        return True
