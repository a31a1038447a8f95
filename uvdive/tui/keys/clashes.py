"""What is odd about the user's keys: two actions on one key, or a key that lists take for themselves."""

from __future__ import annotations

from collections.abc import Mapping

from textual.binding import Binding
from textual.keys import _character_to_key

from uvdive.tui.frame.actions import Action
from uvdive.tui.keys.tables import TABLES
from uvdive.tui.widgets.lists.files import FileTree
from uvdive.tui.widgets.lists.rows import Rows


def clashes(keymap: Mapping[str, str]) -> tuple[str, ...]:
    """A sentence for each clash that the keymap makes; the keys are as people write them."""
    found = []
    for table in TABLES:
        actions = [action for action in table if action.id in keymap]
        for action in actions:
            for key in _keys(keymap[action.id]):
                other = _other(table, action, key, keymap)
                if other is not None:
                    found.append(f"keymap.{action.id}: {other.id} has the key {key} too.")
                elif key in _taken(action):
                    found.append(f"keymap.{action.id}: {key} is for moving in lists, which goes first.")
    return tuple(found)


def _keys(keys: str) -> list[str]:
    """The single keys, by Textual's names."""
    parts = [key.strip() for key in keys.split(",")]
    return [_character_to_key(key) if len(key) == 1 else key for key in parts if key]


def _other(table: tuple[Action, ...], action: Action, key: str, keymap: Mapping[str, str]) -> Action | None:
    """Another action of the screen with the key; of two that the user mapped, the second one tells."""
    for other in table:
        same = other is not action and key in _keys(keymap.get(other.id, other.keys))
        if same and (other.id not in keymap or table.index(other) < table.index(action)):
            return other
    return None


def _taken(action: Action) -> set[str]:
    """The keys of the lists on the action's screen."""
    widgets = (Rows, FileTree) if action.id.startswith("explore.") else (Rows,)
    found = set()
    for widget in widgets:
        for binding in widget.BINDINGS:
            keys = binding.key if isinstance(binding, Binding) else binding[0]
            found.update(_keys(keys))
    return found
