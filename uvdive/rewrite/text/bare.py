"""The lines for a last stage in which nothing can be run: all is made in the build stage and copied (R63)."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable

from uvdive.rewrite.copies import CopySet
from uvdive.rewrite.stages import Bare
from uvdive.rewrite.text.runner import Line

STAGED = "/final-image"
"""The folder of the build stage whose content is copied onto the root of the final image."""

_TRIPLET = re.compile(r"/[a-z0-9_]+-linux-(?=(?:gnu|musl)\w*/)")


def staging(copies: CopySet) -> str:
    """The commands of the build stage that make folders and links with their owners; empty for none."""
    alike: dict[str, list[str]] = {}
    for f in copies.folders:
        mode = "" if f.mode == 0o755 else f" -m {f.mode:04o}"
        alike.setdefault(f"install -d -o {f.uid} -g {f.gid}{mode}", []).append(shlex.quote(STAGED + f.path))
    commands = [" ".join([command, *paths]) for command, paths in alike.items()]
    for link in copies.links:
        path = shlex.quote(STAGED + link.path)
        commands.append(f"mkdir -p {shlex.quote(STAGED + posixpath.dirname(link.path))}")
        commands.append(f"ln -sfn {shlex.quote(link.target)} {path}")
        if (link.uid, link.gid) != (0, 0):
            commands.append(f"chown -h {link.uid}:{link.gid} {path}")
    return " && \\\n    ".join(dict.fromkeys(commands))


def bare_copies(bare: Bare, copies: CopySet, stage: str) -> list[Line]:
    """What stands in front of the other copies: accounts, folders and links, libraries, data, Python."""
    lines = []
    if copies.accounts:
        lines.append(Line(_copy(stage, copies.accounts, "/etc/"), ("copies", "bare-base")))
    if copies.folders or copies.links:
        lines.append(Line(f"COPY --from={stage} {STAGED}/ /\n", ("folders", "copies")))
    for folder, paths in _by_folder(bare).items():
        lines.append(Line(_copy(stage, paths, folder), ("beyond-base",)))
    programs = [path for path, _ in bare.python if "/bin/" in path]
    for path, _ in bare.python:
        if path not in programs:
            lines.append(Line(f"COPY --from={stage} {path} {path}\n", ("bare-python",)))
    if programs:
        lines.append(Line(_copy(stage, programs, f"{posixpath.dirname(programs[0])}/"), ("bare-python",)))
    return lines


def _by_folder(bare: Bare) -> dict[str, list[str]]:
    """Sources by the folder that they go to; a folder goes to its own path.

    A library's folder has the name of the machine, which another platform of the same build has otherwise.
    """
    found: dict[str, list[str]] = {}
    for each in bare.brought:
        name = posixpath.basename(each.path)
        is_library = name != each.path and ".so" in name and posixpath.dirname(each.to) == "/usr/lib"
        source = _TRIPLET.sub("/*-linux-", each.path) if is_library else each.path
        target = f"{posixpath.dirname(each.to)}/" if "." in name else each.to
        found.setdefault(target, []).append(source)
    return found


def _copy(stage: str, sources: Iterable[str], target: str) -> str:
    words = [*sources, target]
    between = " \\\n    " if len(words) > 2 else " "
    return f"COPY --from={stage}{between}{between.join(words)}\n"
