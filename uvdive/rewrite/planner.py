"""The plan: evidence, decisions, text, prediction, in this order, with refusals on the way."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

from uvdive.compose.recipe import Recipe
from uvdive.dockerfile.shell import command_text
from uvdive.dockerfile.syntax import parse
from uvdive.image.store import LayerStore
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.advice import Lacking, warn_lacking
from uvdive.rewrite.choices import check_choices
from uvdive.rewrite.draft import Draft, decide, finished, mounted
from uvdive.rewrite.elsewhere import Outside, look_outside
from uvdive.rewrite.environment import check_native
from uvdive.rewrite.evidence.image_files import Files
from uvdive.rewrite.evidence.os_needs import SystemFacts
from uvdive.rewrite.evidence.steps import Evidence, gather
from uvdive.rewrite.evidence.stops import Stops
from uvdive.rewrite.improve import warn_by_text
from uvdive.rewrite.notes import Notes, Refused
from uvdive.rewrite.plan import Decision, RewritePlan, unified_diff
from uvdive.rewrite.single import may_stay_single, with_targets
from uvdive.rewrite.stages import BaseLookup, Divided, check_multistage, is_lean, up_to
from uvdive.rewrite.study import Study, study
from uvdive.uv.mentions import mentions_uv

Drafts = Callable[[Mapping[str, str]], Draft]
"""Makes the draft of some choices; raises Refused where they have none."""


def plan(  # noqa: PLR0913 - the evidence, piece by piece, by name
    text: str,
    report: ImageReport | None,
    lookup: BaseLookup,
    *,
    dockerfile: str = "Dockerfile",
    context: Path | None = None,
    store: LayerStore | None = None,
    system: SystemFacts | None = None,
    lacking: Callable[[], Lacking] = tuple,
    choices: Mapping[str, str] | None = None,
    target: str = "",
    values: Mapping[str, str] | None = None,
    recipe: Recipe | None = None,
    taken: frozenset[str] = frozenset(),
    stops: Stops | None = None,
    unmeasured: bool = False,
) -> RewritePlan:
    """Plan the rewrite of one Dockerfile.

    Args:
        text: the Dockerfile.
        report: the image that was built from it; None plans by the text alone.
        lookup: finds the report of the runner's base.
        dockerfile: its path, for people.
        context: the folder that the build reads, for start scripts.
        store: the contents of the image's files; None where nobody has them.
        system: what the app needs of the operating system, read from those contents.
        lacking: finds the libraries that the image of a finished file lacks.
        choices: the user's, by decision id.
        target: the stage that is built, where it is not the last one.
        values: what the build gives its ARGs.
        recipe: the compose service or Bake target that the build is.
        taken: names that no new stage may have.
        stops: how long a stop took in both images, where the new one's was slower.
        unmeasured: the new image will be checked without a start, so that nothing tells how it stops.

    Raises:
        DockerfileError: the text is no Dockerfile, or an instruction is too long for any.
        UsageError: a choice names a decision or value that is not offered.
    """
    if target and (parts := up_to(text, target)) is not None:
        return _of_target(
            parts,
            partial(
                plan, parts.head, report, lookup, dockerfile=dockerfile, context=context, store=store,
                system=system, lacking=lacking, choices=choices, values=values, recipe=recipe,
                taken=parts.names, stops=stops, unmeasured=unmeasured,
            ),
        )  # fmt: skip
    choices = dict(choices or {})
    evidence_kind = "image" if report is not None else "static"
    base = RewritePlan("unchanged", evidence_kind, dockerfile, text, text, "")  # type: ignore[arg-type]
    notes = Notes(choices)
    syntax = parse(text)
    evidence: Evidence | None = None
    try:
        evidence = replace(
            gather(syntax, report, context, values), store=store, system=system, name=dockerfile,
            recipe=recipe, taken=taken, stops=stops, unmeasured=unmeasured,
        )  # fmt: skip
        files = Files(report, evidence.base_layers) if report is not None else None
        outside = cache(partial(look_outside, evidence, files))
        _check_uv(evidence)
        check_native(evidence)
        if report is None:
            warn_by_text(evidence, notes)
        several = len(evidence.stages) > 1
        if (several and not check_multistage(evidence, notes)) or (not several and is_lean(evidence)):
            drafts = partial(finished, evidence, files, outside)
            found = drafts(choices)
            found.notes.warnings[:0] = notes.warnings
            warn_lacking(lacking() if several else (), evidence.stages[-1].source.line, found.notes)
            return _finish(base, found, choices, drafts)
        studied = study(evidence, files, lookup, outside)
        draft = _best(studied, choices)
    except Refused as refused:
        whole = None
        if evidence is not None:
            refused, whole = _whole(evidence, files, outside, refused, choices)
        if whole is not None:
            whole[0].notes.warnings[:0] = notes.warnings
            return _finish(base, whole[0], choices, whole[1])
        check_choices(choices, notes.decisions, complete=False)
        refusal = refused.told(by_text=report is None)
        return replace(base, outcome="refused", refusal=refusal, warnings=tuple(notes.warnings))
    return _finish(base, draft, choices, partial(decide, studied))


def _of_target(parts: Divided, planned: Callable[[], RewritePlan]) -> RewritePlan:
    """The plan of a stage that is not the last one: what stands behind it stays as it is (R44)."""
    found = planned()
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


def _whole(
    evidence: Evidence,
    files: Files | None,
    outside: Callable[[], Outside],
    refused: Refused,
    choices: Mapping[str, str],
) -> tuple[Refused, tuple[Draft, Drafts] | None]:
    """The draft that keeps the stage whole (R61), and what makes others; else why there is none.

    Where the stage could stay one but for a reason of its own, that one is told.
    """
    if not may_stay_single(evidence, refused):
        return with_targets(evidence, refused), None
    drafts = partial(mounted, evidence, files, outside(), refused)
    try:
        return refused, (drafts(choices), drafts)
    except Refused as other:
        several = len(evidence.stages) > 1 and other.rule in ("R15", "R61")
        if not several and other.rule != refused.rule:
            other.by_image = other.by_image or refused.by_image
            return other, None
        return refused, None


def _best(study: Study, choices: Mapping[str, str]) -> Draft:
    """The draft by the user's choices; where R4 leaves a choice, the smaller of the two."""
    draft = decide(study, choices)
    decision = draft.notes.decisions.get("python")
    if decision is None or len(decision.alternatives) < 2 or "python" in choices:
        return draft
    for other in decision.alternatives:
        if other.value == decision.chosen:
            continue
        rival = decide(study, {**choices, "python": other.value})
        if (
            draft.prediction
            and rival.prediction
            and rival.prediction.after_bytes < draft.prediction.after_bytes
        ):
            draft = rival
    return draft


