"""What in the container reads the project's own files: `pyproject.toml`, `uv.lock` and the like (R12).

Evidence is a text that names such a file where the app could open it, a tool with a table of its own
in `pyproject.toml` that something starts, and what nobody could look into. Importing a package reads
none of them, installed editable or not: `importlib.metadata` reads `dist-info`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from uvdive.base import toml
from uvdive.base.files.foreign import read_file, real
from uvdive.base.paths import raw
from uvdive.dockerfile.ignore import read_ignored
from uvdive.dockerfile.shell.reading import command_text
from uvdive.dockerfile.stages import lineage
from uvdive.dockerfile.steps import Step
from uvdive.rewrite.evidence.files.context_files import is_copied, placing, sources
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.files.image_texts import image_text, text_at
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.evidence.system.text_kinds import kind_of
from uvdive.uv.lock import as_table
from uvdive.uv.mentions import brings_uv

PROJECT = "pyproject.toml"

_MOST_FILES, _MOST_READ, _MOST_BYTES = 100_000, 5_000, 1 << 20
_TEXTS = (".py", ".sh", ".bash", ".toml", ".yml", ".yaml", ".ini", ".cfg", ".conf", ".json")
_PROGRAMS = (".py", ".sh", ".bash")
_HEAD = 256
_FINDS_PROJECT = r"pyproject|\*\.toml|setuptools_scm|hatch_vcs|versioningit|(?:py)?rootutils|pyprojroot"
"""Libraries that look for the file, or for the folder that has it, without its name in the app."""

_BUILDS_ITSELF = re.compile(r"\bpip3?\s+install\b|\bpython[\d.]*\s+-m\s+(?:pip|build)\b|\bsetup\.py\b")
_JAVASCRIPT = re.compile(r"(?:^|/)(?:node|bun|deno)(?:[:@]|$)")
_RUNS_JAVASCRIPT = re.compile(r"(?<![\w.-])(?:node|nodejs|npm|npx|pnpm|yarn|bun|bunx|deno)(?![\w-])")
_SYSTEM = re.compile(r"/(?:usr|bin|opt|lib)(?:/|$)")
_COMMENT = re.compile(rb"^[ \t]*#.*$", re.MULTILINE)
_WORD = re.compile(r"[\w.-]+")
_BUILD_ONLY = frozenset(
    (
        *("uv", "setuptools", "setuptools_scm", "setuptools-scm", "setuptools-git-versioning", "flit"),
        *("maturin", "cibuildwheel", "versioningit", "versioneer", "hatch-vcs", "uv-dynamic-versioning"),
        *("vulture", "deptry", "pyright", "basedpyright", "pylsp-mypy", "check-manifest", "django-stubs"),
        *("importlinter", "typos", "cruft", "tomlsort", "git-cliff", "pydoclint", "pydocstyle", "creosote"),
    )
)
"""Tables that tools of a build, an editor or a review read."""

_PROGRAMS_OF = {
    "taskipy": "task", "poe": "poe", "poetry": "poetry", "pdm": "pdm", "hatch": "hatch", "rye": "rye",
    "pytest": "pytest", "coverage": "coverage", "ruff": "ruff", "black": "black", "isort": "isort",
    "mypy": "mypy", "pylint": "pylint", "flake8": "flake8", "bandit": "bandit", "ty": "ty",
    "pyrefly": "pyrefly", "tox": "tox", "nox": "nox", "commitizen": "cz", "towncrier": "towncrier",
    "semantic_release": "semantic-release", "bumpversion": "bump-my-version", "bumpver": "bumpver",
    "codespell": "codespell", "djlint": "djlint", "interrogate": "interrogate", "yapf": "yapf",
    "autopep8": "autopep8", "sqlfluff": "sqlfluff", "mutmut": "mutmut", "refurb": "refurb",
    "docformatter": "docformatter", "pyupgrade": "pyupgrade", "pip-tools": "pip-compile",
}  # fmt: skip
"""Tables that one program reads, which is named where it runs."""

_NEEDS_PROJECT = frozenset({"poetry", "pdm", "hatch", "rye", "pipenv"})
"""Programs that stop where there is no project, whatever its tables say."""


@dataclass(slots=True)
class ProjectReaders:
    """What was found once for all drafts.

    Attributes:
        unknown: why nobody can tell, as the end of a sentence; empty where all was looked at.
        naming: the place that names a file, by the file's name.
        programs: words of scripts that run in the container.
        tools: tables of ``pyproject.toml``.
    """

    unknown: str = ""
    naming: dict[str, str] = field(default_factory=dict)
    programs: set[str] = field(default_factory=set)
    tools: tuple[str, ...] = ()

    def reader(self, names: Collection[str], commands: Sequence[str]) -> str:
        """Who may read one of these files, as a clause; empty for nobody.

        Args:
            names: the files, by their own names.
            commands: the texts of what starts in the container.
        """
        named = (self._by_name(name, commands) for name in sorted(names))
        found = self.unknown or next(filter(None, named), "")
        return found or (self._by_tool(commands) if PROJECT in names else "")

    def _by_name(self, name: str, commands: Sequence[str]) -> str:
        if name in self.naming:
            return f"{self.naming[name]} names {name}"
        called = any(_pattern(name).search(command) for command in commands)
        return f"a command in the container names {name}" if called else ""

    def _by_tool(self, commands: Sequence[str]) -> str:
        words = self.programs.union(*map(_words, commands))
        if any(map(_BUILDS_ITSELF.search, commands)) or words & _NEEDS_PROJECT:
            return f"a command in the container works with {PROJECT}"
        for tool in self.tools:
            if tool not in _BUILD_ONLY and (tool not in _PROGRAMS_OF or _PROGRAMS_OF[tool] in words):
                return f"[tool.{tool}] stands in {PROJECT}"
        return ""


def project_readers(evidence: Evidence, files: Files | None, names: Collection[str]) -> ProjectReaders:
    """Look once through what the image has of the app for what names these files.

    Args:
        evidence: the file, its context and its image.
        files: the image's files; None without an image.
        names: the files, by their own names.
    """
    found = ProjectReaders()
    if evidence.context is None:
        found.unknown = "nobody could look into the app, as there is no build context"
        return found
    patterns = {name: _pattern(name) for name in names}
    found.tools = tuple(_tools(text_at(evidence, files, posixpath.join(evidence.workdir, PROJECT)) or ""))
    for step in evidence.steps:
        if step.keyword == "ENV":
            _look(f"line {step.line}", step.instruction.arguments, patterns, found)
    texts = chain(_context_texts(evidence, files, found), _other_texts(evidence, files, found))
    for path, kind, data in texts:
        text = _COMMENT.sub(b"", data).decode("utf-8", "replace")
        _look(path, text, patterns, found)
        if kind in ("shell", "commands"):
            found.programs |= _words(text)
            if PROJECT in names and _BUILDS_ITSELF.search(text):
                found.naming.setdefault(PROJECT, path)
    return found


def _look(place: str, text: str, patterns: Mapping[str, re.Pattern[str]], found: ProjectReaders) -> None:
    for name, pattern in patterns.items():
        if name not in found.naming and pattern.search(text):
            found.naming[name] = place


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_FINDS_PROJECT if name == PROJECT else re.escape(name))


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text))


def _tools(text: str) -> Iterator[str]:
    try:
        yield from as_table(toml.loads(text).get("tool"))
    except toml.TomlError:
        yield "?"


def _context_texts(
    evidence: Evidence, files: Files | None, found: ProjectReaders
) -> Iterator[tuple[str, str, bytes]]:
    """The texts of the context that come into the image and that something there may run or read."""
    assert evidence.context is not None
    root, read = real(evidence.context), 0
    places_of = placing(evidence)
    for number, path in enumerate(read_ignored(root).files(root)):
        if number > _MOST_FILES or read > _MOST_READ:
            found.unknown = "the build context holds more files than are looked into"
            return
        name = path.rpartition("/")[2]
        if not name.endswith(_TEXTS) and "." in name:
            continue
        if not any(files is None or files.at(place) is not None for place in places_of(path)):
            continue
        read += 1
        try:
            data = read_file(root / path, _MOST_BYTES, within=root)
        except OSError:
            if name.endswith(_PROGRAMS):
                found.unknown = f"{path} could not be read"
            continue
        kind = kind_of(raw(path), data[:_HEAD], frozenset())
        if kind is not None:
            yield path, kind, data


def _other_texts(
    evidence: Evidence, files: Files | None, found: ProjectReaders
) -> Iterator[tuple[str, str, bytes]]:
    """Programs beside the app's that the context does not have: made by RUNs, or from elsewhere."""
    if files is None:
        elsewhere = (s for s in evidence.steps if _from_elsewhere(s) and not _is_for_browsers(evidence, s))
        step = next(elsewhere, None)
        if step is not None:
            found.unknown = f"what line {step.line} copies is not in the build context"
        return
    root = files.at(evidence.workdir)
    ours = {step.layer for step in evidence.steps if _of_context(step)}
    folders = {environment.path for environment in files.report.environments}
    for node in _programs(files, root, folders) if root is not None else ():
        path = files.path(node)
        if files.layer(node) in ours or is_copied(evidence, path):
            continue
        text = image_text(evidence, files, path)
        if text is None:
            found.unknown = f"{path} could not be read"
            return
        kind = kind_of(raw(path), text[:_HEAD].encode(), frozenset())
        if kind is not None:
            yield path, kind, text.encode()


