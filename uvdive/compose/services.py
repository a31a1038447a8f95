"""The services of compose files, each with those that it extends.

https://docs.docker.com/reference/compose-file/services/
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from uvdive.base.errors import UsageError
from uvdive.base.files.foreign import real
from uvdive.compose.variables import Variables, read_bounded
from uvdive.compose.yaml_nodes import Node, NotYamlError, read_yaml

_NAMED = 20
MOST_EXTENDS = 10
"""So many services may extend each other in a row."""

NONE: Mapping[Path, str] = {}
"""No text instead of a file's own."""

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


def is_compose(document: Node) -> bool:
    """Is a document a compose file, whatever its name?"""
    services = document.get("services")
    return services is not None and services.kind == "map" and document.get("apiVersion") is None


def is_remote(context: str) -> bool:
    """Is a build context fetched from elsewhere (https://docs.docker.com/build/concepts/context/)?"""
    return "://" in context or context.startswith(("git@", "github.com/", "service:", "target:"))


def is_null(node: Node | None) -> bool:
    """Is a value not there, or YAML's null?"""
    return node is None or (node.kind == "text" and not node.style and node.text in _NULLS)


def variables_of(environment: Node | None) -> Iterator[tuple[str, str, Node]]:
    """Name, value and place of each variable; a name alone takes its value from elsewhere."""
    if environment is None:
        return
    if environment.kind == "map":
        for key, value in environment.entries():
            yield key.text, value.text if value.kind == "text" else "", key
    for item in environment.items:
        if item.kind == "text":
            name, _, content = item.text.partition("=")
            yield name, content, item


def extended(service: Node) -> tuple[Node | None, Node] | None:
    """The file and the name that a service extends; no file for its own, None where it extends none."""
    extends = service.get("extends")
    if extends is None:
        return None
    name = extends if extends.kind == "text" else extends.get("service")
    if name is None or name.kind != "text":
        return None
    return (None if extends.kind == "text" else extends.get("file")), name


def read_services(path: Path, texts: Mapping[Path, str] = NONE) -> Node:
    """The ``services`` document of a compose file; ``texts`` are those of some files, by resolved path.

    Raises:
        UsageError: it cannot be read, is no YAML, holds more than is read, or has no services.
    """
    try:
        text = texts.get(real(path)) if texts else None
        documents = read_yaml(read_bounded(path) if text is None else text)
    except NotYamlError as error:
        raise UsageError(f"{path} {error}.", "See what `docker compose config` says to it.") from None
    found = next((document for document in documents if is_compose(document)), None)
    if found is None:
        raise UsageError(f"{path} has no services, so it is no compose file.", "Name a compose file.")
    return found


@dataclass(frozen=True, slots=True)
class Layer:
    """What one file says of a service; paths in it are from ``folder``."""

    path: Path
    document: Node
    node: Node

    @property
    def folder(self) -> Path:
        """The file's folder."""
        return self.path.parent


@dataclass(frozen=True, slots=True)
class Service:
    """A service: what it says itself, then what the services say that it extends, the nearest first."""

    name: str
    line: int
    layers: tuple[Layer, ...]
    variables: Variables

    @property
    def where(self) -> str:
        """File, line and name, for people."""
        return f"{self.layers[0].path}, line {self.line} (service {self.name})"

    def get(self, *keys: str) -> tuple[Node, Layer] | None:
        """The value behind keys of the first that has it, and where it stands; None for none or a null."""
        for layer in self.layers:
            node = layer.node.get(*keys)
            if node is not None and not is_null(node):
                return node, layer
        return None

    def text(self, *keys: str) -> str | None:
        """A scalar behind keys with its variables filled in; UsageError as ``Variables.expand`` says."""
        found = self.get(*keys)
        if found is None or found[0].kind != "text":
            return None
        return self.expand(found[0])

    def expand(self, node: Node) -> str:
        """A scalar with its variables filled in; UsageError as ``Variables.expand`` says."""
        return self.variables.expand(node.text, f"{self.layers[0].path}, line {node.line}")

    def each(self, *keys: str) -> Iterator[tuple[Node, Layer]]:
        """The values behind keys of all, the farthest first: what mappings are merged from."""
        for layer in reversed(self.layers):
            node = layer.node.get(*keys)
            if node is not None and not is_null(node):
                yield node, layer

    def pairs(self, *keys: str) -> dict[str, str | None]:
        """A mapping, or a list of ``NAME=VALUE``, merged over all; None for a name without a value."""
        found: dict[str, str | None] = {}
        for node, _ in self.each(*keys):
            own: dict[str, str | None] = {}
            for key, value in node.entries():
                # A mapping's own keys come before those that it merges.
                own.setdefault(self.expand(key), None if is_null(value) else self.expand(value))
            for item in node.items:
                name, sign, content = self.expand(item).partition("=")
                own[name] = content if sign else None
            found |= own
        return found

    def words(self, key: str) -> tuple[str, ...] | None:
        """A command: a list as it is, a text divided as a shell would; None where none is said.

        Raises:
            UsageError: a quote in it does not end, or a variable has no value that has to.
        """
        found = self.get(key)
        if found is None:
            return None
        node = found[0]
        if node.kind == "list":
            return tuple(self.expand(item) for item in node.items if item.kind == "text")
        try:
            return tuple(shlex.split(self.expand(node)))
        except ValueError as error:
            raise UsageError(
                f"{self.where}: the {key} “{node.text[:60]}” has a quote without its end.", "Close it."
            ) from error


def _no_service(path: Path, name: str, services: Node | None, extending: str) -> UsageError:
    names = list(dict.fromkeys(key.text for key, _ in services.entries())) if services is not None else []
    listed = f"Its services: {', '.join(names[:_NAMED])}." if names else "It has none."
    if extending:
        return UsageError(f"{extending} extends {name}, which is no service of {path}.", listed)
    return UsageError(f"{path} has no service {name}.", listed)


def service_of(
    path: Path, document: Node, name: str, variables: Variables, texts: Mapping[Path, str] = NONE
) -> Service:
    """One service with all that it extends; ``texts`` as for ``read_services``.

    Raises:
        UsageError: there is no such service, or services extend each other in a circle, more than
            MOST_EXTENDS deep, or one that is nowhere.
    """
    layers: list[Layer] = []
    line = 1
    here, wanted = (path, document), name
    while True:
        services = here[1].get("services")
        entry = next(
            ((key, value) for key, value in services.entries() if key.text == wanted)
            if services
            else iter(()),
            None,
        )
        if entry is None:
            raise _no_service(here[0], wanted, services, f"{path}: service {name}" if layers else "")
        key, node = entry
        line = key.line if not layers else line
        if any(layer.node is node for layer in layers):
            raise UsageError(f"{path}: service {name} extends itself.", "Take one of the `extends` out.")
        layers.append(Layer(here[0], here[1], node))
        base = extended(node)
        if base is None:
            return Service(name, line, tuple(layers), variables)
        if len(layers) > MOST_EXTENDS:
            raise UsageError(
                f"{path}: service {name} extends more than {MOST_EXTENDS} others.", "Extend fewer."
            )
        file, wanted_node = base
        wanted = wanted_node.text
        if file is not None:
            text = variables.expand(file.text, f"{here[0]}, line {file.line}")
            other = here[0].parent / text
            here = (other, read_services(other, texts))
