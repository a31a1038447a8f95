"""The plan: evidence, decisions, text, prediction, in this order, with refusals on the way."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any

from uvdive.compose.recipe import Recipe
from uvdive.dockerfile.shell.reading import command_text
from uvdive.dockerfile.text.syntax import parse
from uvdive.image.store import LayerStore
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.advice import Lacking, warn_lacking
from uvdive.rewrite.choices import TRIM, check_choices
from uvdive.rewrite.draft import Draft, decide, finished, mounted
from uvdive.rewrite.elsewhere import Outside, look_outside
from uvdive.rewrite.environment import check_native
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence, gather
from uvdive.rewrite.evidence.stops import Stops
from uvdive.rewrite.evidence.system.os_needs import SystemFacts
from uvdive.rewrite.evidence.system.uses import Asked
from uvdive.rewrite.evidence.written import Written
from uvdive.rewrite.improve import warn_by_text
from uvdive.rewrite.ladder import climb
from uvdive.rewrite.notes import Notes, Refused
from uvdive.rewrite.offers import Drafts, best, with_offers
from uvdive.rewrite.plan import EvidenceKind, RewritePlan, unified_diff
from uvdive.rewrite.single import may_stay_single, with_targets
from uvdive.rewrite.stages import BaseLookup, Beyond, Divided, check_multistage, is_lean, leanest_base, up_to
from uvdive.rewrite.study import study
from uvdive.uv.mentions import mentions_uv


def plan(  # noqa: PLR0913 - the evidence, piece by piece, by name
    text: str,
    report: ImageReport | None,
    lookup: BaseLookup,
    *,
    choices: Mapping[str, str] | None = None,
    dockerfile: str = "Dockerfile",
    context: Path | None = None,
    store: LayerStore | None = None,
    system: SystemFacts | None = None,
    lacking: Callable[[], Lacking] = tuple,
    target: str = "",
    values: Mapping[str, str] | None = None,
    recipe: Recipe | None = None,
    stops: Stops | None = None,
    unmeasured: bool = False,
    asked: Asked | None = None,
    written: Written | None = None,
    reader: Beyond | None = None,
) -> RewritePlan:
    """Plan the rewrite of one Dockerfile once: ``Planner`` with ``plan``, which say the rest."""
    planner = Planner(
        text, report, lookup, dockerfile=dockerfile, context=context, store=store, system=system,
        lacking=lacking, target=target, values=values, recipe=recipe, stops=stops, unmeasured=unmeasured,
        asked=asked, written=written, reader=reader,
    )  # fmt: skip
    return planner.plan(choices or {})


@dataclass(slots=True)
class _Basis:
    """What no choice changes.

    ``drafts`` is None where ``refused`` says why there are none; where the file is ``finished`` its
    stages stay as they are, and ``lacking`` warns of the libraries that its image lacks. ``notes``
    hold the warnings of all plans but those that divide a stage.
    """

    kind: EvidenceKind
    evidence: Evidence | None = None
    files: Files | None = None
    outside: Callable[[], Outside] | None = None
    notes: Notes = field(default_factory=Notes)
    finished: bool = False
    drafts: Drafts | None = None
    lacking: Callable[[Notes], None] | None = None
    refused: Refused | None = None


class Planner:
    """Plans the rewrite of one Dockerfile, under any choices one after the other.

    What no choice changes is found out once, at the first plan, and each draft is made once.
    So the files of the context, and the bases that ``lookup`` finds, must stay as they are.
    """

    def __init__(  # noqa: PLR0913 - the evidence, piece by piece, by name
        self,
        text: str,
        report: ImageReport | None,
        lookup: BaseLookup,
        *,
        dockerfile: str = "Dockerfile",
        context: Path | None = None,
        store: LayerStore | None = None,
        system: SystemFacts | None = None,
        lacking: Callable[[], Lacking] = tuple,
        target: str = "",
        values: Mapping[str, str] | None = None,
        recipe: Recipe | None = None,
        stops: Stops | None = None,
        unmeasured: bool = False,
        asked: Asked | None = None,
        written: Written | None = None,
        reader: Beyond | None = None,
        offers: bool = True,
    ) -> None:
        """Take the evidence; nothing is looked at yet.

        Args:
            text: the Dockerfile.
            report: the image that was built from it; None plans by the text alone.
            lookup: finds the report of the runner's base.
            dockerfile: its path, for people.
            context: the folder that the build reads, for start scripts.
            store: the contents of the image's files; None where nobody has them.
            system: what the app needs of the operating system, read from those contents.
            lacking: finds the libraries that the image of a finished file lacks.
            target: the stage that is built, where it is not the last one.
            values: what the build gives its ARGs.
            recipe: the compose service or Bake target that the build is.
            stops: how long a stop took in both images, where the new one's was slower.
            unmeasured: the new image will be checked without a start, so that nothing tells how it stops.
            asked: reads what the app's code names, where anybody asks; None: nobody can look.
            written: what a start of the original wrote; None where none was observed.
            reader: reads what the image and bases hold, for a base without a shell; None where nobody can.
            offers: predict what each alternative would come to; else none is told.
        """
        self._parts = up_to(text, target) if target else None
        self._text = text if self._parts is None else self._parts.head
        self._report, self._lookup, self._lacking = report, lookup, lacking
        self._context, self._values, self._reader, self._offers = context, values, reader, offers
        self._seen: dict[str, Any] = {
            "store": store, "system": system, "name": dockerfile, "recipe": recipe, "stops": stops,
            "taken": frozenset() if self._parts is None else self._parts.names, "unmeasured": unmeasured,
            "asked": asked, "written": written,
        }  # fmt: skip
        self._mounted: dict[tuple[object, ...], Drafts] = {}

    def plan(self, choices: Mapping[str, str], ladder: Mapping[str, str] | None = None) -> RewritePlan:
        """The plan under some choices, the user's values by decision id.

        ``ladder`` are those that each rung of its ladder keeps; None: nobody asks for one.

        Raises:
            DockerfileError: the text is no Dockerfile, or an instruction is too long for any.
            UsageError: a choice names a decision or value that is not offered.
        """
        if TRIM in choices or ladder is not None:
            self._ask()
        found = self._plan(dict(choices))
        drafts = self._basis.drafts
        if ladder is not None and found.outcome == "rewritten" and drafts is not None:
            lean = leanest_base(self._report.os if self._report is not None else None)
            found = replace(found, ladder=climb(drafts, ladder, found.text, lean))
        return found if self._parts is None else _of_target(self._parts, found)

    def _ask(self) -> None:
        """See that it is known what the app's code names."""
        asked: Asked | None = self._seen["asked"]
        if asked is not None and asked.ask() and self._basis.drafts is not None:
            self._basis.drafts.forget()

    @property
    def without_uv(self) -> bool:
        """Does uv play no part in the text, so that every plan is that refusal (R59)? Raises as ``plan``."""
        try:
            _check_uv(self._evidence)
        except Refused as refused:
            return refused.rule == "R59"
        return False

    def _plan(self, choices: dict[str, str]) -> RewritePlan:
        basis, name = self._basis, self._seen["name"]
        base = RewritePlan("unchanged", basis.kind, name, self._text, self._text, "")
        try:
            if basis.refused is not None:
                raise basis.refused
            assert basis.drafts is not None
            draft = (basis.drafts if basis.finished else partial(best, basis.drafts))(choices)
        except Refused as refused:
            told, whole = refused, None
            if basis.evidence is not None:
                told, whole = self._whole(basis, basis.evidence, refused, choices)
            if whole is not None:
                return with_offers(
                    base, whole[0], choices, whole[1], basis.notes.warnings, offers=self._offers
                )
            check_choices(choices, basis.notes.decisions, complete=False)
            refusal = told.told(by_text=self._report is None)
            return replace(base, outcome="refused", refusal=refusal, warnings=tuple(basis.notes.warnings))
        warnings = basis.notes.warnings if basis.finished else ()
        return with_offers(base, draft, choices, basis.drafts, warnings, basis.lacking, offers=self._offers)

    @cached_property
    def _evidence(self) -> Evidence:
        found = gather(parse(self._text), self._report, self._context, self._values)
        return replace(found, **self._seen)

    @cached_property
    def _basis(self) -> _Basis:
        """What no choice changes."""
        report, lookup = self._report, self._lookup
        kind: EvidenceKind = "image" if report is not None else "static"
        basis = _Basis(kind)
        try:
            basis.evidence = evidence = self._evidence
            basis.files = files = Files(report, evidence.base_layers) if report is not None else None
            basis.outside = outside = cache(partial(look_outside, evidence, files))
            _check_uv(evidence)
            check_native(evidence)
            if report is None:
                warn_by_text(evidence, basis.notes)
            several = len(evidence.stages) > 1
            basis.finished = not check_multistage(evidence, basis.notes) if several else is_lean(evidence)
            if not basis.finished:
                basis.drafts = Drafts(partial(decide, study(evidence, files, lookup, outside, self._reader)))
                return basis
            basis.drafts = Drafts(partial(finished, evidence, files, outside))
            if several:
                line = evidence.stages[-1].source.line
                basis.lacking = lambda notes: warn_lacking(self._lacking(), line, notes)
        except Refused as refused:
            basis.refused = refused
        return basis

    def _whole(
        self, basis: _Basis, evidence: Evidence, refused: Refused, choices: Mapping[str, str]
    ) -> tuple[Refused, tuple[Draft, Drafts] | None]:
        """The draft that keeps the stage whole (R61), and what makes others; else why there is none.

        Where the stage could stay one but for a reason of its own, that one is told.
        """
        if not may_stay_single(evidence, refused):
            return with_targets(evidence, refused), None
        assert basis.outside is not None
        why = refused.rule, str(refused.reason), refused.line, refused.by_image
        if why not in self._mounted:
            self._mounted[why] = Drafts(partial(mounted, evidence, basis.files, basis.outside(), refused))
        drafts = self._mounted[why]
        try:
            return refused, (drafts(choices), drafts)
        except Refused as other:
            several = len(evidence.stages) > 1 and other.rule in ("R15", "R61")
            if not several and other.rule != refused.rule:
                other.by_image = other.by_image or refused.by_image
                return other, None
            return refused, None


