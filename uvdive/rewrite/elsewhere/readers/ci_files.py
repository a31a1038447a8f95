"""YAML that neither compose nor Kubernetes reads: CI jobs, tasks (R24).

Most of their commands run on the host or in images of others. Of this image are the jobs that
name it, and what `docker run` and the like start in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from uvdive.compose.services import MOST_EXTENDS
from uvdive.compose.yaml_nodes import Node
from uvdive.rewrite.elsewhere.own_images import OwnImages
from uvdive.rewrite.elsewhere.readers.yaml_slots import shared, slot_of_lists
from uvdive.rewrite.elsewhere.slots import Duty, How, Outside, Slot, may_call
from uvdive.rewrite.elsewhere.yaml_places import places_of
from uvdive.rewrite.start.shell_edit import behind_wrapper
from uvdive.uv.mentions import is_uv, mentions_uv

_MOST_VISITED = 50_000
# Variables by which GitLab and GitHub name the image of the project itself.
_OWN = ("$CI_REGISTRY_IMAGE", "${CI_REGISTRY_IMAGE}", "github.repository", "GITHUB_REPOSITORY")
_In = Literal["host", "job", "text"]
_JOB_TEXTS = frozenset({"run", "script", "before_script", "after_script", "commands", "bash"})
# What a platform starts in the container of the project's own image: Render, DigitalOcean, Railway.
_PLATFORM_KEYS = frozenset({"dockerCommand", "run_command", "startCommand"})
_WORDS = ("entrypoint", "command", "cmd", "args")


def read_other(path: str, document: Node, own: OwnImages, outside: Outside) -> None:
    """Add the texts of a document that may call uv in a container of this image."""
    begun: _In = "job" if _is_own(document.get("default"), own) else "host"
    waiting: list[tuple[Node, _In, str]] = [(document, begun, "")]
    seen: set[tuple[int, _In]] = set()
    if document.get("build", "docker") is not None and (run := document.get("run")) is not None:
        for key, value in run.entries():  # heroku.yml
            _start(path, value, key.text, outside, sure=own.only)
    while waiting and len(seen) < _MOST_VISITED:
        node, inside, about = waiting.pop()
        if (id(node), inside) in seen:
            continue
        seen.add((id(node), inside))
        if node.kind == "map" and inside != "text":
            inside = _place(node, inside, document, own)
            _read_starts(path, node, about, own, outside)
        for key, value in reversed(node.pairs):
            is_text = inside == "text" or (inside == "job" and key.text in _JOB_TEXTS)
            if is_text and value.kind == "map":
                value = value.get("command") or value  # noqa: PLW2901 - CircleCI's `run: {command: …}`
            waiting.append((value, "text" if is_text else inside, key.text if value.kind == "map" else about))
        waiting += [(item, inside, about) for item in reversed(node.items)]
        if node.kind == "text" and inside != "job" and may_call(node.text):
            how: How = "shell" if inside == "text" else "host"
            outside.slots.append(_slot(path, node, about, outside.texts[path], how))


def _place(node: Node, inside: _In, document: Node, own: OwnImages) -> _In:
    """Where a mapping's texts run: a job says its image, or the jobs that it extends do."""
    waiting, seen = [node], 0
    while waiting and seen < MOST_EXTENDS:
        here, seen = waiting.pop(0), seen + 1
        if any(True for _ in _images(here)):
            return "job" if _is_own(here, own) else "host"
        extends = here.get("extends")
        names = [] if extends is None else extends.items or [extends]
        waiting += [base for name in names if name.kind == "text" and (base := document.get(name.text))]
    return inside


def _read_starts(path: str, node: Node, about: str, own: OwnImages, outside: Outside) -> None:
    """What a mapping starts in a container without a shell of a job: settings of platforms and charts."""
    uses = node.get("uses")
    if uses is not None and uses.text.startswith("docker://") and own.of_image(uses.text):
        given = node.get("with", "args")
        if given is not None:
            _start(path, given, about, outside, sure=True, duty="asked")
    for key in _PLATFORM_KEYS:
        if (value := node.get(key)) is not None:
            _start(path, value, about or key, outside, sure=own.only)
    lists = [value for key in _WORDS if (value := node.get(key)) is not None and value.words()]
    words = [item.text for value in lists for item in value.items]
    if not words or not is_uv(words[behind_wrapper(words)]):
        return
    images = list(_images(node))
    answers = {own.of_image(name, words[behind_wrapper(words) :]) for name in images}
    if answers and answers <= {False}:
        return
    slot = slot_of_lists(path, lists, about, "start", sure=True in answers)
    outside.slots.append(replace(slot, fixed=shared("places", *lists)))


def _start(path: str, node: Node, about: str, outside: Outside, *, sure: bool, duty: Duty = "start") -> None:
    if node.kind == "text" and mentions_uv(node.text):
        outside.starts = outside.starts or (sure and duty == "start")
        slot = _slot(path, node, about, outside.texts[path], "shell")
        outside.slots.append(replace(slot, duty=duty, sure=sure))


def _slot(path: str, node: Node, about: str, text: str, how: How) -> Slot:
    return Slot(
        path,
        node.line,
        about,
        how,
        "asked",
        sure=True,
        text=node.text,
        places=places_of(text, node),
        fixed=shared("jobs", node),
    )


def _is_own(job: Node | None, own: OwnImages) -> bool:
    """Does a job run in this image?"""
    names = _images(job) if job is not None else iter(())
    return any(own.of_image(name) is True or any(o in name for o in _OWN) for name in names)


def _images(job: Node) -> Iterator[str]:
    """The images that a mapping names; CircleCI's `docker` lists them, the first is the job's."""
    for key in ("image", "container", "docker"):
        node = job.get(key)
        if node is None:
            continue
        inner = node.items[0].text_of("image") if node.items else None
        yield from filter(None, (node.text_of(), inner, *map(node.text_of, ("image", "name", "repository"))))
