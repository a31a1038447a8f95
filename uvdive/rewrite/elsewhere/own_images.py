"""Which images and services of other files are the one that this Dockerfile makes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from uvdive.base.files.foreign import real
from uvdive.compose.services import MOST_EXTENDS, is_remote
from uvdive.compose.yaml_nodes import Node
from uvdive.image.reference import untagged
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.start.shell_edit import behind_wrapper
from uvdive.uv.images import Reference
from uvdive.uv.mentions import is_uv

_BUILDS = re.compile(
    r"\b(?:docker|podman|nerdctl|buildah)\s+(?:buildx\s+)?(?:build|bud)\b(?P<options>[^\n;&|]*)"
)
_TAG = re.compile(r"(?:\s-t\s*|\s--tag[= ]\s*)([\"']?)(?P<name>[^\s\"']+)\1")
_FILE = re.compile(r"(?:\s-f\s*|\s--file[= ]\s*)([\"']?)(?P<name>[^\s\"']+)\1")

# Options of a build without a value: https://docs.docker.com/reference/cli/docker/buildx/build/
_FLAGS = frozenset(
    (
        *("--pull", "--no-cache", "--quiet", "-q", "--load", "--push", "--check", "--debug", "-D"),
        *("--rm", "--force-rm", "--squash", "--compress", "--layers", "--no-rm"),
    )
)
_SHORT = len("-t")


@dataclass(slots=True)
class OwnImages:
    """What is known of names. ``images`` are repositories of this image, ``others`` of other images.

    ``services`` maps a compose file's folder and a service's name to whether it runs this image;
    None for unknown: the files of one folder speak of the same services.
    ``elsewhere`` are a file's own services that build another image, whatever others of the folder say.
    ``extended`` are the services that extend one, ``lent`` those that a service of another image extends.
    ``only`` says that the project has no other Dockerfile, so that an image of an unknown name
    that uv is called in is taken for this one.
    """

    images: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)
    services: dict[tuple[Path, str], bool | None] = field(default_factory=dict)
    elsewhere: set[tuple[str, str]] = field(default_factory=set)
    only: bool = True
    extended: dict[tuple[Path, str], set[tuple[Path, str]]] = field(default_factory=dict)
    lent: set[tuple[Path, str]] = field(default_factory=set)

    def settle(self) -> None:
        """Once all is noted: a service that says nothing of its image runs that of those that extend it."""
        for _ in range(MOST_EXTENDS):
            for base, users in self.extended.items():
                answers = {self.services.get(user) for user in users}
                if self.services.get(base) is None and answers == {True}:
                    self.services[base] = True
                if False in answers or users & self.lent:
                    self.lent.add(base)

    def of_image(self, name: str, words: Sequence[str] = ()) -> bool | None:
        """Is an image this one? None where nothing says so; ``words`` are what is started in it."""
        bare = repository(name)
        if bare in self.images:
            return True
        reference = Reference.read(name)
        if bare in self.others or reference.is_uv:
            return False
        if "$" in name or "{" in name or not bare:
            return None
        if "/" in bare.removeprefix("docker.io/library/"):
            return None
        # One word is an image of Docker's library, unless somebody builds one of that name. In none
        # of the library's uv is, but it may be mounted into those that Python projects start from.
        calls = bool(words) and is_uv(words[behind_wrapper(words)])
        return None if calls and reference.family == "other" else False

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
    return untagged(name.strip().removeprefix("docker://").partition("@")[0])


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
        root = real(context)
        own = real(Path(evidence.name))
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
            key: default if (given := build.text_of(key)) is None else given
            for key, default in (("context", "."), ("dockerfile", "Dockerfile"), ("target", ""))
        }
        return self._is(folder, values["context"], values["dockerfile"], values["target"])

    def _is(self, folder: Path, context: str, dockerfile: str, target: str) -> bool | None:
        if is_remote(context):
            return False
        if "$" in context or "$" in dockerfile or "$" in target:
            return None
        if target and target != self.last:
            return False
        try:
            root = real(folder / context)
            file = real(root / dockerfile)
        except (OSError, ValueError, RuntimeError):
            return False
        # With another context it is another image, but one that this Dockerfile makes.
        return file == self.dockerfile


def _context_of(words: Sequence[str]) -> str:
    """The folder that a build is given, wherever it stands among the options."""
    waiting = iter(words)
    for word in waiting:
        if not word.startswith("-"):
            return word
        takes = word not in _FLAGS and "=" not in word and (word.startswith("--") or len(word) == _SHORT)
        if takes:
            next(waiting, None)
    return "."


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
            context = _context_of(options.split())
            if file is not None:
                mine = any(real(folder / file["name"]) == place.dockerfile for folder in folders)
            else:
                mine = context.startswith(("$", "{")) or (
                    place.dockerfile.name == "Dockerfile"
                    and any(real(folder / context) == place.context for folder in folders)
                )
            names = {repository(tag["name"]) for tag in _TAG.finditer(options) if "$" not in tag["name"]}
            (own if mine else others).update(names)
    return own, others - own
