"""A small original image and a right rewrite of it, to be broken on purpose; read by the real reader."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from made_images import layers as make
from made_images.layers import content
from uvdive.base.progress import ignore
from uvdive.image.raw_image import StoreIndex
from uvdive.image.reference import Target
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import Allowances
from uvdive.session.opening.reading import read_image

Files = dict[str, make.Entry]
CONFIG: dict[str, object] = {
    "Env": ["PATH=/app/.venv/bin:/usr/local/bin:/usr/bin", "EMPTY="],
    "Cmd": ["flask", "run"],
    "User": "1000:1000",
    "WorkingDir": "/app",
    "Labels": {"a": "b"},
}
ALLOWED = Allowances(owners=("uv", "uv-cache"))
_SITE = "app/.venv/lib/python3.13/site-packages"
_INFO = "flask-3.1.0.dist-info"
_RECORD = f"flask/__init__.py,,\n{_INFO}/RECORD,,\n{_INFO}/METADATA,,\n../../../bin/flask,,\n".encode()


def python(minor: str = "3.13") -> Files:
    return {
        "usr/local/bin": make.folder("usr/local/bin"),
        "usr/local/bin/python": make.symlink("usr/local/bin/python", f"python{minor}"),
        f"usr/local/bin/python{minor}": make.file(f"usr/local/bin/python{minor}", content(9000, "p"), 0o755),
        f"usr/local/lib/python{minor}/os.py": make.file(
            f"usr/local/lib/python{minor}/os.py", content(500, "o")
        ),
        "etc/release": make.file("etc/release", b"13"),
    }


def installed(site: str, name: str, version: str, files: dict[str, bytes]) -> Files:
    """A distribution in a ``site-packages`` folder, with its metadata."""
    info = f"{name}-{version}.dist-info"
    record = "".join(f"{path},,\n" for path in (*files, f"{info}/METADATA", f"{info}/RECORD"))
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    contents = {**files, f"{info}/METADATA": metadata.encode(), f"{info}/RECORD": record.encode()}
    return {f"{site}/{path}": make.file(f"{site}/{path}", data) for path, data in contents.items()}


def package(name: str, version: str, files: dict[str, bytes]) -> Files:
    """An OS package as dpkg leaves it."""
    status = f"Package: {name}\nStatus: install ok installed\nVersion: {version}\nArchitecture: amd64\n"
    listed = "".join(f"/{path}\n" for path in files)
    everything = {
        **files,
        "var/lib/dpkg/status": status.encode(),
        f"var/lib/dpkg/info/{name}.list": listed.encode(),
    }
    return {path: make.file(path, data) for path, data in everything.items()}


def application() -> Files:
    info = f"{_SITE}/{_INFO}"
    return {
        "app": make.folder("app"),
        "app/data": make.folder("app/data", 0o775),
        "app/server.py": make.file("app/server.py", content(120, "s")),
        "app/.venv/pyvenv.cfg": make.file(
            "app/.venv/pyvenv.cfg", b"home = /usr/local/bin\nversion_info = 3.13.5\nuv = 0.13.9\n"
        ),
        "app/.venv/bin/python": make.symlink("app/.venv/bin/python", "/usr/local/bin/python3.13"),
        "app/.venv/bin/flask": make.file(
            "app/.venv/bin/flask", b"#!/app/.venv/bin/python\nimport flask\n", 0o755
        ),
        "flask": make.file(f"{_SITE}/flask/__init__.py", content(3000, "f")),
        "editable": make.file(f"{_SITE}/_mine.pth", b"/app/src\n"),
        "app/src": make.folder("app/src"),
        "app/src/mine.py": make.file("app/src/mine.py", content(50, "m")),
        "RECORD": make.file(f"{info}/RECORD", _RECORD),
        "METADATA": make.file(f"{info}/METADATA", b"Metadata-Version: 2.1\nName: flask\nVersion: 3.1.0\n"),
        "direct_url.json": make.file(
            f"{_SITE}/mine-1.dist-info/direct_url.json",
            b'{"url": "file:///app/src", "dir_info": {"editable": true}}',
        ),
        "mine METADATA": make.file(
            f"{_SITE}/mine-1.dist-info/METADATA", b"Metadata-Version: 2.1\nName: mine\nVersion: 1\n"
        ),
        "mine RECORD": make.file(f"{_SITE}/mine-1.dist-info/RECORD", b"_mine.pth,,\n"),
    }


def uv() -> Files:
    cached = "root/.cache/uv/archive-v0/abc/flask/__init__.py"
    return {
        "usr/local/bin/uv": make.file("usr/local/bin/uv", content(2_000_000, "u"), 0o755),
        "root/.cache/uv/wheels-v8": make.folder("root/.cache/uv/wheels-v8"),
        "root/.cache/uv/wheels-v8/x.msgpack": make.file("root/.cache/uv/wheels-v8/x.msgpack", b"x"),
        cached: make.hard_link(cached, f"{_SITE}/flask/__init__.py"),
    }


def read(
    path: Path, *layers: Files, config: dict[str, object] | None = None, commands: Sequence[str] = ()
) -> ImageReport:
    """The report of an archive with these layers, bottom first."""
    return read_with_contents(path, *layers, config=config, commands=commands)[0]


def read_with_contents(
    path: Path, *layers: Files, config: dict[str, object] | None = None, commands: Sequence[str] = ()
) -> tuple[ImageReport, StoreIndex]:
    """The report of an archive, and where its files' contents lie. ``commands`` made the layers."""
    data = [make.layer(*files.values()) for files in layers]
    config = CONFIG if config is None else config
    archive = make.archive(path, data, config=config, commands=commands)
    return read_image(Target("docker-archive", str(archive)), None, on_event=ignore)


def original(folder: Path, **config: object) -> ImageReport:
    """The original: everything in one stage."""
    return read(folder / "before.tar", python(), application() | uv(), config={**CONFIG, **config})


def rewritten(
    folder: Path,
    *,
    without: str = "",
    instead: Files | None = None,
    base: Files | None = None,
    **config: object,
) -> ImageReport:
    """The rewrite: no uv and no cache. ``without`` and ``instead`` break it."""
    files = {name: entry for name, entry in application().items() if name != without}
    files |= instead or {}
    return read(folder / "after.tar", base or python(), files, config={**CONFIG, **config})
