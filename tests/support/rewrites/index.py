"""A package index of a test's own, in JSON with upload times (PEP 691, 700), for builds on this network."""

from __future__ import annotations

import contextlib
import hashlib
import http.server
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime


def wheel(name: str, version: str) -> bytes:
    """A wheel with one module that knows its version."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": f"VERSION = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in (*files, f"{info}/RECORD"))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path), text)
    return buffer.getvalue()


class Index:
    """What the index holds; ``url`` is its address."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[bytes, str]] = {}
        self.url = ""

    def publish(self, name: str, version: str) -> None:
        """Add a version, uploaded now."""
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        self.files[f"{name}-{version}-py3-none-any.whl"] = wheel(name, version), now

    def page(self, project: str) -> bytes:
        """The project's page."""
        files = [
            {
                "filename": name,
                "url": f"/files/{name}",
                "hashes": {"sha256": hashlib.sha256(data).hexdigest()},
                "upload-time": time,
                "size": len(data),
            }
            for name, (data, time) in self.files.items()
            if name.startswith(f"{project}-")
        ]
        return json.dumps({"meta": {"api-version": "1.1"}, "name": project, "files": files}).encode()


@contextlib.contextmanager
def serving() -> Iterator[Index]:
    """An index that answers as long as the block lasts."""
    index = Index()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = self.path.strip("/").split("/")
            data, kind = index.page(parts[-1]), "application/vnd.pypi.simple.v1+json"
            if parts[0] == "files":
                data, kind = index.files[parts[1]][0], "application/zip"
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(data)

        do_HEAD = do_GET  # noqa: N815 - the base class calls it

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    index.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield index
    finally:
        server.shutdown()
        server.server_close()
        thread.join(30)
        assert not thread.is_alive(), "it still serves"
