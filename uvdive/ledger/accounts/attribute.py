"""Give every inode its one owner and component (``docs/numbers.md``, "Owners").

The rule for one name is in ``rule.py``. Here it is applied to all names at once: what
it says of a node is a number in most cases, whatever the layer, and only the rest are
asked for one by one.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, count

from uvdive.image.table import ALIVE, NONE, FileTable, Kind
from uvdive.ledger.accounts.node_rules import EACH, Codes
from uvdive.ledger.accounts.rule import Rule
from uvdive.ledger.marks.components import ComponentTable
from uvdive.ledger.marks.hard_links import FurtherNames, further_names
from uvdive.ledger.marks.kept_contents import KeptContents
from uvdive.ledger.python.places import PythonPlace
from uvdive.ledger.system.system_files import LayerOrigin

__all__ = ["Attribution", "LayerOrigin", "PythonPlace", "attribute"]

_IS_FILE = bytes(kind == Kind.FILE for kind in range(256))
_IS_OTHER = bytes(kind != Kind.FILE for kind in range(256))
"""Kinds to truth, for ``bytes.translate``."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """The owners of all bytes.

    ``entry_component`` has a component for each entry (NONE for what is no regular
    file), ``inode_component`` for each inode. ``links`` has for each inode with several
    names the entries of all but the first. ``warnings`` name databases that could not
    be read.
    """

    components: ComponentTable
    entry_component: array[int]
    inode_component: array[int]
    links: FurtherNames
    places: tuple[PythonPlace, ...]
    warnings: tuple[str, ...]


def attribute(
    contents: KeptContents, layers: Sequence[LayerOrigin], environ: Mapping[str, str]
) -> Attribution:
    """Attribute every name, and every inode to the first owner that one of its names has.

    The names that live in the end decide; where none does, all that the inode ever had.
    After a ``chown -R`` of an environment the files that it had are left under uv's cache
    alone, and are the cache's from then on.

    Args:
        contents: the columns, with the databases' contents.
        layers: each layer's origin, bottom first.
        environ: the image's variables, some of which name caches.
    """
    rule = Rule(contents, layers, environ)
    codes = Codes(rule)
    by_entry = array("i")
    for layer in range(len(layers)):
        by_entry.extend(_layer(rule, codes, layer))
    links = further_names(rule.table)
    return Attribution(
        rule.components,
        by_entry,
        _by_inode(rule.table, links, by_entry, rule.components.owners),
        links,
        rule.pythons.places,
        tuple(dict.fromkeys(rule.warnings)),
    )


def _layer(rule: Rule, codes: Codes, layer: int) -> array[int]:
    """The component of each of the layer's entries, which stand together; NONE for what is no file."""
    table = rule.table
    first, end = table.span(layer)
    kinds = table.entry_kind[first:end].tobytes()
    is_file = kinds.translate(_IS_FILE)
    mine = array("i", map(codes.by_node.__getitem__, table.entry_node[first:end]))
    open_codes = {code: codes.component(code, layer) for code in set(compress(mine, is_file)) if code < 0}
    if open_codes:
        for place, code in enumerate(mine):
            if code < 0 and is_file[place]:
                component = open_codes[code]
                mine[place] = rule.component(first + place) if component == EACH else component
    for place in compress(count(), kinds.translate(_IS_OTHER)):
        mine[place] = NONE
    return mine


def _by_inode(
    table: FileTable, links: FurtherNames, by_entry: array[int], owners: Sequence[int]
) -> array[int]:
    """For each inode the component of its first name with the first of its names' owners."""
    by_inode = array("i", map(by_entry.__getitem__, table.inode_entry))
    deaths, firsts = table.entry_death, table.inode_entry
    for inode, entries in links.pairs():
        first = firsts[inode]
        if len(entries) == 1 and deaths[first] == deaths[entries[0]]:
            # The usual link: uv's cache and the environment, both alive or none.
            one, other = by_entry[first], by_entry[entries[0]]
            by_inode[inode] = other if owners[other] < owners[one] else one
            continue
        names = (first, *entries)
        live = [by_entry[entry] for entry in names if deaths[entry] == ALIVE]
        by_inode[inode] = min(live or map(by_entry.__getitem__, names), key=owners.__getitem__)
    return by_inode
