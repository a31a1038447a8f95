"""GitHub's REST API, as far as the steps need it: https://docs.github.com/rest.

Whatever goes wrong becomes one ``ApiError`` with one clear sentence. The token goes to the API's own
address and to no other.
"""

from __future__ import annotations

import http.client
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from uvdive_action.answers import Answer, ApiError, Wish, json_of, limit, refused, trouble
from uvdive_action.runner import inert

_JSON_BYTES = 16_000_000
_HOPS = 5
_TRIES = 3
_PATIENT = 20
"""So many seconds are waited for a limit to end; a longer one is told."""
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}", re.ASCII)
_PAGES = 50
_LIMITS = (http.HTTPStatus.FORBIDDEN, http.HTTPStatus.TOO_MANY_REQUESTS)


class _Stay(urllib.request.HTTPRedirectHandler):
    """Redirects are followed here, where the token is taken away."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Api:
    """One repository.

    Args:
        url: the API's address (``GITHUB_API_URL``).
        token: of the job.
        repository: ``owner/name``.
        pause: seconds before the first repeat; each next one is twice as long.
        patience: so many seconds may it say nothing.
        sleep: waits.

    Raises:
        ApiError: the address or the repository is none.
    """

    def __init__(
        self,
        url: str,
        token: str,
        repository: str,
        *,
        pause: float = 0.5,
        patience: float = 30,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
            raise ApiError("GITHUB_API_URL is no address.")
        if not _REPOSITORY.fullmatch(repository):
            raise ApiError("GITHUB_REPOSITORY names no repository.")
        self._base = f"{url.rstrip('/')}/repos/{repository}"
        self._user = f"{url.rstrip('/')}/user"
        self._token = token
        self._pause, self._patience, self._sleep = pause, patience, sleep
        self._opener = urllib.request.build_opener(_Stay)

    def get(self, path: str, wish: Wish, **query: str | int) -> Any:
        """The JSON of a path below the repository.

        Raises:
            ApiError: there is none.
        """
        return json_of(self._ask("GET", self._url(path, query), wish, _JSON_BYTES), wish)

    def login(self, wish: Wish) -> str:
        """Whose token it is; empty for a job's own, which is nobody's.

        Raises:
            ApiError: there is no answer.
        """
        try:
            found = json_of(self._ask("GET", self._user, wish, _JSON_BYTES), wish)
        except ApiError as error:
            if error.status == http.HTTPStatus.FORBIDDEN:
                return ""
            raise
        return str(found.get("login", "")) if isinstance(found, dict) else ""

    def pages(self, path: str, wish: Wish, key: str = "", **query: str | int) -> Iterator[Any]:
        """The rows of all pages of a list, which is the answer, or stands under a key of it.

        Raises:
            ApiError: from the iteration.
        """
        for page in range(1, _PAGES + 1):
            url = self._url(path, {**query, "per_page": 100, "page": page})
            answer = self._ask("GET", url, wish, _JSON_BYTES)
            found = json_of(answer, wish)
            rows = found.get(key) if key and isinstance(found, dict) else found
            if not isinstance(rows, list):
                raise ApiError(f"GitHub could not {wish.to}: its answer has another shape than documented.")
            yield from rows
            # Pages are asked for by number: the address in the header may be anybody's.
            if 'rel="next"' not in (answer.headers.get("Link") or ""):
                return

    def send(self, method: str, path: str, value: Any, wish: Wish) -> Any:
        """Send JSON; what it answers.

        Raises:
            ApiError: it was not taken.
        """
        return json_of(
            self._ask(method, self._url(path, {}), wish, _JSON_BYTES, json.dumps(value).encode()), wish
        )

    def download(self, path: str, wish: Wish, most: int) -> bytes:
        """A file, which mostly lies elsewhere.

        Raises:
            ApiError: it can't be had, is cut off, or longer than ``most`` bytes.
        """
        return self._ask("GET", self._url(path, {}), wish, most).body

    def _url(self, path: str, query: Mapping[str, str | int]) -> str:
        return f"{self._base}{path}{'?' + urlencode(query) if query else ''}"

    def _ask(self, method: str, url: str, wish: Wish, most: int, body: bytes | None = None) -> Answer:
        """Ask, and again where that may help: a POST that was not answered may have been done."""
        pause = self._pause
        for left in range(_TRIES - 1, -1, -1):
            wait, status, again = pause, 0, method != "POST"
            try:
                answer = self._follow(method, url, most, body)
            except (OSError, http.client.HTTPException) as error:
                problem = trouble(error)
            except ValueError as error:
                problem, again = inert(str(error), 200), False
            else:
                status = answer.status
                if status < http.HTTPStatus.MULTIPLE_CHOICES:
                    return answer
                problem, seconds = refused(answer, wish), limit(answer)
                if status in _LIMITS:  # refused before anything was done
                    again, wait = seconds is not None, seconds or 0
                elif status < http.HTTPStatus.INTERNAL_SERVER_ERROR:
                    again = False
            if not (left and again and wait <= _PATIENT):
                break
            self._sleep(wait)
            pause *= 2
        raise ApiError(f"GitHub could not {wish.to}: {problem}.", status)

    def _follow(self, method: str, url: str, most: int, body: bytes | None) -> Answer:
        for _ in range(_HOPS):
            answer = self._once(method, url, most, body)
            target = answer.headers.get("Location")
            kept = answer.status in (307, 308)
            if not target or not (kept or (method == "GET" and answer.status in (301, 302, 303))):
                return answer
            further = urljoin(url, target)
            if urlsplit(further).scheme not in {"https", urlsplit(url).scheme}:
                raise ValueError("it led to another kind of address")
            if method != "GET" and not self._is_own(further):
                raise ValueError("it led elsewhere with what was to be written")
            url = further
        raise ValueError(f"it led from one address to the next, {_HOPS} times")

    def _is_own(self, url: str) -> bool:
        return urlsplit(url)[:2] == urlsplit(self._base)[:2]

    def _once(self, method: str, url: str, most: int, body: bytes | None) -> Answer:
        headers = {"User-Agent": "uvdive-action"}
        if self._is_own(url):
            headers |= {
                "Authorization": f"Bearer {self._token}",
                "Accept": "application/vnd.github+json",
                "X-GitHub-Api-Version": "2022-11-28",
            }
        if body is not None:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(url, body, headers, method=method)  # noqa: S310 - checked in _follow
        try:
            with self._opener.open(request, timeout=self._patience) as came:
                return Answer(came.status, came.headers, _read(came, most), self._is_own(url))
        except urllib.error.HTTPError as came:
            with came:
                return Answer(came.code, came.headers, came.read(20_000), self._is_own(url))


def _read(came: Any, most: int) -> bytes:
    body: bytes = came.read(most + 1)
    if len(body) > most:
        raise ValueError(f"its answer is longer than {most // 1_000_000} MB")
    told = came.headers.get("Content-Length")
    if told and told.isdecimal() and len(body) < int(told):
        raise http.client.IncompleteRead(body, int(told) - len(body))
    return body
