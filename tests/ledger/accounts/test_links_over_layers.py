"""Whose bytes are they when inodes change hands: hard links between uv's cache and an environment.

A plain model runs the steps of a build on a dictionary of paths, as a container's file system
would, and the layers are made of what each step changed. The ledger reads only the layers.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from made_images import layers as make
from made_images.owning import read_layers

from uvdive.ledger.findings.rewrites import TRIFLE
from uvdive.ledger.report import ImageReport

VENV, CACHE, APP = "app/.venv", "root/.cache/uv", "app/src"
SITE = f"{VENV}/lib/python3.13/site-packages"
PACKAGES = {"p": ("a", "b"), "q": ("a",)}
ORDER = ("venv", "uv-cache", "app")
MODULE = 20_000
"""More than what findings call a trifle, in bytes."""


@dataclass(eq=False)
class Inode:
    """A file: its content, the layer that wrote it, every name that it ever had, and how they went."""

    content: bytes
    layer: int
    names: list[str] = field(default_factory=list)
    ends: list[tuple[int, str, str]] = field(default_factory=list)


class Build:
    """The file system of a build, step by step, and the layers that come of it."""

    def __init__(self) -> None:
        self.files: dict[str, Inode] = {}
        self.inodes: list[Inode] = []
        self.layers: list[list[make.Entry]] = []
        self.run([("touch", "main.py")])

    def run(self, steps: list[tuple[str, str]]) -> None:
        """One RUN."""
        before = dict(self.files)
        self.here = len(self.layers)
        for step, what in steps:
            getattr(self, step)(what)
        self.layers.append([*self._removed(before), *self._written(before)])
        for path, inode in before.items():
            if (new := self.files.get(path)) is not inode:
                way = "deleted" if new is None else "rewritten" if new.content == inode.content else "other"
                inode.ends.append((self.here, path, way))

    def sync(self, what: str) -> None:
        """``uv pip install``: from the cache or into it, and linked from there."""
        name, version = what[0], what[1:]
        self.uninstall(name)
        for module in PACKAGES[name]:
            cached = f"{CACHE}/archive-v0/{what}/{name}/{module}.py"
            if cached not in self.files:
                self.write(cached, make.content(MODULE + len(module), f"{what}{module}"))
            self.link(cached, f"{SITE}/{name}/{module}.py")
        record = "".join(f"{name}/{module}.py,,\n" for module in PACKAGES[name])
        self.write(f"{SITE}/{name}-{version}.dist-info/RECORD", record.encode())

    def uninstall(self, what: str) -> None:
        self.remove(f"{SITE}/{what[0]}/")
        for version in "12":
            self.remove(f"{SITE}/{what[0]}-{version}.dist-info/")

    def change(self, below: str) -> None:
        """``chown -R`` or ``chmod -R``: overlay copies up each name of a lower layer's file by itself."""
        for path, inode in list(self.files.items()):
            if path.startswith(below) and inode.layer != self.here:
                self.write(path, inode.content)

    def touch(self, what: str) -> None:
        self.write(f"{APP}/{what}", make.content(MODULE, what))

    def export(self, what: str) -> None:
        """A hard link to a module from the app's own folder."""
        module = f"{SITE}/{what[0]}/a.py"
        if module in self.files:
            self.link(module, f"{APP}/linked.py")

    def remove(self, below: str) -> None:
        for path in [path for path in self.files if path.startswith(below)]:
            del self.files[path]

    def write(self, path: str, content: bytes) -> Inode:
        inode = self.files[path] = Inode(content, self.here)
        return inode

    def link(self, source: str, target: str) -> None:
        if self.files[source].layer != self.here:
            self.write(source, self.files[source].content)
        self.files[target] = self.files[source]

    def _removed(self, before: dict[str, Inode]) -> list[make.Entry]:
        return [make.whiteout(path) for path in before if path not in self.files]

    def _written(self, before: dict[str, Inode]) -> list[make.Entry]:
        entries = []
        for path, inode in self.files.items():
            if before.get(path) is inode:
                continue
            if inode.names:
                entries.append(make.hard_link(path, inode.names[0]))
            else:
                entries.append(make.file(path, inode.content))
                self.inodes.append(inode)
            inode.names.append(path)
        return entries

    def owner(self, inode: Inode) -> str:
        """The first owner of the names that it has in the end; of all that it had, where it is dead."""
        live = [path for path in inode.names if self.files.get(path) is inode]
        return min((owner_of(path) for path in live or inode.names), key=ORDER.index)

    def lost(self, inode: Inode) -> tuple[int, set[str]] | None:
        """The layer that took its last name, or the last that is read, and how; None where one is left."""
        live = self.is_live(inode)
        if any(self.files.get(path) is inode and owner_of(path) != "uv-cache" for path in inode.names):
            return None
        ends = [end for end in inode.ends if not live or owner_of(end[1]) != "uv-cache"]
        layer = max((layer for layer, _, _ in ends), default=None)
        return None if layer is None else (layer, {way for at, _, way in ends if at == layer})

    def is_live(self, inode: Inode) -> bool:
        return any(self.files.get(path) is inode for path in inode.names)


