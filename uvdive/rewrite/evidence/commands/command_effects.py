"""What the commands of a script write, read from their words (R34).

In come parts of a script and where they run, out goes an ``Effects``. Programs that are not known
may write anything.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from uvdive.distro.places import is_shared, is_top
from uvdive.dockerfile.shell.commands import SHELLS, Command, Part, Word, argument_of, program_words
from uvdive.rewrite.evidence.commands.effects import Effects
from uvdive.rewrite.evidence.commands.shell_words import UNKNOWN, Values, absolute, texts

_SILENT = frozenset({"/dev/null", "/dev/stderr", "/dev/stdout", "/dev/tty"})
_VALUES: Mapping[str, frozenset[str]] = {
    "mkdir": frozenset({"-m", "--mode"}),
    "touch": frozenset({"-d", "-t", "-r", "--date", "--reference"}),
    "truncate": frozenset({"-s", "-r", "--size"}),
    "install": frozenset({"-m", "-o", "-g", "--mode", "--owner", "--group", "-S"}),
    "mknod": frozenset({"-m"}),
    "mkfifo": frozenset({"-m"}),
    "sed": frozenset({"-e", "-f", "--expression", "--file"}),
}
_MADE = frozenset({"mkdir", "touch", "truncate", "mkfifo", "mknod", "tee", "fallocate"})
_OWNERSHIP = frozenset({"chown", "chmod", "chgrp", "setfacl", "setcap"})
_COPIES = frozenset({"cp", "mv", "install", "ln", "rsync"})
_GONE = frozenset({"rm", "rmdir", "unlink"})
_RECURSES = re.compile(r"-[a-zA-Z]*R[a-zA-Z]*|--recursive")
TALKERS = frozenset(
    ("echo", "printf", "cat", "tee", "sed", "awk", "tr", "cut", "sort", "uniq", "head", "tail")
)
QUERIES = frozenset(
    (
        *("true", "false", ":", "test", "[", "[[", "getent", "id", "which", "type", "uname", "date", "ls"),
        *("grep", "egrep", "sleep", "read", "basename", "dirname", "dpkg-query", "apt-cache", "nproc"),
        *("arch", "ldd", "lsb_release", "exit", "stat", "wc", "pwd", "whoami", "tty", "local", "return"),
    )
)
STATE = frozenset({"set", "export", "cd", "umask", "shopt", "unset", "declare", "readonly", "trap"})
INSTALLERS = frozenset({"uv", "uvx", "pip", "pip3", "pipx"})
_QUIET = frozenset(
    (
        *(TALKERS - {"sed", "tee"}),
        *QUERIES,
        *STATE,
        *(
            "dpkg",
            "sync",
            "sha256sum",
            "sha512sum",
            "md5sum",
            "readlink",
            "realpath",
            "env",
            "command",
            "hash",
        ),
        *("expr", "seq", "file", "find", "apt-mark"),
    )
)
"""They write nothing but their output."""
GIT_SETTINGS = re.compile(r"(?:config|lfs install)\b(?=.*--(?:system|global)\b)|lfs install$")
"""Commands of git that write settings of the system, or of the user."""

GIT_ASKS = frozenset({"rev-parse", "describe", "log", "status", "show", "diff", "ls-files", "rev-list"})
_UV_ZONES = ("/root", "/home", "/usr/local", "/opt", "/tmp")  # noqa: S108 - paths of the image
_ANYTHING = re.compile(r"\b(?:run|x|exec)\b")
_CRONTABS = ("/var/spool/cron/crontabs", "/var/spool/cron/crontabs/*", "/etc/crontabs/*")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a RUN begins: its folder and the home of its user."""

    folder: str
    home: str


def effects_of(command: Command) -> Effects:
    """What one command writes, wherever it stands: relative paths and variables count as unknown."""
    reader = _Reader({}, Place(UNKNOWN, UNKNOWN))
    reader.read(command, made=False)
    return reader.taken()


def effects_of_parts(
    parts: Sequence[Part], values: Values, place: Place, *, made: bool = False
) -> list[Effects]:
    """What each part of a script writes, in their order.

    Args:
        parts: all of the script, for the folder changes from one to the next.
        values: of the variables.
        place: where the script begins.
        made: only what is made or written anew, not what only gets another owner or mode.
    """
    reader = _Reader(values, place)
    found = []
    for part in parts:
        folder = reader.folder
        for command in part.commands:
            reader.read(command, part.commands, made=made)
        if any(command.nested in ("subshell", "command_substitution") for command in part.commands):
            reader.folder = folder
        found.append(reader.taken())
    return found


