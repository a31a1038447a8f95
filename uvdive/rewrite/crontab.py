"""Jobs of cron that call uv: each starts the environment's program itself (R24).

cron starts its jobs without the image's variables, so each line sets PATH and
VIRTUAL_ENV for its program as `uv run` did.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import replace

from uvdive.rewrite.facts import EnvironmentFacts
from uvdive.rewrite.homes import home_of
from uvdive.rewrite.shelledit import NotUnderstoodError, Strip, edit, still_calls
from uvdive.rewrite.steps import Evidence
from uvdive.rewrite.uvrun import UV, Stripped, Surroundings

_SETTING = re.compile(r"\s*(?P<name>[A-Za-z_]\w*)\s*=\s*(?P<value>.*?)\s*$")
_WHEN = r"\s*(?:@\w+|(?:[\w*/,~-]+[ \t]+){4}[\w*/,~-]+)[ \t]+"
_WITH_USER = re.compile(_WHEN + r"(?P<user>\S+)[ \t]+(?P<command>.*)")
_OWN = re.compile(_WHEN + r"(?P<command>.*)")
_PLAIN = re.compile(r"[\w/.@+-]+")


def is_cron(path: str) -> bool:
    """Does cron read it? It starts its jobs without the image's variables."""
    return path.startswith(("/etc/cron", "/var/spool/cron"))


def patched(
    path: str,
    text: str,
    evidence: Evidence,
    around: Surroundings,
    asker: Callable[[Surroundings], Strip],
) -> str:
    """A crontab whose jobs start without uv.

    Args:
        path: where cron reads it, which says whether its lines name a user.
        text: its text.
        evidence: the users and their homes, where jobs start.
        around: what `uv run` finds in the image.
        asker: gives what strips a command, for the surroundings of one job.

    Raises:
        NotUnderstoodError: a line that calls uv is none that is understood.
    """
    of_system = path == "/etc/crontab" or path.startswith("/etc/cron.d/")
    settings: dict[str, str] = {}
    lines = []
    for line in text.splitlines(keepends=True):
        new = line
        setting, job = _SETTING.match(line), (_WITH_USER if of_system else _OWN).match(line)
        if line.lstrip().startswith("#") or not line.strip():
            pass
        elif setting is not None:
            settings[setting["name"]] = setting["value"].strip("\"'")
        elif job is not None:
            user = job["user"] if of_system else posixpath.basename(path)
            home = home_of(evidence, user, settings.get("HOME", "")) or "/"
            here = replace(around, environ=dict(settings), workdir=home)
            new = line[: job.start("command")] + _job(job["command"], asker(here), here.env) + "\n"
        elif UV.search(line):
            raise NotUnderstoodError
        lines.append(new)
    return "".join(lines)


def _job(command: str, strip: Strip, env: EnvironmentFacts) -> str:
    """One job's command; what follows a `%` is its input."""
    found = re.search(r"(?<!\\)%", command)
    end = len(command) if found is None else found.start()
    if not UV.search(command[:end]):
        return command
    if not _PLAIN.fullmatch(env.path):
        raise NotUnderstoodError

    def strip_and_set(words: tuple[str, ...], folder: str | None) -> Stripped | None:
        stripped = strip(words, folder)
        if stripped is None:
            return None
        lead = ("env", f"PATH={env.bin}:$PATH", f"VIRTUAL_ENV={env.path}", *stripped.lead)
        return replace(stripped, lead=lead)

    new = edit(command[:end], strip_and_set, lambda _words: None)
    if still_calls(new, UV):
        raise NotUnderstoodError
    return new + command[end:]