def _programs(files: Files, root: int, skipped: Collection[str]) -> Iterator[int]:
    """The Python and shell files below a node that are in no environment and no package manager's folder."""
    pending = [root]
    while pending:
        node = pending.pop()
        path = files.path(node)
        if path in skipped or path.endswith(("/node_modules", "/__pycache__", "/site-packages")):
            continue
        if files.is_folder(node):
            pending += files.children(node)
        elif path.endswith(_PROGRAMS) and files.owner(node) in ("app", "other"):
            yield node


def _of_context(step: Step) -> bool:
    instruction = step.instruction
    fetched = instruction.flag("from") is not None or "://" in instruction.value
    return step.keyword in ("COPY", "ADD") and not fetched


def _from_elsewhere(step: Step) -> bool:
    """Does it copy from another stage or image, or fetch?"""
    brings = step.keyword in ("COPY", "ADD") and not brings_uv(step.instruction)
    return brings and not step.instruction.heredocs and not _of_context(step)


def _is_for_browsers(evidence: Evidence, step: Step) -> bool:
    """Does it copy what a stage of Node.js built, while the image has nothing that could run that?"""
    named = (step.instruction.flag("from") or "").lower()
    stage = next((s for s in evidence.stages if named in ((s.name or "").lower(), str(s.index))), None)
    if not named or stage is None:
        return False
    base = lineage(evidence.stages, stage)[0].base
    if not _JAVASCRIPT.search(base) or any(map(_SYSTEM.match, sources(step)[0])):
        return False
    own = (each for each in evidence.steps if each.keyword in ("RUN", "CMD", "ENTRYPOINT"))
    return not any(_RUNS_JAVASCRIPT.search(command_text(each.instruction)) for each in own)
