"""The new Dockerfile's text: the author's stage, then the stage that runs (canonical shape)."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field, replace

from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.syntax import Instruction, Node
from uvdive.rewrite.copies.copy_set import CopySet
from uvdive.rewrite.copies.extra import PACKAGES, install
from uvdive.rewrite.evidence.runs import Run
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Refused
from uvdive.rewrite.packages.plan import PackagePlan
from uvdive.rewrite.stages.bases import Bases
from uvdive.rewrite.stages.targets import Target, shared_name, stage_names
from uvdive.rewrite.start.script_choice import KEPT, ScriptPlan
from uvdive.rewrite.text.runner import MOVED, bare, copies_text, folders, last_of_each, prelude

_WHY = {
    "UV_PYTHON_DOWNLOADS": "# A Python that uv downloads would be missing in the final image.\n",
    "UV_PYTHON_INSTALL_DIR": "# The final image gets uv's Python at the same path.\n",
}
BUILDS = frozenset({"RUN", "COPY", "ADD"})


@dataclass(slots=True)
class Parts:
    """All that the text is made of.

    ``env`` are variables that the runner gets (R20, R26), ``moved`` maps the line of a
    start instruction to its new source, ``extra_build`` and ``extra_start`` end the stages.
    ``edits`` are new sources of instructions of the build stage, by line, and ``before`` what
    comes in front of them; ``packages`` those that the runner installs beside the author's.
    """

    evidence: Evidence
    bases: Bases
    copies: CopySet
    runs: list[Run]
    os_packages: PackagePlan = field(default_factory=PackagePlan)
    early: frozenset[int] = frozenset()
    env: list[tuple[str, str]] = field(default_factory=list)
    moved: dict[int, str] = field(default_factory=dict)
    extra_build: list[str] = field(default_factory=list)
    extra_start: list[str] = field(default_factory=list)
    edits: dict[int, str] = field(default_factory=dict)
    scripts: ScriptPlan = field(default_factory=ScriptPlan)
    stop_signal: str | None = None
    build_env: list[tuple[str, str]] = field(default_factory=list)
    packages: tuple[str, ...] = ()
    before: dict[int, tuple[str, ...]] = field(default_factory=dict)
    targets: tuple[Target, ...] = ()

    @property
    def builds(self) -> bool:
        """Does the last stage itself build something, or get something to build?"""
        last = self.evidence.stages[-1].index
        own = (step for step in self.evidence.steps if step.stage == last)
        return any(step.keyword in BUILDS for step in own) or bool(self.extra_build or self.copies.cleared)


class Writer:
    """Collects text and remembers which lines a decision touched.

    ``lower`` says that the author writes keywords in lower case.
    """

    def __init__(self, *, lower: bool = False) -> None:
        self.text = ""
        self.lower = lower
        self.lines: dict[str, list[int]] = {}

    def add(self, text: str, *decisions: str) -> None:
        """Append whole lines; nothing where there are none."""
        if not text:
            return
        if self.text and not self.text.endswith("\n"):
            self.text += "\n"
        first = self.text.count("\n") + 1
        self.text += text
        for decision in decisions:
            self.lines.setdefault(decision, []).extend(range(first, first + max(text.count("\n"), 1)))

    def own(self, text: str, *decisions: str) -> None:
        """As ``add``, for an instruction that is not the author's."""
        keyword, space, rest = text.partition(" ")
        self.add((keyword.lower() if self.lower else keyword) + space + rest, *decisions)


def write(parts: Parts) -> Writer:
    """Write the new Dockerfile."""
    evidence = parts.evidence
    keywords = [i.source.split(maxsplit=1)[0] for i in evidence.dockerfile.instructions]
    writer = Writer(lower=all(keyword.islower() for keyword in keywords))
    divided = parts.builds or evidence.stages[-1].parent is None
    names = stage_names(evidence, builds=divided)
    if parts.targets:
        _write_several(writer, parts, names[0])
    else:
        tail = _tail(parts)
        _write_build(writer, parts, names[0], tail, builds=parts.builds)
        if divided:
            writer.add("" if re.search(r"\n\r?\n$", writer.text) else "\n")
        _write_runner(writer, parts, names, tail)
    for node in _trailing(evidence):
        writer.add(node.source)
    ends = [node.source.endswith("\r\n") for node in evidence.dockerfile.nodes if "\n" in node.source]
    if all(ends):
        writer.text = writer.text.replace("\r\n", "\n").replace("\n", "\r\n")
    return writer


def _trailing(evidence: Evidence) -> list[Node]:
    """Comments behind the last instruction."""
    nodes = evidence.dockerfile.nodes
    last = max(index for index, node in enumerate(nodes) if isinstance(node, Instruction))
    return list(nodes[last + 1 :])


def _tail(parts: Parts) -> frozenset[int]:
    """Lines of the instructions behind the last one that builds something: they only matter to the runner.

    Where the build stage gets a step at its end, that one needs the variables.
    """
    evidence = parts.evidence
    lines: list[int] = []
    for step in reversed(evidence.steps):
        if step.keyword in BUILDS or step.stage != evidence.stages[-1].index:
            break
        if not (parts.extra_build and step.keyword in ("ENV", "ARG")):
            lines.append(step.line)
    return frozenset(lines)


