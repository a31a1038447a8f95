"""A small report whose sums hold, with everything hostile that a report can carry."""

from __future__ import annotations

from array import array
from dataclasses import replace

from uvdive.distro.release import OsRelease
from uvdive.image.config import HistoryEntry, ImageConfig
from uvdive.image.table import ALIVE, NONE, Cause, Change, FileTable, Kind
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.report import (
    Base,
    Component,
    ConsoleScript,
    Distribution,
    DockerfileInfo,
    Environment,
    Finding,
    ImageInfo,
    ImageReport,
    LayerReport,
    OwnerReport,
    Totals,
    User,
    Waste,
)

BAD_NAME = b"caf\xe9"
HOSTILE_NAME = b"[red]x[/red]\x1b[2J\nnew"
SECRET = "hunter2-hunter2"


class _Table:
    """Fills a FileTable: one call per entry."""

    def __init__(self) -> None:
        self.table = FileTable()
        self.nodes: dict[bytes, int] = {b"": 0}

    def node(self, path: bytes) -> int:
        if path not in self.nodes:
            parent, _, name = path.rpartition(b"/")
            self.table.node_parent.append(self.node(parent))
            self.table.names.append(name)
            self.nodes[path] = len(self.table.names) - 1
        return self.nodes[path]

    def entry(
        self,
        path: bytes,
        layer: int,
        *,
        kind: Kind = Kind.FILE,
        size: int = 0,
        inode: int | None = None,
        link: bytes | None = None,
        killed: tuple[int, Cause] | None = None,
        change: Change = Change.ADDED,
    ) -> int:
        """Add an entry, with an inode of its own if it is a file without ``inode``; gives the inode."""
        table = self.table
        death, cause = killed or (ALIVE, Cause.NONE)
        if kind is Kind.FILE and inode is None:
            inode = table.inodes
            table.inode_entry.append(table.entries)
            table.inode_death.append(death)
            table.inode_cause.append(cause)
        if link is not None:
            table.links.append(link)
        table.entry_node.append(self.node(path))
        table.entry_layer.append(layer)
        table.entry_kind.append(kind)
        table.entry_mode.append(0o755 if kind is Kind.DIRECTORY else 0o644)
        table.entry_uid.append(0)
        table.entry_gid.append(0)
        table.entry_mtime.append(1_700_000_000)
        table.entry_size.append(size)
        table.entry_link.append(NONE if link is None else len(table.links) - 1)
        table.entry_inode.append(NONE if inode is None else inode)
        table.entry_death.append(death)
        table.entry_cause.append(cause)
        table.entry_change.append(change)
        return NONE if inode is None else inode


def _table() -> FileTable:
    rows = _Table()
    rows.entry(b"/etc", 0, kind=Kind.DIRECTORY)
    rows.entry(b"/etc/os-release", 0, size=1000)
    rows.entry(b"/usr/" + BAD_NAME, 0, size=9000)
    rows.entry(b"/usr/bin/uv", 1, size=40_000)
    linked = rows.entry(b"/app/.venv/lib/flask.py", 1, size=20_000)
    rows.entry(b"/root/.cache/uv/flask.py", 1, size=20_000, inode=linked)
    rows.entry(b"/app/.venv/bin/python", 1, kind=Kind.SYMLINK, link=b"/usr/bin/python3")
    rows.entry(b"/app/" + HOSTILE_NAME, 1, size=500, killed=(2, Cause.DELETED))
    rows.entry(b"/app/server.py", 1, size=500, killed=(2, Cause.OVERWRITTEN))
    rows.entry(b"/app/server.py", 2, size=600, change=Change.MODIFIED)
    return rows.table


_OWNER_OF_INODE = ("base-os", "base-os", "uv", "venv", "app", "app", "app")


def _component(owner: str, name: str, live: int, dead: int = 0, **more: str) -> Component:
    return Component(
        owner=owner,
        name=name,
        version=more.get("version"),
        kind=more.get("kind", "path"),
        path=more.get("path", "/" + name),
        bytes=live + dead,
        live_bytes=live,
        dead_bytes=dead,
    )


_COMPONENTS = (
    _component("base-os", "base-files", 10_000, kind="package", version="13"),
    _component("uv", "uv", 40_000, kind="binary", version="0.13.9", path="/usr/bin/uv"),
    _component("venv", "flask", 20_000, kind="distribution", version="3.1.0", path="/app/.venv"),
    _component("app", "app", 600, 1000, kind="path"),
)


def _owner(name: str) -> OwnerReport:
    components = tuple(item for item in _COMPONENTS if item.owner == name)
    live, dead = (
        sum(item.live_bytes for item in components),
        sum(item.dead_bytes for item in components),
    )
    return OwnerReport(
        owner=name,
        bytes=live + dead,
        live_bytes=live,
        dead_bytes=dead,
        shared_bytes=20_000 if name == "venv" else 0,
        reclaimable_bytes=live + dead,
        files=_OWNER_OF_INODE.count(name),
        components=components,
    )


