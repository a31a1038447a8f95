"""What a registry wants to be shown before it answers: nothing, a password, or a token.

Protocols: RFC 9110 (Basic), https://distribution.github.io/distribution/spec/auth/token/ and
/oauth/ (Bearer). What is shown goes to the registry and to the token server that it names,
each by TLS unless it may be plain, and nowhere else.
"""

from __future__ import annotations

import base64
import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from uvdive.base import shapes
from uvdive.base.errors import ImageError
from uvdive.base.shapes import Maybe, Record
from uvdive.image.registry.credentials import Login, Search, login_command
from uvdive.image.registry.limits import seconds_until, too_many
from uvdive.image.registry.names import ImageName
from uvdive.image.registry.wire import Place, TooLongError, Trouble, Wire, place_of, read_within

# Whatever begins is taken to its end, closed or not: so each character is looked at once.
_PART = re.compile(r'([A-Za-z0-9_-]++)(?:=(?:"((?:[^"\\]|\\.)*+)"?|([^\s,"]++)))?')
_SCOPE = re.compile(r"repository:[^\s:]{1,512}:pull")
_TOKEN = re.compile(r"[\x21-\x7e]{1,65536}")
_ANSWER = Record({"token": Maybe(str), "access_token": Maybe(str), "expires_in": Maybe(object)})
_MOST, _LONGEST = 1 << 20, 1e9
_SPARE = 5.0
"""A token is asked for anew so many seconds before it ends."""

_USUAL = 60.0
"""How long a token lives where its server does not say (distribution's token specification)."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way in that a registry offers: ``basic`` or ``bearer``, with its parameters."""

    scheme: str
    params: Mapping[str, str]


def challenges_of(headers: Iterable[str]) -> list[Challenge]:
    """The ways in that ``WWW-Authenticate`` headers offer; what makes no sense is passed over."""
    found: list[Challenge] = []
    params: dict[str, str] = {}
    for header in headers:
        for match in _PART.finditer(header):
            name, quoted, plain = match.groups()
            if quoted is None and plain is None:
                params = {}
                found.append(Challenge(name.lower(), params))
            elif found:
                value = plain if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
                params.setdefault(name.lower(), value)
    return found