def _operands(program: str, words: Sequence[Word]) -> list[Word]:
    """The words behind a program that are neither options nor their values."""
    with_value = _VALUES.get(program, frozenset())
    found: list[Word] = []
    skip = ended = False
    for word in words:
        if skip:
            skip = False
        elif not ended and word.text == "--":
            ended = True
        elif not ended and word.text.startswith("-") and word.text != "-":
            skip = word.text in with_value
        else:
            found.append(word)
    return found


def _makes_folders(words: Sequence[Word]) -> bool:
    return any(re.fullmatch(r"-[a-zA-Z]*d[a-zA-Z]*|--directory", word.text) for word in words)


def copied(command: Command) -> list[str]:
    """What ``cp``, ``mv``, ``install`` and ``ln`` take, which has to be there where they run.

    The target of a symbolic link need not.
    """
    words = list(program_words(command))
    program, rest = words[0].text.rsplit("/", 1)[-1], words[1:]
    symbolic = program == "ln" and any(re.match(r"-[a-zA-Z]*s|--symbolic", word.text) for word in rest)
    if program not in _COPIES or symbolic or (program == "install" and _makes_folders(rest)):
        return []
    given = [word.text for word in _operands(program, rest)]
    into = any(word.text in ("-t", "--target-directory") for word in rest)
    return given[1:] if into else given[:-1]


