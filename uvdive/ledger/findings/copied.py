"""What COPY should not have brought: the host's environment, secrets, a repository's history."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from uvdive.base.secrets.files import ENDS, LAST, NAMES, STARTS, is_secret_file
from uvdive.image.table import Kind
from uvdive.ledger.environments.environments import pyvenv
from uvdive.ledger.findings.facts import Facts, finding
from uvdive.ledger.findings.places import files_below
from uvdive.ledger.marks.components import text
from uvdive.ledger.marks.name_search import Marks
from uvdive.ledger.marks.paths import Paths
from uvdive.ledger.report import Finding, LayerReport

_NAMED = (*sorted(name.encode() for name in NAMES | LAST), b".git")
MARKS = Marks(_NAMED, (STARTS.encode(),), tuple(map(str.encode, ENDS)))
"""Names that are looked for in every image."""

_THEIRS = frozenset({"venv", "python", "os-packages", "base-os", "uv", "uv-cache"})
"""Owners whose files of such names are a package's own."""


def host_environment(facts: Facts) -> Iterator[Finding]:
    """A virtual environment that came from the build context (R40)."""
    table = facts.table
    for place in facts.attribution.places:
        config = table.find_below(place.root, b"pyvenv.cfg")
        for entry in () if config is None else table.entries_of(config):
            layer = facts.layers[table.entry_layer[entry]]
            if not layer.base and _from_context(facts, layer, place.root, entry):
                path = text(table.path(place.root))
                yield finding(
                    "host-environment-copied",
                    f"{path} was copied from the machine that built the image",
                    "Name .venv in .dockerignore: it is made for another machine, and hides the image's own.",
                    count=_written(facts, place.root, layer.index),
                    line=layer.line,
                    paths=[path],
                    weight="high",
                )


def _from_context(facts: Facts, layer: LayerReport, root: int, config: int) -> bool:
    """Did this layer take its files from the build context and not from another stage?

    The history does not say it (BuildKit leaves ``--from`` out), so without the
    Dockerfile it takes a relative source and an environment that fits nothing here.
    """
    keyword, _, rest = layer.instruction.partition(" ")
    if keyword not in ("COPY", "ADD"):
        return False
    instruction = None if facts.recipe is None else facts.recipe.instruction_at(layer.line)
    if instruction is not None:
        return instruction.flag("from") is None
    sources = [word for word in rest.split()[:-1] if not word.startswith("--")]
    if not sources or any(source.startswith("/") or ":" in source for source in sources):
        return False
    home = pyvenv(facts.contents.of_entry(config) or b"").get("home", "")
    node = facts.table.find_below(root, b"pyvenv.cfg")
    covers = node is not None and any(
        facts.table.entry_layer[entry] < layer.index for entry in facts.table.entries_of(node)
    )
    return covers or (home.startswith("/") and not facts.is_live(home))


def _written(facts: Facts, root: int, layer: int) -> int:
    """The bytes that a layer wrote below a node, live or dead, each inode once."""
    table, todo, inodes = facts.table, [root], set[int]()
    while todo:
        node = todo.pop()
        for entry in table.entries_of(node):
            if table.entry_layer[entry] == layer and table.entry_kind[entry] == Kind.FILE:
                inodes.add(table.entry_inode[entry])
        todo.extend(table.children(node))
    return sum(table.inode_size(inode) for inode in inodes if table.inode_layer(inode) == layer)


def secrets(facts: Facts) -> Iterator[Finding]:
    """Files that usually hold secrets, in any of the image's own layers: a removed one can still be read."""
    table, names = facts.table, facts.contents.names
    by_layer: dict[int, list[int]] = {}
    paths = Paths(table)
    may_be = names.called(*_NAMED), names.starting(*MARKS.starts), names.ending(*MARKS.ends)
    for node in sorted(set[int]().union(*may_be)):
        if is_secret_file(paths.of(node).decode("utf-8", "surrogateescape")):
            entry = next((entry for entry in table.entries_of(node) if _is_readable(facts, entry)), None)
            if entry is not None:
                by_layer.setdefault(table.entry_layer[entry], []).append(entry)
    for index, entries in sorted(by_layer.items()):
        hidden = all(table.visible(table.entry_node[entry]) is None for entry in entries)
        yield finding(
            "secrets-in-image",
            "Files that usually hold secrets are in a layer"
            + (", though later ones remove them" if hidden else ""),
            "Name them in .dockerignore, use RUN --mount=type=secret, and change what they say.",
            count=sum(table.entry_size[entry] for entry in entries),
            line=facts.line(index),
            paths=sorted(text(table.path(table.entry_node[entry])) for entry in entries),
            weight="high",
        )


def _is_readable(facts: Facts, entry: int) -> bool:
    """Is it a file of the image's own with something in it?"""
    table = facts.table
    return (
        table.entry_kind[entry] == Kind.FILE
        and table.entry_size[entry] > 0
        and not facts.layers[table.entry_layer[entry]].base
        and facts.owner_of(entry) not in _THEIRS
    )


def repository(facts: Facts) -> Iterator[Finding]:
    """The ``.git`` folders in the final state, with the project's whole history."""
    table = facts.table
    for node in facts.contents.names.called(b".git"):
        head = table.find_below(node, b"HEAD")
        if head is None:
            continue
        entries = [
            entry for entry in files_below(table, [node]) if not facts.layers[table.entry_layer[entry]].base
        ]
        path = table.path(node)
        if not entries or b"/.cache/" in path or facts.owner_of(entries[0]) in _THEIRS:
            continue
        count = facts.freed(entries)
        yield finding(
            "git-folder-in-image",
            f"The history of {posixpath.dirname(text(path))} is in the image",
            "Name .git in .dockerignore (or clone outside the image): it holds every version, "
            "and what was deleted.",
            count=count,
            line=facts.line(table.entry_layer[table.entries_of(head)[0]]),
            paths=[text(path)],
            weight="high" if count >= 10_000_000 else "medium",
        )
