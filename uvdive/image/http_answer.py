"""An answer of HTTP/1.1 (RFC 9112), taken from its socket: framed by a length, in chunks, or by the end."""

from __future__ import annotations

import re
import socket
import struct
import time
from collections.abc import Iterator

_MOST_LINE = 1 << 12
"""Bytes of a chunk's line, or of what stands behind the last chunk."""
_MOST_TEXT = 64 << 20
"""Bytes of an answer that is taken whole: a list of a hundred thousand images has less."""

_BUFFER = 1 << 19
_GLANCE = 0.2
"""Seconds after which what has come of a stream is looked at, full or not: its last bytes may be there."""
_STATUS = re.compile(rb"HTTP/1\.[01] ([2-5][0-9]{2})(?: |$)")
_LENGTH = re.compile(rb"[0-9]{1,18}")
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,15})[ \t]{0,9}(?:;|$)")
_EMPTY = (204, 304)


class BrokenAnswerError(ConnectionError):
    """What came is no answer, or not all of one."""


class Answer:
    """An answer whose head has come: ``status``, and what follows it.

    Args:
        connection: where the rest comes from.
        patience: the seconds of silence after which nothing more will come, once something came.
        head: the status line and the fields below it.
        held: what came with the head.
        streams: does the other end close the connection behind it, and is there much of it?

    Raises:
        BrokenAnswerError: the head is none.
    """

    def __init__(
        self, connection: socket.socket, patience: float, head: bytes, held: bytes, *, streams: bool = False
    ) -> None:
        self._connection, self._patience, self._held = connection, patience, held
        self._streams, self._impatient = streams, False
        self._broken: OSError | None = None
        first, *lines = head.split(b"\r\n")
        status = _STATUS.match(first)
        if status is None:
            raise BrokenAnswerError("this is no HTTP")
        self.status = int(status[1])
        fields = (line.partition(b":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _, value in fields}
        self._headers = headers
        length = headers.get(b"content-length")
        if length is not None and not _LENGTH.fullmatch(length):
            raise BrokenAnswerError("a length that is no number")
        empty = self.status in _EMPTY
        # Chunks tell their own lengths (RFC 9112, 6.3).
        self._chunked = headers.get(b"transfer-encoding", b"").lower().endswith(b"chunked") and not empty
        self._left = 0 if empty else None if length is None else int(length)
        self._closes = headers.get(b"connection", b"").lower() == b"close"
        self.reusable = False
        """Was all of it taken, and may the connection be asked again?"""
        if held:
            self._be_impatient()

    def field(self, name: str) -> str | None:
        """What a field of the head says, by its name in small letters."""
        value = self._headers.get(name.encode())
        return None if value is None else value.decode("latin-1")

    def whole(self) -> bytes:
        """All of it.

        Raises:
            OSError: the other end went away, fell silent, or sent too much.
        """
        found, size = [], 0
        for piece in self.pieces():
            found.append(piece)
            size += len(piece)
            if size > _MOST_TEXT:
                raise BrokenAnswerError("an answer without an end")
        return b"".join(found)

    def pieces(self) -> Iterator[bytes]:
        """It in pieces of up to half a megabyte, without what frames it.

        Raises:
            OSError: the other end went away or fell silent.
        """
        raw = bytearray(_BUFFER)
        raw[: len(self._held)] = self._held
        return (self._in_chunks if self._chunked else self._plain)(raw, len(self._held))

    def _be_impatient(self) -> None:
        """From the first byte on the other end works: silence means that it is gone."""
        if self._impatient:
            return
        self._impatient = True
        if self._streams:
            self._connection.settimeout(None)
            whole, part = divmod(int(min(_GLANCE, self._patience) * 1e6), 1_000_000)
            self._connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("@ll", whole, part)
            )
        else:
            self._connection.settimeout(self._patience)

    def _more(self, room: memoryview) -> int:
        """Take what comes: how many bytes; 0 where nothing will."""
        try:
            filling = self._streams and self._impatient
            came = self._filled(room) if filling else self._connection.recv_into(room)
        except OSError as error:
            self._broken = error
            return 0
        if came:
            self._be_impatient()
        return came

    def _filled(self, room: memoryview) -> int:
        """Take as much as there is room for: engines send little at a time, and each taking costs."""
        last = time.monotonic() + self._patience
        while True:
            try:
                return self._connection.recv_into(room, 0, socket.MSG_WAITALL)
            except BlockingIOError:
                if time.monotonic() >= last:
                    raise TimeoutError("nothing came") from None

    def _ended(self) -> OSError:
        """What to raise where nothing comes any more."""
        return self._broken or BrokenAnswerError("the answer ends too early")

    def _plain(self, raw: bytearray, have: int) -> Iterator[bytes]:
        view = memoryview(raw)
        left = self._left
        while left is None or left > have:
            if have == _BUFFER:
                yield bytes(raw)
                left = None if left is None else left - have
                have = 0
            came = self._more(view[have:])
            if not came:
                break
            have += came
        if count := have if left is None else min(left, have):
            yield bytes(view[:count])
        if self._broken is not None or (left or 0) > have:
            raise self._ended()
        self.reusable = left == have and not self._closes

    def _in_chunks(self, raw: bytearray, have: int) -> Iterator[bytes]:
        view = memoryview(raw)
        frame, at = _Frame(raw), 0
        while True:
            at = frame.take(at, have)
            if frame.over:
                break
            if have == _BUFFER:
                if piece := frame.taken():
                    yield piece
                rest = raw[at:have]
                raw[: len(rest)] = rest
                at, have = 0, len(rest)
            came = self._more(view[have:])
            if not came:
                break
            have += came
        if piece := frame.taken():
            yield piece
        if not frame.over:
            raise self._ended()
        self.reusable = at == have and not self._closes


class _Frame:
    """Finds the contents of chunks in a buffer, as far as they have come.

    ``over`` once the last chunk was there.
    """

    def __init__(self, raw: bytearray) -> None:
        self.over = False
        self._raw, self._view = raw, memoryview(raw)
        self._found: list[memoryview] = []
        self._left = 0
        self._first = True

    def take(self, at: int, have: int) -> int:
        """Go on from a place in the buffer: the place from which on more has to come.

        Raises:
            BrokenAnswerError: these are no chunks.
        """
        while at < have:
            if not self._left:
                # Behind each chunk but before the first there is an end of a line.
                end = self._raw.find(b"\r\n", at if self._first else at + 2, have)
                if end < 0:
                    break
                self._left = self._size(self._raw[at:end])
                if not self._left:
                    end = self._raw.find(b"\r\n\r\n", end, have)
                    self.over = end >= 0
                    at = end + 4 if self.over else at
                    break
                at, self._first = end + 2, False
            upto = min(at + self._left, have)
            self._found.append(self._view[at:upto])
            self._left -= upto - at
            at = upto
        if not self._left and not self.over and have - at > _MOST_LINE:
            raise BrokenAnswerError("a chunk of no length")
        return at

    def _size(self, line: bytearray) -> int:
        """How many bytes a chunk has, by its line with what ends the chunk before."""
        if not self._first and line[:2] != b"\r\n":
            raise BrokenAnswerError("a chunk that does not end")
        found = _CHUNK.match(line, 0 if self._first else 2)
        if found is None:
            raise BrokenAnswerError("a chunk of no length")
        return int(found[1], 16)

    def taken(self) -> bytes:
        """The contents since it was asked before; the buffer may be filled anew then."""
        piece = b"".join(self._found)
        self._found.clear()
        return piece
