"""The sync that the build gets where nothing in it installs: what `uv run` did at every start (R15)."""

from __future__ import annotations

from uvdive.rewrite.builder.at_start import AtStart
from uvdive.rewrite.builder.full_sync import sync_for
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.environment import EnvironmentFacts, has_dev
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes


def first_sync(
    evidence: Evidence,
    env: EnvironmentFacts,
    wanted: frozenset[tuple[str, ...]],
    at_start: AtStart,
    notes: Notes,
) -> list[str]:
    """The `uv sync` that the build gets, with what `uv run` was told to install.

    The cache stays out of it, as nothing of the author's says where one may be (R42).
    """
    start = evidence.starter
    line = None if start is None else start.line
    told = []
    selections = [call.selection for call in at_start.calls]
    leaves = any("dev" in each.without or each.only or not each.defaults for each in selections)
    if has_dev(evidence, env.roots[0]) and not leaves:
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
    notes.explain(
        "start-uv-run",
        "uv makes the environment at every start, puts it on PATH and starts the command. The build makes it "
        "now, and the final image puts it on PATH with ENV.",
    )
    return [sync_for(evidence, env.roots[0], [*told, *rest], at_start)]
