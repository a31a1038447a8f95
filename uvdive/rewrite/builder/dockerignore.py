"""The host's own .venv, which a COPY of the whole folder brings along (R40)."""

from __future__ import annotations

import posixpath
from pathlib import Path

from uvdive.base.files.foreign import read_file
from uvdive.dockerfile.shell.reading import command_text
from uvdive.dockerfile.steps import Step
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.evidence.files.context_files import ignores, places_of, sources
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.plan import FileChange
from uvdive.uv.calls import calls_sync

_FILE = ".dockerignore"
ENVIRONMENT = ".venv"
"""What is added to the file."""


def adds_to_dockerignore(notes: Notes) -> bool:
    """Is .venv left out of the context from now on?"""
    decision = notes.decisions.get(CHOICES["dockerignore"].id)
    return decision is not None and decision.chosen == "add"


def keep_host_environment_out(
    evidence: Evidence, files: Files | None, notes: Notes
) -> tuple[FileChange, ...]:
    """Offer to leave .venv out of the context; what that changes.

    By default it is left out, as the final image's own copies and the layer of dependencies need
    it, where the image shows that the original got none so or, without an image, where the build
    makes an environment of its own. Where the copy comes after the sync,
    the host's .venv would go over the one of the build, which is warned of.
    """
    found = _whole_copy(evidence)
    if found is None or evidence.context is None:
        return ()
    step, synced = found
    others = [path for path in evidence.context.glob("*.dockerignore") if path.name != _FILE]
    chosen = "keep"
    old = _there(evidence.context)
    if old is not None and not others:  # BuildKit may read one of those in its place
        chosen = notes.choose(
            CHOICES["dockerignore"],
            step.line,
            _reason(synced=synced, there=bool(old)),
            default="add" if _is_safe(evidence, files, step) else "keep",
        )
    if chosen == "add":
        # The image has the file too, where it is copied with the folder.
        notes.allowed.paths.update(places_of(evidence, _FILE) if old else ())
        return (_with_line(old or ""),)
    if synced:
        notes.warn(
            "R40",
            step.line,
            "This copies the folder's own .venv over the one of the build where there is one: "
            "put .venv into .dockerignore" + ("." if others else ", or choose dockerignore=add."),
        )
    return ()


def _reason(*, synced: bool, there: bool) -> str:
    what = "does not leave .venv out" if there else "is missing"
    would = "take the place of the build's" if synced else "only make the image bigger"
    return f"This copies the whole folder, and .dockerignore {what}: a .venv of yours would {would}."


def _is_safe(evidence: Evidence, files: Files | None, step: Step) -> bool:
    """Is nothing lost where .venv stays out, by the image or, without one, as the build makes its own?"""
    if files is not None:
        return not _brought(evidence, files, step)
    return any(calls_sync(command_text(each.instruction)) for each in evidence.runs())


def _brought(evidence: Evidence, files: Files, step: Step) -> bool:
    """Did the image get a .venv out of the context?"""
    node = files.at(posixpath.join(sources(step)[1], ENVIRONMENT))
    copies = {s.layer for s in evidence.steps if s.keyword in ("COPY", "ADD")}
    return node is not None and not copies.isdisjoint(_layers_below(files, node))


def _layers_below(files: Files, top: int) -> frozenset[int]:
    """The layers that wrote a path at or below a node that exists in the end."""
    return files.once(
        ("layers", top),
        lambda: frozenset(layer for node in files.walk(top) for layer, _ in files.modes(node)),
    )


def _whole_copy(evidence: Evidence) -> tuple[Step, bool] | None:
    """The first COPY of the whole folder with .venv, and whether a sync came before; one behind it counts."""
    if evidence.context is None or ignores(evidence.context, ".venv"):
        return None
    synced, first = False, None
    for step in evidence.steps:
        synced = synced or (step.keyword == "RUN" and calls_sync(command_text(step.instruction)))
        if step.keyword not in ("COPY", "ADD") or step.instruction.flag("from") is not None:
            continue
        if any(source.rstrip("/") == "." for source in sources(step)[0]):
            if synced:
                return step, True
            first = first or step
    return None if first is None else (first, False)


def _with_line(old: str) -> FileChange:
    new = f"{old}{'' if not old or old.endswith(chr(10)) else chr(10)}{ENVIRONMENT}\n"
    return FileChange.of(_FILE, old, new)


def _there(context: Path) -> str | None:
    """The ignore file's text, empty where there is none; None where it is no file of the context."""
    try:
        return read_file(context / _FILE, within=context).decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return None if (context / _FILE).is_symlink() else ""
    except OSError:
        return None
