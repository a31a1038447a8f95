"""Is an image what its Dockerfile and build context make now? Told without a build, by what COPY brought."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from pathlib import Path

import xxhash

from uvdive.base.files.foreign import read_file
from uvdive.dockerfile.ignore import read_ignored
from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.text.syntax import parse
from uvdive.image.raw_image import StoreIndex
from uvdive.image.table import Kind
from uvdive.ledger.reading.contents import Contents, UnreadableError, place_of
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.evidence.files.context_files import sources
from uvdive.rewrite.evidence.steps import Evidence, gather
from uvdive.rewrite.notes import Refused

_MOST = 5
_TELLING = ("from", "parents", "exclude", "chmod")
"""Flags with which the places of the files cannot be told here, or which are no files of the context."""


def differences(
    report: ImageReport,
    index: StoreIndex | None,
    text: str,
    dockerfile: Path,
    context: Path,
    *,
    own: frozenset[str] = frozenset(),
    values: Mapping[str, str] | None = None,
) -> tuple[str, ...]:
    """The first files of the context that the image has otherwise or not at all, or too many of.

    Only COPY and ADD of plain files and folders are looked at. Where the image's history
    does not fit the Dockerfile, nothing is told: the plan says so.

    Args:
        report: the image.
        index: where its contents lie, for one from an archive.
        text: the Dockerfile.
        dockerfile: its path, whose own ignore file counts.
        context: the build context.
        own: files of the context that uvdive writes itself while it works: they don't count.
        values: what the build gives its ARGs.

    Raises:
        EngineError: the engine that holds the image does not answer.
    """
    try:
        evidence = gather(parse(text), report, context, values)
    except Refused:
        return ()
    expected = _expected(
        evidence, report, frozenset(read_ignored(context, dockerfile).files(context)) - own, context
    )
    written = _expected(evidence, report, own, context)
    found = list(_names(report, expected, written))
    if not found:
        with place_of(report, index) as place:
            if place is None:
                return ()
            with Contents(report.files, place) as contents:
                found = list(_contents(report, contents, expected))
    return tuple(dict.fromkeys(found))[:_MOST]


Expected = dict[int, dict[bytes, Path]]
"""For each layer that a COPY made its paths in the image, with the files of the context."""


def _expected(evidence: Evidence, report: ImageReport, included: frozenset[str], context: Path) -> Expected:
    expected: Expected = {}
    for step in evidence.steps:
        if step.layer is None or step.keyword not in ("COPY", "ADD") or not is_plain(step):
            continue
        paths = {}
        for inside, target in placed(step, report, included):
            paths[target.encode("utf-8", "surrogateescape")] = context / inside
        expected[step.layer] = paths
    return expected


def is_plain(step: Step) -> bool:
    """Does a COPY or ADD bring files of the context under their own names?"""
    instruction = step.instruction
    if instruction.heredocs or any(instruction.flag(name) is not None for name in _TELLING):
        return False
    given, _ = sources(step)
    return not any("://" in one or one.startswith("git@") or set(one) & set("*?[") for one in given)


def placed(step: Step, report: ImageReport, included: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Each file with where this instruction puts it, a COPY or ADD of plain files and folders."""
    given, target = sources(step)
    for one in given:
        source = posixpath.normpath(one.lstrip("/"))
        if source in included:
            into = target.endswith("/") or _is_folder(report, target)
            yield source, posixpath.join(target, posixpath.basename(source)) if into else target
            continue
        prefix = "" if source == "." else f"{source}/"
        for path in included:
            if path.startswith(prefix):
                yield path, posixpath.join(target, path[len(prefix) :])


def _is_folder(report: ImageReport, path: str) -> bool:
    """Is there a folder of this name, into which a file is copied then?"""
    table = report.files
    node = table.find(path.encode("utf-8", "surrogateescape"))
    entry = None if node is None else table.visible(node)
    return entry is not None and table.entry_kind[entry] == Kind.DIRECTORY


def _names(report: ImageReport, expected: Expected, written: Expected) -> Iterator[str]:
    """Files that the layer lacks or has in another size, and files of it that are gone from the context."""
    table = report.files
    there: dict[int, dict[bytes, int]] = {layer: {} for layer in expected}
    for entry in range(table.entries):
        layer = table.entry_layer[entry]
        if layer in there and table.entry_kind[entry] == Kind.FILE:
            there[layer][table.path(table.entry_node[entry])] = table.entry_size[entry]
    for layer, paths in expected.items():
        for path, file in paths.items():
            if there[layer].get(path) != file.stat().st_size:
                yield str(file)
        gone = there[layer].keys() - paths.keys() - written.get(layer, {}).keys()
        yield from (path.decode("utf-8", "replace") for path in gone)


def _contents(report: ImageReport, contents: Contents, expected: Expected) -> Iterator[str]:
    table = report.files
    for layer, paths in expected.items():
        for path, file in paths.items():
            node = table.find(path)
            entry = None if node is None else table.visible(node)
            if entry is None or table.entry_layer[entry] != layer:
                continue  # a later instruction wrote it again
            try:
                same = contents.digest(entry) == xxhash.xxh3_64_intdigest(
                    read_file(file, table.entry_size[entry])
                )
            except UnreadableError:
                continue
            except OSError:
                same = False  # it grows, or is not for this user: nobody knows what a build makes of it
            if not same:
                yield str(file)