def _write_build(writer: Writer, parts: Parts, name: str, tail: frozenset[int], *, builds: bool) -> None:
    """All stages but the new one: the author's last one without what moves, the others as they are."""
    pending: list[Node] = []
    stages = parts.evidence.stages
    index, at = -1, _first_other_run(parts)
    for node in parts.evidence.dockerfile.nodes:
        if not isinstance(node, Instruction):
            pending.append(node)
            continue
        index += node.keyword == "FROM"
        is_last = index == len(stages) - 1
        if is_last and (node.keyword in MOVED or node.line in tail):
            pending.clear()  # its comments move along
            continue
        if node.line == at:
            _write_variables(writer, parts)
        _write_dependencies(writer, parts.before.get(node.line, ()))
        for before in pending:
            writer.add(before.source)
        pending.clear()
        if node.keyword != "FROM":
            _write_kept(writer, parts, node)
        elif not is_last or builds or stages[index].parent is None:
            _write_from(writer, node, parts, name if is_last else None)
            if at is None and node.line == parts.evidence.origin.source.line:
                _write_variables(writer, parts)
    for text in parts.extra_build:
        writer.own(text, "full-sync")
    _write_clearing(writer, parts)


def _write_clearing(writer: Writer, parts: Parts) -> None:
    if not parts.copies.cleared:
        return
    user = next((step.user for step in reversed(parts.evidence.steps)), "")
    writer.add("# The final image's base has these, or has no use for them: they stay out of the copy.\n")
    if user not in ("", "root", "0"):
        writer.own("USER root\n", "copies")
    paths = " \\\n    ".join(map(shlex.quote, parts.copies.cleared))
    writer.own(f"RUN rm -rf \\\n    {paths}\n", "copies")


def _write_kept(writer: Writer, parts: Parts, node: Instruction) -> None:
    edited = parts.edits.get(node.line)
    source = node.source if edited is None else edited
    writer.add(source if source.endswith("\n") else bare(node), *(["start-scripts"] if edited else []))


def _write_from(writer: Writer, node: Instruction, parts: Parts, name: str | None) -> None:
    """A FROM as it is; ``name`` is the build stage's, None where the author's stays."""
    source, bases = bare(node), parts.bases
    is_origin = node.line == parts.evidence.origin.source.line
    if bases.builder is not None and is_origin:
        source = source.replace(node.arguments.split()[0], bases.builder, 1)
    if name is not None:
        named = re.compile(r"(\sAS\s+)\S+", re.IGNORECASE)
        body = source.rstrip()
        as_name = f" {'as' if writer.lower else 'AS'} {name}"
        source = (named.sub(rf"\g<1>{name}", body) if named.search(body) else body + as_name) + "\n"
    writer.add(source, *(["python"] if bases.builder and is_origin else []))
    if not is_origin:
        return
    if bases.uv_image:
        writer.own(f"COPY --from={bases.uv_image} /uv /uvx /usr/local/bin/\n", "python")


def _first_other_run(parts: Parts) -> int | None:
    """The line of the first RUN that may call uv, if others are above it: the build's cache has those."""
    first = next((run for run in parts.runs if not run.repeated_whole), None)
    if first is None or first is parts.runs[0]:
        return None
    return min([first.step.line, *parts.before])


def _write_several(writer: Writer, parts: Parts, builder: str) -> None:
    """All stages, with a final base in front of the first target that starts from it (R44)."""
    evidence = parts.evidence
    last = evidence.stages[-1].index
    lean = {target.stage: target.moved for target in parts.targets} | {last: parts.moved}
    starts = ("CMD", "ENTRYPOINT")
    # An own start takes the place of the CMD that the stages share.
    unused = all(any(i.keyword in starts for i in evidence.stages[each].instructions) for each in lean)
    shared = [s for s in evidence.steps if s.stage != last and not (unused and s.keyword == "CMD")]
    common = replace(parts, evidence=replace(evidence, steps=tuple(shared)))
    name, pending, index, written = shared_name(evidence), list[Node](), -1, False
    for node in evidence.dockerfile.nodes:
        if not isinstance(node, Instruction):
            pending.append(node)
            continue
        index += node.keyword == "FROM"
        if index in lean and not written:
            written = True
            while pending and not pending[0].source.strip():
                pending.pop(0)
            writer.add("" if re.search(r"\n\r?\n$", writer.text) else "\n")
            _write_runner(writer, common, (builder, name), frozenset())
            writer.add("\n")
        for before in pending:
            writer.add(before.source)
        pending.clear()
        if index not in lean:
            if node.keyword == "FROM":
                _write_from(writer, node, parts, None)
            else:
                _write_kept(writer, parts, node)
        elif node.keyword == "FROM":
            writer.add(bare(node).replace(node.arguments.split()[0], name, 1), "targets")
        else:
            decisions = ("start-uv-run", "start-runner") if node.line in lean[index] else ()
            writer.add(lean[index].get(node.line, bare(node)), *decisions)


