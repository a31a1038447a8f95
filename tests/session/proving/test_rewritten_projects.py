"""The engine over the example projects: each is rewritten, built, started and judged for real."""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from engines.removing import removes_images_of
from made_images import buildkit
from rewrites.hadolint import broken_anew
from rewrites.projects import BY_NAME, PAIRS, PROJECTS, Project, built, engine_of, kept_of, original

from uvdive.compose.recipe import Recipe
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.opening.images import load_image
from uvdive.session.opening.options import ReadOptions
from uvdive.session.planning.rewriting import plan_rewrite
from uvdive.session.proof.proving import Proof, prove
from uvdive.verify.run import verify

pytestmark = pytest.mark.engine

UNMANAGED: dict[str, str] = {}
"""What the engine does not manage yet, and the rule that speaks of it; each must fail for real."""

GALLERY = Path(__file__).parents[2] / "data" / "gallery"
"""Each new Dockerfile, as the documentation prints it."""

TOTAL = 0.02
OWNER, OWNER_BYTES = 0.05, 100_000
"""How far a prediction may be off, of the whole and of each owner."""


@dataclass(frozen=True)
class Rewritten:
    plan: RewritePlan
    proof: Proof


Choices = tuple[tuple[str, str], ...]

CHOSEN: tuple[tuple[str, Choices], ...] = (
    ("debian", (("dev-group", "remove"), ("project-files", "leave-out"), ("layers", "whole"))),
    (
        "several",
        (("start-scripts", "shim"), ("other-environments", "leave-out"), ("bytecode", "compile")),
    ),
    ("several", (("start-scripts", "keep-uv"),)),
    ("bumped", (("dependency-layer", "exported"),)),
)
"""Choices that are proven for real: each value that changes what is built or copied."""


@functools.cache
def planned(name: str, choices: Choices) -> RewritePlan:
    project = BY_NAME[name]
    image = built(name, project.text(), "before")
    with engine_of(project):
        return plan_rewrite(
            project.dockerfile, image.report, store=image.store, choices=dict(choices), kept=kept_of(name),
            build_args=project.args, recipe=project.recipe,
        )  # fmt: skip


def proof_of(project: Project, plan: RewritePlan) -> Proof:
    return prove(
        plan, original(project.name), context=project.path, start=True, kept=kept_of(project.name),
        build_args=project.args, recipe=project.recipe,
    )  # fmt: skip


@functools.cache
def proven(name: str, choices: Choices) -> Rewritten:
    project, plan = BY_NAME[name], planned(name, choices)
    assert plan.outcome in ("rewritten", "improved"), plan.refusal
    with engine_of(project), removes_images_of(project.path, project.dockerfile):
        proof = proof_of(project, plan)
        while proof.looked:  # a slower stop that SIGINT mends: the plan is made again with it
            plan = planned.__wrapped__(name, choices)
            proof = proof_of(project, plan)
    return Rewritten(plan, proof)


def each(projects: Iterable[Project]) -> list[object]:
    """The projects by name; those that are not managed yet must fail."""
    return [
        pytest.param(
            project.name,
            marks=[pytest.mark.xfail(strict=True, reason=UNMANAGED[project.name])]
            if project.name in UNMANAGED
            else [],
        )
        for project in projects
    ]


REWRITTEN = each(project for project in PROJECTS if project.rewritten)


@pytest.mark.parametrize("name", REWRITTEN)
def test_the_engine_s_rewrite_is_as_good_as_the_original(name: str) -> None:
    done = proven(name, ())
    assert done.proof.verification is not None
    checks = done.proof.verification.checks
    assert [check for check in checks if check.status == "failed"] == []
    assert (done.proof.verification.level, done.proof.verification.unseen) == ("start", ())
    assert {check.name for check in checks if check.status == "skipped"} == set(BY_NAME[name].skipped)
    assert done.proof.after.totals.file_bytes < 0.85 * original(name).totals.file_bytes


def test_a_start_tells_what_the_original_imports() -> None:
    """Over the processes of a server and its worker; the image's own start is kept for the next proof."""
    proof = proven("gunicorn", ()).proof
    loaded = proof.loaded
    assert loaded is not None
    assert loaded.problem == ""
    imported = {each.name: each for each in loaded.imported}
    assert {"gunicorn", "flask", "werkzeug", "markupsafe"} <= set(imported)
    assert all(imported[name].milliseconds > 0 for name in ("gunicorn", "flask"))
    assert any("markupsafe" in path for path in imported["markupsafe"].libraries), "mapped in the container"
    assert loaded.python_milliseconds > 0
    installed = {each.name for env in original("gunicorn").environments for each in env.distributions}
    told = {each.name for each in (*loaded.imported, *loaded.never)} | {*loaded.empty, *loaded.untold}
    assert told <= installed
    assert dict(proof.seconds)["loading"] > 0
    assert [each for _, each in kept_of("gunicorn").loaded] == [loaded]


