"""Kubernetes manifests: what containers of this image start (R24).

https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/
"""

from __future__ import annotations

from collections.abc import Iterator

from uvdive.compose.yaml_nodes import Node
from uvdive.rewrite.elsewhere.compose_services import slot_of
from uvdive.rewrite.elsewhere.own_images import OwnImages
from uvdive.rewrite.elsewhere.slots import Outside, Slot, Variable

_MOST_VISITED = 20_000
_LISTS = ("containers", "initContainers", "ephemeralContainers")
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def is_manifest(document: Node) -> bool:
    """Is a document one of Kubernetes?"""
    return document.get("apiVersion") is not None and document.get("kind") is not None


def read_manifest(path: str, document: Node, own: OwnImages, outside: Outside) -> None:
    """Add what the containers of a manifest start and set, wherever its kind keeps them."""
    for container in _containers(document):
        image = container.get("image")
        found = own.of_image(image.text) if image is not None and image.kind == "text" else None
        if found is False:
            continue
        _read_container(path, container, own.sure(found), outside)


def _containers(document: Node) -> Iterator[Node]:
    waiting: list[Node] = [document]
    seen: set[int] = set()
    while waiting and len(seen) < _MOST_VISITED:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        for key, value in node.pairs:
            if key.text in _LISTS and value.kind == "list":
                yield from (item for item in value.items if item.kind == "map")
            waiting.append(value)
        waiting += node.items


def _read_container(path: str, container: Node, sure: bool, outside: Outside) -> None:  # noqa: FBT001
    name = container.get("name")
    about = f"container {name.text}" if name is not None and name.kind == "text" else ""
    text = outside.texts[path]
    variables = list(_variables(container.get("env")))
    environ = {key: value for key, value, _ in variables}
    folder = container.get("workingDir")
    workdir = folder.text if folder is not None and folder.kind == "text" else None
    command, arguments = container.get("command"), container.get("args")
    lists = [node for node in (command, arguments) if node is not None and node.words()]
    if lists:
        items = tuple((item, node) for node in lists for item in node.items)
        outside.starts = outside.starts or sure
        outside.slots.append(
            Slot(
                path,
                items[0][0].line,
                about,
                "words",
                "start",
                sure,
                items=items,
                environ=environ,
                workdir=workdir,
                after_entrypoint=command is None,
                fixed="" if all(node.uses == 1 for node in lists) else "several containers share it",
            )
        )
    probes = [container.get(probe, "exec", "command") for probe in _PROBES]
    hooks = [container.get("lifecycle", hook, "exec", "command") for hook in ("postStart", "preStop")]
    for node in (*probes, *hooks):
        slot = slot_of(path, text, node, about, "start", sure=sure) if node is not None else None
        if slot is not None:
            outside.slots.append(slot)
    outside.variables += [
        Variable(path, node.line, about, key) for key, _, node in variables if sure and key.startswith("UV_")
    ]


def _variables(env: Node | None) -> Iterator[tuple[str, str, Node]]:
    for item in env.items if env is not None else ():
        name, value = item.get("name"), item.get("value")
        if name is not None and name.kind == "text":
            yield name.text, value.text if value is not None and value.kind == "text" else "", name
