"""The example projects: what each is for, what a right rewrite of it announces, and its images.

Each folder of ``tests/data/projects`` holds a small but complete project with its
``Dockerfile``. Where a rewrite exists, ``Dockerfile.multistage`` is a right one by hand.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engines import shared_bases
from engines.bringing import bring_image
from needs import cannot_run

from uvdive.build.events import BuildRequest, BuildResult
from uvdive.build.images import list_images, remove_images
from uvdive.compose.recipe import Recipe
from uvdive.image.reference import REGISTRY, parse_build_file
from uvdive.image.store import LayerStore
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import Allowances
from uvdive.session.opening.images import load_image
from uvdive.session.planning.kept import Kept
from uvdive.session.planning.recipes import recipe_of
from uvdive.session.proof.proving import build_image

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "tests" / "data" / "projects"

ACTIVE = ("Env:PATH", "Env:VIRTUAL_ENV")
"""What `uv run` set for the program, and the new image sets itself."""
UV_IMAGE = ("Env:UV_TOOL_BIN_DIR",)
"""What uv's images set and Python's don't."""
UV = ("uv", "uv-cache")
_BASE = re.compile(r"^(?:FROM |COPY --from=)([\w./:-]+)", re.MULTILINE)
_STAGE = re.compile(r" AS (\w+)$", re.MULTILINE)
ALTERNATIVES = (
    *("/etc/alternatives/c89", "/etc/alternatives/c99", "/etc/alternatives/cc", "/etc/alternatives/cpp"),
    *("/usr/bin/c89", "/usr/bin/c99", "/usr/bin/cc", "/usr/lib/cpp"),
)
"""The links that installing gcc makes beside its files."""


@dataclass(frozen=True)
class Project:
    """One example.

    ``config`` and ``paths`` are what the version by hand announces, and nothing else may
    differ; ``drops`` are OS packages that it no longer installs, with what only they
    needed. ``start`` is what the check of the start says to it, ``skipped`` are checks
    that have nothing to look at. ``engine`` is another engine that its syntax needs.
    ``targets`` are the targets that are built, the last stage by default. ``refused`` is
    the rule by which uvdive refuses it, ``unchanged`` says that it is right as it is;
    such projects have no version by hand. ``entry`` is the compose file and service, or the Bake
    file and target, that say how it is built. ``bases`` are names that the tests give to the image
    of its ``base.Dockerfile``, and to the base of that.
    """

    name: str
    kind: str
    python: str
    config: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()
    start: str = "passed"
    skipped: tuple[str, ...] = ()
    engine: str = ""
    targets: tuple[str, ...] = ("",)
    refused: str = ""
    unchanged: bool = False
    folder: Path = FOLDER
    by_hand: bool = True
    entry: str = ""
    bases: tuple[str, str] | None = None

    @property
    def path(self) -> Path:
        """Where the project lies."""
        return self.folder / self.name

    @property
    def dockerfile(self) -> Path:
        """The original."""
        return self.path / "Dockerfile"

    @property
    def rewritten(self) -> bool:
        """Does a right rewrite of it exist?"""
        return not self.refused and not self.unchanged

    @property
    def recipe(self) -> Recipe | None:
        """What says how it is built, where that is no Dockerfile alone."""
        target = parse_build_file(f"{self.path}/{self.entry}", is_path=True) if self.entry else None
        return None if target is None else recipe_of(target)

    @property
    def args(self) -> tuple[str, ...]:
        """The options of its build."""
        return () if self.recipe is None else self.recipe.args

    def text(self, *, by_hand: bool = False) -> str:
        """The original Dockerfile, or the version by hand."""
        return (self.path / ("Dockerfile.multistage" if by_hand else "Dockerfile")).read_text()


