"""Everything outside the Dockerfile that may call uv in its container, read once for all drafts (R24)."""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path

from uvdive.base import toml
from uvdive.base.files.foreign import read_file, real
from uvdive.compose.recipe import Recipe
from uvdive.compose.services import is_compose
from uvdive.compose.yaml_nodes import Node, NotYamlError, read_yaml
from uvdive.dockerfile.ignore import read_ignored
from uvdive.rewrite.elsewhere.code.own_code import code_calls
from uvdive.rewrite.elsewhere.context_texts import Reading, Text, above, read_texts
from uvdive.rewrite.elsewhere.named_programs import named_programs
from uvdive.rewrite.elsewhere.own_images import OwnImages, Place, builds_of, repository
from uvdive.rewrite.elsewhere.readers.ci_files import read_other
from uvdive.rewrite.elsewhere.readers.compose_services import note_services, read_services
from uvdive.rewrite.elsewhere.readers.devcontainer import read_devcontainer
from uvdive.rewrite.elsewhere.readers.kubernetes import is_manifest, read_manifest
from uvdive.rewrite.elsewhere.readers.line_files import (
    read_lines,
    read_platform,
    read_procfile,
    read_source,
    read_unit,
)
from uvdive.rewrite.elsewhere.slots import Duty, Outside, Slot, may_call
from uvdive.rewrite.evidence.files.context_files import places_of
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.stages.last_variables import TOOLS
from uvdive.uv.lock import as_table
from uvdive.uv.mentions import mentions_uv

MOST_SLOTS = 1000
"""Every draft of a plan looks at each of them."""

# Programs that nothing in a container starts: their runners are tools of development.
_TOOLS = frozenset({"noxfile.py", "dodo.py", "fabfile.py", "setup.py"})
_DUTIES: dict[str, Duty] = {"starts": "start", "looks": "asked", "writes": "written"}
_STARTS = re.compile(r"\b(?:services|containers|initContainers):")
_INVOKE = re.compile(r"^(?:from|import)\s+invoke\b", re.MULTILINE)
_BESIDE = frozenset(
    {"scripts", "script", "tools", "docs", "doc", "examples", "benchmarks", "dev", "ci", "hack", "utils"}
)


def look_outside(evidence: Evidence, files: Files | None) -> Outside:
    """Read the context, and the repository around it, for what starts the container or runs in it."""
    outside = Outside()
    if evidence.context is None:
        return outside
    context = real(evidence.context)
    place = Place.of(evidence, context)
    reading = Reading()
    texts = _with_named(list(read_texts(context, reading)), context, evidence.recipe)
    outside.unread += reading.unread
    documents = {text.path: _documents(text, outside) for text in texts if text.kind in ("compose", "yaml")}
    sources = (text.text for text in texts if text.kind == "python" or text.path.endswith((".sh", ".bash")))
    outside.named = frozenset(match[0] for text in sources for match in TOOLS.finditer(text))
    outside.programs = None if reading.full else named_programs(texts)
    own = _own_images(evidence, context, place, texts, documents)
    outside.own = own
    project = next((_name_of(text.text) for text in texts if text.path == "pyproject.toml"), "")
    own.only = not any(real(path) != place.dockerfile for path in reading.dockerfiles)
    for text in texts:
        outside.texts[text.path] = text.text
        if text.kind == "compose":
            outside.composed[text.path] = text.text
        _read(text, documents.get(text.path, []), evidence, files, place, own, outside)
        if text.kind == "python":
            _read_code(text, texts, project, evidence, files, outside)
        if len(outside.slots) > MOST_SLOTS:
            del outside.slots[MOST_SLOTS:]
            outside.unread.append(
                f"{text.path} goes beyond the {MOST_SLOTS:,} commands that are looked at: see that the "
                "rest of it, and what comes after it, does not call uv."
            )
            break
    used = {slot.path for slot in outside.slots} | {hidden.path for hidden in outside.hidden}
    outside.texts = {path: text for path, text in outside.texts.items() if path in used}
    return outside


def _name_of(text: str) -> str:
    """The name of the project; empty where it has none."""
    try:
        name = as_table(toml.loads(text).get("project")).get("name")
    except toml.TomlError:
        return ""
    return name if isinstance(name, str) else ""


