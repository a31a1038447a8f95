"""YAML that neither compose nor Kubernetes reads: CI jobs, tasks (R24).

Most of their commands run on the host or in images of others. Of this image are the jobs that
name it, and what `docker run` and the like start in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from uvdive.compose.yaml_nodes import Node
from uvdive.rewrite.elsewhere.own_images import OwnImages
from uvdive.rewrite.elsewhere.slots import How, Outside, Slot, may_call
from uvdive.rewrite.elsewhere.yaml_places import places_of

_MOST_VISITED = 50_000
# Variables by which GitLab and GitHub name the image of the project itself.
_OWN = ("$CI_REGISTRY_IMAGE", "${CI_REGISTRY_IMAGE}", "github.repository", "GITHUB_REPOSITORY")
_In = Literal["host", "job", "text"]
_JOB_TEXTS = frozenset({"run", "script", "before_script", "after_script"})


def read_other(path: str, document: Node, own: OwnImages, outside: Outside) -> None:
    """Add the texts of a document that may call uv in a container of this image."""
    waiting: list[tuple[Node, _In, str]] = [(document, "host", "")]
    seen: set[tuple[int, _In]] = set()
    while waiting and len(seen) < _MOST_VISITED:
        node, inside, about = waiting.pop()
        if (id(node), inside) in seen:
            continue
        seen.add((id(node), inside))
        if node.kind == "map" and inside == "host" and _runs_in(node, own):
            inside = "job"
        for key, value in reversed(node.pairs):
            is_text = inside == "text" or (inside == "job" and key.text in _JOB_TEXTS)
            waiting.append((value, "text" if is_text else inside, key.text if value.kind == "map" else about))
        waiting += [(item, inside, about) for item in reversed(node.items)]
        if node.kind == "text" and inside != "job" and may_call(node.text):
            how: How = "shell" if inside == "text" else "host"
            outside.slots.append(_slot(path, node, about, outside.texts[path], how))


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
        fixed="" if node.uses == 1 else "several jobs share it",
    )


def _runs_in(job: Node, own: OwnImages) -> bool:
    """Does a job run in this image?"""
    return any(own.of_image(name) is True or any(o in name for o in _OWN) for name in _images(job))


def _images(job: Node) -> Iterator[str]:
    for key in ("image", "container"):
        node = job.get(key)
        if node is None:
            continue
        for found in (node, node.get("image"), node.get("name")):
            if found is not None and found.kind == "text":
                yield found.text
