"""Compose files: what services of this image start, set and mount (R24).

https://docs.docker.com/reference/compose-file/services/
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from uvdive.compose.services import MOST_EXTENDS, extended, variables_of
from uvdive.compose.yaml_nodes import Node
from uvdive.rewrite.elsewhere.own_images import OwnImages, Place, repository
from uvdive.rewrite.elsewhere.slots import Duty, Hidden, Outside, Slot, Variable
from uvdive.rewrite.elsewhere.yaml_places import places_of

_SHORT_MOUNT = re.compile(r"(?P<source>[^:]*):(?P<target>/[^:]*)(?::[\w,]*)?")


def note_services(folder: Path, document: Node, place: Place, own: OwnImages) -> None:
    """Remember which services of a file run this image; another file may leave out what one says."""
    services = document.get("services")
    for name, service in services.entries() if services is not None else ():
        found = _is_own(folder, service, services, place)
        image = service.get("image")
        if image is not None and image.kind == "text" and found is not None and "$" not in image.text:
            (own.images if found else own.others).add(repository(image.text))
        if found is not None or own.services.get((folder, name.text)) is None:
            own.services[folder, name.text] = found


def _is_own(folder: Path, service: Node, services: Node | None, place: Place) -> bool | None:
    here = service
    for _ in range(MOST_EXTENDS):
        if here.get("build") is not None:
            return place.builds(folder, here.get("build"))
        found = extended(here)
        base = services.get(found[1].text) if found is not None and found[0] is None and services else None
        if base is None or here.get("image") is not None:
            return None
        here = base
    return None


def read_services(path: str, folder: Path, document: Node, own: OwnImages, outside: Outside) -> None:
    """Add what the services of a compose file start, set and mount; ``folder`` is the file's."""
    services = document.get("services")
    for name, service in services.entries() if services is not None else ():
        found = own.of_service(name.text, folder)
        image = service.get("image")
        if found is None and image is not None and image.kind == "text":
            found = own.of_image(image.text)
        if found is False:
            continue
        _read_service(path, name, service, own.sure(found), outside)


def _read_service(path: str, name: Node, service: Node, sure: bool, outside: Outside) -> None:  # noqa: FBT001
    about = f"service {name.text}"
    text = outside.texts[path]
    environ = {key: value for key, value, _ in variables_of(service.get("environment"))}
    folder = service.get("working_dir")
    workdir = folder.text if folder is not None and folder.kind == "text" else None
    rare = service.get("profiles") is not None
    entry = service.get("entrypoint")
    if lists := _joined(service):
        items = tuple((item, node) for node in lists for item in node.items)
        fixed = "" if all(node.uses == 1 for node in lists) else "several services share it"
        outside.starts = outside.starts or (sure and not rare)
        outside.slots.append(
            Slot(
                path, items[0][0].line, about, "words", "asked" if rare else "start", sure, items=items,
                environ=environ, workdir=workdir, fixed=fixed,
            )
        )  # fmt: skip
    for node, duty, is_shell in _commands(service, "asked" if rare else "start"):
        slot = slot_of(path, text, node, about, duty, sure=sure, is_shell=is_shell)
        if slot is None:
            continue
        command = node is service.get("command")
        outside.starts = outside.starts or (sure and duty == "start" and (command or node is entry))
        outside.slots.append(
            replace(slot, environ=environ, workdir=workdir, after_entrypoint=command and entry is None)
        )
    outside.variables += [
        Variable(path, node.line, about, key)
        for key, _, node in variables_of(service.get("environment"))
        if sure and key.startswith("UV_")
    ]
    if sure:
        outside.hidden += _mounts(path, text, about, service)


