"""The step ``comment``: one comment of a pull request, found again by its first line.

Whatever GitHub answers, this step does not fail: the check said already how the image is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from uvdive_action.answers import ApiError, Wish
from uvdive_action.api import Api
from uvdive_action.event import read_event
from uvdive_action.names import comment_name, marker_of
from uvdive_action.runner import Runner

_NEEDS = "pull-requests: write"
_WHO = Wish("tell whose token it is", _NEEDS)
_READ = Wish("list the pull request's comments", _NEEDS)
_WRITE = Wish("write the comment", _NEEDS)
_GONE = (404, 410)


def comment(runner: Runner) -> int:
    """Write the comment, or say why there is none."""
    name = comment_name(runner)
    if name is None:
        return 0
    event, token = read_event(runner.environ), runner.input("github-token")
    elsewhere = "The result is in the job's summary and in its log."
    if event.pull_request is None:
        runner.say("This run is not of a pull request, so there is no comment.")
    elif not event.may_write:
        runner.say(f"This pull request comes from a fork, whose token may not write comments. {elsewhere}")
    elif not token:
        runner.warn(f"Without the input github-token there is no comment. {elsewhere}")
    else:
        environ = runner.environ
        text = f"{marker_of(name)}\n{Path(runner.input('body')).read_text('utf-8')}"
        try:
            api = Api(
                environ.get("GITHUB_API_URL", "https://api.github.com"), token, environ["GITHUB_REPOSITORY"]
            )
            runner.say(_put(api, event.pull_request, marker_of(name), text))
        except ApiError as error:
            runner.warn(f"{error} {elsewhere}")
    return 0


def _put(api: Api, number: int, marker: str, text: str) -> str:
    """Update the comment, or write it; what was done.

    Raises:
        ApiError: it was not.
    """
    found = _find(api, number, marker)
    if found is not None:
        if found.get("body") == text:
            return "The comment says so already."
        try:
            api.send("PATCH", f"/issues/comments/{found['id']}", {"body": text}, _WRITE)
        except ApiError as error:
            if error.status not in _GONE:  # somebody removed it meanwhile
                raise
        else:
            return "The comment was updated."
    api.send("POST", f"/issues/{number}/comments", {"body": text}, _WRITE)
    return "The comment was written."


def _find(api: Api, number: int, marker: str) -> dict[str, Any] | None:
    """The first comment with the marker that the token's owner wrote: others may quote it."""
    owner: str | None = None
    for row in api.pages(f"/issues/{number}/comments", _READ):
        body, user = (row.get("body"), row.get("user")) if isinstance(row, dict) else (None, None)
        if (
            not isinstance(body, str)
            or body.splitlines()[:1] != [marker]
            or not isinstance(row.get("id"), int)
        ):
            continue
        if owner is None:
            owner = api.login(_WHO)
        # A job's own token is nobody's, and writes as a bot.
        wrote = user if isinstance(user, dict) else {}
        if wrote.get("login") == owner if owner else wrote.get("type") == "Bot":
            found: dict[str, Any] = row
            return found
    return None