def _possible(drafts: Drafts, choices: Mapping[str, str]) -> Draft | None:
    """The draft with another choice; None where that is refused, so that it is not offered."""
    try:
        return drafts(choices)
    except Refused:
        return None


def _decisions(drafts: Drafts) -> Mapping[str, Decision]:
    """What a plan without any choice decides; nothing where there is none."""
    draft = _possible(drafts, {})
    return draft.notes.decisions if draft is not None else {}


def _finish(base: RewritePlan, draft: Draft, choices: Mapping[str, str], drafts: Drafts) -> RewritePlan:
    """Fill in what each alternative would come to, and where in the text each decision is."""
    notes, writer = draft.notes, draft.writer
    otherwise = partial(_decisions, drafts)
    complete = draft.outcome != "unchanged"
    for name in check_choices(choices, notes.decisions, complete=complete, otherwise=otherwise):
        notes.warn("R46", None, f"The choice {name}={choices[name]} has no effect beside the others.")
    chosen = {d.id: d.chosen for d in notes.decisions.values() if d.alternatives}
    decisions = []
    for decision in notes.decisions.values():
        alternatives = []
        for alternative in decision.alternatives:
            same = alternative.value == decision.chosen
            other = draft if same else _possible(drafts, {**chosen, decision.id: alternative.value})
            if other is not None:
                size = other.prediction.after_bytes if other.prediction else None
                alternatives.append(replace(alternative, predicted_bytes=size))
        lines = tuple(sorted(set(writer.lines.get(decision.id, ()))))
        decisions.append(replace(decision, alternatives=tuple(alternatives), new_lines=lines))
    unchanged = draft.outcome == "unchanged"
    return replace(
        base,
        outcome=draft.outcome,
        text=base.original if unchanged else writer.text,
        diff="" if unchanged else unified_diff(base.original, writer.text, base.dockerfile),
        files=draft.changes,
        decisions=tuple(decisions),
        warnings=tuple(notes.warnings),
        predicted=draft.prediction,
        missing_base=draft.missing_base,
        unseen=draft.unseen,
        allowed=None if unchanged else notes.allowed.frozen(),
    )
