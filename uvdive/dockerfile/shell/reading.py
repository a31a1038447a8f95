"""The commands of a shell text, for reading only: nothing is ever written from what is read here.

tree-sitter-bash does the parsing (``shell.tree``). A text that it cannot parse is
unknown, and so is all that a program is told as a text of its own (``eval "$X"``):
never guessed.
"""

from __future__ import annotations

import re
import shlex

from uvdive.dockerfile.shell.commands import SHELLS, Command, Script
from uvdive.dockerfile.text.syntax import Instruction

_LONE_HEREDOC = re.compile(r"\d*<<-?\S+")
_SHEBANG = re.compile(r"#!\s*(?:/usr/bin/env\s+(?:-S\s+)?)?(?P<program>\S+)")


def read_script(text: str) -> Script | None:
    """Read a shell text; None where it is not understood as a whole."""
    from uvdive.dockerfile.shell.tree import read

    shebang = _SHEBANG.match(text)
    if shebang and shebang["program"].rsplit("/", 1)[-1] not in SHELLS:
        return None
    return read(text)


def commands(text: str) -> tuple[Command, ...] | None:
    """The simple commands of a plain list, or None where the text holds more than these."""
    script = read_script(text)
    if script is None:
        return None
    found = script.commands
    return None if any(command.nested for command in found) else found


def shell_text(instruction: Instruction) -> str:
    """What the shell gets to read in a RUN, CMD, ENTRYPOINT or HEALTHCHECK's command.

    A heredoc alone is a script; others follow the line that names them. An exec
    form comes with its words quoted.
    """
    if instruction.exec_form is not None:
        return shlex.join(instruction.exec_form)
    if instruction.heredocs and _LONE_HEREDOC.fullmatch(instruction.arguments.strip()):
        return "".join(heredoc.body for heredoc in instruction.heredocs)
    bodies = "".join(f"\n{heredoc.body}{heredoc.name}" for heredoc in instruction.heredocs)
    return instruction.arguments + bodies


def command_text(instruction: Instruction) -> str:
    """The shell text of a RUN, CMD, ENTRYPOINT or HEALTHCHECK to search in: unquoted, heredocs included.

    Where words or offsets count, ``shell_text`` is the one to read.
    """
    words = instruction.arguments if instruction.exec_form is None else " ".join(instruction.exec_form)
    return "\n".join([words, *(heredoc.body for heredoc in instruction.heredocs)])
