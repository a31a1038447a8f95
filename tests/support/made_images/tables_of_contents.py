"""Layers with a table of contents, made by the specifications: eStargz and zstd:chunked.

https://github.com/containerd/stargz-snapshotter/blob/main/docs/estargz.md and
https://github.com/containers/storage/blob/main/docs/containers-storage-zstd-chunked.md.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import struct
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

from backports import zstd

from made_images.layouts import Json

Way = Literal["estargz", "zstd:chunked"]
Change = Callable[[list[Json]], None]
_TYPES = {
    tarfile.REGTYPE: "reg", tarfile.AREGTYPE: "reg", tarfile.DIRTYPE: "dir", tarfile.SYMTYPE: "symlink",
    tarfile.LNKTYPE: "hardlink", tarfile.CHRTYPE: "char", tarfile.BLKTYPE: "block", tarfile.FIFOTYPE: "fifo",
}  # fmt: skip
CHUNK = 4096
_XATTR = "SCHILY.xattr."


def sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _entry(member: tarfile.TarInfo) -> Json:
    time = datetime.fromtimestamp(int(member.mtime), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    entry: Json = {"name": member.name + "/" * member.isdir(), "type": _TYPES[member.type], "modtime": time}
    entry |= {"mode": member.mode, "uid": member.uid, "gid": member.gid}
    if member.linkname:
        entry["linkName"] = member.linkname
    named = (each for each in member.pax_headers.items() if each[0].startswith(_XATTR))
    found = {key.removeprefix(_XATTR): value for key, value in named}
    if found:
        entry["xattrs"] = {
            key: base64.b64encode(value.encode("utf-8", "surrogateescape")).decode()
            for key, value in found.items()
        }
    return entry


def _chunks(data: bytes) -> list[bytes]:
    return [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)]


def make(tar: bytes, way: Way, change: Change = lambda _entries: None) -> tuple[bytes, bytes, Json]:
    """A layer's blob, the tar in it (an eStargz one holds its table too), and its annotations.

    ``change`` makes a lying table of the true one.
    """
    pack = gzip.compress if way == "estargz" else zstd.compress
    out, entries, done = io.BytesIO(), list[Json](), 0
    plain = bytearray()

    def put(data: bytes) -> int:
        start = out.tell()
        if data:
            plain.extend(data)
            out.write(pack(data))
        return start

    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        for member in archive:
            entry = _entry(member)
            entries.append(entry)
            if not member.isreg() or not member.size:
                continue
            data = tar[member.offset_data : member.offset_data + member.size]
            put(tar[done : member.offset_data])
            entry |= {"size": len(data), "digest": sha256(data)}
            done, at, last = member.offset_data + member.size, 0, entry
            for number, chunk in enumerate(_chunks(data)):
                last = entry if not number else {"name": member.name, "type": "chunk"}
                last |= {"offset": put(chunk), "chunkDigest": sha256(chunk), "chunkOffset": at}
                if len(data) > CHUNK:
                    last["chunkSize"] = len(chunk)
                if number:
                    entries.append(last)
                at += len(chunk)
            if way == "zstd:chunked":
                entry["endOffset"] = out.tell()
    change(entries)
    text = json.dumps({"version": 1, "entries": entries}).encode()
    if way == "zstd:chunked":
        put(tar[done:])
        return _chunked(out, text), bytes(plain), _notes(out, text)
    put(tar[done : _end(tar)])
    return _estargz(out, plain, text)


def _end(tar: bytes) -> int:
    """Where a tar's last member ends, before the blocks of zeros."""
    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        members = archive.getmembers()
    last = members[-1]
    return last.offset_data + -(-(last.size if last.isreg() else 0) // 512) * 512


def _estargz(out: io.BytesIO, plain: bytearray, text: bytes) -> tuple[bytes, bytes, Json]:
    start = out.tell()
    rest = io.BytesIO()
    with tarfile.open(fileobj=rest, mode="w") as archive:
        member = tarfile.TarInfo("stargz.index.json")
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text))
    plain.extend(rest.getvalue())
    out.write(gzip.compress(rest.getvalue()))
    field = b"SG" + struct.pack("<H", 22) + b"%016xSTARGZ" % start
    footer = b"\x1f\x8b\x08\x04" + bytes(4) + b"\0\xff" + struct.pack("<H", len(field)) + field
    out.write(footer + b"\x01\0\0\xff\xff" + bytes(8))
    return out.getvalue(), bytes(plain), {"containerd.io/snapshot/stargz/toc.digest": sha256(text)}


def _chunked(out: io.BytesIO, text: bytes) -> bytes:
    packed = zstd.compress(text)
    frames = out.getvalue() + struct.pack("<II", 0x184D2A50, len(packed)) + packed
    place = struct.pack("<QQQQ", out.tell() + 8, len(packed), len(text), 1)
    return frames + struct.pack("<II", 0x184D2A50, 72) + place + bytes(32) + b"GNUlInUx"


def _notes(out: io.BytesIO, text: bytes) -> Json:
    packed = zstd.compress(text)
    name = "io.github.containers.zstd-chunked.manifest-"
    place = f"{out.tell() + 8}:{len(packed)}:{len(text)}:1"
    return {f"{name}checksum": sha256(packed), f"{name}position": place}
