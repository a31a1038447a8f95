"""The same files copied twice from another stage: once is enough (R45)."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from uvdive.base.paths import is_below
from uvdive.base.units import size
from uvdive.image.table import Kind
from uvdive.rewrite.environment import environments_of_stage
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.improve.work import COMMON, ROOT, Copied, Work, lines_between
from uvdive.uv.images import Reference

AGAIN, BESIDE = "copied-once", "environment-once"
_HARMLESS = frozenset(
    ("ENV", "ARG", "LABEL", "EXPOSE", "WORKDIR", "USER", "STOPSIGNAL", "HEALTHCHECK", "CMD", "ENTRYPOINT")
)
_SHELLS = ("/bin/sh", "/usr/bin/sh")
_LINKERS = ("/bin/ln", "/usr/bin/ln")


def mend_copies(work: Work) -> None:
    """Leave out what another COPY brings too; link an environment that is copied to a second place."""
    for copy in work.copies:
        if copy.source is None or not copy.all_known or not copy.pairs:
            continue
        for other in work.copies:
            if other is copy or other.source != copy.source or other.step.stage != copy.step.stage:
                continue
            # Of two that bring the same the later one stays, which every container sees.
            later = copy.step.line > other.step.line
            if _brings_again(copy, other) and not (later and _brings_again(other, copy)):
                _leave_out(work, copy, other)
                break
            if _puts_beside(copy, other):
                _link(work, copy, other)
                break


def _flags(copy: Copied) -> set[str]:
    return {flag for flag in copy.step.instruction.flags if not flag.startswith("--from")}


def _brings_again(copy: Copied, other: Copied) -> bool:
    """Does the other COPY put all that this one takes to the same places?"""
    plain = not any(flag.startswith(("--exclude", "--parents")) for flag in _flags(other))
    return plain and all(other.place_of(origin) == place for origin, place in copy.pairs)


def _leave_out(work: Work, copy: Copied, other: Copied) -> None:
    line, again = copy.step.line, other.step.line
    first, last = sorted((copy, other), key=lambda each: each.step.line)
    places = [place for _, place in copy.pairs]
    killed: dict[str, int] = {}
    if first.step.layer is not None and last.step.layer is not None:
        killed = work.killed(last.step.layer, places, written=first.step.layer)
    total = sum(killed.values())
    twice = f"{size(total)} are stored twice" if total else "every file is stored twice"
    what = " and ".join(places)
    work.mended.add(("rewritten-later", last.step.line))
    same = _flags(copy) == _flags(other)
    if not (same and _idle_between(work, places, first, last) and _all_killed(work, copy, first, last)):
        advice = f"Copy it once: leave this COPY out, or what line {again} brings too."
        text = (
            f"{what} is copied here and {'again ' if copy is first else ''}in line {again}: {twice}. {advice}"
        )
        work.notes.warn("R45", line, text, total)
        return
    work.edits.gone.add(line)
    work.edits.bare.add(line)
    for name, count in killed.items():
        work.save(name, count)
    work.notes.decide(
        f"{AGAIN}-{len(work.edits.bare)}" if len(work.edits.bare) > 1 else AGAIN,
        "R45",
        line,
        f"Copy {what} once",
        f"Line {again} {'copies it again' if copy is first else 'has copied it'}, to the same place: "
        f"{twice}, and no container sees the first.",
    )


def _idle_between(work: Work, places: Sequence[str], first: Copied, last: Copied) -> bool:
    """Does nothing between the two see, or write to, what both bring?"""
    for step in lines_between(work.steps, first.step.line, last.step.line):
        found = next((each for each in work.copies if each.step.line == step.line), None)
        if found is not None:
            if any(is_below(found.target, place) or is_below(place, found.target) for place in places):
                return False
        elif step.keyword not in _HARMLESS:
            return False
        elif step.keyword == "WORKDIR":
            path = posixpath.normpath(posixpath.join(step.workdir, step.instruction.arguments.strip()))
            if any(is_below(path, place) for place in places):
                return False
    return True


def _all_killed(work: Work, copy: Copied, first: Copied, last: Copied) -> bool:
    """Does the image show that the last COPY wrote anew every file that is to be left out?"""
    if work.files is None:
        return True
    table, layer, later = work.files.table, first.step.layer, last.step.layer
    if layer is None or later is None:
        return False
    files = [entry for entry in range(table.entries) if table.entry_kind[entry] != Kind.DIRECTORY]
    mine = {
        table.entry_node[entry]: table.entry_death[entry]
        for entry in files
        if table.entry_layer[entry] == layer
    }
    again = {table.entry_node[entry] for entry in files if table.entry_layer[entry] == later}
    nodes = mine.keys() if copy is first else again
    return bool(nodes) and all(mine.get(node) == later for node in nodes)


def _puts_beside(copy: Copied, other: Copied) -> bool:
    """Does the other COPY put the one folder that this one takes to a second place?"""
    if len(copy.pairs) != 1:
        return False
    origin, place = copy.pairs[0]
    second = other.place_of(origin)
    return second is not None and not is_below(place, second) and not is_below(second, place)


def _link(work: Work, copy: Copied, other: Copied) -> None:
    """A link in place of the second environment, where the other one lies where it was made."""
    origin, place = copy.pairs[0]
    made = environments_of_stage(work.evidence, copy.source or "")
    second = other.place_of(origin)
    if origin not in made or second is None:
        return
    total, owners = _size(work, place)
    twice = f" ({size(total)})" if total else ""
    again = other.step.line
    work.mended.add(("second-environment", None))
    if second != origin or not _same(work, copy, other, place, second):
        work.notes.warn(
            "R45",
            copy.step.line,
            f"The environment is stored twice{twice}: in {place}, and in {second} by line {again}. "
            f"Copy it once, to {origin}, where it was made.",
            total,
        )
        return
    _write_link(work, copy, max(copy.step.line, again), place, second)
    for name, count in owners.items():
        work.save(name, count)
    work.notes.allowed.paths.add(place)
    work.notes.decide(
        BESIDE,
        "R45",
        copy.step.line,
        f"Make {place} a link to {second}",
        f"Line {again} copies the same environment to {second}, where it was made{twice}; what names {place} "
        "still finds it.",
    )


def _write_link(work: Work, copy: Copied, line: int, place: str, second: str) -> None:
    """The link in the COPY's place, or behind the other one, which makes the folder around it."""
    folder = posixpath.dirname(place)
    mine = (each for each in work.copies if each is not copy and each.step.stage == copy.step.stage)
    there = folder in ("/", *COMMON) or any(
        is_below(each.target, folder) for each in mine if each.step.line <= line
    )
    made = "" if there else f"mkdir -p {folder} && "
    written = (f"RUN {made}ln -s {second} {place}\n", BESIDE)
    if line == copy.step.line:
        work.edits.replaced[line] = written
    else:
        work.edits.gone.add(copy.step.line)
        work.edits.after.setdefault(line, []).append(written)


