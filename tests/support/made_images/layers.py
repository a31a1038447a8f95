"""Build layer tars and `docker save` archives for tests, entry by entry."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

Entry = Callable[[tarfile.TarFile], None]
MB = 10_000
"""What stands for a megabyte in tests: the golden cases hold at any scale."""


def content(size: int, seed: str = "") -> bytes:
    """Bytes that differ by seed; only the first few matter for equality."""
    return (seed.encode() * (size // max(1, len(seed)) + 1))[:size] if seed else bytes(size)


def file(path: str | bytes, data: bytes = b"", mode: int = 0o644, **fields: object) -> Entry:
    def add(tar: tarfile.TarFile) -> None:
        info = tarfile.TarInfo(path if isinstance(path, str) else path.decode("utf-8", "surrogateescape"))
        info.size, info.mode = len(data), mode
        for name, value in fields.items():
            setattr(info, name, value)
        tar.addfile(info, io.BytesIO(data))

    return add


def _special(path: str, kind: bytes, target: str = "", mode: int = 0o755) -> Entry:
    def add(tar: tarfile.TarFile) -> None:
        info = tarfile.TarInfo(path)
        info.type, info.linkname, info.mode = kind, target, mode
        tar.addfile(info)

    return add


def folder(path: str, mode: int = 0o755) -> Entry:
    return _special(path, tarfile.DIRTYPE, mode=mode)


def symlink(path: str, target: str) -> Entry:
    return _special(path, tarfile.SYMTYPE, target, 0o777)


def hard_link(path: str, target: str) -> Entry:
    return _special(path, tarfile.LNKTYPE, target)


def whiteout(path: str) -> Entry:
    parent, _, name = path.rpartition("/")
    return file(f"{parent}/.wh.{name}" if parent else f".wh.{name}")


def opaque(path: str) -> Entry:
    return file(f"{path}/.wh..wh..opq")


def layer(*entries: Entry, dialect: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=dialect) as tar:
        for entry in entries:
            entry(tar)
    return out.getvalue()


def archive(
    path: Path,
    layers: Sequence[bytes],
    *,
    commands: Iterable[str | dict[str, object]] = (),
    config: dict[str, object] | None = None,
    compress: bool = False,
    manifest_first: bool = False,
    tag: str = "test:1",
) -> Path:
    """Write a `docker save` archive; layers are bottom first. A command may be a whole history entry."""
    history = [command if isinstance(command, dict) else {"created_by": command} for command in commands]
    raw = json.dumps(
        {
            "os": "linux",
            "architecture": "amd64",
            "config": config or {},
            "history": history,
            "rootfs": {
                "type": "layers",
                "diff_ids": ["sha256:" + hashlib.sha256(data).hexdigest() for data in layers],
            },
        }
    ).encode()
    name = hashlib.sha256(raw).hexdigest() + ".json"
    blobs = [gzip.compress(data) if compress else data for data in layers]
    names = [f"{number:04d}/layer.tar" for number in range(len(layers))]
    manifest = json.dumps([{"Config": name, "RepoTags": [tag], "Layers": names}]).encode()
    members = [file(name, raw), *(file(*pair) for pair in zip(names, blobs, strict=True))]
    members.insert(0 if manifest_first else len(members), file("manifest.json", manifest))
    path.write_bytes(layer(*members))
    return path
