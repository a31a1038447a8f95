"""Which layer brought a file as it is, where a later one only gave it another owner (R29)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from uvdive.image.table import Kind
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.files.image_files import Files

_OWNS = frozenset({"chown", "chgrp", "mkdir", "true", ":"})
_NAMES = re.compile(r"[a-z_][\w-]*:[a-z_][\w-]*|\d+:\d+")


class Origins:
    """Answers for the nodes of the original's final state.

    ``runs`` are the RUNs by their layers, ``copies`` the layers of COPY instructions.
    """

    def __init__(self, files: Files, runs: Mapping[int | None, Run], copies: frozenset[int]) -> None:
        self.files, self.copies = files, copies
        self._owners = {layer: _owner_words(run) for layer, run in runs.items() if _only_owns(run)}

    def only_owners(self, layer: int) -> bool:
        """Do the commands that wrote a layer only give owners, and make folders?"""
        return layer in self._owners

    def of(self, node: int) -> int:
        """The layer that brought what is at a node; of a folder, that first made it."""
        if self.files.is_folder(node):
            return next(self.files.modes(node))[0]
        entries = self._entries(node)
        while len(entries) > 1 and self._only_owner_changed(entries[-2], entries[-1]):
            entries.pop()
        return self.files.table.entry_layer[entries[-1]]

    def owner(self, node: int) -> str:
        """Owner and group as `--chown` takes them, where a layer behind the file's own gave them."""
        layer = self.files.layer(node)
        if layer == self.of(node):
            return ""
        _, uid, gid = self.files.mode(node)
        words = self._owners.get(layer, ())
        return words[0] if len(words) == 1 and _NAMES.fullmatch(words[0]) else f"{uid}:{gid}"

    def _entries(self, node: int) -> list[int]:
        final = self.files.entry(node)
        assert final is not None
        table = self.files.table
        return sorted(
            (e for e in table.entries_of(node) if table.entry_layer[e] <= table.entry_layer[final]),
            key=lambda e: table.entry_layer[e],
        )

    def _only_owner_changed(self, before: int, after: int) -> bool:
        table = self.files.table
        return (
            self.only_owners(table.entry_layer[after])
            and table.entry_layer[before] in self.copies | self._owners.keys()
            and Kind(table.entry_kind[before]) == Kind(table.entry_kind[after])
            and table.entry_size[before] == table.entry_size[after]
            and table.entry_mode[before] == table.entry_mode[after]
        )


def _only_owns(run: Run) -> bool:
    commands = run.script.commands if run.script is not None else ()
    return bool(commands) and all(
        command.program in _OWNS and not (command.nested or command.outputs) for command in commands
    )


def _owner_words(run: Run) -> tuple[str, ...]:
    assert run.script is not None
    words = (
        next((word for word in command.argv[1:] if not word.startswith("-")), "")
        for command in run.script.commands
        if command.program in ("chown", "chgrp")
    )
    return tuple(dict.fromkeys(words))
