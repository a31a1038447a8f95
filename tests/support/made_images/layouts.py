"""Build OCI image layouts for tests: folders and archives, any compression and platforms."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from backports import zstd

from made_images import layers as make

Json = dict[str, Any]
COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "zstd": zstd.compress,
    # zstd:chunked and eStargz: several frames, members and a skippable footer.
    "zstd-frames": lambda data: (
        zstd.compress(data[:1000]) + zstd.compress(data[1000:]) + b"\x50\x2a\x4d\x18\x04\0\0\0abcd"
    ),
    "gzip-members": lambda data: gzip.compress(data[:1000]) + gzip.compress(data[1000:]),
}


class Layout:
    """The blobs of a layout, to be written as a folder or an archive."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}

    def add(self, data: bytes, **fields: object) -> Json:
        digest = hashlib.sha256(data).hexdigest()
        self.blobs[digest] = data
        return {"digest": f"sha256:{digest}", "size": len(data), **fields}

    def add_json(self, value: Json, **fields: object) -> Json:
        return self.add(json.dumps(value).encode(), **fields)

    def image(
        self,
        layers: Sequence[bytes],
        platform: str = "linux/amd64",
        how: str = "gzip",
        history: Sequence[Json] | None = None,
        **fields: object,
    ) -> Json:
        system, _, machine = platform.partition("/")
        diff_ids = ["sha256:" + hashlib.sha256(layer).hexdigest() for layer in layers]
        config: Json = {"os": system, "architecture": machine, "rootfs": {"diff_ids": diff_ids}}
        if history is not None:
            config["history"] = list(history)
        manifest = {
            "config": self.add_json(config),
            "layers": [self.add(COMPRESSIONS[how](layer)) for layer in layers],
        }
        return self.add_json(manifest, platform={"os": system, "architecture": machine}, **fields)

    def attestation(self) -> Json:
        manifest = {"config": self.add_json({}), "layers": [self.add(b"{}")]}
        return self.add_json(
            manifest,
            platform={"os": "unknown", "architecture": "unknown"},
            annotations={"vnd.docker.reference.type": "attestation-manifest"},
        )

    def index(self, *manifests: Json, **fields: object) -> Json:
        return self.add_json({"manifests": list(manifests)}, **fields)

    def _files(self, manifests: Sequence[Json]) -> dict[str, bytes]:
        files = {f"blobs/sha256/{digest}": data for digest, data in self.blobs.items()}
        files["oci-layout"] = b'{"imageLayoutVersion": "1.0.0"}'
        files["index.json"] = json.dumps({"manifests": list(manifests)}).encode()
        return files

    def folder(self, path: Path, *manifests: Json) -> Path:
        for name, data in self._files(manifests).items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(data)
        return path

    def archive(self, path: Path, *manifests: Json) -> Path:
        files = self._files(manifests)
        path.write_bytes(make.layer(*(make.file(name, data) for name, data in files.items())))
        return path
