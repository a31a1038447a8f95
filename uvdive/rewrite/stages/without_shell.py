"""What in the container needs a shell or a program that a bare base lacks: then the base is refused (R63)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Sequence

from uvdive.base.paths import raw
from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.text.syntax import inner
from uvdive.image.resolve import resolve, which
from uvdive.image.table import NONE
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.files.image_texts import image_text
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.evidence.system.beyond_base import BeyondBase
from uvdive.rewrite.evidence.system.os_needs import Called, SystemFacts
from uvdive.rewrite.notes import Notes, Refused
from uvdive.rewrite.packages import PackagePlan, without_manager
from uvdive.rewrite.stages.base_difference import KnownBases
from uvdive.rewrite.stages.bases import Bases
from uvdive.rewrite.start import Start

_SHELLS = frozenset({"sh", "bash", "dash", "ash"})
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def on_base(  # noqa: PLR0913, PLR0917 - what was decided before
    plan: PackagePlan,
    evidence: Evidence,
    bases: Bases,
    known: KnownBases,
    start: Start,
    called: Sequence[Called],
    runs: Sequence[Run],
    notes: Notes,
) -> PackagePlan:
    """What becomes of the OS packages: as planned, or nothing is installed, where the base can run nothing.

    Raises:
        Refused: R63, something needs a shell or a program that such a base lacks.
    """
    base = known.report(bases.runner) if bases.bare is not None else None
    if bases.bare is None or base is None or known.files is None:
        return plan
    whole = known.whole()
    programs = _Programs(evidence, known.files, base, whole, bases.runner)
    _check_start(evidence, start, programs)
    for word in called:
        if word.sure and programs.lacks(word.word):
            raise programs.refusal(f"{word.by} calls {word.word}", None)
    for run in runs:
        if run.has("system"):
            raise programs.refusal("this RUN changes the system's settings", run.step.line)
    _check_needs(programs, whole)
    if (beyond := known.beyond(bases.runner, bases.builder)) is not None:
        _check_sources(programs, beyond)
    brought = [each.package for each in bases.bare.brought]
    return without_manager(plan, evidence, base, brought, bases.runner, notes)


def _check_start(evidence: Evidence, start: Start, programs: _Programs) -> None:
    """Scripts, ENTRYPOINT, CMD and HEALTHCHECK, as the rewrite has them."""
    scripts = start.scripts
    if scripts.copied_uv is not None or scripts.shim is not None:
        raise programs.refusal("start scripts call uv, and need a shell", None)
    for script in start.found:
        if script.is_shell:
            raise programs.refusal(f"{script.path} is a shell script", script.line)
    for keyword in ("ENTRYPOINT", "CMD"):
        if (step := evidence.starting(keyword)) is not None:
            programs.check_step(step, start.moved.get(step.line))
    if evidence.starter is None and evidence.report is not None:
        config = evidence.report.config
        programs.check_words((config.entrypoint or ()) + (config.cmd or ()), "the start", None)
    health = evidence.last("HEALTHCHECK")
    if health is not None and health.instruction.arguments.strip() != "NONE":
        programs.check_health(health, start.moved.get(health.line))


class _Programs:
    """Which programs the original has and the base has not."""

    def __init__(
        self,
        evidence: Evidence,
        files: Files,
        base: ImageReport,
        whole: SystemFacts | None,
        reference: str,
    ) -> None:
        self.evidence, self.files, self.base, self.reference = evidence, files, base, reference
        self.owners = whole.programs if whole is not None else {}

    def refusal(self, why: str, line: int | None) -> Refused:
        """The refusal for a reason, in a sentence."""
        return Refused(
            "R63",
            f"{self.reference} will not do: {why}. Keep the build's own base (`--choose final-base=slim`), "
            "or change what needs more.",
            line,
        )

    def lacks(self, name: str) -> bool:
        """Is it a program of one of the original's OS packages, which the base has not?"""
        short = posixpath.basename(name)
        return short in self.owners and not self._there(name)

    def _there(self, name: str) -> bool:
        search = [raw(folder) for folder in _PATH.split(":")]
        return which(self.base.files, raw(name), search) is not None

    def check_step(self, step: Step, moved: str | None) -> None:
        """An ENTRYPOINT or a CMD, as it is or as the rewrite has it (``moved``)."""
        text = moved if moved is not None else step.instruction.source
        if not text.strip():
            return  # `ENTRYPOINT ["uv", "run"]` goes; what it started is CMD's
        value = text.split(None, 1)[1] if len(text.split(None, 1)) > 1 else ""
        self._check(step.keyword, value, step)

    def check_health(self, step: Step, moved: str | None) -> None:
        """A HEALTHCHECK, of which the words behind CMD count."""
        text = moved if moved is not None else step.instruction.source
        found = re.search(r"\bCMD\b(.*)", text, re.IGNORECASE | re.DOTALL)
        self._check("HEALTHCHECK", found[1].strip() if found else inner(step.instruction).value, step)

    def _check(self, keyword: str, value: str, step: Step) -> None:
        if not value.lstrip().startswith("["):
            raise self.refusal(
                f"{keyword} is in the shell form, and needs a shell. The exec form "
                f'({keyword} ["program", "argument"]) needs none',
                step.line,
            )
        words = re.findall(r'"((?:[^"\\]|\\.)*+)"', value)
        self.check_words(words, keyword, step.line)

    def check_words(self, words: Sequence[str], what: str, line: int | None) -> None:
        """A command in the exec form: its program, and what interprets that."""
        if not words:
            return
        name = words[0]
        if posixpath.basename(name) in _SHELLS and not self._there(name):
            raise self.refusal(f"{what} starts {name}", line)
        report, config = self.files.report, self.files.report.config
        home = self.evidence.workdir
        search = [raw(posixpath.join(home, each)) for each in config.environ.get("PATH", _PATH).split(":")]
        node = which(report.files, raw(posixpath.join(home, name) if "/" in name else name), search)
        if node is None:
            return
        path = self.files.path(node)
        if self._of_system(node) and not self._there(path):
            raise self.refusal(f"{what} calls {name}, which it does not have", line)
        shebang = re.match(r"#!\s*(\S+)", image_text(self.evidence, self.files, path) or "")
        if shebang is not None and self._interprets(shebang[1]):
            raise self.refusal(f"{what} starts {path}, which {shebang[1]} interprets", line)

    def _interprets(self, interpreter: str) -> bool:
        """Is a script's interpreter a program of the system that the base lacks?"""
        node = resolve(self.files.table, raw(interpreter)).node
        return node is not None and self._of_system(node) and not self._there(interpreter)

    def _of_system(self, node: int) -> bool:
        entry = self.files.entry(node)
        inode = NONE if entry is None else self.files.table.entry_inode[entry]
        return inode != NONE and self.files.owner(node) in ("base-os", "os-packages")


def _check_needs(programs: _Programs, whole: SystemFacts | None) -> None:
    """Programs that the app's own code surely calls, and those that tables of distributions name."""
    for need in whole.needs if whole is not None else ():
        if need.how != "runs" or not need.sure:
            continue
        # The tables name packages, of which nobody knows the programs that are called.
        by_table = need.thing == need.package and need.package not in _names(programs.base)
        if by_table or programs.lacks(need.thing):
            raise programs.refusal(f"{need.by} calls {need.thing}", None)


def _names(report: ImageReport) -> Collection[str]:
    return {part.name for part in report.components if part.version is not None}


def _check_sources(programs: _Programs, beyond: BeyondBase) -> None:
    """Python code that gives commands to a shell, or looks for libraries by ldconfig."""
    if programs.lacks("sh"):
        for path in beyond.in_shell[:1]:
            raise programs.refusal(f"{path} runs commands in a shell", None)
    for path in beyond.finders[:1]:
        why = f"{path} looks for a library by find_library(), which asks ldconfig"
        raise programs.refusal(why, None)
