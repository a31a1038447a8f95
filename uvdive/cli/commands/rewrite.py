"""``uvdive rewrite DOCKERFILE``: plan, show, build, verify, write."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from uvdive.base.errors import (
    BuildError,
    CancelledError,
    ExitCode,
    RefusedError,
    UsageError,
    UvdiveError,
    VerificationError,
)
from uvdive.cli.rewriting.app import open_plan, wants_app
from uvdive.cli.rewriting.options import is_image, parse
from uvdive.cli.rewriting.source import choices_of, given_again, source_of_rewrite
from uvdive.cli.telling.console import Console

if TYPE_CHECKING:
    from pathlib import Path

    from uvdive.build.events import Timings
    from uvdive.cli.telling.builds import BuildNarrator
    from uvdive.ledger.report import ImageReport
    from uvdive.rewrite.plan import RewritePlan
    from uvdive.session.opening.images import Loaded
    from uvdive.session.opening.options import ReadOptions
    from uvdive.session.proof.proving import Proof
    from uvdive.verify.measured import Measured

__all__ = ["parse", "run"]


def run(args: argparse.Namespace, console: Console) -> ExitCode:
    """Rewrite one Dockerfile."""
    from uvdive.cli.telling.builds import BuildNarrator

    if is_image(args):
        from uvdive.cli.rewriting.from_image import rewrite_of_image

        return rewrite_of_image(args, console, BuildNarrator(console))
    rewriting = _Rewriting(args, console, BuildNarrator(console))
    if wants_app(args, console) and not rewriting.refuse_by_text():
        return open_plan(rewriting.work.original, rewriting.work.build, rewriting.work.choices, args, console)
    return rewriting.run()


def _reading(args: argparse.Namespace) -> ReadOptions:
    """How the image of ``--image`` is read."""
    from uvdive.session.opening.options import ReadOptions

    return ReadOptions(platform=args.platform, pull=args.pull, insecure=tuple(args.insecure_registry))


class _Rewriting:
    """One run of the command: the steps share the sources and what they gave."""

    def __init__(self, args: argparse.Namespace, console: Console, narrator: BuildNarrator) -> None:
        from uvdive.session.disk.problems import check_problem_file
        from uvdive.session.disk.saving import check_html
        from uvdive.session.proof.settings import start_settings
        from uvdive.session.rewriting import Rewriting, Wish
        from uvdive.session.sources import source_of

        self.args = args
        self.console = console
        self.narrator = narrator
        build = source_of_rewrite(args, console)
        build.reuse = True
        original = build if args.image is None else source_of(args.image, _reading(args))
        settings = start_settings(
            args.start_env, args.start_env_file, network=args.start_network, limits=args.limit
        )
        wish = Wish(
            choices_of(args.choose),
            args.pull,
            args.static,
            args.start,
            settings,
            self._proves,
            self._own_files(),
        )
        self.work = Rewriting(
            build, original, wish, redactor=console.redactor, in_process=True, on_event=narrator
        )
        self.dockerfile = self.work.dockerfile
        if args.report_problem is not None:
            check_problem_file(args.report_problem)
        if args.html is not None:
            check_html(args.html)
        self.refused: RewritePlan | None = None
        self.printed = False

    def run(self) -> ExitCode:
        """Plan, prove where asked, print, write; tell what happened also where that fails."""
        error: UvdiveError | None = None
        try:
            return self._run()
        except UvdiveError as failed:
            error = failed
            told = self.work.plan is not None and not isinstance(failed, UsageError | CancelledError)
            if self.args.json and not self.printed and (told or isinstance(failed, BuildError)):
                self._print_failure(failed)
            raise
        finally:
            if self.args.report_problem is not None:
                self._report(error)

    def refuse_by_text(self) -> bool:
        """Does the text already say that there is nothing of uv to rewrite? Then that is the plan."""
        self.refused = self.work.refused_by_text()
        return self.refused is not None

    def _run(self) -> ExitCode:
        if not self.args.static and (self.refused is not None or self.refuse_by_text()):
            refused = self.work.plan = self.refused
            assert refused is not None
            self._print(refused, None, None)
            raise RefusedError(self._why_refused(refused))
        loaded = None if self.args.static else self._load()
        plan = self.work.planned()
        proof = measured = None
        if self._wants_proof(plan):
            self._load()
            proof = self.work.whole_proof(plan, lean=self.args.lean, repair=self.args.repair)
            assert self.work.plan is not None
            plan, before = self.work.plan, self._load()
            loaded = loaded and before
            measured = self._measured(plan, before.report, proof)
        self._print(plan, measured, proof)
        if self.args.html is not None and loaded is not None:
            from uvdive.cli.present import save_html
            from uvdive.output.html.tables import Rewrite

            known = Rewrite(plan)
            if proof is not None:
                known = Rewrite(plan, proof.comparison, proof.verification, proof.loaded)
            save_html(loaded.report, self.args, self.console, known)
        if plan.refusal is not None or plan.outcome == "refused":
            raise RefusedError(self._why_refused(plan))
        failed = proof is not None and proof.verification is not None and not proof.verification.proven
        if failed and not (self.args.force and self._writes):
            assert proof is not None
            raise self._unproven(proof)
        if failed:
            self.console.say("The verification failed; the rewrite is written all the same (--force).")
        self._write(plan)
        return ExitCode.FAILED if failed else ExitCode.DONE

    def _why_refused(self, plan: RewritePlan) -> str:
        """The reason; only where it is, where a person just read it on the same terminal."""
        if plan.refusal is None:
            return f"{self.dockerfile} was not rewritten: it can't be done safely"
        if self.console.shows_output and not self.args.json and not self.args.diff:
            return f"{self.dockerfile} was not rewritten; what to change is said above."
        return f"{self.dockerfile} was not rewritten: {plan.refusal.reason}"

    def _unproven(self, proof: Proof) -> VerificationError:
        force = " --force writes it all the same." if self._writes else ""
        assert proof.verification is not None
        if proof.verification.passed:
            what = "The rewrite is not proven; nothing was written."
            return VerificationError(what, f"What could not be looked at is said above.{force}")
        what = "The rewritten image is not as good as the original; nothing was written."
        return VerificationError(what, f"The failed checks say what differs, and what to do.{force}")

    def _print_failure(self, error: UvdiveError) -> None:
        from uvdive.output.as_json.rewrite import failed_data, rewrite_data
        from uvdive.output.as_json.text import json_text

        plan, redactor = self.work.plan, self.console.redactor
        if self.console.redacts:
            plan, error = redactor.value(plan), redactor.value(error)
        data = failed_data(error) if plan is None else rewrite_data(plan, error=error)
        self.console.data(json_text(data))

    def _report(self, error: UvdiveError | None) -> None:
        from uvdive.session.disk.problems import report_problem

        proof = self.work.proof
        verification = None if proof is None else proof.verification
        repairs = () if proof is None else proof.repairs
        report_problem(
            self.args.report_problem,
            self.work.plan,
            verification,
            repairs,
            error=error,
            redactor=self.console.redactor,
        )
        self.console.say(f"Wrote {self.args.report_problem}: read it before you send it.")

    @property
    def _writes(self) -> bool:
        return bool(self.args.write or self.args.output is not None)

    @property
    def _proves(self) -> bool:
        """Is a rewrite built and checked, whatever the plan is?"""
        args = self.args
        if args.start or args.repair or args.lean or args.time_cold or args.time_rebuild:
            return True
        return self._writes if args.verify is None else bool(args.verify)

    def _wants_proof(self, plan: RewritePlan) -> bool:
        if plan.outcome not in ("rewritten", "improved"):
            return False
        if not self._proves and self._writes:
            self.console.say("The rewrite is written without building or checking it (--no-verify).")
        return self._proves

    def _load(self) -> Loaded:
        original = self.work.original
        if self.work.loaded is None and original.hint and original is not self.work.build:
            self.console.say(original.hint)
        return self.work.load()

    def _own_files(self) -> tuple[Path, ...]:
        """What this run itself writes: where it lies in the context, it is no difference."""
        from uvdive.session.proof.own_files import streams

        given = (self.args.log, self.args.output, self.args.report_problem, self.args.html)
        return (*(path for path in given if path is not None), *streams())

    def _measured(self, plan: RewritePlan, before: ImageReport, proof: Proof) -> Measured:
        from uvdive.verify.measured import Measured

        before = proof.before or before
        built, times = proof.original or self.work.original.built, self._times(plan, before)
        held, seconds, loaded = proof.held, proof.seconds, proof.loaded
        return Measured(before, proof.after, built, proof.build, times, held, seconds, loaded)

    def _times(self, plan: RewritePlan, before: ImageReport) -> Timings:
        """How long both builds take, as far as it was asked for."""
        from uvdive.session.proof.timing import Wish, time_builds

        wish = Wish(cold=self.args.time_cold, rebuild=self.args.time_rebuild)
        request = self.work.build.request
        assert request is not None
        timings = time_builds(request, plan, before, wish, on_event=self.narrator)
        if wish.rebuild and not any(change.kind == "source" for change in timings.changes):
            self.console.say("No Python file of the context is in the image, so no source was changed.")
        return timings

    def _print(self, plan: RewritePlan, measured: Measured | None, proof: Proof | None) -> None:
        verification = None if proof is None else proof.verification
        self.printed = True
        offered, repaired = () if proof is None else proof.repairs, self.work.repaired
        if self.console.redacts:
            shown = self.console.redactor.value((plan, verification, offered, repaired))
            if self.args.diff and shown[0].diff != plan.diff:
                self.console.say("The difference is without its secrets: --no-redact prints one for `patch`.")
            plan, verification, offered, repaired = shown
            if measured is not None:
                from dataclasses import replace

                measured = replace(measured, loaded=self.console.redactor.value(measured.loaded))
        if self.args.json:
            from uvdive.output.as_json.rewrite import rewrite_data
            from uvdive.output.as_json.text import json_text

            data = rewrite_data(plan, measured, verification, offered=offered, repaired=repaired)
            self.console.data(json_text(data))
            return
        from uvdive.output.as_text.rewrite import diff_text, next_text, plan_text, proof_text, repair_text
        from uvdive.output.look import Look

        shows = self.console.shows_output
        look = Look(self.console.units, self.console.width if shows else 0, self.console.paint)
        if self.args.diff:
            self.console.data(diff_text(plan, exact=not self.console.shows_output))
        else:
            self.console.data(plan_text(plan, look))
        if measured is not None:
            text = proof_text(plan, measured, verification, look)
            text += repair_text(offered, repaired)
            # The difference alone is what --diff promises on standard output.
            if self.args.diff:
                for line in text.splitlines():
                    self.console.say(line)
            else:
                self.console.data("\n" + text)
        if (
            not self.args.diff
            and not self._writes
            and (
                told := next_text(
                    plan, given_again(self.args), verification, look, builder=bool(self.args.buildx)
                )
            )
        ):
            self.console.data("\n" + told)

    def _write(self, plan: RewritePlan) -> None:
        if not self._writes:
            return
        if plan.outcome == "unchanged" and self.args.write:
            self.console.say(f"{self.dockerfile} stays as it is.")
            return
        from uvdive.session.disk.writing import write_rewrite

        written = write_rewrite(plan, output=self.args.output, context=self.work.context)
        for each in (written, *written.others):
            kept = f"; the old text is in {each.kept}" if each.kept is not None else ""
            self.console.say(f"Wrote {each.path}{kept}")
        for path in written.unwritten:
            self.console.say(f"Not written, though the rewrite needs it: {path} (--write writes it)")
