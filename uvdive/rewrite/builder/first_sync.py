"""The sync that the build gets where nothing in it installs: what `uv run` did at every start (R15)."""

from __future__ import annotations

from uvdive.dockerfile.shell import command_text
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.environment import EnvironmentFacts, project_settings
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes

_CARRIED = ("--no-dev", "--no-default-groups", "--compile-bytecode")
"""Options of `uv run` that its sync obeys and `uv sync` knows too."""


def first_sync(
    evidence: Evidence, env: EnvironmentFacts, wanted: frozenset[tuple[str, ...]], notes: Notes
) -> list[str]:
    """The `uv sync` that the build gets, with what `uv run` was told to install.

    The cache stays out of it, as nothing of the author's says where one may be (R42).
    """
    start = evidence.starting("ENTRYPOINT") or evidence.starting("CMD")
    line = None if start is None else start.line
    steps = [step for name in ("ENTRYPOINT", "CMD") if (step := evidence.last(name)) is not None]
    words = " ".join(command_text(step.instruction) for step in steps).split()
    environ = evidence.report.config.environ if evidence.report else {}
    lock = "--frozen" if "--frozen" in words else "--locked"
    if environ.get("UV_FROZEN") or environ.get("UV_LOCKED"):
        lock = ""
    told = [option for option in _CARRIED if option in words]
    if _has_dev(evidence, env.roots[0]) and "--no-dev" not in told and not environ.get("UV_NO_DEV"):
        choice = CHOICES["dev-group"]
        chosen = notes.choose(
            choice,
            line,
            "`uv run` installs it at every start. Nothing in the text says that the app needs it; only its "
            "author knows.",
            offered={**choice.values, "keep": "install it, as `uv run` does"},
        )
        if chosen == "remove":
            told.append("--no-dev")
    notes.decide(
        "first-sync",
        "R15",
        line,
        "Install everything in the build",
        f"Nothing in the build does: `uv run` made {env.path} anew whenever a container started.",
    )
    notes.warn(
        "R15",
        line,
        "The original has no environment until it starts, so the new size is unknown until it is built, and "
        "the original needs a network to start.",
    )
    notes.allowed.installs_at_start = True
    rest = [word for option in sorted(wanted) for word in option]
    built = [step for step in evidence.steps if step.keyword in ("RUN", "COPY", "ADD")]
    # A WORKDIR behind all of these is the final image's alone.
    place = [] if built and built[-1].workdir == evidence.workdir else ["--directory", env.roots[0]]
    return [" ".join(["RUN uv", *place, "sync", *filter(None, (lock,)), *told, *rest, "--no-cache"]) + "\n"]


def _has_dev(evidence: Evidence, root: str) -> bool:
    settings = project_settings(evidence, root)
    groups = settings.get("dependency-groups", {})
    own = settings.get("tool", {}).get("uv", {}).get("dev-dependencies")
    return bool(groups.get("dev") or own)
