"""A rewrite as plain text: what was decided and why, what it is worth, and is it proven."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from uvdive.base.units import Units, delta, percent, size
from uvdive.output.as_text.comparison import owner_lines
from uvdive.output.as_text.plan_groups import (
    CHANGES,
    CHOICES,
    SAVINGS,
    WARNINGS,
    change_of,
    grouped,
    savings,
    subject,
)
from uvdive.output.look import PLAIN, Look
from uvdive.output.plain import count, one_line, table, visible
from uvdive.output.words.check import counted, outcome_words
from uvdive.output.words.ladder import HEADING, remarks, steps, taken, why_none
from uvdive.output.words.loaded import HEADING as HEADING_LOADED
from uvdive.output.words.loaded import loaded_lines
from uvdive.output.words.proof import proof_words
from uvdive.output.words.rebuild import rebuild_words
from uvdive.rewrite.plan import Decision, PlanWarning, Refusal, RewritePlan
from uvdive.verify.checks import Verification
from uvdive.verify.measured import Measured, prediction_error
from uvdive.verify.repairs import Repair


def plan_text(plan: RewritePlan, look: Look = PLAIN) -> str:
    """The outcome and its bytes; warnings, what could save more, choices, what changes; the diff."""
    units = look.units
    open_ = [decision for decision in plan.decisions if decision.alternatives]
    done = grouped(plan).changes
    parts = [
        look.part(_outcome(plan).split("\n"), "bad" if plan.refusal is not None else "head"),
        _predicted(plan, units),
        look.group(HEADING, _ladder(plan, units)),
        look.group(
            f"{WARNINGS} ({len(plan.warnings)})", [_warning(item, units) for item in plan.warnings], "warn"
        ),
        look.group(SAVINGS, _savings(plan, units)),
        look.group(CHOICES, [line for decision in open_ for line in _decision(decision, units)]),
        look.group(CHANGES, [line for decision in done for line in _decision(decision, units)]),
        look.part(_more(plan), "faint"),
        look.diff(plan.diff),
        *(look.diff(change.diff) for change in plan.files),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def next_text(
    plan: RewritePlan,
    given: Sequence[str],
    verification: Verification | None,
    look: Look = PLAIN,
    *,
    builder: bool = False,
) -> str:
    """What to type next, after a plan or a proof of it; empty where there is nothing to do.

    Args:
        plan: what was shown.
        given: the command's arguments that made it this plan, the Dockerfile first.
        verification: what was proven, if anything was.
        look: how texts are drawn.
        builder: were there arguments of the builder's, which have to be given again, too?
    """
    if plan.outcome not in ("rewritten", "improved"):
        return ""
    command = f"uvdive rewrite {visible(shlex.join(given))}"
    tail = " -- …" if builder else ""
    rows = []
    if verification is None:
        rows.append((f"{command} --verify{tail}", "builds it and checks it against the original"))
    if verification is None or verification.proven:
        rows.append(
            (f"{command} --write{tail}", "builds, checks, and replaces the file; the old text is kept")
        )
    if not rows:
        rows.append((f"{command} --report-problem FILE{tail}", "writes what is needed to report a problem"))
    return "\n".join([look.paint("Next", "head"), *(f"  {line}" for line in table(rows))]) + "\n"


def diff_text(plan: RewritePlan, *, exact: bool) -> str:
    """The difference alone, of all files; ``exact`` for a program, else safe for a terminal."""
    text = plan.diff + "".join(change.diff for change in plan.files)
    return text if exact else visible(text, keep="\n")


def proof_text(
    plan: RewritePlan, measured: Measured, verification: Verification | None, look: Look = PLAIN
) -> str:
    """Both images as measured, and the checks."""
    units = look.units
    before, after = measured.before.totals.file_bytes, measured.after.totals.file_bytes
    saved = before - after
    verdict = f"Measured: {size(before, units)} before, {size(after, units)} after: "
    verdict += f"saved {size(saved, units)} ({percent(saved, before)})" if saved > 0 else "nothing saved"
    error = prediction_error(plan.predicted, after)
    lines = [verdict] if error is None else [verdict, f"The prediction was off by {100 * error:+.2f} %"]
    parts = [
        look.part(lines, "head"),
        owner_lines(measured.owners, units),
        size_lines(measured, units),
        look.part(build_lines(measured, units)),
        _checked(verification, look),
        look.group(HEADING_LOADED, loaded_lines(measured.loaded, units)) if measured.loaded else [],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _checked(verification: Verification | None, look: Look) -> list[str]:
    """The checks' lines, the verdict in its colour."""
    first, *others = verification_lines(verification)
    proven = verification is not None and verification.proven
    return [*look.part([first], "good" if proven else "warn"), *look.part(others)]