PROJECTS = (
    Project("flask", "the article's", "3.13", folder=ROOT / "examples", by_hand=False),
    Project("slim", "`COPY --from=` uv", "3.13", (*ACTIVE, "Cmd"), start="announced"),
    # The cache mount leaves ~/.cache to root, so that `uv run` fails without the mount.
    Project(
        "user", "`USER` before the install", "3.13", (*ACTIVE, *UV_IMAGE, "Entrypoint"), start="repaired"
    ),
    Project("managed", "managed Python", "3.13", UV_IMAGE),
    Project("gunicorn", "gunicorn with a health check", "3.13"),
    Project("library", "a library that ctypes loads", "3.13", (*ACTIVE, "Cmd"), ("/root/.cache",)),
    Project("mounts", "uv's image, cache and bind mounts", "3.12", UV_IMAGE),
    Project("cli", "`pip install uv`, a console script", "3.11", (*ACTIVE, "Entrypoint")),
    Project("installer", "the installer's `~/.local/bin`", "3.12", (*ACTIVE, "Cmd"), start="announced"),
    Project("daemon", "managed Python, no root", "3.13", (*ACTIVE, *UV_IMAGE, "Cmd")),
    Project("system", "`uv pip install --system`", "3.11"),
    Project("environment", "`UV_PROJECT_ENVIRONMENT`", "3.12", UV_IMAGE),
    Project("usrlocal", "`UV_PROJECT_ENVIRONMENT=/usr/local`", "3.13"),
    Project("optvenv", "`uv venv /opt/venv`", "3.12"),
    Project(
        "workspace", "a workspace with two members", "3.12", (*ACTIVE, *UV_IMAGE, "Cmd"), start="announced"
    ),
    Project("package", "src layout with package data", "3.11", UV_IMAGE),
    Project(
        "compiled",
        "psycopg2 from source",
        "3.12",
        paths=ALTERNATIVES,
        drops=("gcc", "libc6-dev", "libpq-dev"),
    ),
    Project("django", "Django with collectstatic", "3.12", (*ACTIVE, "Cmd")),
    Project("alembic", "a start script that calls uv", "3.13", (*ACTIVE, *UV_IMAGE), ("/app/start.sh",)),
    Project("curl", "`HEALTHCHECK` by curl", "3.11", (*ACTIVE, "Cmd")),
    Project("port", "shell form with `$PORT`", "3.12", (*ACTIVE, "Cmd")),
    Project("tool", "`uv tool install`", "3.13", UV_IMAGE),
    Project("targets", "two targets from one base", "3.13", targets=("", "worker")),
    Project("heredocs", "heredocs and comments", "3.13", UV_IMAGE, engine="docker28"),
    Project("debian", "Debian's Python, files of another stage", "3.13", by_hand=False),
    Project("several", "two environments, a tool, a start script", "3.13", by_hand=False),
    Project("started", "multi-stage, uv only starts it", "3.13", by_hand=False),
    Project("mounted", "one stage that cannot be divided", "3.13", by_hand=False),
    Project("alpine", "Alpine, a tag without its release", "3.13", by_hand=False),
    Project("handed", "folders of a user who is no root", "3.13", by_hand=False),
    Project(
        "composed", "a compose service starts it", "3.13", by_hand=False, entry="deploy/compose.yaml:web"
    ),
    Project(
        "baked",
        "a Bake target that is not the last stage",
        "3.12",
        by_hand=False,
        entry="docker-bake.hcl:service",
    ),
    Project(
        "fullbase",
        "a full Python image",
        "3.13",
        (*ACTIVE, "Cmd"),
        by_hand=False,
        bases=("python:3.13.5-trixie", "python:3.13.5-slim-trixie"),
    ),
    Project(
        "targeted",
        "`uv pip install --target`, as for AWS Lambda",
        "3.13",
        by_hand=False,
        skipped=("imports", "interpreter"),
    ),
    Project("vendored", "a local `.deb` file", "3.13", by_hand=False),
    Project("owned", "`COPY . .`, collected files, `chown -R`", "3.13", by_hand=False),
    Project("editable", "`uv pip install --system -e .`", "3.13", by_hand=False),
    Project("bumped", "two syncs, `uv.lock*`", "3.13", by_hand=False),
    Project("pipped", "an upgraded pip, uv by pip behind the source", "3.13", by_hand=False),
    Project("uvx", "`uvx` at start", "3.13", refused="R24"),
    Project("right", "multi-stage, right", "3.12", unchanged=True),
    Project("wrong", "multi-stage, its scripts dead", "3.12", refused="R45"),
)
BY_NAME = {project.name: project for project in PROJECTS}
PAIRS = {project.name: project for project in PROJECTS if project.rewritten and project.by_hand}


