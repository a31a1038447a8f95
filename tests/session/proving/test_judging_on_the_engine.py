"""The judge on the real engine: what differs by itself, what uvdive writes itself, how programs start."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from engines.removing import removes_images_of

from uvdive.build.events import BuildRequest
from uvdive.build.images import find_image, image_tag
from uvdive.build.running.settings import StartSettings
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.opening.images import load_image
from uvdive.session.proof.building import build_image, target_of
from uvdive.session.proof.proving import Proof, prove
from uvdive.verify.checks import Check

pytestmark = pytest.mark.engine

DEBIAN = "FROM debian:trixie-slim\nWORKDIR /srv\n"
PYTHON = "FROM python:3.13-slim\n"


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "main.sh").write_text("echo here\n")
    with removes_images_of(tmp_path):
        yield tmp_path


def original(context: Path, text: str) -> ImageReport:
    (context / "Dockerfile").write_text(text)
    return load_image(target_of(build_image(BuildRequest(context, context / "Dockerfile")))).report


def proven(context: Path, old: str, new: str, before: ImageReport | None = None, **how: object) -> Proof:
    before = before or original(context, old)
    plan = RewritePlan("rewritten", "image", str(context / "Dockerfile"), old, new, "")
    return prove(plan, before, context=context, **how)  # type: ignore[arg-type]


def check(proof: Proof, name: str) -> Check:
    assert proof.verification is not None
    return next(each for each in proof.verification.checks if each.name == name)


RANDOM = "head -c 12 /dev/urandom > id && mkdir $(od -An -N4 -tx4 /dev/urandom | tr -d ' ')"


def test_what_two_builds_of_the_original_have_otherwise_is_no_difference(context: Path) -> None:
    old = f"{DEBIAN}RUN echo kept > kept\nRUN {RANDOM} && echo text > text\nCMD true\n"
    again = old.replace("echo text", "true && echo text")
    done = check(proven(context, old, again), "files")
    assert done.status == "passed", done.differences
    assert "other from build to build of the original" in done.detail
    assert find_image(image_tag(context, context / "Dockerfile", "again")) is None
    # What is the same in every build of the original must be there.
    lost = check(proven(context, old, again.replace("> text", "> txet")), "files")
    assert lost.differences == ("missing: /srv/text (5 B)",)


def test_what_another_stage_draws_at_random_is_no_difference(context: Path) -> None:
    build = f"{DEBIAN.replace('slim', 'slim AS build')}RUN {RANDOM}\n"
    old = f"{build}{DEBIAN}COPY --from=build /srv/id .\nCMD true\n"
    new = old.replace(RANDOM, f"true && {RANDOM}")
    done = check(proven(context, old, new), "files")
    assert done.status == "passed", done.differences


def test_a_log_of_ours_in_the_context_is_no_difference(context: Path) -> None:
    old = f"{DEBIAN}COPY . ./\nCMD true\n"
    log = context / "uvdive.log"
    log.write_text("begun\n")
    before = original(context, old)

    def write(event: object) -> None:
        with log.open("a") as file:
            file.write(f"{event}\n")

    log.write_text("planned\n")
    proof = proven(context, old, f"{old}# again\n", before, own=(log,), on_event=write)
    assert proof.original is None, "for a log alone the original is not built anew"
    assert check(proof, "files").status == "passed"
    # Whoever else writes into the context changes the image.
    (context / "main.sh").write_text("echo there\n")
    assert proven(context, old, old, before, own=(log,)).original is not None


SERVER = """
import http.server, os, signal, sys, time
signal.signal(15, lambda *_: sys.exit())
began = time.monotonic()
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        ready = os.path.exists("/srv/data") and time.monotonic() > began + 4
        self.send_response(200 if ready else 502)
        self.end_headers()
http.server.HTTPServer(("", 8000), Handler).serve_forever()
"""


def started(text: str) -> str:
    return f"CMD {json.dumps(['python', '-u', '-c', text])}\n"


def test_a_backend_that_never_comes_up_is_told_from_one_that_starts(context: Path) -> None:
    old = f"{PYTHON}RUN mkdir -p /srv && touch /srv/data\n{started(SERVER)}"
    right = check(proven(context, old, old.replace("touch", "true && touch"), start=True), "start")
    assert (right.status, right.ran) == ("passed", True), right
    assert "HTTP 200" in right.detail
    wrong = check(proven(context, old, old.replace("touch", "true"), start=True), "start")
    assert "/ at port 8000: HTTP 200 -> 502" in wrong.differences


NEEDS = "import os, socket; print(os.environ['SHOP_KEY'], len(socket.if_nameindex()) > 1)"


def test_a_program_gets_what_it_needs_and_nobody_tells_it(context: Path) -> None:
    old = f"{PYTHON}{started(NEEDS)}"
    events: list[object] = []
    lacking = proven(context, old, f"{old}# again\n", start=True)
    assert lacking.verification is not None
    assert lacking.verification.level == "unproven"
    assert "--start-env SHOP_KEY=" in check(lacking, "start").unseen[0]
    settings = StartSettings((("SHOP_KEY", "open-sesame"),), network=True)
    proof = proven(context, old, f"{old}# again\n", start=True, settings=settings, on_event=events.append)
    assert proof.verification is not None
    assert proof.verification.level == "start"
    assert "It ends with 0" in check(proof, "start").detail
    other = old.replace("print(", "print('now', ")
    told = proven(context, old, other, start=True, settings=settings, on_event=events.append)
    assert check(told, "start").differences[1:] == (  # the words of CMD come first
        "only the original prints: [hidden] True",
        "only the new image prints: now [hidden] True",
    )
    assert not any("open-sesame" in repr(event) for event in events)


PROJECT = """[project]
name = "shop"
version = "1"
dependencies = []
requires-python = ">=3.11"
[build-system]
requires = ["setuptools>=61"]
build-backend = "setuptools.build_meta"
[project.scripts]
shop = "shop:main"
"""


def test_r52_an_original_that_stays_inside_uv_is_run_with_what_the_build_installed(context: Path) -> None:
    (context / "pyproject.toml").write_text(PROJECT)
    (context / "src" / "shop").mkdir(parents=True)
    (context / "src" / "shop" / "__init__.py").write_text("def main():\n    print('open')\n")
    build = (
        "COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/uv\nWORKDIR /app\nCOPY pyproject.toml ./\n"
        "COPY src src\nRUN uv sync --no-cache && touch pyproject.toml\n"
    )
    old = f'{PYTHON}{build}ENTRYPOINT ["uv", "run", "--no-cache", "shop"]\n'
    active = "ENV VIRTUAL_ENV=/app/.venv PATH=/app/.venv/bin:$PATH\n"
    right = f'{PYTHON}{build}{active}ENTRYPOINT ["/app/.venv/bin/shop"]\n'
    wrong = right.replace('shop"]', 'python", "-c", "print(\'closed\')"]')
    for new, status in ((right, "announced"), (wrong, "failed")):
        done = check(proven(context, old, new, start=True), "start")
        assert done.status == status, done
        assert "UV_NO_SYNC=1" in done.detail
    # A call that may not be offline: the new image's own command is what starts without uv.
    old = old.replace('"--no-cache"', '"--no-cache", "--refresh"')
    done = check(proven(context, old, right, start=True), "start")
    assert "the new image's start command" in done.detail
    assert done.status == "announced"
