"""What is asked before something is pulled or written, and where a Dockerfile is looked for."""

from __future__ import annotations

from pathlib import Path

from textual.content import Content

from uvdive.base.errors import UsageError
from uvdive.base.units import percent, size
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.estimate import saving_alone
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.proof.settings import StartWish
from uvdive.tui.frame.text import visible
from uvdive.tui.progress.proof import ProofState
from uvdive.tui.screens.dialogs.asking import AskTarget
from uvdive.tui.screens.dialogs.dialogs import Question
from uvdive.tui.screens.dialogs.starting import AskStart
from uvdive.tui.screens.rewrite.words import warned
from uvdive.tui.screens.rewrite.work import RewriteWork
from uvdive.tui.words.ways import in_app


def without_dockerfile(report: ImageReport) -> Content:
    """What the multi-stage form would save at least, from the image alone."""
    saving = saving_alone(report)
    if report.dockerfile is not None and report.dockerfile.text:
        name = visible(report.image.reference.removeprefix("registry://"))
        return Content.assemble(
            "The image's provenance has its Dockerfile, but not the folder that it was built in. ",
            (f"uvdive rewrite registry://{name}", "bold"),
            " plans from it; name the file here if you have it.",
        )
    if not saving:
        return Content("The image alone shows nothing that the multi-stage form would leave behind.")
    parts = [f"{owner} {size(count)}" for owner, count in saving.items()]
    total = sum(saving.values())
    return Content.assemble(
        "From the image alone, the multi-stage form leaves behind about ",
        (f"{size(total)} (-{percent(total, report.totals.file_bytes)})", "bold"),
        f": {', '.join(parts)}. Build tools may add to that.",
    )


def first_question(plan: RewritePlan, proof: ProofState | None) -> Question:
    """Where the new text goes, what becomes of the old one, and what is known about it."""
    name = visible(plan.dockerfile)
    lines = [
        Content.assemble("The new Dockerfile goes to ", (name, "bold"), "."),
        Content.assemble(
            "The text that is there now is kept as ",
            (f"{name}.orig", "bold"),
            " (.orig.1, .orig.2 … where that exists).",
        ),
    ]
    lines += [
        Content.assemble("Also changed: ", (visible(change.path), "bold"), ".") for change in plan.files
    ]
    lines += [Content(""), _known(proof), *_warnings(plan)]
    return Question(f"Replace {name}?", Content("\n").join(lines), "Replace")


def _warnings(plan: RewritePlan) -> list[Content]:
    """The warnings, counted and named: who writes the file shall have seen them."""
    if not plan.warnings:
        return []
    lines = [Content(""), Content.assemble(warned(plan), ":")]
    for warning in plan.warnings:
        where = f" (line {warning.line})" if warning.line is not None else ""
        lines.append(
            Content.assemble(("! ", "bold $text-warning"), visible(warning.text), (where, "$foreground 66%"))
        )
    return lines


def quit_question(work: RewriteWork) -> Question:
    """Whether to leave though a build, its proof or a write is under way."""
    proof = work.proof
    seconds = f" for {proof.seconds:.0f} s" if proof is not None and proof.took is None else ""
    lines = [
        Content.assemble(
            f"uvdive has been at work{seconds} on ", (visible(str(work.dockerfile)), "bold"), "."
        ),
        Content("Nothing is written yet."),
        Content("Leaving stops it. To look at the image meanwhile, go back with Esc."),
    ]
    asked = "A proof is running. Leave all the same?"
    return Question(asked, Content("\n").join(lines), "Stop it and leave", danger=True)


def pull_question(base: str) -> Question:
    """Whether to pull the base that the plan could not read."""
    lines = [
        Content.assemble("The final image starts from ", (visible(base), "bold"), ", which is not here."),
        Content("Its size is unknown, so nothing is predicted. The build fetches it in any case."),
    ]
    return Question("Pull it now?", Content("\n").join(lines), "Pull")


REPORT_NAME = "uvdive-problem.json"
"""What the report of a problem is called, unless one says otherwise."""


def ask_report() -> AskTarget:
    """Where the report of a problem goes; one that is there is replaced."""
    words = (
        "It holds the plan, both Dockerfiles without heredocs, what the checks said, and versions; not what "
        "looks like a secret, and no sources. Read it before you send it."
    )
    return AskTarget("Report a problem", REPORT_NAME, words, problem=_no_report)


def _no_report(path: Path) -> str:
    from uvdive.session.disk.problems import check_problem_file

    try:
        check_problem_file(path)
    except UsageError as error:
        return f"{error.what} {error.do}"
    return ""


def ask_start(wish: StartWish, proof: ProofState | None) -> AskStart:
    """What both programs get; with a row for each variable that the last run's error names."""
    needs = None if proof is None else proof.needs
    if needs:
        words = f"The error names {', '.join(needs)}. Values are shown nowhere."
    else:
        words = "Both images are built, checked and run with it. Values are shown nowhere."
    return AskStart(wish, needs or (), words)


def _known(proof: ProofState | None) -> Content:
    if proof is None or proof.comparison is None:
        return Content.styled(
            "It was not built yet, so nothing is proven: b builds and checks it.", "$text-warning"
        )
    if proof.passed:
        return Content.styled(f"{proof.verdict()}; {proof.proven()}.", "$text-success")
    return Content.styled(f"{proof.verdict()}; {proof.proven()}.", "$text-warning")


def second_question(proof: ProofState) -> Question:
    """After a failed proof: what failed or could not be looked at, and whether to write all the same."""
    failed = "The new image is not as good as the old one:"
    lines = [Content(failed if proof.failed_checks else "Not everything could be looked at:"), Content("")]
    lines += [Content(f"? {visible(in_app(what))}") for what in proof.unseen]
    for check in proof.failed_checks:
        lines.append(Content.assemble((f"× {check.name}: ", "bold $text-error"), visible(check.detail)))
        lines += [Content(f"    {visible(line)}") for line in check.differences[:5]]
        lines += [Content(f"    {visible(in_app(check.way_out))}")] if check.way_out else []
    asked = (
        "Write it although the proof failed?"
        if proof.failed_checks
        else "Write it although it is not proven?"
    )
    return Question(asked, Content("\n").join(lines), "Write all the same", danger=True)
