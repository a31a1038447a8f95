"""Which OS packages the final stage installs (R33, R43, R57 and the section on system libraries)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from uvdive.base.units import size
from uvdive.dockerfile.edits import Edit
from uvdive.dockerfile.shell import read_script, shell_text
from uvdive.dockerfile.syntax import inner
from uvdive.ledger.installed import closure, package_names
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.commandclass import tools_of
from uvdive.rewrite.installs import Install, Listed, Removal, installs, refreshes, removals
from uvdive.rewrite.notes import Notes, Refused, options
from uvdive.rewrite.othermeans import OtherMeans, by_other_means, note_others
from uvdive.rewrite.plan import Decision
from uvdive.rewrite.runs import Run
from uvdive.rewrite.steps import Evidence
from uvdive.rewrite.system import Need, SystemFacts
from uvdive.rewrite.systemtables import TOOLS, compiles_at_run_time, only_builds


@dataclass(slots=True)
class PackagePlan:
    """What becomes of the packages. Keys of ``edits`` and ``without`` are lines of RUNs.

    ``edits`` change a RUN's words, ``without`` are the indexes of the parts that the
    final stage leaves out. ``dropped`` are packages of the original that it lacks;
    ``installed`` are those that it gets beside its base, with their ``bytes``; None: not known.
    ``others`` are those that RUNs installed by other means than commands of apt and apk.
    """

    edits: dict[int, list[Edit]] = field(default_factory=dict)
    without: dict[int, set[int]] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()
    installed: frozenset[str] | None = None
    bytes: int = 0
    others: tuple[OtherMeans, ...] = ()


def plan_packages(
    evidence: Evidence, runs: Sequence[Run], base: ImageReport | None, notes: Notes
) -> PackagePlan:
    """Decide on every package; without evidence all of them are kept.

    Raises:
        Refused: R43, what is removed again cannot be told without the image.
    """
    found, gone = installs(runs), removals(runs)
    facts = evidence.system
    if not (found or gone) and (facts is None or not facts.packages):
        return PackagePlan(installed=frozenset() if facts else None)
    if facts is None or not facts.packages:
        marked = next((removal for removal in gone if _marks(removal)), None)
        if marked is not None:
            raise Refused(
                "R43",
                "This RUN lets apt find out what may go, by what lies in the image at that moment. Without "
                "the image's contents nobody can tell what stays.",
                marked.run.step.line,
            )
        _note_all_kept(found, notes)
        return PackagePlan()
    return _Planner(evidence, facts, runs, base, notes, found, gone).plan()


def _marks(removal: Removal) -> bool:
    """Does it leave to apt what may go (`apt-mark`)?"""
    commands = removal.run.parts[removal.part][0].commands
    return any("apt-mark" in command.argv for command in commands)


def _note_all_kept(found: Sequence[Install], notes: Notes) -> None:
    for install in found[:1]:
        notes.decide(
            "os-packages",
            "R33",
            install.run.step.line,
            "Install the OS packages in the final image too",
            "What only the build needs cannot be told without the contents of the image.",
        )


class _Planner:
    def __init__(
        self,
        evidence: Evidence,
        facts: SystemFacts,
        runs: Sequence[Run],
        base: ImageReport | None,
        notes: Notes,
        found: list[Install],
        gone: list[Removal],
    ) -> None:
        self.evidence, self.facts, self.runs, self.notes = evidence, facts, runs, notes
        self.installs, self.removals = found, gone
        self.result = PackagePlan()
        old = {name for name, layer in facts.first_layer.items() if layer < evidence.base_layers}
        self.old = frozenset(old & facts.packages.keys())
        # Where the runner's base is not at hand, it is taken to hold what the old base holds (R60).
        self.there = (package_names(base) if base is not None else None) or self.old
        self.recommends = any(install.recommends for install in found)
        self.others = by_other_means(facts, runs, found, self.old | self.there)
        self.drop: dict[int, str] = {}  # id of a Listed -> why

    def plan(self) -> PackagePlan:
        self.result.others = self.others
        note_others(self.others, self.notes)
        for install in self.installs:
            if install.editable:
                self._decide(install)
        kept = self._closure([*self._names(dropped=False), *self._by_others()])
        added = self._libraries(kept)
        self._write(added)
        everything = self._closure([*self._names(dropped=False), *self._by_others(), *added])
        new = frozenset(self.facts.packages.keys() - self.old)
        self.result.dropped = frozenset(new - everything - self.there)
        self.result.installed = frozenset(everything - self.there)
        self.result.bytes = sum(self.facts.bytes.get(name, 0) for name in self.result.installed)
        if self.result.dropped:
            self.notes.packages.update(self.result.dropped)
            listed = self.facts.listed.items()
            self.notes.paths.update(path for path, of in listed if of <= self.result.dropped)
            self.notes.paths.update(self._of_debians_python())
        return self.result

    def _of_debians_python(self) -> Iterable[str]:
        """What the scripts of a Python made that the final image gets no more."""
        report = self.evidence.report
        theirs = {e.path.rstrip("/"): e.python or "" for e in report.environments} if report else {}
        for name in self.result.dropped:
            match = re.fullmatch(r"python(3\.\d+)-minimal", name)
            if match is not None:
                yield from (
                    "/var/lib/python",
                    "/etc/python3",
                    f"/usr/lib/python{match[1]}",
                    "/usr/lib/python3",
                )
                home = f"/usr/local/lib/python{match[1]}"
                other = not theirs.get("/usr/local", "").startswith(f"{match[1]}.")
                yield home if other else f"{home}/dist-packages"

    def _real(self, name: str) -> frozenset[str]:
        """The installed packages that a name means; itself, or those that provide it."""
        if name in self.facts.packages:
            return frozenset({name})
        return frozenset(p.name for p in self.facts.packages.values() if name in p.provides)

    def _closure(self, names: Iterable[str]) -> frozenset[str]:
        return closure(self.facts.packages, names, recommends=self.recommends)

    def _by_others(self) -> list[str]:
        return [name for other in self.others for name in other.names]

    def _names(self, *, dropped: bool) -> list[str]:
        return [
            real
            for install in self.installs
            for listed in install.words
            if (id(listed) in self.drop) == dropped
            for real in self._real(listed.name or listed.word.text)
        ]

    def _decide(self, install: Install) -> None:
        for listed in install.words:
            if not listed.name:
                continue
            if not self._real(listed.name):
                self._note_purged(listed, install)
            elif only_builds(listed.name):
                self._build_package(listed, install)
            else:
                self._other_package(listed, install)

    def _note_purged(self, listed: Listed, install: Install) -> None:
        if not self.removals:
            return
        self.drop[id(listed)] = "purged"
        self.notes.decide(
            "purged-packages",
            "R43",
            install.run.step.line,
            "Leave out what the build removes again",
            "These packages are installed and removed by the original; the final image never gets them.",
        )

    def _build_package(self, listed: Listed, install: Install) -> None:
        kept = self.notes.choices.get("build-packages") == "keep"
        if not kept:
            self.drop[id(listed)] = "build"
        names = [w.name for i in self.installs for w in i.words if i.editable and only_builds(w.name)]
        total = sum(self.facts.bytes.get(name, 0) for name in self._closure(names) - self.there - self.old)
        decision = Decision(
            "build-packages",
            "R33",
            install.run.step.line,
            "Packages that only build",
            f"{', '.join(names)} and what they bring ({size(total)}) compile; the libraries that the result "
            "needs are installed by name.",
            alternatives=options(drop="not in the final image", keep="install them there too"),
        )
        self.notes.choose(decision, "drop")
        compiler = (
            next(
                (
                    distribution.name
                    for environment in self.evidence.report.environments
                    for distribution in environment.distributions
                    if compiles_at_run_time(distribution.name.lower())
                ),
                None,
            )
            if self.evidence.report
            else None
        )
        if compiler is not None and not kept:
            self.notes.warn(
                "R33",
                install.run.step.line,
                f"{compiler} can call a compiler when the app runs: choose build-packages=keep then.",
            )

    def _other_package(self, listed: Listed, install: Install) -> None:
        own = self._closure(self._real(listed.name)) - self.there - self.old
        need = self._need(listed.name)
        if not own or (need is not None and need.sure) or self._fetches(listed.name):
            return
        tool = listed.name in TOOLS
        default = "drop" if tool and need is None else "keep"
        if need is not None:
            reason = f"{need.by} names {need.thing}, which may be a call of it."
        elif tool:
            reason = "Nothing but the build uses it, as far as the app's and the environment's files tell."
        else:
            reason = (
                "Nothing was found that needs it, but it may be data, or a program called by other means."
            )
        decision = Decision(
            f"package-{listed.name}",
            "R33",
            install.run.step.line,
            f"The OS package {listed.name}",
            f"{reason} It and what it brings: {size(sum(self.facts.bytes.get(name, 0) for name in own))}.",
            alternatives=options(keep="install it in the final image", drop="not in the final image"),
        )
        if self.notes.choose(decision, default) == "drop":
            self.drop[id(listed)] = "choice"

    def _fetches(self, name: str) -> bool:
        """Does a repeated part that sets package sources up call this package's program?"""
        programs = {program for program, package in self.facts.programs.items() if package == name}
        for run in self.runs:
            for part, kind in run.parts:
                if kind == "sources" and tools_of(part.commands) & (programs | {name}):
                    return True
        return name in ("gnupg", "gnupg2", "gpg", "lsb-release") and any(
            run.has("sources") for run in self.runs
        )

    def _need(self, name: str) -> Need | None:
        """What needs a package or something that only it brings; the surest."""
        brought = self._closure(self._real(name)) - self.there - self.old
        found = [need for need in (*self._started(), *self.facts.needs) if need.package in brought]
        return next((need for need in found if need.sure), found[0] if found else None)

    def _started(self) -> list[Need]:
        """The programs that HEALTHCHECK, ENTRYPOINT and CMD call (R30, R57)."""
        found = []
        for step in self.evidence.steps:
            if step.keyword not in ("HEALTHCHECK", "ENTRYPOINT", "CMD"):
                continue
            instruction = inner(step.instruction) if step.keyword == "HEALTHCHECK" else step.instruction
            script = read_script(shell_text(instruction))
            words = [word.text for command in script.commands for word in command.words] if script else []
            for word in {text.rsplit("/", 1)[-1] for text in [*words, *shell_text(instruction).split()]}:
                package = self.facts.programs.get(word)
                if package is not None:
                    found.append(Need(package, word, step.keyword, "runs"))
        return found

    def _libraries(self, kept: frozenset[str]) -> dict[str, Need]:
        """The run-time packages that something needs and nothing kept brings; with the first need."""
        found: dict[str, Need] = {}
        for need in self.facts.needs:
            missing = need.package not in kept and need.package not in self.there
            if need.how != "runs" and missing and need.package in self.facts.packages:
                found.setdefault(need.package, need)
        if found:
            what = "; ".join(f"{name} for {need.thing} ({need.by})" for name, need in sorted(found.items()))
            self.notes.decide(
                "runtime-libraries",
                "R33",
                self.installs[0].run.step.line if self.installs else None,
                f"Install {', '.join(sorted(found))} by name",
                f"They came with packages that only build: {what}.",
            )
        return found

    def _write(self, added: dict[str, Need]) -> None:
        waiting = dict(added)
        editable = [install for install in self.installs if install.editable]
        for install in editable:
            last = install is editable[-1]
            brought = self._closure(
                real for w in install.words if id(w) in self.drop for real in self._real(w.name)
            )
            mine = sorted(name for name in waiting if last or name in brought)
            for name in mine:
                waiting.pop(name)
            self._edit(install, [self._pinned(name, install) for name in mine])
        if waiting:
            raise Refused(
                "R33",
                f"The final image needs {', '.join(sorted(waiting))}, but the command that installs packages "
                "cannot be changed here. Write `apt-get install` as a command of its own in the RUN.",
                self.installs[0].run.step.line if self.installs else None,
            )
        self._drop_parts()

    def _pinned(self, name: str, install: Install) -> str:
        """The package as the author would write it: with the same pin, where the build package had one."""
        version = self.facts.packages[name].version
        for listed in install.words:
            same = listed.name in self.facts.packages and self.facts.packages[listed.name].version == version
            if listed.pin.startswith("=") and id(listed) in self.drop and same:
                return f"{name}{listed.pin}"
        return name

    def _edit(self, install: Install, added: list[str]) -> None:
        line = install.run.step.line
        keep = [listed for listed in install.words if id(listed) not in self.drop]
        if not keep and not added:
            self.result.without.setdefault(line, set()).add(install.part)
            return
        edits: list[Edit] = []
        end = _previous_end(install)
        for listed in install.words:
            if id(listed) in self.drop:
                # Where nothing else stays, the added ones take the place of the first.
                text = "" if keep or edits else "".join(f" {name}" for name in added)
                edits.append(Edit(end, listed.word.end, text))
            end = listed.word.end
        if keep and added:
            last = keep[-1].word
            gap = _gap(install, last.text)
            edits.append(Edit(last.end, last.end, "".join(f"{gap}{name}" for name in added)))
        if edits:
            self.result.edits.setdefault(line, []).extend(edits)

    def _drop_parts(self) -> None:
        """Leave out removals of what is not there, and what only served installs that are gone."""
        for removal in self.removals:
            if self._is_idle(removal):
                self._leave_out(removal.run, removal.part)
        gone = {
            install.run.step.line: install.part in self.result.without.get(install.run.step.line, ())
            for install in self.installs
        }
        for run in self.runs:
            if not all(gone.values()) and not gone.get(run.step.line):
                continue
            for index, (part, name) in enumerate(run.parts):
                served = name == "os-packages" and all(refreshes(command) for command in part.commands)
                if served or name == "sources":
                    self._leave_out(run, index)

    def _leave_out(self, run: Run, part: int) -> None:
        self.result.without.setdefault(run.step.line, set()).add(part)

    def _is_idle(self, removal: Removal) -> bool:
        """Does a removal find nothing to remove in the final stage?"""
        dropped = {listed.name for i in self.installs for listed in i.words if id(listed) in self.drop}
        dropped |= {install.virtual for install in self.installs if install.virtual}
        if not removal.names:
            changed = (
                removal.run.step.line in self.result.edits or removal.run.step.line in self.result.without
            )
            return changed or _marks(removal)
        return all(
            name not in self.there and (name in dropped or not self._real(name)) for name in removal.names
        )


def _gap(install: Install, word: str) -> str:
    """What stands between two packages in the author's text: a space, or a line's end and an indent."""
    source = install.run.step.instruction.source
    words = [word, *(listed.word.text for listed in install.words)]
    found = (re.search(rf"([ \t]*\\\r?\n[ \t]+){re.escape(each)}(?=[\s\\]|$)", source) for each in words)
    return next((match[1] for match in found if match), " ")


def _previous_end(install: Install) -> int:
    """Where the word before the first package ends."""
    start = install.words[0].word.start
    words = [*install.command.assignments, *install.command.words]
    return max((word.end for word in words if word.end <= start), default=start)
