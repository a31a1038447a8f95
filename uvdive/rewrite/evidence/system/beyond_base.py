"""What an app needs of the system that a smaller base lacks: libraries by ELF headers, data by places (R63).

Nothing is executed. The images are read side by side: what the build has, and what the base has.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from uvdive.base.paths import is_below, raw
from uvdive.base.progress import Note, OnEvent, ignore
from uvdive.image.resolve import resolve
from uvdive.image.table import NONE, Kind
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.reading.contents import ContentPlace, Contents, UnreadableError
from uvdive.ledger.reading.elf import Elf
from uvdive.ledger.reading.linker import Linker
from uvdive.ledger.report import Environment, ImageReport
from uvdive.ledger.whose import is_apps, os_package
from uvdive.rewrite.evidence.system.os_needs import Need

_LEAST_ELF = 64
_PYTHON, _APP = OWNERS.index("python"), OWNERS.index("app")
_MOST = 1 << 20
_IN_SHELL = re.compile(
    rb"\bos\.(?:system|popen)\(|\bshell[ \t]{0,9}=[ \t]{0,9}True|\bget(?:status)?output\("
    rb"|\bcreate_subprocess_shell\("
)
_FINDS = re.compile(rb"\bfind_library\(")
_SYSTEM_LIBRARIES = re.compile(r"(?:/usr)?/lib(?:32|64)?(?:/[\w-]+-linux-(?:gnu|musl)\w*)?/[^/]+")
"""Where the loader looks by itself, so that it finds a library in ``/usr/lib`` just as well."""

_NOWHERE = "nobody has it"

DATA = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/usr/share/zoneinfo",
    "/etc/nsswitch.conf",
    "/etc/services",
    "/etc/protocols",
    "/etc/mime.types",
    "/usr/lib/locale/locale-archive",
    "/usr/lib/x86_64-linux-gnu/gconv",
    "/usr/lib/aarch64-linux-gnu/gconv",
)
"""What Python and C libraries look up by these names: certificates, time zones, names, locales, charsets."""

_OPENSSL_LOOKS = "/usr/lib/ssl/certs"
_OPENSSL = ("/usr/lib/ssl", "/etc/ssl/openssl.cnf")
"""Where Debian's OpenSSL, and so Python's ``ssl.get_default_verify_paths()``, looks: links into /etc/ssl.

