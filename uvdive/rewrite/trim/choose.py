"""The choice ``trim``: what goes, by which step of the build stage, and what the judge may excuse (R62)."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from uvdive.base.units import size
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.system.uses import Uses
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.packages import install
from uvdive.rewrite.stages import Bases
from uvdive.rewrite.trim.found import Finder, Found, Scope, bytes_without
from uvdive.rewrite.trim.parts import ALL, BY_ID, NOTHING, PYTHON, chosen_parts

_CHOICE = CHOICES["trim"]
_FETCHES = ", by name alone: the build installs binutils for it"


@dataclass(frozen=True, slots=True)
class Trim:
    """What the build stage ends with: ``text``, whole lines; ``saves`` are bytes by owner.

    ``gone`` are the files and folders of Python that go, as the original has them. ``why`` says why
    nobody looked for what could go, as a clause; empty where somebody did.
    """

    text: tuple[str, ...] = ()
    saves: tuple[tuple[str, int], ...] = ()
    gone: frozenset[str] = frozenset()
    why: str = ""


def choose_trim(  # noqa: PLR0913, PLR0917 - what was decided before
    env: EnvironmentFacts,
    files: Files,
    bases: Bases,
    copied: frozenset[int],
    uses: Uses,
    words: Sequence[str],
    notes: Notes,
    base: ImageReport | None = None,
) -> Trim:
    """Decide on what goes.

    Args:
        env: the environment.
        files: the image's files.
        bases: where a Python is copied from, and to.
        copied: the nodes of what is copied.
        uses: what the app's code names.
        words: the texts of what starts in a container.
        notes: the choices, and what they come to.
        base: the image whose Python the build takes, where that is another than the original's.
    """
    scope = _scope(env, files, bases, base)
    found = files.once(("trim", scope, tuple(words)), lambda: Finder(files, scope, uses, words).found())
    free = [each for each in found if not each.kept]
    if not free:
        return Trim()
    sizes = {each.part.id: sum(_saves([each], copied, files).values()) for each in free}
    value = _decide(found, free, sizes, scope, notes)
    wanted = chosen_parts(value)
    _warn_kept(found, wanted, value, notes)
    listed = value not in (NOTHING, PYTHON, ALL)
    gone = [each for each in free if each.part.id in wanted and (listed or not each.named)]
    if not gone:
        return Trim()
    for each in gone:
        notes.allowed.trimmed.update(f"{each.part.id}:{pattern}" for pattern in each.patterns)
    saves = _saves(gone, copied, files)
    paths = frozenset(
        each.files.path(node) for each in gone if each.part.where == PYTHON for node in each.nodes
    )
    return Trim(tuple(_text(gone, scope, files)), tuple(sorted(saves.items())), paths)


def _saves(gone: Sequence[Found], copied: frozenset[int], files: Files) -> dict[str, int]:
    """The bytes by owner that go with some parts; ``copied`` are nodes of the original's ``files``."""
    saves: Counter[str] = Counter()
    for image in dict.fromkeys(each.files for each in gone):
        whole = frozenset(n for each in gone if each.files is image and not each.sizes for n in each.nodes)
        saves.update(bytes_without(image, copied if image is files else frozenset(), whole))
    for each in gone:
        for node, count in each.sizes.items():
            saves[each.files.owner(node) or "other"] += count
    return dict(saves)


def _scope(env: EnvironmentFacts, files: Files, bases: Bases, base: ImageReport | None) -> Scope:
    """What is copied of Pythons and packages."""
    python = (bases.python_from, bases.python_to) if bases.python_from and bases.python_to else None
    only = tuple(path for path, _ in bases.bare.python) if bases.bare is not None else ()
    library = next((path for path in only if "/lib/python" in path), None)
    if python is None and library is not None:
        prefix = posixpath.dirname(posixpath.dirname(library))
        python = prefix, prefix
    names, sites, listed = files.table.names, list[str](), list[str]()
    for folder in env.folders:
        top = files.at(f"{folder}/lib")
        for version in files.children(top) if top is not None else ():
            site = files.at(f"{files.path(version)}/site-packages")
            if site is None or not files.is_folder(site):
                continue
            sites.append(files.path(site))
            infos = (child for child in files.children(site) if names[child].endswith(b".dist-info"))
            if any(files.at(f"{files.path(info)}/RECORD") is not None for info in infos):
                listed.append(files.path(site))
    return Scope(python, tuple(sites), tuple(listed), only, base if only else None)


