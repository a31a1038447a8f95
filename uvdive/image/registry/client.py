"""One repository of a registry, asked by the distribution project's API.

Specification: https://github.com/opencontainers/distribution-spec/blob/main/spec.md.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from uvdive.base import shapes
from uvdive.base.errors import ImageError
from uvdive.base.shapes import Record
from uvdive.image.registry import limits
from uvdive.image.registry.access import Access
from uvdive.image.registry.credentials import Search, find_login
from uvdive.image.registry.names import ImageName, is_loopback
from uvdive.image.registry.wire import Place, TooLongError, Trouble, Wire, place_of, read_within

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

_HOPS = 5
"""Redirects that are followed: storages need one or two."""

_PATIENT = 5.0
"""So long is waited for a registry that tells when to come back, in seconds; else it is told."""

_TRIES = 5
_COST = {"silent": 2, "broken": 1}
"""What a failure uses up of the tries; what else goes wrong does so again."""

_FIRST_PAUSE = 0.2
_ERRORS = Record({"errors": [Record({"code": str})]})
_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(?:\d{1,18}|\*)")
_CODE = re.compile(r"[A-Z][A-Z_]{1,40}")


@dataclass(frozen=True, slots=True)
class Manners:
    """How to treat a registry.

    ``insecure`` are hosts that somebody named for it, ``patience`` is for how many seconds a host
    may say nothing, ``pause`` the first pause before a repeat in seconds (each next one is twice
    as long), ``search`` finds a login.
    """

    insecure: Collection[str] = ()
    patience: float = 60.0
    pause: float = _FIRST_PAUSE
    search: Callable[[str, str], Search] = find_login


class NotThereError(ImageError):
    """The registry has no such thing."""


class NoPartsError(ImageError):
    """The registry does not send the part of a blob that was asked for."""


class Stopped(Exception):  # noqa: N818 - nobody wants the answer any more: no error
    """The work was given up while it waited."""


class Tries:
    """Counts failures of one piece of work, and waits longer after each.

    Raises:
        Stopped: from ``failed``, where somebody gave up meanwhile.
    """

    def __init__(self, pause: float, stop: threading.Event) -> None:
        self._first, self._stop = pause, stop
        self.renew()

    def renew(self) -> None:
        """There was progress: what comes is judged anew."""
        self._left, self._pause = _TRIES, self._first

    def failed(self, trouble: Trouble) -> bool:
        """Wait before the next try; False where there is none left."""
        self._left -= _COST.get(trouble.kind, _TRIES)
        if self._left <= 0:
            return False
        self.wait(self._pause)
        self._pause *= 2
        return True

    def wait(self, seconds: float) -> None:
        """Wait, unless somebody gives up."""
        if self._stop.wait(seconds):
            raise Stopped


class Registry:
    """Asks a registry for what belongs to one repository; several threads may.

    Args:
        name: the image, and so the repository.
        manners: how to treat the registry.
    """

    def __init__(self, name: ImageName, manners: Manners) -> None:
        self.name, self._manners = name, manners
        self._wire = Wire(manners.insecure, manners.patience)
        self._access = Access(name, self._wire, lambda: manners.search(name.host, name.repository))
        self._scheme, self._settled = "https", False
        self.stop = threading.Event()
        self.patience = manners.patience

    def tries(self) -> Tries:
        """Tries for one piece of work."""
        return Tries(self._manners.pause, self.stop)

    def unreachable(self, trouble: Trouble, what: str = "") -> ImageError:
        """The error for a connection that is given up.

        Args:
            trouble: what went wrong with it.
            what: how far it had come, for the sentence.
        """
        host = self.name.host
        if trouble.kind == "certificate":
            return ImageError(
                f"The certificate of the registry {host} is not trusted: {trouble}.",
                f"Put its signer's into ~/.docker/certs.d/{host}/ca.crt, or trust that in the system.",
            )
        if trouble.kind == "no-tls":
            return ImageError(
                f"The registry {host} speaks no TLS.",
                f"If that is meant so, allow it with --insecure-registry {host}.",
            )
        if trouble.kind == "unreachable":
            return UnreachableError(
                f"The registry {host} cannot be reached: {trouble}.", "Check its name and the network."
            )
        return ImageError(f"The registry {host} went away{what}: {trouble}.", "Try again.")

    def small(self, where: str, most: int, accept: str = "") -> tuple[bytes, dict[str, str]]:
        """A whole answer of at most ``most`` bytes, with its headers by their names in small letters.

        Raises:
            NotThereError: there is no such thing.
            ImageError: it is refused, is larger, or the registry does not answer.
        """
        tries = self.tries()
        while True:
            try:
                with self.ask(where, {"Accept": accept} if accept else {}) as answer:
                    data = read_within(answer, most, self.patience)
                    return data, {key.lower(): value for key, value in answer.headers.items()}
            except Trouble as trouble:
                if not tries.failed(trouble):
                    raise self.unreachable(trouble) from None
            except TooLongError:
                raise ImageError(
                    f"The registry {self.name.host} answers with more than {most} bytes, and no end.",
                    "Check the name: this may be no registry.",
                ) from None

    def part(self, digest: str, start: int, end: int) -> bytes:
        """Some bytes of a blob, from ``start`` to before ``end``.

        Raises:
            NoPartsError: the registry sends other bytes, or all of them.
            ImageError: as ``small``.
        """
        tries, size = self.tries(), end - start
        while True:
            try:
                with self.ask(f"blobs/{digest}", {"Range": f"bytes={start}-{end - 1}"}) as answer:
                    said = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
                    sent = None if said is None else (int(said[1]), int(said[2]))
                    if answer.status != 206 or sent != (start, end - 1):
                        raise NoPartsError("The registry sends no parts of blobs.")
                    return _whole(read_within(answer, size, self.patience), size)
            except Trouble as trouble:
                if not tries.failed(trouble):
                    raise self.unreachable(trouble) from None
            except TooLongError:
                raise NoPartsError("The registry sends more than was asked for.") from None

    @contextlib.contextmanager
    def ask(self, where: str, headers: dict[str, str]) -> Iterator[BaseHTTPResponse]:
        """A good answer to one request below the repository, to be read in the block.

        Args:
            where: the rest of the path, as ``manifests/latest``.
            headers: what goes along.

        Raises:
            Trouble: it may be tried again.
            NotThereError: there is no such thing.
            ImageError: it is refused.
        """
        with contextlib.ExitStack() as opened:
            yield self._answered(f"/v2/{self.name.repository}/{where}", headers, opened)

    @contextlib.contextmanager
    def elsewhere(self, url: str, headers: dict[str, str]) -> Iterator[BaseHTTPResponse]:
        """A good answer from another host, which is shown nothing; errors as ``ask``.

        Raises:
            NotThereError: the URL leads nowhere that may be asked, or there is nothing.
        """
        place = self._next(Place("https", self.name.api, "/"), url)
        if place is None:
            raise NotThereError(f"{self.name.host} names a place for it that uvdive does not ask.")
        with contextlib.ExitStack() as opened:
            answer, _ = self._followed(place, headers, opened, None)
            self._check(answer)
            yield answer

    def _answered(self, rest: str, headers: dict[str, str], opened: contextlib.ExitStack) -> BaseHTTPResponse:
        waited = False
        while True:
            place = Place(self._scheme, self.name.api, rest)
            shown = self._access.header()
            try:
                answer, asked = self._followed(place, headers, opened, shown)
            except Trouble as trouble:
                if trouble.kind in ("no-tls", "unreachable", "broken") and self._plain_next():
                    continue
                raise
            seconds = limits.seconds_until(dict(answer.headers)) if answer.status == 429 else None
            # Another host's question is none that a login of this one's is shown for.
            if answer.status == 401 and asked.origin == place.origin:
                opened.close()
                offered = answer.headers.getlist("WWW-Authenticate")
                self._access.answer(offered, shown, plain=place.scheme == "http")
            elif seconds is not None and seconds <= _PATIENT and not waited:
                opened.close()
                self.tries().wait(seconds)
                waited = True
            else:
                self._check(answer)
                self._access.accepted()
                self._settled = True
                return answer

    def _plain_next(self) -> bool:
        """Go on by http where that may be, as nothing was got by TLS yet."""
        if self._settled or self._scheme == "http" or not self._wire.may_be_plain(self.name.api):
            return False
        self._scheme = "http"
        return True

    def _followed(
        self, place: Place, headers: dict[str, str], opened: contextlib.ExitStack, shown: str | None
    ) -> tuple[BaseHTTPResponse, Place]:
        """The answer behind all redirects, and who gave it; only the registry itself is shown anything."""
        own = place.origin
        for _ in range(_HOPS + 1):
            more = {"Authorization": shown} if shown is not None and place.origin == own else {}
            answer = opened.enter_context(self._wire.send(place, {**headers, **more}))
            if answer.status not in (301, 302, 303, 307, 308):
                return answer, place
            opened.close()
            after = self._next(place, answer.headers.get("Location", ""))
            if after is None:
                raise ImageError(
                    f"The registry {self.name.host} sends on to a place that uvdive does not ask.",
                    "Only https is followed, and no way leads from elsewhere to this machine.",
                )
            place = after
        raise ImageError(f"The registry {self.name.host} sends on and on.", "Tell who runs it.")

    def _next(self, place: Place, location: str) -> Place | None:
        """Where a redirect leads, if one may go there."""
        try:
            after = place_of(urljoin(place.url, location))
        except ValueError:
            return None
        if after is None or (after.scheme == "http" and not self._wire.may_be_plain(after.host)):
            return None
        inwards = is_loopback(after.host) and not is_loopback(self.name.api)
        return None if inwards else after

    def _check(self, answer: BaseHTTPResponse) -> None:
        """Raise what a refusal means."""
        status, host = answer.status, self.name.host
        if status in (200, 206):
            return
        if status in (404, 410):
            raise NotThereError(f"{host} has no {self.name.repository} like this.", "Check its name.")
        if status in (401, 403):
            raise self._access.denied()
        if status == 429:
            seconds = limits.seconds_until(dict(answer.headers))
            raise limits.too_many(host, seconds, known=self._access.known)
        if status >= 500 or status == 408:
            raise Trouble("broken", f"it answers {status}")
        code = _code_of(answer, self.patience)
        raise ImageError(
            f"The registry {host} refuses: it answers {status}{code}.", "Check the image's name."
        )


class UnreachableError(ImageError):
    """Nothing answers where the registry should be."""


def _whole(data: bytes, size: int) -> bytes:
    """All of a part that was asked for, or a Trouble."""
    if len(data) != size:
        raise Trouble("broken", "it sends less than it says")
    return data


def _code_of(answer: BaseHTTPResponse, patience: float) -> str:
    """An error's code, as the specification has them; its message may hold anything, and is not told."""
    try:
        told = shapes.load(read_within(answer, 1 << 16, patience), _ERRORS, "error")["errors"]
    except (ValueError, TooLongError, Trouble):
        return ""
    return f" ({told[0]['code']})" if told and _CODE.fullmatch(told[0]["code"]) else ""
