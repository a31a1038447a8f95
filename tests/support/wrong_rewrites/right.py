"""The right rewrite of an example project, planned and built."""

from __future__ import annotations

from dataclasses import replace

from rewrites.projects import Built, Project, kept_of

from uvdive.build.events import BuildRequest
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.opening.images import load_image
from uvdive.session.planning.recipes import starts_of
from uvdive.session.planning.rewriting import plan_rewrite
from uvdive.session.proof.building import build_image, context_with, target_of
from wrong_rewrites.subject import Subject


def subject_of(project: Project, before: Built) -> Subject:
    """Plan a project's rewrite and build it beside the original, whose tag's end becomes ``right``."""
    plan = plan_rewrite(
        project.dockerfile, before.report, store=before.store, kept=kept_of(project.name),
        build_args=project.args, recipe=project.recipe,
    )  # fmt: skip
    assert plan.outcome in ("rewritten", "improved"), plan.refusal
    assert before.result.tag is not None
    return built_right(plan, before, project)


def built_right(plan: RewritePlan, before: Built, project: Project) -> Subject:
    """The subject of a plan."""
    name = f"{before.result.tag}".rpartition(":")[0]
    request = BuildRequest(project.path, text=plan.text, tag=f"{name}:right", args=project.args)
    with context_with(project.path, plan.files) as folder:
        built = build_image(replace(request, context=folder), role="after")
    starts = None if project.recipe is None else starts_of(project.recipe, plan, project.path)
    return Subject(plan, before.report, load_image(target_of(built)).report, request, starts)
