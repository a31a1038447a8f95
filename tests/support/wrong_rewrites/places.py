"""Mistakes in single files, folders and links: the text gets a RUN behind it that makes them.

A place is drawn among the paths that both images have alike, for each owner anew.
"""

from __future__ import annotations

import re
import shlex
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from random import Random

from uvdive.dockerfile.text.edits import json_array
from uvdive.image.resolve import resolve
from uvdive.image.table import NONE, FileTable, Kind
from uvdive.ledger.owners import OWNERS
from uvdive.verify.pairs import walk
from wrong_rewrites.subject import Mutant, Subject

WHERE = ("app", "venv", "python", "os-packages", "base-os", "other")
"""The owners whose files are damaged: those of all that a rewrite must keep."""

REMADE = re.compile(
    rb"(?:/var)?/tmp/|.*/__pycache__/|.*\.pyc$|/etc/ld\.so\.cache$"
    rb"|/var/lib/(?:dpkg|apt)(?:/|$)|/(?:usr/)?lib/apk/db(?:/|$)"
    rb"|/var/cache/(?:apt|apk|debconf|fontconfig|ldconfig|man)(?:/|$)"
    rb"|/var/log/(?:apt(?:/|$)|(?:alternatives|bootstrap|dpkg|fontconfig)\.log$|(?:btmp|faillog|lastlog|wtmp)$)"
)
"""What the documentation says is not compared: bytecode, temporary files, and package managers' own
databases, caches and logs. All else below ``/var`` is compared, and damaged."""

_MOUNTED = (b"/etc/hosts", b"/etc/hostname", b"/etc/resolv.conf", b"/dev/", b"/proc/", b"/sys/")
"""What an engine lays over the image while a RUN runs."""


@cache
def shared(subject: Subject) -> dict[tuple[str, Kind], list[bytes]]:
    """The paths that both images have as the same kind, by owner and kind; links by what they lead to."""
    old, new = subject.before.files, subject.after.files
    found: dict[tuple[str, Kind], list[bytes]] = defaultdict(list)
    for pair in walk(old, new):
        if pair.before is None or pair.after is None or _left_out(pair.path):
            continue
        kind = Kind(new.entry_kind[pair.after])
        if kind == old.entry_kind[pair.before]:
            found[_owner(subject, pair.after, pair.path), kind].append(pair.path)
    return found


def _left_out(path: bytes) -> bool:
    if path.startswith(b"/etc/") and path.endswith(b"-"):  # useradd's backups, which nobody reads
        return True
    return bool(REMADE.match(path)) or path.startswith(_MOUNTED) or path.count(b"/") < 2


def _owner(subject: Subject, entry: int, path: bytes) -> str:
    table, report = subject.after.files, subject.after
    if table.entry_kind[entry] == Kind.SYMLINK:
        node = resolve(table, path).node
        found = None if node is None else table.visible(node)
        entry = entry if found is None else found
    inode = table.entry_inode[entry]
    if inode != NONE:
        return OWNERS[report.inode_owner[inode]]
    return "base-os" if report.layers[table.entry_layer[entry]].base else "other"


def drawn(subject: Subject, salt: str, owner: str, kind: Kind, *, like: bytes = b"") -> str | None:
    """One of the shared paths of an owner, the same in every run; None where there is none."""
    paths = [
        path for path in shared(subject).get((owner, kind), ()) if like in path and _plain(path) is not None
    ]
    if not paths:
        return None
    return _plain(Random(f"{subject.plan.text}{salt}{owner}").choice(paths))


def _plain(path: bytes) -> str | None:
    try:
        text = path.decode("ascii")
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None


def size_of(table: FileTable, path: str) -> int:
    node = table.find(path.encode())
    entry = None if node is None else table.visible(node)
    return 0 if entry is None else table.entry_size[entry]


_OF_FILES = (
    ("a file lost", "rm {0}"),
    ("a file emptied", ": > {0}"),
    ("a byte changed", "printf '\\377' | dd of={0} bs=1 seek={1} conv=notrunc 2>/dev/null"),
    ("a mode changed", "chmod 0600 {0}"),
    ("a file's owner changed", "chown 4321 {0}"),
    ("a file's group changed", "chgrp 4321 {0}"),
    ("a file made a folder", "rm {0} && mkdir {0}"),
)
_OF_LINKS = (
    ("a link lost", "rm {0}"),
    ("a link leads elsewhere", "ln -sfn /elsewhere {0}"),
    ("a link made a file", "cp -rL {0} /tmp/copy && rm {0} && mv /tmp/copy {0}"),
)
_OF_FOLDERS = (
    ("a folder lost", "rm -rf {0}"),
    ("a folder's mode changed", "chmod 0700 {0}"),
    ("a folder's owner changed", "chown 4321:4321 {0}"),
)


def damages(subject: Subject) -> Iterator[Mutant]:
    """One path of each owner for each kind of damage."""
    for kind, listed in ((Kind.FILE, _OF_FILES), (Kind.SYMLINK, _OF_LINKS), (Kind.DIRECTORY, _OF_FOLDERS)):
        for name, script in listed:
            for owner in WHERE:
                path = drawn(subject, name, owner, kind)
                if path is None:
                    continue
                middle = size_of(subject.after.files, path) // 2
                text = subject.with_run(script.format(shlex.quote(path), middle))
                yield Mutant(name, f"{owner}: {path}", text)


def libraries(subject: Subject) -> Iterator[Mutant]:
    """A shared library gone."""
    for owner in WHERE:
        path = drawn(subject, "library", owner, Kind.FILE, like=b".so")
        if path is not None:
            yield Mutant("a library gone", path, subject.with_run(f"rm {shlex.quote(path)}"))


def behind_the_start(subject: Subject) -> Iterator[Mutant]:
    """A file of the base lost, by a RUN at the end: a history alone takes all before CMD for a base."""
    drawn_ones = (drawn(subject, "behind the start", owner, Kind.FILE) for owner in ("base-os", "python"))
    path = next(filter(None, drawn_ones), None)
    if path is not None and subject.after.config.cmd:
        user = subject.after.config.user
        lines = (
            "USER root",
            f"RUN {json_array(['/bin/sh', '-ec', f'rm {shlex.quote(path)}'])}",
            f"USER {user}",
        )
        text = subject.with_lines(*(lines if user else lines[1:2]))
        yield Mutant("a file lost behind the start", path, text)


def bytecode(subject: Subject) -> Iterator[Mutant]:
    """The bytecode of an environment lost, where the author had it compiled."""
    if re.search(r"UV_COMPILE_BYTECODE|(?<!no)-compile-bytecode", subject.plan.original):
        for environment in subject.after.environments:
            folders = f"find {shlex.quote(environment.path)} -name __pycache__"
            script = f"{folders} -prune -exec rm -rf {{}} +"
            yield Mutant("an environment's bytecode lost", environment.path, subject.with_run(script))


MUTATORS = (damages, libraries, behind_the_start, bytecode)
