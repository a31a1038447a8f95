"""An engine without an engine: answers Docker's API over a socket, from images that are made up.

It has the small project's base, the image that its Dockerfile makes, and that of the rewrite;
``docker`` (a script, for PATH) stands for the client and "builds" the one that the tag asks for.
Containers end soon; what is imported in them works.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from made_images import layers as make
from made_images import pairs_of_images as pairs

from engines.small_project import FILES

_SITE = "app/.venv/lib/python3.13/site-packages"
_RUNS = 4
"""So often somebody looks at a container before it has ended."""

_ENV = "PATH=/usr/local/bin:/usr/bin:/bin"
_BUILT = [
    "COPY /uv /bin/uv # buildkit", "WORKDIR /app", "COPY . . # buildkit",
    "RUN /bin/sh -c uv sync --frozen # buildkit", 'CMD ["uv" "run" "--no-sync" "app.py"]',
]  # fmt: skip
_NEW = [
    "WORKDIR /app", "COPY /app/.venv /app/.venv # buildkit", "COPY . . # buildkit", 'CMD ["python" "app.py"]',
]  # fmt: skip
CLIENT = """#!{python} -ISs
import os, socket, sys
from urllib.parse import quote
arguments = sys.argv[1:]
if arguments[:2] == ["buildx", "version"]:
    print("github.com/docker/buildx v0.12.0 0")
    raise SystemExit
options = {{"-t": "", "-f": ""}}
for name, value in zip(arguments, arguments[1:]):
    if name in options:
        options[name] = value
iid = next(word.partition("=")[2] for word in arguments if word.startswith("--iidfile="))
answer = b""
try:
    for path in ("/_ping", "/session", "/build?t=" + quote(options["-t"])):
        with socket.socket(socket.AF_UNIX) as engine:
            engine.connect(os.environ["DOCKER_HOST"].removeprefix("unix://"))
            engine.sendall(f"POST {{path}} HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n".encode())
            answer = b""
            while piece := engine.recv(1 << 16):
                answer += piece
        head, _, answer = answer.partition(b"\\r\\n\\r\\n")
        length = int(head.lower().partition(b"content-length: ")[2].split()[0])
        if len(answer) != length:
            raise OSError
except (OSError, LookupError):
    raise SystemExit("ERROR: Cannot connect to the Docker daemon. Is the docker daemon running?")
with open(iid, "w") as file:
    file.write(answer.decode())
