"""Compose files: what services of this image start, set and mount (R24).

https://docs.docker.com/reference/compose-file/services/
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from uvdive.base.files.foreign import real
from uvdive.compose.services import MOST_EXTENDS, extended, variables_of
from uvdive.compose.yaml_nodes import Node
from uvdive.rewrite.elsewhere.own_images import OwnImages, Place, repository
from uvdive.rewrite.elsewhere.readers.yaml_slots import first_words, slot_of, slot_of_lists, slot_of_value
from uvdive.rewrite.elsewhere.slots import Duty, Hidden, Outside, Slot, Variable
from uvdive.rewrite.elsewhere.yaml_places import words_in
from uvdive.rewrite.start.shell_edit import behind_wrapper
from uvdive.uv.mentions import is_uv

_MOST_VALUES = 10_000
_SHORT_MOUNT = re.compile(r"(?P<source>[^:]*):(?P<target>/[^:]*)(?::[\w,]*)?")


def note_services(path: str, folder: Path, document: Node, place: Place, own: OwnImages) -> None:
    """Remember which services of a file run this image; another file may leave out what one says."""
    services = document.get("services")
    for name, service in services.entries() if services is not None else ():
        found = _is_own(folder, service, services, place)
        if service.get("build") is not None and found is False:
            own.elsewhere.add((path, name.text))
        image = service.text_of("image")
        if image is not None and found is not None and "$" not in image:
            (own.images if found else own.others).add(repository(image))
        if found is not None or own.services.get((folder, name.text)) is None:
            own.services[folder, name.text] = found
        if (base := extended(service)) is not None:
            file = folder / base[0].text if base[0] is not None else folder / "compose.yaml"
            own.extended.setdefault((real(file.parent), base[1].text), set()).add((folder, name.text))


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
    found = list(services.entries()) if services is not None else []
    answers = [
        None if (path, name.text) in own.elsewhere else _answer(own, folder, name.text, service)
        for name, service in found
    ]
    others = {
        id(node) for (_, each), mine in zip(found, answers, strict=True) if not mine for node in _below(each)
    }
    for (name, service), mine in zip(found, answers, strict=True):
        if mine is not None:
            extended_by = "another image's service extends it" if (folder, name.text) in own.lent else ""
            _read_service(path, name, service, mine, _Shared(others, extended_by), outside)


def _answer(own: OwnImages, folder: Path, name: str, service: Node) -> bool | None:
    """Does a service surely run this image? None where it surely runs another one."""
    found = own.of_service(name, folder)
    image = service.text_of("image")
    if found is None and image is not None:
        found = own.of_image(image, first_words(service.get("entrypoint"), service.get("command")))
    return None if found is False else own.sure(found)


def _below(service: Node) -> Iterator[Node]:
    """The values that a service holds, merged ones too, and theirs."""
    waiting, seen = [value for _, value in service.entries()], 0
    while waiting and seen < _MOST_VALUES:
        node, seen = waiting.pop(), seen + 1
        yield node
        waiting += [value for _, value in node.entries()] + node.items


@dataclass(frozen=True, slots=True)
class _Shared:
    """What services of other images hold too: ids of nodes, and why nothing of a service may be changed."""

    others: Collection[int]
    lent: str = ""

    def why(self, *nodes: Node) -> str:
        """Why these are not changed; empty for no such reason."""
        return "several services share it" if any(id(node) in self.others for node in nodes) else self.lent


def _read_service(
    path: str,
    name: Node,
    service: Node,
    sure: bool,  # noqa: FBT001
    shared: _Shared,
    outside: Outside,
) -> None:
    about = f"service {name.text}"
    text = outside.texts[path]
    environ = {key: value for key, value, _ in variables_of(service.get("environment"))}
    workdir = service.text_of("working_dir")
    duty: Duty = "start" if service.get("profiles") is None else "asked"
    entry = service.get("entrypoint")
    lists = _joined(text, service)
    if lists:
        fixed = shared.why(*(node for node in (entry, service.get("command")) if node is not None))
        outside.starts = outside.starts or (sure and duty == "start")
        slot = slot_of_lists(path, lists, about, duty, sure=sure)
        outside.slots.append(replace(slot, environ=environ, workdir=workdir, fixed=fixed))
    commands = _commands(service, duty, joined=bool(lists))
    for node, its_duty, is_shell in commands:
        found = slot_of(path, text, node, about, its_duty, sure=sure, is_shell=is_shell)
        if found is None:
            continue
        command = node is service.get("command")
        outside.starts = outside.starts or (sure and its_duty == "start" and (command or node is entry))
        outside.slots.append(
            replace(
                found, environ=environ, workdir=workdir, after_entrypoint=command and entry is None,
                fixed=shared.why(node),
            )
        )  # fmt: skip
    outside.slots += _commands_in_variables(path, text, about, service, sure=sure, shared=shared)
    outside.variables += [
        Variable(path, node.line, about, key)
        for key, _, node in variables_of(service.get("environment"))
        if sure and key.startswith("UV_")
    ]
    if sure:
        outside.hidden += _mounts(path, text, about, service, shared)


def _commands_in_variables(
    path: str, text: str, about: str, service: Node, *, sure: bool, shared: _Shared
) -> Iterator[Slot]:
    """Variables whose value is a call of uv: a script of the image may start it."""
    environment = service.get("environment")
    if environment is None:
        return
    values = [(value, 0) for _, value in environment.entries()]
    values += [(item, item.text.find("=") + 1) for item in environment.items]
    for node, begin in values:
        if slot := slot_of_value(path, text, node, begin, about, sure=sure):
            yield replace(slot, fixed=shared.why(environment, node))


def _commands(service: Node, duty: Duty, *, joined: bool) -> Iterator[tuple[Node, Duty, bool]]:
    """Each command, its duty, and whether a shell reads it."""
    for key in ("entrypoint", "command"):
        if (node := service.get(key)) is not None and not joined:
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


def _joined(text: str, service: Node) -> tuple[Node, ...]:
    """An entrypoint and a command as lists, together the words that start; empty for others.

    A text is one of them where the entrypoint is uv's: taken alone, it starts nothing.
    """
    entry, command = service.get("entrypoint"), service.get("command")
    if entry is None or command is None:
        return ()
    both = (entry, command)
    if all(node.words() for node in both):
        return both
    split = [words_in(text, node) if node.kind == "text" else node for node in both]
    lists = tuple(node for node in split if node is not None and (node.kind == "text" or node.words()))
    words = [item.text for item in lists[0].items] if len(lists) == 2 else []
    return lists if words and is_uv(words[behind_wrapper(words)]) else ()


def _mounts(path: str, text: str, about: str, service: Node, shared: _Shared) -> Iterator[Hidden]:
    volumes = service.get("volumes")
    found = [(item, *_mount(item)) for item in volumes.items] if volumes is not None else []
    targets = tuple(target for _, target, _ in found if target)
    for item, target, is_bind in found:
        if not is_bind or not target:
            continue
        begin = text.rfind("\n", 0, item.start) + 1
        own_line = volumes is not None and not volumes.flow and volumes.uses == 1 and not shared.why(volumes)
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
    target, kind = item.text_of("target"), item.get("type")
    if target is None:
        return "", False
    return posixpath.normpath(target), kind is not None and kind.text == "bind"
