"""``uvdive rewrite DOCKERFILE``: plan, show, build, verify, write."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from uvdive.base.errors import ExitCode, RefusedError, UsageError, VerificationError
from uvdive.cli.console import Console
from uvdive.cli.options import Parser, add_common, path_of

if TYPE_CHECKING:
    from pathlib import Path

    from uvdive.build.events import Timings
    from uvdive.cli.narrate_builds import BuildNarrator
    from uvdive.cli.targets import Source
    from uvdive.ledger.report import ImageReport
    from uvdive.rewrite.plan import RewritePlan
    from uvdive.session.images import Loaded
    from uvdive.session.proving import Proof
    from uvdive.verify.measured import Measured
    from uvdive.verify.repairs import Repair


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """The command's arguments; what comes after ``--`` is buildx's, in ``buildx``."""
    parser.usage = "uvdive rewrite [OPTIONS] DOCKERFILE [-- BUILDX OPTIONS]"
    parser.add_argument("dockerfile", metavar="DOCKERFILE", type=path_of, help="the file, or its folder")
    parser.option("--context", metavar="DIR", type=path_of, help="the build context (default: its folder)")
    evidence = parser.add_mutually_exclusive_group()
    evidence.add_argument("--image", metavar="TARGET", help="the image that it made; without, it is built")
    evidence.add_argument("--static", action="store_true", help="a draft from the text alone")
    parser.option("--diff", action="store_true", help="print the difference alone")
    output = parser.add_mutually_exclusive_group()
    output.add_argument(
        "--write", action="store_true", help="replace DOCKERFILE; the old text stays as .orig (.orig.1 ...)"
    )
    output.add_argument("-o", "--output", metavar="FILE", type=path_of, help="write the text to a new file")
    parser.option(
        "--verify",
        action=argparse.BooleanOptionalAction,
        help="build the new image and check it against the old one (default: before writing)",
    )
    parser.option(
        "--start",
        action="store_true",
        help="run both images too, without a network, and compare what they do; implies --verify",
    )
    parser.option(
        "--time-cold",
        action="store_true",
        help="time both builds with no step cached too (cache mounts stay as they are); implies --verify",
    )
    parser.option(
        "--time-rebuild",
        action="store_true",
        help="time both builds after a change of one source file, in a copy of the context; implies --verify",
    )
    parser.option(
        "--force",
        action="store_true",
        help="let --write and -o write although the verification failed; the exit code stays 1",
    )
    parser.option(
        "--repair",
        action="store_true",
        help="where a check fails and a decision may mend it, change it, build and verify once more",
    )
    parser.option(
        "--choose",
        metavar="ID=VALUE",
        action="append",
        default=[],
        help="take another alternative of a decision; may be given several times",
    )
    parser.option("--json", action="store_true", help="print one JSON object")
    parser.option(
        "--pull", action="store_true", help="pull the image, or the final image's base, where it is not there"
    )
    add_common(parser)
    argv = list(argv)
    end = argv.index("--") if "--" in argv else len(argv)
    args = parser.parse_args(argv[:end])
    args.buildx = argv[end + 1 :]
    return args


def run(args: argparse.Namespace, console: Console) -> ExitCode:
    """Rewrite one Dockerfile."""
    from uvdive.cli.narrate_builds import BuildNarrator

    return _Rewriting(args, console, BuildNarrator(console)).run()


class _Rewriting:
    """One run of the command: the steps share the sources and what they gave."""

    def __init__(self, args: argparse.Namespace, console: Console, narrator: BuildNarrator) -> None:
        from uvdive.cli.targets import dockerfile_source, source_of
        from uvdive.session.kept import Kept
        from uvdive.session.options import ReadOptions

        self.args = args
        self.console = console
        self.narrator = narrator
        self.choices = _choices(args.choose)
        self.repaired: tuple[Repair, ...] = ()
        self.kept = Kept()
        self.build: Source = dockerfile_source(args.dockerfile, args.context)
        assert self.build.dockerfile is not None
        assert self.build.context is not None
        self.dockerfile, self.context = self.build.dockerfile, self.build.context
        self.build_args = _buildx_arguments(args.buildx, self.context)
        self.build = dockerfile_source(self.dockerfile, self.context, self.build_args)
        self.original: Source = (
            self.build if args.image is None else source_of(args.image, ReadOptions(pull=args.pull))
        )
        self.original.dockerfile = self.dockerfile
        if args.force and not self._writes:
            raise UsageError("--force lets --write or -o write.", "Add one of the two, or leave --force out.")
        if args.repair and args.verify is False:
            raise UsageError("--repair mends what the verification finds.", "Leave --no-verify out.")
        if (args.time_cold or args.time_rebuild) and args.verify is False:
            raise UsageError("Builds are timed after the verification.", "Leave --no-verify out.")
        if args.start and args.verify is False:
            raise UsageError("--start is part of the verification.", "Leave --no-verify out.")
        if args.output is not None and args.output.exists():
            raise UsageError(f"{args.output} is there already.", "Name a new file, or use --write.")

    def run(self) -> ExitCode:
        """Plan, prove where asked, print, write."""
        loaded = None if self.args.static else self._load()
        plan = self._plan(loaded)
        proof = measured = None
        if self._wants_proof(plan):
            before = loaded or self._load()
            proof = self._prove(plan, before)
            if proof.repairs and self.args.repair:
                plan, proof = self._repaired(proof, before)
            measured = self._measured(plan, before.report, proof)
        self._print(plan, measured, proof)
        if plan.refusal is not None or plan.outcome == "refused":
            reason = plan.refusal.reason if plan.refusal is not None else "it can't be done safely"
            raise RefusedError(f"{self.dockerfile} was not rewritten: {reason}")
        failed = proof is not None and proof.verification is not None and not proof.verification.passed
        if failed and not (self.args.force and self._writes):
            raise VerificationError(
                "The rewritten image is not as good as the original; nothing was written.",
                "The failed checks say what differs. --choose may avoid it"
                + ("; --force writes it all the same." if self._writes else "."),
            )
        if failed:
            self.console.say("The verification failed; the rewrite is written all the same (--force).")
        self._write(plan)
        return ExitCode.FAILED if failed else ExitCode.DONE

    def _repaired(self, proof: Proof, before: Loaded) -> tuple[RewritePlan, Proof]:
        """The plan with the decisions that may mend what failed, built and verified again, once."""
        from uvdive.session.proving import repaired_choices

        for repair in proof.repairs:
            self.console.say(f"Repairing with --choose {repair.choice}={repair.value}: {repair.reason}")
        self.choices = repaired_choices(proof.repairs, self.choices)
        self.repaired = proof.repairs
        plan = self._plan(None if self.args.static else before)
        return plan, self._prove(plan, before)

    @property
    def _writes(self) -> bool:
        return bool(self.args.write or self.args.output is not None)

    def _wants_proof(self, plan: RewritePlan) -> bool:
        if plan.outcome != "rewritten":
            return False
        if self.args.start or self.args.repair or self.args.time_cold or self.args.time_rebuild:
            return True
        if self.args.verify is None:
            return self._writes
        if not self.args.verify and self._writes:
            self.console.say("The rewrite is written without building or checking it (--no-verify).")
        return bool(self.args.verify)

    def _load(self) -> Loaded:
        if self.original.hint:
            self.console.say(self.original.hint)
        return self.original.load(on_event=self.narrator, in_process=True)

    def _plan(self, loaded: Loaded | None) -> RewritePlan:
        from uvdive.session.rewriting import plan_rewrite

        return plan_rewrite(
            self.dockerfile,
            None if loaded is None else loaded.report,
            context=self.context,
            store=None if loaded is None else loaded.store,
            choices=self.choices,
            pull=self.args.pull,
            kept=self.kept,
            on_event=self.narrator,
        )

    def _prove(self, plan: RewritePlan, before: Loaded) -> Proof:
        from uvdive.session.proving import prove

        self.console.say("Building the rewrite")
        return prove(
            plan,
            before.report,
            index=before.index,
            context=self.context,
            build_args=self.build_args,
            start=self.args.start,
            kept=self.kept,
            on_event=self.narrator,
        )

    def _measured(self, plan: RewritePlan, before: ImageReport, proof: Proof) -> Measured:
        from uvdive.verify.measured import Measured

        before = proof.before or before
        return Measured(
            before,
            proof.after,
            proof.original or self.original.built,
            proof.build,
            self._times(plan, before),
            proof.held,
        )

    def _times(self, plan: RewritePlan, before: ImageReport) -> Timings:
        """How long both builds take, as far as it was asked for."""
        from uvdive.session.timing import Wish, time_builds

        wish = Wish(cold=self.args.time_cold, rebuild=self.args.time_rebuild)
        assert self.build.request is not None
        timings = time_builds(self.build.request, plan, before, wish, on_event=self.narrator)
        if wish.rebuild and timings.rebuild is None:
            self.console.say("No Python file of the context is in the image, so nothing could be changed.")
        return timings

    def _print(self, plan: RewritePlan, measured: Measured | None, proof: Proof | None) -> None:
        verification = None if proof is None else proof.verification
        if self.args.json:
            from uvdive.output.jsontext import json_text
            from uvdive.output.rewrite_json import rewrite_data

            offered = () if proof is None else proof.repairs
            data = rewrite_data(plan, measured, verification, offered=offered, repaired=self.repaired)
            self.console.data(json_text(data))
            return
        from uvdive.output.text_rewrite import diff_text, plan_text, proof_text, repair_text

        if self.args.diff:
            self.console.data(diff_text(plan, exact=not self.console.shows_output))
        else:
            self.console.data(plan_text(plan, self.console.units))
        if measured is not None:
            text = proof_text(plan, measured, verification, self.console.units)
            text += repair_text(proof.repairs if proof is not None else (), self.repaired)
            # The difference alone is what --diff promises on standard output.
            if self.args.diff:
                for line in text.splitlines():
                    self.console.say(line)
            else:
                self.console.data("\n" + text)

    def _write(self, plan: RewritePlan) -> None:
        if not self._writes:
            return
        if plan.outcome == "unchanged" and self.args.write:
            self.console.say(f"{self.dockerfile} stays as it is.")
            return
        from uvdive.session.writing import write_rewrite

        written = write_rewrite(plan, output=self.args.output, context=self.context)
        for each in (written, *written.others):
            kept = f"; the old text is in {each.kept}" if each.kept is not None else ""
            self.console.say(f"Wrote {each.path}{kept}")
        for path in written.unwritten:
            self.console.say(f"Not written, though the rewrite needs it: {path} (--write writes it)")


def _choices(given: Sequence[str]) -> dict[str, str]:
    choices = {}
    for choice in given:
        name, sign, value = choice.partition("=")
        if not sign or not name or not value:
            raise UsageError(f"--choose {choice} is no choice.", "Write it as --choose ID=VALUE.")
        choices[name] = value
    return choices


def _buildx_arguments(argv: Sequence[str], context: Path) -> tuple[str, ...]:
    from uvdive.build.arguments import split_arguments

    arguments = split_arguments([*argv, str(context)])
    if arguments.dockerfile is not None or arguments.tags:
        raise UsageError(
            "After -- there may be no Dockerfile and no tag.",
            "Name the Dockerfile as the argument of uvdive rewrite; uvdive tags what it builds.",
        )
    return arguments.rest
