"""What the final image lacks because packages stay behind, named and told to the proof (R33, R43)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from uvdive.image.resolve import resolve
from uvdive.image.table import NONE
from uvdive.ledger.marks.components import text
from uvdive.ledger.whose import os_package
from uvdive.rewrite.packages.packages import Packages

_HELPERS = (
    ("/usr/lib/systemd/system", "/var/lib/systemd/deb-systemd-helper-enabled"),
    ("/usr/lib/systemd/user", "/var/lib/systemd/deb-systemd-user-helper-enabled"),
)
_UNITS = (b".service", b".socket", b".timer", b".path", b".target")


def note_left_over(packages: Packages, dropped: frozenset[str]) -> None:
    """Name the packages that only came with others which the build removes again (R43)."""
    left = sorted(dropped - packages.closure(packages.names(dropped=True)))
    if left:
        packages.notes.decide(
            "left-over-packages",
            "R43",
            packages.removals[0].run.step.line if packages.removals else None,
            f"Leave out {len(left)} OS packages that nothing asks for",
            f"They came with packages that the build removes again: {', '.join(left)}.",
        )


def note_gone(packages: Packages, dropped: frozenset[str]) -> None:
    """Tell the proof which packages and paths the final image lacks on purpose."""
    notes = packages.notes
    notes.allowed.packages.update(dropped)
    notes.allowed.paths.update(path for path, of in packages.facts.listed.items() if of <= dropped)
    notes.allowed.paths.update(_of_debians_python(packages, dropped))
    notes.allowed.paths.update(_of_services(packages, dropped))


def _of_services(packages: Packages, dropped: frozenset[str]) -> Iterator[str]:
    """What Debian's scripts note for the services of packages that the final image gets no more."""
    report = packages.evidence.report
    if report is None:
        return
    if "adduser" in dropped:
        yield "/run/adduser"  # its lock
    files = report.files
    for units, helper in _HELPERS:
        folder = resolve(files, units.encode()).node
        kept = set[bytes]()
        names = set[bytes]()
        for node in files.children(folder) if folder is not None else ():
            entry = files.visible(node)
            inode = NONE if entry is None else files.entry_inode[entry]
            gone = inode != NONE and os_package(report, inode) in dropped
            (names if gone else kept).add(files.names[node])
        yield from (f"{helper}/{text(name)}.dsh-also" for name in sorted(names))
        if names and helper != _HELPERS[0][1] and not any(name.endswith(_UNITS) for name in kept):
            yield helper  # all that is in it is theirs


def _of_debians_python(packages: Packages, dropped: frozenset[str]) -> Iterator[str]:
    """What the scripts of a Python made that the final image gets no more."""
    report = packages.evidence.report
    theirs = {e.path.rstrip("/"): e.python or "" for e in report.environments} if report else {}
    for name in dropped:
        match = re.fullmatch(r"python(3\.\d+)-minimal", name)
        if match is not None:
            yield from (
                "/var/lib/python",
                "/etc/python3",
                f"/usr/lib/python{match[1]}",
                "/usr/lib/python3",
            )
            home = f"/usr/local/lib/python{match[1]}"
            other = not theirs.get("/usr/local", "").startswith(f"{match[1]}.")
            yield home if other else f"{home}/dist-packages"