def _of_target(parts: Divided, found: RewritePlan) -> RewritePlan:
    """The plan of a stage that is not the last one: what stands behind it stays as it is (R44)."""
    original, text = parts.head + parts.tail, f"{found.text.rstrip(chr(10))}\n{parts.tail}"
    whole = replace(found, original=original, text=text, part=parts.head)
    if found.outcome not in ("rewritten", "improved"):
        return replace(whole, text=original)
    if (line := parts.stands_on(found.text)) is not None:
        reason = (
            f"The target {parts.target} is not the last stage, and line {line} takes from a stage that the "
            f"rewrite divides. Move {parts.target} to the end of the file."
        )
        return replace(
            whole, outcome="refused", text=original, diff="", files=(), predicted=None, allowed=None,
            refusal=Refused("R44", reason, line).told(by_text=whole.evidence == "static"),
        )  # fmt: skip
    return replace(whole, diff=unified_diff(original, text, found.dockerfile))


def _check_uv(evidence: Evidence) -> None:
    for stage in evidence.stages:
        if "uv" in re.split(r"[/:@]", stage.base) or any(
            mentions_uv(f"{i.value} {command_text(i)}") for i in stage.instructions
        ):
            return
    raise Refused(
        "R59",
        "uv plays no part in this Dockerfile, so there is nothing to take out of it. Name one that uses it.",
    )
