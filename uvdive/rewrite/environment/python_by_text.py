"""The Python that uv takes, as far as the text and the context tell it (R1, R6)."""

from __future__ import annotations

import re
from dataclasses import replace

from uvdive.base import toml
from uvdive.dockerfile.mounts import mounts_of
from uvdive.dockerfile.shell.reading import command_text
from uvdive.dockerfile.steps import Step
from uvdive.rewrite.evidence.files.context_files import copied_text
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import BUILD_FIRST, Notes, Refused
from uvdive.uv.calls import Call, calls_sync, value_of
from uvdive.uv.images import Reference, python_of
from uvdive.uv.lock import as_table
from uvdive.uv.mentions import brings_uv
from uvdive.uv.python_request import first_request

_PACKAGED = re.compile(
    r"(?:^|[;&|])(?:(?>[^;&|]*?\bapk\s)(?>[^;&|]*?\badd\b)"
    r"|(?>[^;&|]*?\b(?:pipx|conda|mamba|brew)\s+install\b))[^;&|]*\buv\b"
)


def python_by_text(evidence: Evidence, notes: Notes) -> str:
    """The minor version of the environment's Python: the base's own, or the one that `.python-version` pins.

    Raises:
        Refused: R1, the base's is not known; R6, uv would download another one; R50, only the start sees
            the pin, and no base is known for it.
    """
    minor = python_of(Reference.read(evidence.base))
    if minor is None and not any(map(_brings_uv, evidence.steps)):
        raise Refused(
            "R5",
            f"No instruction brings uv, so the base {evidence.base} holds it, and nobody knows an image that "
            "is the same without it. Start from the image that it was made from, and bring uv by `COPY "
            "--from=ghcr.io/astral-sh/uv /uv /bin/`.",
            evidence.origin.source.line,
        )
    if minor is None:
        raise Refused(
            "R1",
            f"From the text alone nobody knows which Python {evidence.base} ends up with. {BUILD_FIRST}",
            evidence.origin.source.line,
        )
    for step, call in evidence.calls():
        _check_call(call, step, minor, evidence.base)
    line, pin = _last_sync(evidence), pin_of(evidence) if _reads_pin(evidence) else ""
    if pin and not _is(pin, minor, evidence.base):
        minor = _pinned(evidence, pin, minor, line, notes)
    wanted = required(copied_text(evidence, "pyproject.toml", mounted=True))
    if wanted and not _allows(wanted, minor):
        raise _other(f"pyproject.toml wants Python {wanted}", minor, evidence.base, line)
    return minor


def _brings_uv(step: Step) -> bool:
    """Does a step put uv into the stage, or mount it, or install it by a package manager?"""
    text = command_text(step.instruction) if step.keyword == "RUN" else ""
    mounted = step.keyword == "RUN" and any(mount.image is not None for mount in mounts_of(step.instruction))
    return brings_uv(step.instruction) or mounted or _PACKAGED.search(text) is not None


def pin_of(evidence: Evidence) -> str:
    """What a `.python-version` that a build sees asks for; empty where there is none."""
    return first_request(copied_text(evidence, ".python-version", mounted=True) or "") or ""


def _reads_pin(evidence: Evidence) -> bool:
    """Does a call look for `.python-version`? `uv pip install --system` does not (uv 0.13.9)."""
    start = evidence.starter
    starts = start is not None and re.search(r"\buv\b", command_text(start.instruction)) is not None
    calls = list(evidence.calls())
    return starts or not calls or not all(_is_of_system(step, call) for step, call in calls)


def _is_of_system(step: Step, call: Call) -> bool:
    system = "--system" in call.words or bool(call.environ_in(step.values).get("UV_SYSTEM_PYTHON"))
    return call.name == "pip install" and system


def _last_sync(evidence: Evidence) -> int | None:
    """The line of the last RUN that syncs."""
    steps = reversed(evidence.runs())
    return next((step.line for step in steps if calls_sync(command_text(step.instruction))), None)


def check_pin(evidence: Evidence) -> None:
    """Refuse a `.python-version` that only the start sees, where the environment stays the build's.

    Raises:
        Refused: R50.
    """
    minor = python_of(Reference.read(evidence.base))
    pin = pin_of(evidence)
    if minor is None or not pin or _is(pin, minor, evidence.base):
        return
    line, start = _last_sync(evidence), evidence.starter
    if start is not None and line is not None and _is_late(evidence, line) and _syncs_at_start(evidence):
        raise _late(pin, minor, evidence.base, start.line)


def _is_late(evidence: Evidence, line: int | None) -> bool:
    """Is `.python-version` copied only behind the sync of a line?"""
    before = tuple(step for step in evidence.steps if line is None or step.line <= line)
    return copied_text(replace(evidence, steps=before), ".python-version", mounted=True) is None