def _documents(text: Text, outside: Outside) -> list[Node]:
    if text.kind == "yaml" and not may_call(text.text) and not _STARTS.search(text.text):
        return []
    try:
        return read_yaml(text.text)
    except NotYamlError as error:
        if text.kind == "compose" or mentions_uv(text.text):
            outside.unread.append(f"{text.path} {error}: see that it does not start the container with uv.")
        return []


def _own_images(
    evidence: Evidence, context: Path, place: Place, texts: list[Text], documents: dict[str, list[Node]]
) -> OwnImages:
    own = OwnImages()
    if evidence.report is not None and not evidence.report.image.reference.startswith("uvdive.local/"):
        own.images.add(repository(evidence.report.image.reference.partition("://")[2]))
        own.images.add(repository(evidence.report.image.reference))
    tops = (context, *above(context)[-1:])
    shell = [
        ((_folder(context, text.path), *tops), text.text) for text in texts if text.kind in ("lines", "yaml")
    ]
    built, others = builds_of(shell, place)
    own.images |= built
    own.others |= others
    for path, found in documents.items():
        for document in found:
            if is_compose(document):
                note_services(path, _folder(context, path), document, place, own)
    own.others -= own.images
    if evidence.recipe is not None and evidence.recipe.start is not None:
        # Whoever names the service says that this image is its.
        own.services[real(evidence.recipe.file).parent, evidence.recipe.name] = True
    own.settle()
    return own


def _with_named(texts: list[Text], context: Path, recipe: Recipe | None) -> list[Text]:
    """The texts with the compose file that the user named, wherever it lies and however it is called."""
    if recipe is None or recipe.start is None:
        return texts
    file = real(recipe.file)
    if any(real(context / text.path) == file for text in texts):
        return texts
    path = os.path.relpath(file, context).replace(os.sep, "/")
    return [Text(path, "compose", read_file(file).decode("utf-8", "replace")), *texts]


def _folder(context: Path, path: str) -> Path:
    return real((context / path).parent)


def _read(
    text: Text,
    documents: list[Node],
    evidence: Evidence,
    files: Files | None,
    place: Place,
    own: OwnImages,
    outside: Outside,
) -> None:
    for document in documents:
        if is_compose(document):
            read_services(text.path, _folder(place.context, text.path), document, own, outside)
        elif is_manifest(document):
            read_manifest(text.path, document, own, outside)
        else:
            read_other(text.path, document, own, outside)
    _read_text(text, evidence, files, place, own, outside)


def _read_text(
    text: Text, evidence: Evidence, files: Files | None, place: Place, own: OwnImages, outside: Outside
) -> None:
    """What is no YAML."""
    if text.kind == "lines":
        read_lines(text, outside)
    elif text.kind == "platform":
        read_platform(text, outside, sure=own.only)
    elif text.kind == "procfile":
        if _in_image(text.path, evidence, files):
            unstarted = evidence.starter is None
            read_procfile(text, outside, sure=unstarted and own.only)
    elif text.kind == "devcontainer":
        read_devcontainer(text, _folder(place.context, text.path), place, own, outside)
    elif text.kind == "unit":
        read_unit(text, own, outside)
    elif text.kind == "python":
        read_source(text, outside)


def _read_code(
    text: Text, texts: list[Text], project: str, evidence: Evidence, files: Files | None, outside: Outside
) -> None:
    def elsewhere(name: str) -> bool:
        """Does another module name it?"""
        return any(name in other.text for other in texts if other.kind == "python" and other is not text)

    name = posixpath.basename(text.path)
    if (
        name in _TOOLS
        or _INVOKE.search(text.text)
        or not (calls := code_calls(text.text, elsewhere, project))
    ):
        return
    if not _in_image(text.path, evidence, files):
        return
    beside = bool(_BESIDE & set(text.path.split("/")[:-1]))
    for call in calls:
        outside.slots.append(
            Slot(
                text.path,
                call.line,
                "",
                "code",
                _DUTIES[call.kind],
                sure=not beside,
                text=" ".join(call.words),
            )
        )


def _in_image(path: str, evidence: Evidence, files: Files | None) -> bool:
    """Does an instruction copy a file of the context into the image?"""
    if path.startswith("..") or evidence.context is None:
        return False
    places = places_of(evidence, path)
    if files is not None:
        return any(files.at(place) is not None for place in places)
    return bool(places) and path not in read_ignored(evidence.context)
