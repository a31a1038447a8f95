"""Which of the programs that builds call the files around name: the app may call those too (R33)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from uvdive.rewrite.elsewhere.context_texts import Text
from uvdive.rewrite.packages import FETCHERS, KEYS, NODE

_WATCHED = FETCHERS | NODE | frozenset(KEYS.values())
_PLAIN = re.compile(rf"(?<![\w.-])(?:{'|'.join(sorted(_WATCHED))})(?![\w.-])")
_IN_CODE = re.compile(rf"(?<![\w.-])(?:{'|'.join(sorted(_WATCHED - {'node'}))})(?![\w.-])")
# In code `node` is a word for many things, and a key of many more: it is a program at the head of a list
# or a command, where one looks for it, and at the end of a path.
_NODE_IN_CODE = re.compile(
    r"[\[(]\s{0,40}[\"']node[\"']\s{0,40},|\(\[\s{0,40}[\"']node[\"']|which\([\"']node[\"']"
    r"|[\"']node\s|/node[\"'\s]"
)


def named_programs(texts: Iterable[Text]) -> frozenset[str]:
    """Those that a text names of which something may run in the container."""
    return frozenset(name for text in texts if _may_run(text) for name in _names(text))


def _names(text: Text) -> Iterator[str]:
    if text.kind != "python":
        yield from (match[0] for match in _PLAIN.finditer(text.text))
        return
    yield from (match[0] for match in _IN_CODE.finditer(text.text))
    if _NODE_IN_CODE.search(text.text):
        yield "node"


def _may_run(text: Text) -> bool:
    """May something of a text run in the container: code, a script, a service's command or health check?"""
    return text.kind in ("python", "compose", "procfile", "devcontainer", "script") or text.path.endswith(
        (".sh", ".bash")
    )