They are of the package openssl, not of the library's. A base that says SSL_CERT_FILE needs none.
"""


@dataclass(frozen=True, slots=True)
class Brought:
    """Something of the build that the base lacks.

    ``path`` is where it lies in the build, ``to`` where the final image needs it; ``package`` is the OS
    package that brought it, empty for none, ``size`` its bytes, ``by`` what needs it (a path, a setting).
    """

    path: str
    to: str
    package: str
    size: int
    by: str


@dataclass(frozen=True, slots=True)
class Needed:
    """What some files need: what is to be brought, and why the base will not do, if it will not.

    ``nowhere`` are files that need a library which the build lacks too, each with its name.
    """

    brought: tuple[Brought, ...] = ()
    unfit: tuple[str, ...] = ()
    nowhere: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class BeyondBase:
    """What a base lacks.

    Attributes:
        app: what the app's and its environments' files need.
        python: what the interpreter's own files need.
        data: what of ``DATA`` and of OpenSSL's folder the build has and the base has not.
        by_name: of each OS package the libraries that a program may load by name, with what they need.
        libc: the C library of the base, ``gnu`` or ``musl``; empty where it has none.
        in_shell: files of the app's own Python code that give commands to a shell.
        finders: Python files, the app's or of what loads libraries, that ask ldconfig for one.
    """

    app: Needed = Needed()
    python: Needed = Needed()
    data: tuple[Brought, ...] = ()
    by_name: dict[str, Needed] = field(default_factory=dict)
    libc: str = ""
    in_shell: tuple[str, ...] = ()
    finders: tuple[str, ...] = ()


def read_beyond(
    images: tuple[tuple[ImageReport, ContentPlace], ...],
    base: tuple[ImageReport, ContentPlace],
    loads: Collection[Need] = (),
    *,
    on_event: OnEvent = ignore,
) -> BeyondBase:
    """Look up what the app needs and a base lacks.

    Args:
        images: what the build has: the original last; in front of it the image that the build starts from,
            where that is another one, whose Python is the app's then.
        base: the image that the final one is to stand on.
        loads: the needs of packages that a program loads libraries of by their names.
        on_event: gets a Note.

    Raises:
        EngineError: the engine went away.
    """
    on_event(Note(f"Looking for what {base[0].image.reference} lacks"))
    with contextlib.ExitStack() as stack:

        def opened(report: ImageReport, place: ContentPlace) -> _Image:
            return _Image(report, stack.enter_context(Contents(report.files, place)))

        builds, below = [opened(*each) for each in images], opened(*base)
        looked = _Lookup(builds, below)
        return BeyondBase(
            looked.needs(builds[-1], builds[-1].elves(python=False)),
            looked.needs(builds[0], builds[0].elves(python=True)),
            tuple(_data(builds, below)),
            {
                name: looked.needs(builds[-1], builds[-1].libraries(name))
                for name in sorted({need.package for need in loads})
            },
            libc_of(base[0]),
            tuple(builds[-1].texts(_IN_SHELL, ())),
            tuple(builds[-1].texts(_FINDS, _loaders(builds[-1].report, loads))),
        )


def _loaders(report: ImageReport, loads: Collection[Need]) -> tuple[str, ...]:
    """The Python files and folders that load libraries by name: named ones, a distribution's modules."""
    found = {need.by for need in loads if need.by.startswith("/")}
    names = {need.by for need in loads} - found
    for environment in report.environments:
        modules = {m for each in environment.distributions if each.name in names for m in each.modules}
        found |= {f"{site}/{name}" for site in sites_of(environment) for name in modules}
    return tuple(sorted(found))


def sites_of(environment: Environment) -> tuple[str, ...]:
    """Where an environment's packages lie."""
    minor = ".".join((environment.python or "").split(".")[:2])
    return (f"{environment.path.rstrip('/')}/lib/python{minor}/site-packages",)


def libc_of(report: ImageReport) -> str:
    """The C library of an image, by its loader: ``gnu`` or ``musl``; empty where there is none."""
    for folder in (b"/lib", b"/lib64", b"/usr/lib", b"/usr/lib64"):
        node = resolve(report.files, folder).node
        for child in () if node is None else report.files.children(node):
            name = report.files.names[child]
            if report.files.visible(child) is not None and name.startswith((b"ld-musl-", b"ld-linux")):
                return "musl" if name.startswith(b"ld-musl-") else "gnu"
    triplets = (b"/lib/x86_64-linux-gnu", b"/lib/aarch64-linux-gnu")
    found = (resolve(report.files, folder + b"/libc.so.6").node for folder in triplets)
    return "gnu" if any(node is not None for node in found) else ""