def size_lines(measured: Measured, units: Units) -> list[str]:
    """The sizes of both images in every unit that is known, the engine's words beside ours."""
    rows = [("Sizes", "before", "after", "change")]
    for name, (was, now) in _all_sizes(measured).items():
        if was is not None and now is not None:
            rows.append((f"  {name}", size(was, units), size(now, units), delta(now - was, units)))
    return table(rows, frozenset({1, 2, 3}))


def _all_sizes(measured: Measured) -> dict[str, tuple[int | None, int | None]]:
    before, after = measured.before, measured.after
    client = "podman" if after.image.source == "podman" else "docker"
    return {
        "files": (before.totals.file_bytes, after.totals.file_bytes),
        "layers as tars": (before.totals.tar_bytes, after.totals.tar_bytes),
        "to pull (compressed)": (before.totals.compressed_bytes, after.totals.compressed_bytes),
        f"{client} inspect": (before.image.inspect_size, after.image.inspect_size),
        f"{client} images": (before.image.listed_size, after.image.listed_size),
    }


def build_lines(measured: Measured, units: Units = "si") -> list[str]:
    """How long both builds took, and what the cache had."""
    timings = measured.timings
    rows = []
    for name, build in (("before", measured.before_build), ("after", measured.after_build)):
        told = "not built now" if build is None else f"{build.seconds:.1f} s"
        steps = "" if build is None else f"{build.cached} of {count(len(build.own_steps), 'step')} cached"
        rows.append((f"  {name}", told, steps))
    lines = ["Builds", *table(rows, frozenset({1}))]
    if timings.cold is not None:
        lines.append("  with no step cached: {:.1f} s before, {:.1f} s after".format(*timings.cold))
    for what, told in rebuild_words(timings, units):
        lines.append(f"  after a change of {visible(what)}: {told}")
    if measured.proof:
        lines.append(f"  the proof took {proof_words(measured.proof)}")
    if measured.held is not None:
        lines.append(f"  without a lock, packages were taken as of {visible(measured.held)} in both (R56)")
    return lines


def repair_text(offered: Sequence[Repair], repaired: Sequence[Repair]) -> str:
    """The decisions that were changed after a first build, and those that may mend what failed now."""
    lines = [
        f"Fixed with --choose {visible(repair.choice)}={visible(repair.value)}: {visible(repair.reason)}"
        for repair in repaired
    ]
    if offered:
        lines.append("This may fix it (--repair does so, builds and verifies once more):")
    for repair in offered:
        lines.append(f"  --choose {visible(repair.choice)}={visible(repair.value)}")
        lines.append(f"    {visible(repair.reason)}")
    return "\n" + "\n".join(lines) + "\n" if lines else ""


_VERDICTS = {
    "failed": "it failed",
    "unproven": "not proven, as not everything could be looked at",
    "contents": "no check failed",
    "start": "no check failed",
}
_LEVELS = {
    "contents": "Proven by what both images hold; --start runs and compares them too.",
    "start": "Proven by what both images hold, and by running both.",
}


def verification_lines(verification: Verification | None) -> list[str]:
    """The verdict, one line for each check with its differences, and what could not be looked at."""
    if verification is None:
        return ["Not verified."]
    came_to = counted(verification.checks)
    lines = [f"Verification: {_VERDICTS[verification.level]} ({came_to})."]
    for check in verification.checks:
        lines.append(f"  {outcome_words(check):20}  {check.name:11}  {visible(check.detail)}".rstrip())
        lines += [f"{'':13}{visible(item)}" for item in check.differences]
        lines += [f"{'':13}not looked at: {visible(item)}" for item in check.unseen]
        if check.way_out:
            lines.append(f"{'':13}What to do: {visible(check.way_out)}")
    if verification.level in _LEVELS:
        lines.append(_LEVELS[verification.level])
    return lines


_QUOTED = 74
"""How much of a refused line is shown: it stays one line of a terminal of 80 columns."""


