"""The use case: what a TARGET means, as something that can be loaded, built first if need be."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from uvdive.base.dockerfile_names import build_file_kind
from uvdive.base.errors import UsageError, UvdiveError
from uvdive.base.files.foreign import real
from uvdive.base.progress import CancelToken, Note, OnEvent, ignore
from uvdive.session.opening.options import DEFAULTS, ReadOptions

if TYPE_CHECKING:
    from uvdive.build.events import BuildRequest, BuildResult
    from uvdive.compose.recipe import Recipe
    from uvdive.image.reference import Target
    from uvdive.ledger.report import ImageReport
    from uvdive.output.redact import Redactor
    from uvdive.session.desk import Desk
    from uvdive.session.opening.images import Loaded


_READS = (
    *("uvdive.session.desk", "uvdive.session.opening.reading", "uvdive.image.store"),
    *("uvdive.session.opening.finished", "uvdive.image.archives.boxes", "uvdive.ledger.assemble"),
    *("uvdive.image.stack.stack", "uvdive.image.stack.comparing", "uvdive.image.stack.kept"),
    *("uvdive.ledger.environments.reasons", "uvdive.session.opening.matching", "csv", "tomllib"),
)
_ASKS = ("uvdive.image.registry.opening", "urllib3")
_STORED = ("uvdive.image.engine.engine", "uvdive.image.layers.stored")
"""What reads an image, what asks a registry for it, and what an engine's storage."""


@dataclass(slots=True)
class Source:
    """Where a report comes from.

    ``request`` is the build that comes first, where there is one; ``name`` is what
    to load, ``label`` what to call it where that is no good name, ``hint`` something
    that the user should know. ``built`` is what came of the build, None before it and
    without one, and where ``reuse`` left it out, as the image was there and built of the same.
    ``recipe`` is the compose service or Bake target that the build is.
    """

    name: str
    dockerfile: Path | None = None
    request: BuildRequest | None = None
    hint: str = ""
    reading: ReadOptions = DEFAULTS
    built: BuildResult | None = None
    label: str = ""
    recipe: Recipe | None = None
    reuse: bool = False

    @property
    def called(self) -> str:
        """What to call it, as short as the user did."""
        return self.label or self.name.removeprefix("docker://") or str(self.dockerfile)

    @property
    def context(self) -> Path | None:
        """The folder of the build."""
        return self.request.context if self.request is not None else None

    @property
    def build_args(self) -> tuple[str, ...]:
        """The arguments of the build."""
        return self.request.args if self.request is not None else ()

    def teach(self, redactor: Redactor) -> None:
        """Show what hides secrets those of the build: in its arguments and its Dockerfile."""
        redactor.learn_build(self.build_args, os.environ)
        text = self.request.text if self.request is not None else None
        if text is None and self.dockerfile is not None:
            with contextlib.suppress(UsageError):  # told of by whoever needs the file
                from uvdive.session.planning.rewriting import read_dockerfile

                text = read_dockerfile(self.dockerfile)
        redactor.learn([text or ""])

    def load(
        self,
        *,
        on_event: OnEvent = ignore,
        cancel: CancelToken | None = None,
        in_process: bool = False,
    ) -> Loaded:
        """Build if need be, and load; in this process where no app runs in it.

        Raises:
            UvdiveError: as ``build_image`` and ``load_image`` say.
        """
        ready = self.ready(on_event, cancel)
        return self.load_ready(ready, on_event=on_event, cancel=cancel, in_process=in_process)

    def load_ready(
        self,
        name: str,
        *,
        on_event: OnEvent = ignore,
        cancel: CancelToken | None = None,
        in_process: bool = True,
    ) -> Loaded:
        """Load what ``ready`` gave the name of; UvdiveError as ``load_image`` says."""
        from uvdive.session.opening.images import load_image

        loaded = load_image(
            name,
            dockerfile=self.dockerfile,
            options=self.options(),
            on_event=on_event,
            cancel=cancel,
            in_process=in_process,
        )
        self._check(loaded.report)
        return loaded

    def open(self, *, on_event: OnEvent = ignore, cancel: CancelToken | None = None) -> Desk:
        """Build if need be, and load into a process that the app asks; all as ``load`` says."""
        from uvdive.session.desk import open_desk

        desk = open_desk(
            self.ready(on_event, cancel),
            dockerfile=self.dockerfile,
            options=self.options(),
            on_event=on_event,
            cancel=cancel,
        )
        try:
            self._check(desk.report)
        except UvdiveError:
            desk.close()
            raise
        return desk

    def make_ready(self) -> None:
        """Have the process that ``open`` needs start and import meanwhile; it reads nothing yet."""
        from uvdive.base.processes import spare

        asks = self.reading.via == "registry" or self.name.startswith("registry://")
        spare.make_ready((*(_ASKS if asks else _STORED), *_READS))

    def _check(self, report: ImageReport) -> None:
        """Is it what was built? BuildError where another build took its tag."""
        if self.built is not None and not self.name:
            from uvdive.session.proof.building import check_built

            check_built(self.built, report)

    def options(self) -> ReadOptions:
        """How the image is read, once it is ready."""
        if self.request is None:
            return self.reading
        from uvdive.session.proof.own_builds import as_built

        return as_built(self.reading, self.request)

    def ready(self, on_event: OnEvent, cancel: CancelToken | None) -> str:
        """The name of the image, built if need be; UvdiveError as ``build_image`` says."""
        if self.request is None:
            return self.name
        from uvdive.session.proof.building import build_image, target_of
        from uvdive.session.proof.built_before import build_unless_there

        if self.reuse:
            target, self.built = build_unless_there(self.request, on_event=on_event, cancel=cancel)
        else:
            on_event(Note(f"Building {self.dockerfile or self.request.context}"))
            self.built = build_image(self.request, on_event=on_event, cancel=cancel)
            target = target_of(self.built)
        on_event(Note("Reading the image"))
        return self.name or target