class _Image:
    """One image whose files can be read."""

    def __init__(self, report: ImageReport, contents: Contents) -> None:
        self.report, self.table, self.contents = report, report.files, contents
        self.linker = Linker(report, contents)

    def elves(self, *, python: bool) -> Iterator[int]:
        """The live files that may be ELF, of Python itself or of the app and its environments."""
        table, mine, owners = self.table, is_apps(self.report), self.report.inode_owner
        for entry in table.live_entries():
            inode = table.entry_inode[entry]
            if inode == NONE or table.entry_size[entry] < _LEAST_ELF or not mine(inode):
                continue
            if (owners[inode] == _PYTHON) != python or os_package(self.report, inode) is not None:
                continue
            if b".so" in table.names[table.entry_node[entry]] or table.entry_mode[entry] & 0o111:
                yield entry

    def texts(self, pattern: re.Pattern[bytes], also: Collection[str]) -> Iterator[str]:
        """The Python files that hold something: the app's own, and those at and below some paths."""
        table, owners = self.table, self.report.inode_owner
        for entry in table.live_entries():
            inode = table.entry_inode[entry]
            if inode == NONE or not table.names[table.entry_node[entry]].endswith(b".py"):
                continue
            path = self.path(entry)
            stem = path.removesuffix(".py")
            if owners[inode] != _APP and not any(is_below(path, top) or stem == top for top in also):
                continue
            with contextlib.suppress(UnreadableError), self.contents.open(entry) as file:
                if pattern.search(file.read(_MOST)):
                    yield path

    def libraries(self, package: str) -> Iterator[int]:
        """The libraries of a package that lie where the loader finds them by name."""
        for entry in self.table.live_entries():
            inode, path = self.table.entry_inode[entry], self.path(entry)
            library = inode != NONE and ".so" in path and _SYSTEM_LIBRARIES.fullmatch(path)
            if library and os_package(self.report, inode) == package:
                yield entry

    def path(self, entry: int) -> str:
        return _text(self.table.path(self.table.entry_node[entry]))

    def elf(self, entry: int) -> Elf | None:
        try:
            return self.linker.elf(entry)
        except UnreadableError:
            return None

    def comes_along(self, entry: int) -> bool:
        """Does a library come along with the app or its environment? Python's own go by name."""
        inode = self.table.entry_inode[entry]
        mine = is_apps(self.report)(inode) and os_package(self.report, inode) is None
        return mine and not self.is_pythons(entry)

    def is_pythons(self, entry: int) -> bool:
        """Is a file the interpreter's own?"""
        inode = self.table.entry_inode[entry]
        return self.report.inode_owner[inode] == _PYTHON and os_package(self.report, inode) is None

    def real(self, path: bytes) -> str:
        """A path with its folder as it is without links: ``/usr/lib/x.so.1`` of ``/lib/x.so.1``."""
        folder, _, name = path.rpartition(b"/")
        node = resolve(self.table, folder).node
        return _text(path if node is None else self.table.path(node) + b"/" + name)

    def package(self, entry: int) -> str:
        inode = self.table.entry_inode[entry]
        return (None if inode == NONE else os_package(self.report, inode)) or ""


class _Lookup:
    """Follows what files need through the images, as the loader of the final image will."""

    def __init__(self, builds: list[_Image], base: _Image) -> None:
        self._builds, self._base = builds, base

    def needs(self, image: _Image, entries: Iterator[int]) -> Needed:
        """What files of an image need that the base lacks, with all that this needs in turn."""
        brought: dict[str, Brought] = {}
        unfit: dict[str, None] = {}
        nowhere: dict[str, str] = {}
        pythons: dict[str, Brought] = {}
        pending = [(image, entry, "") for entry in entries]
        seen: set[tuple[int, int]] = set()
        while pending:
            where, entry, by = pending.pop()
            if (id(where), entry) in seen or (elf := where.elf(entry)) is None:
                continue
            seen.add((id(where), entry))
            path = where.path(entry)
            for name in elf.needed:
                found = self._lacking(where, elf, path, name)
                if found == _NOWHERE:
                    nowhere.setdefault(path, name)
                elif isinstance(found, str):
                    unfit.setdefault(f"{path} {found}")
                elif found is not None:
                    source, asked, to, library = found
                    size = source.table.entry_size[library]
                    one = Brought(asked, to, source.package(library), size, by or path)
                    own = to != asked and source.is_pythons(library)
                    (pythons if own else brought).setdefault(to, one)
                    pending.append((source, library, by or path))
            if by == "" and os_package(image.report, image.table.entry_inode[entry]) is not None:
                self._add(brought, image, entry, path)
        # What the interpreter finds by its own folders is loaded before any module asks for it.
        brought |= {to: one for to, one in pythons.items() if one.path not in brought}
        return Needed(tuple(brought[to] for to in sorted(brought)), tuple(unfit), tuple(nowhere.items()))

    def _add(self, brought: dict[str, Brought], image: _Image, entry: int, path: str) -> None:
        """A library that is loaded by name: under each name that it has, unless the base has that."""
        elf = image.elf(entry)
        for name in _names(image, entry) if elf is not None else ():
            if elf is not None and self._base.linker.in_system(elf.machine, name) is None:
                to, size = f"/usr/lib/{name}", image.table.entry_size[entry]
                folder = path.rpartition("/")[0]
                brought.setdefault(to, Brought(f"{folder}/{name}", to, image.package(entry), size, ""))

    def _lacking(
        self, image: _Image, elf: Elf, path: str, name: str
    ) -> tuple[_Image, str, str, int] | str | None:
        """Where a library comes from that the base lacks, and where it has to be.

        None: the base has it, or it comes along with the app. A text says why the base's own will not
        do, or that nobody has any.
        """
        spelled = raw(path)
        near = image.linker.in_search(elf, spelled, name)
        if near is not None:
            asked = _text(near[0])
            return None if image.comes_along(near[1]) else (image, asked, asked, near[1])
        there = self._base.linker.in_system(elf.machine, name)
        if there is not None:
            lacks = self._base.linker.unmet(elf, name, there[1])
            return f"needs {', '.join(sorted(lacks))}, which it lacks" if lacks else None
        for source in (image, *(each for each in self._builds if each is not image)):
            found = source.linker.in_system(elf.machine, name)
            if found is None:
                continue
            asked = source.real(found[0])
            if source.comes_along(found[1]) and _SYSTEM_LIBRARIES.fullmatch(asked):
                return None
            return source, asked, f"/usr/lib/{name}", found[1]
        return None if image.linker.place(elf, spelled, name) is not None else _NOWHERE


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")


