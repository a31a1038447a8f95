"""A last stage that only needs uv to start by it: uv is left out of it, and all else stays (R45)."""

from __future__ import annotations

from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.stages import steps_with_uv
from uvdive.rewrite.start import Start
from uvdive.rewrite.text.edited import LineEdits


def edits_in_place(evidence: Evidence, start: Start, env: EnvironmentFacts, notes: Notes) -> LineEdits:
    """Without the COPYs of uv, with the new start commands and what they need in ENV (R20)."""
    edits = LineEdits(gone={step.line for step in steps_with_uv(evidence)})
    edits.replaced = {line: (source, "start-uv-run") for line, source in start.moved.items()}
    starts = [step.line for name in ("ENTRYPOINT", "CMD", "HEALTHCHECK") if (step := evidence.last(name))]
    variables = _variables(start, env, notes)
    if variables:
        pairs = " \\\n    ".join(f"{name}={value}" for name, value in variables)
        edits.before[min(starts)] = [(f"ENV {pairs}\n", "environment-variables")]
    if start.stop_signal:
        edits.at_end.append((start.stop_signal, "stop-signal"))
    return edits


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
            f"Set {' and '.join(name for name, _ in added)}",
            "The program and what it starts find the environment through them; uv run is gone.",
        )
        notes.allowed.config.update(f"Env:{name}" for name, _ in added)
    return added
