"""How the commands that install and remove OS packages change for the final stage (R33, R43)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from uvdive.dockerfile.shell.commands import Word
from uvdive.dockerfile.text.edits import Edit
from uvdive.rewrite.evidence.commands.runs import Run, installs_files
from uvdive.rewrite.evidence.system.os_needs import Need
from uvdive.rewrite.notes import Refused
from uvdive.rewrite.packages.install_commands import Install, Listed, Removal, refreshes
from uvdive.rewrite.packages.packages import Packages


class PackageEdits:
    """The changes of the RUNs that install packages; keys are lines of RUNs.

    ``edits`` change a RUN's words, ``without`` are the indexes of the parts that the
    final stage leaves out.
    """

    def __init__(self, packages: Packages) -> None:
        self.packages = packages
        self.edits: dict[int, list[Edit]] = {}
        self.without: dict[int, set[int]] = {}

    def write(self, added: dict[str, Need]) -> None:
        """Change the installs: without what is left out, with ``added`` and what each is needed for.

        Raises:
            Refused: R33, no command that installs packages can be changed.
        """
        waiting = dict(added)
        editable = [install for install in self.packages.installs if install.changeable]
        for install in editable:
            last = install is editable[-1]
            brought = self.packages.closure(
                real
                for w in install.words
                if self.packages.drops(install, w)
                for real in self.packages.real(w.name)
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
                self.packages.installs[0].run.step.line if self.packages.installs else None,
            )
        self._drop_parts()
        for run in self.packages.runs:
            for index in run.unread:
                if run.classes[index] == "state":
                    self._leave_out(run, index)

    def _pinned(self, name: str, install: Install) -> str:
        """The package as the author would write it: with the same pin, where the build package had one."""
        version = self.packages.facts.packages[name].version
        for listed in install.words:
            same = (
                listed.name in self.packages.facts.packages
                and self.packages.facts.packages[listed.name].version == version
            )
            if listed.pin.startswith("=") and self.packages.drops(install, listed) and same:
                return f"{name}{listed.pin}"
        return name

    def _edit(self, install: Install, added: list[str]) -> None:
        line = install.run.step.line
        keep = [listed for listed in install.words if not self.packages.drops(install, listed)]
        keep = [listed for listed in keep if listed.name or not (listed.told and install.unread)]
        if not keep and not added:
            self.without.setdefault(line, set()).add(install.part)
            return
        if install.whole:
            edits = self._anew(install, keep, added)
        else:
            edits = self._word_by_word(install, keep, added)
        if edits:
            self.edits.setdefault(line, []).extend(edits)

    def _anew(self, install: Install, keep: Sequence[Listed], added: Sequence[str]) -> list[Edit]:
        """The command by itself in place of the loop or pipe around it; nothing where that may stay."""
        if len(keep) == len(install.words) and not added and not install.unread:
            return []
        part = install.run.parts[install.part][0]
        names = [_spelt(listed) for listed in keep if not listed.told or self.packages.real(listed.name)]
        return [Edit(part.start, part.end, install.anew([*names, *added]))]

    def _word_by_word(self, install: Install, keep: Sequence[Listed], added: Sequence[str]) -> list[Edit]:
        edits: list[Edit] = []
        end = _previous_end(install)
        last: Word | None = None
        for start, group in itertools.groupby(install.words, key=lambda listed: listed.word.start):
            members = list(group)
            word, kept = members[0].word, [listed for listed in members if listed in keep]
            renamed = members[0].told and (install.unread or len(kept) < len(members))
            if not kept:
                # Where nothing else stays, the added ones take the place of the first.
                text = "" if keep or edits else "".join(f" {name}" for name in added)
                edits.append(Edit(end, word.end, text))
            elif renamed:
                edits.append(Edit(start, word.end, " ".join(map(_spelt, kept))))
            last = word if kept else last
            end = word.end
        if last is not None and added:
            gap = _gap(install, last.text)
            edits.append(Edit(last.end, last.end, "".join(f"{gap}{name}" for name in added)))
        return edits

    def _drop_parts(self) -> None:
        """Leave out removals of what is not there, and what only served installs that are gone."""
        for removal in self.packages.removals:
            if self._is_idle(removal):
                self._leave_out(removal.run, removal.part)
        gone: dict[int, bool] = {}
        for install in self.packages.installs:
            line = install.run.step.line
            left_out = install.part in self.without.get(line, ())
            gone[line] = left_out and gone.get(line, True)
        for run in self.packages.runs:
            if installs_files(run):
                continue
            if not all(gone.values()) and not gone.get(run.step.line):
                self._drop_what_serves_no_more(run)
                continue
            for index, (part, name) in enumerate(run.parts):
                served = name == "os-packages" and all(refreshes(command) for command in part.commands)
                if served or name == "sources":
                    self._leave_out(run, index)

    def _drop_what_serves_no_more(self, run: Run) -> None:
        """Leave out archives that are set up, and lists read, behind the last install that stays anywhere."""
        kept = [
            (each.run.step.line, each.part)
            for each in self.packages.installs
            if each.part not in self.without.get(each.run.step.line, ())
        ]
        last = max(kept)
        if not any(each.run is run and (run.step.line, each.part) > last for each in self.packages.installs):
            return
        for index, (part, name) in enumerate(run.parts):
            if (run.step.line, index) < last:
                continue
            lists = name == "os-packages" and all(refreshes(command) for command in part.commands)
            if lists or name == "sources":
                self._leave_out(run, index)

    def _leave_out(self, run: Run, part: int) -> None:
        self.without.setdefault(run.step.line, set()).add(part)

    def _is_idle(self, removal: Removal) -> bool:
        """Does a removal find nothing to remove in the final stage?"""
        dropped = {
            listed.name
            for i in self.packages.installs
            for listed in i.words
            if self.packages.drops(i, listed)
        }
        dropped |= {install.virtual for install in self.packages.installs if install.virtual}
        if removal.part in removal.run.unread:
            return True
        if not removal.names:
            changed = removal.run.step.line in self.edits or removal.run.step.line in self.without
            return changed or marks(removal)
        return all(
            name not in self.packages.there and (name in dropped or not self.packages.real(name))
            for name in removal.names
        )


def marks(removal: Removal) -> bool:
    """Does it leave to apt what may go (`apt-mark`)?"""
    commands = removal.run.parts[removal.part][0].commands
    return any("apt-mark" in command.argv for command in commands)


def _spelt(listed: Listed) -> str:
    """A package as a word of the command."""
    return f"{listed.name}{listed.pin}" if listed.told else listed.word.text


def _gap(install: Install, word: str) -> str:
    """What stands between two packages in the author's text: a space, or a line's end and an indent."""
    source = install.run.step.instruction.source
    words = [word, *(listed.word.text for listed in install.words)]
    gap = r"(?<![ \t])([ \t]*\\\r?\n[ \t]+)"
    found = (re.search(rf"{gap}{re.escape(each)}(?=[\s\\]|$)", source) for each in words)
    return next((match[1] for match in found if match), " ")


def _previous_end(install: Install) -> int:
    """Where the word before the first package ends."""
    start = install.words[0].word.start
    words = [*install.command.assignments, *install.command.words]
    return max((word.end for word in words if word.end <= start), default=start)
