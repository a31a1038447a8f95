"""One mutant is built and judged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from uvdive.base.errors import BuildError, CancelledError
from uvdive.base.progress import CancelToken
from uvdive.ledger.report import ImageReport
from uvdive.session.comparing import compare_images
from uvdive.session.opening.images import load_image
from uvdive.session.planning.kept import Kept
from uvdive.session.proof.building import build_image, context_with, target_of
from uvdive.session.proof.own_builds import load_built
from uvdive.verify.checks import NO_CHANCE, Chance, Check, Verification
from uvdive.verify.run import verify
from wrong_rewrites.oracle import same
from wrong_rewrites.subject import Mutant, Subject

Became = Literal["caught", "caught by --start", "missed", "the same image", "does not build"]


@dataclass(frozen=True)
class Trial:
    """What became of a mutant; ``by`` is the check that caught it, ``said`` its first difference."""

    mutant: Mutant
    became: Became
    by: str = ""
    said: str = ""


def tried(
    subject: Subject, mutant: Mutant, kept: Kept, varying: Chance = NO_CHANCE, *, start: bool = True
) -> Trial:
    """Build a mutant and ask the judge, up to the first check that fails.

    ``varying`` is what two builds of the original have otherwise. Where
    nothing was caught and the images are not the same, ``start`` runs both.
    """
    request = replace(subject.request, text=mutant.text, tag=f"{subject.request.tag}-wrong")
    try:
        with context_with(request.context, subject.plan.files) as folder:
            built = build_image(replace(request, context=folder), role="after")
    except BuildError as error:
        return Trial(mutant, "does not build", said=str(error))
    judge = _Judge(subject, load_built(request, built).report, kept, varying)
    found = judge.asked(start=False)
    if found is not None:
        return Trial(mutant, "caught", *found)
    if same(subject.after.image.id, built.image_id):
        return Trial(mutant, "the same image")
    found = judge.asked(start=True) if start else None
    return Trial(mutant, "missed") if found is None else Trial(mutant, "caught by --start", *found)


class _Judge:
    """The checks of one mutant's image."""

    def __init__(self, subject: Subject, after: ImageReport, kept: Kept, varying: Chance) -> None:
        self._subject, self._kept, self._varying = subject, kept, varying
        self._after = after

    def asked(self, *, start: bool) -> tuple[str, str] | None:
        """The check that catches it and what it says; None where the verdict is that it is proven."""
        token, failed = CancelToken(), list[Check]()

        def stop(event: object) -> None:
            if isinstance(event, Check) and event.status == "failed":
                failed.append(event)
                token.cancel()

        subject = self._subject
        found: Verification | None = None
        try:
            found = verify(
                subject.before, self._after, subject.plan.allowed, start=start, imported=self._kept.imported,
                varying=self._varying.among, decisions=subject.plan.decisions, starts=subject.starts,
                on_event=stop, cancel=token,
            )  # fmt: skip
        except CancelledError:
            assert failed
        if failed:
            return failed[0].name, next(iter(failed[0].differences), failed[0].detail)
        assert found is not None
        return None if found.proven else ("unproven", found.unseen[0])


def varying_by_itself(subject: Subject) -> Chance:
    """What a second build of the original, without cache, lacks or has otherwise."""
    tag = f"{subject.request.tag}-again"
    request = replace(
        subject.request, text=subject.plan.original, tag=tag,
        args=(*subject.request.args, "--no-cache"),
    )  # fmt: skip
    second = load_image(target_of(build_image(request))).report
    return Chance.of(compare_images(subject.before, second).paths)
