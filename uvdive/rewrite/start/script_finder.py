"""Files that run when the container starts, as far as the start commands name them (R24, R51)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from uvdive.dockerfile.shell.commands import SHELLS
from uvdive.dockerfile.shell.reading import read_script
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.evidence.files.context_files import context_file, sources
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Refused
from uvdive.rewrite.start.crontab import is_cron, source_of
from uvdive.rewrite.start.script_texts import Found, find_by_text, is_script_by_name
from uvdive.rewrite.start.shell_edit import WRAPPERS, behind_wrappers, still_calls
from uvdive.rewrite.start.task_files import files_of, is_task_file
from uvdive.rewrite.start.uv_run import UV

_SHEBANG = re.compile(r"#!\s*(?:/usr/bin/env\s+(?:-S\s+)?)?(\S+)")
# In other languages only a list or a text that is a command counts: prose says "uv" too.
_IN_CODE = re.compile(r"""["'`]uvx?["'`]\s*,|["'`](?:uv\s+(?:run|sync|pip|tool|add)|uvx)\s""")
_IN_SETTINGS = re.compile(
    r"^(?![ \t]*[#;]).*?(?<![\w./-])(?:/\S{0,200}/)?(?:uv\s+(?:run|sync|pip|tool|add)|uvx)\s", re.MULTILINE
)
_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_CODE = (".py", ".js", ".ts", ".rb", ".pl", ".php")
_MOST = 64 << 10


@dataclass(frozen=True, slots=True)
class Script:
    """A text that runs at start. ``line`` is the instruction that starts it.

    ``source`` is the context's file with the same text, or None; ``is_shell`` says
    whether it is shell code. ``unread`` says why its text is not at hand, as the end of
    “PATH …”; then it may call uv. ``written`` is the line of the RUN that wrote it, or None.
    """

    path: str
    text: str
    line: int
    source: str | None
    is_shell: bool
    unread: str = ""
    written: int | None = None

    @classmethod
    def not_at_hand(cls, path: str, line: int, why: str) -> Script:
        """One whose text nobody can read, so that nothing else is asked of it."""
        return cls(path, "", line, None, is_shell=False, unread=why)

    @property
    def mentions_uv(self) -> bool:
        """Does it call uv, as far as its kind of text tells? One that nobody can read may."""
        if self.unread:
            return True
        if self.is_shell:
            return still_calls(self.text, UV)
        pattern = _IN_CODE if self.path.endswith(_CODE) or "python" in self.text[:40] else _IN_SETTINGS
        return bool(pattern.search(self.text))


class Finder:
    """Collects the scripts behind start commands, and those that they start."""

    def __init__(self, evidence: Evidence, env: EnvironmentFacts, files: Files | None) -> None:
        self.evidence, self.env, self.files = evidence, env, files
        self.found: dict[str, Script] = {}
        self._looked: dict[str, Found | None] = {}

    def look_at(self, words: Sequence[str], line: int, *, sure: bool = True) -> None:
        """Take the scripts that a command starts or reads.

        ``sure`` says that a file that is not found is one that the command needs, where it
        is named as one.

        Raises:
            Refused: R24, a start script's text is not at hand.
        """
        program = posixpath.basename(words[0]) if words else ""
        if program in WRAPPERS and (first := behind_wrappers(words)):
            self.look_at(words[first:], line, sure=sure)
        shell = program in SHELLS or program in (".", "source")
        inline = program in SHELLS and any(re.fullmatch(r"-\w*c\w*", word) for word in words[1:3])
        for index, word in enumerate(words):
            if not word or word.startswith(("-", "$", "+")) or "://" in word or re.search(r"\s|^\w+=", word):
                continue
            if words[index - 1] in ("-o", "-O") and program in SHELLS:
                continue  # bash -o pipefail
            if index == 0 and program in ("uv", "uvx"):
                continue
            if index == 0:
                self._take(word, line, must=True, on_path="/" not in word, sure=sure)
            else:
                must = (shell and not inline) or is_task_file(program, word)
                self._take(word, line, must=must, shell=shell, sure=sure and program not in (".", "source"))
                shell = False
        self._take_task_files(words, line)

    def _take_task_files(self, words: Sequence[str], line: int) -> None:
        files, folders = files_of(words, self.evidence.workdir)
        named = tuple(self._below(folders))
        taken = False
        for path in (*files, *named):
            found = self._find(path)
            taken = taken or found is not None
            if found is None or path in self.found:
                continue
            if found.text is not None:
                self._add(path, found, line, shell=False)
            elif self.files is None and found.why:
                self.found[path] = Script.not_at_hand(path, line, found.why)
        given = any(is_task_file(posixpath.basename(words[0]), word) for word in words[1:]) if words else True
        if files and not taken and not given and self.files is None and not files[0].startswith("/etc/"):
            why = "is not in the build context, so nobody knows whether it calls uv"
            self.found.setdefault(files[0], Script.not_at_hand(files[0], line, why))

    def _below(self, folders: Sequence[str]) -> Iterator[str]:
        """The author's files in folders that a program reads whole."""
        for step in self.evidence.steps if folders and self.files is None else ():
            if step.keyword in ("COPY", "ADD") and step.instruction.flag("from") is None:
                given, target = sources(step)
                names = [posixpath.basename(word) for word in given] if target.endswith("/") else [""]
                yield from (target + name for name in names if target.startswith(tuple(folders)))
        for folder in folders:
            node = self.files.at(folder.rstrip("/")) if self.files is not None else None
            if self.files is not None and node is not None:
                yield from (self.files.path(below) for below in self.files.walk(node))

    def _take(
        self, word: str, line: int, *, must: bool, sure: bool, shell: bool = False, on_path: bool = False
    ) -> None:
        paths = [posixpath.normpath(posixpath.join(self.evidence.workdir, word))]
        if on_path:
            paths = [f"{folder}/{word}" for folder in _PATH]
        path, found = next(
            ((path, found) for path in paths if (found := self._find(path)) is not None), (paths[0], None)
        )
        if path in self.found:
            return
        if found is not None and found.text is not None:
            self._add(path, found, line, shell=shell)
        elif found is not None and must:
            self._miss(word, path, found, line)
        elif found is None and must and sure and self._is_missing(word, path, on_path=on_path):
            why = "is nowhere in the build context, so nobody knows whether it calls uv"
            self.found[path] = Script.not_at_hand(path, line, why)

    def _is_missing(self, word: str, path: str, *, on_path: bool) -> bool:
        """Is a file that nothing is known of a script all the same, as far as its name says?"""
        return (
            self.files is None and not self.env.holds(path) and is_script_by_name(word, path, on_path=on_path)
        )

    def _miss(self, word: str, path: str, found: Found, line: int) -> None:
        """A file that is there, but whose text is not at hand."""
        if self.files is None:
            if posixpath.basename(word) not in WRAPPERS:
                self.found[path] = Script.not_at_hand(path, line, found.why)
            return
        if not self._is_program(path):
            raise Refused(
                "R24",
                f"The image starts with {word}, whose text is neither in the build context nor at hand "
                "in the image, so nobody knows whether it calls uv. Name the context with --context.",
                line,
            )

    def _add(self, path: str, found: Found, line: int, *, shell: bool) -> None:
        text = found.text or ""
        shebang = _SHEBANG.match(text)
        interpreter = posixpath.basename(shebang[1]) if shebang else ""
        is_shell = interpreter in SHELLS or (not interpreter and (shell or path.endswith(".sh")))
        given = context_file(self.evidence, path)
        # What is no UTF-8 was read with replacements, which must not be written.
        source = given[0] if given is not None and given[1] == text and "\ufffd" not in text else None
        if source is None and is_cron(path) and (made_of := source_of(self.evidence, text)) is not None:
            source, text = made_of
        self.found[path] = Script(path, text, line, source, is_shell, written=found.written)
        script = read_script(text) if is_shell else None
        goes = script is not None and any(command.program == "cd" for command in script.commands)
        for command in script.commands if script is not None else ():
            words = tuple(word.text if word.literal else "" for word in command.words)
            self.look_at(words, line, sure=not goes)

    def _find(self, path: str) -> Found | None:
        """The author's own file at a path, outside the environment; None where there is none."""
        if path not in self._looked:
            self._looked[path] = self._look(path)
        return self._looked[path]

    def _look(self, path: str) -> Found | None:
        if self.env.holds(path):
            return None
        if self.files is None:
            return find_by_text(self.evidence, path)
        node = self.files.follow(path)
        if node is None:
            return None
        if self.files.layer(node) < self.files.base_layers:
            return self._of_base(path)
        if self.files.owner(node) not in ("app", "other"):
            return None
        text = self._stored(path)
        by_text = find_by_text(self.evidence, path)
        if text is None and by_text is not None:
            text = by_text.text
        return Found(text, by_text.written if by_text is not None else None)

    def _of_base(self, path: str) -> Found | None:
        """A script of the base that calls uv, which the new base lacks."""
        text = self._stored(path)
        if text is None or not text.startswith("#!"):
            return None
        return Found(text) if UV.search(text) and "\0" not in text else None

    def _stored(self, path: str) -> str | None:
        """What the image holds there; None where its contents are not at hand, or are no text."""
        store = self.evidence.store
        inode = self.files.inode_at(path) if self.files is not None else None
        if store is None or inode is None or not store.has(inode):
            return None
        data = store.read(inode, _MOST)
        return None if b"\0" in data[:1024] else data.decode("utf-8", "replace")

    def _is_program(self, path: str) -> bool:
        """Is it known to be a binary, which calls nothing by a text that could be changed?"""
        store = self.evidence.store
        inode = self.files.inode_at(path) if self.files is not None else None
        return store is not None and inode is not None and store.has(inode)