def _commands(service: Node, duty: Duty) -> Iterator[tuple[Node, Duty, bool]]:
    """Each command, its duty, and whether a shell reads it."""
    for key in ("entrypoint", "command"):
        if (node := service.get(key)) is not None and not _joined(service):
            yield node, duty, False
    test = service.get("healthcheck", "test")
    if test is not None:
        yield test, duty, True
    for key in ("post_start", "pre_stop"):
        hooks = service.get(key)
        for hook in hooks.items if hooks is not None else ():
            if (node := hook.get("command")) is not None:
                yield node, duty, False
    watch = service.get("develop", "watch")
    for each in watch.items if watch is not None else ():
        if (node := each.get("exec", "command")) is not None:
            yield node, "asked", False


def _joined(service: Node) -> tuple[Node, ...]:
    """An entrypoint and a command that are lists, together the words that start; empty for others."""
    both = tuple(node for key in ("entrypoint", "command") if (node := service.get(key)) is not None)
    return both if len(both) == 2 and all(node.words() for node in both) else ()


def slot_of(
    path: str,
    text: str,
    node: Node,
    about: str,
    duty: Duty,
    *,
    sure: bool,
    is_shell: bool = False,
) -> Slot | None:
    """A value that is a command, as a slot: a text or a list of words; None for neither, or an empty one.

    A list that begins with CMD or CMD-SHELL is a health check's.
    """
    fixed = "" if node.uses == 1 else "several services share it"
    if node.kind == "text":
        if not node.text.strip():
            return None
        return Slot(
            path, node.line, about, "shell", duty, sure, node.text, places=places_of(text, node), fixed=fixed
        )
    if node.kind != "list" or node.words() is None or not node.items:
        return None
    items = list(node.items)
    if is_shell and items[0].text == "CMD-SHELL" and len(items) > 1:
        return Slot(
            path, items[1].line, about, "shell", duty, sure, items[1].text,
            places=places_of(text, items[1]), fixed=fixed,
        )  # fmt: skip
    if is_shell and items[0].text in ("CMD", "NONE"):
        items = items[1:]
    return Slot(
        path,
        node.items[0].line,
        about,
        "words",
        duty,
        sure,
        items=tuple((i, node) for i in items),
        fixed=fixed,
    )


def _mounts(path: str, text: str, about: str, service: Node) -> Iterator[Hidden]:
    volumes = service.get("volumes")
    found = [(item, *_mount(item)) for item in volumes.items] if volumes is not None else []
    targets = tuple(target for _, target, _ in found if target)
    for item, target, is_bind in found:
        if not is_bind or not target:
            continue
        begin = text.rfind("\n", 0, item.start) + 1
        own_line = volumes is not None and not volumes.flow and volumes.uses == 1
        at = text.find("\n", max(item.end - 1, item.start))
        at = len(text) if at < 0 else at
        indent = re.match(r"[ \t]*-[ \t]+", text[begin : item.start])
        if own_line and item.kind == "text" and indent is not None and not item.marked and item.uses == 1:
            yield Hidden(path, item.line, about, target, targets, at, f"\n{indent[0]}")
        else:
            yield Hidden(path, item.line, about, target, targets)
    watch = service.get("develop", "watch")
    for each in watch.items if watch is not None else ():
        action, target_node = each.get("action"), each.get("target")
        if action is None or target_node is None or not action.text.startswith("sync"):
            continue
        ignored = each.get("ignore")
        names = {item.text.strip("/").removeprefix("./") for item in ignored.items} if ignored else set()
        folder = posixpath.normpath(target_node.text or "/")
        covers = tuple(posixpath.join(folder, name) for name in names)
        yield Hidden(path, target_node.line, about, folder, covers, syncs=True)


def _mount(item: Node) -> tuple[str, bool]:
    """The folder in the container, and whether the host's files lie over it."""
    if item.kind == "text":
        match = _SHORT_MOUNT.fullmatch(item.text)
        if match is None:
            return (posixpath.normpath(item.text), False) if item.text.startswith("/") else ("", False)
        source = match["source"]
        is_bind = source.startswith((".", "/", "~", "$"))
        return posixpath.normpath(match["target"]), is_bind
    target, kind = item.get("target"), item.get("type")
    if target is None or target.kind != "text":
        return "", False
    return posixpath.normpath(target.text), kind is not None and kind.text == "bind"
