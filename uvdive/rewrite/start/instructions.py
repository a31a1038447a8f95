"""The start command and the health check of the new image (R18–R25, R30, R51, R58)."""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from collections.abc import Sequence

from uvdive.dockerfile.arguments import split_flags
from uvdive.dockerfile.commands import SHELLS
from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.syntax import Instruction, inner
from uvdive.image.table import Kind
from uvdive.rewrite.environment.facts import EnvironmentFacts
from uvdive.rewrite.evidence.context_files import context_text
from uvdive.rewrite.evidence.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence, build_text
from uvdive.rewrite.notes import Notes, Refused, options
from uvdive.rewrite.plan import Decision
from uvdive.rewrite.start.script_choice import ScriptPlan, decide
from uvdive.rewrite.start.script_finder import Finder
from uvdive.rewrite.start.shell_edit import NotUnderstoodError, behind_wrapper, edit, resets, still_calls
from uvdive.rewrite.start.signals import Signals
from uvdive.rewrite.start.uv_run import RUNNERS, Stripped, Surroundings, strip


class Starter:
    """Rewrites the instructions that start something.

    ``starts`` are the words of what starts afterwards. ``removed`` are the runners that
    went, ``sync`` the options that the build's sync gets for what `uv run` installed at
    start, ``scripts`` what becomes of start scripts that call uv.
    """

    def __init__(self, evidence: Evidence, env: EnvironmentFacts, files: Files | None, notes: Notes) -> None:
        self.evidence, self.env, self.files, self.notes = evidence, env, files, notes
        self.removed: set[str] = set()
        self.sync: set[tuple[str, ...]] = set()
        self.scripts = ScriptPlan()
        self.starts: list[tuple[str, ...]] = []
        self._is_arguments = False
        self.signals = Signals(evidence, notes)
        self.finder = Finder(evidence, env, files)
        entry, command = evidence.last("ENTRYPOINT"), evidence.last("CMD")
        self.around = Surroundings(
            env=env,
            sync="uv sync" if env.at_start else build_text(evidence),
            look=self._look,
            script_text=lambda path: context_text(evidence, path),
            workdir=evidence.workdir,
            has_program=self._has_program,
            environ=evidence.report.config.environ if evidence.report else evidence.stages[-1].env,
            arguments=(command.instruction.exec_form or ()) if entry and command else (),
        )

    def _look(self, path: str) -> str:
        if self.files is None:
            return "unknown"
        node = self.files.follow(path)
        if node is None:
            return "none"
        if self.files.kind(node) != Kind.DIRECTORY:
            return "file"
        return "package" if self.files.follow(f"{path}/__main__.py") is not None else "directory"

    def _has_program(self, name: str) -> bool | None:
        if self.files is None or self.evidence.report is None:
            return None
        path = self.evidence.report.config.environ.get("PATH", "")
        folders = [self.env.bin, *(folder for folder in path.split(":") if folder)]
        found = any(self.files.inode_at(f"{folder}/{name}") is not None for folder in folders)
        return None if self.env.at_start and not found else found

    def start_instructions(self) -> dict[int, str]:
        """The new sources of ENTRYPOINT, CMD and HEALTHCHECK, by line, as far as they change."""
        entry, command = self.evidence.last("ENTRYPOINT"), self.evidence.last("CMD")
        moved: dict[int, str] = {}
        both = self._joined(entry, command)
        if both is not None and entry is not None and command is not None:
            # `ENTRYPOINT ["uv", "run"]`: what follows is CMD's, so CMD takes it over.
            moved[entry.line] = ""
            moved[command.line] = both
            entry = command = None
        for step in (entry, command, self.evidence.last("HEALTHCHECK")):
            if step is None:
                continue
            self._is_arguments = step.keyword == "CMD" and entry is not None
            new = self.rewrite(step)
            if new != step.instruction.source:
                moved[step.line] = new
                self.notes.config.add(step.keyword.capitalize())
        self._decide_scripts()
        self.signals.note()
        return moved

    def _decide_scripts(self) -> None:
        found = self.finder.found.values()
        decided = decide(found, self.evidence, self.files, self.around, self.notes)
        if decided is not None:
            self.scripts = decided
            self.sync |= decided.sync
            if decided.without_uv:
                self.removed.add("uv run")
                self._note_replaced()

    def _note_replaced(self) -> None:
        """A script that hands over with ``exec`` makes the program process 1."""
        for script in self.finder.found.values():
            match = re.search(r"\bexec\b[^\n#]*\buv\s+run\s+(?P<rest>.*)", script.text)
            if match is not None:
                self.signals.in_healthcheck = False
                self.signals.started(match["rest"].split(), script.line)

    def _joined(self, entry: Step | None, command: Step | None) -> str | None:
        """CMD's new source where ENTRYPOINT is a runner alone, else None."""
        head = entry.instruction.exec_form if entry else None
        tail = command.instruction.exec_form if command else None
        if not head or not tail or command is None or not RUNNERS.match(" ".join(head[:2])):
            return None
        if posixpath.basename(head[0]) == "uv" and (
            len(head) < 2 or any(not word.startswith("-") for word in head[2:])
        ):
            return None
        words = (*head, *tail)
        stripped = self._strip(words, command.line)
        if stripped is None or stripped.rest < len(head):
            return None
        self.notes.config.update(("Entrypoint", "Cmd"))
        return f"{_keyword(command)} {_json(_started(words, 0, stripped))}\n"

    def rewrite(self, step: Step) -> str:
        """The instruction's new source, or its old one where nothing starts through a runner."""
        instruction = step.instruction
        self.signals.in_healthcheck = instruction.keyword == "HEALTHCHECK"
        if self.signals.in_healthcheck:
            if instruction.arguments.strip().upper() == "NONE":
                return instruction.source
            return self._rewrite(inner(instruction), instruction.source, step.line)
        return self._rewrite(instruction, instruction.source, step.line)

    def _rewrite(self, instruction: Instruction, source: str, line: int) -> str:
        words = instruction.exec_form
        if words is None:
            text = instruction.arguments
            new = self._shell(text, line)
            return source if new == text else _replace(source, text, new)
        self._check_exec(words, line)
        fresh = self._exec(words, line)
        if fresh == words:
            return source
        edited = _edit_array(source, words, fresh)
        return _replace(source, instruction.arguments, _json(fresh)) if edited is None else edited

    def _check_exec(self, words: tuple[str, ...], line: int) -> None:
        """``["x", "$PORT"]``: no shell reads an exec form, so nobody fills the variable in (R22)."""
        if posixpath.basename(words[0] if words else "") in SHELLS:
            return
        word = next((word for word in words if re.search(r"\$\{?[A-Za-z_]", word)), None)
        if word is not None:
            self.notes.warn(
                "R22", line, f"{word} stays as it is: without a shell (exec form) nobody fills it in."
            )

    def _exec(self, words: tuple[str, ...], line: int) -> tuple[str, ...]:
        program = posixpath.basename(words[0]) if words else ""
        if program in SHELLS and len(words) > 2 and re.fullmatch(r"-\w*c", words[1]):
            if "l" in words[1] and RUNNERS.search(words[2]):
                raise Refused(
                    "R20",
                    f"{program} {words[1]} is a login shell, which sets PATH anew, so that the environment's "
                    "programs would not be found. Leave the l out.",
                    line,
                )
            return (*words[:2], self._shell(words[2], line), *words[3:])
        first = behind_wrapper(words)
        stripped = self._strip(words[first:], line)
        if stripped is None:
            if any(RUNNERS.fullmatch(word) for word in words):
                raise Refused(
                    "R18",
                    "The start command calls uv in a way that is not understood. Start the program as "
                    "`uv run PROGRAM`.",
                    line,
                )
            self._note_start(words, line)
            return words
        self.finder.look_at(words[first + stripped.rest :], line)
        return _started(words, first, stripped)

    def _note_start(self, words: tuple[str, ...], line: int) -> None:
        if self._is_arguments and self.starts:
            self.starts[-1] += words  # CMD behind an ENTRYPOINT
        else:
            self.starts.append(words)
        self.finder.look_at(words, line)

    def _strip(self, words: Sequence[str], line: int, folder: str | None = None) -> Stripped | None:
        stripped = strip(words, self.around.within(folder), line)
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
                "uv only puts the environment on PATH and starts the command; the final image does that "
                "with ENV.",
            )
        self.signals.started((*stripped.lead, *words[stripped.rest :]), line)
        self.starts.append((*stripped.lead, *words[stripped.rest :]))
        self.removed.add(stripped.runner)
        self.sync |= set(stripped.sync)
        return stripped

    def _remove_other(self, runner: str, words: Sequence[str], line: int) -> bool:
        chosen = self.notes.choose(
            Decision(
                "start-runner",
                "R58",
                line,
                f"The start command goes through {runner}",
                f"The image has no {runner}, so it cannot start; `{words[2]}` is there and needs no "
                f"{runner}.",
                alternatives=options(remove=f"start without {runner}", keep="keep the command as it is"),
            ),
            "remove",
        )
        if chosen == "remove":
            self.notes.repaired_start = True
        return chosen == "remove"

    def _shell(self, text: str, line: int) -> str:
        try:
            new = edit(
                text,
                lambda words, folder: self._strip(words, line, folder),
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
        if still_calls(new) and not self.notes.choices.get("start-runner") == "keep":
            raise Refused(
                "R18",
                "The start command calls uv inside shell code that is not understood. Put `uv run PROGRAM` "
                "on a line of its own, or into a start script.",
                line,
            )
        return new


def _started(words: Sequence[str], first: int, stripped: Stripped) -> tuple[str, ...]:
    """The words without the runner; in another folder by way of a shell, which keeps them as they are."""
    program = (*stripped.lead, *words[first + stripped.rest :])
    if stripped.folder is not None:
        program = ("sh", "-c", f'cd {shlex.quote(stripped.folder)} && exec "$0" "$@"', *program)
    return (*words[:first], *program)


def _json(words: Sequence[str]) -> str:
    return json.dumps(list(words), ensure_ascii=False)


def _keyword(step: Step) -> str:
    """The keyword as the author writes it."""
    return step.instruction.source.split(maxsplit=1)[0]


def _edit_array(source: str, old: Sequence[str], new: Sequence[str]) -> str | None:
    """Change words of an exec form where they stand, so that its lines and spaces stay the author's.

    None where the words cannot be told from the rest of the source.
    """
    strings = list(re.finditer(r'"(?:[^"\\\n]|\\.)*"', source))
    if not new or [_text(found[0]) for found in strings] != list(old):
        return None
    head = len(posixpath.commonprefix([list(old), list(new)]))
    tail = len(posixpath.commonprefix([list(old[head:])[::-1], list(new[head:])[::-1]]))
    gone, fresh = strings[head : len(old) - tail], _json(new[head : len(new) - tail])[1:-1]
    if not gone:
        return None
    if fresh:
        return source[: gone[0].start()] + fresh + source[gone[-1].end() :]
    if tail:
        return source[: gone[0].start()] + source[strings[len(old) - tail].start() :]
    return source[: strings[head - 1].end()] + source[gone[-1].end() :]


def _text(string: str) -> str | None:
    try:
        return str(json.loads(string))
    except ValueError:
        return None


def _replace(source: str, old: str, new: str) -> str:
    """Change the command in an instruction's source; what cannot be found there is put on one line."""
    if source.count(old) == 1:
        return source.replace(old, new)
    # The command goes over several lines: only what differs is looked for.
    head = _common(old, new)
    tail = _common(old[len(head) :][::-1], new[len(head) :][::-1])[::-1]
    end = len(tail)
    gone, fresh = old[len(head) : len(old) - end], new[len(head) : len(new) - end]
    if gone.strip() and source.count(gone) == 1:
        return source.replace(gone, fresh)
    keyword, rest = source.split(maxsplit=1)
    flags = split_flags(rest.replace("\\\n", " "))[0]
    words = [*flags, *(["CMD"] if keyword.upper() == "HEALTHCHECK" else []), new]
    return f"{keyword} {' '.join(words)}\n"


def _common(one: str, other: str) -> str:
    """What two texts begin with alike."""
    length = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    return one[: min(len(one), len(other)) if length is None else length]
