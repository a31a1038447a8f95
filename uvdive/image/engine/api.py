"""What an engine is asked about images (Docker API, "Image"), over its socket or by the docker SDK.

The SDK takes 0.1 s and more to import, and knows ways to an engine that nothing else knows (TLS,
SSH, TCP). On a socket of this machine the same questions need none of it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any, Protocol

from uvdive.base.errors import EngineError
from uvdive.image.answers import BAD, NOT_FOUND, TRY_AGAIN, RefusedError, said
from uvdive.image.endpoint import connect, first_version, plainly, spoken
from uvdive.image.layers.ahead import Belt
from uvdive.image.reaching.address import Endpoint
from uvdive.image.unix_http import Question, UnixHttp, quoted


class Saving(Protocol):
    """The archive of an image on its way."""

    def pieces(self) -> Generator[bytes]:
        """Its bytes, as they come; RefusedError where the engine says no."""

    def close(self) -> None:
        """End it, also for a thread that waits for a piece."""


class Api(Protocol):
    """The questions; answers are what the engine's JSON holds.

    Each raises RefusedError where the engine says no, and what ``answers.asking`` knows where it
    is gone.
    """

    def version(self) -> Any:
        """Of the engine."""

    def info(self) -> Any:
        """About the engine and its machine."""

    def images(self) -> Any:
        """All that have a name."""

    def inspect_image(self, name: str) -> Any:
        """One image, by its name or id."""

    def history(self, image_id: str) -> Any:
        """Of an image, newest first."""

    def save(self, image_id: str) -> Saving:
        """Ask for the archive of an image, which the engine may take its time to make."""

    def close(self) -> None:
        """End the connection that was kept."""


def api_of(endpoint: Endpoint) -> Api:
    """Who asks the engine at an endpoint.

    Raises:
        EngineError: no engine answers, or its socket may not be used.
        UsageError: DOCKER_CLIENT_TIMEOUT is no number of seconds.
    """
    http = plainly(endpoint)
    if http is not None:
        return SocketApi(http, spoken(http, endpoint) or first_version(http, endpoint).get("ApiVersion"))
    from uvdive.image.engine.by_sdk import SdkApi

    return SdkApi(connect(endpoint))


class SocketApi:
    """Asks over the engine's socket.

    Args:
        http: the socket.
        number: the engine's newest API, which is spoken, as the SDK does.

    Raises:
        EngineError: it doesn't say which API it has.
    """

    def __init__(self, http: UnixHttp, number: object) -> None:
        self._http = http
        if not isinstance(number, str) or not number.replace(".", "", 1).isdecimal():
            raise EngineError("The container engine doesn't say which API it speaks.", TRY_AGAIN)
        self._root = f"/v{number}"

    def _get(self, path: str, what: str) -> Any:
        return said(*self._http.get(f"{self._root}{path}"), what)

    def _of_image(self, name: str, what: str) -> str:
        # A name without letters would be another question.
        if not name:
            raise RefusedError(NOT_FOUND, "no name")
        return f"/images/{quoted(name)}/{what}"

    def version(self) -> Any:
        return said(*self._http.get("/version"), "version")

    def info(self) -> Any:
        return self._get("/info", "info")

    def images(self) -> Any:
        return self._get("/images/json", "images")

    def inspect_image(self, name: str) -> Any:
        return self._get(self._of_image(name, "json"), "image")

    def history(self, image_id: str) -> Any:
        return self._get(self._of_image(image_id, "history"), "history")

    def save(self, image_id: str) -> Saving:
        return _SocketSaving(self._http.stream(f"{self._root}{self._of_image(image_id, 'get')}"))

    def close(self) -> None:
        self._http.close()


class _SocketSaving:
    """The archive over the engine's socket, which a thread empties while what came is parsed."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._belt = Belt(self._coming())

    def _coming(self) -> Iterator[bytes]:
        answer = self._question.answer()
        if answer.status >= BAD:
            said(answer.status, answer.whole(), "archive")
        yield from answer.pieces()

    def pieces(self) -> Generator[bytes]:
        while (piece := self._belt.take()) is not None:
            yield piece

    def close(self) -> None:
        self._question.stop()
        self._belt.give_up()
        self._question.close()
