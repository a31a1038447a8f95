"""Which of an image's environments the app runs in (R9, R10, R41)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

from uvdive.dockerfile.shell.reading import command_text
from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.variables import expand
from uvdive.image.table import Kind
from uvdive.ledger.report import VIRTUAL, Environment, ImageReport
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.files.owned import numbers_of, owned_paths
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes, Refused
from uvdive.uv.calls import Call, calls_sync, uv_calls
from uvdive.uv.started import started_environment

_TOOLS = frozenset({"pip", "setuptools", "wheel", "uv"})
OFFICIAL = "/usr/local"
"""Where the Python of the official images is, and its packages."""

_PREFIXES = ("", "/usr", OFFICIAL)
_SITE = re.compile(r"/lib/python(?P<minor>\d+\.\d+)/(?:site|dist)-packages$")


@dataclass(frozen=True, slots=True)
class Found:
    """The environment that the app starts in, and the others that stay.

    ``spare`` are those of the others that nothing names: a choice may drop them (R9).
    ``left_out`` are the paths that it drops, ``system_paths`` those of the spare ones that are
    a system's Python, of which only the added distributions can go. ``start_line`` is where the file
    says what starts.
    """

    main: Environment
    others: tuple[Environment, ...] = ()
    spare: tuple[Environment, ...] = ()
    left_out: tuple[str, ...] = ()
    system_paths: tuple[str, ...] = ()
    start_line: int | None = None

    @property
    def minor(self) -> str:
        """The minor version of its Python; empty where it has none."""
        return ".".join((self.main.python or "").split(".")[:2])


def is_prefix(path: str) -> bool:
    """Is a folder that of a system's Python, and no environment's?"""
    return path.rstrip("/") in _PREFIXES


def project_environment(evidence: Evidence) -> str | None:
    """Where ``uv sync``, else ``uv venv``, makes the environment by the text (R7); None without both."""
    runs = [(step, command_text(step.instruction)) for step in reversed(evidence.runs())]
    for step, text in runs:
        if calls_sync(text) or _call_of(step, text, "add"):
            return _synced(step, text)
    for step, text in runs:
        made = re.search(r"\buv\s+venv\b(?P<rest>[^;&|\n]*)", text)
        if made is None:
            continue
        words = [expand(word, step.values.get) for word in made["rest"].split()]
        named = next((word for word in words if "/" in word or word == ".venv"), ".venv")
        return posixpath.normpath(posixpath.join(step.workdir, named))
    return None


def _call_of(step: Step, text: str, *names: str) -> Call | None:
    """A RUN's last call of one of uv's subcommands."""
    found = [call for call in uv_calls(text, step.workdir) or () if call.name in names]
    return found[-1] if found else None


def _synced(step: Step, text: str) -> str:
    """Where a RUN's last ``uv sync`` or ``uv add`` makes the environment: beside the project."""
    call = _call_of(step, text, "sync", "add")
    folder = call.folder if call else None
    environ = call.environ_in(step.values) if call else step.values
    active = environ.get("VIRTUAL_ENV") if "--active" in text else None
    named = expand(active or environ.get("UV_PROJECT_ENVIRONMENT") or ".venv", step.values.get)
    return posixpath.normpath(posixpath.join(folder or step.workdir, named))


def uv_bytes(report: ImageReport) -> int:
    """What of uv and its cache an image holds; the tools that uv installed are not counted. In bytes."""
    tools = sum(c.live_bytes for c in report.components if c.owner == "uv" and c.kind == "tool")
    return sum(o.live_bytes for o in report.owners if o.owner in ("uv", "uv-cache")) - tools


def choose_environment(evidence: Evidence, files: Files) -> Found:
    """Choose by what the image starts with.

    Raises:
        Refused: R9, R10 or R15.
    """
    assert evidence.report is not None
    venvs = [env for env in evidence.report.environments if env.kind == "venv"]
    systems = [
        env for env in evidence.report.environments if env.kind not in VIRTUAL and _has_packages(env, files)
    ]
    tools = [env for env in evidence.report.environments if env.kind == "tool"]
    candidates = [*venvs, *systems] or tools[:1]
    if not candidates:
        raise _nothing(evidence)
    main = candidates[0] if len(candidates) == 1 else _started(evidence, files, candidates)
    if main is None:
        names = " and ".join(env.path for env in candidates)
        raise Refused(
            "R9",
            f"The image has more than one environment ({names}), and its start command does not tell which "
            "one it runs in. Put the one that is meant on PATH, or name its programs with their full path.",
            _start_line(evidence),
        )
    others = tuple(env for env in (*candidates, *tools) if env is not main)
    # A virtual environment does not see the packages of the system's Python.
    shut = main.kind in VIRTUAL
    spare = tuple(
        env
        for env in others
        if (env.kind == "venv" and not _is_named(env, evidence)) or (shut and env in systems)
    )
    theirs = [path for env in spare if env in systems for path in _added_paths(evidence, files, env)]
    return Found(main, others, spare, system_paths=tuple(theirs), start_line=_start_line(evidence))


def nothing_installed(evidence: Evidence) -> Refused | None:
    """Why an image without an environment is not rewritten, if its start command tells (R15, R24)."""
    start = evidence.starter
    text = command_text(start.instruction) if start is not None else ""
    if start is not None and re.search(r"(?<![\w./-])(?:/\S{0,200}/)?uv(?:x\b|\s+tool\s+run\b)", text):
        return Refused(
            "R24",
            "The image starts with uvx (`uv tool run`), which fetches its tool at start. Put the tool into "
            "the image (`uv tool install`), and start it by its name.",
            start.line,
        )
    if start is not None and starts_by_uv_run(text):
        return Refused(
            "R15",
            "The build installs nothing: `uv run` makes the environment whenever a container starts. Add "
            "`RUN uv sync --frozen` to the Dockerfile.",
            start.line,
        )
    return None