class Access:
    """What is shown to a registry for pulling one repository; several threads may ask.

    Args:
        name: whose image.
        wire: how token servers are asked.
        search: finds the login; asked once, and only where the registry wants to know.
    """

    def __init__(self, name: ImageName, wire: Wire, search: Callable[[], Search]) -> None:
        self._name, self._wire, self._find = name, wire, search
        self._lock = threading.Lock()
        self._search: Search | None = None
        self._header: str | None = None
        self._until = float("inf")
        self._accepted = False
        self._renew: Challenge | None = None

    @property
    def known(self) -> bool:
        """Was the registry shown a login?"""
        return self._search is not None and self._search.login is not None

    def header(self) -> str | None:
        """The ``Authorization`` to send now; a token that ends soon is replaced first.

        Raises:
            ImageError: its server gives no other.
            Trouble: it does not answer.
        """
        with self._lock:
            if self._renew is not None and time.monotonic() > self._until:
                self._take_token(self._renew)
            return self._header

    def accepted(self) -> None:
        """What was shown opened the door: when it does no more, it may have grown old."""
        self._accepted = True

    def answer(self, headers: Iterable[str], shown: str | None, *, plain: bool) -> None:
        """Get ready to show what a registry asked for with a 401.

        Args:
            headers: its ``WWW-Authenticate``.
            shown: what it was shown when it asked.
            plain: was it asked without TLS?

        Raises:
            ImageError: there is nothing, or nothing else, to show.
            Trouble: the token server does not answer.
        """
        with self._lock:
            if shown != self._header:
                return  # another thread has just got something new
            if shown is not None and not self._accepted:
                raise self.denied()
            offered = challenges_of(headers)
            bearer = next(
                (each for each in offered if each.scheme == "bearer" and each.params.get("realm")), None
            )
            if bearer is not None:
                self._take_token(bearer)
            elif any(each.scheme == "basic" for each in offered) and shown is None:
                self._header = self._password(plain=plain)
            else:
                raise self.denied()
            self._accepted = False

    def denied(self) -> ImageError:
        """The error where the registry, or its token server, says no."""
        search = self._search or Search(None)
        host = self._name.host
        command = login_command(host)
        if search.login is not None:
            return ImageError(
                f"{host} does not let the login in {search.login.found_in} pull {self._name.repository}.",
                f"Check the name; for another login use {command}.",
            )
        return ImageError(
            f"{host} has no {self._name.repository}, or shows it to others only.",
            " ".join((*search.problems, f"Check the name, or log in with {command}.")),
        )

    def _login(self) -> Login | None:
        if self._search is None:
            self._search = self._find()
        return self._search.login

    def _password(self, *, plain: bool) -> str:
        login = self._login()
        if login is None or login.identity or (plain and not self._wire.may_be_plain(self._name.api)):
            raise self.denied()
        return _basic(login)

    def _take_token(self, challenge: Challenge) -> None:
        """Fetch a token, and remember how to get the next one."""
        realm = place_of(challenge.params["realm"])
        local = self._wire.may_be_plain(self._name.api)
        if realm is None or (realm.scheme == "http" and not (local and self._wire.may_be_plain(realm.host))):
            raise ImageError(
                f"{self._name.host} sends for a token to where nobody may send a password.",
                "Tell who runs the registry.",
            )
        asked = challenge.params.get("scope", "")
        # More than to pull nobody gets here, whatever the registry asks for.
        scope = asked if _SCOPE.fullmatch(asked) else f"repository:{self._name.repository}:pull"
        fields = {"service": challenge.params.get("service", ""), "scope": scope}
        token, seconds = self._fetch(realm, {key: value for key, value in fields.items() if value})
        self._header, self._renew = f"Bearer {token}", challenge
        self._until = time.monotonic() + max(seconds - _SPARE, 1.0)

    def _fetch(self, realm: Place, fields: dict[str, str]) -> tuple[str, float]:
        login = self._login()
        headers, body = {}, None
        if login is not None and login.identity:
            more = {"grant_type": "refresh_token", "client_id": "uvdive", "refresh_token": login.identity}
            body = urlencode({**fields, **more}).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        else:
            if login is not None:
                headers["Authorization"] = _basic(login)
            sign = "&" if "?" in realm.rest else "?"
            realm = Place(realm.scheme, realm.host, f"{realm.rest}{sign}{urlencode(fields)}")
        try:
            data = self._ask(realm, headers, body)
        except Trouble as trouble:
            raise Trouble(trouble.kind, f"{trouble} (its token server, {realm.host})") from None
        return self._token_of(data)

    def _ask(self, realm: Place, headers: dict[str, str], body: bytes | None) -> bytes:
        with self._wire.send(realm, headers, body) as answer:
            if answer.status in (400, 401, 403, 404):
                raise self.denied()
            if answer.status == 429:
                raise too_many(realm.host, seconds_until(dict(answer.headers)), known=self.known)
            if answer.status >= 500:
                raise Trouble("broken", f"it answers {answer.status}")
            try:
                return read_within(answer, _MOST, self._wire.patience) if answer.status == 200 else b""
            except TooLongError:
                return b""

    def _token_of(self, data: bytes) -> tuple[str, float]:
        try:
            value: dict[str, Any] = shapes.load(data, _ANSWER, "token")
        except ValueError:
            value = {}
        token, seconds = value.get("token") or value.get("access_token") or "", value.get("expires_in")
        if _TOKEN.fullmatch(token) is None:
            raise ImageError(
                f"The token server of {self._name.host} answers with no token.", "Tell who runs the registry."
            )
        # Some servers write the number with a point.
        known = isinstance(seconds, (int, float)) and 0 < seconds < _LONGEST
        return token, float(seconds) if known else _USUAL  # type: ignore[arg-type]


def _basic(login: Login) -> str:
    return "Basic " + base64.b64encode(f"{login.user}:{login.password}".encode()).decode()
