"""Image reports by hand: layers of paths in, a report out, without an engine."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from made_images import buildkit

from uvdive.distro.release import OsRelease
from uvdive.image.config import HistoryEntry, ImageConfig
from uvdive.image.table import ALIVE, NONE, Cause, Change, FileTable, Kind
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.report import (
    ConsoleScript,
    Environment,
    ImageInfo,
    ImageReport,
    LayerReport,
    OwnerReport,
    Totals,
    User,
)
from uvdive.rewrite.plan import RewritePlan
from uvdive.rewrite.planner import Planner, plan

TRIXIE = OsRelease("debian", "13", "trixie")
MANAGED = "/root/.local/share/uv/python/cpython-3.13.5-linux-x86_64-gnu/bin/python3.13"


@dataclass
class Node:
    """A path: bytes of a file, a link's target, or a directory."""

    size: int = 0
    link: str = ""
    folder: bool = False
    owner: str = ""
    mode: int = 0o755
    uid: int = 0
    gid: int = 0


@dataclass
class Layer:
    """One history entry with the paths it wrote; none means an empty layer."""

    created_by: str
    paths: Mapping[str, Node] = field(default_factory=dict)


def owner_of(path: str, *, base: bool) -> str:
    name = path.rsplit("/", 1)[-1]
    if name in ("uv", "uvx"):
        return "uv"
    if "/.venv/" in path or path.startswith("/opt/venv/"):
        return "venv"
    if "/.cache/uv/" in path:
        return "uv-cache"
    if "/uv/python/" in path or path.startswith("/usr/local/lib/python"):
        return "python"
    return "base-os" if base else "os-packages" if path.startswith(("/usr/bin", "/var/lib/dpkg")) else "app"


class Table:
    """Fills a FileTable; a path that an upper layer writes again hides the lower one."""

    def __init__(self) -> None:
        self.table = FileTable()
        self.owners = array("B")

    def node(self, path: str) -> int:
        known = self.table.find(path.encode())
        if known is not None:
            return known
        parent, _, name = path.rpartition("/")
        above = self.node(parent) if parent else 0
        self.table.node_parent.append(above)
        self.table.names.append(name.encode())
        self.table.forget_lookups()
        return len(self.table.names) - 1

    def add(self, path: str, spec: Node, layer: int, *, base: bool) -> None:
        parent = path.rpartition("/")[0]
        if parent and self.table.visible(self.node(parent)) is None:
            self.add(parent, Node(folder=True), layer, base=base)
        node, table = self.node(path), self.table
        before = table.visible(node)
        if before is not None:
            table.entry_death[before] = layer
        kind = Kind.DIRECTORY if spec.folder else Kind.SYMLINK if spec.link else Kind.FILE
        inode = NONE
        if kind == Kind.FILE:
            inode = table.inodes
            table.inode_entry.append(table.entries)
            table.inode_death.append(ALIVE)
            table.inode_cause.append(Cause.NONE)
            self.owners.append(OWNERS.index(spec.owner or owner_of(path, base=base)))
        for name, value in {
            "node": node,
            "layer": layer,
            "kind": kind,
            "mode": spec.mode,
            "uid": spec.uid,
            "gid": spec.gid,
            "mtime": 0,
            "size": spec.size,
            "link": len(table.links) if spec.link else NONE,
            "inode": inode,
            "death": ALIVE,
            "cause": Cause.NONE,
            "change": Change.ADDED if before is None else Change.MODIFIED,
        }.items():
            getattr(table, f"entry_{name}").append(value)
        if spec.link:
            table.links.append(spec.link.encode())
        table.forget_lookups()


