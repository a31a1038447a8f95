"""Hold a rewrite without a lock to the versions that the original was resolved to (R56).

``UV_EXCLUDE_NEWER`` hides what was published after a moment. The original was resolved
when its uv instruction ran, so that is the moment, and the original needs no second build.
As an ARG of the stages that build, the variable reaches uv and stays out of the config of
the final image; the Dockerfile that is written does not have it.
"""

from __future__ import annotations

import re
from dataclasses import replace

from uvdive.dockerfile.text.syntax import Instruction, parse
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import Allowances
from uvdive.verify.checks import Comparison

VARIABLE = "UV_EXCLUDE_NEWER"

_UV = re.compile(r"(?<![\w./-])uv\s+(?:\S++\s++){0,40}?(?:sync|pip|lock|add|tool|run)\b")


def resolved_otherwise(comparison: Comparison) -> bool:
    """Did the two builds choose different versions of a package that both have?"""
    return any(
        package.before is not None and package.after is not None and package.before != package.after
        for package in comparison.packages
    )


def moment(before: ImageReport) -> str | None:
    """When the original was resolved, as RFC 3339: the end of its last uv instruction.

    None where that is not known, or the author gives the date already.
    """
    if VARIABLE in before.config.environ or any(VARIABLE in entry.created_by for entry in before.history):
        return None
    times = [
        entry.created
        for entry in before.history
        if entry.created and not entry.empty_layer and _UV.search(entry.created_by)
    ]
    return max(times, default=None)


def held_text(text: str) -> str:
    """The Dockerfile with the variable as an ARG of every stage but the last."""
    dockerfile = parse(text)
    froms = [node for node in dockerfile.instructions if node.keyword == "FROM"]
    lines = []
    for node in dockerfile.nodes:
        lines.append(node.source)
        if isinstance(node, Instruction) and node in froms[:-1]:
            end = "" if node.source.endswith("\n") else "\n"
            lines.append(f"{end}ARG {VARIABLE}\n")
    return "".join(lines)


def held_allowances(allowed: Allowances | None, after: ImageReport) -> Allowances:
    """What the judge lets pass besides: uv writes the moment into the locks that it makes."""
    allowed = allowed or Allowances()
    table = after.files
    locks = [
        table.path(table.entry_node[entry]).decode("utf-8", "surrogateescape")
        for entry in table.live_entries()
        if table.names[table.entry_node[entry]] == b"uv.lock"
    ]
    return replace(allowed, paths=(*allowed.paths, *locks))
