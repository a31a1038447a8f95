"""The author's stages, as the stage that builds: what moves away, and what is added (R6, R14, R42)."""

from __future__ import annotations

import re
import shlex

from uvdive.dockerfile.stages import Stage, lineage
from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.text.syntax import Instruction
from uvdive.dockerfile.variables import pairs
from uvdive.rewrite.builder import DependencyLayer, Export
from uvdive.rewrite.stages.credentials import without
from uvdive.rewrite.text.bare import staging
from uvdive.rewrite.text.installing import only_installs
from uvdive.rewrite.text.last_stage import write_common
from uvdive.rewrite.text.parts import Parts
from uvdive.rewrite.text.runner import MOVED
from uvdive.rewrite.text.variables import stand_behind
from uvdive.rewrite.text.writer import Placed, Writer, bare, placed
from uvdive.uv.images import Reference

_WHY = {
    "UV_PYTHON_DOWNLOADS": "# A Python that uv downloads would be missing in the final image.\n",
    "UV_PYTHON_INSTALL_DIR": "# The final image gets uv's Python at the same path.\n",
    "UV_PYTHON_PREFERENCE": "",
}

_PROGRAMS = frozenset(("PYTHONUNBUFFERED", "PYTHONFAULTHANDLER"))
"""Variables that change what a running program prints, and nothing that a build makes."""

_SERVERS = re.compile(r"(?:[A-Z0-9]+_)*(?:HOST|PORT|LOG_LEVEL)")


def write_build(writer: Writer, parts: Parts, name: str, tail: frozenset[int]) -> None:
    """All stages but the new one: the author's last one without what moves, the others as they are.

    ``name`` is the build stage's; ``tail`` are the lines of the last stage that only matter to the runner.
    """
    stages = parts.evidence.stages
    first, behind = parts.layer.export.first if parts.layer.export is not None else None, 0
    for each in placed(parts.evidence.dockerfile):
        node = each.node
        is_last = each.stage == len(stages) - 1
        if is_last and (node.keyword in MOVED or node.line in tail):
            continue  # its comments move along
        if node.line in parts.layer.gone:
            continue
        if node.line in parts.folded:
            writer.nodes(each.above)
            continue
        _write_export(writer, parts.layer.export, node.line, name)
        kept = "" if _is_idle_root(parts, node) else _of_the_build(parts, node)
        if not kept or _is_elsewhere(parts, node):
            _write_rest(writer, parts, each, kept)
            continue
        _write_dependencies(writer, parts.layer, node.line)
        is_origin = node.line == parts.evidence.origin.source.line
        (write_common(writer, parts, each.above) if is_origin else writer.nodes(each.above))
        if node.keyword != "FROM":
            write_kept(writer, parts, node, kept)
        elif not is_last or parts.builds or stages[each.stage].parent is None:
            write_from(writer, node, parts, (first or name) if is_last else None)
            behind = _variables_behind(parts, stages[each.stage], tail) or behind
        if node.line == behind:
            _write_variables(writer, parts)
    for text in parts.extra_build:
        writer.own(text, "full-sync")
    _write_removals(writer, parts)
    _write_staging(writer, parts)


def _variables_behind(parts: Parts, stage: Stage, tail: frozenset[int]) -> int:
    """The line behind which a stage gets the build's own variables; 0 where it gets none."""
    if not (parts.build_env or parts.bases.env) or not _gets_variables(parts, stage.index):
        return 0
    export, layer = parts.layer.export, parts.layer
    is_last = stage.index == len(parts.evidence.stages) - 1
    changed = {*layer.gone, *layer.before, *parts.folded, *parts.edits, *([export.line] if export else [])}

    def stays(node: Instruction) -> bool:
        if is_last and (node.keyword in MOVED or node.line in tail):
            return True  # nothing of it counts for a RUN
        left = "" if _is_idle_root(parts, node) else _of_the_build(parts, node)
        return node.line not in changed and left == node.source and not _is_elsewhere(parts, node)

    return stand_behind(parts, stage, stays)


def _gets_variables(parts: Parts, stage: int) -> bool:
    """Is it the first stage that builds: on the image, or on the author's own that both stages stand on?"""
    stages, below = parts.evidence.stages, parts.common.stage
    if below is None:
        return stages[stage].source.line == parts.evidence.origin.source.line
    return stages[stage].parent == below and stages[stage] in lineage(stages, stages[-1])


def _write_rest(writer: Writer, parts: Parts, each: Placed, kept: str) -> None:
    """What the build alone does of an instruction that stands elsewhere; else what follows stays apart."""
    rest = parts.common.rests.get(each.node.line)
    if rest is not None:
        if any(not above.source.strip() for above in each.above):
            writer.blank()
        writer.add(rest.rstrip("\r\n") + "\n", "common-base")
    elif kept or any(not above.source.strip() for above in each.above):
        writer.blank()


def _write_removals(writer: Writer, parts: Parts) -> None:
    """What root takes away at the end, so that no copy brings it."""
    cleared, user = parts.copies.cleared, next((step.user for step in reversed(parts.evidence.steps)), "")
    by_root = "" if user in ("", "root", "0") else "USER root\n"
    if cleared:
        writer.add("# The final image's base has its own of these.\n")
        writer.own(by_root, "copies")
        paths = " \\\n    ".join(map(shlex.quote, cleared))
        writer.own(f"RUN rm -rf \\\n    {paths}\n", "copies")
    if parts.trim:
        writer.blank()
        writer.add(parts.trim[0])
        writer.own("" if cleared else by_root, "trim")
        writer.own("".join(parts.trim[1:]), "trim")