def make_image(
    layers: Sequence[Layer],
    *,
    base: int = 1,
    config: ImageConfig | None = None,
    environments: Sequence[Environment] = (),
    users: Sequence[User] = (),
    os: OsRelease = TRIXIE,
) -> ImageReport:
    """A report; the first ``base`` layers are FROM's."""
    table = Table()
    full = [layer for layer in layers if layer.paths]
    for index, layer in enumerate(full):
        for path, spec in layer.paths.items():
            table.add(path, spec, index, base=index < base)
    files = table.table
    owners = dict.fromkeys(OWNERS, 0)
    by_layer: list[dict[str, int]] = [{} for _ in full]
    for inode in range(files.inodes):
        name, size = OWNERS[table.owners[inode]], files.inode_size(inode)
        owners[name] += size
        mine = by_layer[files.inode_layer(inode)]
        mine[name] = mine.get(name, 0) + size
    total = sum(owners.values())
    return ImageReport(
        tool_version="0",
        image=ImageInfo("i", "i", "i", "docker", "linux/amd64", None, None, None, None),
        dockerfile=None,
        config=config or ImageConfig(),
        history=tuple(HistoryEntry(layer.created_by, empty_layer=not layer.paths) for layer in layers),
        os=os,
        users=tuple(users),
        totals=Totals(total, total, 0, 1.0, None, None, None, None, files.inodes),
        layers=tuple(
            LayerReport(
                i, f"sha256:{i}", True, layer.created_by, "", None, None, i < base, sum(by_layer[i].values()),
                sum(by_layer[i].values()), 0, None, None, None, None, 0, 0, 0, 0, 0, by_layer[i],
            )
            for i, layer in enumerate(full)
        ),
        owners=tuple(OwnerReport(n, b, b, 0, 0, b, 0, ()) for n, b in owners.items()),
        components=(),
        environments=tuple(environments),
        waste=(),
        findings=(),
        warnings=(),
        files=files,
        inode_owner=array("i", table.owners),
        inode_component=array("i", [-1] * files.inodes),
    )  # fmt: skip


def make_env(
    path: str = "/app/.venv", interpreter: str | None = "/usr/local/bin/python3.13", **more: Any
) -> Environment:
    """A uv environment with Flask's console script."""
    values: dict[str, Any] = {
        "path": path,
        "kind": "venv",
        "python": "3.13.5",
        "interpreter": f"{path}/bin/python",
        "interpreter_path": interpreter,
        "hops": (f"{path}/bin/python", interpreter or "/gone"),
        "uv_version": "0.13.9",
        "roots": (),
        "scripts": (
            ConsoleScript("flask", f"{path}/bin/python"),
            ConsoleScript("gunicorn", f"{path}/bin/python"),
        ),
        "distributions": (),
    }
    return Environment(**{**values, **more})


UV_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PYTHON_ENV = (UV_PATH, "GPG_KEY=1", "PYTHON_VERSION=3.13.5", "PYTHON_SHA256=2")

BASES = {
    "python:3.13-slim-trixie": make_image(
        [
            Layer(
                "base",
                {
                    "/bin/sh": Node(1000),
                    "/usr/local/lib/python3.13/os.py": Node(500),
                    "/usr/local/bin/python3.13": Node(),
                },
            )
        ],
        config=ImageConfig(env=PYTHON_ENV, cmd=("python3",)),
    ),
    "python:3.13-slim-bullseye": make_image(
        [
            Layer(
                "base",
                {
                    "/bin/sh": Node(1000),
                    "/usr/sbin/useradd": Node(70),
                    "/usr/local/lib/python3.13/os.py": Node(500),
                    "/usr/local/bin/python3.13": Node(),
                },
            )
        ],
        config=ImageConfig(env=PYTHON_ENV, cmd=("python3",)),
    ),
    "debian:trixie-slim": make_image(
        [Layer("base", {"/bin/sh": Node(1000)})], config=ImageConfig(env=(UV_PATH,))
    ),
}

VENV = {
    "/app/.venv/bin/python": Node(link="/usr/local/bin/python3.13"),
    "/app/.venv/bin/flask": Node(300),
    "/app/.venv/lib/python3.13/site-packages/flask/app.py": Node(2000),
}