def _names(image: _Image, entry: int) -> Iterator[str]:
    """The names that programs know a library by: of the links to it, but for a compiler's; else its own."""
    table, node = image.table, image.table.entry_node[entry]
    links = [
        _text(table.names[child])
        for child in table.children(table.node_parent[node])
        if (seen := table.visible(child)) is not None
        and table.entry_kind[seen] == Kind.SYMLINK
        and not table.names[child].endswith(b".so")
        and resolve(table, table.path(child)).node == node
    ]
    yield from links or [_text(table.names[node])]


def _data(builds: list[_Image], base: _Image) -> Iterator[Brought]:
    """What of ``DATA`` and of OpenSSL's folder a build has and the base has not."""
    told = "SSL_CERT_FILE" in base.report.config.environ or _holds(base, raw(_OPENSSL_LOOKS))
    for path in (*DATA, *(() if told else _OPENSSL)):
        spelled = raw(path)
        if _holds(base, spelled) and path != _OPENSSL[0]:
            continue
        found = next(((each, node) for each in builds if (node := _there(each, spelled)) is not None), None)
        if found is None or not _holds(found[0], spelled):
            continue
        image, node = found
        entries = [entry for entry in _below(image, node) if image.table.entry_inode[entry] != NONE]
        inodes = {image.table.entry_inode[entry]: image.table.entry_size[entry] for entry in entries}
        packages = {image.package(entry) for entry in entries} - {""}
        yield Brought(path, path, ", ".join(sorted(packages)[:1]), sum(inodes.values()), path)


def _there(image: _Image, path: bytes) -> int | None:
    """The node that a path leads to; an archive need not name the folders above its files."""
    return resolve(image.table, path).node


def _holds(image: _Image, path: bytes) -> bool:
    """Is something there: a folder, or a file that is not empty?"""
    node = _there(image, path)
    entry = None if node is None else image.table.visible(node)
    if entry is None or image.table.entry_kind[entry] != Kind.FILE:
        return node is not None
    return image.table.entry_size[entry] > 0


def _below(image: _Image, node: int) -> Iterator[int]:
    pending = [node]
    while pending:
        current = pending.pop()
        entry = image.table.visible(current)
        if entry is not None:
            yield entry
        pending.extend(image.table.children(current))
