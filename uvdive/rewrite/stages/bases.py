"""Which images the two stages start from, and how uv and Python get there (R2–R6)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from uvdive.base.paths import is_below, raw
from uvdive.distro.release import OsRelease
from uvdive.dockerfile.shell.reading import command_text
from uvdive.image.resolve import resolve
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.environment import EnvironmentFacts, no_release
from uvdive.rewrite.evidence.files.context_files import copied_text
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.evidence.system.beyond_base import Brought
from uvdive.rewrite.notes import BUILD_FIRST, Notes, Refused
from uvdive.uv.calls import Call, calls_of
from uvdive.uv.images import (
    Reference,
    of_python,
    python_of,
    slim_python,
    system_without_python,
    tag_of,
    with_release,
    without_uv,
    written_without_uv,
)
from uvdive.uv.selection import is_set

PYTHON_FOLDER = "/opt/uv-python"
_PINS = re.compile(
    r"--python(?:=|\s+)\S{0,200}\d\.\d{1,9}\.\d|\buv\s+python\s+(?:install|pin)\b|--managed-python|-p\s+\d{1,9}\.\d{1,9}\.\d"
)


@dataclass(frozen=True, slots=True)
class Bare:
    """What the build stage gives to a last stage on a base in which nothing can be run (R63).

    ``brought`` is what the app needs of the system and the base lacks, ``python`` the paths of the
    interpreter that go over, with their bytes. ``shell`` says that the base has one all the same: what
    the user names gets files only, too. ``lacks`` are the folders of the old base that this one has not.
    """

    brought: tuple[Brought, ...] = ()
    python: tuple[tuple[str, int], ...] = ()
    shell: bool = False
    lacks: frozenset[str] = frozenset()

    def gives(self, path: str) -> bool:
        """Does the interpreter that goes over hold a path?"""
        return any(is_below(path, each) for each, _ in self.python)


@dataclass(frozen=True, slots=True)
class Bases:
    """``builder`` replaces the image in FROM, None keeps it; ``runner`` is the new stage's image.

    ``uv_image`` is where the builder copies uv from, None where it has uv already.
    ``env`` are variables that the builder gets. ``python_from`` is a
    folder of managed Pythons in the original that the runner gets as ``python_to``.
    ``written`` is the runner as FROM says it, where that holds variables. ``bare`` is what the runner's
    base gets file by file, where nothing can be run in it.
    """

    builder: str | None
    runner: str
    uv_image: str | None = None
    env: tuple[tuple[str, str], ...] = ()
    python_from: str | None = None
    python_to: str | None = None
    written: str | None = None
    bare: Bare | None = None

    def without_python(self, gone: Collection[str]) -> Bases:
        """The same without what the build stage takes away of the interpreter, which no copy may name."""
        bare = self.bare
        if bare is None or not any(path in gone for path, _ in bare.python):
            return self
        left = tuple((path, count) for path, count in bare.python if path not in gone)
        return replace(self, bare=replace(bare, python=left))


def choose_bases(evidence: Evidence, env: EnvironmentFacts, files: Files | None, notes: Notes) -> Bases:
    """Decide on both bases.

    Raises:
        Refused: the base is not known well enough (R2, R5, R8).
    """
    reference = Reference.read(evidence.base)
    line = evidence.origin.source.line
    os = evidence.report.os if evidence.report else None
    if reference.family == "other":
        _check_foreign(reference, files, line)
    if env.managed_home is None:
        return _image_python(evidence, env, reference, os, notes)
    if evidence.report is None:
        return _managed_by_text(evidence, env, reference, notes)
    if os is None:
        raise Refused(
            "R8",
            "The image does not say which distribution it is (/etc/os-release). Start from one that does.",
            line,
        )
    return _managed_python(evidence, env, reference, os, notes)


def _check_foreign(reference: Reference, files: Files | None, line: int) -> None:
    """Somebody's own base can be the final image's too, as long as uv is not part of it (R5)."""
    if files is None:
        raise Refused(
            "R5",
            f"What is in {reference.text} cannot be told from the text. {BUILD_FIRST}",
            line,
        )
    if files.base_holds("uv"):
        raise Refused(
            "R5",
            f"The base {reference.text} holds uv itself, and nobody knows an image that is the same without "
            "it. Start from the image that it was made from, and bring uv by COPY --from.",
            line,
        )


def _image_python(
    evidence: Evidence, env: EnvironmentFacts, reference: Reference, os: OsRelease | None, notes: Notes
) -> Bases:
    line = evidence.origin.source.line
    has = python_of(reference)
    if has is not None and has != env.minor and os is None:
        return _of_pinned_python(evidence, env, reference, notes)
    runner = without_uv(reference, os)
    if runner is None and os is None:
        raise Refused(
            "R2",
            f"Which release {reference.text} stands on cannot be told from the text. Write a tag that names "
            "it, or build the image first and plan with it (leave out --static).",
            line,
        )
    if runner is None:
        raise Refused(
            "R2",
            f"Nobody publishes {reference.text} without uv. Start from a python image of your choice.",
            line,
        )
    written = evidence.origin.source.arguments.split()[0]
    variable = runner != reference.text and "$" in tag_of(written)
    kept = written_without_uv(written, reference.text, runner) if variable else None
    if variable and kept is None:
        raise Refused(
            "R3",
            "FROM holds a variable, so both stages could end on different Pythons. Write the tag out.",
            line,
        )
    same = runner == reference.text
    notes.decide(
        "runner-base",
        "R2",
        line,
        f"The final image starts from {runner}",
        f"The environment runs on {env.interpreter or f'Python {env.minor}'}, which {runner} has at the "
        "same path"
        + (": it is the build's own base." if same else ": the same image uv's own image is built from."),
    )
    release = os.codename if os is not None else runner.rpartition("-")[2]
    if not same and release == "bookworm":
        notes.warn("R3", line, "uv's bookworm images get no updates any more; trixie's do.")
    return Bases(None, runner, env=_never_download(evidence, env, notes), written=kept)


def _of_pinned_python(evidence: Evidence, env: EnvironmentFacts, reference: Reference, notes: Notes) -> Bases:
    """Both stages on the Python that the project pins, where the base has another one (R4)."""
    line = evidence.origin.source.line
    builder = of_python(reference, env.minor)
    runner = without_uv(Reference.read(builder), None)
    if runner is None:
        raise Refused("R2", f"Nobody publishes {builder} without uv. Start from a python image.", line)
    notes.decide(
        "runner-base",
        "R4",
        line,
        f"Both stages start from Python {env.minor}: {runner}",
        f".python-version asks for {env.minor}, which {reference.text} does not have, so that uv would "
        "download one.",
    )
    return Bases(builder, runner, env=_never_download(evidence, env, notes))


def _never_download(evidence: Evidence, env: EnvironmentFacts, notes: Notes) -> tuple[tuple[str, str], ...]:
    calls = [calls_of(command_text(step.instruction), step.workdir) for step in evidence.runs()]
    if calls and all(_uses_what_is_there(call) for found in calls for call in found):
        return ()  # no environment is made that could get another Python
    if evidence.shared or any("UV_PYTHON_DOWNLOADS" in step.instruction.value for step in evidence.steps):
        return ()
    notes.decide(
        "python-downloads",
        "R6",
        evidence.origin.source.line,
        f"The build stops where it would need another Python than {env.minor or 'the base has'}",
        "uv would download that one, and the final image would not have it.",
    )
    return (("UV_PYTHON_DOWNLOADS", "never"),)


def _uses_what_is_there(call: Call) -> bool:
    """Does a call of uv make no environment?"""
    return call.name in ("pip install", "pip sync") and "--system" in call.words


def _pinned(evidence: Evidence, env: EnvironmentFacts) -> str | None:
    """Why only uv's own Pythons will do, or None."""
    if not env.build.startswith("cpython") or "freethreaded" in env.build or "debug" in env.build:
        return f"{env.build} is a build that only uv offers"
    environ = _environ(evidence)
    if re.match(r"\d+\.\d+\.\d+", copied_text(evidence, ".python-version", mounted=True) or ""):
        return ".python-version pins it to the patch"
    if environ.get("UV_PYTHON_PREFERENCE") == "only-managed" or environ.get("UV_MANAGED_PYTHON"):
        return "the file asks for managed Pythons only"
    if any(_PINS.search(command_text(step.instruction)) for step in evidence.runs()):
        return "the file pins a Python that uv manages"
    return None


