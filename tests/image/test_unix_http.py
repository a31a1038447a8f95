"""What comes over a Unix socket, however it is framed, cut up or broken."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uvdive.base.errors import UvdiveError
from uvdive.image.engine.api import SocketApi, api_of
from uvdive.image.engine.saving import Saved
from uvdive.image.http_answer import BrokenAnswerError
from uvdive.image.reaching.address import Endpoint
from uvdive.image.unix_http import UnixHttp, quoted

OK = b"HTTP/1.1 200 OK\r\n"


class Scripted:
    """Answers each question with the next of what it was given, piece by piece; b"" hangs up."""

    def __init__(self, path: Path, answers: list[list[bytes]]) -> None:
        self.asked: list[str] = []
        self.was_asked = threading.Event()
        self.connections = 0
        self._answers = iter(answers)
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(path))
        self._listening.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError, StopIteration):
            while True:
                connection, _ = self._listening.accept()
                self.connections += 1
                with connection:
                    self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        held = b""
        while came := connection.recv(1 << 16):
            held += came
            if not held.endswith(b"\r\n\r\n"):
                continue
            self.asked.append(held.split(b" ")[1].decode())
            self.was_asked.set()
            held = b""
            for piece in next(self._answers):
                if not piece:
                    return
                connection.sendall(piece)

    def end(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(10)
        assert not self._thread.is_alive(), "it still listens"


@contextlib.contextmanager
def scripted(
    folder: Path, *answers: list[bytes], patience: float = 10
) -> Iterator[tuple[Scripted, UnixHttp]]:
    path = folder / "s"
    server = Scripted(path, list(answers))
    http = UnixHttp(str(path), patience)
    try:
        yield server, http
    finally:
        http.close()
        server.end()
        path.unlink()


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    framed = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    return OK + b"Transfer-Encoding: chunked\r\n\r\n" + framed + end


def sized(body: bytes) -> bytes:
    return OK + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.binary(min_size=1, max_size=3000), max_size=8),
    st.lists(st.integers(1, 4000), max_size=20),
    st.sampled_from(["chunked", "sized", "closed"]),
)
def test_the_body_is_whole_however_it_comes(
    tmp_path_factory: pytest.TempPathFactory, chunks: list[bytes], cuts: list[int], framed: str
) -> None:
    body = b"".join(chunks)
    data = {"chunked": chunked(*chunks), "sized": sized(body), "closed": OK + b"\r\n" + body}[framed]
    pieces = []
    for cut in cuts:
        pieces.append(data[:cut])
        data = data[cut:]
    pieces = [piece for piece in (*pieces, data) if piece] + [b""] * (framed == "closed")
    with scripted(tmp_path_factory.mktemp("u"), pieces) as (_, http):
        assert http.get("/x") == (200, body)


def test_a_long_stream_comes_in_pieces_of_a_size(tmp_path: Path) -> None:
    chunk = bytes(range(256)) * 257
    sent = [chunk] * 60
    with (
        scripted(tmp_path, [chunked(*sent), b""]) as (_, http),
        contextlib.closing(http.stream("/x")) as asked,
    ):
        found = list(asked.answer().pieces())
    assert b"".join(found) == b"".join(sent)
    assert len(found) <= 10, "each chunk by itself would be sixty"
    assert max(map(len, found)) <= 1 << 19


def test_one_connection_is_asked_again_and_a_closed_one_is_made_anew(tmp_path: Path) -> None:
    first, last = sized(b"1"), chunked(b"4", end=b"0\r\nExpires: never\r\nX: y\r\n\r\n")
    closing = OK + b"Connection: close\r\nContent-Length: 1\r\n\r\n5"
    script = [[first], [chunked(b"2")], [sized(b"3"), b""], [last], [closing], [first]]
    with scripted(tmp_path, *script) as (server, http):
        found = [http.get(f"/{number}")[1] for number in range(6)]
    assert found == [b"1", b"2", b"3", b"4", b"5", b"1"]
    assert server.asked == [f"/{number}" for number in range(6)]
    assert server.connections == 3, "anew behind the hung up one and behind the one that is to be closed"


def test_a_refusal_has_its_status_and_words(tmp_path: Path) -> None:
    with scripted(tmp_path, [b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"]) as (_, http):
        assert http.get("/x") == (404, b"no")


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-x\r\n\r\n",
        b"HTTP/1.1 099 x\r\n\r\n",
        OK + b"Content-Length: -1\r\n\r\n",
        OK + b"Content-Length: 5\r\n\r\nfour",
        OK + b"X: " + b"y" * (1 << 18),
        OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"1" * 5000,
        OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"x: y\r\n" * 1000,
        chunked(b"whole", end=b""),
    ],
    ids=range(11),
)
def test_what_is_broken_is_told(tmp_path: Path, answer: bytes) -> None:
    with scripted(tmp_path, [answer, b""]) as (_, http), pytest.raises(BrokenAnswerError):
        http.get("/x")


def test_silence_is_given_up_but_an_archive_may_take_its_time(tmp_path: Path) -> None:
    with scripted(tmp_path, [sized(b"ab")[:-1]], patience=0.05) as (_, http), pytest.raises(TimeoutError):
        http.get("/x")
    with (
        scripted(tmp_path, [chunked(b"a", end=b"")], patience=0.05) as (_, http),
        contextlib.closing(http.stream("/x")) as asked,
        pytest.raises(TimeoutError),
    ):
        list(asked.answer().pieces())


def test_whoever_stops_taking_an_archive_waits_for_nobody(tmp_path: Path) -> None:
    script = [chunked(b"a" * (1 << 19), end=b"")]
    with scripted(tmp_path, script) as (_, http), contextlib.closing(saved(http)) as archive:
        assert set(next(archive.pieces())) == {ord("a")}  # the next piece never comes


def saved(http: UnixHttp) -> Saved:
    return Saved(SocketApi(http, "1.41"), "sha256:1", lambda _: None)


def test_an_archive_is_asked_for_before_anybody_takes_it(tmp_path: Path) -> None:
    script = [chunked(b"a" * 3000), b""]
    with scripted(tmp_path, script) as (server, http), contextlib.closing(saved(http)) as archive:
        assert server.was_asked.wait(10)
        assert server.asked == ["/v1.41/images/sha256:1/get"]
        assert b"".join(archive.pieces()) == b"a" * 3000


def test_an_archive_that_is_not_taken_is_ended(tmp_path: Path) -> None:
    """Whatever fails between asking and taking, no thread waits for the engine any more."""
    with scripted(tmp_path, [OK]) as (_, http):
        before = threading.active_count()
        saved(http).close()
        assert threading.active_count() == before


@pytest.mark.parametrize("last", [b"", b"0\r\n\r\n"], ids=["hangs up", "stays"])
def test_the_last_bytes_are_not_waited_for(tmp_path: Path, last: bytes) -> None:
    """An engine's proxy may leave the connection open: then the end is what the framing says."""
    whole = [chunked(b"a" * 700_000), b""] if not last else [chunked(b"a" * 700_000, end=last)]
    with scripted(tmp_path, whole) as (_, http), contextlib.closing(saved(http)) as archive:
        assert sum(map(len, archive.pieces())) == 700_000


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            [b'HTTP/1.1 500 x\r\nContent-Length: 20\r\n\r\n{"message":"broken"}', b""],
            "does not save .* broken",
        ),
        ([chunked(b"ab", end=b""), b""], "stopped sending the image after 2 bytes"),
        ([b""], "stopped sending the image after 0 bytes"),
    ],
)
def test_an_archive_that_does_not_come_is_told(tmp_path: Path, answer: list[bytes], said: str) -> None:
    with (
        scripted(tmp_path, answer) as (_, http),
        contextlib.closing(saved(http)) as archive,
        pytest.raises(UvdiveError, match=said),
    ):
        list(archive.pieces())