def _decide(
    found: Sequence[Found], free: Sequence[Found], sizes: dict[str, int], scope: Scope, notes: Notes
) -> str:
    """Offer the choice, and take the user's value."""
    offered = {NOTHING: _CHOICE.values[NOTHING]}
    if any(each.part.where == PYTHON for each in free):
        offered[PYTHON] = _CHOICE.values[PYTHON]
    offered[ALL] = _CHOICE.values[ALL]
    wanted = notes.choices.get(_CHOICE.id, NOTHING)
    if wanted not in offered and chosen_parts(wanted) <= BY_ID.keys():
        offered[wanted] = ", ".join(BY_ID[each].words for each in sorted(chosen_parts(wanted)))
    told = [f"{each.part.id} ({size(sizes[each.part.id])}{_FETCHES if each.named else ''})" for each in free]
    listed = ", ".join(told)
    kept = "".join(f" {each.part.id} stays: {each.kept}." for each in found if each.kept)
    base = (
        ""
        if scope.python
        else " Python itself comes with the final image's base, where nothing can be taken away."
    )
    return notes.choose(_CHOICE, None, f"Nothing was found to use {listed}.{kept}{base}", offered=offered)


def _warn_kept(found: Sequence[Found], wanted: frozenset[str], value: str, notes: Notes) -> None:
    """Say which of the parts that the user named stay, and which are not there."""
    if value in (NOTHING, PYTHON, ALL):
        return
    there = {each.part.id: each for each in found}
    for name in sorted(wanted):
        if name not in there:
            notes.warn("R62", None, f"There is nothing of `{name}` in what is copied.")
        elif there[name].kept:
            notes.warn("R62", None, f"`{name}` stays: {there[name].kept}.")


def _text(gone: Sequence[Found], scope: Scope, files: Files) -> Iterator[str]:
    """The RUN that takes it away, before anything is copied."""
    commands = []
    paths = [pattern for each in gone if each.part.where == PYTHON for pattern in each.patterns]
    if paths:
        commands.append(" \\\n    ".join(["rm -rf", *map(_glob, paths)]))
    plain = [each for each in gone if each.part.where != PYTHON and not (each.packages or each.sizes)]
    sites = " ".join(map(shlex.quote, scope.sites))
    if plain:
        names = " -o ".join(f"-name {shlex.quote(each.part.patterns[0])}" for each in plain)
        names = f"\\( {names} \\)" if len(plain) > 1 else names
        commands.append(f"find {sites} -type f {names} -delete")
    packages = [package for each in gone for package in each.packages]
    if packages:
        listed = " ".join(map(shlex.quote, packages))
        commands.append(f"find {listed} -type d -name tests -prune -exec rm -rf {{}} +")
    if scope.listed and (expressions := list(_recorded(gone))):
        lists = " ".join(f"{shlex.quote(site)}/*.dist-info/RECORD" for site in scope.listed)
        commands.append(" ".join(["sed -i", *(f"-e {shlex.quote(each)}" for each in expressions), lists]))
    for each in gone:
        if each.sizes:
            commands += (
                [install(files.report, ("binutils",)).removeprefix("RUN ").strip()] if each.named else []
            )
            libraries = r"\( -name '*.so' -o -name '*.so.*' \)"
            commands.append(f"find {sites} -type f {libraries} -exec strip --strip-debug {{}} +")
    comment = "# Nothing was found to use these. What is removed here is in no layer of the final image.\n"
    yield comment + ("# hadolint ignore=DL3008,DL3018\n" if any(each.named for each in gone) else "")
    yield "RUN " + " && \\\n    ".join(commands) + "\n"


def _glob(pattern: str) -> str:
    """A path for the shell, which is to expand its patterns alone."""
    return "*".join(shlex.quote(part) if part else "" for part in pattern.split("*"))


def _recorded(gone: Sequence[Found]) -> Iterator[str]:
    """How sed finds the lines of what is gone in the packages' lists of files."""
    for each in gone:
        if each.packages:
            for name in dict.fromkeys(package.rpartition("/")[2] for package in each.packages):
                yield rf"/^{_basic(name)}\/\(.*\/\)\{{0,1\}}tests\//d"
        elif each.part.where != PYTHON and not each.sizes:
            name = (
                re.escape(each.part.patterns[0].removeprefix("*"))
                .replace(r"\[12\]", "[12]")
                .replace(r"\-", "-")
            )
            yield rf"/{name},/d"


def _basic(name: str) -> str:
    return re.sub(r"([.*\[\]^$\\/])", r"\\\1", name)
