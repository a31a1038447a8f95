"""A server that writes files, as a user of its own: what it writes is seen, given, and held to (R64)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from engines.removing import removes_images_of

from uvdive.base.errors import UsageError
from uvdive.base.progress import ignore
from uvdive.build.events import BuildRequest
from uvdive.build.images import image_tag
from uvdive.build.running.settings import PLAIN
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.opening.images import Loaded, load_image
from uvdive.session.planning.kept import Kept
from uvdive.session.planning.rewriting import plan_rewrite
from uvdive.session.proof.building import build_image
from uvdive.session.proof.other_user import looks_first
from uvdive.session.proof.proving import Proof, prove

pytestmark = pytest.mark.engine

FLASK = Path(__file__).parents[3] / "examples" / "flask"
WRITES = """\
import pathlib

with open("/app/data/visits", "a") as visits:
    visits.write("started")
pathlib.Path("/app/data/new").write_text("1")
pathlib.Path("/var/lib/visits/deep").mkdir(parents=True)
pathlib.Path("~/.visits").expanduser().write_text("1")
"""


@dataclass(frozen=True)
class Writing:
    """A project that writes when it starts, with its image."""

    folder: Path
    loaded: Loaded
    kept: Kept

    def planned(self, kept: Kept | None = None, **choices: str) -> RewritePlan:
        return plan_rewrite(
            self.folder / "Dockerfile", self.loaded.report, store=self.loaded.store, kept=kept or self.kept,
            choices={"user": "app", **choices},
        )  # fmt: skip

    def looked(self, plan: RewritePlan, kept: Kept | None = None) -> bool:
        return looks_first(
            plan, self.loaded.report, context=self.folder, start=True, settings=PLAIN, recipe=None,
            kept=kept or self.kept, on_event=ignore, cancel=None,
        )  # fmt: skip

    def proven(self, plan: RewritePlan, kept: Kept | None = None, *, start: bool = True) -> Proof:
        return prove(plan, self.loaded.report, context=self.folder, start=start, kept=kept or self.kept)


@pytest.fixture(scope="module")
def writing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Writing]:
    folder = tmp_path_factory.mktemp("writing") / "flask"
    shutil.copytree(FLASK, folder)
    server, dockerfile = folder / "src" / "server.py", folder / "Dockerfile"
    server.write_text(WRITES + server.read_text())
    (folder / "src" / "visits").write_text("")
    text = dockerfile.read_text()
    text = text.replace("COPY src", "COPY src/visits /app/data/visits\nCOPY src")
    dockerfile.write_text(text.replace('"poetry", "run", "python"', '"/app/.venv/bin/python"'))
    request = BuildRequest(
        folder, dockerfile, dockerfile.read_text(), image_tag(folder, dockerfile, "before")
    )
    with removes_images_of(folder, dockerfile):
        built = build_image(request)
        yield Writing(folder, load_image(f"docker://{built.tag}"), Kept())


def test_what_a_start_wrote_is_given_and_the_start_as_that_user_proves_it(writing: Writing) -> None:
    first = writing.planned()
    with pytest.raises(UsageError, match="Only a start proves"):
        writing.proven(first, start=False)
    assert writing.looked(first)
    plan = writing.planned()
    assert not writing.looked(plan)
    assert "chown app:app /home/app /app/data /var/lib/visits /app/data/visits\n" in plan.text
    assert "ENV HOME=/home/app\nUSER app\nENTRYPOINT [" in plan.text
    proof = writing.proven(plan)
    assert proof.verification is not None
    assert (proof.verification.level, proof.after.config.user) == ("start", "app")
    assert len([watched for watched, _ in writing.kept.seen if watched.writes]) == 1
    forgotten = replace(plan, text=plan.text.replace(" /app/data /var", " /var"))
    judged = writing.proven(forgotten).verification
    assert judged is not None
    start = next(check for check in judged.checks if check.name == "start")
    assert start.status == "failed"
    assert "may not write /app/data/" in start.detail


def test_on_distroless_the_user_of_the_base_owns_it_and_a_folder_that_is_left_out_is_caught(
    writing: Writing,
) -> None:
    kept, lean = Kept(), {"final-base": "distroless"}
    assert writing.looked(writing.planned(kept, **lean), kept)
    plan = writing.planned(kept, **lean)
    proof = writing.proven(plan, kept)
    assert proof.verification is not None
    assert proof.verification.level == "start", proof.verification
    assert proof.after.config.user == "nonroot"
    folder = " /final-image/app/data "
    assert plan.text.count(folder) == 1, plan.text
    judged = writing.proven(replace(plan, text=plan.text.replace(folder, " ")), kept).verification
    assert judged is not None
    start = next(check for check in judged.checks if check.name == "start")
    assert start.status == "failed"
    assert "may not write /app/data/" in start.detail