def _size(work: Work, place: str) -> tuple[int, dict[str, int]]:
    node = None if work.files is None else work.files.at(place)
    owners = {} if node is None or work.files is None else work.files.bytes_by_owner([node])
    return sum(owners.values()), owners


def _same(work: Work, copy: Copied, other: Copied, place: str, second: str) -> bool:
    """Are both the same to every path, can the one be a link, and did nothing else write there?"""
    if copy.step.user not in ROOT or other.step.user not in ROOT:
        return False
    between = lines_between(work.steps, copy.step.line, other.step.line)
    if any(step.keyword == "RUN" for step in between):
        return False
    if work.files is None:
        return _flags(copy) == _flags(other) and _same_by_text(work, copy, place)
    return _same_by_image(work.files, copy, place, second)


def _same_by_image(files: Files, copy: Copied, place: str, second: str) -> bool:
    here, there = files.at(place), files.at(second)
    tools = (any(files.follow(path) is not None for path in paths) for paths in (_SHELLS, _LINKERS))
    if here is None or there is None or not all(tools):
        return False
    mine = all(files.layer(node) == copy.step.layer for node in files.walk(here))
    return mine and _looks(files, here) == _looks(files, there)


def _looks(files: Files, top: int) -> dict[str, tuple[object, ...]]:
    """What each path below a folder is."""
    start = len(files.path(top))
    return {
        files.path(node)[start:]: (files.kind(node), files.size(node), files.mode(node), files.link(node))
        for node in files.walk(top)
    }


def _same_by_text(work: Work, copy: Copied, place: str) -> bool:
    family = Reference.read(work.evidence.base).family
    written = ("RUN", "WORKDIR", "COPY", "ADD")
    others = (step for step in work.steps if step.keyword in written and step is not copy.step)
    named = any(place in step.instruction.arguments for step in others)
    return family in ("python", "system") and not named
