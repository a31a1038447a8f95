"""GitHub's REST API on loopback, as far as the action's steps ask it, with all that may go wrong.

What is kept is served by a second server, the storage, as GitHub's redirects lead to another host;
both note every request with its headers. https://docs.github.com/rest
"""

from __future__ import annotations

import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

REPOSITORY = "octo/shop"
TOKEN = "token-of-the-job"
BOT = {"login": "github-actions[bot]", "type": "Bot"}


@dataclass
class Fault:
    """What is answered in place of what was asked for; ``cut``: the answer ends in its middle.

    ``times`` is how often. ``method`` and ``path`` (its end) say to what.
    """

    path: str
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b'{"message": "Resource not accessible by integration"}'
    cut: bool = False
    hang_up: bool = False
    times: int = 1_000
    method: str = ""


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    server: str
    method: str
    path: str
    query: dict[str, list[str]]
    token: str | None
    body: Any


@dataclass
class GitHub:
    """One repository: ``comments`` by pull request, ``artifacts`` newest first, ``runs`` by id."""

    url: str = ""
    storage: str = ""
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    artifacts: list[dict[str, Any]] = field(default_factory=list)
    packed: dict[int, bytes] = field(default_factory=dict)
    runs: dict[int, dict[str, Any]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    login: str = ""  # of a person's token; a job's own is nobody's
    default_branch: str = "main"

    def keep(
        self,
        data: bytes,
        *,
        run: int,
        name: str = "uvdive-report",
        member: str = "report.uvdive",
        conclusion: str | None = "success",
        branch: str = "main",
        event: str = "push",
        fork: bool = False,
        **other: Any,
    ) -> dict[str, Any]:
        """An artifact that a run kept; its row."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            archive.writestr(member, data)
        number = 1000 + len(self.artifacts)
        self.packed[number] = target.getvalue()
        row = {
            "id": number,
            "name": name,
            "expired": False,
            "size_in_bytes": len(target.getvalue()),
            "digest": f"sha256:{hashlib.sha256(target.getvalue()).hexdigest()}",
            "workflow_run": {
                "id": run,
                "repository_id": 1,
                "head_repository_id": 2 if fork else 1,
                "head_branch": branch,
                "head_sha": f"{run:040x}",
            },
        } | other
        self.artifacts.insert(0, row)
        self.runs[run] = {"id": run, "conclusion": conclusion, "head_branch": branch, "event": event}
        return row

    def say(self, number: int, body: str, user: dict[str, str] | None = None) -> dict[str, Any]:
        """A comment of somebody's."""
        all_ids = [each["id"] for rows in self.comments.values() for each in rows]
        row = {
            "id": max(all_ids, default=10) + 1,
            "body": body,
            "user": user or {"login": "ann", "type": "User"},
        }
        self.comments.setdefault(number, []).append(row)
        return row

    def of(self, method: str) -> list[str]:
        """The paths that were asked for with a method."""
        return [each.path for each in self.asked if each.method == method]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    github: GitHub
    kind = "api"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._answer()

    do_POST = do_PATCH = do_GET  # noqa: N815 - the server looks for these names

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        token = self.headers.get("Authorization")
        self.github.asked.append(
            Asked(self.kind, self.command, parts.path, parse_qs(parts.query), token, body)
        )
        for fault in self.github.faults:
            if parts.path.endswith(fault.path) and fault.method in ("", self.command) and fault.times > 0:
                fault.times -= 1
                self._send(fault.status, fault.body, fault.headers, cut=fault.cut, hang_up=fault.hang_up)
                return
        if self.kind == "storage":
            data = self.github.packed.get(int(parts.path.rsplit("/", 1)[-1]), b"")
            self._send(400 if token else 200, data, {"Content-Type": "application/zip"})
            return
        if token != f"Bearer {TOKEN}":
            self._send(401, b'{"message": "Bad credentials"}')
            return
        self._api(parts.path, {key: values[0] for key, values in parse_qs(parts.query).items()}, body)

    def _api(self, path: str, query: dict[str, str], body: Any) -> None:
        match path.removeprefix(f"/repos/{REPOSITORY}").strip("/").split("/"):
            case ["user"] if not self.github.login:
                self._send(403, b'{"message": "Resource not accessible by integration"}')
            case ["user"]:
                self._json({"login": self.github.login})
            case [""]:
                self._json({"default_branch": self.github.default_branch})
            case ["actions", *rest]:
                self._actions(rest, query)
            case ["issues", *rest]:
                self._issues(rest, query, body)
            case _:
                self._nothing()

    def _actions(self, path: list[str], query: dict[str, str]) -> None:
        github = self.github
        match path:
            case ["artifacts"]:
                rows = [row for row in github.artifacts if row["name"] == query["name"]]
                self._page(rows, query, "artifacts")
            case ["runs", number] if int(number) in github.runs:
                self._json(github.runs[int(number)])
            case ["artifacts", number, "zip"] if int(number) in github.packed:
                self._send(302, b"", {"Location": f"{github.storage}/signed/{number}"})
            case _:
                self._nothing()

    def _issues(self, path: list[str], query: dict[str, str], body: Any) -> None:
        github = self.github
        match [self.command, *path]:
            case ["GET", number, "comments"]:
                self._page(github.comments.get(int(number), []), query)
            case ["PATCH", "comments", number]:
                rows = [row for rows in github.comments.values() for row in rows if row["id"] == int(number)]
                for row in rows:
                    row["body"] = body["body"]
                    self._json(row)
                if not rows:
                    self._nothing()
            case ["POST", _, "comments"] if len(body["body"]) > 65_536:
                self._send(422, b'{"message": "Body is too long (maximum is 65536 characters)"}')
            case ["POST", number, "comments"]:
                user = {"login": github.login, "type": "User"} if github.login else BOT
                self._json(github.say(int(number), body["body"], user), 201)
            case _:
                self._nothing()

    def _nothing(self) -> None:
        self._send(404, b'{"message": "Not Found"}')

    def _page(self, rows: list[Any], query: dict[str, str], key: str = "") -> None:
        size, page = min(int(query.get("per_page", 30)), 100), int(query.get("page", 1))
        part = rows[(page - 1) * size : page * size]
        # The address names no server: a client that follows it has lost its way.
        more = {"Link": '<http://nowhere.invalid/?page=2>; rel="next"'} if len(rows) > page * size else {}
        self._json({"total_count": len(rows), key: part} if key else part, headers=more)

    def _json(self, value: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps(value).encode(), headers)

    def _send(
        self,
        status: int,
        body: bytes,
        headers: dict[str, str] | None = None,
        *,
        cut: bool = False,
        hang_up: bool = False,
    ) -> None:
        self.close_connection = True
        if hang_up:
            return
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body) + 100 * cut), **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def stand_in_github() -> Iterator[GitHub]:
    """Both servers, until the end."""
    github = GitHub()
    servers = []
    for kind in ("api", "storage"):
        handler = type("Handler", (_Handler,), {"github": github, "kind": kind})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    github.url, github.storage = (f"http://127.0.0.1:{server.server_address[1]}" for server in servers)
    try:
        yield github
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
