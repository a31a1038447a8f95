"""What the alternatives of a plan come to: drafts, each made once, and the plan that tells of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from uvdive.rewrite.choices import check_choices
from uvdive.rewrite.draft import Draft
from uvdive.rewrite.ladder import BASE
from uvdive.rewrite.notes import Notes, Refused
from uvdive.rewrite.plan import Decision, PlanWarning, RewritePlan, unified_diff


class Drafts:
    """Makes the draft of some choices, each once; raises Refused where they have none."""

    def __init__(self, make: Callable[[Mapping[str, str]], Draft]) -> None:
        self._make = make
        self._made: dict[frozenset[tuple[str, str]], Draft | Refused] = {}

    def forget(self) -> None:
        """Make all drafts anew, as more is known now."""
        self._made.clear()

    def __call__(self, choices: Mapping[str, str]) -> Draft:
        """The draft, which many plans share: nobody may change it.

        Raises:
            Refused: under these choices there is no safe rewrite.
            UsageError: a choice names a package or path that the original does not have.
        """
        asked = frozenset(choices.items())
        if asked not in self._made:
            try:
                self._made[asked] = self._make(choices)
            except Refused as refused:
                self._made[asked] = refused
        made = self._made[asked]
        if isinstance(made, Refused):
            raise made
        return made


def best(drafts: Drafts, choices: Mapping[str, str]) -> Draft:
    """The draft by the user's choices; where R4 leaves a choice, the smaller of the two."""
    draft = drafts(choices)
    decision = draft.notes.decisions.get("python")
    if decision is None or len(decision.alternatives) < 2 or "python" in choices:
        return draft
    for other in decision.alternatives:
        if other.value == decision.chosen:
            continue
        rival = drafts({**choices, "python": other.value})
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


def with_offers(
    base: RewritePlan,
    draft: Draft,
    choices: Mapping[str, str],
    drafts: Drafts,
    warnings: Sequence[PlanWarning] = (),
    lacking: Callable[[Notes], None] | None = None,
    *,
    offers: bool = True,
) -> RewritePlan:
    """Fill in what each alternative would come to, and where in the text each decision is.

    ``warnings`` come in front of the draft's own, what ``lacking`` warns of behind them.
    """
    notes, writer = draft.notes.under(choices), draft.writer
    notes.warnings[:0] = warnings
    if lacking is not None:
        lacking(notes)
    otherwise = partial(_decisions, drafts)
    complete = draft.outcome != "unchanged"
    for name in check_choices(choices, notes.decisions, complete=complete, otherwise=otherwise):
        notes.warn("R46", None, f"The choice {name}={choices[name]} has no effect beside the others.")
    chosen = {d.id: d.chosen for d in notes.decisions.values() if d.alternatives}
    decisions = []
    for decision in notes.decisions.values():
        alternatives = []
        for alternative in decision.alternatives if offers else ():
            same = alternative.value == decision.chosen
            other = draft if same else _possible(drafts, {**chosen, decision.id: alternative.value})
            if other is not None:
                size = other.prediction.after_bytes if other.prediction else None
                alternatives.append(replace(alternative, predicted_bytes=size))
        unasked = decision.id == BASE and BASE not in choices
        if unasked and decision.chosen == "slim" and len(alternatives) < 2:
            continue  # no other base will do: the ladder says why
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
