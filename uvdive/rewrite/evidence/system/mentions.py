"""Programs and libraries that a text of the image names so that it may run or load them (R33, R57)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from uvdive.distro.needs import How
from uvdive.dockerfile.shell.commands import Script, program_words
from uvdive.dockerfile.shell.reading import read_script
from uvdive.rewrite.evidence.system.text_kinds import Kind, is_supervisors

_CALLS = (b"subprocess", b"Popen", b"os.system", b"which(", b"os.exec", b"spawn")
_PLUMBUM = re.compile(rb"\bplumbum\b")
_CALLED = re.compile(
    rb"\b(?:run|call|check_call|check_output|getoutput|getstatusoutput|Popen|system|popen|which|spawn\w{0,4}"
    rb"|exec[lv]p?e?|create_subprocess_exec|create_subprocess_shell|posix_spawnp?)\(\s{0,99}[\[(]?\s{0,99}"
    rb"[bfr]{0,2}[\"']([\w.+/-]{2,80})(?=[\"'\s])"
)
_FROM_SH = re.compile(rb"^from sh import ([\w, ]{1,200})$", re.MULTILINE)
_LITERAL = re.compile(rb"""["']([\w.+/-]{2,80})(?=["'\s])""")
_WHOLE = re.compile(rb"""["']([\w.+/-]{2,80})["']""")
_LOADS = (b"ctypes", b"dlopen", b"cdll", b"find_library")
_FFI = re.compile(rb"ffi\b")
_PART_OF_WORD = re.compile(rb"\w")
"""Plain words are looked for as such: one expression of many takes a minute over an environment's code."""
_LOADED = re.compile(rb"(?:find_library|dlopen|CDLL|LoadLibrary|load_library)\w{0,80}\(", re.IGNORECASE)
_ARGUMENTS = 300
"""How many bytes behind a call's name are its arguments, at most."""

_WORD = re.compile(rb"[\w.+/-]{2,80}")
_SHARED = re.compile(rb"lib[\w.+-]{1,80}\.so[\w.]{0,20}")
_COMMAND_KEY = re.compile(
    rb"""(?:^|[{,])[ \t-]{0,40}["']?[\w.-]{0,40}"""
    rb"""(?:command|cmd|exec\w{0,9}|program|run|shell|binary|bin|tool|path|script)"""
    rb"""["']?[ \t]{0,9}[:=][ \t]{0,9}[\[{]?[ \t]{0,9}["']?([\w.+/-]{2,80})""",
    re.MULTILINE | re.IGNORECASE,
)
_COMMAND_OF_PROGRAM = re.compile(rb"^[ \t]*command[ \t]*=(.*(?:\n[ \t]+\S.*)*)", re.MULTILINE)
_PASSES_ON = frozenset(
    (
        *("timeout", "gosu", "su-exec", "setpriv", "stdbuf", "watch", "flock", "tini", "dumb-init", "find"),
        *("parallel", "chroot", "runuser", "su", "ionice", "which", "type", "hash", "command", "setsid"),
    )
)
"""Programs of which any word may be a program that they start or look for."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a text. ``sure`` says that what stands there is surely a call or a load of it."""

    name: bytes
    how: How
    sure: bool


@dataclass(frozen=True, slots=True)
class Names:
    """What is looked for.

    Attributes:
        programs: their names.
        libraries: file names of libraries, and their stems with ``lib``.
        short: stems without ``lib``, of libraries that the linker finds by these alone.
        started: the words of the image's start commands.
    """

    programs: Mapping[bytes, str]
    libraries: Mapping[bytes, str]
    short: Mapping[bytes, str]
    started: frozenset[str]

    @property
    def any(self) -> bool:
        """Is there anything to look for?"""
        return bool(self.programs or self.libraries)

    def package(self, mention: Mention) -> str:
        """The package that a mention means."""
        if mention.how == "runs":
            return self.programs[mention.name]
        return self.libraries.get(mention.name) or self.short[mention.name]


def calls_programs(data: bytes) -> bool:
    """Does Python code start programs at all?"""
    if any(word in data for word in _CALLS):
        return True
    return b"plumbum" in data and _PLUMBUM.search(data) is not None


def _loads(data: bytes) -> bool:
    """Does Python code load libraries at all?"""
    lowered = data.lower()
    if any(word in lowered for word in _LOADS):
        return True
    # A word's beginning in front of the expression would keep it from looking for its letters first.
    return any(
        not start or _PART_OF_WORD.match(lowered, start - 1) is None
        for start in (match.start() for match in _FFI.finditer(lowered))
    )


def mentions(path: bytes, kind: Kind, data: bytes, names: Names) -> Iterator[Mention]:
    """What a text names, by its kind; more than once is possible."""
    if kind == "python":
        yield from _of_python(data, names)
    elif kind == "shell":
        sure = path.rpartition(b"/")[2].decode("utf-8", "replace") in names.started
        yield from (Mention(name, "runs", sure) for name in sorted(_of_shell(data) & names.programs.keys()))
    elif kind == "commands":
        found = b"\n".join(_COMMAND_OF_PROGRAM.findall(data)) if is_supervisors(path) else data
        lines = (line for line in found.splitlines() if not line.lstrip().startswith((b"#", b";")))
        words = _last_parts(_WORD.findall(b"\n".join(lines)))
        yield from (Mention(name, "runs", sure=True) for name in sorted(words & names.programs.keys()))
    else:
        words = _last_parts(_COMMAND_KEY.findall(data))
        yield from (Mention(name, "runs", sure=False) for name in sorted(words & names.programs.keys()))
        shared = set(_SHARED.findall(data))
        yield from (Mention(name, "loads", sure=False) for name in sorted(shared & names.libraries.keys()))


def quiet_mentions(data: bytes, names: Names) -> Iterator[Mention]:
    """Whole texts in quotes that are a program's name, in Python code that starts nothing itself."""
    for name in sorted(_last_parts(_WHOLE.findall(data)) & names.programs.keys()):
        yield Mention(name, "runs", sure=False)


def _of_python(data: bytes, names: Names) -> Iterator[Mention]:
    calls, loads = calls_programs(data), _loads(data)
    literals = _last_parts(_LITERAL.findall(data)) if calls or loads else set()
    if loads:
        loaded = b"\n".join(data[m.end() : m.end() + _ARGUMENTS] for m in _LOADED.finditer(data))
        near = _last_parts(_LITERAL.findall(loaded))
        for name in sorted(literals & names.libraries.keys()):
            yield Mention(name, "loads", sure=name in near)
        for name in sorted(near & names.short.keys()):
            yield Mention(name, "loads", sure=False)
    called = _last_parts(_CALLED.findall(data)) if calls else set()
    if b"from sh import" in data:
        called |= {word.strip() for line in _FROM_SH.findall(data) for word in line.split(b",")}
    for name in sorted(called & names.programs.keys()):
        yield Mention(name, "runs", sure=True)
    for name in sorted((literals - called) & names.programs.keys()) if calls else ():
        yield Mention(name, "runs", sure=False)


def _of_shell(data: bytes) -> set[bytes]:
    """The programs that a script calls, passes on or looks for; every word where it is not understood."""
    script = read_script(data.decode("utf-8", "replace"))
    if script is None:
        lines = (line.partition(b" #")[0] for line in data.splitlines() if not line.lstrip().startswith(b"#"))
        return _last_parts(_WORD.findall(b"\n".join(lines)))
    return _last_parts(word.encode("utf-8", "replace") for word in _called(script))


def _called(script: Script) -> Iterator[str]:
    for command in script.commands:
        words = [word.text for word in program_words(command)] or [word.text for word in command.words]
        yield from words[:1]
        if any(word.rpartition("/")[2] in _PASSES_ON for word in (*words[:1], *command.argv[:1])):
            yield from (part for word in (*words, *command.argv) for part in word.split())


def _last_parts(words: Iterator[bytes] | list[bytes]) -> set[bytes]:
    return {word.rpartition(b"/")[2] for word in words}
