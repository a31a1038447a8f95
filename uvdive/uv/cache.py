"""Where uv keeps its cache.

https://docs.astral.sh/uv/concepts/cache/#cache-directory
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence

from uvdive.uv.calls import TRUE, value_of

_IN_HOME = ".cache/uv"
_WITHOUT = frozenset({"--no-cache", "-n", "--no-cache-dir"})
_DEFAULT = re.compile(rf"/{re.escape(_IN_HOME)}(?:/|$)")


def cache_folder(variables: Mapping[str, str], home: str | None, words: Sequence[str] = ()) -> str | None:
    """The absolute folder of the cache; None where there is none, or where nobody can tell it.

    Args:
        variables: those in force for the call.
        home: the user's home in ``/etc/passwd``, which counts where HOME is not set; None: not known.
        words: the call's words, with the options in front of the subcommand.
    """
    if _WITHOUT & set(words) or variables.get("UV_NO_CACHE", "").lower() in TRUE:
        return None
    named = value_of(words, "--cache-dir") or variables.get("UV_CACHE_DIR")
    if named:
        # A relative one goes by the folder of the process, a variable by the shell.
        return posixpath.normpath(named) if named.startswith("/") and "$" not in named else None
    shared = variables.get("XDG_CACHE_HOME", "")
    if shared.startswith("/"):  # the specification has others ignored
        return posixpath.join(posixpath.normpath(shared), "uv")
    home = variables.get("HOME") or home
    return None if home is None else posixpath.join(home, _IN_HOME)


def in_default_cache(path: str) -> bool:
    """Is it uv's cache in anybody's home, or something in it?"""
    return bool(_DEFAULT.search(path))
