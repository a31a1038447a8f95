"""What a build is made of, as far as it can be told without building; None where it cannot be wholly.

BuildKit takes a step from its cache by its text, by what it starts from and by the files that it copies:
their names, modes and contents, and not their times (https://docs.docker.com/build/cache/invalidation/).
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from uvdive.base import machine
from uvdive.base.files.foreign import read_file
from uvdive.build.arguments import option_values, target_of_build, values_of_build
from uvdive.build.events import BuildRequest
from uvdive.compose.services import is_remote
from uvdive.dockerfile.ignore import Ignored, read_ignored
from uvdive.dockerfile.mounts import mounts_of
from uvdive.dockerfile.stages import Stage, read_stages
from uvdive.dockerfile.text.scan import DockerfileError
from uvdive.dockerfile.text.syntax import Instruction, parse

_TOLD = frozenset({"--build-arg", "--label", "--load", "--platform", "--provenance", "--target"})
"""Options whose whole meaning is in their words. Others name files, secrets, caches or builders."""

_ENVIRONMENT = re.compile(r"(?:BUILDX|BUILDKIT|DOCKER|CONTAINER)_\w+|SOURCE_DATE_EPOCH|(?i:\w+_proxy)")
"""Variables that the clients of the engines go by."""

_OUTSIDE = frozenset({"secret", "ssh"})
_MOST_FILES, _MOST_BYTES = 20_000, 256 << 20
"""A larger context is sent, which costs no more than reading all of it here."""


class _UntoldError(Exception):
    """Something counts that cannot be told here."""


@dataclass(frozen=True, slots=True)
class MadeOf:
    """``digest`` is of the text, the arguments and the context, ``images`` are what it takes from outside."""

    digest: str
    images: tuple[str, ...]


def made_of(request: BuildRequest, environ: Mapping[str, str] = os.environ) -> MadeOf | None:
    """What ``request`` builds from.

    None where more counts than can be looked at here: secrets, ssh, URLs, a frontend of its own, other
    contexts, options that name files or builders, a context that cannot be read or is very large.
    """
    file = request.dockerfile or request.context / "Dockerfile"
    try:
        data = read_file(file) if request.text is None else request.text.encode("utf-8", "surrogateescape")
        options = sorted(_options(request))
        values = values_of_build(request.args, environ)
        if any(name.startswith("BUILDKIT_") for name in values):
            return None
        images = _images(data.decode("utf-8"), target_of_build(request.args), values)
        found = hashlib.sha256()
        told = (data, options, sorted(values.items()), sorted(_environment(environ)))
        found.update(repr(told).encode("utf-8", "surrogateescape"))
        for line in _context(request.context, read_ignored(request.context, file)):
            found.update(line)
    except (OSError, UnicodeError, DockerfileError, RecursionError, _UntoldError):
        return None
    return MadeOf(found.hexdigest(), images)


def _options(request: BuildRequest) -> Iterator[tuple[str, str | None]]:
    for name, value in option_values(request.args):
        if name not in _TOLD:
            raise _UntoldError
        yield name, value


def _environment(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The variables that the clients go by, and the builder that ``docker buildx use`` chose."""
    yield from ((name, value) for name, value in environ.items() if _ENVIRONMENT.fullmatch(name))
    config = Path(environ.get("DOCKER_CONFIG") or Path(environ.get("HOME") or Path.home()) / ".docker")
    for path in (Path(environ.get("BUILDX_CONFIG") or config / "buildx") / "current", config / "config.json"):
        try:
            yield str(path), hashlib.sha256(read_file(path)).hexdigest()
        except OSError:
            yield str(path), ""


def _images(text: str, target: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """The references of all images that a Dockerfile takes something from."""
    dockerfile = parse(text)
    if "syntax" in dockerfile.directives:
        raise _UntoldError  # a frontend that is fetched anew
    stages = read_stages(dockerfile, values)
    found: list[str] = []
    for stage in stages:
        if stage.parent is None and stage.base != "scratch":
            found.append(stage.base)
        for instruction in stage.instructions:
            found += (each for each in _taken_from(instruction) if not _is_stage(each, stages))
    if not all(found) or any("$" in each for each in (*found, target)):
        raise _UntoldError
    return tuple(dict.fromkeys(found))


def _taken_from(instruction: Instruction) -> Iterator[str]:
    """Where else than in the context an instruction looks for files."""
    if instruction.keyword == "ONBUILD":
        raise _UntoldError
    if instruction.keyword in ("COPY", "ADD"):
        if (named := instruction.flag("from")) is not None:
            yield named
        words = (*(instruction.exec_form or ()), *instruction.arguments.split())
        if instruction.keyword == "ADD" and any(
            "$" in word or is_remote(word) or "@" in word for word in words
        ):
            raise _UntoldError
    for mount in mounts_of(instruction):
        if mount.kind in _OUTSIDE:
            raise _UntoldError
        if mount.image is not None:
            yield mount.image


def _is_stage(name: str, stages: tuple[Stage, ...]) -> bool:
    return name.isdigit() or any(stage.name == name.lower() for stage in stages)


def _context(context: Path, ignored: Ignored) -> Iterator[bytes]:
    """What of the context is sent, one entry after the other in a fixed order."""
    files = left = 0
    folders = [""]
    while folders:
        prefix = folders.pop()
        with os.scandir(context / prefix) as entries:
            names = sorted(entry.name for entry in entries)
        for name in names:
            path = f"{prefix}{name}"
            files += 1
            state = os.lstat(context / path)
            folder, sent = stat.S_ISDIR(state.st_mode), path not in ignored
            if folder:
                # Below one that is left out something may be taken back.
                folders += [f"{path}/"] if sent or ignored.takes_back else []
            if files > _MOST_FILES:
                raise _UntoldError
            if not sent:
                continue
            told: tuple[object, ...] = (path, state.st_mode)
            if stat.S_ISREG(state.st_mode):
                left += state.st_size
                if left > _MOST_BYTES or state.st_nlink > 1:
                    raise _UntoldError
                told += (hashlib.sha256(read_file(context / path, state.st_size)).hexdigest(),)
                told += tuple(
                    (each, os.getxattr(context / path, each)) for each in _attributes(context / path)
                )
            elif stat.S_ISLNK(state.st_mode):
                told += (str((context / path).readlink()),)
            elif not folder:
                raise _UntoldError
            yield repr(told).encode("utf-8", "surrogateescape")


def _attributes(path: Path) -> list[str]:
    # What a Mac adds, no Linux takes, and Python does not list them there.
    return sorted(os.listxattr(path)) if machine.PLATFORM == "linux" else []
