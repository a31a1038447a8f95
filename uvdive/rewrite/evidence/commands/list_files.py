"""Files that a command reads its packages from, beside the system's own (R33)."""

from __future__ import annotations

import re

from uvdive.distro.places import is_system
from uvdive.dockerfile.shell.commands import Command, Part, program_words

_INPUT = re.compile(r"(?<![<\d])<\s*([^\s<>&;|()$\"'][^\s<>&;|()\"']*|\"[^\"]+\"|'[^']+')")
_ALL = frozenset({"cat", "head", "tail", "source", ".", "sort", "uniq", "nl", "tac", "paste"})
"""Their operands are files."""
_BEHIND_ONE = frozenset({"grep", "egrep", "fgrep", "sed", "awk", "gawk", "mawk", "jq", "yq"})
"""Of these, all operands but the first, which is the pattern."""
_PATTERN_GIVEN = re.compile(r"-e|-f|--(?:regexp|expression|file)(?:=.*)?")
_VALUES = frozenset({"-n", "-d", "-f", "-k", "-t", "-c", "-F", "-v", "-e", "-m", "-A", "-B", "-C"})
_CUTS = frozenset({"cut"})


def file_read(text: str, part: Part) -> str | None:
    """The first file, not of the system's folders, that a part reads; None where it reads none."""
    found = [word.strip("\"'") for word in _INPUT.findall(text)]
    for command in part.commands:
        found += _operands(command)
        found += _of_xargs(command)
    return next((word for word in found if word != "-" and not is_system(word)), None)


def _operands(command: Command) -> list[str]:
    words = program_words(command)
    program = words[0].text.rsplit("/", 1)[-1] if words else ""
    if program not in _ALL | _BEHIND_ONE | _CUTS:
        return []
    found, skip = [], False
    for word in words[1:]:
        if skip:
            skip = False
        elif word.text.startswith("-") and word.text != "-":
            # grep's own -v, -n, -c and the like take no value.
            skip = word.text in _VALUES and not (
                program in _BEHIND_ONE - {"awk", "gawk"} and word.text in _BARE
            )
        elif program != "yq" or word.text not in ("e", "eval"):
            found.append(word.text)
    given = any(_PATTERN_GIVEN.fullmatch(word.text) for word in words[1:])
    return found[1:] if program in _BEHIND_ONE and not given else found


_BARE = frozenset({"-n", "-v", "-c"})


def _of_xargs(command: Command) -> list[str]:
    """`xargs -a FILE`."""
    argv = command.argv
    if not argv or argv[0].rsplit("/", 1)[-1] != "xargs":
        return []
    attached = [word.partition("=")[2] for word in argv if word.startswith("--arg-file=")]
    return attached + [argv[i + 1] for i, word in enumerate(argv[:-1]) if word in ("-a", "--arg-file")]
