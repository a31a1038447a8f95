"""Does a start command start the same program with the same words, once uv is taken off?

The judge reads `uv run` for itself, by uv's reference of its command line
(https://docs.astral.sh/uv/reference/cli/#uv-run), and shares no table with the planner.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator, Sequence
from itertools import pairwise

SHELLS = frozenset({"sh", "bash", "dash", "ash"})

Lines = tuple[tuple[str, ...], ...]
"""The lines of shell scripts, each as a command: ``("sh", "-c", LINE)``."""

_FLAGS = frozenset(
    {"--active", "--all-extras", "--all-groups", "--all-packages"}
    | {"--compile-bytecode", "--dev", "--exact", "--frozen", "--gui-script", "--isolated"}
    | {"--locked", "--managed-python", "--native-tls", "--no-build", "--no-build-isolation"}
    | {"--no-cache", "--no-config", "--no-default-groups", "--no-dev", "--no-editable"}
    | {"--no-env-file", "--no-index", "--no-managed-python", "--no-progress", "--no-project"}
    | {"--no-python-downloads", "--no-sources", "--no-sync", "--offline", "--only-dev"}
    | {"--quiet", "--refresh", "--reinstall", "--upgrade", "--verbose", "--module"}
    | {"--script"}
)
"""Options behind which the next word is no value."""

_BETWEEN, _ONLY_BETWEEN = re.compile(r"[()]|[;&|]+"), re.compile(r"[;&|()]+")
_PYTHON = re.compile(r"python(\d+(\.\d+)?)?$")
_MODULE = re.compile(r"-[nqvU]*m|--module")
_SCRIPT = re.compile(r"-[nqvU]*[sw]|--script|--gui-script|--")
_SHORT = re.compile(r"-[nqvU]+[msw]?")


def in_a_shell(argv: Sequence[str]) -> str | None:
    """The script of ``sh -c SCRIPT``; None for anything else."""
    shell = len(argv) > 2 and posixpath.basename(argv[0]) in SHELLS
    return argv[2] if shell and argv[1] in ("-c", "-ec", "-exc") else None


def calls_uv_run(argv: Sequence[str]) -> bool:
    """Is `uv run` among the words?"""
    words = words_of(argv)
    return any(_is_uv(word) and any(_behind_uv(words, at)) for at, word in enumerate(words))


def same_start(old: Sequence[str], new: Sequence[str]) -> bool:
    """Does ``new`` start what ``old`` starts, with the same words behind it?

    `uv run` and its options may go, and ``python`` comes where uv itself would start it;
    ``exec`` may be added, a program may be named by its path, and ``cd`` comes in the place
    of ``--directory``. Nothing else may differ.
    """
    was = words_of(old)
    return list(old) == list(new) or _same(was, _inside(words_of(new), _folders(was)))


def words_of(argv: Sequence[str]) -> list[str]:
    """The words of a command; of ``sh -c SCRIPT`` those of the script."""
    script = in_a_shell(argv)
    words = list(argv) if script is None else _split(script)
    if script is not None and words[-2:] == ["$0", "$@"]:
        words = words[:-2]
    return words if script is None else [*words, *argv[3:]]


def _folders(words: Sequence[str]) -> list[str]:
    """The values of uv's ``--directory``."""
    joined = [word.partition("=")[2] for word in words if word.startswith("--directory=")]
    return joined + [word for option, word in pairwise(words) if option == "--directory"]


def _inside(words: list[str], folders: Sequence[str]) -> list[str]:
    """The words without the change to one of ``folders``, and the brackets around what is done there."""
    names = {posixpath.basename(posixpath.normpath(folder)) for folder in folders}
    for at, word in enumerate(words[:-2]):
        if word == "cd" and words[at + 2] == "&&" and posixpath.basename(words[at + 1]) in names:
            rest = words[at + 3 :]
            if at and words[at - 1] == "(" and ")" in rest:
                rest.remove(")")
                return words[: at - 1] + _inside(rest, folders)
            return words[:at] + _inside(rest, folders)
    return words


def _split(script: str) -> list[str]:
    reader = shlex.shlex(script, posix=True, punctuation_chars=";&|()")
    reader.whitespace_split = True
    reader.commenters = ""
    try:
        tokens = list(reader)
    except ValueError:  # a quote that the shell reads otherwise: then the plain words must do
        return script.split()
    # What stands between commands comes in one piece: `);`.
    pieces = (_BETWEEN.findall(each) if _ONLY_BETWEEN.fullmatch(each) else [each] for each in tokens)
    return [piece for each in pieces for piece in each]


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
    if old and _MODULE.fullmatch(old[0]):
        old = ["-m", *old[1:]]
    elif old and _SCRIPT.fullmatch(old[0]):
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
        flag = before in _FLAGS or _SHORT.fullmatch(before) is not None
        value = before.startswith("-") and "=" not in before and not flag
        if running and (not word.startswith("-") or _MODULE.fullmatch(word) or _SCRIPT.fullmatch(word)):
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
