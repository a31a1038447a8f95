"""``uvdive rewrite registry://…``: the plan for an image of which one has the name alone."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from uvdive.base.errors import ExitCode, RefusedError, UsageError
from uvdive.cli.rewriting.source import choices_of
from uvdive.cli.telling.console import Console

if TYPE_CHECKING:
    from uvdive.cli.telling.builds import BuildNarrator
    from uvdive.rewrite.plan import RewritePlan

_NEEDS_CONTEXT = (
    ("context", "--context"), ("image", "--image"), ("static", "--static"), ("write", "--write"),
    ("verify", "--verify"), ("start", "--start"), ("repair", "--repair"), ("lean", "--lean"),
    ("time_cold", "--time-cold"), ("time_rebuild", "--time-rebuild"), ("buildx", "--"), ("html", "--html"),
    ("report_problem", "--report-problem"),
)  # fmt: skip
"""What makes no sense where there is a name of an image, and no folder to build in."""


def check_options(args: argparse.Namespace) -> None:
    """Options that need the folder that the image was built in.

    Raises:
        UsageError: one of them was given.
    """
    for name, option in _NEEDS_CONTEXT:
        if getattr(args, name) not in (None, False, []):
            raise UsageError(
                f"{option} needs the folder that the image was built in; {args.dockerfile} is an image.",
                f"Leave it out, or name the Dockerfile: uvdive rewrite DOCKERFILE --image {args.dockerfile}",
            )
    if args.output is not None and args.verify is None:
        raise UsageError(
            f"{args.output} would be written unproven: the folder that the image was built in is not here.",
            "Add --no-verify to write it all the same.",
        )


def rewrite_of_image(args: argparse.Namespace, console: Console, narrator: BuildNarrator) -> ExitCode:
    """Plan the rewrite of an image's Dockerfile, and print it.

    Raises:
        UvdiveError: the image cannot be read, has no Dockerfile with it, or the plan is refused.
    """
    from uvdive.session.opening.options import ReadOptions
    from uvdive.session.rewriting_by_name import RewritingByName
    from uvdive.session.sources import source_of

    reading = ReadOptions(platform=args.platform, pull=args.pull, insecure=tuple(args.insecure_registry))
    plan = RewritingByName(
        source_of(args.dockerfile, reading), choices_of(args.choose), pull=args.pull,
        redactor=console.redactor, in_process=True, on_event=narrator,
    ).planned()  # fmt: skip
    _print(plan, args, console)
    if plan.outcome == "refused":
        reason = plan.refusal.reason if plan.refusal is not None else "it can't be done safely"
        raise RefusedError(f"{plan.dockerfile} of {args.dockerfile} was not rewritten: {reason}")
    _write(plan, args, console)
    return ExitCode.DONE


def _print(plan: RewritePlan, args: argparse.Namespace, console: Console) -> None:
    from uvdive.output.as_text.rewrite import diff_text, plan_text
    from uvdive.output.look import Look

    if console.redacts:
        shown = console.redactor.value(plan)
        if args.diff and shown.diff != plan.diff:
            console.say("The difference is without its secrets: --no-redact prints one for `patch`.")
        plan = shown
    if args.json:
        from uvdive.output.as_json.rewrite import rewrite_data
        from uvdive.output.as_json.text import json_text

        console.data(json_text(rewrite_data(plan)))
        return
    if args.diff:
        console.data(diff_text(plan, exact=not console.shows_output))
    else:
        shows = console.shows_output
        console.data(plan_text(plan, Look(console.units, console.width if shows else 0, console.paint)))
    if plan.outcome in ("rewritten", "improved"):
        console.say(
            "The folder that the image was built in is not here, so nothing was built or proven. "
            "There: uvdive rewrite DOCKERFILE --write"
        )


def _write(plan: RewritePlan, args: argparse.Namespace, console: Console) -> None:
    if args.output is None:
        return
    from uvdive.session.disk.writing import write_rewrite

    written = write_rewrite(plan, output=args.output, context=None)
    console.say(f"Wrote {written.path}, unproven")
    for path in written.unwritten:
        console.say(f"Not written, though the rewrite needs it: {path}")
