"""What a path has otherwise in two images, in words: rights, owners, links, capabilities, attributes."""

from __future__ import annotations

import json
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import cast

from textual.content import Content

from uvdive.base.units import delta, size
from uvdive.tui.desk.change_tree import Folder
from uvdive.tui.desk.changes import Change
from uvdive.tui.frame.text import paragraph, visible
from uvdive.tui.words.selection import field, lines
from uvdive.verify.capabilities import ATTRIBUTE, capability_words

_NONE = "none"
_CHANGED = {"+": "added", "-": "removed", "~": "changed", "→": "moved"}


def differing(how: Iterable[str]) -> Iterator[Content]:
    """A line or two for each thing that differs: ``mode  0755 rwxr-xr-x → 0644 rw-r--r--``."""
    pending = {what: values for what, _, values in (each.partition(" ") for each in how)}
    for what, values in pending.items():
        was, arrow, now = values.partition(" -> ")
        if not arrow:
            yield field("differs", visible(f"{what} {values}".rstrip()))
        elif what == "mode":
            yield from _two("mode", _mode(was), _mode(now))
        elif what == "attributes":
            yield from _attributes(was, now)
        else:
            words = {"uid": "user", "gid": "group", "link": "points to"}.get(what, what)
            yield from _two(words, was or _NONE, now or _NONE)


def _two(label: str, was: str, now: str) -> Iterator[Content]:
    old, new = Content.styled(visible(was), "$sign-removed"), Content.styled(visible(now), "$sign-added")
    if len(was) + len(now) < 30:
        yield field(label, Content.assemble(old, (" → ", "$foreground 66%"), new))
        return
    yield field(label, old)
    yield field("", Content.assemble(("→ ", "$foreground 66%"), new))


def _mode(octal: str) -> str:
    try:
        return f"{octal} {stat.filemode(int(octal, 8) | stat.S_IFREG)[1:]}"
    except ValueError:
        return octal


def _attributes(was: str, now: str) -> Iterator[Content]:
    old, new = _named(was), _named(now)
    for name in sorted(old.keys() | new.keys()):
        one, other = old.get(name, _NONE), new.get(name, _NONE)
        if one != other:
            label = "can do" if name == ATTRIBUTE else "attribute"
            if name != ATTRIBUTE:
                yield field(label, visible(name))
                label = ""
            yield from _two(label, one, other)


def _named(text: str) -> dict[str, str]:
    """Attributes by their names; a capability in words, other values in hexadecimal digits."""
    found = {}
    for each in text.split() if text != _NONE else ():
        name, _, value = each.partition("=")
        found[name] = capability_words(value) if name == ATTRIBUTE else value
    return found


def describe_change(item: Change) -> Content:
    """Both sides of a change in full."""
    parts = [
        paragraph(item.name, "bold"),
        field("kind", f"{item.kind}, {_CHANGED[item.sign]}"),
    ]
    if item.moved is not None:
        parts.append(field("from", paragraph(item.moved)))
    if item.home:
        parts.append(field("of", visible(item.home)))
    parts += [field("before", _side(item, item.before)), field("after", _side(item, item.after))]
    parts += differing(item.how)
    if item.bytes:
        parts.append(field("change", delta(item.bytes)))
    return lines(parts)


def _side(item: Change, value: object) -> Content:
    if value is None:
        return Content.styled("not there", "$foreground 66%")
    if item.kind == "path":
        return Content(size(cast("int", value)))
    return paragraph(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def describe_folder(folder: Folder) -> Content:
    """A folder of the tree: what differs below it."""
    signs: Counter[str] = Counter()
    todo = [folder]
    while todo:
        here = todo.pop()
        if here.change is not None:
            signs[here.change.sign] += 1
        todo += here.below.values()
    told = "  ".join(f"{signs[sign]:,} {word}" for sign, word in _CHANGED.items() if signs[sign])
    return lines(
        [
            paragraph(folder.path, "bold"),
            field("paths", told),
            field("change", delta(folder.weight) if folder.weight else "same size"),
        ]
    )
