"""Files that run when the container starts, as far as the start commands name them (R24, R51)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from uvdive.dockerfile.commands import SHELLS
from uvdive.dockerfile.shell import read_script
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.evidence.context_files import context_file, heredoc_text, sources
from uvdive.rewrite.evidence.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Refused
from uvdive.rewrite.start.crontab import is_cron, source_of
from uvdive.rewrite.start.shell_edit import WRAPPERS, still_calls
from uvdive.rewrite.start.task_files import files_of
from uvdive.rewrite.start.uv_run import UV

_SHEBANG = re.compile(r"#!\s*(?:/usr/bin/env\s+(?:-S\s+)?)?(\S+)")
# In other languages only a list or a text that is a command counts: prose says "uv" too.
_IN_CODE = re.compile(r"""["'`]uvx?["'`]\s*,|["'`](?:uv\s+(?:run|sync|pip|tool|add)|uvx)\s""")
_IN_SETTINGS = re.compile(
    r"^(?!\s*[#;]).*?(?<![\w./-])(?:/\S*/)?(?:uv\s+(?:run|sync|pip|tool|add)|uvx)\s", re.MULTILINE
)
_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_CODE = (".py", ".js", ".ts", ".rb", ".pl", ".php")
_MOST = 64 << 10


@dataclass(frozen=True, slots=True)
class Script:
    """A text that runs at start. ``line`` is the instruction that starts it.

    ``source`` is the context's file with the same text, or None; ``is_shell`` says
    whether it is shell code.
    """

    path: str
    text: str
    line: int
    source: str | None
    is_shell: bool

    @property
    def mentions_uv(self) -> bool:
        """Does it call uv, as far as its kind of text tells?"""
        if self.is_shell:
            return still_calls(self.text, UV)
        pattern = _IN_CODE if self.path.endswith(_CODE) or "python" in self.text[:40] else _IN_SETTINGS
        return bool(pattern.search(self.text))


class Finder:
    """Collects the scripts behind start commands, and those that they start."""

    def __init__(self, evidence: Evidence, env: EnvironmentFacts, files: Files | None) -> None:
        self.evidence, self.env, self.files = evidence, env, files
        self.found: dict[str, Script] = {}

    def look_at(self, words: Sequence[str], line: int) -> None:
        """Take the scripts that a command starts or reads.

        Raises:
            Refused: R24, a start script's text is not at hand.
        """
        program = posixpath.basename(words[0]) if words else ""
        shell = program in SHELLS or program in (".", "source")
        for index, word in enumerate(words):
            if not word or word.startswith(("-", "$")) or "://" in word or "\n" in word:
                continue
            if index == 0 or program in WRAPPERS:
                self._take(word, line, must=True, shell=False)
            else:
                self._take(word, line, must=shell, shell=shell)
                shell = False

        files, folders = files_of(words, self.evidence.workdir)
        for path in (*files, *self._below(folders)):
            if self._is_own(path) and path not in self.found and (text := self._text(path)) is not None:
                self._add(path, text, line, shell=False)

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

    def _take(self, word: str, line: int, *, must: bool, shell: bool) -> None:
        paths = [posixpath.normpath(posixpath.join(self.evidence.workdir, word))]
        if "/" not in word and must and not shell:
            paths = [f"{folder}/{word}" for folder in _PATH]
        path = next((path for path in paths if self._is_own(path)), None)
        if path is None or path in self.found:
            return
        text = self._text(path)
        if text is None:
            if must and not self._is_program(path):
                raise Refused(
                    "R24",
                    f"The image starts with {word}, whose text is neither in the build context nor at hand "
                    "in the image, so nobody knows whether it calls uv. Name the context with --context.",
                    line,
                )
            return
        self._add(path, text, line, shell=shell)

    def _add(self, path: str, text: str, line: int, *, shell: bool) -> None:
        shebang = _SHEBANG.match(text)
        interpreter = posixpath.basename(shebang[1]) if shebang else ""
        is_shell = interpreter in SHELLS or (not interpreter and (shell or path.endswith(".sh")))
        given = context_file(self.evidence, path)
        source = given[0] if given is not None and given[1] == text else None
        if source is None and is_cron(path) and (made_of := source_of(self.evidence, text)) is not None:
            source, text = made_of
        self.found[path] = Script(path, text, line, source, is_shell)
        script = read_script(text) if is_shell else None
        for command in script.commands if script is not None else ():
            self.look_at(tuple(word.text if word.literal else "" for word in command.words), line)

    def _is_own(self, path: str) -> bool:
        """Did the author's own instructions put a file there, outside the environment?"""
        if self.env.holds(path):
            return False
        if self.files is None:
            return bool(context_file(self.evidence, path) or heredoc_text(self.evidence, path))
        node = self.files.follow(path)
        if node is None or self.files.layer(node) < self.files.base_layers:
            return False
        return self.files.owner(node) in ("app", "other")

    def _text(self, path: str) -> str | None:
        """What the image holds there, else what the context has."""
        store = self.evidence.store
        inode = self.files.inode_at(path) if self.files is not None else None
        if store is not None and inode is not None and store.has(inode):
            data = store.read(inode, _MOST)
            return None if b"\0" in data[:1024] else data.decode("utf-8", "replace")
        found = context_file(self.evidence, path)
        return found[1] if found is not None else heredoc_text(self.evidence, path)

    def _is_program(self, path: str) -> bool:
        """Is it known to be a binary, which calls nothing by a text that could be changed?"""
        store = self.evidence.store
        inode = self.files.inode_at(path) if self.files is not None else None
        return store is not None and inode is not None and store.has(inode)