def owner_of(path: str) -> str:
    return "venv" if path.startswith(VENV) else "uv-cache" if path.startswith(CACHE) else "app"


def read(build: Build, folder: Path) -> ImageReport:
    report = read_layers(folder, *((f"RUN step {n}", entries) for n, entries in enumerate(build.layers)))
    assert not any(layer.base for layer in report.layers)
    return report


def bytes_of(build: Build, owner: str) -> tuple[int, int]:
    mine = [inode for inode in build.inodes if build.owner(inode) == owner]
    live = sum(len(inode.content) for inode in mine if build.is_live(inode))
    return live, sum(len(inode.content) for inode in mine) - live


steps = st.one_of(
    st.tuples(st.just("sync"), st.sampled_from(["p1", "p2", "q1", "q2"])),
    st.tuples(st.just("uninstall"), st.sampled_from("pq")),
    st.tuples(st.just("change"), st.sampled_from([VENV, f"{SITE}/p/", "app/", CACHE, ""])),
    st.tuples(st.just("remove"), st.sampled_from([CACHE, f"{CACHE}/archive-v0/p1", VENV, f"{SITE}/q/"])),
    st.tuples(st.just("touch"), st.sampled_from(["x.py", "y.py"])),
    st.tuples(st.just("export"), st.sampled_from("pq")),
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(steps, min_size=1, max_size=4), min_size=1, max_size=5))
@example([[("sync", "p1")], [("change", "app/")]])
@example([[("sync", "p1")], [("sync", "p2")], [("remove", CACHE)]])
@example([[("sync", "p1"), ("export", "p")], [("change", VENV)], [("change", CACHE)]])
@example([[("sync", "p1"), ("export", "p")], [("uninstall", "p")]])
def test_an_inode_belongs_to_the_first_owner_of_the_names_that_live(
    image: list[list[tuple[str, str]]],
) -> None:
    build = Build()
    for run in image:
        build.run(run)
    with TemporaryDirectory() as folder:
        report = read(build, Path(folder))

    for owner in ORDER:
        mine = report.owner(owner)
        assert (mine.live_bytes, mine.dead_bytes) == bytes_of(build, owner), owner
    for layer in report.layers:
        wrote = Counter[str]()
        for inode in build.inodes:
            if inode.layer == layer.index:
                wrote[build.owner(inode)] += len(inode.content)
        assert dict(layer.owners) == dict(+wrote)
    found = {finding.id: finding.bytes for finding in report.findings}
    assert found.get("uv-cache-in-image", 0) == bytes_of(build, "uv-cache")[0]
    check_losses(build, report)


def check_losses(build: Build, report: ImageReport) -> None:
    """Whatever a layer took from all that is read is said of it, though uv's cache may keep it alive."""
    expected, unsure = Counter[tuple[str, int]](), set[int]()
    for inode in build.inodes:
        layer, ways = build.lost(inode) or (0, set())
        if "rewritten" in ways and "other" in ways:
            unsure.add(layer)  # the order in the layer's tar decides
        elif "rewritten" in ways:
            expected["rewritten-later", layer] += len(inode.content)
        elif ways == {"deleted"}:
            expected["deleted-later", layer] += len(inode.content)
    for number, layer in enumerate(report.layers):
        told = {
            finding.id: finding.bytes for finding in report.findings if layer.instruction in finding.title
        }
        for name in () if number in unsure else ("rewritten-later", "deleted-later"):
            total = expected[name, number]
            assert told.get(name, 0) == (total if total >= TRIFLE else 0), (name, number)