class Project:
    """A single-stage Dockerfile and the image that a build of it would give.

    ``wrote`` maps a line's start to the paths that its layer holds; RUN and COPY
    lines without any write a file of their own into /app.
    """

    def __init__(self, text: str, wrote: Mapping[str, Mapping[str, Node]], **image: Any) -> None:
        self.text = text
        base_paths = {
            "/bin/sh": Node(1000),
            "/usr/local/bin/uv": Node(4000),
            "/usr/local/lib/python3.13/os.py": Node(500),
            "/usr/local/bin/python3.13": Node(),
            "/etc/passwd": Node(10),
            "/var/lib/dpkg/status": Node(0),
            "/tmp": Node(folder=True, mode=0o1777),
        }
        base_paths.update(image.pop("base_paths", {}))
        if not image.pop("base_uv", True):
            del base_paths["/usr/local/bin/uv"]
        layers = [Layer("# base", base_paths), Layer("ENV UV_TOOL_BIN_DIR=/usr/local/bin")]
        for line in text.replace("\\\n", "").splitlines():
            if not line or line.startswith(("FROM", "#", "ARG G_", "ONBUILD")):
                continue
            layers.append(self._layer(line, wrote))
        config = image.pop("config", {})
        settings = {
            "env": (*PYTHON_ENV, "UV_TOOL_BIN_DIR=/usr/local/bin"),
            "working_dir": "/app",
            "cmd": ("x",),
        }
        image.setdefault("environments", [make_env()])
        self.report = make_image(layers, config=ImageConfig(**{**settings, **config}), **image)

    @staticmethod
    def _layer(line: str, wrote: Mapping[str, Mapping[str, Node]]) -> Layer:
        keyword, rest = line.split(maxsplit=1)
        while rest.startswith("--"):
            rest = rest.split(maxsplit=1)[1]
        found = next((paths for start, paths in wrote.items() if line.startswith(start)), None)
        if keyword == "RUN":
            default = VENV if "uv sync" in line else {"/app/made": Node(1)}
            return Layer(f"RUN /bin/sh -c {rest} # buildkit", default if found is None else found)
        if keyword in ("COPY", "ADD"):
            first = rest.split()[0]
            default = {f"/app/{'copied' if first == '.' else first}": Node(40)}
            return Layer(f"{keyword} {rest} # buildkit", default if found is None else found)
        if keyword == "ENV" and "=" not in rest.split()[0]:
            rest = rest.replace(" ", "=", 1)
        if keyword == "WORKDIR" and not rest.startswith("/"):
            rest = f"/app/{rest}"
        return Layer(f"{keyword} {rest}")

    def plan(self, **more: Any) -> RewritePlan:
        """Plan; whatever comes out is a Dockerfile to BuildKit, and needs no second rewrite."""
        result = plan(self.text, self.report, BASES.get, **more)
        if result.outcome in ("rewritten", "improved"):
            assert buildkit.parse_string(result.text)
            whole = result.outcome == "improved" and any(d.id == "uv-elsewhere" for d in result.decisions)
            again = plan(result.text, None, BASES.get)
            # What keeps the stage whole lies beside the file, which is not looked at here.
            assert whole or again.outcome == "unchanged", again.diff
        return result

    def planner(self, **more: Any) -> Planner:
        """What plans under one set of choices after the other."""
        return Planner(self.text, self.report, BASES.get, **more)


@pytest.fixture
def project() -> Callable[..., Project]:
    """A project from its Dockerfile and what its instructions wrote."""

    def make(text: str, wrote: Mapping[str, Mapping[str, Node]] | None = None, **image: Any) -> Project:
        return Project(text, wrote or {}, **image)

    return make


@pytest.fixture
def node() -> type[Node]:
    return Node


@pytest.fixture
def env() -> Callable[..., Environment]:
    return make_env


@pytest.fixture
def made_venv() -> Mapping[str, Node]:
    """What a RUN that makes the environment wrote."""
    return VENV


@pytest.fixture
def plain_image() -> Callable[[Mapping[str, Node]], ImageReport]:
    """An image of one layer with some paths and nothing else."""
    return lambda paths: make_image([Layer("# base", paths)])