def _managed_python(
    evidence: Evidence,
    env: EnvironmentFacts,
    reference: Reference,
    os: OsRelease,
    notes: Notes,
) -> Bases:
    line = evidence.origin.source.line
    pinned, slim, system = _pinned(evidence, env), slim_python(env.minor, os), system_without_python(os)
    if reference.family in ("system", "other", "python"):
        system = reference.text
    image = f"Python {env.minor} of {slim} in both stages"
    managed = f"uv's Python {env.version or env.minor} on {system}"
    replaceable = not pinned and not env.other_interpreters and env.uv_version and not evidence.shared
    possible = {
        "image": image if slim and replaceable else "",
        "managed": managed if system else "",
    }
    offered = {value: words for value, words in possible.items() if words}
    if not offered:
        raise Refused(
            "R8", f"There is no known base for {os.id} {os.version_id}. Start from a python image.", line
        )
    reason = (
        f"The environment runs on {env.interpreter}, which uv downloaded; the final image must have its "
        f"interpreter at the same path{f', and {pinned}' if pinned else ''}."
    )
    if notes.choose(CHOICES["python"], line, reason, offered=offered, default=next(iter(offered))) == "image":
        assert slim is not None
        if "UV_TOOL_BIN_DIR" in _environ(evidence):
            notes.allowed.config.add("Env:UV_TOOL_BIN_DIR")
        uv_image = f"ghcr.io/astral-sh/uv:{env.uv_version}" if reference.is_uv else None
        return Bases(slim, slim, uv_image, _never_download(evidence, env, notes), env.managed_home)
    assert system is not None
    if env.managed_home and not env.managed_home.startswith("/root/"):
        # Its user can write there and read it; only /root is closed to others (0700).
        return Bases(None, system, None, (), env.managed_home, env.managed_home)
    return Bases(
        None, system, None, (("UV_PYTHON_INSTALL_DIR", PYTHON_FOLDER),), env.managed_home, PYTHON_FOLDER
    )


