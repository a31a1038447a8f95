"""``uvdive rewrite registry://…``: the plan for an image of which one has the name alone.

Its Dockerfile comes from the image's provenance and its layers are the evidence. The folder that it
was built in is not there: so nothing is built, proven or written in place.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from uvdive.base.errors import ExitCode, ImageError, RefusedError, UsageError
from uvdive.cli.rewriting.source import choices_of
from uvdive.cli.telling.console import Console

if TYPE_CHECKING:
    from uvdive.cli.telling.builds import BuildNarrator
    from uvdive.ledger.report import DockerfileInfo
    from uvdive.rewrite.plan import RewritePlan
    from uvdive.session.opening.images import Loaded

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
    from uvdive.session.planning.rewriting import plan_attested
    from uvdive.session.sources import source_of

    reading = ReadOptions(platform=args.platform, pull=args.pull, insecure=tuple(args.insecure_registry))
    loaded = source_of(args.dockerfile, reading).load(on_event=narrator, in_process=True)
    console.redactor.learn_image(loaded.report)
    info = _attested(loaded, args.dockerfile)
    plan = plan_attested(loaded, choices=choices_of(args.choose), pull=args.pull, on_event=narrator)
    console.redactor.learn([plan.original, *(change.text for change in plan.files)])
    _print(plan, args, console)
    if plan.outcome == "refused":
        reason = plan.refusal.reason if plan.refusal is not None else "it can't be done safely"
        raise RefusedError(f"{info.path} of {args.dockerfile} was not rewritten: {reason}")
    _write(plan, args, console)
    return ExitCode.DONE


def _attested(loaded: Loaded, name: str) -> DockerfileInfo:
    info = loaded.report.dockerfile
    if info is None or not info.text:
        raise ImageError(
            f"{name} came without the Dockerfile that it was built from.",
            "`docker buildx build --provenance=mode=max --push` keeps it with the image. "
            f"Where you have the Dockerfile: uvdive rewrite DOCKERFILE --image {name}",
        )
    return info


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
