"""Passwords and tokens that the author puts into the image (R27, R39). No value is ever repeated."""

from __future__ import annotations

import posixpath
import re

from uvdive.base.secrets.files import is_secret_file
from uvdive.dockerfile.secret_variables import Held, secret_variables
from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.text.heredocs import raw_words
from uvdive.dockerfile.text.pair_lines import without_pairs
from uvdive.dockerfile.variables import pairs
from uvdive.rewrite.evidence.files.context_files import sources
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes

_PASSWORD = re.compile(r"UV_INDEX_\w+_PASSWORD|UV_PUBLISH_(?:TOKEN|PASSWORD)")
_INDEX = re.compile(r"(?:UV|PIP)_(?:(?:EXTRA_|DEFAULT_)?INDEX(?:_URL)?|FIND_LINKS)")
_PROXY = re.compile(r"(?:HTTPS?|FTP|ALL)_PROXY", re.IGNORECASE)
_WITH_PASSWORD = re.compile(r"://[^/\s@]+@")


def warn_credentials(evidence: Evidence, files: Files | None, notes: Notes, *, divided: bool) -> None:
    """Name each ENV, ARG and COPY that leaves a secret in the image or its history."""
    gone = build_only(evidence) if divided else frozenset()
    for step in evidence.steps:
        if step.keyword in ("ENV", "ARG"):
            _warn_variables(step, gone, notes)
        elif step.keyword in ("COPY", "ADD"):
            _warn_files(step, files, notes)
    for held in secret_variables(evidence.steps):
        if held.name not in _secrets(held.step):
            _warn_held(held, notes)


def build_only(evidence: Evidence) -> frozenset[str]:
    """The variables with a password that only the build stage keeps (R27, R39).

    Another instruction that describes the image may use one: then it stays.
    """
    found = {name for s in evidence.steps if s.keyword == "ENV" for name in _secrets(s)}
    used = {
        name
        for step in evidence.steps
        if step.keyword not in ("RUN", "ARG", "COPY", "ADD")
        for name in re.findall(r"\$\{?([A-Za-z_]\w*)", step.instruction.value)
        if not _secrets(step)
    }
    return frozenset(found - used)


def without(step: Step, names: frozenset[str]) -> str:
    """An ENV's source without the pairs of these names; empty where none is left, and with one line end."""
    source = step.instruction.source.rstrip("\r\n") + "\n"
    known = [name for name, _ in pairs(step.instruction.value, step.values.get)]
    if not names & set(known):
        return source
    words = raw_words(step.instruction.value)
    kept = [word for word in words if pairs(word, step.values.get)[0][0] not in names]
    if not kept or len(known) == 1:
        return ""
    by_lines = without_pairs(source, step.instruction.value, set(words) - set(kept))
    between = " \\\n    " if len(source.splitlines()) > 1 else " "
    return by_lines or f"{source.split(maxsplit=1)[0]} {between.join(kept)}\n"


def _secrets(step: Step) -> list[str]:
    """The names of an ENV's or ARG's variables that hold a password."""
    found = []
    for name, value in pairs(step.instruction.value, step.values.get):
        named = _PASSWORD.fullmatch(name) and (value or step.keyword == "ENV")
        place = _INDEX.fullmatch(name) or _PROXY.fullmatch(name)
        if named or (place and _WITH_PASSWORD.search(value or "")):
            found.append(name)
    return found


def _warn_variables(step: Step, gone: frozenset[str], notes: Notes) -> None:
    for name in _secrets(step):
        if _PROXY.fullmatch(name) and step.keyword == "ENV" and name not in gone:
            then = (
                "Take it out of here: give it to the build with `--build-arg` (Docker knows this name), and "
                f"to a container that needs it with `-e {name}`."
            )
        elif _PROXY.fullmatch(name):
            then = (
                "The new image leaves it out: give it to the build with `--build-arg` (Docker knows this "
                f"name), and to a container that needs it with `-e {name}`."
            )
        else:
            then = (
                f"Take it out of here, give it with `RUN --mount=type=secret,id={name},env={name}` and "
                "change the password."
            )
            if step.keyword == "ENV" and name in gone:
                then = f"The new image leaves it out, and only the build stage has it. {then}"
        if step.keyword == "ENV" and name in gone:
            notes.allowed.config.add(f"Env:{name}")
        notes.warn(
            "R39",
            step.line,
            f"{name} holds a password, and everybody who has the image can read it in its history or "
            f"settings. {then}",
        )


def _warn_held(held: Held, notes: Notes) -> None:
    """Any other secret: it stays where it is, for the app may read it."""
    name, source = held.name, held.source
    holds = "holds what looks like a secret" if source is None else f"takes the value of {source}"
    given = source or name
    notes.warn(
        "R39",
        held.step.line,
        f"{name} {holds}, and everybody who has the image can read it in its history or settings. "
        f"{f'Give it to a container with `-e {name}`, and' if held.step.keyword == 'ENV' else 'Give it'} "
        f"to a RUN that needs it with `--mount=type=secret,id={given},env={given}`; then change it.",
    )


def _warn_files(step: Step, files: Files | None, notes: Notes) -> None:
    for path in _secret_files(step, files):
        notes.warn(
            "R39",
            step.line,
            f"{path} usually holds passwords or keys. The new image has it too, for the app may read it. "
            "Where only the build needs it, put it into .dockerignore and give it with "
            "`RUN --mount=type=secret`.",
        )


def _secret_files(step: Step, files: Files | None) -> list[str]:
    if files is not None:
        return sorted(files.path(node) for node in files.secret_files if files.layer(node) == step.layer)
    if step.instruction.flag("from") is not None:
        return []
    given, target = sources(step)
    folder = target.endswith("/")
    paths = [posixpath.join(target, posixpath.basename(source)) if folder else target for source in given]
    return [path for path in paths if is_secret_file(path)]