class _Reader:
    """Goes through commands in order; ``folder`` is the one that they stand in."""

    def __init__(self, values: Values, place: Place) -> None:
        self.values, self.home, self.folder = values, place.home, place.folder
        self.named: list[tuple[str, bool]] = []
        self.zones: list[str] = []

    def taken(self) -> Effects:
        """What the commands read since the last time write."""
        found = Effects(tuple(dict.fromkeys(self.named)), tuple(dict.fromkeys(self.zones)))
        self.named, self.zones = [], []
        return found

    def read(self, command: Command, beside: Sequence[Command] = (), *, made: bool) -> None:
        words = list(program_words(command))
        program = words[0].text.rsplit("/", 1)[-1] if words and words[0].literal else ""
        if program == "cd":
            self.folder = next(self._paths(words[1:2]), self.home)
        for output in command.outputs:
            if output not in _SILENT:
                self._name([self._path(text) for text in texts(output, self.values)])
        if not words:
            return
        if program in SHELLS and beside and self._reads_inside(command, beside):
            return
        piped = command.words[0].text.rsplit("/", 1)[-1] == "xargs"
        if piped and program not in _QUIET and program not in _GONE:
            self.zones.append("/")
        elif not (made and program in _OWNERSHIP):
            self._program(program, words[1:])

    @staticmethod
    def _reads_inside(command: Command, beside: Sequence[Command]) -> bool:
        """Are the commands of ``sh -c TEXT`` known, so that they say for themselves what they write?"""
        text = argument_of(command.words)
        return text is not None and any(each.start == text.start and each.nested for each in beside)

    def _program(self, program: str, words: Sequence[Word]) -> None:
        handlers: dict[str, Callable[[Sequence[Word]], None]] = {
            **dict.fromkeys(_OWNERSHIP, self._owned),
            **dict.fromkeys(_MADE, lambda given: self._name(self._paths(_operands(program, given)))),
            **dict.fromkeys(_COPIES, partial(self._copied, program)),
            **dict.fromkeys(("curl", "wget"), partial(self._fetched, program)),
            **dict.fromkeys(("tar", "unzip"), self._unpacked),
            **dict.fromkeys(INSTALLERS, self._by_uv),
            "git": self._git,
            "sed": self._in_place,
            "find": self._found,
            "crontab": lambda _: self._name(_CRONTABS),
        }
        if program in handlers:
            handlers[program](words)
        elif program not in _QUIET and program not in _GONE:
            self.zones.append("/")

    def _owned(self, words: Sequence[Word]) -> None:
        given = [word for word in words if not word.text.startswith("-")]
        by_reference = any(word.text.startswith("--reference") for word in words)
        below = any(_RECURSES.fullmatch(word.text) for word in words)
        self._name(self._paths(given if by_reference else given[1:]), below=below)

    def _copied(self, program: str, words: Sequence[Word]) -> None:
        """`cp`, `mv`, `install`, `ln`: a name, or names in a folder."""
        given = _operands(program, words)
        if program == "install" and _makes_folders(words):
            self._name(self._paths(given))
            return
        into = next(
            (words[i + 1] for i, w in enumerate(words[:-1]) if w.text in ("-t", "--target-directory")), None
        )
        if into is not None:
            given = [word for word in given if word is not into]
        elif len(given) > 1:
            into = given.pop()
        targets = [self.folder] if into is None else list(self._paths([into]))
        below = program != "ln"
        if into is not None and len(given) < 2:
            self._name(targets)
            if below and not into.text.endswith("/"):
                # Whether it is a folder that was there before, or the copy's own name, only the image tells.
                self.zones += [target for target in targets if target.count("/") > 1 and not is_top(target)]
        sources = [posixpath.basename(text.rstrip("/")) for w in given for text in self._texts(w)]
        self._name([self._in(target, name) for target in targets for name in sources if name], below=below)
        if below and any(text.endswith(("/.", "/")) or "*" in text for w in given for text in self._texts(w)):
            self.zones += [_before(target) for target in targets]

    def _in_place(self, words: Sequence[Word]) -> None:
        if any(re.match(r"-\w*i|--in-place", word.text) for word in words):
            given = _operands("sed", words)
            scripted = any(word.text in ("-e", "-f") or word.text.startswith("--expr") for word in words)
            self._name(self._paths(given if scripted else given[1:]))

    def _fetched(self, program: str, words: Sequence[Word]) -> None:
        named = False
        for index, word in enumerate(words[:-1]):
            into = re.fullmatch(r"-\w*o" if program == "curl" else r"-\w*O", word.text)
            if into or word.text in ("--output", "--output-document"):
                named = True
                if words[index + 1].text != "-":
                    self._name(self._paths(words[index + 1 : index + 2]))
        glued = (re.fullmatch(r"-\w*?O(.+)", w.text) for w in words if program == "wget")
        attached = [match[1] for match in glued if match is not None]
        self._name([self._path(text) for text in attached if text != "-"])
        saves = program == "wget" or any(re.fullmatch(r"-\w*O|--remote-name", word.text) for word in words)
        if saves and not named and not attached:
            self.zones.append(_before(self.folder))

    def _unpacked(self, words: Sequence[Word]) -> None:
        """`tar`, `unzip`: anything in the folder that they unpack into."""
        into = [words[i + 1] for i, w in enumerate(words[:-1]) if w.text in ("-C", "-d", "--directory")]
        into += [
            Word(w.text.partition("=")[2], w.start, w.end, w.literal)
            for w in words
            if w.text.startswith("--directory=")
        ]
        folders = list(self._paths(into)) if into else [self.folder]
        self.zones += [_before(folder) for folder in folders]

    def _git(self, words: Sequence[Word]) -> None:
        said = " ".join(word.text for word in words)
        if GIT_SETTINGS.match(said):
            file = "/etc/gitconfig" if "--system" in said else f"{self.home}/.gitconfig"
            self._name([file])
        elif not words or words[0].text not in GIT_ASKS:
            self.zones.append("/")

    def _found(self, words: Sequence[Word]) -> None:
        if {"-exec", "-execdir", "-ok"} & {word.text for word in words}:
            ends = next((i for i, w in enumerate(words) if w.text.startswith(("-", "("))), len(words))
            self.zones += [_before(path) for path in self._paths(words[:ends])] or [_before(self.folder)]

    def _by_uv(self, words: Sequence[Word]) -> None:
        """What uv and pip write: environments, caches, programs; what they start may write anything."""
        named = [word.text for word in words if not word.text.startswith("-")]
        if named and _ANYTHING.fullmatch(named[0]):
            self.zones.append("/")
            return
        self.zones += [*_UV_ZONES, _before(self.folder)]
        variables = (
            "UV_PROJECT_ENVIRONMENT",
            "VIRTUAL_ENV",
            "UV_CACHE_DIR",
            "UV_TOOL_DIR",
            "UV_TOOL_BIN_DIR",
        )
        known = (text for name in (*variables, "UV_PYTHON_INSTALL_DIR") for text in self.values.get(name, ()))
        self.zones += [_before(self._path(text)) for text in known if text]
        self.zones += [_before(self._path(word.text)) for word in words if word.text.startswith("/")]

    def _texts(self, word: Word) -> Iterator[str]:
        return texts(word.text, self.values, literal=word.literal)

    def _path(self, text: str) -> str:
        return absolute(text, self.folder, self.home)

    def _paths(self, words: Iterable[Word]) -> Iterator[str]:
        return (self._path(text) for word in words for text in self._texts(word))

    @staticmethod
    def _in(folder: str, name: str) -> str:
        return UNKNOWN if folder.startswith(UNKNOWN) else posixpath.join(folder, name)

    def _name(self, paths: Iterable[str], *, below: bool = False) -> None:
        """Note paths; one that is partly unknown is a zone, and so are a whole top folder's files."""
        for path in paths:
            if UNKNOWN in path:
                self.zones.append(_before(path))
            elif below and (path == "/" or (is_shared(path) and path.count("/") == 1)):
                self.named.append((path, False))
                self.zones.append(path)
            else:
                self.named.append((path, below))


def _before(path: str) -> str:
    """The folder that surely holds whatever a path with unknown parts means."""
    known = path.partition(UNKNOWN)[0]
    return known if known == path else posixpath.dirname(known) or "/"