@contextlib.contextmanager
def engine_of(project: Project) -> Iterator[None]:
    """Talk to the engine that the project needs, with the base images that it names."""
    if not project.engine:
        yield
        return
    variable = f"UVDIVE_ENGINE_{project.engine.upper()}"
    address = os.environ.get(variable)
    if not address:
        cannot_run(f"no {variable} with its address")
    bring_bases(project, address)
    before = os.environ.get("DOCKER_HOST")
    os.environ["DOCKER_HOST"] = address
    try:
        yield
    finally:
        os.environ.pop("DOCKER_HOST")
        if before is not None:
            os.environ["DOCKER_HOST"] = before


def bring_bases(project: Project, address: str) -> None:
    """Copy from the first engine the images that a project builds on and the other one lacks."""
    text = project.text() + project.text(by_hand=True)
    for name in sorted(set(_BASE.findall(text)) - set(_STAGE.findall(text))):
        bring_image(name, address)


def _docker(*argv: str) -> None:
    subprocess.run(["docker", *argv], capture_output=True, check=True)


@functools.cache
def make_bases(project: Project) -> None:
    """Make the bases that no test machine has; ``remove_built`` removes them."""
    if project.bases is None:
        return
    file = project.path / "base.Dockerfile"
    full, slim = project.bases
    shared_bases.take()
    _docker("buildx", "build", "--load", "-q", "-t", full, "-f", str(file), str(project.path))
    _docker("tag", file.read_text().partition("FROM ")[2].split()[0], slim)


@dataclass(frozen=True)
class Built:
    """An image that was built, what it holds, and its files' contents."""

    report: ImageReport
    result: BuildResult
    store: LayerStore | None


@functools.cache
def built(name: str, text: str, role: str, target: str = "") -> Built:
    """A project's image from any text; built once in a run of the tests."""
    project = BY_NAME[name]
    tag = f"{REGISTRY}/project-{name}-{os.getpid()}:{role}{target}"
    args = (*project.args, "--target", target) if target else project.args
    with engine_of(project):
        make_bases(project)
        result = build_image(BuildRequest(project.path, text=text, tag=tag, args=args))
        loaded = load_image(f"docker://{tag}", dockerfile=project.dockerfile)
    return Built(loaded.report, result, loaded.store)


@functools.cache
def kept_of(name: str) -> Kept:
    """What was found out about a project's original: its rewrites are planned and proven several times."""
    return Kept()


def original(name: str, target: str = "") -> ImageReport:
    """The image of a project's own Dockerfile."""
    return built(name, BY_NAME[name].text(), "before", target).report


def by_hand(name: str, target: str = "") -> ImageReport:
    """The image of the version by hand."""
    return built(name, BY_NAME[name].text(by_hand=True), "hand", target).report


def allowed(project: Project) -> Allowances:
    """What the version by hand announces."""
    if not project.drops:
        return Allowances(project.config, project.paths, UV)
    lists = _package_lists(original(project.name))
    gone = lists.keys() - _package_lists(by_hand(project.name)).keys()
    assert gone >= set(project.drops)
    kept = {path for name, paths in lists.items() if name not in gone for path in paths}
    paths = {path for name in gone for path in lists[name]} - kept
    return Allowances(project.config, (*project.paths, *sorted(paths)), UV, packages=tuple(sorted(gone)))


def _package_lists(report: ImageReport) -> dict[str, set[str]]:
    """The paths of each OS package, as dpkg itself lists them."""
    command = ["docker", "run", "--rm", "--entrypoint", "sh", report.image.id]
    told = subprocess.run(
        [*command, "-c", "cd /var/lib/dpkg/info && grep . *.list"], capture_output=True, text=True, check=True
    ).stdout
    lists: dict[str, set[str]] = {}
    for line in told.splitlines():
        name, _, path = line.partition(".list:")
        lists.setdefault(name.partition(":")[0], set()).add(path)
    return lists


def remove_built() -> None:
    """Remove every image that ``built`` made, from all engines."""
    for engine in sorted({project.engine for project in PROJECTS}):
        project = next(project for project in PROJECTS if project.engine == engine)
        if engine and not os.environ.get(f"UVDIVE_ENGINE_{engine.upper()}"):
            continue
        with engine_of(project):
            remove_images(image for image in list_images() if f"-{os.getpid()}:" in image.tag)
    with shared_bases.given_back() as last:
        if last:
            names = [name for project in PROJECTS for name in project.bases or ()]
            subprocess.run(["docker", "rmi", *names], capture_output=True, check=False)
