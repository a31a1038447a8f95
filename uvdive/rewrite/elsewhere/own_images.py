"""Which images and services of other files are the one that this Dockerfile makes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from uvdive.compose.yaml_nodes import Node
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.uv.images import Reference

_BUILDS = re.compile(
    r"\b(?:docker|podman|nerdctl|buildah)\s+(?:buildx\s+)?(?:build|bud)\b(?P<options>[^\n;&|]*)"
)
_TAG = re.compile(r"(?:\s-t\s*|\s--tag[= ]\s*)([\"']?)(?P<name>[^\s\"']+)\1")
_FILE = re.compile(r"(?:\s-f\s*|\s--file[= ]\s*)([\"']?)(?P<name>[^\s\"']+)\1")


@dataclass(slots=True)
class OwnImages:
    """What is known of names. ``images`` are repositories of this image, ``others`` of other images.

    ``services`` maps a compose file's folder and a service's name to whether it runs this image;
    None for unknown: the files of one folder speak of the same services.
    ``only`` says that the project has no other Dockerfile, so that an image of an unknown name
    that uv is called in is taken for this one.
    """

    images: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)
    services: dict[tuple[Path, str], bool | None] = field(default_factory=dict)
    only: bool = True

    def of_image(self, name: str) -> bool | None:
        """Is an image this one? None where nothing says so."""
        bare = repository(name)
        if bare in self.images:
            return True
        if bare in self.others or Reference.read(name).is_uv:
            return False
        if "$" in name or "{" in name or not bare:
            return None
        # One word is an image of Docker's library, unless somebody builds one of that name.
        return None if "/" in bare.removeprefix("docker.io/library/") else False

    def of_service(self, name: str, folder: Path | None = None) -> bool | None:
        """Does a compose service, of any folder or of one, run this image? None where nothing says so."""
        if folder is not None:
            return self.services.get((folder, name))
        answers = [found for (_, known), found in self.services.items() if known == name]
        return True if True in answers else None if None in answers or not answers else False

    def sure(self, found: bool | None) -> bool:  # noqa: FBT001 - what the two above answered
        """Is it taken for this image?"""
        return self.only if found is None else found


def repository(name: str) -> str:
    """An image's name without registry's scheme, tag and digest."""
    bare = name.strip().removeprefix("docker://").partition("@")[0]
    head, colon, tag = bare.rpartition(":")
    return head if colon and "/" not in tag else bare


@dataclass(frozen=True, slots=True)
class Place:
    """The Dockerfile and its context, to hold a file's `build:` against."""

    context: Path
    dockerfile: Path
    stages: tuple[str, ...]
    last: str

    @classmethod
    def of(cls, evidence: Evidence, context: Path) -> Place:
        """From the evidence; a Dockerfile whose path is not below the context is told by its name."""
        root = context.resolve()
        own = Path(evidence.name).resolve()
        if not own.is_file():
            own = root / Path(evidence.name).name
        names = tuple(stage.name for stage in evidence.stages if stage.name)
        return cls(root, own, names, evidence.stages[-1].name or "")

    def builds(self, folder: Path, build: Node | None) -> bool | None:
        """Does a `build:` of a file in ``folder`` make this image? None where that cannot be told."""
        if build is None:
            return None
        if build.kind == "text":
            return self._is(folder, build.text, "Dockerfile", "")
        if build.get("dockerfile_inline") is not None:
            return False
        values = {
            key: node.text if (node := build.get(key)) is not None and node.kind == "text" else default
            for key, default in (("context", "."), ("dockerfile", "Dockerfile"), ("target", ""))
        }
        return self._is(folder, values["context"], values["dockerfile"], values["target"])

    def _is(self, folder: Path, context: str, dockerfile: str, target: str) -> bool | None:
        if "://" in context or context.startswith(("git@", "service:")):
            return False
        if "$" in context or "$" in dockerfile or "$" in target:
            return None
        if target and target != self.last:
            return False
        try:
            root = (folder / context).resolve()
            file = (root / dockerfile).resolve()
        except (OSError, ValueError, RuntimeError):
            return False
        return root == self.context and file == self.dockerfile


def builds_of(texts: Iterable[tuple[Sequence[Path], str]], place: Place) -> tuple[set[str], set[str]]:
    """The images that shell texts build from this Dockerfile, and those that they build from others.

    ``texts`` are each with the folders that its commands may run in.
    """
    own: set[str] = set()
    others: set[str] = set()
    for folders, text in texts:
        for match in _BUILDS.finditer(text.replace("\\\n", "  ")):
            options = f"{match['options']} "
            file = _FILE.search(options)
            context = ([".", *options.split()])[-1]
            if file is not None:
                mine = any((folder / file["name"]).resolve() == place.dockerfile for folder in folders)
            else:
                mine = context.startswith(("$", "{")) or (
                    place.dockerfile.name == "Dockerfile"
                    and any((folder / context).resolve() == place.context for folder in folders)
                )
            names = {repository(tag["name"]) for tag in _TAG.finditer(options) if "$" not in tag["name"]}
            (own if mine else others).update(names)
    return own, others - own
