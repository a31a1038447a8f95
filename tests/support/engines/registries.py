"""A registry on loopback that a test fills, that writes down what it is asked, and misbehaves as it is told.

It speaks as much of the distribution project's API as pulling needs, with the three ways of
authentication; the bed's registries are the real ones.
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from made_images.layouts import Json, Layout
from needs import cannot_run

USER, PASSWORD, IDENTITY = "somebody", "pass-of-somebody", "identity-of-somebody"
_WHERE = re.compile(r"/v2/(.+)/(manifests|blobs|tags)/(.+)")

Way = Literal["open", "basic", "bearer"]


@dataclass(frozen=True)
class Asked:
    """One request: how, for what, and what was shown and told with it."""

    method: str
    path: str
    headers: dict[str, str]
    body: str = ""
    port: int = 0

    @property
    def shown(self) -> str | None:
        return self.headers.get("Authorization")


Answer = Callable[["Handler"], None]


@dataclass
class Registry:
    """What is served, and how; ``address`` is HOST:PORT."""

    server: ThreadingHTTPServer
    scheme: str = "http"
    way: Way = "open"
    layout: Layout = field(default_factory=Layout)
    tags: dict[tuple[str, str], str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    token_seconds: int = 300
    public: bool = False
    ending: threading.Event = field(default_factory=threading.Event)
    _odd: list[tuple[re.Pattern[str], Answer, list[int]]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server.server_address[1]}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.address}"

    def tag(self, name: str, tag: str, descriptor: Json) -> str:
        """Give an image of the layout a name; what a person types for it."""
        self.tags[name, tag] = descriptor["digest"]
        return f"{self.address}/{name}:{tag}"

    def odd(self, path: str, answer: Answer, times: int = 1 << 30) -> None:
        """Answer so where a path matches, so many times."""
        self._odd.append((re.compile(path), answer, [times]))

    def oddity(self, path: str) -> Answer | None:
        for pattern, answer, left in self._odd:
            if pattern.search(path) and left[0]:
                left[0] -= 1
                return answer
        return None

    def fetched(self, what: str = "") -> list[str]:
        """What of the API was asked for, without the host and the repository."""
        found = (_WHERE.fullmatch(urlsplit(asked.path).path) for asked in self.asked)
        paths = [f"{match[2]}/{match[3]}" for match in found if match]
        return [path for path in paths if path.startswith(what)]


class Handler(BaseHTTPRequestHandler):
    """Answers as the API says, or as the test has told."""

    protocol_version = "HTTP/1.1"
    registry: Registry

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """The test asks the registry itself."""

    def send(self, status: int, data: bytes = b"", **headers: object) -> None:
        self.send_response(status)
        for key, value in {"Content_Length": len(data), **headers}.items():
            self.send_header(key.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        self._answer("")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

    def _answer(self, body: str) -> None:
        registry = self.registry
        headers = {key.title(): value for key, value in self.headers.items()}
        registry.asked.append(Asked(self.command, self.path, headers, body, self.client_address[1]))
        odd = registry.oddity(self.path)
        if odd is not None:
            odd(self)
        elif self.path.startswith("/token"):
            self._token(body)
        elif not self._let_in():
            self.ask()
        else:
            self.serve()

    def _let_in(self) -> bool:
        shown = self.headers.get("Authorization", "")
        if self.registry.way == "basic":
            return shown == basic(USER, PASSWORD)
        return self.registry.way == "open" or shown.removeprefix("Bearer ") in self.registry.tokens

    def _token(self, body: str) -> None:
        given = {key: values[0] for key, values in parse_qs(body or urlsplit(self.path).query).items()}
        known = self.headers.get("Authorization") == basic(USER, PASSWORD)
        known = known or given.get("refresh_token") == IDENTITY
        right = re.fullmatch(r"repository:[a-z0-9/-]+:pull", given.get("scope", "")) is not None
        if not (known or (self.registry.public and "Authorization" not in self.headers)) or not right:
            self.send(401, b'{"errors": []}')
            return
        self.registry.tokens.append(f"token-{len(self.registry.tokens)}-{threading.get_ident()}")
        value = {"token": self.registry.tokens[-1], "expires_in": self.registry.token_seconds}
        self.send(200, json.dumps(value).encode(), Content_Type="application/json")

    def serve(self) -> None:
        """What the API has for this path."""
        match = _WHERE.fullmatch(urlsplit(self.path).path)
        if match is None:
            self.send(404)
            return
        name, kind, which = match.groups()
        tags = [tag for repository, tag in self.registry.tags if repository == name]
        if kind == "tags":
            self.send(200, json.dumps({"name": name, "tags": tags}).encode(), Content_Type="application/json")
            return
        digest = self.registry.tags.get((name, which), which)
        data = self.registry.layout.blobs.get(digest.removeprefix("sha256:")) if tags else None
        if data is None:
            self.send(404, b'{"errors": [{"code": "MANIFEST_UNKNOWN"}]}')
        elif kind == "manifests":
            self.send(200, data, Content_Type="application/json", Docker_Content_Digest=digest)
        else:
            self.send_blob(data)

    def ask(self) -> None:
        """Want a login, in the registry's way."""
        ask = (
            f'Bearer realm="{self.registry.url}/token",service="stand-in"'
            if self.registry.way == "bearer"
            else 'Basic realm="stand-in"'
        )
        self.send(401, b'{"errors": [{"code": "UNAUTHORIZED"}]}', WWW_Authenticate=ask)

    def send_blob(self, data: bytes) -> None:
        """A blob, or the part of it that is asked for."""
        said = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if said is None:
            self.send(200, data)
        else:
            start, end = int(said[1]), min(int(said[2] or len(data) - 1), len(data) - 1)
            self.send(206, data[start : end + 1], Content_Range=f"bytes {start}-{end}/{len(data)}")

    def blob(self) -> bytes:
        """The blob that this path names."""
        return self.registry.layout.blobs[self.path.rpartition(":")[2]]

    def break_off(self) -> None:
        """End the connection here and now."""
        self.close_connection = True
        self.wfile.flush()
        self.connection.close()


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@contextlib.contextmanager
def serving(tls: tuple[Path, Path] | None = None, **fields: Any) -> Iterator[Registry]:
    """A registry as long as the block lasts; ``tls`` are its certificate and key."""
    handler = type("OwnHandler", (Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[assignment, method-assign]
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    registry = Registry(server, "http" if tls is None else "https", **fields)
    handler.registry = registry  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield registry
    finally:
        registry.ending.set()
        server.shutdown()
        server.server_close()
        thread.join(30)


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that nobody but itself vouches for, and its key."""
    if shutil.which("openssl") is None:
        cannot_run("no openssl")
    certificate, key = folder / "own.crt", folder / "own.key"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=stand-in",
        "-days",
        "2",
    ]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


def authority(folder: Path) -> tuple[Path, Path, Path]:
    """A private authority as people make them by hand, and a certificate of it for 127.0.0.1 with its key."""
    own, signer = certificate(folder)
    asked, named, made, key = (folder / name for name in ("leaf.csr", "leaf.ext", "leaf.crt", "leaf.key"))
    named.write_text("subjectAltName=IP:127.0.0.1\n")
    ask = [
        "req",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=leaf",
        "-keyout",
        str(key),
        "-out",
        str(asked),
    ]
    sign = ["x509", "-req", "-in", str(asked), "-CA", str(own), "-CAkey", str(signer), "-CAcreateserial"]
    sign += ["-days", "2", "-extfile", str(named), "-out", str(made)]
    for command in (ask, sign):
        subprocess.run(["openssl", *command], check=True, capture_output=True)
    return own, made, key
