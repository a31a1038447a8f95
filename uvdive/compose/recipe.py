"""What is built and started under a name of a compose or Bake file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from uvdive.base.errors import UsageError
from uvdive.base.words import first_of
from uvdive.compose.options import build_options
from uvdive.compose.services import Layer, Service, extended, is_null, is_remote, read_services, service_of
from uvdive.compose.start import ServiceStart, read_start
from uvdive.compose.variables import read_variables
from uvdive.compose.yaml_nodes import Node

_OVERRIDES = ("compose.override.yaml", "compose.override.yml")
_LEFT_OUT = ("privileged", "entitlements", "isolation", "ulimits")
_NAMED = 20


@dataclass(frozen=True, slots=True)
class Recipe:
    """One build: where it is written, and what it reads and is told.

    Attributes:
        file: the compose or Bake file.
        name: the service or target.
        context: the folder that the build reads.
        dockerfile: the Dockerfile.
        args: the options of ``docker buildx build`` for it; they may hold secrets.
        start: what the service starts; None where the file says nothing of starts.
        hints: sentences on what is not as the file says.
    """

    file: Path
    name: str
    context: Path
    dockerfile: Path
    args: tuple[str, ...] = field(default=(), repr=False)
    start: ServiceStart | None = None
    hints: tuple[str, ...] = ()


def read_recipe(file: Path, name: str | None, environ: Mapping[str, str]) -> Recipe:
    """The build of a compose file's service.

    Args:
        file: the compose file.
        name: the service; None for the one that is built.
        environ: the variables that the file may name, beside those of ``.env``.

    Raises:
        UsageError: the file cannot be read, there is no such service or several to choose from, or
            what it builds is no Dockerfile in a folder of this machine.
    """
    document = read_services(file)
    variables = read_variables(file.parent, environ)
    service = service_of(file, document, name or _only(file, document), variables)
    recipe = _recipe(file, service)
    unset = ", ".join(list(variables.missing)[:_NAMED])
    hints = [f"{file} names variables that are not set, so they are empty: {unset}."] if unset else []
    other = next((each for each in _overrides(file) if (file.parent / each).is_file()), None)
    if other is not None:
        hints.append(f"{other} is not read: {file.name} is taken alone, as `docker compose -f` does.")
    left = [key for key in _LEFT_OUT if service.get("build", key) is not None]
    if left:
        hints.append(f"{service.where} sets {', '.join(left)} for its build, which is not taken over.")
    return replace(recipe, hints=tuple(hints))


def service_start(
    file: Path, name: str, environ: Mapping[str, str], texts: Mapping[Path, str]
) -> ServiceStart:
    """What a service starts, with other texts in the place of some files.

    Args:
        file: the compose file.
        name: the service.
        environ: as for ``read_recipe``.
        texts: the texts by path, resolved.

    Raises:
        UsageError: as ``read_recipe``.
    """
    document = read_services(file, texts)
    return read_start(service_of(file, document, name, read_variables(file.parent, environ), texts))


def _overrides(file: Path) -> tuple[str, ...]:
    stem = file.name.rpartition(".")[0]
    return (
        (*_OVERRIDES, "docker-compose.override.yml", "docker-compose.override.yaml")
        if stem in ("compose", "docker-compose")
        else ()
    )


def _only(file: Path, document: Node) -> str:
    """The one service that is built.

    Raises:
        UsageError: there is none, or there are several.
    """
    services = document.get("services")
    names = [key.text for key, node in services.entries() if _builds(node, services)] if services else []
    names = list(dict.fromkeys(names))
    if len(names) == 1:
        return names[0]
    if not names:
        included = " It includes other files: name the one that builds." if document.get("include") else ""
        raise UsageError(
            f"No service of {file} has a `build`, so there is no Dockerfile to look at.{included}",
            "Name the Dockerfile itself.",
        )
    raise UsageError(
        f"{file} builds several services: {first_of(names, _NAMED)}.",
        f"Name one: {file}:{names[0]}",
    )


def _builds(service: Node, services: Node) -> bool:
    """Has a service a build, itself or by one that it extends in its own file or another one?"""
    here, seen = service, 0
    while is_null(here.get("build")):
        base = extended(here)
        if base is None or seen > len(services.pairs):
            return False
        if base[0] is not None:
            return True  # read when it is the one that is asked for
        found = services.get(base[1].text)
        if found is None:
            return False
        here, seen = found, seen + 1
    return True


def _recipe(file: Path, service: Service) -> Recipe:
    found = service.get("build")
    if found is None:
        image = service.text("image")
        runs = f": it runs {image}" if image else ""
        raise UsageError(
            f"{service.where} has no `build`{runs}.",
            f"Look into that image: uvdive {image}" if image else "Name a service that is built.",
        )
    if (inline := service.get("build", "dockerfile_inline")) is not None:
        raise UsageError(
            f"{service.where} holds its Dockerfile itself (dockerfile_inline, line {inline[0].line}).",
            "Move it to a file, and name that by `dockerfile`.",
        )
    context = _context(service)
    named = _of_build(service, "dockerfile")
    dockerfile = context / (named[0] if named else "Dockerfile")
    if not dockerfile.is_file():
        raise UsageError(f"{service.where} builds {dockerfile}, which is not there.", "Check the path.")
    return Recipe(file, service.name, context, dockerfile, build_options(service), read_start(service))


def _of_build(service: Service, key: str) -> tuple[str, Layer] | None:
    """A text of the build, and where it stands; a build that is a text is its context."""
    for layer in service.layers:
        build = layer.node.get("build")
        if build is None or is_null(build):
            continue
        node = build if build.kind == "text" and key == "context" else build.get(key)
        if node is not None and node.kind == "text" and not is_null(node):
            return service.expand(node), layer
    return None


def _context(service: Service) -> Path:
    named = _of_build(service, "context")
    text, layer = named if named is not None else (".", service.layers[0])
    if is_remote(text):
        raise UsageError(
            f"{service.where} builds {text}, which is no folder of this machine.",
            "Fetch it first, then name the Dockerfile in it.",
        )
    folder = layer.folder / (text or ".")
    if not folder.is_dir():
        raise UsageError(f"{service.where} builds in {folder}, which is no folder.", "Check the path.")
    return folder
