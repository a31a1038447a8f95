"""A start command without its runner, in the author's own text (R18, R20, R22, R58)."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Sequence
from dataclasses import replace

from uvdive.dockerfile.shell.commands import SHELLS
from uvdive.dockerfile.text.edits import edit_array, json_array, replace_command, with_command
from uvdive.dockerfile.text.syntax import Instruction
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.environment import RunCall
from uvdive.rewrite.notes import Notes, Refused
from uvdive.rewrite.start.script_finder import Finder
from uvdive.rewrite.start.shell_edit import NotUnderstoodError, behind_wrapper, edit, resets, still_calls
from uvdive.rewrite.start.signals import Signals
from uvdive.rewrite.start.surroundings import Spot, Surroundings
from uvdive.rewrite.start.uv_run import RUNNERS, Stripped, strip
from uvdive.uv.calls import assigned


class Commands:
    """Takes the runners off commands, and remembers what that came to.

    ``starts`` are the words of what starts afterwards, ``removed`` the runners that
    went, ``sync`` the options that the build's sync gets for what `uv run` installed at
    start, ``workdir`` the folder that the image starts in from now on, None where that stays,
    ``calls`` each `uv run`. ``finder`` is shown every command, for the scripts behind
    it, ``signals`` every program that takes a runner's place. ``is_alone`` says that nothing but one
    start command is known to run in the image.
    """

    def __init__(
        self,
        around: Surroundings,
        finder: Finder,
        signals: Signals,
        notes: Notes,
        *,
        is_alone: bool = False,
    ) -> None:
        self.around, self.finder, self.signals, self.notes = around, finder, signals, notes
        self.removed: set[str] = set()
        self.sync: set[tuple[str, ...]] = set()
        self.calls: list[RunCall] = []
        self.starts: list[tuple[str, ...]] = []
        self.workdir: str | None = None
        self._is_alone = is_alone
        self._is_arguments = False

    def rewrite(self, instruction: Instruction, source: str, line: int, *, is_arguments: bool) -> str:
        """An instruction's new source, or its old one where nothing starts through a runner.

        Args:
            instruction: the command; of a HEALTHCHECK its inner one.
            source: the author's text of the whole instruction.
            line: of the whole instruction.
            is_arguments: it is a CMD that an ENTRYPOINT gets as its arguments.

        Raises:
            Refused: R18 to R25, as ``strip`` says, or the text is not understood.
        """
        self._is_arguments = is_arguments
        words = instruction.exec_form
        if words is None:
            text = instruction.arguments
            new = self._shell(text, line)
            escape = self.signals.evidence.dockerfile.escape
            return source if new == text else with_command(instruction, new, escape)
        self._check_exec(words, line)
        fresh = self.exec_form(words, line)
        if fresh == words:
            return source
        edited = edit_array(source, words, fresh)
        return replace_command(source, instruction.arguments, json_array(fresh)) if edited is None else edited

    def _check_exec(self, words: tuple[str, ...], line: int) -> None:
        """``["x", "$PORT"]``: no shell reads an exec form, so nobody fills the variable in (R22)."""
        if posixpath.basename(words[0] if words else "") in SHELLS:
            return
        word = next((word for word in words if re.search(r"\$\{?[A-Za-z_]", word)), None)
        if word is not None:
            self.notes.warn(
                "R22", line, f"{word} stays as it is: without a shell (exec form) nobody fills it in."
            )

    def exec_form(self, words: tuple[str, ...], line: int) -> tuple[str, ...]:
        """The words of an exec form without runners, also where one starts another (`uv run uv run`).

        Raises:
            Refused: as ``rewrite``.
        """
        program = posixpath.basename(words[0]) if words else ""
        if program in SHELLS and len(words) > 2 and re.fullmatch(r"-\w*c", words[1]):
            if "l" in words[1] and RUNNERS.search(words[2]):
                raise Refused(
                    "R20",
                    f"{program} {words[1]} is a login shell, which sets PATH anew, so that the environment's "
                    "programs would not be found. Leave the l out.",
                    line,
                )
            if any(map(RUNNERS.fullmatch, words[3:])):
                raise _not_understood(line)
            return (*words[:2], self._shell(words[2], line), *words[3:])
        first = behind_wrapper(words)
        stripped = self.strip(words[first:], line, Spot(environ=assigned(words[:first])))
        if stripped is None:
            if any(RUNNERS.fullmatch(word) for word in words):
                raise _not_understood(line)
            self._note_start(words, line)
            return words
        fresh = started(words, first, stripped if first else self._at_home(stripped, words, line))
        if any(map(RUNNERS.search, fresh)):
            self.starts.pop()
            return self.exec_form(fresh, line)
        self.finder.look_at(words[first + stripped.rest :], line)
        return fresh

    def _at_home(self, stripped: Stripped, words: Sequence[str], line: int) -> Stripped:
        """The same without a folder of its own, where the whole image can start there (R23)."""
        folder = stripped.folder
        again = any(map(RUNNERS.search, words[stripped.rest :]))  # its folder would be the shell's
        if folder is None or again or not self._is_alone or not re.fullmatch(r"/[\w./-]+", folder):
            return stripped
        self.workdir = folder
        self.notes.allowed.config.add("WorkingDir")
        self.notes.decide(
            "start-folder",
            "R23",
            line,
            f"Start in {folder} by WORKDIR",
            "`uv run --directory` went there for its program, and nothing else is known to run in the image.",
        )
        return replace(stripped, folder=None)

    def _note_start(self, words: tuple[str, ...], line: int) -> None:
        if self._is_arguments and self.starts:
            self.starts[-1] += words  # CMD behind an ENTRYPOINT
        else:
            self.starts.append(words)
        self.finder.look_at(words, line)

    def strip(self, words: Sequence[str], line: int, spot: Spot | None = None) -> Stripped | None:
        """Take the runner off a command that shell code calls; None where there is none, or it stays."""
        stripped = strip(words, self.around.within(spot), line)
        if stripped is None:
            return None
        if stripped.runner != "uv run" and not self._remove_other(stripped.runner, words, line):
            return None
        if stripped.runner == "uv run":
            self.notes.decide(
                "start-uv-run",
                "R18",
                line,
                "Start the program itself instead of `uv run`",
                "The final image puts the environment on PATH with ENV.",
            )
            self.calls += [stripped.call] if stripped.call is not None else []
        self.signals.started((*stripped.lead, *words[stripped.rest :]), line)
        self.starts.append((*stripped.lead, *words[stripped.rest :]))
        self.removed.add(stripped.runner)
        self.sync |= set(stripped.sync)
        return stripped

    def _remove_other(self, runner: str, words: Sequence[str], line: int) -> bool:
        choice = CHOICES["start-runner"]
        chosen = self.notes.choose(
            choice,
            line,
            f"The image has no {runner}, so it cannot start; `{words[2]}` is there and needs no {runner}.",
            about=f"The start command goes through {runner}",
            offered={**choice.values, "remove": f"start without {runner}"},
        )
        if chosen == "remove":
            self.notes.allowed.repaired_start = True
        return chosen == "remove"

    def _shell(self, text: str, line: int) -> str:
        try:
            new = edit(
                text,
                lambda words, spot: self.strip(words, line, spot),
                lambda words: self._note_start(words, line),
            )
        except NotUnderstoodError:
            if not RUNNERS.search(text):
                return text
            new = text
        if new != text and (name := resets(text)):
            raise Refused(
                "R20",
                f"The start command sets {name} itself, which decides what `uv run` starts. Set it with ENV "
                "instead.",
                line,
            )
        if still_calls(new) and not self.notes.wants("start-runner", "keep"):
            raise Refused(
                "R18",
                "The start command calls uv inside shell code that is not understood. Put `uv run PROGRAM` "
                "on a line of its own, or into a start script.",
                line,
            )
        return new


def _not_understood(line: int) -> Refused:
    return Refused(
        "R18",
        "The start command calls uv in a way that is not understood. Start the program as `uv run PROGRAM`.",
        line,
    )


def started(words: Sequence[str], first: int, stripped: Stripped) -> tuple[str, ...]:
    """The words without the runner; in another folder by way of a shell, which keeps them as they are."""
    program = (*stripped.lead, *words[first + stripped.rest :])
    if stripped.folder is not None:
        program = ("sh", "-c", f'cd {shlex.quote(stripped.folder)} && exec "$0" "$@"', *program)
    return (*words[:first], *program)