def _write_dependencies(writer: Writer, instructions: tuple[str, ...]) -> None:
    if instructions:
        writer.add("# The dependencies alone, so that a change of the source leaves their layer.\n")
    for text in instructions:
        writer.own(text, "dependency-layer")


def _write_variables(writer: Writer, parts: Parts) -> None:
    for key, value in parts.build_env:
        writer.own(f"ENV {key}={value}\n", "bytecode")
    for key, value in parts.bases.env:
        writer.add(_WHY[key])
        writer.own(f"ENV {key}={value}\n", "python-downloads" if key == "UV_PYTHON_DOWNLOADS" else "python")


def _write_runner(writer: Writer, parts: Parts, names: tuple[str, str], tail: frozenset[int]) -> None:
    evidence = parts.evidence
    _write_runner_from(writer, parts, names[1])
    for line in prelude(evidence, {run.step.line: run for run in parts.runs}, parts.os_packages, parts.early):
        if line.step is not None and line.step.line in tail:
            for comment in _comments_above(evidence, line.step.line):
                writer.add(comment)
        (writer.add if line.step is not None else writer.own)(line.text, *line.decisions)
    if parts.env:
        pairs = " \\\n    ".join(f"{key}={value}" for key, value in parts.env)
        writer.own(f"ENV {pairs}\n", "environment-variables")
    _write_packages(writer, parts)
    _write_scripts(writer, parts, names[0])
    for line in [*folders(parts.copies), *copies_text(parts.copies, names[0])]:
        writer.own(line.text, *line.decisions)
    for step in last_of_each(evidence.steps):
        if step.keyword == "CMD" and evidence.last("CMD") is None:
            continue
        here = step.stage == evidence.stages[-1].index
        _write_moved(writer, parts, step, with_comments=here and (step.line in tail or step.keyword in MOVED))
    for text in parts.extra_start:
        writer.own(text, "start-inherited")
    if parts.stop_signal:
        writer.own(parts.stop_signal, "stop-signal")


def _write_packages(writer: Writer, parts: Parts) -> None:
    """What the final stage installs by name, beside the author's own commands (R36, R46)."""
    report = parts.evidence.report
    for other in parts.os_packages.others:
        writer.add(f"# The OS packages that {other.by} installs by itself.\n")
        writer.own(install(report, other.names), "other-packages")
    writer.add(install(report, parts.packages), PACKAGES)


def _write_runner_from(writer: Writer, parts: Parts, name: str) -> None:
    source = parts.evidence.origin.source
    platform = source.flag("platform")
    flag = f"--platform={platform} " if platform else ""
    image = parts.bases.written or parts.bases.runner
    if parts.bases.builder is None and image == parts.evidence.base:
        image = source.arguments.split()[0]
    writer.own(f"FROM {flag}{image} {'as' if writer.lower else 'AS'} {name}\n", "runner-base", "python")


def _write_scripts(writer: Writer, parts: Parts, builder: str) -> None:
    """What start scripts that still call uv need (R24, R51)."""
    if parts.scripts.copied_uv is not None:
        path = parts.scripts.copied_uv
        pairs = " \\\n    ".join(f"{name}={value}" for name, value in KEPT)
        writer.add("# A start script calls uv: it finds the environment ready and installs nothing.\n")
        writer.own(f"COPY --from={builder} {path} {path}\n", "start-scripts")
        writer.own(f"ENV {pairs}\n", "start-scripts")
    if parts.scripts.shim is not None:
        writer.add("# Stands in for uv in start scripts: `uv run X` starts X.\n")
        writer.own(parts.scripts.shim, "start-scripts")


def _write_moved(writer: Writer, parts: Parts, step: Step, *, with_comments: bool) -> None:
    if with_comments:
        for comment in _comments_above(parts.evidence, step.line):
            writer.add(comment)
    if step.keyword == "WORKDIR" and not step.instruction.arguments.lstrip().startswith("/"):
        writer.own(f"WORKDIR {parts.evidence.workdir}\n")
        return
    decisions = ("start-uv-run", "start-runner") if step.line in parts.moved else ()
    writer.add(parts.moved.get(step.line, bare(step.instruction)), *decisions)


def _comments_above(evidence: Evidence, line: int) -> list[str]:
    """The comments between an instruction and the one before, with one blank line in front at most."""
    found: list[str] = []
    for node in reversed([n for n in evidence.dockerfile.nodes if n.line < line]):
        if isinstance(node, Instruction) or node.kind == "directive":
            break
        found.append(node.source)
    found.reverse()
    while len(found) > 1 and not found[0].strip() and not found[1].strip():
        found.pop(0)
    return found


def check_single(evidence: Evidence) -> None:
    """Refuse what no stage may hold (R26)."""
    for step in evidence.steps:
        if step.keyword == "ONBUILD":
            raise Refused(
                "R26", "ONBUILD would run in other people's builds; it cannot be divided.", step.line
            )