def _syncs_at_start(evidence: Evidence) -> bool:
    start = evidence.starter
    text = command_text(start.instruction) if start is not None else ""
    return "--no-sync" not in text and re.search(r"\buv\b", text) is not None


def _late(pin: str, minor: str, base: str, line: int | None) -> Refused:
    return Refused(
        "R50",
        f".python-version asks for Python {pin}, but it is copied behind the sync, which used {minor} of "
        f"{base}: `uv run` makes another environment at every start. Start from the image of the Python that "
        "is meant and copy the file before the sync, or correct it.",
        line,
    )


def _pinned(evidence: Evidence, pin: str, minor: str, line: int | None, notes: Notes) -> str:
    """The minor version that a pin asks for, where both stages can start from that Python (R4)."""
    late = _is_late(evidence, line)
    start = evidence.starter
    if late and not _syncs_at_start(evidence):
        return minor
    plain = re.fullmatch(r"(?:c?python@?)?(3\.\d+)", pin)
    written = evidence.origin.source.arguments.split()[0]
    known = plain is not None and "$" not in written and not evidence.shared
    starts = start.line if start is not None else line
    if late and not known:
        raise _late(pin, minor, evidence.base, starts)
    if plain is None or not known:
        raise _other(f".python-version asks for Python {pin}", minor, evidence.base, line)
    if late:
        notes.warn(
            "R50",
            starts,
            f".python-version is copied behind the sync, so the build made its environment with {minor}, and "
            f"`uv run` another one with {pin} at every start: the new image is built with {plain[1]}.",
        )
    return plain[1]


def _check_call(call: Call, step: Step, minor: str, base: str) -> None:
    environ = call.environ_in(step.values)
    if call.name == "python install" or environ.get("UV_PYTHON_PREFERENCE") == "only-managed":
        raise _other("The build installs one of uv's own Pythons", minor, base, step.line)
    if "--managed-python" in call.words or environ.get("UV_MANAGED_PYTHON"):
        raise _other("The build asks for one of uv's own Pythons", minor, base, step.line)
    if call.name not in ("sync", "venv", "run", "add", "python pin", "tool install"):
        return
    wanted = value_of(call.words, "--python", "-p") if call.name != "run" else None
    if call.name == "python pin" and call.words:
        wanted = call.words[0]
    wanted = wanted or environ.get("UV_PYTHON")
    if wanted and not _is(wanted, minor, base):
        raise _other(f"The build asks for Python {wanted}", minor, base, step.line)


def _other(what: str, minor: str, base: str, line: int | None) -> Refused:
    return Refused(
        "R6",
        f"{what}, and {base} has {minor}: uv may download another one, which only the image shows. "
        f"Make the two agree, or build the image first and plan with it (leave out --static).",
        line,
    )


def _is(wanted: str, minor: str, base: str) -> bool:
    """Does the base's Python of this minor version answer a request?

    One for a patch is met by a base whose tag names that patch (``python:3.12.8-slim``); else it need not be.
    """
    match = re.fullmatch(
        r"(?:/usr/local/bin/|/usr/bin/)?(?:c?python@?)?(?:==)?(\d+(?:\.\d+){0,2})?(?:\.\*)?", wanted
    )
    reference = Reference.read(base)
    patch = re.match(r"\d+\.\d+\.\d+(?![\w.])", reference.tag) if reference.family == "python" else None
    known = (minor, minor.partition(".")[0], *([patch[0]] if patch is not None else []))
    return match is not None and (match[1] or minor) in known


def required(pyproject: str | None) -> str:
    """``requires-python`` of a project file's text; empty where it has none."""
    try:
        project = toml.loads(pyproject or "").get("project")
    except toml.TomlError:
        return ""
    wanted = as_table(project).get("requires-python", "")
    return wanted if isinstance(wanted, str) else ""


def _allows(wanted: str, minor: str) -> bool:
    """Can a Python of this minor version meet a ``requires-python``? By the minor version alone."""
    mine = tuple(map(int, minor.split(".")))
    for clause in wanted.replace(" ", "").split(","):
        match = re.match(r"(>=|<=|==|~=|!=|>|<)(\d+)(?:\.(\d+))?(\.\d+)?", clause)
        if match is None:
            continue
        operator, bound, patch = match[1], (int(match[2]), int(match[3] or 0)), match[4] is not None
        if operator in (">=", ">") and mine < bound:
            return False
        if operator in ("<=", "<") and (mine > bound or (operator == "<" and mine == bound and not patch)):
            return False
        if operator == "==" and match[3] and mine != bound:
            return False
        if operator == "~=" and (mine < bound or mine[0] != bound[0] or (patch and mine != bound)):
            return False
    return True
