"""What lies in a user's home: data that a build step fetched (R35), and uv's cache (R42)."""

from __future__ import annotations

import re

from uvdive.image.table import Kind
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.evidence.users import home_of
from uvdive.rewrite.notes import Notes
from uvdive.uv.cache_mounts import missed_mount

_DATA = (
    *(".cache/huggingface", ".cache/torch", ".cache/ms-playwright", ".cache/whisper", ".cache/clip"),
    *(".cache/tiktoken", ".insightface", "nltk_data", ".keras", ".EasyOCR", ".paddleocr", ".u2net"),
)
_TIKTOKEN = "/tmp/data-gym-cache"  # noqa: S108 - tiktoken's own default, not ours


def warn_data_of_others(evidence: Evidence, files: Files | None, notes: Notes, *, divided: bool) -> None:
    """Name data that a RUN fetched into a home where the container's user does not look (R35)."""
    if files is None or evidence.report is None:
        return
    config = evidence.report.config
    own = home_of(evidence, config.user or "", config.environ.get("HOME", ""))
    homes = {"/root", *(user.home.rstrip("/") for user in evidence.report.users)} - {own, ""}
    set_paths = [value.rstrip("/") for value in config.environ.values() if value.count("/") > 1]
    for path in (f"{home}/{data}" for home in sorted(homes) for data in _DATA):
        line = _fetched(evidence, files, path)
        asked_for = any(path == known or path.startswith(f"{known}/") for known in set_paths)
        inside = any(known.startswith(f"{path}/") for known in set_paths)
        if own is not None and line is not None and not asked_for and not inside:
            notes.warn(
                "R35",
                line,
                f"This fetched data into {path}, but the container runs as {config.user or 'root'}, whose "
                f"home is {own or '/'}: the app does not look there. Fetch it after USER.",
            )
    line = _fetched(evidence, files, _TIKTOKEN) if divided else None
    if line is not None:
        notes.warn(
            "R35",
            line,
            f"tiktoken's data in {_TIKTOKEN} stays behind, as all of /tmp does, and would be fetched again "
            "at start. Set ENV TIKTOKEN_CACHE_DIR to another folder before this line.",
        )


def _fetched(evidence: Evidence, files: Files, path: str) -> int | None:
    """The line of the RUN that wrote the first file below a path; None where none did."""
    top = files.at(path)
    if top is None:
        return None
    lines = {step.layer: step.line for step in evidence.runs() if step.layer is not None}
    below = (files.layer(node) for node in files.walk(top) if files.kind(node) == Kind.FILE)
    return min((lines[layer] for layer in below if layer in lines), default=None)


def warn_installer_paths(evidence: Evidence, files: Files | None, notes: Notes, *, divided: bool) -> None:
    """Name places on PATH where uv's installer put uv, which the final image has no more (R27).

    A last stage that is written anew leaves them out by itself.
    """
    del files
    for step in () if divided else evidence.steps:
        found = re.search(r"(?:/root|\$\{?HOME\}?)/\.(?:local|cargo)/bin", step.instruction.value)
        if step.keyword == "ENV" and found and re.search(r"\bPATH\b", step.instruction.value):
            notes.warn(
                "R27",
                step.line,
                f"{found[0]} stays on PATH. Where only uv was there, the new image has nothing in it, which "
                "does no harm.",
            )


def warn_cache_mounts(evidence: Evidence, files: Files | None, notes: Notes, *, divided: bool) -> None:
    """Name cache mounts that lie where the uv of that RUN does not keep its cache (R42)."""
    del files, divided
    for step in evidence.runs():
        missed = missed_mount(step, home_of(evidence, step.user))
        if missed is None:
            continue
        user = step.user or "root"
        ids = "" if user in ("root", "0") else ", with uid= and gid= of that user"
        notes.warn(
            "R42",
            step.line,
            f"The cache mount at {missed.target or '(no target)'} does nothing for uv: as {user} it keeps "
            f"its cache in {missed.folder}. Write target={missed.folder}{ids}.",
        )
