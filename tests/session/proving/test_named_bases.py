"""A final base that the user names, on the engine: musl on musl, another distroless, plain Debian (R63)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from engines.removing import removes_images_of

from uvdive.build.events import BuildRequest
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.opening.images import Loaded, load_image
from uvdive.session.planning.kept import Kept
from uvdive.session.planning.rewriting import plan_rewrite
from uvdive.session.proof.building import build_image
from uvdive.session.proof.proving import Proof, prove

pytestmark = pytest.mark.engine
DATA = Path(__file__).parents[2] / "data"


@dataclass(frozen=True)
class Original:
    """A project that was built once, with what is known of its image."""

    folder: Path
    loaded: Loaded
    kept: Kept

    def planned(self, base: str, **choices: str) -> RewritePlan:
        return plan_rewrite(
            self.folder / "Dockerfile", self.loaded.report, store=self.loaded.store, kept=self.kept,
            choices={"final-base": base, **choices},
        )  # fmt: skip

    def proven(self, plan: RewritePlan, *, start: bool = False) -> Proof:
        assert plan.outcome == "rewritten", plan.refusal
        return prove(plan, self.loaded.report, context=self.folder, start=start, kept=self.kept)


def _original(project: Path, folder: Path) -> Iterator[Original]:
    shutil.copytree(project, folder)
    with removes_images_of(folder):
        built = build_image(BuildRequest(folder))
        yield Original(folder, load_image(f"docker://{built.tag}"), Kept())


@pytest.fixture(scope="module")
def musl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Original]:
    yield from _original(DATA / "projects" / "alpine", tmp_path_factory.mktemp("musl") / "alpine")


@pytest.fixture(scope="module")
def glibc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Original]:
    yield from _original(DATA / "bare", tmp_path_factory.mktemp("glibc") / "project")


def failed(proof: Proof) -> dict[str, str]:
    assert proof.verification is not None
    return {
        each.name: " ".join((each.detail, *each.differences))
        for each in proof.verification.checks
        if each.status == "failed"
    }


def check_prediction(plan: RewritePlan, proof: Proof) -> None:
    assert plan.predicted is not None
    assert proof.after.totals.file_bytes == pytest.approx(plan.predicted.after_bytes, rel=0.01)


def test_on_the_plain_alpine_what_was_built_for_musl_starts_trimmed_too(musl: Original) -> None:
    plan = musl.planned("alpine:3.22", trim="all")
    proof = musl.proven(plan, start=True)
    assert failed(proof) == {}
    assert proof.verification is not None
    assert proof.verification.level == "start"
    check_prediction(plan, proof)
    assert proof.after.totals.file_bytes < 40_000_000 < musl.loaded.report.totals.file_bytes


@pytest.mark.parametrize(
    ("gone", "check", "says"),
    [
        ("    /usr/lib/libsqlite3.so.0 \\\n", "libraries", "libsqlite3.so.0"),
        ("COPY --from=builder /usr/share/zoneinfo /usr/share/zoneinfo\n", "files", "/usr/share/zoneinfo"),
    ],
)
def test_what_is_left_out_on_alpine_is_caught(musl: Original, gone: str, check: str, says: str) -> None:

    plan = musl.planned("alpine:3.22")
    assert plan.text.count(gone) == 1, plan.text
    found = failed(musl.proven(replace(plan, text=plan.text.replace(gone, ""))))
    assert says in found.get(check, ""), found


@pytest.mark.parametrize("base", ["gcr.io/distroless/base-debian13", "debian:trixie-slim"])
def test_another_image_than_the_known_one_gets_what_it_lacks(glibc: Original, base: str) -> None:
    plan = glibc.planned(base)
    proof = glibc.proven(plan, start=base.startswith("debian"))
    assert failed(proof) == {}
    check_prediction(plan, proof)


@pytest.mark.parametrize(
    ("of", "base", "says"),
    [
        ("glibc", "alpine:3.22", "built for glibc, alpine:3.22 has musl"),
        ("musl", "debian:trixie-slim", "built for musl, debian:trixie-slim has glibc"),
        ("glibc", "gcr.io/distroless/static-debian13", "has no C library"),
    ],
)
def test_another_c_library_is_refused_by_name(
    request: pytest.FixtureRequest, of: str, base: str, says: str
) -> None:
    original: Original = request.getfixturevalue(of)
    refusal = original.planned(base).refusal
    assert refusal is not None
    assert (refusal.rule, says in refusal.reason) == ("R8", True), refusal
