"""Which original a rewrite is held against, and when one is built now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from made_images.samples import sample_report

from uvdive.build.events import BuildRequest, BuildResult
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.opening.images import Loaded
from uvdive.session.proof import original as originals
from uvdive.session.proof import own_builds, proving
from uvdive.session.proof.original import Original, of_now
from uvdive.session.proof.proving import Proof, prove
from uvdive.verify.checks import Check, Verification
from uvdive.verify.spent import Spent

REPORT = sample_report()
PASSED = Verification((Check("files", "passed", "All there."),))
FAILED = Verification((Check("files", "failed", "Not all there."),))


def called(image: str) -> ImageReport:
    return replace(REPORT, image=replace(REPORT.image, id=image))


@dataclass
class Around:
    """What stands for the engine: the image of the tag, what a build makes, and what was asked for."""

    there: str = "sha256:there"
    built: str = "sha256:built"
    noted: bool = True
    differs: tuple[str, ...] = ()
    proofs: dict[str, Verification] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def build(self, request: BuildRequest, **_: object) -> BuildResult:
        self.asked.append("build")
        self.there = self.built
        return BuildResult(self.built, request.tag, 1.0, ())

    def build_unless_there(self, request: BuildRequest, **how: object) -> tuple[str, BuildResult | None]:
        if self.noted:
            self.asked.append("left out")
            return f"docker://{request.tag}", None
        return f"docker://{request.tag}", self.build(request, **how)

    def proven(self, _wish: object, original: Original) -> Proof:
        self.asked.append(f"prove {original.report.image.id}")
        verification = self.proofs.get(original.report.image.id, PASSED)
        anything: Any = None
        return Proof(
            anything, REPORT, anything, verification, before=original.report, original=original.built
        )


@pytest.fixture
def around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Around:
    around = Around()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(originals, "differences", lambda *_, **_how: around.differs)
    monkeypatch.setattr(originals, "build_image", around.build)
    monkeypatch.setattr(originals, "build_unless_there", around.build_unless_there)
    for module in (originals, own_builds):
        monkeypatch.setattr(module, "load_image", lambda _target, **_how: Loaded(called(around.there), None))
    monkeypatch.setattr(proving, "_proven", around.proven)
    return around


@pytest.fixture
def ask(around: Around, tmp_path: Path) -> Callable[..., Proof]:
    (tmp_path / "Dockerfile").write_text("FROM a\n")
    plan = RewritePlan("rewritten", "image", str(tmp_path / "Dockerfile"), "FROM a\n", "FROM b\n", "")

    def asked(image: str, *, left_out: bool = False) -> Proof:
        return prove(plan, called(image), context=tmp_path, left_out=left_out)

    return asked


def test_an_image_of_what_the_context_makes_is_taken_as_it_is(
    around: Around, ask: Callable[..., Proof]
) -> None:
    assert ask("sha256:given").verification == PASSED
    assert around.asked == ["prove sha256:given"]


def test_where_the_context_makes_another_that_one_is_taken_without_a_build(
    around: Around, ask: Callable[..., Proof]
) -> None:
    around.differs = ("src/main.py",)
    assert ask("sha256:given").original is None
    assert around.asked == ["left out", "prove sha256:there"]


def test_where_none_is_there_it_is_built(around: Around, ask: Callable[..., Proof]) -> None:
    around.differs, around.noted = ("src/main.py",), False
    assert ask("sha256:given").original is not None
    assert around.asked == ["build", "prove sha256:built"]


def test_a_note_of_the_very_image_that_differs_counts_for_nothing(
    around: Around, ask: Callable[..., Proof]
) -> None:
    around.differs = ("src/main.py",)
    ask("sha256:there")
    assert around.asked == ["left out", "build", "prove sha256:built"]


@pytest.mark.parametrize("differs", [(), ("src/main.py",)])
def test_no_rewrite_is_called_wrong_by_an_original_that_was_not_built_now(
    around: Around, ask: Callable[..., Proof], differs: tuple[str, ...]
) -> None:
    around.differs = differs
    around.proofs = {"sha256:there": FAILED, "sha256:given": FAILED}
    proof = ask("sha256:given", left_out=not differs)
    assert proof.verification == PASSED
    assert proof.original is not None
    assert around.asked[-3:] == [
        f"prove sha256:{'there' if differs else 'given'}", "build", "prove sha256:built",
    ]  # fmt: skip


def test_what_fails_by_the_same_image_built_now_has_failed(around: Around, ask: Callable[..., Proof]) -> None:
    around.built = "sha256:given"
    around.proofs = {"sha256:given": FAILED}
    assert ask("sha256:given", left_out=True).verification == FAILED
    assert around.asked == ["prove sha256:given", "build"]


def test_an_original_that_was_built_now_is_not_built_again(around: Around, ask: Callable[..., Proof]) -> None:
    around.proofs = {"sha256:given": FAILED}
    assert ask("sha256:given").verification == FAILED
    assert around.asked == ["prove sha256:given"]


def test_the_time_of_an_original_is_told(around: Around, tmp_path: Path) -> None:
    around.differs, spent = ("a",), Spent()
    plan = RewritePlan("rewritten", "image", "Dockerfile", "FROM a\n", "FROM b\n", "")
    found = of_now(
        Original(called("sha256:given"), None), plan, BuildRequest(tmp_path, tag="x"), frozenset(), spent,
        lambda _event: None, None,
    )  # fmt: skip
    assert found.left_out
    assert [step for step, _ in spent.seconds] == ["sources", "build", "reading"]
