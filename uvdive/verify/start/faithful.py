"""Does the new image start what the original starts, where the plan announced that its words change?

`uv run` puts its environment first on PATH and into VIRTUAL_ENV
(https://docs.astral.sh/uv/concepts/projects/run/): without it the image has to.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import replace

from uvdive.base.paths import raw
from uvdive.dockerfile.text.edits import json_array
from uvdive.image.config import ImageConfig
from uvdive.image.resolve import resolve
from uvdive.ledger.report import VIRTUAL, ImageReport
from uvdive.verify.checks import Check
from uvdive.verify.start.same import Lines, calls_uv_run, in_a_shell, same_start

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""What engines set where the image has no PATH."""


def start_command(config: ImageConfig) -> tuple[str, ...]:
    """What a container runs by default; a shell form has its shell in front already."""
    return (config.entrypoint or ()) + (config.cmd or ())


def search_path(config: ImageConfig) -> tuple[str, ...]:
    """The folders of PATH, as a program of the start command is looked for in them."""
    home = config.working_dir or "/"
    return tuple(
        posixpath.join(home, folder) for folder in config.environ.get("PATH", DEFAULT_PATH).split(":")
    )


def held_to_the_original(
    check: Check, before: ImageReport, after: ImageReport, scripts: tuple[Lines, Lines] = ((), ())
) -> Check:
    """The check of the start, failed where the new image starts something else than the original.

    ``scripts`` are the lines of the shell scripts that the two start.
    """
    if not (other := tuple(_unlike(before, after, scripts))):
        return check
    detail = f"The new image does not start what the original starts: {other[0]}. {check.detail}"
    return replace(check, status="failed", detail=detail, differences=(*other, *check.differences))


def _unlike(before: ImageReport, after: ImageReport, scripts: tuple[Lines, Lines]) -> Iterator[str]:
    """What the new image starts otherwise than the original, one line each."""
    old, new = start_command(before.config), start_command(after.config)
    if not same_start(old, new):
        yield f"the start command: {json_array(old)} -> {json_array(new)}"
    yield from _health(before.config, after.config)
    yield from _lost_folders(before, after)
    was, now = ((command, *lines) for command, lines in zip((old, new), scripts, strict=True))
    if any(map(calls_uv_run, was)) and not any(map(calls_uv_run, now)):
        yield from _without_uv(before, after, now)


def _health(before: ImageConfig, after: ImageConfig) -> Iterator[str]:
    old, new = dict(before.healthcheck or {}), dict(after.healthcheck or {})
    was, now = _test(old.pop("Test", ())), _test(new.pop("Test", ()))
    if old != new or not same_start(was, now):
        yield f"the health check: {json_array(was)} {old or ''} -> {json_array(now)} {new or ''}"


def _test(words: Sequence[str]) -> tuple[str, ...]:
    """The command of a health check (OCI image config, Docker's extension)."""
    kind, rest = (words[0], words[1:]) if words else ("NONE", ())
    if kind == "CMD-SHELL":
        return ("/bin/sh", "-c", *rest)
    return tuple(rest)


def _lost_folders(before: ImageReport, after: ImageReport) -> Iterator[str]:
    """The folders that PATH no longer names though programs of the original are still in them."""
    for folder in dict.fromkeys(search_path(before.config)):
        if folder not in search_path(after.config) and _names(before, folder) & _names(after, folder):
            yield f"PATH lacks {folder}, in which the original finds programs"


def _names(report: ImageReport, folder: str) -> frozenset[bytes]:
    table, node = report.files, resolve(report.files, raw(folder)).node
    children = () if node is None else table.children(node)
    return frozenset(table.names[child] for child in children if table.visible(child) is not None)


def _without_uv(before: ImageReport, after: ImageReport, new: Sequence[Sequence[str]]) -> Iterator[str]:
    """What `uv run` gave the program, and the new image does not."""
    known = {each.path for each in (*before.environments, *after.environments) if each.kind in VIRTUAL}
    if _chosen(before) not in known:
        return  # the environment is the system's, or the original has none yet
    path = after.config.environ.get("VIRTUAL_ENV")
    if path is None or (path not in known and path != before.config.environ.get("VIRTUAL_ENV")):
        yield f"uv run sets VIRTUAL_ENV to the environment, the new image to {path or 'nothing'}"
    elif path in known:
        yield from _not_first(after, f"{path}/bin", new)


def _chosen(report: ImageReport) -> str:
    """The environment that uv takes in the work folder: the one that is named, or the nearest."""
    folder = report.config.working_dir or "/"
    named = report.config.environ.get("UV_PROJECT_ENVIRONMENT")
    if named:
        return posixpath.normpath(posixpath.join(folder, named))
    while folder != "/" and resolve(report.files, raw(f"{folder}/.venv")).node is None:
        folder = posixpath.dirname(folder)
    return posixpath.join(folder, ".venv")


def _not_first(after: ImageReport, programs: str, new: Sequence[Sequence[str]]) -> Iterator[str]:
    folders = search_path(after.config)
    if programs not in folders:
        yield f"uv run puts {programs} on PATH, the new image does not"
        return
    inside = _names(after, programs)
    for word in dict.fromkeys(_programs(new)):
        first = next((folder for folder in folders if raw(word) in _names(after, folder)), programs)
        if raw(word) in inside and first != programs:
            yield f"uv run starts {programs}/{word}, the new image {first}/{word}"


def _programs(commands: Sequence[Sequence[str]]) -> Iterator[str]:
    """What may be started: a command's first word, every word of a shell's."""
    for command in commands:
        script = in_a_shell(command)
        yield from command[:1] if script is None else script.split()