"""


def _files() -> pairs.Files:
    return {f"app/{name}": make.file(f"app/{name}", text.encode()) for name, text in FILES.items()}


def _environment() -> pairs.Files:
    return {
        "cfg": make.file(
            "app/.venv/pyvenv.cfg", b"home = /usr/local/bin\nversion_info = 3.13.5\nuv = 0.9.1\n"
        ),
        "python": make.symlink("app/.venv/bin/python", "/usr/local/bin/python3.13"),
        **pairs.installed(_SITE, "idna", "3.10", {"idna/__init__.py": b"x"}),
    }


@dataclass
class Image:
    """An image: its archive, and what the engine says of it."""

    archive: bytes
    layers: list[str]
    commands: list[str]
    config: dict[str, Any]
    id: str = ""
    tags: list[str] = field(default_factory=list)


def _image(
    folder: Path, name: str, layers: list[pairs.Files], commands: list[str], config: dict[str, Any]
) -> Image:
    data = [make.layer(*files.values()) for files in layers]
    entries: list[str | dict[str, object]] = [
        {"created_by": each, "comment": "buildkit.dockerfile.v0", "empty_layer": each.startswith("CMD")}
        for each in commands
    ]
    path = make.archive(folder / f"{name}.tar", data, commands=entries, config=config)
    diff_ids = ["sha256:" + hashlib.sha256(each).hexdigest() for each in data]
    found = Image(path.read_bytes(), diff_ids, commands, config)
    raw = re.search(rb"([0-9a-f]{64})\.json", found.archive)
    assert raw is not None
    found.id = f"sha256:{raw[1].decode()}"
    return found


class StandInEngine:
    """The engine's state: ``images`` by what a tag of uvdive's ends in, and the base.

    ``instead`` has what is answered in place of the truth, by the names of ``_ROUTES``.
    """

    def __init__(self, folder: Path) -> None:
        uv = {"uv": make.file("bin/uv", make.content(2_000_000, "u"), 0o755)}
        app = {"app": make.folder("app")}
        base = [pairs.python()]
        python = {"Env": [_ENV], "Cmd": ["python3"]}
        built = {"Env": [_ENV], "WorkingDir": "/app", "Cmd": ["uv", "run", "--no-sync", "app.py"]}
        new = {
            "Env": ["PATH=/app/.venv/bin:/usr/local/bin:/usr/bin:/bin", "VIRTUAL_ENV=/app/.venv"],
            "WorkingDir": "/app", "Cmd": ["python", "app.py"],
        }  # fmt: skip
        first = ["RUN /bin/sh -c python # buildkit", 'CMD ["python3"]']
        self.images = {
            "base": _image(folder, "base", base, first, python),
            "before": _image(
                folder, "before", [*base, uv, app, _files(), _environment()], first + _BUILT, built
            ),
            "after": _image(folder, "after", [*base, app, _environment(), _files()], first + _NEW, new),
        }
        self.images["base"].tags = ["python:3.13-slim"]
        self.containers: dict[str, dict[str, Any]] = {}
        self.looks: dict[str, int] = {}
        self.instead: dict[str, Any] = {}

    def image(self, name: str) -> Image | None:
        """By its id or one of its names."""
        return next((each for each in self.images.values() if name == each.id or name in each.tags), None)

    def tag(self, image: Image, name: str) -> None:
        """Give an image a name, which another loses."""
        for each in self.images.values():
            each.tags = [tag for tag in each.tags if tag != name]
        image.tags.append(name)


_CHUNK = 4096


def _frames(stream: int, data: bytes) -> bytes:
    return bytes((stream, 0, 0, 0)) + len(data).to_bytes(4, "big") + data if data else b""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *_: object) -> None:
        """Nothing is told."""

    def address_string(self) -> str:
        return ""

    def _send(self, value: Any, status: int = 200) -> None:
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Api-Version", "1.41")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length) or b"null")
        url = urlsplit(self.path)
        path = unquote(re.sub(r"^/v[0-9.]+", "", url.path))
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        for method, pattern, name in _ROUTES:
            found = re.fullmatch(pattern, path)
            if found and self.command in method:
                if name in self.server.engine.instead:
                    self._send(self.server.engine.instead[name])
                    return
                getattr(self, name)(*found.groups(), query=query, body=body)
                return
        self._send({"message": f"no such page: {self.command} {path}"}, 404)

    do_GET = do_HEAD = do_POST = do_DELETE = _answer  # noqa: N815 - http.server's names

    def ping(self, **_: Any) -> None:
        self._send(b"OK")

    def version(self, **_: Any) -> None:
        self._send({"ApiVersion": "1.41", "Version": "20.10", "Os": "linux", "Arch": "amd64"})

    def info(self, **_: Any) -> None:
        self._send({"Driver": "none", "Name": "elsewhere", "MemoryLimit": True, "PidsLimit": True})

    def build(self, *, query: dict[str, str], **_: Any) -> None:
        role = query["t"].rpartition(":")[2]
        image = self.server.engine.images["after" if role == "after" else "before"]
        self.server.engine.tag(image, query["t"])
        self._send(image.id.encode())

    def images(self, **_: Any) -> None:
        found = [
            {"Id": each.id, "RepoTags": each.tags, "Size": len(each.archive), "Created": 1}
            for each in self.server.engine.images.values()
        ]
        self._send(found)

    def _with(self, name: str) -> Image | None:
        image = self.server.engine.image(name)
        if image is None:
            self._send({"message": f"No such image: {name}"}, 404)
        return image

    def inspect(self, name: str, **_: Any) -> None:
        if image := self._with(name):
            self._send(
                {
                    "Id": image.id, "RepoTags": image.tags, "Size": len(image.archive),
                    "Config": image.config, "RootFS": {"Type": "layers", "Layers": image.layers},
                }
            )  # fmt: skip

    def history(self, name: str, **_: Any) -> None:
        if image := self._with(name):
            self._send([{"Id": "", "CreatedBy": each, "Size": 1} for each in reversed(image.commands)])

    def save(self, name: str, **_: Any) -> None:
        """The archive in chunks, as engines send it."""
        if image := self._with(name):
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            pieces = (image.archive[at : at + _CHUNK] for at in range(0, len(image.archive), _CHUNK))
            self.wfile.write(
                b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
            )

    def retag(self, name: str, *, query: dict[str, str], **_: Any) -> None:
        if image := self._with(name):
            self.server.engine.tag(image, f"{query['repo']}:{query['tag']}")
            self._send(b"", 201)

    def untag(self, name: str, **_: Any) -> None:
        if image := self._with(name):
            image.tags = [tag for tag in image.tags if tag != name]
            self._send([])

    def create(self, *, query: dict[str, str], body: dict[str, Any], **_: Any) -> None:
        self.server.engine.containers[query["name"]] = body
        self._send({"Id": query["name"], "Warnings": []}, 201)

    def containers(self, **_: Any) -> None:
        made = self.server.engine.containers
        self._send([{"Names": [f"/{name}"], "Labels": body["Labels"]} for name, body in made.items()])

    def container(self, name: str, **_: Any) -> None:
        if name in self.server.engine.containers:
            looks = self.server.engine.looks[name] = self.server.engine.looks.get(name, 0) + 1
            status = "running" if looks < _RUNS else "exited"
            state = {"Status": status, "ExitCode": 0, "OOMKilled": False}
            self._send({"Id": name, "State": state, "Config": {"Tty": False}})
        else:
            self._send({"message": "no such container"}, 404)

    def logs(self, name: str, *, query: dict[str, str], **_: Any) -> None:
        body = self.server.engine.containers[name]
        words = [*(body.get("Entrypoint") or ()), *(body.get("Cmd") or ())]
        output = "up\n"
        if "-c" in words:
            asked = [name for name, _ in json.loads(words[-1])]
            output = "".join(f"uvdive-import:{json.dumps([each, None])}\n" for each in asked)
        self._send(_frames(1, output.encode()) if query.get("stdout") == "1" else b"")

    def nothing(self, *_: str, **__: Any) -> None:
        self.send_response(204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def export(self, name: str, **_: Any) -> None:
        image = self.server.engine.image(self.server.engine.containers[name]["Image"])
        assert image is not None
        files = pairs.python() | _files() | _environment()
        if image is self.server.engine.images["before"]:
            files |= {"uv": make.file("bin/uv", make.content(2_000_000, "u"), 0o755)}
        self._send(make.layer(*files.values()))

    def remove(self, name: str, **_: Any) -> None:
        self.server.engine.containers.pop(name, None)
        self.nothing()


_ROUTES = (
    ("GET HEAD POST", r"/_ping|/session", "ping"),
    ("GET", r"/version", "version"),
    ("GET", r"/info", "info"),
    ("POST", r"/build", "build"),
    ("GET", r"/images/json", "images"),
    ("GET", r"/images/(.+)/json", "inspect"),
    ("GET", r"/images/(.+)/history", "history"),
    ("GET", r"/images/(.+)/get", "save"),
    ("POST", r"/images/(.+)/tag", "retag"),
    ("DELETE", r"/images/(.+)", "untag"),
    ("POST", r"/containers/create", "create"),
    ("GET", r"/containers/json", "containers"),
    ("GET", r"/containers/([^/]+)/json", "container"),
    ("GET", r"/containers/([^/]+)/logs", "logs"),
    ("GET", r"/containers/([^/]+)/export", "export"),
    ("POST", r"/containers/([^/]+)/(?:start|stop|kill)", "nothing"),
    ("DELETE", r"/containers/([^/]+)", "remove"),
)


class _Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 32
    engine: StandInEngine

    def handle_error(self, *_: object) -> None:
        """A client that is cut off is what this is for."""


@contextmanager
def stand_in_engine(folder: Path) -> Iterator[StandInEngine]:
    """The engine behind ``folder/real.sock``, its client as ``folder/bin/docker``, while the block lasts."""
    engine = StandInEngine(folder)
    client = folder / "bin" / "docker"
    client.parent.mkdir()
    client.write_text(CLIENT.format(python=sys.executable))
    client.chmod(0o755)
    server = _Server(str(folder / "real.sock"), _Handler)
    server.engine = engine
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield engine
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