def _layer(index: int, owners: dict[str, int], dead: int, **more: object) -> LayerReport:
    total = sum(owners.values())
    layer = LayerReport(
        index=index,
        diff_id=f"sha256:{index:064x}",
        verified=True,
        created_by="",
        instruction="",
        line=None,
        end_line=None,
        base=index == 0,
        file_bytes=total,
        live_bytes=total - dead,
        dead_bytes=dead,
        tar_bytes=None,
        compressed_bytes=None,
        engine_size=total,
        counts_links=False,
        link_bytes=0,
        files=0,
        added=0,
        modified=0,
        removed=0,
        owners=owners,
    )
    return replace(layer, **more)  # type: ignore[arg-type]


def sample_report() -> ImageReport:
    """Three layers, 71.6 kB in 7 files, 1 kB of it dead; a new value on each call."""
    run = "RUN uv sync --extra \x1b[31mred[/]"
    return ImageReport(
        tool_version="0.1.0",
        image=ImageInfo(
            reference="sample:1",
            id="sha256:" + "a" * 64,
            config_digest="sha256:" + "b" * 64,
            source="docker",
            platform="linux/amd64",
            created="2026-01-02T03:04:05Z",
            inspect_size=71_600,
            listed_size=None,
            base=Base(name="debian:trixie-slim", layers=1, by="history"),
        ),
        dockerfile=DockerfileInfo(path="Dockerfile", sha256="c" * 64, matches=True),
        config=ImageConfig(
            env=("PATH=/usr/bin:/bin", f"API_TOKEN={SECRET}", "UV_LINK_MODE=copy"),
            cmd=("flask", "run"),
            labels={"maintainer": "me"},
            healthcheck={"Test": ["CMD", "true"], "Interval": 3_000_000_000},
            exposed_ports=("5000/tcp",),
        ),
        history=(
            HistoryEntry(created_by="debian"),
            HistoryEntry(created_by=run, comment="buildkit.dockerfile.v0"),
            HistoryEntry(created_by=f"ENV API_TOKEN={SECRET}", empty_layer=True),
            HistoryEntry(created_by="COPY server.py /app/", comment="buildkit.dockerfile.v0"),
        ),
        os=OsRelease(id="debian", version_id="13", codename="trixie"),
        users=(User("root", 0, 0, "/root"),),
        totals=Totals(
            file_bytes=71_600,
            live_bytes=70_600,
            dead_bytes=1000,
            efficiency=70_600 / 71_600,
            duplicate_bytes=None,
            tar_bytes=None,
            tar_overhead=None,
            compressed_bytes=None,
            files=7,
        ),
        layers=(
            _layer(0, {"base-os": 10_000}, 0, created_by="debian", instruction="debian", files=2, added=3),
            _layer(
                1,
                {"uv": 40_000, "venv": 20_000, "app": 1000},
                1000,
                created_by=run,
                instruction=run,
                line=3,
                end_line=4,
                files=4,
                added=6,
            ),
            _layer(
                2,
                {"app": 600},
                0,
                created_by="COPY server.py /app/",
                instruction="COPY server.py /app/",
                line=6,
                end_line=6,
                files=1,
                modified=1,
                removed=1,
            ),
        ),
        owners=tuple(_owner(name) for name in OWNERS),
        components=_COMPONENTS,
        environments=(
            Environment(
                path="/app/.venv",
                kind="venv",
                python="3.13.5",
                interpreter="/app/.venv/bin/python",
                interpreter_path=None,
                hops=("/app/.venv/bin/python", "/usr/bin/python3"),
                uv_version="0.13.9",
                roots=(),
                scripts=(ConsoleScript("flask", "/app/.venv/bin/python"),),
                distributions=(
                    Distribution("flask", "3.1.0", 20_000, 0, 0, 1, why=("app",), modules=("flask",)),
                ),
            ),
        ),
        waste=(
            Waste(b"/app/" + HOSTILE_NAME, 500, "deleted", "app", 1, 2, 6),
            Waste(b"/app/server.py", 500, "overwritten", "app", 1, 2, 6),
        ),
        findings=(
            Finding(
                id="uv-in-image",
                severity="warning",
                title="uv is left in the image",
                bytes=40_000,
                line=3,
                paths=("/usr/bin/uv",),
                advice="Build in one stage and run in another.",
            ),
        ),
        warnings=("the base was guessed",),
        files=_table(),
        inode_owner=array("B", [OWNERS.index(name) for name in _OWNER_OF_INODE]),
        inode_component=array("i", [0, 0, 1, 2, 3, 3, 3]),
    )
