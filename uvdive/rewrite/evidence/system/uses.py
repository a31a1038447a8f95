"""What the app's code and its packages' name of things that most apps have no use for (choice ``trim``).

Nothing is executed. A name only ever keeps something; whether what nobody names can go, the proof tells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from uvdive.base.progress import Note, OnEvent, ignore
from uvdive.image.table import NONE, Kind
from uvdive.ledger.marks.paths import Paths
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.reading.contents import ContentPlace, Contents, UnreadableError
from uvdive.ledger.reading.elf import debug_bytes
from uvdive.ledger.report import ImageReport
from uvdive.ledger.whose import is_apps
from uvdive.rewrite.evidence.system.mentions import Names, mentions
from uvdive.uv.cache import in_default_cache

MODULES = frozenset(
    (
        *("ensurepip", "idlelib", "lib2to3", "pip", "pkg_resources", "setuptools"),
        *("test", "tkinter", "turtle", "turtledemo", "venv", "wheel"),
    )
)
"""Modules of Python, and what comes with it, that are looked for by name."""

_PROGRAMS = {b"idle": "idlelib", b"idle3": "idlelib", b"pip": "pip", b"pip3": "pip", b"wheel": "wheel"}
_PYTHON, _VENV = OWNERS.index("python"), OWNERS.index("venv")
_LIBRARY = re.compile(rb"\.so(?:\.|$)")
_INSTALLED = (OWNERS.index("venv"), OWNERS.index("uv"))
_MOST = 1 << 20
_SITES = (b"/site-packages/", b"/dist-packages/")
_TESTS = re.compile(rb"/tests?/")
_NAMED = re.compile(
    rb"\b(?:" + b"|".join(sorted(each.encode() for each in (*MODULES, "idle3", "pip3", "tests"))) + rb")\b"
)
"""Most files have none of the words, and need no closer look."""

_NO_APP = frozenset((b"conftest.py", b"setup.py"))
"""What only a test run or a build reads."""

_IMPORT = re.compile(
    rb"^[ \t]{0,99}(?:from[ \t]{1,9}([\w.]{1,200})[ \t]{1,9}import[ \t]{1,9}"
    rb"(\([^)]{0,4000}\)|[^\n#;(]{0,400})|import[ \t]{1,9}([\w., \t]{1,400}))",
    re.MULTILINE,
)
_BY_NAME = re.compile(
    rb"\b(?:__import__|import_module|find_spec|run_module|importorskip)\(\s{0,99}[\"']([\w.]{1,200})[\"']"
)
_WITH_M = re.compile(rb"[\"']-m[\"']\s{0,99},\s{0,99}[\"']([\w.]{1,100})[\"']")
_IN_SHELL = re.compile(rb"(?<![\w-])-m[ \t]{1,9}([\w.]{1,100})")
_OF_TESTS = re.compile(rb"[\"']((?:[\w-]{1,100}[./]){0,9}tests(?:[./][\w./*-]{0,200})?)[\"']")
_POINTS = re.compile(rb"=[ \t]{0,9}([\w.]{1,200})")


@dataclass(slots=True)
class Uses:
    """Who names what; each by the first path that does.

    Attributes:
        modules: of ``MODULES``.
        tests: by the folder of an importable package, who names a folder of tests in it.
        stubs: who reads stubs (``*.pyi``); empty for nobody.
        catalogs: who reads the sources of message catalogs (``*.po``); empty for nobody.
        debug: by the path of a library of the packages, the bytes that only debuggers read.
        odd: a library of the packages that is no ELF file; empty for none.
    """

    modules: dict[str, str] = field(default_factory=dict)
    tests: dict[str, str] = field(default_factory=dict)
    stubs: str = ""
    catalogs: str = ""
    debug: dict[str, int] = field(default_factory=dict)
    odd: str = ""

    def name(self, module: str, by: str) -> None:
        """Note that a dotted module is named, where it is one that counts."""
        top = module.partition(".")[0]
        if top in MODULES:
            self.modules.setdefault(top, by)


class Asked:
    """What the app's code names, read when it is first asked for, as that takes a while.

    ``read`` reads it; None where nobody can.
    """

    def __init__(self, read: Callable[[], Uses | None]) -> None:
        self._read = read
        self._was_asked = False
        self.uses: Uses | None = None

    def ask(self) -> bool:
        """See that ``uses`` is what there is to know. Is that more than before?"""
        if self._was_asked:
            return False
        self._was_asked, self.uses = True, self._read()
        return self.uses is not None


def read_uses(report: ImageReport, place: ContentPlace, *, on_event: OnEvent = ignore) -> Uses:
    """Read the code of the app and of its environments.

    Raises:
        EngineError: the engine went away.
    """
    on_event(Note("Looking for what the app uses of Python and its packages"))
    with Contents(report.files, place) as contents:
        return _Reader(report, contents).uses


class _Reader:
    """One way through the code; ``uses`` grows on it."""

    def __init__(self, report: ImageReport, contents: Contents) -> None:
        self.report, self.table, self.contents = report, report.files, contents
        self.uses = Uses()
        for entry, path, installed in self._code():
            if b".so" in path.rpartition(b"/")[2]:
                self._library(entry, path)
                continue
            try:
                with contents.open(entry) as file:
                    data = file.read(_MOST)
            except UnreadableError:
                continue
            if path.endswith(b"/entry_points.txt"):
                self._points(path, data)
            elif path.endswith(b".py") or data.startswith(b"#!"):
                self._read(path, data, installed=installed)

    def _code(self) -> Iterator[tuple[int, bytes, bool]]:
        """The live files that may hold code of the app's (False) or of what is installed (True)."""
        table, mine, paths, owners = (
            self.table,
            is_apps(self.report),
            Paths(self.table),
            self.report.inode_owner,
        )
        for entry in table.live_entries():
            inode, node = table.entry_inode[entry], table.entry_node[entry]
            if inode == NONE or table.entry_kind[entry] != Kind.FILE or not mine(inode):
                continue
            name, owner = table.names[node], owners[inode]
            library = owner == _VENV and _LIBRARY.search(name) is not None
            named = library or name.endswith((b".py", b".sh")) or name == b"entry_points.txt"
            if owner == _PYTHON or not (named or (b"." not in name and table.entry_mode[entry] & 0o111)):
                continue
            path = paths.of(node)
            if not in_default_cache(path.decode("utf-8", "surrogateescape")) and name not in _NO_APP:
                yield entry, path, owner in _INSTALLED

    def _library(self, entry: int, path: bytes) -> None:
        """Note what of a library only debuggers read."""
        told = path.decode("utf-8", "replace")
        try:
            with self.contents.open(entry) as file:
                count = debug_bytes(file)
        except UnreadableError:
            count = None
        if count is None:
            self.uses.odd = self.uses.odd or told
        elif count:
            self.uses.debug[told] = count

    def _read(self, path: bytes, data: bytes, *, installed: bool) -> None:
        site = _site(path)
        if site and _TESTS.search(path, len(site)):
            return
        by = path.decode("utf-8", "replace")
        package = path[len(site) + 1 :].partition(b"/")[0].decode("utf-8", "replace") if site else ""
        if not self.uses.stubs and (b".pyi" in data or b"attach_stub" in data):
            self.uses.stubs = by
        if not self.uses.catalogs and b"/management/commands/" not in path and _reads_catalogs(data):
            self.uses.catalogs = by
        if _NAMED.search(data):
            self._names(path, package, data, by, installed=installed)

    def _names(self, path: bytes, package: str, data: bytes, by: str, *, installed: bool) -> None:
        own = package.partition(".")[0]
        for module in _modules(data, shell=not installed):
            if module.partition(".")[0] != own:
                self.uses.name(module, by)
        kind: Literal["python", "shell"] = (
            "python" if path.endswith(b".py") or b"python" in data[:99] else "shell"
        )
        for mention in mentions(path, kind, data, Names(_PROGRAMS, {}, {}, frozenset())):
            if (mention.sure or not installed) and _PROGRAMS[mention.name] != own:
                self.uses.name(_PROGRAMS[mention.name], by)
        if b"tests" in data:
            self._tests(package, data, by)

    def _tests(self, package: str, data: bytes, by: str) -> None:
        """Note the packages whose folders of tests this file names."""
        for dotted in _dotted(data):
            parts = dotted.split(".")
            if "tests" in parts[1:]:
                self.uses.tests.setdefault(parts[0] or package, by)
        for match in _OF_TESTS.finditer(data):
            parts = re.split(r"[./]", match[1].decode("utf-8", "replace"))
            names = {parts[0]} if "tests" in parts[1:] else set()
            if package and (parts[0] == "tests" or b"/" in match[1]):
                names.add(package)
            for name in names:
                self.uses.tests.setdefault(name, by)

    def _points(self, path: bytes, data: bytes) -> None:
        """Entry points are named in a list of a distribution, and imported from there."""
        by = path.decode("utf-8", "replace")
        for match in _POINTS.finditer(data):
            parts = match[1].decode("utf-8", "replace").split(".")
            self.uses.name(match[1].decode("utf-8", "replace"), by)
            if "tests" in parts:
                self.uses.tests.setdefault(parts[0], by)


