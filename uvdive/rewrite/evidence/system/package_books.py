"""What dpkg and apk keep beside the list of packages: what was asked for, scripts, paths."""

from __future__ import annotations

import io
import itertools
import re
import struct
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Sequence

from uvdive.distro.places import APK, DPKG
from uvdive.ledger.marks.components import text
from uvdive.ledger.system.installed import Read

Versions = Sequence[tuple[int, bytes]]
"""What a file held, with the layer of each version, bottom first."""

WORLD, STATES = b"/etc/apk/world", b"/var/lib/apt/extended_states"
_MOST_SCRIPTS, _MOST_BYTES = 10_000, 1 << 20
# What dpkg keeps of a package that runs, or says what the package writes, when it is installed.
_SCRIPTS = ("preinst", "postinst", "config", "triggers", "conffiles")
_PATH = re.compile(rb"/(?:etc|home|opt|run|srv|usr|var)/[\w.+@%/:-]+")


def asked_for(read: Read, installed: Iterable[str]) -> frozenset[str]:
    """The packages that somebody named: apk's world; for apt all but those that it marks as automatic.

    apt-mark(8): https://manpages.debian.org/trixie/apt/apt-mark.8.en.html
    """
    world = read(WORLD)
    if world is not None:
        return _of_world(world)
    return frozenset(installed) - _automatic(read(STATES) or b"")


def _of_world(world: bytes) -> frozenset[str]:
    return frozenset(re.split(r"[<>=~@]", word)[0] for word in text(world).split())


def _automatic(states: bytes) -> frozenset[str]:
    stanzas = (text(stanza).split("\n") for stanza in states.split(b"\n\n"))
    return frozenset(
        line.partition(": ")[2].strip()
        for stanza in stanzas
        if "Auto-Installed: 1" in stanza
        for line in stanza
        if line.startswith("Package: ")
    )


def asked_anew(
    worlds: Sequence[tuple[int, bytes]], states: Sequence[tuple[int, bytes]]
) -> dict[int, frozenset[str]]:
    """What each layer asked for that was there before, as need of others: by what its books add.

    Args:
        worlds: apk's world.
        states: apt's states.
    """
    found: dict[int, frozenset[str]] = {}
    for (_, before), (layer, after) in itertools.pairwise(worlds):
        found[layer] = _of_world(after) - _of_world(before)
    for (_, before), (layer, after) in itertools.pairwise(states):
        found[layer] = found.get(layer, frozenset()) | (_automatic(before) - _automatic(after))
    return found


def scripted(read: Read, packages: Iterable[str], architecture: str) -> frozenset[str]:
    """The absolute paths in the scripts that packages run when they are installed."""
    names = frozenset(packages)
    scripts = itertools.chain(_of_dpkg(read, names, architecture), _of_apk(read, names))
    return frozenset(text(path).rstrip("/.:") for script in scripts for path in _PATH.findall(script))


def scripted_by_tmpfiles(texts: Iterable[bytes]) -> frozenset[str]:
    """The paths in the second column of tmpfiles.d(5).

    https://www.freedesktop.org/software/systemd/man/latest/tmpfiles.d.html
    """
    lines = (line.split() for data in texts for line in text(data).splitlines())
    named = (words[1] for words in lines if len(words) > 1 and not words[0].startswith("#"))
    return frozenset(path.rstrip("/") for path in named if path.startswith("/"))


def _of_dpkg(read: Read, names: Iterable[str], architecture: str) -> Iterator[bytes]:
    for name in names:
        for stem in (name, f"{name}:{architecture}"):
            for kind in _SCRIPTS:
                yield read(f"{DPKG}/info/{stem}.{kind}".encode()) or b""


_BROKEN = (
    *(tarfile.TarError, EOFError, OSError, zlib.error, struct.error),
    *(ValueError, LookupError, OverflowError, RecursionError, MemoryError),
)
"""What tarfile raises for archives that are damaged, or made so."""


def _of_apk(read: Read, names: frozenset[str]) -> Iterator[bytes]:
    """Members are called ``NAME-VERSION.HASH.post-install``."""
    for folder in APK:
        for name in ("scripts.tar", "scripts.tar.gz"):
            data = read(f"{folder}/{name}".encode())
            if not data:
                continue
            try:
                with tarfile.open(fileobj=io.BytesIO(data)) as archive:
                    for member in itertools.islice(archive, _MOST_SCRIPTS):
                        wanted = re.split(r"-\d", member.name)[0] in names and member.size <= _MOST_BYTES
                        file = archive.extractfile(member) if wanted else None
                        yield file.read() if file else b""
            except _BROKEN:
                return


def listed_by_apk(read: Read) -> Iterator[tuple[bytes, str]]:
    """The paths that apk's database lists, folders too, each with its package.

    https://wiki.alpinelinux.org/wiki/Apk_spec
    """
    for database in APK:
        for stanza in (read(f"{database}/installed".encode()) or b"").split(b"\n\n"):
            package, folder = b"", b""
            for line in stanza.split(b"\n"):
                key, value = line[:2], line[2:]
                if key == b"P:":
                    package = value
                elif key == b"F:" and value:
                    folder = b"/" + value
                    yield folder, text(package)
                elif key == b"F:":
                    folder = b""
                elif key == b"R:":
                    yield folder + b"/" + value, text(package)
