"""The docker SDK, asked what ``api.Api`` asks: the way to engines behind TCP, TLS and SSH."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, TypeVar

from uvdive.image.answers import RefusedError

if TYPE_CHECKING:
    from docker import DockerClient

T = TypeVar("T")

_PIECE = 1 << 19


class SdkApi:
    """Asks by a client of the SDK."""

    def __init__(self, client: DockerClient) -> None:
        # Any: half of the SDK's methods have no types.
        self._api: Any = client.api

    def version(self) -> Any:
        """As ``Api`` says; so do the others."""
        return _asked(self._api.version)

    def info(self) -> Any:
        return _asked(self._api.info)

    def images(self) -> Any:
        return _asked(self._api.images)

    def inspect_image(self, name: str) -> Any:
        return _asked(lambda: self._api.inspect_image(name))

    def history(self, image_id: str) -> Any:
        return _asked(lambda: self._api.history(image_id))

    def save(self, image_id: str) -> _SdkSaving:
        return _SdkSaving(self._api, image_id)

    def close(self) -> None:
        self._api.close()


def _asked(question: Callable[[], T]) -> T:
    """What a question gives.

    Raises:
        RefusedError: the engine says no.
    """
    from docker.errors import APIError, NullResource

    try:
        return question()
    except NullResource as error:
        raise RefusedError(404, "no name") from error
    except APIError as error:
        raise RefusedError(error.status_code or 500, str(error.explanation or error).strip()) from error


class _SdkSaving:
    """The archive as requests hands it on; the engine is asked once the first piece is."""

    def __init__(self, api: Any, image_id: str) -> None:
        self._api, self._image_id = api, image_id
        self._archive: Any = None

    def _ask(self) -> None:
        api = self._api
        self._archive = api.get(
            f"{api.base_url}/v{api.api_version}/images/{self._image_id}/get", stream=True, timeout=None
        )
        api._raise_for_status(self._archive)  # noqa: SLF001 - what the SDK does with each answer

    def pieces(self) -> Generator[bytes]:
        """Engines send little at a time; more is parsed at less cost for each byte."""
        _asked(self._ask)
        found: list[bytes] = []
        size = 0
        for piece in self._archive.iter_content(_PIECE):
            if not found:
                self._be_impatient()
            found.append(piece)
            size += len(piece)
            if size >= _PIECE:
                yield b"".join(found)
                found.clear()
                size = 0
        if found:
            yield b"".join(found)

    def _be_impatient(self) -> None:
        """Give it up where it says nothing for as long as any other answer may take."""
        try:
            # It knows all ways to an engine.
            sock: Any = self._api._get_raw_response_socket(self._archive)  # noqa: SLF001
        except AttributeError:
            return  # all of it has come already
        for each in filter(None, (sock, getattr(sock, "_sock", None))):
            if hasattr(each, "settimeout"):
                each.settimeout(self._api.timeout)

    def close(self) -> None:
        if self._archive is not None:
            self._archive.close()