def _site(path: bytes) -> bytes:
    """The folder of packages that a path lies in, without a slash at its end; empty for none."""
    ends = [path.rfind(site) + len(site) - 1 for site in _SITES if site in path]
    return path[: max(ends)] if ends else b""


def _dotted(data: bytes) -> Iterator[str]:
    """The dotted names that import statements name, relative ones with their leading dots as one."""
    for match in _IMPORT.finditer(data):
        if match[3] is not None:
            yield from (
                each.partition(b" as ")[0].strip().decode("utf-8", "replace") for each in match[3].split(b",")
            )
            continue
        module = match[1].decode("utf-8", "replace")
        module = f".{module.lstrip('.')}" if module.startswith(".") else module
        yield module
        for name in match[2].strip(b"() \t\n").split(b","):
            yield f"{module.rstrip('.')}.{name.partition(b' as ')[0].strip().decode('utf-8', 'replace')}"
    for match in _BY_NAME.finditer(data):
        yield match[1].decode("utf-8", "replace")


def _modules(data: bytes, *, shell: bool) -> Iterator[str]:
    """The modules that code imports or starts; ``shell``: also by plain words of a command."""
    yield from _dotted(data)
    for expression in (_WITH_M, *((_IN_SHELL,) if shell else ())):
        yield from (match[1].decode("utf-8", "replace") for match in expression.finditer(data))


def _reads_catalogs(data: bytes) -> bool:
    return b'.po"' in data or b".po'" in data or b"pofile" in data or b"polib" in data
