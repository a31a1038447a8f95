"""A last stage that only needs uv to start by it: uv is left out of it, and all else stays (R45)."""

from __future__ import annotations

from uvdive.dockerfile.steps import Step
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.stages import steps_with_uv
from uvdive.rewrite.start import ScriptPlan, Start
from uvdive.rewrite.text.edited import LineEdits, Written
from uvdive.rewrite.text.runner import STANDS_IN

_STARTS = ("ENTRYPOINT", "CMD", "HEALTHCHECK")


def edits_in_place(evidence: Evidence, start: Start, env: EnvironmentFacts, notes: Notes) -> LineEdits:
    """Without the COPYs of uv, with the new start commands and what they need in ENV (R20).

    Where a choice keeps uv, its COPYs stay; where it has a stand-in, that comes in their place.
    """
    scripts = start.scripts
    bring = steps_with_uv(evidence)
    edits = LineEdits()
    edits.replaced = {line: (source, scripts.decision) for line, source in scripts.edits.items()}
    edits.replaced.update({line: (source, "start-uv-run") for line, source in start.moved.items()})
    if scripts.copied_uv is None:
        edits.gone = {step.line for step in bring}
    else:
        pairs = " \\\n    ".join(f"{name}={value}" for name, value in scripts.kept)
        edits.after[max(step.line for step in bring)] = [(f"ENV {pairs}\n", scripts.decision)]
    if scripts.shim is not None:
        edits.before[bring[0].line] = _stand_in(scripts, bring[0])
    variables = _variables(start, env, notes)
    if variables:
        pairs = " \\\n    ".join(f"{name}={value}" for name, value in variables)
        written = (f"ENV {pairs}\n", "environment-variables")
        starts = [step.line for name in _STARTS if (step := evidence.last(name)) is not None]
        if starts:
            edits.before.setdefault(min(starts), []).append(written)
        else:
            edits.at_end.append(written)
    if start.stop_signal:
        edits.at_end.append((start.stop_signal, "stop-signal"))
    return edits


def _stand_in(scripts: ScriptPlan, step: Step) -> list[Written]:
    """The stand-in, which only root can put where uv was."""
    assert scripts.shim is not None
    lines = [STANDS_IN, scripts.shim]
    if not step.by_root:
        lines = ["USER root\n", *lines, f"USER {step.user}\n"]
    return [(line, scripts.decision) for line in lines]


def _variables(start: Start, env: EnvironmentFacts, notes: Notes) -> list[tuple[str, str]]:
    environ = start.around.environ
    if not start.removed or env.system:
        return []
    added = []
    if env.bin not in environ.get("PATH", "").split(":"):
        added.append(("PATH", f"{env.bin}:$PATH"))
    if environ.get("VIRTUAL_ENV") != env.path:
        added.append(("VIRTUAL_ENV", env.path))
    if added:
        notes.decide(
            "environment-variables",
            "R20",
            None,
            f"Set {' and '.join(name for name, _ in added)}, as uv run did at each start",
            f"The program and what it starts find {env.path} by them.",
        )
        notes.allowed.config.update(f"Env:{name}" for name, _ in added)
    return added
