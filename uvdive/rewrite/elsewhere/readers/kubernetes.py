"""Kubernetes manifests: what containers of this image start (R24).

https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from uvdive.compose.yaml_nodes import Node
from uvdive.rewrite.elsewhere.own_images import OwnImages
from uvdive.rewrite.elsewhere.readers.yaml_slots import (
    first_words,
    shared,
    slot_of,
    slot_of_lists,
    slot_of_value,
)
from uvdive.rewrite.elsewhere.slots import Outside, Variable

_MOST_VISITED = 20_000
_LISTS = ("containers", "initContainers", "ephemeralContainers")
_COMMANDS = ("command", "args", "script", "source")
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def is_manifest(document: Node) -> bool:
    """Is a document one of Kubernetes?"""
    return document.get("apiVersion") is not None and document.get("kind") is not None


def read_manifest(path: str, document: Node, own: OwnImages, outside: Outside) -> None:
    """Add what the containers of a manifest start and set, wherever its kind keeps them."""
    for container in _containers(document):
        image = container.text_of("image")
        words = first_words(container.get("command"), container.get("args"))
        found = None if image is None else own.of_image(image, words)
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
                found = [item for item in value.items if item.kind == "map"]
                yield from found
                seen |= {id(item) for item in found}
            waiting.append(value)
        if any(node.get(key) for key in _COMMANDS) and node.get("image") is not None:
            yield node  # steps and templates of Tekton, Argo and the like
        waiting += node.items


def _read_container(path: str, container: Node, sure: bool, outside: Outside) -> None:  # noqa: FBT001
    name = container.text_of("name")
    about = "" if name is None else f"container {name}"
    text = outside.texts[path]
    variables = list(_variables(container.get("env")))
    environ = {key: value for key, value, _ in variables}
    workdir = container.text_of("workingDir")
    command, arguments = container.get("command"), container.get("args")
    lists = [node for node in (command, arguments) if node is not None and node.words()]
    if lists:
        outside.starts = outside.starts or sure
        outside.slots.append(
            replace(
                slot_of_lists(path, lists, about, "start", sure=sure),
                environ=environ,
                workdir=workdir,
                after_entrypoint=command is None,
                fixed=shared("containers", *lists),
            )
        )
    scripts = [container.get(key) for key in ("script", "source")]
    probes = [container.get(probe, "exec", "command") for probe in _PROBES]
    hooks = [container.get("lifecycle", hook, "exec", "command") for hook in ("postStart", "preStop")]
    for node in (*scripts, *probes, *hooks):
        if node is None:
            continue
        slot = slot_of(path, text, node, about, "start", sure=sure)
        if slot is not None:
            outside.slots.append(replace(slot, fixed=shared("containers", node)))
    env = container.get("env")
    for each in env.items if env is not None else ():
        value = each.get("value")
        if value is not None and (slot := slot_of_value(path, text, value, 0, about, sure=sure)):
            outside.slots.append(slot)
    outside.variables += [
        Variable(path, node.line, about, key) for key, _, node in variables if sure and key.startswith("UV_")
    ]


def _variables(env: Node | None) -> Iterator[tuple[str, str, Node]]:
    for item in env.items if env is not None else ():
        name = item.get("name")
        if name is not None and name.kind == "text":
            yield name.text, item.text_of("value") or "", name