def _write_staging(writer: Writer, parts: Parts) -> None:
    """Folders and links of a last stage that can make none itself (R63)."""
    bare = parts.bases.bare
    text = staging(parts.copies) if bare is not None else ""
    if bare is None or not text:
        return
    why = "in which nothing is run" if bare.shell else "which has no shell to make them"
    writer.add(f"# Folders and links for the final image, {why}.\n")
    user = next((step.user for step in reversed(parts.evidence.steps)), "")
    if user not in ("", "root", "0") and not parts.copies.cleared:
        writer.own("USER root\n", "copies")
    writer.own(f"RUN {text}\n", "folders", "copies")


def _is_elsewhere(parts: Parts, node: Instruction) -> bool:
    """Does an instruction stand in the stage below, or only in the last one?"""
    common = parts.common
    if common.stage is not None:
        return False
    return node.line in common.left or (node.line in common.lines and node.keyword != "ARG")


def _of_the_build(parts: Parts, node: Instruction) -> str:
    """The source of an instruction without what only the program reads; empty where nothing is left."""
    step = next((each for each in parts.evidence.steps if each.line == node.line), None)
    both = parts.common.stage is not None and node.line in parts.common.lines
    if step is None or node.keyword != "ENV" or parts.evidence.shared or both:
        return node.source
    left = without(step, _PROGRAMS | _of_servers(parts, step))
    return node.source if left.strip() == node.source.strip() else left


def _of_servers(parts: Parts, step: Step) -> frozenset[str]:
    """Where a server listens and what it logs, which a build does not read that only installs."""
    named = {name for name, _ in pairs(step.instruction.value, step.values.get) if _SERVERS.fullmatch(name)}
    if not named or not only_installs(parts.runs):
        return frozenset()
    texts = [each.instruction.value for each in parts.evidence.steps if each.keyword not in MOVED]
    return frozenset(name for name in named if not any(re.search(rf"\$\{{?{name}\b", t) for t in texts))


def _is_idle_root(parts: Parts, node: Instruction) -> bool:
    """Is it a USER root over an image that runs as root anyway? It would end the build stage (DL3002)."""
    evidence = parts.evidence
    root = node.keyword == "USER" and node.arguments.strip() in ("root", "0")
    if not root or len(evidence.stages) > 1:
        return False
    before = [step for step in evidence.steps if step.keyword == "USER" and step.line < node.line]
    return not before and Reference.read(evidence.base).family not in ("other", "lambda")


def write_kept(writer: Writer, parts: Parts, node: Instruction, source: str | None = None) -> None:
    """An instruction that stays in the build, edited where a choice says so."""
    edited = parts.edits.get(node.line)
    text = (source or node.source) if edited is None else edited
    writer.add(text if text.endswith("\n") else bare(node), *(["start-scripts"] if edited else []))


def write_from(writer: Writer, node: Instruction, parts: Parts, name: str | None) -> None:
    """A FROM as it is; ``name`` is the build stage's, None where the author's stays."""
    source, bases = bare(node), parts.bases
    is_origin = node.line == parts.evidence.origin.source.line
    if is_origin and parts.common.name and parts.common.stage is None:
        source = f"{writer.keyword('FROM')} {parts.common.name}\n"
    elif bases.builder is not None and is_origin:
        source = source.replace(node.arguments.split()[0], bases.builder, 1)
    if name is not None:
        named = re.compile(r"(\sAS\s+)\S+", re.IGNORECASE)
        body = source.rstrip()
        as_name = f" {writer.keyword('AS')} {name}"
        source = (named.sub(rf"\g<1>{name}", body) if named.search(body) else body + as_name) + "\n"
    writer.add(source, *(["python"] if bases.builder and is_origin else []))
    if is_origin and parts.common.uv:
        uv = "/usr/local/bin/uv /usr/local/bin/uvx"
        writer.own(f"COPY --from={parts.common.uv} {uv} /usr/local/bin/\n", "common-base")
    if is_origin and bases.uv_image:
        writer.own(f"COPY --from={bases.uv_image} /uv /uvx /usr/local/bin/\n", "python")


def _write_dependencies(writer: Writer, layer: DependencyLayer, line: int) -> None:
    instructions = layer.before.get(line, ())
    if instructions and layer.export is None:
        writer.add("# The dependencies alone, so that a change of the source leaves their layer.\n")
    for text in instructions:
        writer.own(text, "dependency-layer")


def _write_export(writer: Writer, export: Export | None, line: int, builder: str) -> None:
    """The end of the author's first half, the stage that exports, and the beginning of the second half."""
    if export is None or export.line != line:
        return
    as_ = writer.keyword("AS")
    for text in export.moved:
        writer.add(text, "dependency-layer")
    writer.blank()
    writer.add(
        "# The lock's pins alone: a change of the project's version leaves the layer of dependencies.\n"
    )
    for text in (f"FROM {export.first} {as_} {export.name}\n", *export.text):
        writer.own(text, "dependency-layer")
    writer.blank()
    writer.own(f"FROM {export.first} {as_} {builder}\n", "dependency-layer")


def _write_variables(writer: Writer, parts: Parts) -> None:
    """The build's own variables, set apart from the author's own lines."""
    writer.blank()
    for key, value in parts.build_env:
        writer.own(f"ENV {key}={value}\n", "bytecode")
    for key, value in parts.bases.env:
        writer.add(_WHY[key])
        writer.own(f"ENV {key}={value}\n", "python-downloads" if key == "UV_PYTHON_DOWNLOADS" else "python")
    writer.blank()
