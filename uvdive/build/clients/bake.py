"""Bake files: what ``docker buildx bake`` itself makes of them, asked by ``--print``.

Targets inherit, are made from matrices and call functions
(https://docs.docker.com/build/bake/reference/); buildx resolves all of it, also without an engine.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from uvdive.base import shapes
from uvdive.base.errors import BuildError, UsageError
from uvdive.base.files.foreign import read_start, real
from uvdive.base.words import first_of
from uvdive.build.clients.client import progress_mode
from uvdive.compose.recipe import Recipe
from uvdive.compose.services import is_remote

SECONDS = 60
"""So long may buildx take to resolve a file."""

MOST_BYTES = 1 << 20
_TARGET = re.compile(r'^[ \t]*target[ \t]+"([^"\n]+)"', re.MULTILINE)
_NAMED = 20
_DEEPEST = 10
# One value each, and what buildx calls it.
_ONE = {"target": "--target", "network": "--network", "shm-size": "--shm-size"}


def read_bake(file: Path, name: str | None) -> Recipe:
    """The build of a Bake file's target.

    Paths in it are from the current folder, as Bake has them; where no Dockerfile is there, from
    the file's own.

    Args:
        file: the file, in HCL or JSON.
        name: the target or group; None for ``default``.

    Raises:
        UsageError: the file cannot be read or is not understood, there is no such target or several
            to choose from, or what it builds is no Dockerfile in a folder of this machine.
        EngineError: there is no docker client.
        BuildError: there is no buildx plugin.
    """
    names = _targets_named(file)
    progress_mode()  # says what is missing, where something is
    folders = [Path(), file.parent] if real(file.parent) != Path.cwd() else [Path()]
    errors: list[UsageError] = []
    for folder in folders:
        try:
            return _recipe(file, folder, *_target(file, name, names, folder))
        except UsageError as error:
            errors.append(error)
    raise errors[-1]


_PRINTED = shapes.Record(
    {
        "target": shapes.Maybe(
            shapes.Each(
                shapes.Record(
                    dict.fromkeys(
                        ("context", "dockerfile", "dockerfile-inline", "target", "network"),
                        shapes.Maybe(str),
                    )
                    | dict.fromkeys(
                        ("args", "labels", "contexts"), shapes.Maybe(shapes.Each(shapes.Maybe(str)))
                    )
                    | dict.fromkeys(("secret", "ssh"), shapes.Maybe(list))
                    | {"platforms": shapes.Maybe([str])}
                )
            )
        ),
        "group": shapes.Maybe(shapes.Each(shapes.Record({"targets": shapes.Maybe([str])}))),
    }
)


def _targets_named(file: Path) -> list[str]:
    """The names of targets as they stand in the file, for people.

    Raises:
        UsageError: it cannot be read, or is too long.
    """
    try:
        data = read_start(file, MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.", "Check the path.") from error
    if len(data) > MOST_BYTES:
        raise UsageError(f"{file} is over {MOST_BYTES >> 20} MiB, more than is read.", "Name another file.")
    text = data.decode("utf-8", "replace")
    if file.suffix != ".json":
        return list(dict.fromkeys(_TARGET.findall(text)))
    try:
        found = json.loads(text).get("target")
    except (ValueError, AttributeError, RecursionError):
        return []
    return list(found) if isinstance(found, dict) else []


def _target(file: Path, name: str | None, names: list[str], folder: Path) -> tuple[str, dict[str, Any]]:
    """The one target that a name means, and what it says."""
    data = _printed(file, name, names, folder)
    targets, groups = data.get("target"), data.get("group")
    if not targets:
        raise UsageError(f"{file} has no target.", "Name the Dockerfile itself.")
    wanted = [name] if name in targets else _members(name or "default", groups or {}, set())
    wanted = [each for each in wanted if each is not None and each in targets]
    if len(wanted) != 1:
        raise _several(file, wanted or list(targets))
    return wanted[0], targets[wanted[0]]


def _members(name: str, groups: Mapping[str, Any], seen: set[str]) -> list[str]:
    """The targets of a group, and of the groups in it."""
    group = groups.get(name)
    if group is None or name in seen or len(seen) > _DEEPEST:
        return [name]
    seen.add(name)
    found = [member for each in group.get("targets") or () for member in _members(each, groups, seen)]
    return list(dict.fromkeys(found))


def _several(file: Path, names: list[str]) -> UsageError:
    return UsageError(
        f"{file} builds several targets: {first_of(names, _NAMED)}.", f"Name one: {file}:{names[0]}"
    )


def _printed(file: Path, name: str | None, names: list[str], folder: Path) -> dict[str, Any]:
    argv = ["docker", "buildx", "bake", "-f", str(real(file)), "--print"]
    if name is not None:
        if name.startswith("-"):
            raise UsageError(f"{name} is no name of a target.", "Check the name.")
        argv.append(name)
    try:
        asked = subprocess.run(
            argv, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise BuildError(f"docker buildx bake took over {SECONDS} s to read {file}.") from error
    if asked.returncode:
        raise _not_understood(file, name, names, asked.stderr.decode("utf-8", "replace"))
    try:
        found: dict[str, Any] = shapes.load(asked.stdout, _PRINTED, "what it prints")
    except shapes.ShapeError as error:
        raise BuildError(
            f"docker buildx bake --print gave no JSON of a build for {file}: {error}."
        ) from error
    return found


def _not_understood(file: Path, name: str | None, names: list[str], said: str) -> UsageError:
    lines = [line for line in said.splitlines() if line.strip() and not line.startswith("#")]
    why = next((line.removeprefix("ERROR: ") for line in reversed(lines) if line.startswith("ERROR:")), "")
    if "failed to find target" in why:
        listed = f"Its targets: {', '.join(names[:_NAMED])}." if names else ""
        if name is None:
            return UsageError(f"{file} has no group or target called default.", f"Name one. {listed}")
        return UsageError(f"{file} has no target {name}.", listed)
    return UsageError(f"docker buildx bake does not understand {file}: {why[:300]}", "Fix it there.", ())


def _recipe(file: Path, folder: Path, name: str, target: Mapping[str, Any]) -> Recipe:
    where = f"{file} (target {name})"
    if target.get("dockerfile-inline"):
        raise UsageError(
            f"{where} holds its Dockerfile itself (dockerfile-inline).",
            "Move it to a file, and name that by `dockerfile`.",
        )
    context = str(target.get("context") or ".")
    if is_remote(context) or context == "-":
        raise UsageError(
            f"{where} builds {context}, which is no folder of this machine.",
            "Fetch it first, then name the Dockerfile in it.",
        )
    root = folder / context
    if not root.is_dir():
        raise UsageError(f"{where} builds in {root}, which is no folder.", "Check the path.")
    # Bake finds it in the context, unlike `docker buildx build -f`.
    dockerfile = root / str(target.get("dockerfile") or "Dockerfile")
    if not dockerfile.is_file():
        raise UsageError(f"{where} builds {dockerfile}, which is not there.", "Check the path.")
    return Recipe(file, name, root, dockerfile, tuple(_options(where, target, folder)), None, ())


def _options(where: str, target: Mapping[str, Any], folder: Path) -> Iterator[str]:
    """The target as options of ``docker buildx build``."""
    for key, value in (target.get("args") or {}).items():
        yield from ("--build-arg", key if value is None else f"{key}={value}")
    for key, option in _ONE.items():
        if target.get(key):
            yield from (option, str(target[key]))
    for key, value in (target.get("labels") or {}).items():
        yield from ("--label", f"{key}={'' if value is None else value}")
    platforms = list(target.get("platforms") or [])
    if len(platforms) == 1:
        yield from ("--platform", str(platforms[0]))
    for name, value in (target.get("contexts") or {}).items():
        if str(value).startswith("target:"):
            raise UsageError(
                f"{where} is built from the image of {value}, which has to be built before.",
                "Build that image, and name it there by docker-image://NAME.",
            )
        remote = is_remote(str(value))
        yield from ("--build-context", f"{name}={value if remote else folder / str(value)}")
    for given in target.get("secret") or ():
        yield from ("--secret", _source(given, folder))
    for given in target.get("ssh") or ():
        yield from ("--ssh", _ssh(given))


def _source(given: Any, folder: Path) -> str:
    """A secret's value, with its file from wherever uvdive runs; newer versions of buildx print objects."""
    fields = given if isinstance(given, dict) else dict(_field(part) for part in str(given).split(","))
    written = []
    for key, value in fields.items():
        is_file = key in ("src", "source")
        written.append(f"{key}={folder / str(value)}" if is_file else f"{key}={value}")
    return ",".join(written)


def _field(part: str) -> tuple[str, str]:
    key, _, value = part.partition("=")
    return key, value


def _ssh(given: Any) -> str:
    if not isinstance(given, dict):
        return str(given)
    listed = given.get("paths")
    paths = ",".join(map(str, listed if isinstance(listed, list) else ()))
    return f"{given.get('id', 'default')}{f'={paths}' if paths else ''}"
