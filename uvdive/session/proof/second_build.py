"""Which files the original itself has otherwise, when it is built once more.

Time stamps in databases, random names and ids, files that two packages fight over: a path
that differs between two builds of the original says nothing about the rewrite.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from uvdive.base.errors import BuildError
from uvdive.base.progress import CancelToken, Note, OnEvent, ignore
from uvdive.build.arguments import values_of_build
from uvdive.build.events import BuildRequest
from uvdive.build.images import image_tag
from uvdive.build.temporary import removed_after
from uvdive.dockerfile.text.syntax import Instruction, parse
from uvdive.ledger.reading.contents import Indexes
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.evidence.steps import gather
from uvdive.rewrite.notes import Refused
from uvdive.session.comparing import compare_images
from uvdive.session.proof.building import build_image, engine_of
from uvdive.session.proof.own_builds import load_built
from uvdive.verify.checks import NO_CHANCE, Chance
from uvdive.verify.spent import Spent

MOST = 500
"""More paths than that differ for another reason than chance: no second build is made for them."""

_NONCE = "UVDIVE_SECOND_BUILD"


def varying_paths(  # noqa: PLR0913 - a build and what to look for, by name
    paths: Iterable[bytes],
    before: ImageReport,
    text: str,
    request: BuildRequest,
    *,
    indexes: Indexes = (None, None),
    variables: tuple[str, ...] = (),
    spent: Spent | None = None,
    on_event: OnEvent = ignore,
    cancel: CancelToken | None = None,
) -> Chance:
    """Those of ``paths`` that a second build of the original lacks or has otherwise.

    Only the steps from the first that wrote one of them on are done anew, in one build.
    Empty where only files of the context differ, where there are too many, where packages
    came in other versions, or where the build fails.

    Args:
        paths: the paths that differ, as the image has them.
        before: the original.
        text: its Dockerfile.
        request: how it is built: context, Dockerfile, arguments.
        indexes: where the contents of ``before`` lie, where it came from an archive.
        variables: ``K=V`` that hold the build to versions, each as an ARG.
        spent: learns how long the build took.
        on_event: gets a Note.
        cancel: stops the build.

    Raises:
        EngineError: the engine went away.
        CancelledError: ``cancel`` was set.
    """
    asked = frozenset(paths)
    again = _anew(text, before, asked, request, variables) if 0 < len(asked) <= MOST else None
    if again is None:
        return NO_CHANCE
    on_event(Note("Building the original once more, to see which files differ by themselves"))
    dockerfile = request.dockerfile or Path("Dockerfile")
    tag = image_tag(request.context, dockerfile, "again")
    request = BuildRequest(request.context, dockerfile, again, tag, request.args, engine_of(before))
    with removed_after(tag, request.engine):
        try:
            with (spent or Spent()).on("build"):
                built = build_image(request, cancel=cancel)
        except BuildError:
            return NO_CHANCE  # then the differences stand as they are
        second = load_built(request, built, cancel=cancel).report
        comparison = compare_images(before, second, indexes=indexes, cancel=cancel)
    if any(delta.before != delta.after for delta in (*comparison.packages, *comparison.os_packages)):
        return NO_CHANCE
    return Chance.of(comparison.paths).among(asked)


def _anew(
    text: str, before: ImageReport, paths: frozenset[bytes], request: BuildRequest, variables: tuple[str, ...]
) -> str | None:
    """The Dockerfile with an ARG of a new value before the first step that wrote one of the paths.

    None where no RUN and no other stage wrote any: what comes from the context stays the same.
    """
    try:
        values = values_of_build(request.args, os.environ)
        evidence = gather(parse(text), before, request.context, values)
    except Refused:
        return None
    table = before.files
    nodes = (table.find(path) for path in paths)
    entries = (None if node is None else table.visible(node) for node in nodes)
    layers = {table.entry_layer[entry] for entry in entries if entry is not None}
    steps = [step for step in evidence.steps if step.layer in layers]
    runs = {step.line for step in steps if step.keyword == "RUN"}
    from_stages = any(step.instruction.flag("from") is not None for step in steps)
    if not runs and not from_stages:
        return None
    arguments = "".join(f"ARG {item}\n" for item in (f"{_NONCE}={secrets.token_hex(8)}", *variables))
    lines = []
    for node in evidence.dockerfile.nodes:
        if isinstance(node, Instruction) and node.line == min(runs, default=0):
            lines.append(arguments)
        lines.append(node.source)
        # What comes from another stage was written anywhere in it.
        if from_stages and isinstance(node, Instruction) and node.keyword == "FROM":
            lines.append(("" if node.source.endswith("\n") else "\n") + arguments)
    return "".join(lines)
