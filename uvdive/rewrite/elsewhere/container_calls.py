"""Commands of the host that run a program in a container: where the program's own words begin (R24).

`docker run`, `docker exec`, `docker compose exec|run`, the same of podman and nerdctl,
`kubectl exec` and `kubectl run`, as their reference pages list the options.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from uvdive.uv.calls import value_of

_ENGINES = frozenset({"docker", "podman", "nerdctl"})
_COMPOSERS = frozenset({"docker-compose", "podman-compose"})
_CLUSTERS = frozenset({"kubectl", "oc", "microk8s.kubectl", "k3s"})
# Options without a value; all others take the next word where they have no `=`.
_FLAGS = frozenset(
    (
        *("--detach", "--interactive", "--tty", "--rm", "--init", "--privileged", "--publish-all"),
        *("--read-only", "--no-healthcheck", "--oom-kill-disable", "--sig-proxy", "--quiet", "--help"),
        *("--disable-content-trust", "--no-deps", "--build", "--no-TTY", "--service-ports", "--replace"),
        *("--use-aliases", "--quiet-pull", "--quiet-build", "--remove-orphans", "--compatibility"),
        *("--dry-run", "--verbose", "--all-resources", "--debug", "--tls", "--tlsverify", "--stdin"),
        *("--no-ansi", "--skip-hostname-check", "--rmi", "--tls-verify"),
    )
)
_SHORT_FLAGS = {"run": "ditPTqD", "exec": "ditT", "global": "D"}
_RUNS, _EXECS = frozenset({"run", "create"}), frozenset({"exec"})
_WRAPPERS = frozenset({"sudo", "exec", "time", "command", "nohup", "env", "winpty", "then", "do"})


@dataclass(frozen=True, slots=True)
class InContainer:
    """Where the words of the program begin, and what they run in.

    ``target`` is an image, a service or a container's name; ``by`` says which. ``first`` is the
    index of the program's first word. ``entrypoint`` says that the image's ENTRYPOINT gets the words,
    ``program`` is the one that gets them in its place.
    """

    first: int
    target: str
    by: Literal["image", "service", "container"]
    entrypoint: bool
    program: str = ""
    environ: tuple[tuple[str, str], ...] = ()
    workdir: str | None = None


def in_container(words: Sequence[str]) -> InContainer | None:
    """What a command of the host starts in a container; None where it starts nothing there."""
    at = 0
    while at < len(words) and (words[at] in _WRAPPERS or re.match(r"[A-Za-z_]\w*=", words[at])):
        at += 1
    program = words[at].rsplit("/", 1)[-1].lstrip("@-+") if at < len(words) else ""
    if program in _COMPOSERS:
        return _compose(words, at + 1)
    if program in _CLUSTERS:
        return _cluster(words, at + 1)
    if program not in _ENGINES:
        return None
    at = _behind(words, at + 1, "global")
    name = words[at] if at < len(words) else ""
    if name == "compose":
        return _compose(words, at + 1)
    if name == "container":
        at, name = at + 1, words[at + 1] if at + 1 < len(words) else ""
    if name in _RUNS:
        return _image(words, at + 1)
    return _target(words, at + 1, "exec", "container") if name in _EXECS else None


def _compose(words: Sequence[str], at: int) -> InContainer | None:
    at = _behind(words, at, "global")
    name = words[at] if at < len(words) else ""
    if name in ("run", "exec"):
        return _target(words, at + 1, name, "service")
    return None


def _image(words: Sequence[str], at: int) -> InContainer | None:
    return _target(words, at, "run", "image")


def _target(
    words: Sequence[str], at: int, name: str, by: Literal["image", "service", "container"]
) -> InContainer | None:
    end = _behind(words, at, name)
    if end + 1 >= len(words):
        return None
    options = words[at:end]
    own = value_of(options, "--entrypoint")
    return InContainer(
        end + 1, words[end], by, name == "run" and own is None, own or "",
        _environ(options), value_of(options, "-w", "--workdir"),
    )  # fmt: skip


def _environ(options: Sequence[str]) -> tuple[tuple[str, str], ...]:
    found = []
    for option, value in itertools.pairwise([*options, ""]):
        name, equals, given = option.partition("=")
        if name in ("-e", "--env"):
            key, _, content = (given if equals else value).partition("=")
            found.append((key, content))
    return tuple(found)


def _cluster(words: Sequence[str], at: int) -> InContainer | None:
    """`kubectl exec POD -- WORDS`, `kubectl run NAME --image=IMAGE [--command] -- WORDS`."""
    rest = list(words[at:])
    if "--" not in rest:
        return None
    end = rest.index("--")
    given = rest[:end]
    if end + 1 >= len(rest):
        return None
    if "exec" in given:
        names = [word for word in given[given.index("exec") + 1 :] if not word.startswith("-")]
        return InContainer(at + end + 1, names[0] if names else "", "container", entrypoint=False)
    if "run" in given:
        image = next((word[8:] for word in given if word.startswith("--image=")), "")
        return InContainer(at + end + 1, image, "image", entrypoint="--command" not in given)
    return None


def _behind(words: Sequence[str], at: int, name: str) -> int:
    """The index behind the options from ``at`` on."""
    while at < len(words) and words[at].startswith("-") and words[at] != "-":
        word = words[at]
        at += 1
        if word == "--":
            break
        cluster = re.fullmatch(rf"-[{_SHORT_FLAGS[name]}]+", word)
        # `-p8080:80`: a short option with its value in the same word
        glued = re.fullmatch(r"-[A-Za-z].+", word) and not cluster
        ends_open = glued and re.fullmatch(rf"-[{_SHORT_FLAGS[name]}]*[A-Za-z]", word)
        if cluster or word in _FLAGS or "=" in word or (glued and not ends_open):
            continue
        at += 1
    return at
