"""The image config before and after: what is set again, and what is announced (R20, R25, R26)."""

from __future__ import annotations

import json
from collections.abc import Collection

from uvdive.dockerfile.variables import pairs
from uvdive.image.config import ImageConfig
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes, Refused
from uvdive.uv.images import Reference

# What the official Python images set; known even where the image is not at hand.
_PYTHON_ENV = ("PATH", "GPG_KEY", "PYTHON_VERSION", "PYTHON_SHA256", "LANG", "PYTHON_PIP_VERSION")


def added_variables(
    evidence: Evidence,
    env: EnvironmentFacts,
    base: ImageReport | None,
    removed: Collection[str],
    notes: Notes,
) -> list[tuple[str, str]]:
    """The ENV that the last stage needs beside the author's, and the differences that remain.

    A removed runner's PATH and VIRTUAL_ENV are set (R20). A variable that only the old
    base had is set again unless it is uv's own or Python's, which are announced (R26).
    """
    own = {
        name
        for step in evidence.steps
        if step.keyword == "ENV"
        for name, _ in pairs(step.instruction.value, step.values.get, evidence.dockerfile.escape)
    }
    before = evidence.report.config.environ if evidence.report else {}
    added: list[tuple[str, str]] = []
    if removed and not env.system:
        path = before.get("PATH", "") if evidence.report else evidence.stages[-1].env.get("PATH", "")
        if env.bin not in path.split(":"):
            added.append(("PATH", f"{env.bin}:$PATH"))
        if before.get("VIRTUAL_ENV") != env.path and "VIRTUAL_ENV" not in own:
            added.append(("VIRTUAL_ENV", env.path))
        if added:
            runners = " and ".join(sorted(removed))
            notes.decide(
                "environment-variables",
                "R20",
                None,
                f"Set {' and '.join(name for name, _ in added)}, as {runners} did at each start",
                f"The program and what it starts find {env.path} by them.",
            )
            notes.allowed.config.update(f"Env:{name}" for name, _ in added)
    if evidence.report is not None:
        added += _inherited(evidence, evidence.report, base, own | {name for name, _ in added}, notes)
    return added


def _inherited(
    evidence: Evidence, report: ImageReport, base: ImageReport | None, own: set[str], notes: Notes
) -> list[tuple[str, str]]:
    before = report.config.environ
    after = base.config.environ if base else dict.fromkeys(_PYTHON_ENV, "")
    gone = [name for name in before if name not in after and name not in own]
    uv = [name for name in gone if name.startswith("UV_")]
    python = [name for name in gone if name in _PYTHON_ENV]
    new = [name for name in after if name not in before or (name not in own and before[name] != after[name])]
    notes.allowed.config.update(f"Env:{name}" for name in [*uv, *python, *new])
    if "PATH" in own and base is not None:
        notes.allowed.config.add("Env:PATH")
    lost, gained = ", ".join([*uv, *python]), ", ".join(new) if base is not None else ""
    if lost or gained:
        told = [f"Gone with the old base: {lost}."] if lost else []
        told += [f"Set by the new base: {gained}."] if gained else []
        notes.decide(
            "inherited-variables",
            "R26",
            evidence.origin.source.line,
            "Variables of the base images differ",
            " ".join(told),
        )
    kept = [name for name in gone if name not in uv and name not in python]
    for name in kept:
        notes.decide(
            f"variable-{name}",
            "R26",
            None,
            f"Set {name} again",
            "It came from the old base; the new one lacks it.",
        )
    return [(name, json.dumps(before[name]).replace("$", "\\$")) for name in kept]


def start_text(evidence: Evidence, base: ImageReport | None, outside: str, notes: Notes) -> list[str]:
    """CMD and ENTRYPOINT of the old base, written out where the file has none (R25).

    Where the base starts uv itself, the real command comes from elsewhere, and ``outside`` is what
    was chosen for that: uv's own stays where uv or a stand-in does.
    """
    if evidence.last("CMD") or evidence.last("ENTRYPOINT"):
        return []
    if evidence.report is None:
        uv = Reference.read(evidence.base).is_uv and outside in ("keep-uv", "shim")
        return ['CMD ["/usr/local/bin/uv"]\n'] if uv else []
    config = evidence.report.config
    words = [*(config.entrypoint or ()), *(config.cmd or ())]
    if any(word.rsplit("/", 1)[-1] == "uv" for word in words) and outside not in ("keep-uv", "shim"):
        notes.allowed.config.update(("Entrypoint", "Cmd"))
        return []
    if base is not None and _start(base.config) == _start(config):
        return []
    lines = [
        f"{keyword} {json.dumps(list(words), ensure_ascii=False)}\n"
        for keyword, words in (("ENTRYPOINT", config.entrypoint), ("CMD", config.cmd))
        if words
    ]
    if lines:
        notes.decide(
            "start-inherited",
            "R25",
            None,
            "Write the inherited start command out",
            "The new base has another.",
        )
    return lines


def _start(config: ImageConfig) -> tuple[object, object]:
    return config.entrypoint, config.cmd


def check_inherited(evidence: Evidence) -> None:
    """Refuse what a base handed down and the rewrite cannot (R26)."""
    report = evidence.report
    if report is None:
        return
    line = evidence.origin.source.line
    if report.config.on_build:
        raise Refused(
            "R26",
            "The base has ONBUILD instructions, which would run again in every new stage. Start from "
            "one that has none.",
            line,
        )
    same = Reference.read(evidence.base).family in ("python", "system", "other")
    if report.config.user and evidence.last("USER") is None and not same:
        raise Refused(
            "R28",
            f"The base sets USER {report.config.user}, which the new base does not have. Make it in this "
            "file, and name it by USER.",
            line,
        )
