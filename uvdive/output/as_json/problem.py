"""What a report of a problem holds (``uvdive.problem/1``): the plan, the checks, versions; no sources."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from typing import Any

from uvdive.base.errors import UvdiveError
from uvdive.base.version import __version__
from uvdive.dockerfile.text.scan import DockerfileError
from uvdive.dockerfile.text.syntax import Instruction, parse
from uvdive.output.as_json.error import error_data
from uvdive.output.as_json.rewrite import rewrite_data
from uvdive.output.redact import Redactor
from uvdive.rewrite.plan import RewritePlan
from uvdive.verify.checks import Verification
from uvdive.verify.repairs import Repair

SCHEMA = "uvdive.problem/1"

_SOURCES = ("text", "diff", "files")
"""Parts of a plan's data that hold files' texts: the Dockerfiles are told apart, other files by name."""


def problem_data(
    plan: RewritePlan | None,
    verification: Verification | None,
    repairs: Sequence[Repair] = (),
    *,
    error: UvdiveError | None = None,
    engine: str | None = None,
    redactor: Redactor | None = None,
) -> dict[str, Any]:
    """Everything as data that ``json_text`` can write, without what looks like a secret.

    Args:
        plan: the plan, None where none could be made.
        verification: what the checks said, None where none ran.
        repairs: the decisions that were offered.
        error: what ended the work, where something did.
        engine: the engine's name and version.
        redactor: knows secrets that came up on the way.
    """
    told = None
    if plan is not None:
        told = rewrite_data(plan, None, verification, offered=repairs)
        told = {key: value for key, value in told.items() if key not in _SOURCES}
        told["changed_files"] = [change.path for change in plan.files]
    data = {
        "schema": SCHEMA,
        "versions": {
            "uvdive": __version__,
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
            "engine": engine,
        },
        "plan": told,
        "dockerfile": None if plan is None else _without_heredocs(plan.original),
        "rewritten": None if plan is None else _without_heredocs(plan.text),
        "error": None if error is None else error_data(error),
    }
    redacted: dict[str, Any] = (redactor or Redactor()).data(data)
    return redacted


def _without_heredocs(text: str) -> str:
    """A Dockerfile without the files that stand in it."""
    try:
        nodes = parse(text).nodes
    except DockerfileError:
        return ""
    return "".join(_first(node) if isinstance(node, Instruction) else node.source for node in nodes)


def _first(node: Instruction) -> str:
    if not node.heredocs:
        return node.source
    lines = sum(heredoc.body.count("\n") for heredoc in node.heredocs)
    return f"{node.keyword} {node.value}\n# {lines} lines of a heredoc are left out\n"
