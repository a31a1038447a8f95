"""``uvdive.Proof``: a rewrite that was built, and held against the original (docs/proof.md)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from uvdive.api.comparisons import Comparison
from uvdive.api.kept import kept
from uvdive.api.plans import Plan, Written, written
from uvdive.api.reports import Report
from uvdive.base.errors import VerificationError
from uvdive.output.plain import well_formed
from uvdive.session.opening.images import Loaded
from uvdive.session.rewriting import Rewriting

if TYPE_CHECKING:
    from uvdive.session.proof.proving import Proof as InnerProof
    from uvdive.verify.checks import Verification
    from uvdive.verify.measured import Measured


@dataclass(frozen=True, slots=True)
class ProofCheck:
    """One check: ``config``, ``files``, ``interpreter``, ``libraries``, ``imports`` or ``start``.

    ``status`` is ``passed``, ``failed``, ``skipped``, ``repaired`` (the rewrite works where the original
    does not) or ``announced`` (it differs as the plan said). ``differences`` are one line each,
    ``unseen`` is what it could not look at.
    """

    name: str
    status: Literal["passed", "failed", "skipped", "repaired", "announced"]
    detail: str
    differences: tuple[str, ...]
    unseen: tuple[str, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Proof:
    """What a proof came to. ``prove`` makes it, nobody else does.

    ``plan`` is the plan that was proven, which may be another than the one that was asked for: a build
    tells what nobody knew before, ``lean`` takes steps and ``repair`` other choices.
    """

    plan: Plan
    _proof: InnerProof
    _before: Loaded

    def __repr__(self) -> str:
        return f"<uvdive.Proof of {os.fspath(self.plan.dockerfile)!r}: {self.level}>"

    @property
    def _verification(self) -> Verification:
        found = self._proof.verification
        assert found is not None, "every proof has a verdict"
        return self.plan._work.redactor.value(found)  # noqa: SLF001 - a value of this room

    @property
    def proven(self) -> bool:
        """Was all that matters looked at, and nothing found?"""
        return self._verification.proven

    @property
    def level(self) -> Literal["failed", "unproven", "contents", "start"]:
        """How far: a check failed; none did, but not all could look; the contents; a start of both."""
        return self._verification.level

    @kept
    def checks(self) -> tuple[ProofCheck, ...]:
        """The checks, in the order in which they ran."""
        return tuple(
            ProofCheck(
                each.name, each.status, well_formed(each.detail), tuple(map(well_formed, each.differences)),
                tuple(map(well_formed, each.unseen)),
            )
            for each in self._verification.checks
        )  # fmt: skip

    @property
    def failures(self) -> tuple[ProofCheck, ...]:
        """The checks that failed."""
        return tuple(each for each in self.checks if each.status == "failed")

    @kept
    def before(self) -> Report:
        """The original that the rewrite was held against."""
        anew = self._proof.before
        return Report(self._before if anew is None else Loaded(anew, None))

    @kept
    def after(self) -> Report:
        """The new image."""
        return Report(Loaded(self._proof.after, None))

    @kept
    def comparison(self) -> Comparison:
        """Both side by side."""
        return Comparison(self._proof.comparison)

    @property
    def image(self) -> str:
        """The new image's name in the engine; ``uvdive clean`` removes what uvdive built."""
        return self._proof.build.tag or self._proof.build.image_id

    @property
    def build_seconds(self) -> float:
        """What the new image's build took."""
        return self._proof.build.seconds

    def write(self, output: str | os.PathLike[str] | None = None, *, force: bool = False) -> Written:
        """Write the new text if it is proven; ``force`` writes it all the same.

        Raises:
            VerificationError: it is not proven.
            UsageError: as ``Plan.write`` says.
        """
        if not self.proven and not force:
            raise VerificationError(
                "The rewrite is not proven; nothing was written.", "Its checks say what differs."
            )
        return written(self.plan, None if output is None else Path(output))

    @property
    def _measured(self) -> Measured:
        from uvdive.verify.measured import Measured

        proof = self._proof
        before = proof.before or self._before.report
        return Measured(
            before, proof.after, proof.original, proof.build, held=proof.held, proof=proof.seconds,
            loaded=self.plan._work.redactor.value(proof.loaded),  # noqa: SLF001 - a value of this room
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """All of it as ``uvdive rewrite --verify --json`` prints it: ``uvdive.rewrite/1``."""
        from uvdive.output.as_json.rewrite import rewrite_data

        work = self.plan._work  # noqa: SLF001 - a value of this room
        assert isinstance(work, Rewriting)  # nothing else is proven
        return rewrite_data(
            self.plan._shown, self._measured, self._verification,  # noqa: SLF001 - as above
            offered=work.redactor.value(self._proof.repairs), repaired=work.redactor.value(work.repaired),
        )  # fmt: skip

    def __str__(self) -> str:
        from uvdive.output.as_text.rewrite import proof_text

        return proof_text(self.plan._shown, self._measured, self._verification).rstrip("\n")  # noqa: SLF001 - as above