def test_a_server_that_went_away_is_no_file_that_is_missing(tmp_path: Path) -> None:
    with scripted(tmp_path, [sized(b"1"), b""]) as (_, http):
        http.get("/x")
        (tmp_path / "s").rename(tmp_path / "t")
        with pytest.raises(BrokenAnswerError, match="nobody listens"):
            http.get("/y")
        (tmp_path / "t").rename(tmp_path / "s")
    with pytest.raises(FileNotFoundError):
        UnixHttp(str(tmp_path / "none"), 1).get("/x")


def test_names_are_quoted_as_a_path_has_them() -> None:
    assert quoted("here.io:5000/a/b@sha256:1") == "here.io:5000/a/b%40sha256:1"
    assert quoted("a b?\udcff#ü") == "a%20b%3F%FF%23%C3%BC"


def test_the_api_is_what_the_shortest_answer_says(tmp_path: Path) -> None:
    """podman takes long to say its version, so that nothing waits for it; behind a proxy it is asked."""
    ping = OK + b"Api-Version: 1.44\r\nContent-Length: 2\r\n\r\nOK"
    image = sized(b'{"Id": "sha256:1"}')
    with scripted(tmp_path, [ping], [image]) as (server, _):
        api = api_of(Endpoint(f"unix://{tmp_path}/s", "the test"))
        assert api.inspect_image("x:1") == {"Id": "sha256:1"}
        api.close()
    assert server.asked == ["/_ping", "/v1.44/images/x:1/json"]
    refused = b"HTTP/1.1 403 no\r\nApi-Version: 9\r\nContent-Length: 0\r\n\r\n"
    with scripted(tmp_path, [refused], [sized(b'{"ApiVersion": "1.41"}')], [image]) as (server, _):
        api = api_of(Endpoint(f"unix://{tmp_path}/s", "the test"))
        assert api.inspect_image("x:1") == {"Id": "sha256:1"}
        api.close()
    assert server.asked == ["/_ping", "/version", "/v1.41/images/x:1/json"]
