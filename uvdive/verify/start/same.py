"""Does a start command start the same program with the same words, once uv is taken off?

The judge reads `uv run` for itself, by uv's reference of its command line
(https://docs.astral.sh/uv/reference/cli/#uv-run), and shares no table with the planner.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator, Sequence

SHELLS = frozenset({"sh", "bash", "dash", "ash"})

_FLAGS = frozenset(
    {"-n", "-q", "-v", "-vv", "-U", "--active", "--all-extras", "--all-groups", "--all-packages"}
    | {"--compile-bytecode", "--dev", "--exact", "--frozen", "--gui-script", "-w", "--isolated"}
    | {"--locked", "--managed-python", "--native-tls", "--no-build", "--no-build-isolation"}
    | {"--no-cache", "--no-config", "--no-default-groups", "--no-dev", "--no-editable"}
    | {"--no-env-file", "--no-index", "--no-managed-python", "--no-progress", "--no-project"}
    | {"--no-python-downloads", "--no-sources", "--no-sync", "--offline", "--only-dev"}
    | {"--quiet", "--refresh", "--reinstall", "--upgrade", "--verbose", "--module", "-m"}
    | {"--script", "-s"}
)
"""Options behind which the next word is no value."""

_PYTHON = re.compile(r"python(\d+(\.\d+)?)?$")
_MODULE, _SCRIPT = ("-m", "--module"), ("-s", "--script", "-w", "--gui-script", "--")


def in_a_shell(argv: Sequence[str]) -> str | None:
    """The script of ``sh -c SCRIPT``; None for anything else."""
    shell = len(argv) > 2 and posixpath.basename(argv[0]) in SHELLS
    return argv[2] if shell and argv[1] in ("-c", "-ec", "-exc") else None


def calls_uv_run(argv: Sequence[str]) -> bool:
    """Is `uv run` among the words?"""
    words = _words(argv)
    return any(_is_uv(word) and any(_behind_uv(words, at)) for at, word in enumerate(words))


def same_start(old: Sequence[str], new: Sequence[str]) -> bool:
    """Does ``new`` start what ``old`` starts, with the same words behind it?

    `uv run` and its options may go, and ``python`` comes where uv itself would start it;
    ``exec`` may be added, and a program may be named by its path. Nothing else may differ.
    """
    return list(old) == list(new) or _same(_words(old), _words(new))


def _words(argv: Sequence[str]) -> list[str]:
    script = in_a_shell(argv)
    return list(argv) if script is None else [*_split(script), *argv[3:]]


def _split(script: str) -> list[str]:
    reader = shlex.shlex(script, posix=True, punctuation_chars=";&|()")
    reader.whitespace_split = True
    reader.commenters = ""
    try:
        return list(reader)
    except ValueError:  # a quote that the shell reads otherwise: then the plain words must do
        return script.split()


def _same(old: list[str], new: list[str]) -> bool:
    while old and new and _alike(old[0], new[0]) and not _is_uv(old[0]):
        old, new = old[1:], new[1:]
    if not old or not new:
        return old == new
    if new[0] == "exec":
        return _same(old, new[1:])
    if not _is_uv(old[0]):
        return False
    if _is_uv(new[0]):
        rests = [new[end:] for end in _behind_uv(new, 0)]
        if old[1:2] == new[1:2] and _same(old[1:], new[1:]):
            return True
    else:
        rests = [new]
    return any(_started(old[end:], rest) for end in _behind_uv(old, 0) for rest in rests)


def _started(old: list[str], new: list[str]) -> bool:
    """Are ``new`` the words that uv starts for ``old``, which is what stands behind its options?"""
    if old and old[0] in _MODULE:
        old = ["-m", *old[1:]]
    elif old and old[0] in _SCRIPT:
        old = old[1:]
    if not old:
        return False
    python = bool(new) and _PYTHON.match(posixpath.basename(new[0])) is not None
    return _same(old, new) or (python and _same(old, new[1:]))


def _behind_uv(words: Sequence[str], at: int) -> Iterator[int]:
    """Where the program may begin behind a `uv … run …` at ``at``; an unknown option may have a value."""
    running = False
    for index in range(at + 1, len(words)):
        word, before = words[index], words[index - 1]
        value = before.startswith("-") and "=" not in before and before not in _FLAGS
        if running and (not word.startswith("-") or word in (*_MODULE, *_SCRIPT)):
            yield index
        if word == "run" and not running:
            running = True
        elif not word.startswith("-") and not value:
            return


def _is_uv(word: str) -> bool:
    return posixpath.basename(word) == "uv"


def _alike(old: str, new: str) -> bool:
    """Are two words the same, or name the same program, or are they scripts that start the same?"""
    if old == new:
        return True
    if " " in old.strip() and " " in new.strip():
        return _same(_split(old), _split(new))
    named = "/" in old or "/" in new
    return named and posixpath.basename(old) == posixpath.basename(new) and not ("/" in old and "/" in new)
