"""What the run is about: a pull request, or a branch.

https://docs.github.com/actions/reference/events-that-trigger-workflows
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PULL_REQUESTS = ("pull_request", "pull_request_target")


@dataclass(frozen=True)
class Event:
    """``pull_request`` is its number. ``may_write`` is false where a fork's token may only read.

    ``branch`` is what was pushed to or run on, empty for a pull request; ``default_branch`` is empty
    where the event does not tell it.
    """

    pull_request: int | None
    may_write: bool
    branch: str
    default_branch: str


def read_event(environ: Mapping[str, str]) -> Event:
    """The run's event, from ``GITHUB_EVENT_NAME``, ``GITHUB_EVENT_PATH`` and ``GITHUB_REF``."""
    payload = _payload(environ.get("GITHUB_EVENT_PATH", ""))
    default = _at(payload, "repository", "default_branch")
    name = environ.get("GITHUB_EVENT_NAME", "")
    if name in _PULL_REQUESTS:
        number = _at(payload, "pull_request", "number")
        # The repository of a fork may be gone: then nobody knows it, and it is not this one.
        head = _at(payload, "pull_request", "head", "repo", "full_name")
        ours = isinstance(head, str) and head.lower() == environ.get("GITHUB_REPOSITORY", "").lower()
        known = number if isinstance(number, int) and not isinstance(number, bool) else None
        return Event(known, ours or name == "pull_request_target", "", _text(default))
    ref = environ.get("GITHUB_REF", "")
    branch = ref.removeprefix("refs/heads/") if ref.startswith("refs/heads/") else ""
    return Event(None, True, branch, _text(default))


def _payload(path: str) -> Any:
    try:
        return json.loads(Path(path).read_bytes())
    except (OSError, ValueError):
        return None  # a runner without one: whatever it would tell is not known


def _at(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
