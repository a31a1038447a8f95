"""Decide on the user of the final image: the account, what it owns, its home (R64)."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from uvdive.base.paths import raw
from uvdive.base.words import first_of
from uvdive.image.resolve import which
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.copies import CopySet
from uvdive.rewrite.copies.copy_set import Folder
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.plan import Prediction
from uvdive.rewrite.stages import Bases
from uvdive.rewrite.user.folders import Given, what_to_give

_CHOICE = CHOICES["user"]
_NAMES = ("app", "appuser", "uvdive-app")
_NUMBER, _NONROOT = 10001, 65532
_ROOT = frozenset({"0", "root", "0:0", "root:root", "0:root", "root:0"})
_FOLDERS = (b"/usr/sbin", b"/usr/bin", b"/sbin", b"/bin")
_PRIVILEGED = 1024
_NAMED = 5
_WHY = "A program that is broken into is root in the container."
_COMMENT = "# The program runs as a user of its own, who owns what it writes.\n"


@dataclass(frozen=True, slots=True)
class AppUser:
    """The user.

    Attributes:
        name: as USER has it.
        owner: ``uid:gid``.
        home: its home; empty where the image's own HOME stays.
        run: what makes and gives, behind the copies; empty where nothing can be run.
        again: files that are in the image a second time, as they get their owner in a layer of its own;
            a COPY brings them where nothing can be run.
        folders: those to be made beforehand there.
    """

    name: str
    owner: str
    home: str
    run: str = ""
    again: tuple[str, ...] = ()
    folders: tuple[Folder, ...] = ()

    def predicted(self, found: Prediction, files: Files) -> Prediction:
        """The prediction with the files that are there a second time; ``files`` are the original's."""
        for path in self.again:
            node = files.at(path)
            if node is not None:
                found = found.less(files.owner(node) or "other", -files.size(node))
        return found

    def with_folders(self, copies: CopySet) -> None:
        """Have the folders made with their owner, in the place of others of the same path."""
        mine = {folder.path for folder in self.folders}
        copies.folders = [*(each for each in copies.folders if each.path not in mine), *self.folders]
        copies.folders.sort(key=lambda folder: folder.path)


def choose_user(  # noqa: PLR0913 - what was decided before
    evidence: Evidence,
    env: EnvironmentFacts,
    files: Files | None,
    bases: Bases,
    base: ImageReport | None,
    texts: Mapping[str, str],
    *,
    copies: CopySet,
    alone: bool,
    notes: Notes,
) -> AppUser | None:
    """The user, where the choice is another one than root; None where it stays.

    Args:
        evidence: the file, and what a start wrote.
        env: the environment.
        files: the image's files; None without an image, where nothing is offered.
        bases: of both stages.
        base: the final image's base, where it is at hand.
        texts: those of compose files, by path.
        copies: what the final image copies; where nothing can be run, it gets the folders to be made.
        alone: does only one target get the copies?
        notes: the choices, and what they come to.
    """
    report = evidence.report
    if not alone or report is None or base is None or files is None or env.at_start:
        return None
    if (report.config.user or "0") not in _ROOT:
        return None
    making = None if bases.bare is not None else _making(base)
    if bases.bare is None and making is None:
        return None
    given = what_to_give(
        files, evidence.written, report.config.volumes or (), evidence.workdir, env.folders,
        bare=bases.bare is not None,
    )  # fmt: skip
    if notes.choose(_CHOICE, _line(evidence), _reason(evidence, given)) != "app":
        return None
    _warn(evidence, given, texts, notes)
    own = report.config.environ.get("HOME", "")
    keeps = own not in ("", "/root")
    notes.allowed.config.update(("User",) if keeps else ("User", "Env:HOME"))
    if making is None:
        user = _without_shell(files, given, base, keeps=keeps, accounts=bool(copies.accounts))
        user.with_folders(copies)
    else:
        user = _with_shell(given, making, _free_name(report, base), keeps=keeps)
    notes.allowed.given.update(f"{user.owner}:{path}" for path in (*given.folders, *given.files))
    return user


def _line(evidence: Evidence) -> int | None:
    own = evidence.last("USER")
    return own.line if own is not None else None