def source_of(text: str, reading: ReadOptions = DEFAULTS) -> Source:
    """What a TARGET means, and how to read it.

    Raises:
        UsageError: it means nothing, or a Dockerfile that is not there.
    """
    from uvdive.image.reference import parse_target

    target = parse_target(text)
    if target.kind in ("compose", "bake"):
        return recipe_source(target, () if reading.platform is None else ("--platform", reading.platform))
    if target.kind == "dockerfile":
        build_args = () if reading.platform is None else ("--platform", reading.platform)
        source = dockerfile_source(target.path, build_args=build_args)
        source.reading = reading
        return source
    if target.kind in ("docker", "podman", "registry") and not target.value.isascii():
        raise UsageError(f"{text} is no name of an image.", "Names of images are plain ASCII.")
    return Source(text, hint=target.hint, reading=reading)


def dockerfile_source(
    dockerfile: Path, context: Path | None = None, build_args: tuple[str, ...] = ()
) -> Source:
    """The image that a Dockerfile makes, built in its own folder unless ``context`` is another.

    Raises:
        UsageError: the Dockerfile or the folder is not there.
    """
    from uvdive.build.events import BuildRequest

    dockerfile = checked_dockerfile(dockerfile)
    folder = dockerfile.parent if context is None else context
    if not folder.is_dir():
        raise UsageError(f"The build context {folder} is no folder.", "Name the folder with --context.")
    return Source("", dockerfile, BuildRequest(folder, dockerfile, args=build_args))


def build_source(named: str, context: Path | None = None, options: Sequence[str] = ()) -> Source:
    """The build of a Dockerfile or its folder, of a compose file's service or a Bake file's target.

    Args:
        named: the file, with ``:NAME`` where it has several.
        context: the folder of the build, where it is another; a compose or Bake file names its own.
        options: those of ``docker buildx build``.

    Raises:
        UvdiveError: it is not there, or no build of a folder of this machine.
    """
    from uvdive.image.reference import parse_build_file

    target = parse_build_file(named, is_path=True)
    if target is None:
        source = dockerfile_source(Path(named), context)
        assert source.context is not None
        return dockerfile_source(Path(named), context, _buildx_options(options, source.context))
    if context is not None:
        raise UsageError(f"{target.value} names the context itself.", "Leave --context out.")
    return recipe_source(target, _buildx_options(options, target.path.parent))


def _buildx_options(options: Sequence[str], context: Path) -> tuple[str, ...]:
    from uvdive.build.arguments import split_arguments

    arguments = split_arguments([*options, str(context)])
    if arguments.dockerfile is not None or arguments.tags:
        raise UsageError(
            "The options of the build may name no Dockerfile and no tag.",
            "Name the Dockerfile in its own place; uvdive tags what it builds.",
        )
    return arguments.rest


def recipe_source(target: Target, build_args: tuple[str, ...] = ()) -> Source:
    """The image of a compose file's service or a Bake file's target, built as it says there.

    Args:
        target: the file and the name.
        build_args: options that come after those of the file, and so go before them.

    Raises:
        UvdiveError: as ``recipe_of`` says.
    """
    from uvdive.session.planning.recipes import recipe_of

    recipe = recipe_of(target)
    source = dockerfile_source(recipe.dockerfile, recipe.context, (*recipe.args, *build_args))
    kind = "service" if target.kind == "compose" else "target"
    label = f"{recipe.file}, {kind} {recipe.name}"
    own_folder = real(recipe.dockerfile.parent) == real(recipe.context)
    told = f"{label}: {recipe.dockerfile}{'' if own_folder else f' with the context {recipe.context}'}"
    source.label, source.recipe = label, recipe
    source.hint = "\n".join((told, *recipe.hints))
    return source


def checked_dockerfile(path: Path) -> Path:
    """The Dockerfile that a path names: itself, or the one in that folder.

    Raises:
        UsageError: there is none.
    """
    found = path / "Dockerfile" if path.is_dir() else path
    if not found.is_file():
        raise UsageError(f"There is no Dockerfile at {found}.", _instead(path))
    return found


def _instead(folder: Path) -> str:
    """What to do where a folder has no Dockerfile: a compose or Bake file in it may know one."""
    names = sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []
    found = next((name for name in names if build_file_kind(name)), None)
    return "Check the path." if found is None else f"Or name what says how it is built: {folder / found}"