@pytest.mark.parametrize("choices", [(), (("final-base", "distroless"),)], ids=["slim", "distroless"])
@pytest.mark.parametrize(
    ("name", "target"),
    [
        (project.name, target)
        for project in PROJECTS
        if project.rewritten
        for target in project.targets
        if target
    ],
)
def test_r44_other_targets_of_the_rewrite_are_as_good(name: str, target: str, choices: Choices) -> None:
    plan = planned(name, choices)
    assert plan.outcome == "rewritten", plan.refusal
    role = "-".join(("rewritten", *(value for _, value in choices)))
    after = built(name, plan.text, role, target).report
    with engine_of(BY_NAME[name]):
        imported = kept_of(name).imported
        found = verify(original(name, target), after, plan.allowed, start=True, imported=imported)
    assert [check for check in found.checks if check.status in ("failed", "skipped")] == []
    assert after.totals.file_bytes < 0.85 * original(name, target).totals.file_bytes


@pytest.mark.parametrize(("name", "choices"), CHOSEN)
def test_other_choices_are_as_good(name: str, choices: Choices) -> None:
    done = proven(name, choices)
    assert {d.id: d.chosen for d in done.plan.decisions}.items() >= set(choices)
    assert done.proof.verification is not None
    assert [check for check in done.proof.verification.checks if check.status in ("failed", "skipped")] == []


@pytest.mark.parametrize(("name", "choices"), [*((project.values[0], ()) for project in REWRITTEN), *CHOSEN])
def test_the_size_was_predicted(name: str, choices: Choices) -> None:
    done = proven(name, choices)
    assert done.plan.predicted is not None
    measured = done.proof.after.totals.file_bytes
    assert done.plan.predicted.after_bytes == pytest.approx(measured, rel=TOTAL)
    after = {owner.owner: owner.bytes for owner in done.proof.after.owners}
    owners = after.keys() | done.plan.predicted.owners.keys()
    predicted = {owner: done.plan.predicted.owners.get(owner, (0, 0))[1] for owner in owners}
    wrong = {
        owner: (predicted[owner], after.get(owner, 0))
        for owner in owners
        if predicted[owner] != pytest.approx(after.get(owner, 0), rel=OWNER, abs=OWNER_BYTES)
    }
    assert wrong == {}


@pytest.mark.parametrize("name", REWRITTEN)
def test_the_gallery_shows_what_comes_out(name: str) -> None:
    """``UVDIVE_WRITE_GALLERY=1`` writes it anew: read what changed, then ``docs/generate.py``."""
    shown, text = GALLERY / f"{name}.Dockerfile", planned(name, ()).text
    if os.environ.get("UVDIVE_WRITE_GALLERY"):
        GALLERY.mkdir(exist_ok=True)
        shown.write_text(text)
    assert shown.read_text() == text


@pytest.mark.parametrize("name", ["flask", "django", "alembic", "several"])
def test_the_plan_is_the_same_where_the_engine_s_storage_may_not_be_read(name: str) -> None:
    """Of a saved image only what is wanted is kept: that has to be all that the plan reads."""
    project, image = BY_NAME[name], built(name, BY_NAME[name].text(), "before").report.image
    with engine_of(project):
        saved = load_image(
            f"docker://{image.reference}", dockerfile=project.dockerfile,
            options=ReadOptions(via="save", layer_cache=False),
        )  # fmt: skip
        plan = plan_rewrite(project.dockerfile, saved.report, store=saved.store, build_args=project.args)
    assert plan.text == planned(name, ()).text


@pytest.mark.parametrize("name", REWRITTEN)
def test_the_rewrite_of_a_rewrite_is_unchanged(name: str, tmp_path: Path) -> None:
    done, project = proven(name, ()), BY_NAME[name]
    folder = tmp_path / name
    shutil.copytree(project.path, folder)
    (folder / "Dockerfile").write_text(done.plan.text)
    for change in done.plan.files:
        (folder / change.path).write_text(change.text)
    assert buildkit.parse_string(done.plan.text)
    assert not broken_anew(project.text(), done.plan.text)
    with engine_of(project):
        args, recipe = project.args, project.recipe
        again = plan_rewrite(
            folder / "Dockerfile", done.proof.after, build_args=args, recipe=_moved(recipe, folder)
        )
    assert (again.outcome, again.refusal) == ("unchanged", None)


def _moved(recipe: Recipe | None, folder: Path) -> Recipe | None:
    """The same where the project's files were written anew."""
    if recipe is None:
        return None
    project = recipe.dockerfile.resolve().parent
    return replace(recipe, file=folder / recipe.file.resolve().relative_to(project))


@pytest.mark.parametrize("name", each(project for project in PROJECTS if project.refused))
def test_what_cannot_be_rewritten_is_refused(name: str) -> None:
    plan = planned(name, ())
    assert plan.outcome == "refused"
    assert plan.refusal is not None
    assert plan.refusal.rule == BY_NAME[name].refused
    assert plan.refusal.line is not None
    assert plan.text == BY_NAME[name].text()


@pytest.mark.parametrize("name", each(project for project in PROJECTS if project.unchanged))
def test_what_is_right_stays_as_it_is(name: str) -> None:
    plan = planned(name, ())
    assert (plan.outcome, plan.diff) == ("unchanged", "")


@pytest.mark.parametrize("name", PAIRS)
def test_a_version_by_hand_is_right_as_it_is(name: str, tmp_path: Path) -> None:
    project = BY_NAME[name]
    text = project.text(by_hand=True)
    (tmp_path / "Dockerfile").write_text(text)
    with engine_of(project):
        plan = plan_rewrite(tmp_path / "Dockerfile", built(name, text, "hand").report, context=project.path)
    assert (plan.outcome, plan.refusal) == ("unchanged", None)
