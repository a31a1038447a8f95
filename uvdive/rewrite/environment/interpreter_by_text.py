"""The interpreter of the environment by the text: the image's, the distribution's, or one of uv's (R1, R4).

https://docs.astral.sh/uv/concepts/python-versions/#discovery-of-python-versions
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from uvdive.distro.pythons import python_of_release
from uvdive.dockerfile.shell.reading import command_text
from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.variables import expand_known
from uvdive.rewrite.environment.python_by_text import pin_of, python_by_text, required
from uvdive.rewrite.evidence.files.context_files import copied_text
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.evidence.users import home_of
from uvdive.rewrite.notes import BUILD_FIRST, Notes, Refused
from uvdive.uv.calls import Call, value_of
from uvdive.uv.images import Reference, python_of, with_release, without_uv
from uvdive.uv.python_request import answers
from uvdive.uv.selection import is_set

_PACKAGE = re.compile(
    r"(?:^|[;&|])(?>[^;&|]*?\b(?:apt|apt-get|apk)\s)(?>[^;&|]*?\b(?:install|add)\s)"
    r"[^;&|]*?(?<![\w.-])python3?(?P<minor>(?<=3)\.\d+)?(?![\w.-])"
)
_MAKES = frozenset(
    {"sync", "venv", "run", "add", "tool install", "python install", "python pin", "pip install"}
)


@dataclass(frozen=True, slots=True)
class Interpreter:
    """``minor`` is its version, empty where the text does not tell.

    ``home`` is the folder of uv's Pythons where it is one of these, else None.
    """

    minor: str
    home: str | None = None


def interpreter_by_text(evidence: Evidence, notes: Notes) -> Interpreter:
    """The interpreter that uv takes.

    Raises:
        Refused: R1, R2, R6 or R50: the text does not tell, or uv would take another one at the start.
    """
    reference = Reference.read(with_release(Reference.read(evidence.base)))
    if python_of(reference) is not None or reference.family not in ("uv", "system"):
        return Interpreter(python_by_text(evidence, notes))
    line = evidence.origin.source.line
    runner = without_uv(reference, None)
    if runner is None:
        raise no_release(reference, line)
    wanted = list(_wanted(evidence))
    own = _distributions(evidence, runner)
    if own is not None and not _asks_for_uvs(evidence):
        fits = [answers(each, own) if own else None for each in wanted]
        if all(fit for fit in fits):
            return Interpreter(own)
        if False not in fits:
            raise Refused(
                "R6",
                f"{reference.text} has a Python of its own, and whether that is the {wanted[0]} that the "
                f"project asks for the text does not tell. {BUILD_FIRST}",
                line,
            )
    named = (re.search(r"3\.\d+", each) for each in wanted if not re.match(r"[<>!~]", each))
    return Interpreter(next((match[0] for match in named if match), ""), _home(evidence))


def no_release(reference: Reference, line: int) -> Refused:
    """The refusal of a tag that says no release of its distribution."""
    name = "alpine3.22" if "alpine" in reference.tag else "trixie-slim"
    return Refused(
        "R2",
        f"The tag of {reference.text} names no release of its distribution, so nobody knows the image that "
        f"is the same without uv. Write one that does (`{name}`), or plan with the image (leave out "
        "--static).",
        line,
    )


def _distributions(evidence: Evidence, runner: str) -> str | None:
    """The version of the distribution's Python where the image has one, empty where it is not known."""
    reference = Reference.read(runner)
    for step in evidence.runs():
        found = _PACKAGE.search(command_text(step.instruction))
        if found is not None:
            known = python_of_release(reference.repository, reference.tag)
            return f"3{found['minor']}" if found["minor"] else known
    if reference.repository == "buildpack-deps":  # mercurial brings it
        return python_of_release("debian", reference.tag)
    return None


def _calls(evidence: Evidence) -> Iterator[tuple[Step, Call]]:
    return ((step, call) for step, call in evidence.calls() if call.name in _MAKES)


def _asks_for_uvs(evidence: Evidence) -> bool:
    """Does the build install one of uv's Pythons, or want no other?"""
    for step, call in _calls(evidence):
        environ = call.environ_in(step.values)
        if call.name == "python install" or "--managed-python" in call.words:
            return True
        if environ.get("UV_PYTHON_PREFERENCE") == "only-managed" or is_set(environ, "UV_MANAGED_PYTHON"):
            return True
    return False


def _wanted(evidence: Evidence) -> Iterator[str]:
    """What asks for a Python: pins, options, variables, the project."""
    if pin := pin_of(evidence):
        yield pin
    for step, call in _calls(evidence):
        environ = call.environ_in(step.values)
        named = value_of(call.words, "--python", "-p") if call.name != "run" else None
        if call.name in ("python install", "python pin"):
            named = next((word for word in call.words if not word.startswith("-")), None)
        if named or environ.get("UV_PYTHON"):
            yield named or environ["UV_PYTHON"]
    if needs := required(copied_text(evidence, "pyproject.toml", mounted=True)):
        yield needs


def _home(evidence: Evidence) -> str:
    """The folder of uv's Pythons."""
    found: set[str | None] = set()
    line = evidence.origin.source.line
    for step, call in _calls(evidence):
        line, environ = step.line, call.environ_in(step.values)
        named, data = environ.get("UV_PYTHON_INSTALL_DIR"), environ.get("XDG_DATA_HOME")
        user = home_of(evidence, step.user, environ.get("HOME", ""))
        below = posixpath.join(data, "uv/python") if data else None
        folder = named or below or (user and f"{user}/.local/share/uv/python")
        known = expand_known(folder, environ.get) if folder else None
        found.add(known if known and not set(known) & set("$`~*?") and known.startswith("/") else None)
    if len(found) == 1 and (home := found.pop()) is not None:
        return home.rstrip("/")
    raise Refused(
        "R1", f"Where uv puts the Python that it fetches the text does not tell. {BUILD_FIRST}", line
    )
