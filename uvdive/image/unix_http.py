"""GET over a Unix socket: the part of HTTP/1.1 (RFC 9112) that a container engine is asked by.

The docker SDK, with requests below it, takes longer to import than a kept report takes to show,
and takes a stream apart chunk by chunk. Here a connection is a socket, and nothing is packed, as
nobody asks for that.
"""

from __future__ import annotations

import contextlib
import socket

from uvdive.image.http_answer import Answer, BrokenAnswerError

_MOST_HEAD = 1 << 16
_DONE = 200
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~/:")
"""What stands in a path as it is: the unreserved characters (RFC 3986, 2.3), and what divides a name."""


def quoted(text: str) -> str:
    """A name as a part of a path; ``urllib.parse`` takes longer to import than an engine to answer."""
    data = text.encode("utf-8", "surrogateescape")
    return "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in data)


class UnixHttp:
    """Asks a server on a Unix socket; a connection stays for the next question.

    Args:
        path: the socket's path.
        patience: the seconds without a word after which the server counts as gone.
    """

    def __init__(self, path: str, patience: float) -> None:
        self._path, self.patience = path, patience
        self._kept: socket.socket | None = None
        self._answered = False

    def __del__(self) -> None:
        self.close()

    def get(self, path: str) -> tuple[int, bytes]:
        """The status and the whole body of an answer.

        Args:
            path: what to ask for, quoted, with its query.

        Raises:
            OSError: nobody answers, or not all of it came.
        """
        answer, body = self._all_of(path)
        return answer.status, body

    def field(self, path: str, name: str) -> str | None:
        """What a field of an answer's head says; None where it has none, or is a refusal.

        Args:
            path: as ``get`` has it.
            name: the field's, in small letters.

        Raises:
            OSError: nobody answers, or not all of it came.
        """
        answer, _ = self._all_of(path)
        return answer.field(name) if answer.status == _DONE else None

    def _all_of(self, path: str) -> tuple[Answer, bytes]:
        try:
            answer = self._asked(path)
            body = answer.whole()
        except OSError:
            self.close()
            raise
        if not answer.reusable:
            self.close()
        return answer, body

    def stream(self, path: str) -> Question:
        """Ask for much: over a connection of its own, and nothing is waited for yet. The caller closes it.

        Raises:
            OSError: nobody listens.
        """
        connection = self._connected()
        try:
            _send(connection, path, "Connection: close\r\n")
        except BaseException:
            connection.close()
            raise
        return Question(connection, self.patience)

    def close(self) -> None:
        """End the connection that was kept."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _asked(self, path: str) -> Answer:
        if self._kept is not None:
            try:
                return self._ask(self._kept, path)
            except ConnectionError:
                self.close()  # it was kept for too long: the server has closed it
        self._kept = self._connected()
        return self._ask(self._kept, path)

    def _connected(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(self.patience)
        try:
            connection.connect(self._path)
        except OSError as error:
            connection.close()
            if self._answered:
                raise BrokenAnswerError(f"nobody listens any more: {error}") from error
            raise
        return connection

    def _ask(self, connection: socket.socket, path: str) -> Answer:
        connection.settimeout(self.patience)
        _send(connection, path)
        head, held = _head(connection)
        self._answered = True
        return Answer(connection, self.patience, head, held)


class Question:
    """What was asked for, and comes once the other end has it.

    Args:
        connection: where it was asked.
        patience: the seconds of silence after which nothing more will come, once something came.
    """

    def __init__(self, connection: socket.socket, patience: float) -> None:
        self._connection, self._patience = connection, patience

    def answer(self) -> Answer:
        """The answer, however long the other end takes for its head.

        Raises:
            OSError: nobody answers.
        """
        self._connection.settimeout(None)
        head, held = _head(self._connection)
        return Answer(self._connection, self._patience, head, held, streams=True)

    def stop(self) -> None:
        """Nothing more is wanted: a thread that waits for the answer, or a piece of it, is woken."""
        with contextlib.suppress(OSError):  # the other end has closed it already
            self._connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


def _send(connection: socket.socket, path: str, more: str = "") -> None:
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: uvdive\r\n{more}\r\n".encode())


def _head(connection: socket.socket) -> tuple[bytes, bytes]:
    """An answer's head, and what came behind it.

    Raises:
        OSError: none comes.
    """
    held = b""
    while (end := held.find(b"\r\n\r\n")) < 0:
        if len(held) > _MOST_HEAD:
            raise BrokenAnswerError("a head without an end")
        came = connection.recv(_MOST_HEAD)
        if not came:
            raise BrokenAnswerError("no answer came")
        held += came
    return held[:end], held[end + 4 :]
