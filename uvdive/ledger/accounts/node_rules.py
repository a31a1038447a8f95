"""What the rule says of a node whatever the layer, for all nodes at once."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable
from functools import partial

from uvdive.image.table import NONE
from uvdive.ledger.accounts.rule import BYTECODE, STATE_NAMES, UV, Rule
from uvdive.ledger.marks.claims import Claims
from uvdive.ledger.python.places import SiteOwners

EACH = -2
"""The code of what has to be asked for name by name."""

_OfLayer = Callable[[int], int | None]
"""The component by layer; None where only the name itself can tell."""


class Codes:
    """A code for each node: the component of its files, or below zero what finds it by layer."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._by_layer: list[_OfLayer] = []
        self._known: dict[Hashable, int] = {}
        self.by_node = self._by_folder()
        self._bytecode()
        self._os_packages()
        self._distributions()
        for node in (*rule.names.starting(UV), *rule.names.called(*STATE_NAMES)):
            self.by_node[node] = EACH

    def component(self, code: int, layer: int) -> int:
        """What a code below zero means for a layer's files; EACH where they differ."""
        if code == EACH:
            return EACH
        component = self._by_layer[EACH - 1 - code](layer)
        return EACH if component is None else component

    def _code(self, key: Hashable, of_layer: _OfLayer) -> int:
        code = self._known.get(key)
        if code is None:
            self._by_layer.append(of_layer)
            code = self._known[key] = EACH - len(self._by_layer)
        return code

    def _by_folder(self) -> array[int]:
        """The codes by what the folders hand down."""
        rule = self._rule
        regions, places, parents = rule.regions, rule.system.places, rule.table.node_parent
        handed = regions.folders.items()
        folders = {folder: self._default(region, places.folders[folder]) for folder, region in handed}
        codes = array("i", [folders[0]])
        codes.extend(map(folders.__getitem__, parents[1:]))
        for node in {*regions.roots, *places.roots}:
            codes[node] = self._default(regions.of(node), places.of(node))
        return codes

    def _default(self, region: int, place: int) -> int:
        """The code of a file of which no more is known than where it lies."""
        if region == NONE:
            return self._code(("place", place), partial(self._rule.system.unclaimed, place))
        owners = self._rule.pythons.site_owners.get(region)
        return region if owners is None else self._of_site(owners, pyc=False)

    def _of_site(self, owners: SiteOwners, *, pyc: bool) -> int:
        if owners.layer is None:
            return owners.unclaimed
        bundled = self._rule.bytecode[owners.bundled] if pyc else owners.bundled

        def of_layer(layer: int) -> int:
            return bundled if layer == owners.layer else owners.unclaimed

        return self._code((owners.layer, bundled, owners.unclaimed), of_layer)

    def _bytecode(self) -> None:
        rule, codes, parents = self._rule, self.by_node, self._rule.table.node_parent
        by_folder: dict[int, int | None] = {}
        for node in rule.names.ending(BYTECODE):
            if rule.regions.is_own(node):
                code = self._of_bytecode(rule.regions.of(node))
            else:
                # What a folder hands down is the same for all that lies in it.
                folder = parents[node]
                if folder not in by_folder:
                    by_folder[folder] = self._of_bytecode(rule.regions.of(node))
                code = by_folder[folder]
            if code is not None:
                codes[node] = code

    def _of_bytecode(self, region: int) -> int | None:
        """The code of bytecode in a region; None where it is as that of all other files."""
        owners = self._rule.pythons.site_owners.get(region)
        return self._rule.bytecode.get(region) if owners is None else self._of_site(owners, pyc=True)

    def _os_packages(self) -> None:
        """OS packages own what lies in no region, and modules in a site; bytecode goes with its source."""
        rule = self._rule
        claims = rule.system.claims
        for node, component in claims.settled():
            self._claimed(node, component)
        if claims:
            regions, parents = rule.regions, rule.table.node_parent
            for node in rule.names.ending(BYTECODE):
                if not self._is_free(
                    regions.of(node) if regions.is_own(node) else regions.folders[parents[node]]
                ):
                    continue
                source = None if node in claims else rule.system.source(node)
                if source is not None and source in claims:
                    self._claimed(node, claims.of(source))

    def _is_free(self, region: int) -> bool:
        """May OS packages own files of the region?"""
        return region == NONE or region in self._rule.pythons.site_owners

    def _claimed(self, node: int, component: int | None) -> None:
        rule = self._rule
        region = rule.regions.of(node)
        if not self._is_free(region):
            return
        if component is None:
            code = EACH
        elif region == NONE:
            code = self._code(("package", component), partial(rule.system.of_package, component))
        else:
            code = rule.python_package(component)
        self.by_node[node] = code

    def _distributions(self) -> None:
        rule = self._rule
        claims: Claims = rule.python_claims
        regions, parents, codes = rule.regions, rule.table.node_parent, self.by_node
        beaten = {folder for folder, region in regions.folders.items() if region in rule.beats_claims}
        own = regions.folders.keys() | regions.roots.keys()
        for node, component in claims.settled():
            if node in own:
                if regions.of(node) in rule.beats_claims:
                    continue
            elif parents[node] in beaten:
                continue
            codes[node] = EACH if component is None else component