def _outcome(plan: RewritePlan) -> str:
    name = visible(plan.dockerfile)
    if plan.refusal is not None:
        return _refused(plan, plan.refusal)
    if plan.outcome == "unchanged":
        return _unchanged(plan, name)
    if plan.outcome == "improved":
        told = "with the image as evidence" if plan.evidence == "image" else "by its text alone: a draft"
        return f"{name} keeps its stages, and is improved {told}."
    if plan.evidence == "static":
        return f"A draft for {name}: without its image some things are guesses."
    return f"{name}, rewritten with the image as evidence."


def _refused(plan: RewritePlan, refusal: Refusal) -> str:
    """The line and its text, the cause and what to do, and whether the image would help: one screen."""
    name, lines = visible(plan.dockerfile), plan.original.splitlines()
    at = refusal.line
    about = f", for line {at}" if at is not None else ""
    quoted = [f"  {one_line(lines[at - 1].strip(), _QUOTED)}"] if at and at <= len(lines) else []
    told = [f"{name} was not rewritten{about}{':' if quoted else '.'}", *quoted]
    told.append(f"{visible(refusal.reason)} ({refusal.rule})")
    if refusal.by_image is False:
        told.append("To build the image first would not help.")
    return "\n".join(told)


def _unchanged(plan: RewritePlan, name: str) -> str:
    if plan.warnings:
        count = len(plan.warnings)
        return f"{name} stays as it is; {count} {'thing' if count == 1 else 'things'} to know about it:"
    if plan.evidence == "static":
        return f"{name}: nothing to change, as far as the text tells; its image would prove it."
    return f"{name} is fine as it is."


def _more(plan: RewritePlan) -> list[str]:
    """How to look up why: the refusal's own rule, else any rule or choice."""
    if plan.refusal is not None:
        return [f"uvdive --explain {plan.refusal.rule} says why, and what you can do."]
    rules = [decision.rule for decision in plan.decisions] + [warning.rule for warning in plan.warnings]
    if not rules:
        return []
    choices = [f" or a choice ({item.id})" for item in plan.decisions if item.alternatives][:1]
    return [f"uvdive --explain ID says more about a rule ({rules[0]}){''.join(choices)}."]


def _where(line: int | None) -> str:
    return "" if line is None else f"line {line}: "


def _decision(decision: Decision, units: Units) -> list[str]:
    lines = [f"{_where(decision.line)}{visible(decision.summary)} ({decision.rule})"]
    if decision.reason:
        lines.append(f"  {visible(decision.reason)}")
    for item in decision.alternatives:
        mark = "*" if item.value == decision.chosen else " "
        change = None if item.value == decision.chosen else change_of(decision, item)
        worth = "" if change is None else f" ({delta(change, units) if change else 'same'})"
        lines.append(f"  {mark} --choose {decision.id}={item.value}  {visible(item.summary)}{worth}")
    return lines


def _savings(plan: RewritePlan, units: Units) -> list[str]:
    """What would save more than is chosen, with its option; the most bytes first."""
    rows = [
        (
            delta(-saving.bytes, units),
            f"--choose {saving.decision.id}={saving.alternative.value}",
            f"{visible(subject(saving.decision))}: {visible(saving.alternative.summary)}",
        )
        for saving in savings(plan)
    ]
    return table(rows, frozenset({0})) if rows else []


def _warning(warning: PlanWarning, units: Units) -> str:
    worth = f"{size(warning.bytes, units)}: " if warning.bytes else ""
    return f"{_where(warning.line)}{worth}{visible(warning.text)} ({warning.rule})"


def _ladder(plan: RewritePlan, units: Units) -> list[str]:
    """The steps that make the image smaller, and how to take them."""
    if why := why_none(plan):
        return [why]
    found = steps(plan, units)
    if len(found) < 3 and not remarks(plan):
        return []
    hint = ["--lean takes the leanest that is proven."] if len(found) > 2 else []
    return [visible(line) for line in (" -> ".join(found), *remarks(plan), *taken(plan), *hint)]


def _predicted(plan: RewritePlan, units: Units) -> list[str]:
    predicted = plan.predicted
    if predicted is None:
        return []
    change = delta(predicted.after_bytes - predicted.before_bytes, units)
    head = (
        f"Predicted: {size(predicted.before_bytes, units)} -> {size(predicted.after_bytes, units)} ({change})"
    )
    return [head, *owner_lines(predicted.owners, units)]
