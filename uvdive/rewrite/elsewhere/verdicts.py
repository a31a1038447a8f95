"""What becomes of a slot, and how the runner is taken off its commands (R24)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from uvdive.rewrite.elsewhere.slots import Slot
from uvdive.rewrite.elsewhere.yaml_places import Edit, edits_between
from uvdive.rewrite.notes import Refused
from uvdive.rewrite.start.surroundings import Spot, Surroundings
from uvdive.rewrite.start.uv_run import WITH_UV, Stripped, strip
from uvdive.uv.mentions import is_uv

Needs = Literal["", "uv", "network"]


@dataclass(slots=True)
class Verdict:
    """What becomes of one slot.

    Attributes:
        slot: the place.
        calls: how often it calls uv in a container of this image.
        line: of the first call, in its file.
        edits: what takes `uv run` out of it.
        needs: what it needs where its text stays and no stand-in is there: nothing more than to be
            changed, uv itself, or uv with a network.
        why: why it cannot be changed, as the end of “FILE …”; empty where it can.
        simple: whether a stand-in that starts the program would do.
        programs: how it names uv.
        starts: the words of what starts afterwards.
        sync: options that the build's sync gets.
        sure: whether it is this image that they run in.
    """

    slot: Slot
    calls: int = 0
    line: int = 0
    edits: list[Edit] = field(default_factory=list)
    needs: Needs = ""
    why: str = ""
    simple: bool = True
    programs: set[str] = field(default_factory=set)
    starts: list[tuple[str, ...]] = field(default_factory=list)
    sync: set[tuple[str, ...]] = field(default_factory=set)
    sure: bool = True

    @property
    def where(self) -> str:
        """File, line and whose it is, for people."""
        return replace(self.slot, line=self.line or self.slot.line).where


def stay(verdict: Verdict, why: str, needs: Needs = "uv", *, simple: bool = True) -> None:
    """Note that a slot's text stays, why, and what it needs then."""
    verdict.calls = max(verdict.calls, 1)
    verdict.why = verdict.why or why
    verdict.needs = "network" if "network" in (needs, verdict.needs) else "uv"
    verdict.simple = verdict.simple and simple
    verdict.programs = verdict.programs or {"uv"}


class Asker:
    """Takes the runner off the commands of a slot, and remembers what that came to."""

    def __init__(self, verdict: Verdict, around: Surroundings) -> None:
        self.verdict, self.around = verdict, around
        self.in_shell = False

    def __call__(self, words: tuple[str, ...], spot: Spot | None = None) -> Stripped | None:
        """A command without its runner; None where it has none, or has to stay."""
        verdict = self.verdict
        if not words or not is_uv(words[0]):
            return None
        verdict.calls += 1
        verdict.programs.add(words[0])
        try:
            stripped = strip(words, self.around.within(spot), 0)
        except Refused as refused:
            why = str(refused).partition(". ")[0].rstrip(".")
            lacking = self._lacks(words)
            needs: Needs = "uv" if refused.rule in WITH_UV and not lacking else "network"
            stay(verdict, f"needs uv: {why}", needs, simple=False)
            return None
        if stripped is None or stripped.runner != "uv run":
            stay(verdict, "calls uv in a way that is not understood", simple=False)
            return None
        if stripped.sync and not self.around.env.at_start:
            option = " ".join(min(stripped.sync))
            if verdict.slot.duty == "asked":
                stay(verdict, f"installs what {option} names when it is called", "network", simple=False)
                return None
            verdict.sync |= set(stripped.sync)
        if stripped.folder is not None and not self.in_shell:
            stay(verdict, "starts its program in another folder", simple=False)
            return None
        rest = words[1 : stripped.rest]
        valued = rest[:1] != ("run",) or any(not word.startswith("-") for word in rest[1:])
        verdict.simple = verdict.simple and stripped.folder is None and not valued
        verdict.starts.append((*stripped.lead, *words[stripped.rest :]))
        return stripped

    def _lacks(self, words: tuple[str, ...]) -> bool:
        """Is the program one that the image does not have, so that uv would have to install it?"""
        target = next((word for word in words[2:] if not word.startswith("-")), "")
        plain = re.fullmatch(r"[\w.+-]+", target) is not None and not target.endswith(".py")
        return plain and self.around.has_program(target) is False


def change(verdict: Verdict, old: str, new: str, places: Sequence[int] | None) -> None:
    """Note the edits that make one text another, or that they have no place."""
    edits = None if places is None else edits_between(old, new, places)
    if edits is None or any(re.search(r"[\"'\\#\n]|: ", each[2]) for each in edits):
        stay(verdict, "cannot be changed in place")
        return
    verdict.edits += edits
