"""GET over a Unix socket: the part of HTTP/1.1 (RFC 9112) that a container engine is asked by.

The docker SDK, with requests below it, takes longer to import than a kept report takes to show,
and takes a stream apart chunk by chunk. Here a connection is a socket, and nothing is packed, as
nobody asks for that.
"""

from __future__ import annotations

import socket

from uvdive.image.http_answer import Answer, BrokenAnswerError

_MOST_HEAD = 1 << 16
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
        try:
            answer = self._asked(path)
            body = answer.whole()
        except OSError:
            self.close()
            raise
        if not answer.reusable:
            self.close()
        return answer.status, body

    def stream(self, path: str) -> Answer:
        """An answer that is taken in pieces over a connection of its own; its head may take for ever.

        The caller closes it.

        Raises:
            OSError: nobody answers.
        """
        connection = self._connected()
        try:
            return self._ask(connection, path, None)
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        """End the connection that was kept."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _asked(self, path: str) -> Answer:
        if self._kept is not None:
            try:
                return self._ask(self._kept, path, self.patience)
            except ConnectionError:
                self.close()  # it was kept for too long: the server has closed it
        self._kept = self._connected()
        return self._ask(self._kept, path, self.patience)

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

    def _ask(self, connection: socket.socket, path: str, patience: float | None) -> Answer:
        connection.settimeout(self.patience)
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: uvdive\r\n\r\n".encode())
        connection.settimeout(patience)
        held = b""
        while (end := held.find(b"\r\n\r\n")) < 0:
            if len(held) > _MOST_HEAD:
                raise BrokenAnswerError("a head without an end")
            came = connection.recv(_MOST_HEAD)
            if not came:
                raise BrokenAnswerError("no answer came")
            held += came
        self._answered = True
        return Answer(connection, self.patience, held[:end], held[end + 4 :])
