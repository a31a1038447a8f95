"""What starts: `uv run` and other runners taken off commands, start scripts and cron's jobs.

In come the evidence and the environment; out goes a ``Start``: the new ENTRYPOINT, CMD and
HEALTHCHECK, what becomes of scripts, and what the build must install because the start did so.
Read ``instructions.plan_start`` first, then ``uv_run.strip``, uv's own table in code.
"""

from uvdive.rewrite.start.instructions import Start, plan_start
from uvdive.rewrite.start.outside_environment import warn_outside_environment
from uvdive.rewrite.start.script_choice import FREE, KEPT, ScriptPlan, stand_in, uv_path, uv_paths

__all__ = [
    "FREE",
    "KEPT",
    "ScriptPlan",
    "Start",
    "plan_start",
    "stand_in",
    "uv_path",
    "uv_paths",
    "warn_outside_environment",
]
