"""The lines of the new last stage, and what stays of the old one (canonical shape, R26–R32, R54)."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.variables import pairs
from uvdive.rewrite.builder import FOLDER
from uvdive.rewrite.copies import CopySet, Link, OwnCopy
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.packages import PackagePlan
from uvdive.rewrite.text.pruned import without_sources
from uvdive.rewrite.text.repeated_run import repeated_text
from uvdive.rewrite.text.writer import bare
from uvdive.rewrite.user import AppUser

# Instructions that only describe the image: they move to the last stage, behind the copies, as
# what is written below a VOLUME after it is lost.
MOVED = frozenset(
    ("EXPOSE", "VOLUME", "LABEL", "HEALTHCHECK", "STOPSIGNAL", "ENTRYPOINT", "CMD", "MAINTAINER")
)
_ONCE = frozenset(("HEALTHCHECK", "STOPSIGNAL", "ENTRYPOINT", "CMD", "USER", "WORKDIR"))
# Variables that only apt, dpkg and the packages' scripts ask for.
_SETS_PACKAGES = re.compile(r"DEB|TZ$|LANG|LC_|APT|ACCEPT_EULA")
_WHOLE_ADD = re.compile(r"ADD\s+(?:--(?:chown|chmod)=\S+\s+){0,2}\./?\s+\S+\s*", re.IGNORECASE)
STATE = frozenset(("ENV", "ARG", "SHELL"))
STARTED = ("start-uv-run", "start-runner", "start-folder")
"""The decisions that change what starts."""

STANDS_IN = "# Stands in for uv: `uv run X` starts X.\n# hadolint ignore=SC2016\n"
"""What stands above a stand-in, whose shell text is for the container and not for the build's shell."""


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of the new stage, the decisions that put it there, and the author's step behind it."""

    text: str
    decisions: tuple[str, ...] = ()
    step: Step | None = None


def needed_args(steps: Sequence[Step], repeated: Iterable[Step], environs: Mapping[int, str]) -> set[str]:
    """The ARGs that instructions of the last stage use (R27); the others stay in the build stage.

    ``environs`` are the ENV instructions as the last stage has them, by line.
    """
    users = [s for s in steps if s.keyword in (*MOVED, "USER", "WORKDIR")]
    text = "\n".join([*(step.instruction.value for step in [*users, *repeated]), *environs.values()])
    used = set(re.findall(r"\$\{?([A-Za-z_]\w*)", text))
    # An ARG's default may use another ARG.
    for step in reversed(steps):
        if step.keyword == "ARG" and any(name in used for name, _ in pairs(step.instruction.value, _nothing)):
            used |= set(re.findall(r"\$\{?([A-Za-z_]\w*)", step.instruction.value))
    return used


def _nothing(_name: str) -> str:
    return ""


def prelude(
    evidence: Evidence,
    runs: Mapping[int, Run],
    packages: PackagePlan,
    early: frozenset[int],
    environs: Mapping[int, str],
    own: Iterable[OwnCopy] = (),
) -> list[Line]:
    """ARG, ENV, SHELL, OS packages, settings and users, in the author's order."""
    report = evidence.report
    users = report.users if report else ()
    os_id = report.os.id if report and report.os else ""
    texts = {
        line: repeated_text(run, packages, users, os_id, evidence.dockerfile.escape)
        for line, run in runs.items()
        if run.repeats
    }
    repeated = [step for step in evidence.steps if texts.get(step.line) or step.line in early]
    used = needed_args(evidence.steps, [*repeated, *(copy.step for copy in own)], environs)
    quiet = any(runs[step.line].has("os-packages") for step in repeated if step.line in runs)
    lines: list[Line] = []
    for step in evidence.steps:
        if step.keyword == "ARG":
            names = [name for name, _ in pairs(step.instruction.value, _nothing)]
            if not any(name in used or (quiet and _SETS_PACKAGES.match(name)) for name in names):
                continue
        text = texts.get(step.line)
        if step.keyword == "ENV":
            if environs[step.line]:
                lines.append(Line(environs[step.line], (), step))
        elif step.keyword in STATE or step.line in early:
            lines.append(Line(bare(step.instruction), (), step))
        elif text is not None:
            # Behind a heredoc hadolint wants a blank line.
            end = "\n" if step.instruction.heredocs and "<<" in text else ""
            lines.append(Line(text + end, _decisions(runs[step.line]), step))
    return lines


def _decisions(run: Run) -> tuple[str, ...]:
    found = ["users"] if run.has("user") else []
    if run.has("os-packages"):
        found += ["os-packages", "build-packages", "runtime-libraries", "purged-packages"]
    return tuple(found)


