"""Which libraries an ELF file of an image finds there, looked up as ld.so(8) does."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from functools import cached_property

from uvdive.base.paths import raw
from uvdive.image.resolve import resolve
from uvdive.image.table import Kind
from uvdive.ledger.reading.contents import Contents, UnreadableError
from uvdive.ledger.reading.elf import Elf, offered, read_elf
from uvdive.ledger.report import ImageReport

_TRIPLETS = {
    "EM_X86_64": ("x86_64-linux-gnu", "lib64"),
    "EM_AARCH64": ("aarch64-linux-gnu", "lib64"),
    "EM_386": ("i386-linux-gnu", "lib32"),
    "EM_ARM": ("arm-linux-gnueabihf", "lib"),
    "EM_PPC64": ("powerpc64le-linux-gnu", "lib64"),
    "EM_S390": ("s390x-linux-gnu", "lib64"),
    "EM_RISCV": ("riscv64-linux-gnu", "lib64"),
}
"""By machine: Debian's folder for it, and the folder that other systems have beside lib."""

_CONF = b"/etc/ld.so.conf"


class Linker:
    """Finds libraries in one image. System libraries are followed, each once."""

    def __init__(self, report: ImageReport, contents: Contents) -> None:
        self._report, self._contents = report, contents
        self._elves: dict[int, Elf | None] = {}
        self._lacks: dict[int, frozenset[str]] = {}
        self._offers: dict[int, frozenset[str]] = {}
        self._found: dict[tuple[bytes, str], tuple[bytes, int] | None] = {}

    def _entry(self, path: bytes) -> int | None:
        """The live regular file that a path leads to."""
        table = self._report.files
        node = resolve(table, path).node
        entry = None if node is None else table.visible(node)
        return entry if entry is not None and table.entry_kind[entry] == Kind.FILE else None

    def elf(self, entry: int) -> Elf | None:
        """The ELF headers of a live file; None where it has none.

        Raises:
            UnreadableError: its content can't be had.
        """
        if entry not in self._elves:
            with self._contents.open(entry) as file:
                self._elves[entry] = read_elf(file)
        return self._elves[entry]

    @cached_property
    def _configured(self) -> tuple[bytes, ...]:
        """The folders that ``/etc/ld.so.conf`` and what it includes name."""
        folders: list[bytes] = []
        for line in self._conf(_CONF, 0):
            if line not in folders:
                folders.append(line)
        return tuple(folders)

    def _conf(self, path: bytes, depth: int) -> Iterator[bytes]:
        entry = self._entry(path)
        if entry is None or depth > 4:
            return
        try:
            with self._contents.open(entry) as file:
                text = file.read(1 << 16)
        except UnreadableError:
            return
        for line in text.splitlines():
            words = line.partition(b"#")[0].split()
            if words[:1] == [b"include"]:
                for pattern in words[1:]:
                    yield from self._included(pattern, depth)
            elif words and words[0].startswith(b"/"):
                yield words[0].rstrip(b"/")

    def _included(self, pattern: bytes, depth: int) -> Iterator[bytes]:
        import fnmatch

        table = self._report.files
        folder, _, name = posixpath.join(b"/etc", pattern).rpartition(b"/")
        node = resolve(table, folder).node
        names = [] if node is None else sorted(table.names[child] for child in table.children(node))
        for found in names:
            if fnmatch.fnmatchcase(found, name):
                yield from self._conf(folder + b"/" + found, depth + 1)

    def _system(self, machine: str) -> Iterator[bytes]:
        triplet, other = (raw(name) for name in _TRIPLETS.get(machine, ("", "lib64")))
        for folder in self._report.config.environ.get("LD_LIBRARY_PATH", "").split(":"):
            if folder.startswith("/"):
                yield raw(folder)
        yield from self._configured
        for top in (b"", b"/usr"):
            if triplet:
                yield top + b"/lib/" + triplet
            yield top + b"/lib"
            yield top + b"/" + other
        if self._looks_beside_the_system:
            yield b"/usr/local/lib"

    @cached_property
    def _looks_beside_the_system(self) -> bool:
        """Is /usr/local/lib looked into: musl's third folder (ldso/dynlink.c), and in Debian's ld.so.conf?

        glibc knows it by ldconfig's cache alone, which a base without a shell has not.
        """
        if any(self._entry(path) is not None for path in (_CONF, b"/etc/ld.so.cache")):
            return True
        folder = resolve(self._report.files, b"/lib").node
        names = () if folder is None else self._report.files.children(folder)
        return any(self._report.files.names[child].startswith(b"ld-musl-") for child in names)

    @cached_property
    def _anywhere(self) -> dict[bytes, int]:
        """Libraries by file name in the environments: one may be loaded before another needs it."""
        table, report = self._report.files, self._report
        roots = tuple(raw(environment.path) + b"/" for environment in report.environments)
        found: dict[bytes, int] = {}
        for entry in table.live_entries():
            name = table.names[table.entry_node[entry]]
            if b".so" in name and table.path(table.entry_node[entry]).startswith(roots):
                # The path's own target: a wheel may link one name to another.
                target = self._entry(table.path(table.entry_node[entry]))
                if target is not None:
                    found.setdefault(name, target)
        return found

    def _folders(self, elf: Elf, path: bytes) -> Iterator[bytes]:
        origin = path.rpartition(b"/")[0]
        for folder in elf.search:
            expanded = raw(folder).replace(b"${ORIGIN}", origin).replace(b"$ORIGIN", origin)
            expanded = expanded.replace(b"${LIB}", b"lib").replace(b"$LIB", b"lib")
            if expanded.startswith(b"/"):
                yield expanded

    def find(self, elf: Elf, path: bytes, name: str) -> int | None:
        """The entry of the library that ``name`` means to the file at ``path``."""
        found = self.place(elf, path, name)
        return None if found is None else found[1]

    def place(self, elf: Elf, path: bytes, name: str) -> tuple[bytes, int] | None:
        """Where the library is that ``name`` means to the file at ``path``: its path and its entry."""
        if "/" in name:
            entry = self._entry(raw(name)) if name.startswith("/") else None
            return None if entry is None else (raw(name), entry)
        found = self.in_search(elf, path, name) or self.in_system(elf.machine, name)
        if found is None and (inside := self._anywhere.get(raw(name))) is not None:
            return self._report.files.path(self._report.files.entry_node[inside]), inside
        return found

    def in_search(self, elf: Elf, path: bytes, name: str) -> tuple[bytes, int] | None:
        """The same, looked for only in the folders that the file itself names (RPATH, RUNPATH)."""
        for folder in self._folders(elf, path):
            if (entry := self._entry(asked := folder + b"/" + raw(name))) is not None:
                return posixpath.normpath(asked), entry
        return None

    def in_system(self, machine: str, name: str) -> tuple[bytes, int] | None:
        """The same, looked for only where the loader looks for every file's libraries."""
        key = raw(machine), name
        if key not in self._found:
            candidates = (folder + b"/" + raw(name) for folder in self._system(machine))
            every = ((asked, entry) for asked in candidates if (entry := self._entry(asked)) is not None)
            self._found[key] = next(every, None)
        return self._found[key]

    def unmet(self, elf: Elf, name: str, library: int) -> frozenset[str]:
        """The symbol versions of a library that a file needs and that the one at an entry has not."""
        return frozenset(self._versions(elf.versions, name, library))

    def lacks(self, entry: int) -> frozenset[str]:
        """What a file and the libraries that it leads to need and don't find, in words.

        Raises:
            UnreadableError: the file's content can't be had.
        """
        if entry in self._lacks:
            return self._lacks[entry]
        self._lacks[entry] = frozenset()  # libraries may need each other
        elf = self.elf(entry)
        if elf is not None:
            self._lacks[entry] = frozenset(self._missing(elf, entry))
        return self._lacks[entry]

    def _missing(self, elf: Elf, entry: int) -> Iterator[str]:
        table = self._report.files
        path = table.path(table.entry_node[entry])
        if elf.interpreter is not None and self._entry(raw(elf.interpreter)) is None:
            yield f"the loader {elf.interpreter}"
        found = {name: self.find(elf, path, name) for name in elf.needed}
        for name, library in found.items():
            if library is None:
                yield name
                continue
            yield from self._versions(elf.versions, name, library)
            try:
                yield from self.lacks(library)
            except UnreadableError:
                continue

    def _versions(self, versions: Iterable[tuple[str, str]], name: str, library: int) -> Iterator[str]:
        """The symbol versions that a library should have and has not; one without any is not asked."""
        if library not in self._offers:
            try:
                with self._contents.open(library) as file:
                    self._offers[library] = offered(file)
            except UnreadableError:
                self._offers[library] = frozenset()
        offers = self._offers[library]
        for of, version in versions:
            if of == name and offers and version not in offers:
                yield f"{version} of {name}"
