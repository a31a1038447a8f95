"""Distroless on the engine: the rewrite is proven without a shell, and each wrong one is caught (R63)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from engines.removing import removes_images_of

from uvdive.build.events import BuildRequest
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.opening.images import load_image
from uvdive.session.planning.kept import Kept
from uvdive.session.planning.rewriting import plan_rewrite
from uvdive.session.proof.building import build_image
from uvdive.session.proof.proving import Proof, prove

pytestmark = pytest.mark.engine
PROJECT = Path(__file__).parents[2] / "data" / "bare"
LEAN = "gcr.io/distroless/cc-debian13"


@dataclass(frozen=True)
class Planned:
    """The project on distroless, planned once for all tests."""

    context: Path
    before: ImageReport
    plan: RewritePlan
    kept: Kept

    def prove(self, text: str | None = None, *, start: bool = False) -> Proof:
        """Prove the plan, or another text under what the plan announced."""
        plan = self.plan if text is None else replace(self.plan, text=text)
        return prove(plan, self.before, context=self.context, start=start, kept=self.kept)


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planned]:
    folder = tmp_path_factory.mktemp("bare") / "project"
    shutil.copytree(PROJECT, folder)
    with removes_images_of(folder):
        built = build_image(BuildRequest(folder))
        before = load_image(f"docker://{built.tag}").report
        kept = Kept()
        plan = plan_rewrite(folder / "Dockerfile", before, kept=kept, choices={"final-base": "distroless"})
        yield Planned(folder, before, plan, kept)


def failed(proof: Proof) -> dict[str, str]:
    assert proof.verification is not None
    return {
        each.name: " ".join((each.detail, *each.differences))
        for each in proof.verification.checks
        if each.status == "failed"
    }


def test_the_rewrite_starts_as_its_user_and_answers_as_the_original(planned: Planned) -> None:
    proof = planned.prove(start=True)
    assert failed(proof) == {}
    assert proof.verification is not None
    start = next(each for each in proof.verification.checks if each.name == "start")
    assert start.status == "passed"
    assert "HTTP 200" in start.detail
    assert planned.plan.predicted is not None
    after = proof.after.totals.file_bytes
    assert abs(planned.plan.predicted.after_bytes / after - 1) < 0.01
    assert after < 70_000_000 < planned.before.totals.file_bytes


WITHOUT_ACCOUNTS = (
    "COPY --from=builder \\\n    /etc/passwd \\\n    /etc/group \\\n    /etc/shadow \\\n    /etc/gshadow \\\n"
    "    /etc/subuid \\\n    /etc/subgid \\\n    /etc/\n"
)
EMPTY = "COPY --from=builder /app/.venv/.gitignore"
"""A file of one byte, in the place of what is copied."""


@pytest.mark.parametrize(
    ("gone", "instead", "check", "says"),
    [
        ("    /usr/lib/*-linux-gnu/libsqlite3.so.0 \\\n", "", "libraries", "libsqlite3.so.0"),
        (WITHOUT_ACCOUNTS, "", "files", "/etc/passwd"),
        (
            "WORKDIR /app\nCOPY --from",
            f"{EMPTY} /etc/ssl/certs/ca-certificates.crt\nWORKDIR /app\nCOPY --from",
            "files",
            "/etc/ssl/certs/ca-certificates.crt",
        ),
        (
            "WORKDIR /app\nCOPY --from",
            f"{EMPTY} /usr/share/zoneinfo/Europe/Berlin\nWORKDIR /app\nCOPY --from",
            "files",
            "/usr/share/zoneinfo/Europe/Berlin",
        ),
        ("--chown=1000:1000 /app/data", "/app/data", "files", "/app/data"),
    ],
    ids=["library", "accounts", "certificates", "time-zone", "writable-folder"],
)
def test_what_is_left_out_or_spoilt_is_caught(
    planned: Planned, gone: str, instead: str, check: str, says: str
) -> None:
    text = planned.plan.text
    last = text.index(LEAN)
    assert text.count(gone, last) == 1, text
    wrong = text[:last] + text[last:].replace(gone, instead)
    found = failed(planned.prove(wrong))
    assert says in found.get(check, ""), found
