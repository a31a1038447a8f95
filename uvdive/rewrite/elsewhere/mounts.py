"""Compose's mounts that hide the environment, and variables that only `uv run` heeds (R24)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from uvdive.base.paths import is_below
from uvdive.rewrite.elsewhere.slots import Outside
from uvdive.rewrite.elsewhere.yaml_places import Edit
from uvdive.rewrite.evidence.files.context_files import ignores
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.start import Start

# They decide what `uv run` installs or starts: https://docs.astral.sh/uv/reference/environment/
_HEEDED = frozenset(
    (
        *("UV_NO_DEV", "UV_DEV", "UV_NO_GROUP", "UV_NO_DEFAULT_GROUPS", "UV_PROJECT_ENVIRONMENT"),
        *("UV_PROJECT", "UV_WORKING_DIR", "UV_WORKING_DIRECTORY", "UV_PYTHON", "UV_ENV_FILE"),
        *("UV_ISOLATED", "UV_NO_PROJECT", "UV_NO_EDITABLE", "UV_RESOLUTION", "UV_PRERELEASE"),
        *("UV_EXCLUDE_NEWER", "UV_INDEX", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL"),
        *("UV_FIND_LINKS", "UV_WITH", "UV_UPGRADE", "UV_REINSTALL"),
    )
)


def serve_mounts(
    outside: Outside, evidence: Evidence, start: Start, notes: Notes, edits: dict[str, list[Edit]]
) -> None:
    """See that the environment is there where a compose file mounts the host's folder over it.

    `uv run` made a new one at each such start; what takes its place cannot.
    """
    env = start.around.env
    if "uv run" not in start.removed and start.scripts.copied_uv is None:
        return
    for hidden in outside.hidden:
        if not is_below(env.path, hidden.target) or any(
            is_below(env.path, cover) and len(cover) > len(hidden.target) for cover in hidden.covers
        ):
            continue
        where = f"{hidden.path}, line {hidden.line} ({hidden.about})"
        if hidden.syncs:
            _warn_synced(where, evidence, notes)
        elif hidden.at is not None and re.fullmatch(r"[\w./-]+", env.path):
            edits.setdefault(hidden.path, []).append((hidden.at, hidden.at, f"{hidden.before}{env.path}"))
            notes.decide(
                "hidden-environment",
                "R24",
                None,
                f"{where}: keep {env.path} visible below the folder that is mounted over it",
                "The mount hides the image's environment, and `uv run` made another one at start. The volume "
                f"{env.path} keeps the image's; after a build, `docker compose up -V` renews it.",
            )
        else:
            notes.warn(
                "R24",
                None,
                f"{where} mounts the host's files over {hidden.target}, which hides the environment "
                f"{env.path}; `uv run` made another one at start. Add the volume {env.path} to the service.",
            )


def _warn_synced(where: str, evidence: Evidence, notes: Notes) -> None:
    if evidence.context is not None and ignores(evidence.context, ".venv"):
        return
    notes.warn(
        "R24",
        None,
        f"{where} copies the folder's own .venv into the container where there is one, and no `uv run` "
        "repairs the container's any more. Put .venv/ into its `ignore`, or into .dockerignore.",
    )


def warn_variables(outside: Outside, start: Start, notes: Notes) -> None:
    """Name variables that `uv run` heeded at start and nothing does any more."""
    if "uv run" not in start.removed:
        return
    lines: Mapping[tuple[str, str, str], int] = {
        (each.path, each.about, each.name): each.line for each in outside.variables if each.name in _HEEDED
    }
    for (path, about, name), line in lines.items():
        notes.warn(
            "R24",
            None,
            f"{path}, line {line} ({about}) sets {name}, which only `uv run` heeded at start: set it for the "
            "build (ENV or ARG before `uv sync`) where it should still count.",
        )
