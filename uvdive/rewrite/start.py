"""The start command and the health check of the new image (R18–R25, R30, R51, R58)."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Sequence

from uvdive.dockerfile.arguments import split_flags
from uvdive.dockerfile.shell import commands
from uvdive.dockerfile.syntax import Instruction, inner
from uvdive.image.table import Kind
from uvdive.rewrite.contextfiles import context_text
from uvdive.rewrite.facts import EnvironmentFacts
from uvdive.rewrite.files import Files
from uvdive.rewrite.notes import Notes, Refused, options
from uvdive.rewrite.plan import Decision
from uvdive.rewrite.steps import Evidence, Step, command_text, mentions_uv
from uvdive.rewrite.uvrun import Stripped, Surroundings, strip

_SHELLS = frozenset({"sh", "bash", "dash", "ash"})
_WRAPPERS = frozenset({"tini", "dumb-init", "gosu", "su-exec", "env", "nice", "time", "exec", "catatonit"})
# Servers that end on SIGTERM by themselves, also as PID 1 (R21).
_SERVERS = frozenset(
    ("uvicorn", "gunicorn", "hypercorn", "granian", "fastapi", "celery", "streamlit", "dramatiq")
)
_RUNNERS = re.compile(r"(?<![\w./-])(?:uv|uvx)(?![\w.-])|\b(?:poetry|pdm|pipenv|hatch|rye)\s+run\b")


class Starter:
    """Rewrites the instructions that start something; collects which runner was removed."""

    def __init__(self, evidence: Evidence, env: EnvironmentFacts, files: Files | None, notes: Notes) -> None:
        self.evidence, self.env, self.files, self.notes = evidence, env, files, notes
        self.removed: set[str] = set()
        self.in_healthcheck = False
        self.around = Surroundings(
            env=env,
            sync="\n".join(command_text(step.instruction) for step in evidence.runs()),
            look=self._look,
            script_text=lambda path: context_text(evidence, path),
            workdir=evidence.workdir,
            has_program=self._has_program,
        )

    def _look(self, path: str) -> str:
        if self.files is None:
            return "unknown"
        absolute = posixpath.normpath(posixpath.join(self.evidence.workdir, path))
        node = self.files.at(absolute)
        if node is None:
            return "none"
        if self.files.kind(node) != Kind.DIRECTORY:
            return "file"
        return "package" if self.files.at(f"{absolute}/__main__.py") is not None else "directory"

    def _has_program(self, name: str) -> bool | None:
        if self.files is None or self.evidence.report is None:
            return None
        path = self.evidence.report.config.environ.get("PATH", "")
        folders = [self.env.bin, *(folder for folder in path.split(":") if folder)]
        return any(self._exists(f"{folder}/{name}") for folder in folders)

    def _exists(self, path: str) -> bool:
        """Like a look-up by the kernel, for the one link that matters: /bin -> usr/bin."""
        assert self.files is not None
        return self.files.at(path) is not None or self.files.at(f"/usr{path}") is not None

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
            new = self.rewrite(step)
            if new != step.instruction.source:
                moved[step.line] = new
                self.notes.config.add(step.keyword.capitalize())
        return moved

    def _joined(self, entry: Step | None, command: Step | None) -> str | None:
        """CMD's new source where ENTRYPOINT is a runner alone, else None."""
        head = entry.instruction.exec_form if entry else None
        tail = command.instruction.exec_form if command else None
        if not head or not tail or command is None or not _RUNNERS.match(" ".join(head[:2])):
            return None
        if head[0] == "uv" and (len(head) < 2 or any(not word.startswith("-") for word in head[2:])):
            return None
        words = (*head, *tail)
        stripped = self._strip(words, command.line)
        if stripped is None or stripped.rest < len(head):
            return None
        self.notes.config.update(("Entrypoint", "Cmd"))
        fresh = [*stripped.lead, *words[stripped.rest :]]
        return f"CMD {json.dumps(fresh, ensure_ascii=False)}\n"

    def rewrite(self, step: Step) -> str:
        """The instruction's new source, or its old one where nothing starts through a runner."""
        instruction = step.instruction
        self.in_healthcheck = instruction.keyword == "HEALTHCHECK"
        if self.in_healthcheck:
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
        fresh = self._exec(words, line)
        if fresh == words:
            return source
        return _replace(source, instruction.arguments, json.dumps(list(fresh), ensure_ascii=False))

    def _exec(self, words: tuple[str, ...], line: int) -> tuple[str, ...]:
        program = posixpath.basename(words[0]) if words else ""
        if program in _SHELLS and len(words) > 2 and re.fullmatch(r"-\w*c", words[1]):
            return (*words[:2], self._shell(words[2], line), *words[3:])
        first = self._behind_wrapper(words)
        stripped = self._strip(words[first:], line)
        if stripped is None:
            self._check_rest(words, line)
            return words
        return (*words[:first], *stripped.lead, *words[first + stripped.rest :])

    def _behind_wrapper(self, words: Sequence[str]) -> int:
        if words and posixpath.basename(words[0]) in _WRAPPERS:
            return next(
                (i for i, word in enumerate(words) if _RUNNERS.fullmatch(posixpath.basename(word))), 0
            )
        return 0

    def _strip(self, words: Sequence[str], line: int) -> Stripped | None:
        stripped = strip(words, self.around, line)
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
        if not self.in_healthcheck:
            self._note_first_process(words[stripped.rest :], line)
        self.removed.add(stripped.runner)
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

    def _note_first_process(self, words: Sequence[str], line: int) -> None:
        names = {posixpath.basename(word) for word in words[:4]}
        if names & _SERVERS:
            return
        self.notes.warn(
            "R21",
            line,
            "The program is now process 1 and gets signals itself: one that does not handle SIGTERM stops "
            "only "
            "after `docker stop`'s ten seconds. Run it with `docker run --init` (compose: `init: true`).",
        )

    def _check_rest(self, words: Sequence[str], line: int) -> None:
        """Nothing that is left may call uv, in the words or in the script that they start."""
        if any(_RUNNERS.fullmatch(posixpath.basename(word)) for word in words):
            raise Refused("R18", "The start command calls uv in a way that is not understood.", line)
        program = posixpath.basename(words[0]) if words else ""
        script = words[1] if program in _SHELLS and len(words) > 1 else words[0] if words else ""
        if program in _SHELLS or self._is_own_script(script):
            text = context_text(self.evidence, script)
            if text is None:
                raise Refused(
                    "R24",
                    f"The image starts with {script}, whose text is not in the build context, so nobody "
                    "knows "
                    "whether it calls uv. Name the context with --context.",
                    line,
                )
            if any(mentions_uv(part) for part in text.splitlines() if not part.lstrip().startswith("#")):
                raise Refused(
                    "R24",
                    f"{script} calls uv when the container starts. Call the environment's programs there "
                    "directly "
                    f"({self.env.bin}/…), then uv can go.",
                    line,
                )

    def _is_own_script(self, word: str) -> bool:
        """Is the program a file that the author's own instructions put there, outside the environment?"""
        if word.endswith(".sh"):
            return True
        if self.files is None or word.startswith(self.env.path) or word in (self.env.scripts or ()):
            return False
        path = word if "/" in word else f"/usr/local/bin/{word}"
        node = self.files.at(posixpath.normpath(posixpath.join(self.evidence.workdir, path)))
        return node is not None and self.files.owner(node) in ("app", "other")

    def _shell(self, text: str, line: int) -> str:
        found = commands(text)
        if found is None:
            if _RUNNERS.search(text):
                raise Refused(
                    "R18", "The start command calls a runner inside shell code that is not understood.", line
                )
            return text
        out, done = [], 0
        for command in found:
            words = command.words
            first = self._behind_wrapper(command.argv)
            if first == 0 and command.argv[:1] == ("exec",):
                first = 1
            stripped = self._strip(command.argv[first:], line)
            if stripped is None:
                self._check_rest(command.argv[first:], line)
                continue
            if stripped.rest + first >= len(words):
                raise Refused("R19", "The runner in the start command is given no command.", line)
            out.append(text[done : words[first].start] + "".join(f"{word} " for word in stripped.lead))
            done = words[first + stripped.rest].start
        return "".join([*out, text[done:]])


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