def folders(copies: CopySet) -> list[Line]:
    """``install -d`` for the folders that no COPY makes as they are, in one layer (R29, R54)."""
    alike: dict[str, list[str]] = {}
    for f in copies.folders:
        mode = "" if f.mode == 0o755 else f" -m {f.mode:04o}"
        alike.setdefault(f"install -d -o {f.uid} -g {f.gid}{mode}", []).append(shlex.quote(f.path))
    text = " && \\\n    ".join(" ".join([command, *paths]) for command, paths in alike.items())
    return [Line(f"RUN {text}\n", ("folders",))] if alike else []


def prefix_copy(copies: CopySet, stage: str) -> list[Line]:
    """One COPY for all that was installed into the system's Python (R10), another for tools' links (R41)."""
    found = [(FOLDER, copies.prefix, "system-install")] if copies.prefix else []
    found += [(source, target, "tool-links") for source, target in copies.placed]
    return [Line(f"COPY --from={stage} {path} {to}\n", ("copies", why)) for path, to, why in found]


def own_copies(copies: CopySet, escape: str) -> list[Line]:
    """The author's own instructions, as far as they bring what the image has."""
    lines = []
    for each in copies.own:
        about = ("copies", "layers", *(("project-files",) if each.without else ()))
        about = about if each.step.keyword != "RUN" else ()
        lines.append(Line(_own(each, escape), about, each.step))
    return lines


def _own(copy: OwnCopy, escape: str) -> str:
    """The author's instruction again, with the owner that a later RUN gave to what it brought."""
    source = without_sources(copy.step.instruction, copy.without, escape)
    keyword, space, rest = source.partition(" ")
    if _WHOLE_ADD.fullmatch(source):
        keyword = "COPY" if keyword.isupper() else "copy"  # of a folder they do the same (DL3020)
    owner = f"--chown={copy.owner} " if copy.owner else ""
    return f"{keyword}{space}{owner}{rest.lstrip() if owner else rest}"


def path_copies(copies: CopySet, paths: Sequence[str], stage: str) -> list[Line]:
    """One COPY for each folder, and one for all plain files of a folder."""
    lines = []
    grouped = _together(copies, paths)
    for path in paths:
        folder = path.rpartition("/")[0]
        owner = copies.chown.get(path, "")
        flags = f"--from={stage} --chown={owner}" if owner else f"--from={stage}"
        together = grouped.get((folder, owner), [])
        if path in together:
            if path == together[0]:
                words = " \\\n    ".join([*together, f"{folder}/"])
                lines.append(Line(f"COPY {flags} \\\n    {words}\n", ("copies",)))
            continue
        lines.append(Line(f"COPY {flags} {_words(path)}\n", ("copies",)))
    return lines


def _words(path: str) -> str:
    """A path twice, as COPY reads it."""
    if re.fullmatch(r"[\w@%+=:,./-]+", path):
        return f"{path} {path}"
    # COPY expands variables in both words, and patterns in the first.
    target = re.sub(r"([\\$])", r"\\\1", path)
    return json.dumps([re.sub(r"([*?\[])", r"\\\1", target), target], ensure_ascii=False)


def after_copies(copies: CopySet) -> list[Line]:
    """What root has to do behind the copies: links, and the cache of the loader."""
    lines = []
    if copies.links:
        commands = " && \\\n    ".join(command for link in copies.links for command in _link(link))
        lines.append(Line(f"RUN {commands}\n", ("copies",)))
    if copies.libraries:
        lines.append(Line("# The loader's cache must know the libraries that were copied.\n", ("copies",)))
        lines.append(Line("RUN ldconfig\n", ("copies",)))
    return lines


def given_paths(user: AppUser | None, stage: str) -> list[Line]:
    """What makes the program's user and gives it what it writes (R64)."""
    if user is None:
        return []
    if user.run:
        return [Line(user.run, ("user",))]
    return [
        Line(f"COPY --from={stage} --chown={user.owner} {_words(path)}\n", ("user",)) for path in user.again
    ]


def _link(link: Link) -> list[str]:
    target, path = shlex.quote(link.target), shlex.quote(link.path)
    commands = [f"mkdir -p {shlex.quote(link.parent)}"] if link.parent else []
    commands.append(f"ln -sfn {target} {path}")
    if (link.uid, link.gid) != (0, 0):
        commands.append(f"chown -h {link.uid}:{link.gid} {path}")
    return commands


def _together(copies: CopySet, paths: Sequence[str]) -> dict[tuple[str, str], list[str]]:
    """Plain files by folder and owner, where there are several: COPY takes them at once."""
    found: dict[tuple[str, str], list[str]] = {}
    for path in paths:
        if path in copies.files and re.fullmatch(r"[\w@%+=:,./-]+", path):
            found.setdefault((path.rpartition("/")[0], copies.chown.get(path, "")), []).append(path)
    return {key: paths for key, paths in found.items() if len(paths) > 1}


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