def _reason(evidence: Evidence, given: Given) -> str:
    paths = (*given.folders, *given.made, *given.files)
    told = first_of(paths, _NAMED) if paths else "nothing"
    if evidence.written is not None:
        return f"{_WHY} A start of the original wrote: {told}."
    return (
        f"{_WHY} No start was observed yet; known to be written: {told}. "
        "The proof needs a start (`--start`), which tells the rest; then it plans again."
    )


def _warn(evidence: Evidence, given: Given, texts: Mapping[str, str], notes: Notes) -> None:
    report = evidence.report
    exposed = report.config.exposed_ports or () if report is not None else ()
    listened = evidence.written.ports if evidence.written is not None else ()
    numbers = {int(port) for each in exposed if (port := each.partition("/")[0]).isdecimal()} | set(listened)
    low = ", ".join(str(port) for port in sorted(numbers) if port < _PRIVILEGED)
    if low:
        notes.warn(
            "R64",
            None,
            f"Port {low} is below {_PRIVILEGED}: docker lets every user listen there since 20.10; "
            "elsewhere it takes the sysctl net.ipv4.ip_unprivileged_port_start=0, or another port.",
        )
    if given.kept:
        paths = first_of(given.kept, _NAMED)
        notes.warn("R64", None, f"The start wrote into the system's folders, which stay root's: {paths}.")
    for path, text in texts.items():
        keys = {line.strip().partition(":")[0] for line in text.splitlines() if line[:1].isspace()}
        if "user" in keys:
            notes.warn("R64", None, f"{path} sets a user, which counts in the place of the image's.")
        if "volumes" in keys:
            notes.warn(
                "R64",
                None,
                f"What {path} mounts keeps its owner: volumes and folders that root filled have to be given "
                "to the new user (`chown`).",
            )


def _making(base: ImageReport) -> str | None:
    """The program that makes users: ``useradd`` or ``adduser``; None where the base has neither."""
    program = "adduser" if base.os is not None and base.os.id == "alpine" else "useradd"
    return None if which(base.files, program.encode(), _FOLDERS) is None else program


def _free_name(report: ImageReport, base: ImageReport) -> str:
    taken = {user.name for each in (report, base) for user in each.users}
    return next((name for name in _NAMES if name not in taken), _NAMES[-1])


def _with_shell(given: Given, making: str, name: str, *, keeps: bool) -> AppUser:
    home = f"/home/{name}"
    at = f"--home-dir {home} --no-create-home --shell /usr/sbin/nologin"
    if making == "adduser":
        account = (
            f"addgroup -S -g {_NUMBER} {name}",
            f"adduser -S -D -H -u {_NUMBER} -G {name} -h {home} -s /sbin/nologin {name}",
        )
    else:
        account = (
            f"groupadd --system --gid {_NUMBER} {name}",
            f"useradd --system --no-log-init --uid {_NUMBER} --gid {name} {at} {name}",
        )
    folders = list(map(shlex.quote, (home, *given.folders, *given.made)))
    paths = [*folders, *map(shlex.quote, given.files)]
    commands = (*account, f"mkdir -p {' '.join(folders)}", f"chown {name}:{name} {' '.join(paths)}")
    text = " && \\\n    ".join(commands)
    return AppUser(
        name, f"{_NUMBER}:{_NUMBER}", "" if keeps else home, f"{_COMMENT}RUN {text}\n", given.files
    )


def _without_shell(files: Files, given: Given, base: ImageReport, *, keeps: bool, accounts: bool) -> AppUser:
    """``accounts``: other files of accounts are copied over the base's, so that its user has no name."""
    known = next((user for user in base.users if user.uid == _NONROOT), None)
    home = known.home if known is not None and known.home != "/" else "/home/nonroot"
    there = known is not None and base.files.find(raw(home)) is not None
    folders = _folders(files, (*given.folders, *given.made, *(() if there else (home,))))
    name = known.name if known is not None and not accounts else f"{_NONROOT}:{_NONROOT}"
    return AppUser(
        name,
        f"{_NONROOT}:{_NONROOT}",
        "" if keeps else home,
        again=given.files,
        folders=tuple(folders),
    )


def _folders(files: Files, paths: tuple[str, ...]) -> Iterator[Folder]:
    for path in paths:
        node = files.at(path)
        mode = files.mode(node)[0] if node is not None and files.is_folder(node) else 0o755
        yield Folder(path, mode, _NONROOT, _NONROOT)
