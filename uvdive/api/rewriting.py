"""``uvdive.plan`` and ``uvdive.prove``: a Dockerfile's rewrite, and whether it works."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from uvdive.api.events import Told, errors_told, handed_on
from uvdive.api.given import several, texts_by_name
from uvdive.api.plans import Plan, no_folder
from uvdive.api.proofs import Proof
from uvdive.api.reading import Named, path_of, text_of
from uvdive.api.reports import Report
from uvdive.base.errors import RefusedError, UsageError
from uvdive.base.progress import CancelToken
from uvdive.output.redact import Redactor
from uvdive.session.opening.options import ReadOptions
from uvdive.session.rewriting import Rewriting, Wish
from uvdive.session.rewriting_by_name import PREFIX, RewritingByName
from uvdive.session.sources import build_source, source_of


def plan(  # noqa: PLR0913 - what may be said of a rewrite, each by its name
    dockerfile: Named,
    *,
    image: Report | Named | None = None,
    static: bool = False,
    context: Named | None = None,
    choices: Mapping[str, str] | None = None,
    build_options: Sequence[str] = (),
    pull: bool = False,
    platform: str | None = None,
    insecure_registries: Iterable[str] = (),
    on_event: Told = None,
    cancel: CancelToken | None = None,
) -> Plan:
    """Plan the rewrite of a Dockerfile. Nothing is written.

    Args:
        dockerfile: the file or its folder, or what says how it is built (``"compose.yaml:web"``,
            ``"docker-bake.hcl:app"``). Or an image in a registry (``"registry://HOST/NAME"``), whose
            provenance has the Dockerfile; the folder that it was built in is not there, so the plan can
            be written to a new file, and not be proven.
        image: the image that it made, as a report or as ``read`` takes it; None builds it first.
        static: a draft by the text alone: no image, no engine.
        context: the build context, where it is not the file's folder.
        choices: values by decision id (``{"final-base": "distroless"}``; docs/choices.md).
        build_options: options of ``docker buildx build`` (``["--target", "app"]``).
        pull: fetch the image, or the final image's base, where it is not there.
        platform: ``OS/ARCH`` of one of several images in a registry.
        insecure_registries: hosts that may be asked without TLS.
        on_event: is told what happens.
        cancel: stops the work at once, from another thread.

    Returns:
        The plan. Where a rewrite can't be done safely it is a plan too, with ``refusal``: a file that is
        refused is no error of the program that asks, and a hundred are a table.

    Raises:
        UsageError: the file cannot be read, is no Dockerfile, or a choice is not offered.
        EngineError: an engine is needed, and none answers.
        ImageError: the image is not there, cannot be read, or came without its Dockerfile.
        BuildError: the original was built, and that failed.
        CancelledError: ``cancel`` was set.
    """
    insecure = several("insecure_registries", insecure_registries)
    reading = ReadOptions(platform=platform, pull=pull, insecure=insecure)
    if isinstance(dockerfile, str) and dockerfile.startswith(PREFIX):
        if image is not None or static or context is not None or build_options:
            raise UsageError(
                f"{dockerfile} is an image: image, static, context and build_options go with a Dockerfile.",
                "Leave them out, or name the Dockerfile and image= this one.",
            )
        return _by_name(dockerfile, reading, texts_by_name("choices", choices), on_event, cancel)
    if static and image is not None:
        raise UsageError("static=True plans without an image, and one was named.", "Leave one of them out.")
    redactor = Redactor()
    with errors_told(redactor):
        folder = None if context is None else path_of(context)
        build = build_source(os.fspath(dockerfile), folder, several("build_options", build_options))
        original = build
        if image is not None and not isinstance(image, Report):
            original = source_of(text_of(image), reading)
        work = Rewriting(
            build,
            original,
            Wish(texts_by_name("choices", choices), pull, static),
            redactor=redactor,
            on_event=handed_on(on_event, redactor),
            cancel=cancel,
        )
        if isinstance(image, Report):
            work.take(image._loaded)  # noqa: SLF001 - a value of this room
        refused = work.refused_by_text() if image is None and not static else None
        return Plan(refused or work.planned(), work)


def _by_name(
    name: str, reading: ReadOptions, choices: Mapping[str, str], on_event: Told, cancel: CancelToken | None
) -> Plan:
    redactor = Redactor()
    with errors_told(redactor):
        work = RewritingByName(
            source_of(name, reading),
            choices,
            pull=reading.pull,
            redactor=redactor,
            on_event=handed_on(on_event, redactor),
            cancel=cancel,
        )
        return Plan(work.planned(), work)


def prove(  # noqa: PLR0913 - what may be said of a proof, each by its name
    plan: Plan,
    *,
    start: bool = False,
    start_env: Mapping[str, str] | None = None,
    start_env_files: Iterable[Named] = (),
    start_network: bool = False,
    limits: Mapping[str, str | int] | None = None,
    lean: bool = False,
    repair: bool = False,
    on_event: Told = None,
    cancel: CancelToken | None = None,
) -> Proof:
    """Build a plan's text, and hold the new image against the original. Nothing is written.

    Args:
        plan: what ``plan`` gave.
        start: run both images too, without a network, and compare what they do.
        start_env: variables that both programs need to start; implies ``start``. They are never shown.
        start_env_files: files of such variables, one ``K=V`` on a line; implies ``start``.
        start_network: let both programs use the network; implies ``start``.
        limits: what a program may take: ``memory`` (``"4g"``), ``processes``, ``processors``, ``seconds``.
        lean: take the leanest step of the ladder that is proven.
        repair: where a check fails and a decision may fix it, change it and prove once more.
        on_event: is told what happens.
        cancel: stops the work, from another thread; what was begun is taken back.

    Returns:
        The proof. A rewrite that is not as good as the original is no error: ``proven`` is False.
        Both images stay in the engine until ``uvdive clean``.

    Raises:
        RefusedError: the plan is a refusal.
        UsageError: the plan changes nothing, or is of an image's name.
        EngineError: no engine answers, or it can't build.
        BuildError: a build failed.
        CancelledError: ``cancel`` was set.
    """
    from uvdive.session.proof.settings import start_settings

    was = plan._work  # noqa: SLF001 - a value of this room
    if plan.refusal is not None:
        raise RefusedError("There is no rewrite to prove.", plan.refusal.reason)
    if not plan.changes:
        raise UsageError(
            f"{plan.dockerfile} stays as it is: there is no rewrite to prove.", "See plan.changes."
        )
    if isinstance(was, RewritingByName):
        raise no_folder(was, "proven")
    with errors_told(was.redactor):
        files = tuple(path_of(each) for each in several("start_env_files", start_env_files))
        settings = start_settings(
            [f"{name}={value}" for name, value in (start_env or {}).items()],
            files,
            network=start_network,
            limits=[f"{name}={value}" for name, value in (limits or {}).items()],
            called="start_env",
        )
        starts = start or bool(start_env) or bool(files) or start_network
        wish = replace(was.wish, start=starts, settings=settings, proves=True)
        work = Rewriting(
            was.build,
            was.original,
            wish,
            redactor=was.redactor,
            on_event=handed_on(on_event, was.redactor),
            cancel=cancel,
        )
        work.kept, work.choices = was.kept.copy(), was.choices
        if was.loaded is not None:
            work.take(was.loaded)
        proof = work.whole_proof(plan._plan, lean=lean, repair=repair)  # noqa: SLF001 - as above
        assert work.plan is not None
        return Proof(Plan(work.plan, work), proof, work.load())
