"""What GitHub answered, or why it did not, in words: each failure is one clear sentence."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
from dataclasses import dataclass
from email.message import Message
from typing import Any

from uvdive_action.runner import inert


class ApiError(Exception):
    """Why GitHub gave no answer, in one sentence; ``status`` is HTTP's, 0 where there was none."""

    def __init__(self, sentence: str, status: int = 0) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True)
class Wish:
    """What a request is for, as words that follow “could not”, and the permission that it needs."""

    to: str
    needs: str


@dataclass(frozen=True)
class Answer:
    """An answer; ``own`` is false where another host gave it, to which the API led."""

    status: int
    headers: Message
    body: bytes
    own: bool


def json_of(answer: Answer, wish: Wish) -> Any:
    """An answer's JSON.

    Raises:
        ApiError: it holds none.
    """
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        raise ApiError(f"GitHub could not {wish.to}: its answer is no JSON.", answer.status) from None


def trouble(error: Exception) -> str:
    """A failure of the way there in words."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, TimeoutError):
        return "it did not answer in time"
    if isinstance(reason, http.client.IncompleteRead):
        return "its answer was cut off"
    return f"it can't be reached ({inert(str(reason) or type(reason).__name__, 120)})"


def limit(answer: Answer) -> float | None:
    """How many seconds a limit lasts; None where nothing is said of one.

    https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    after, until = answer.headers.get("Retry-After"), answer.headers.get("X-RateLimit-Reset")
    if after is not None and after.isdecimal():
        return float(after)
    if answer.headers.get("X-RateLimit-Remaining") == "0" and until is not None and until.isdecimal():
        return max(0.0, int(until) - time.time())
    return None


def refused(answer: Answer, wish: Wish) -> str:  # noqa: PLR0911 - a sentence for each
    """A refusal in words."""
    status = answer.status
    if not answer.own:
        return f"where it is stored it is refused ({status})"
    if status == http.HTTPStatus.UNAUTHORIZED:
        return "it does not know the token (401), so the input github-token is wrong or too old"
    seconds = limit(answer)
    if status == http.HTTPStatus.TOO_MANY_REQUESTS or (
        status == http.HTTPStatus.FORBIDDEN and seconds is not None
    ):
        told = "" if seconds is None else f", for another {round(seconds)} s"
        return f"too many requests were made ({status}){told}"
    if status == http.HTTPStatus.FORBIDDEN:
        return f"the token may not do that (403), so give the job “permissions: {wish.needs}”{_said(answer)}"
    if status == http.HTTPStatus.NOT_FOUND:
        return f"there is no such thing, or the token may not see it (404; it needs “{wish.needs}”)"
    if status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"it fails itself ({status})"
    return f"it refused ({status}){_said(answer)}"


def _said(answer: Answer) -> str:
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        return ""
    text = told.get("message") if isinstance(told, dict) else None
    return f"; it says: {inert(text.rstrip('.'), 200)}" if isinstance(text, str) and text else ""
