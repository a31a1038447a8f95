"""What the original wrote into its own files when it was started (R64)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Written:
    """Paths that a start of the original wrote.

    Attributes:
        added: what was not there before; of a folder only itself.
        folders: those of ``added`` that are folders.
        changed: files and folders that were there.
        ports: the ports that it listened on.
    """

    added: tuple[str, ...] = ()
    folders: frozenset[str] = frozenset()
    changed: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