def starts_by_uv_run(text: str) -> bool:
    """May a start's text be a `uv run`, behind whatever else it does?"""
    return re.match(r"(?>.*?\buv\b).*\brun\b", text, re.DOTALL) is not None


def _nothing(evidence: Evidence) -> Refused:
    return nothing_installed(evidence) or Refused(
        "R10",
        "The image has no Python environment with packages that this Dockerfile installed, so there is "
        "nothing to move. Install them with `uv sync`.",
    )


def without_spare(found: Found, notes: Notes) -> Found:
    """Keep the others, unless the user says that those which nothing names are not needed (R9)."""
    if not found.spare:
        return found
    _check_not_empty(found, notes)
    names = ", ".join(env.path for env in found.spare)
    chosen = notes.choose(
        CHOICES["other-environments"],
        None,
        "Whether a program of the other one is called later, only its author knows.",
        about=f"The start command runs in {found.main.path}, not in {names}",
    )
    if chosen == "keep":
        return found
    whole = tuple(env.path.rstrip("/") for env in found.spare if env.kind in VIRTUAL)
    left = (*whole, *found.system_paths)
    notes.allowed.paths.update(left)
    return Found(found.main, tuple(env for env in found.others if env not in found.spare), (), left)


def _start_line(evidence: Evidence) -> int | None:
    """Where the file says what starts."""
    return None if evidence.starter is None else evidence.starter.line


def _check_not_empty(found: Found, notes: Notes) -> None:
    """Refuse where all packages are in an environment that the start command does not run in.

    Raises:
        Refused: R9, unless the user decided on the others.
    """
    full = next((env for env in found.others if env.kind != "tool" and env.distributions), None)
    if found.main.distributions or full is None or CHOICES["other-environments"].id in notes.choices:
        return
    added = [d.name for d in full.distributions if d.os_package is None and d.name not in _TOOLS]
    shown = ", ".join(added[:4]) + (" …" if len(added) > 4 else "")
    raise Refused(
        "R9",
        f"The start command runs in {found.main.path}, which is empty: the packages ({shown}) are in "
        f"{full.path}, where it does not find them. Install them into {found.main.path} (`uv sync`, or "
        "`uv pip install` without --system), or choose other-environments if the app needs none of them.",
        found.start_line,
    )


def _added_paths(evidence: Evidence, files: Files, env: Environment) -> list[str]:
    """The paths of what the author's own instructions installed for a system's Python."""
    assert evidence.report is not None
    root = files.at(env.path)
    names = {dist.name for dist in env.distributions if dist.os_package is None}
    numbers = numbers_of(evidence.report, env.path, names)
    found = owned_paths(files, root, numbers) if root is not None else ()
    return [path for path in found if not _is_of_base(files, path)]


def _is_of_base(files: Files, path: str) -> bool:
    node = files.at(path)
    return node is None or files.in_base(node)


def _is_named(env: Environment, evidence: Evidence) -> bool:
    """Do the image's variables or start instructions name the environment?"""
    assert evidence.report is not None
    config = evidence.report.config
    words = [*config.env, *(config.entrypoint or ()), *(config.cmd or ())]
    return any(env.path in word for word in words)


def _has_packages(env: Environment, files: Files) -> bool:
    """Did an instruction of the author's install something for a system's interpreter?"""
    for site in sites(env.path, files):
        for child in files.children(site):
            name = files.path(child).rpartition("/")[2]
            tool = name.partition("-")[0] in _TOOLS
            if files.layer(child) >= files.base_layers and name.endswith(".dist-info") and not tool:
                owners = {files.owner(node) for node in files.walk(child)} - {None}
                if owners and "venv" in owners:
                    return True
    return False


def sites(prefix: str, files: Files) -> list[int]:
    """The folders of packages below an interpreter's prefix.

    Debian's Python in ``/usr`` installs into ``/usr/local/…/dist-packages``, where one
    in ``/usr/local`` has ``site-packages``.
    """
    found = []
    prefix = prefix.rstrip("/")
    for home in (prefix, "/usr/local") if prefix == "/usr" else (prefix,):
        lib = files.at(f"{home}/lib")
        for python in files.children(lib) if lib is not None else ():
            for site in files.children(python):
                path = files.path(site)
                ours = home != "/usr/local" or path.endswith(
                    "/dist-packages" if prefix == "/usr" else "/site-packages"
                )
                if ours and _SITE.search(path) and files.kind(site) == Kind.DIRECTORY:
                    found.append(site)
    return found


def _started(evidence: Evidence, files: Files, candidates: Sequence[Environment]) -> Environment | None:
    """The environment that the start command runs in, or that of the last sync, where a script starts it."""
    assert evidence.report is not None
    config = evidence.report.config
    places = {env.path.rstrip("/"): env for env in candidates}
    steps = (evidence.starting("ENTRYPOINT"), evidence.starting("CMD"))
    starts = [command_text(step.instruction) for step in steps if step is not None]

    def has_python(folder: str) -> bool:
        return files.at(f"{folder.rstrip('/')}/python") is not None

    path = started_environment(list(places), starts, config.environ, evidence.workdir, has_python)
    return places.get(path or project_environment(evidence) or "")
