"""Real pairs, each an original and a right multi-stage version by hand: built, compared and verified.

The projects lie in ``tests/data/projects``; each pair says what a right plan would announce.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from uvdive.build.events import BuildRequest
from uvdive.build.images import REGISTRY, list_images, remove_images
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import Allowances
from uvdive.session.images import load_image
from uvdive.session.proving import build_image
from uvdive.verify.checks import Check, Verification
from uvdive.verify.run import verify

pytestmark = pytest.mark.engine

PROJECTS = Path(__file__).parent.parent / "data" / "projects"
ACTIVE = ("Env:PATH", "Env:VIRTUAL_ENV")
PYTHON = ("Env:GPG_KEY", "Env:PYTHON_VERSION", "Env:PYTHON_SHA256", "Env:UV_TOOL_BIN_DIR")


@dataclass(frozen=True)
class Pair:
    name: str
    config: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    @property
    def allowed(self) -> Allowances:
        return Allowances(self.config, self.paths, ("uv", "uv-cache"))


PAIRS = {
    pair.name: pair
    for pair in (
        Pair("slim", (*ACTIVE, "Cmd")),
        Pair("user", (*ACTIVE, *PYTHON, "Entrypoint")),
        Pair("managed", ("Env:UV_TOOL_BIN_DIR",)),
        Pair("gunicorn"),
        Pair("library", (*ACTIVE, "Cmd"), ("/root/.cache",)),
    )
}


@pytest.fixture(scope="module", autouse=True)
def removed() -> Iterator[None]:
    yield
    remove_images(image for image in list_images() if f"-{os.getpid()}:" in image.tag)


def text_of(name: str, *, rewritten: bool) -> str:
    return (PROJECTS / name / ("Dockerfile.multistage" if rewritten else "Dockerfile")).read_text()


@functools.cache
def built(name: str, text: str, role: str) -> ImageReport:
    tag = f"{REGISTRY}/project-{name}-{os.getpid()}:{role}"
    build_image(BuildRequest(PROJECTS / name, text=text, tag=tag))
    return load_image(f"docker://{tag}").report


def judged(name: str, text: str, role: str = "after") -> Verification:
    before = built(name, text_of(name, rewritten=False), "before")
    return verify(before, built(name, text, role), PAIRS[name].allowed)


def started(name: str, text: str, role: str = "after") -> Check:
    """The check of the start, with both images run."""
    before = built(name, text_of(name, rewritten=False), "before")
    verification = verify(before, built(name, text, role), PAIRS[name].allowed, start=True)
    return check(verification, "start")


def check(verification: Verification, name: str) -> Check:
    return next(check for check in verification.checks if check.name == name)


@pytest.mark.parametrize("name", PAIRS)
def test_a_right_rewrite_passes(name: str) -> None:
    verification = judged(name, text_of(name, rewritten=True))
    assert [each for each in verification.checks if each.status == "failed"] == []
    assert check(verification, "files").status == "passed"
    assert check(verification, "interpreter").status == "passed"
    assert check(verification, "imports").status == "passed"
    before = built(name, text_of(name, rewritten=False), "before")
    after = built(name, text_of(name, rewritten=True), "after")
    assert after.totals.file_bytes < before.totals.file_bytes


@pytest.mark.parametrize(
    ("name", "line", "instead", "caught"),
    [
        ("user", "\nUSER app\nCMD", "\nCMD", {"config"}),
        ("user", "-o app -g app -m 0755 /srv/web", "-m 0700 /srv/web", {"files", "imports"}),
        ("gunicorn", "COPY --from=builder /app /app", "COPY --from=builder /app/.venv /app/.venv", {"files"}),
        (
            "gunicorn",
            "COPY --from=builder /app /app",
            "COPY --from=builder /app /application",
            {"files", "interpreter", "imports", "start"},
        ),
        ("managed", "COPY --from=builder /root/.local/share/uv/python /root/.local/share/uv/python\n", "",
         {"files", "interpreter", "imports", "start"}),
        ("slim", 'CMD ["python", "server.py"]', 'CMD ["uv", "run", "server.py"]', {"start"}),
    ],
)  # fmt: skip
def test_a_rewrite_that_was_broken_on_purpose_is_caught(
    name: str, line: str, instead: str, caught: set[str]
) -> None:
    good = text_of(name, rewritten=True)
    head, stage, runner = good.partition(" AS runner")
    assert line in runner
    verification = judged(name, head + stage + runner.replace(line, instead), "broken")
    assert {each.name for each in verification.checks if each.status == "failed"} == caught


def test_a_runtime_library_that_was_left_out_is_caught() -> None:
    good = text_of("library", rewritten=True)
    head, stage, runner = good.partition(" AS runner")
    lines = [line for line in runner.splitlines() if "apt-get" not in line]
    verification = judged("library", head + stage + "\n".join(lines) + "\n", "broken")
    failed = {each.name: each.differences for each in verification.checks if each.status == "failed"}
    assert failed.keys() == {"files", "imports"}  # ctypes loads it: no header names it
    assert any("libpq" in line for line in failed["files"])
    assert any("psycopg" in line for line in failed["imports"])


def test_a_server_with_a_healthcheck_is_run_until_it_is_healthy() -> None:
    good = text_of("gunicorn", rewritten=True)
    right = started("gunicorn", good)
    assert right.status == "passed"
    assert "becomes healthy on port 8000 HTTP 200 for /" in right.detail
    head, stage, runner = good.partition(" AS runner")
    wrong = started(
        "gunicorn", head + stage + runner.replace('"--bind=0.0.0.0:8000"', '"--bind=0.0.0.0:8001"'), "broken"
    )
    assert wrong.status == "failed"
    assert "listening ports: [8000] -> [8001]" in wrong.differences


def test_a_job_that_ends_is_compared_by_its_status() -> None:
    right = started("managed", text_of("managed", rewritten=True))
    assert right.status == "passed"
    assert "It ends with 0, as the original." in right.detail
