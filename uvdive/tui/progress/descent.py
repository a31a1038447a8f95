"""How far down the ladder a rewrite went: the step that is tried, and why those below it are not proven."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from uvdive.base.errors import BuildError, UvdiveError
from uvdive.rewrite.plan import RewritePlan, Rung


class Descent:
    """The way down a ladder.

    ``kept`` are the choices that somebody made by itself, which each step keeps. ``known`` says that the
    steps were looked for, so that the next plan has them at once.
    """

    def __init__(self, kept: Mapping[str, str]) -> None:
        self.kept: dict[str, str] = dict(kept)
        self.known = False
        self._left: list[Rung] = []
        self._at: Rung | None = None
        self._failed: dict[str, str] = {}

    def keep(self, decision: str, value: str) -> None:
        """Keep what somebody chose; an end of the way down, too."""
        self.kept[decision] = value
        self._left, self._at = [], None

    def begin(self, ladder: Sequence[Rung]) -> bool:
        """Begin at the leanest step that can be had; False where there is none."""
        self._left, self._failed = [rung for rung in reversed(ladder) if not rung.why], {}
        return bool(self._left)

    def next(self) -> dict[str, str]:
        """The choices of the next step."""
        self._at = self._left.pop(0)
        return dict(self._at.choices)

    def fell(self, proof: Any) -> bool:
        """Note what a proof came to. Is it none, while a plainer step is left?"""
        from uvdive.session.proof.lean import reason

        if self._at is None:
            return False
        if proof.verification is None or proof.verification.proven:
            self._left, self._at = [], None
            return False
        return self._note(reason(proof))

    def broke(self, error: UvdiveError) -> bool:
        """Note a build that failed. Is a plainer step left?"""
        if self._at is None or not isinstance(error, BuildError) or not error.step:
            self._left, self._at = [], None
            return False
        return self._note(f"{error.step} failed")

    def _note(self, why: str) -> bool:
        assert self._at is not None
        self._failed[self._at.id] = why
        self._at = None
        return bool(self._left)

    def told(self, plan: RewritePlan) -> RewritePlan:
        """The plan whose ladder says which steps were built and not proven."""
        if not self._failed:
            return plan
        rungs = (replace(rung, failed=self._failed.get(rung.id, "")) for rung in plan.ladder)
        return replace(plan, ladder=tuple(rungs))