def _managed_by_text(evidence: Evidence, env: EnvironmentFacts, reference: Reference, notes: Notes) -> Bases:
    """Uv's Python on the base without uv, by the text alone: the build takes no other one (R4)."""
    line = evidence.origin.source.line
    named = with_release(reference)
    runner = without_uv(Reference.read(named), None)
    if runner is None or (named != reference.text and evidence.shared):
        raise no_release(reference, line)
    builder = named if named != reference.text else None
    written = evidence.origin.source.arguments.split()[0]
    kept = written_without_uv(written, reference.text, runner) if "$" in written else None
    home = env.managed_home
    assert home is not None
    notes.decide(
        "runner-base",
        "R4",
        line,
        f"The final image starts from {runner}, with uv's Python {env.minor}".rstrip(),
        f"{reference.text} has no Python of its own, so uv fetches one, whose folder goes over."
        f"{f' Both stages name the release, so that they never differ: {named}.' if builder else ''}",
    )
    given = evidence.steps[-1].values if evidence.steps else {}
    only = given.get("UV_PYTHON_PREFERENCE") == "only-managed" or is_set(given, "UV_MANAGED_PYTHON")
    more = () if only else (("UV_PYTHON_PREFERENCE", "only-managed"),)
    if not home.startswith("/root/"):
        return Bases(builder, runner, None, more, home, home, written=kept)
    folder = (("UV_PYTHON_INSTALL_DIR", PYTHON_FOLDER),)
    return Bases(builder, runner, None, (*folder, *more), home, PYTHON_FOLDER, written=kept)


def _environ(evidence: Evidence) -> dict[str, str]:
    return evidence.report.config.environ if evidence.report else {}


def check_interpreter(
    env: EnvironmentFacts, files: Files, base: ImageReport, bases: Bases, line: int | None
) -> None:
    """The interpreters that came with the old base must be in the new one, at the same paths (R1).

    Raises:
        Refused: R1.
    """
    interpreters = (env.interpreter, *env.other_interpreters) if env.managed_home is None else ()
    for interpreter in filter(None, interpreters):
        node = files.follow(interpreter)
        if node is None or files.layer(node) >= files.base_layers:
            continue
        if bases.bare is not None and bases.bare.gives(interpreter):
            continue
        there = resolve(base.files, raw(files.path(node)))
        if there.node is None or base.files.visible(there.node) is None:
            raise Refused(
                "R1",
                f"An environment runs on {interpreter}, which {bases.runner} does not have. Use a base with "
                "the same Python, or install it in a RUN of its own.",
                line,
            )


def check_versions(
    env: EnvironmentFacts, base: ImageReport | None, bases: Bases, notes: Notes, line: int | None
) -> None:
    """The Python of the new base must be the environment's, up to the patch (R3).

    Raises:
        Refused: R3, it is of another minor version.
    """
    if bases.python_from is not None and bases.python_from != bases.python_to:
        notes.allowed.paths.update((f"{env.bin}/python", f"{env.path}/pyvenv.cfg", bases.python_from))
    version = base.config.environ.get("PYTHON_VERSION") if base else None
    if version and not version.startswith(f"{env.minor}."):
        raise Refused(
            "R3",
            f"{bases.runner} has Python {version}, the environment was built for {env.minor}. Build it with "
            "the Python that it is to run on.",
            line,
        )
    if version and env.version and version != env.version and bases.python_to is None:
        notes.warn("R3", None, f"The environment's Python changes from {env.version} to {version}.")
