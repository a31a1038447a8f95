"""The lines of the new last stage, and what stays of the old one (canonical shape, R26–R32, R54)."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from uvdive.dockerfile.syntax import Instruction
from uvdive.dockerfile.variables import pairs
from uvdive.ledger.report import User
from uvdive.rewrite.copyset import CopySet, Link
from uvdive.rewrite.runs import Run, kept_commands
from uvdive.rewrite.steps import Evidence, Step

# Instructions that only describe the image: they move to the last stage.
MOVED = frozenset(
    ("EXPOSE", "VOLUME", "LABEL", "HEALTHCHECK", "STOPSIGNAL", "ENTRYPOINT", "CMD", "MAINTAINER")
)
_ONCE = frozenset(("HEALTHCHECK", "STOPSIGNAL", "ENTRYPOINT", "CMD", "USER", "WORKDIR"))
_STATE = frozenset(("ENV", "ARG", "SHELL"))


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of the new stage, the decisions that put it there, and the author's step behind it."""

    text: str
    decisions: tuple[str, ...] = ()
    step: Step | None = None


def needed_args(steps: Sequence[Step], repeated: Iterable[Step]) -> set[str]:
    """The ARGs that instructions of the last stage use (R27); the others stay in the build stage."""
    users = [s for s in steps if s.keyword in (*MOVED, "ENV", "USER", "WORKDIR")]
    text = "\n".join(step.instruction.value for step in [*users, *repeated])
    used = set(re.findall(r"\$\{?([A-Za-z_]\w*)", text))
    # An ARG's default may use another ARG.
    for step in reversed(steps):
        if step.keyword == "ARG" and any(name in used for name, _ in pairs(step.instruction.value, _nothing)):
            used |= set(re.findall(r"\$\{?([A-Za-z_]\w*)", step.instruction.value))
    return used


def _nothing(_name: str) -> str:
    return ""


def prelude(evidence: Evidence, runs: dict[int, Run]) -> list[Line]:
    """ARG, ENV, SHELL, OS packages and users, in the author's order."""
    repeated = [run.step for run in runs.values() if run.has("os-packages") or run.has("user")]
    used = needed_args(evidence.steps, repeated)
    lines: list[Line] = []
    for step in evidence.steps:
        if step.keyword == "ARG" and not any(n in used for n, _ in pairs(step.instruction.value, _nothing)):
            continue
        if step.keyword in _STATE:
            lines.append(Line(bare(step.instruction), (), step))
        run = runs.get(step.line)
        if run is not None and run.repeated_whole:
            lines.append(Line(bare(step.instruction), ("os-packages",)))
        elif run is not None and (run.has("os-packages") or run.has("user")):
            users = evidence.report.users if evidence.report else ()
            os_id = evidence.report.os.id if evidence.report and evidence.report.os else ""
            parts = [_with_id(part, users, os_id) for part in kept_commands(run)]
            flags = "".join(f"{flag} " for flag in step.instruction.flags)
            names = tuple(n for n in ("os-packages", "users") if run.has("user" if n == "users" else n))  # type: ignore[arg-type]
            lines.append(Line(f"RUN {flags}{' && '.join(parts)}\n", names))
    return lines


def bare(instruction: Instruction) -> str:
    """An instruction's source with exactly one line end."""
    return instruction.source.rstrip("\r\n") + "\n"


def _with_id(command: str, users: Sequence[User], os_id: str) -> str:
    """``useradd app`` with the number that the original image has for app (R28)."""
    words = shlex.split(command)
    tool = next((word for word in words if word in ("useradd", "adduser", "groupadd", "addgroup")), None)
    user = next((user for user in users if user.name in words), None)
    if tool is None or user is None:
        return command
    is_group = tool in ("groupadd", "addgroup")
    short, long, number = ("g", "gid", user.gid) if is_group else ("u", "uid", user.uid)
    if any(re.match(rf"-{short}\b|--{long}\b|-\w*{short}$", word) for word in words):
        return command
    if tool == "adduser" and len([word for word in words if not word.startswith("-")]) > 2:
        return command  # `adduser USER GROUP` makes nobody
    option = f"--{long}" if tool in ("adduser", "addgroup") and os_id != "alpine" else f"-{short}"
    return command.replace(tool, f"{tool} {option} {number}", 1)


def folders(copies: CopySet) -> list[Line]:
    """``install -d`` for folders that are not root's with mode 0755 (R29, R54)."""
    return [
        Line(f"RUN install -d -o {f.uid} -g {f.gid} -m {f.mode:04o} {shlex.quote(f.path)}\n", ("folders",))
        for f in copies.folders
    ]


def copies_text(copies: CopySet, stage: str) -> list[Line]:
    """One COPY for each folder, and one for all plain files of a folder."""
    lines = []
    grouped = _together(copies)
    for path in copies.paths:
        folder = path.rpartition("/")[0]
        if path in grouped.get(folder, ()):
            if path == grouped[folder][0]:
                words = " \\\n    ".join([*grouped[folder], f"{folder}/"])
                lines.append(Line(f"COPY --from={stage} \\\n    {words}\n", ("copies",)))
            continue
        if re.fullmatch(r"[\w@%+=:,./-]+", path):
            words = f"{path} {path}"
        else:
            # COPY expands variables in both words, and patterns in the first.
            target = re.sub(r"([\\$])", r"\\\1", path)
            words = json.dumps([re.sub(r"([*?\[])", r"\\\1", target), target], ensure_ascii=False)
        lines.append(Line(f"COPY --from={stage} {words}\n", ("copies",)))
    if copies.links:
        commands = " && \\\n    ".join(command for link in copies.links for command in _link(link))
        lines.append(Line(f"RUN {commands}\n", ("copies",)))
    return lines


def _link(link: Link) -> list[str]:
    target, path = shlex.quote(link.target), shlex.quote(link.path)
    commands = [f"mkdir -p {shlex.quote(link.parent)}"] if link.parent else []
    commands.append(f"ln -sfn {target} {path}")
    if (link.uid, link.gid) != (0, 0):
        commands.append(f"chown -h {link.uid}:{link.gid} {path}")
    return commands


def _together(copies: CopySet) -> dict[str, list[str]]:
    """Plain files by folder, where there are several: COPY takes them at once."""
    found: dict[str, list[str]] = {}
    for path in copies.paths:
        if path in copies.files and re.fullmatch(r"[\w@%+=:,./-]+", path):
            found.setdefault(path.rpartition("/")[0], []).append(path)
    return {folder: paths for folder, paths in found.items() if len(paths) > 1}


def last_of_each(steps: Sequence[Step]) -> list[Step]:
    """The describing instructions that hold, in order: of those that override, only the last."""
    seen: set[str] = set()
    kept: list[Step] = []
    for step in reversed(steps):
        if step.keyword in _ONCE:
            if step.keyword in seen:
                continue
            seen.add(step.keyword)
        elif step.keyword not in MOVED:
            continue
        kept.append(step)
    return list(reversed(kept))
