"""Building and proving on the real engine, with plans written by hand."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from engines.bringing import bring_image
from engines.hanging import hanging_build
from engines.removing import removes_images_of
from made_images import pairs_of_images as pairs

from uvdive.base.errors import BuildError, CancelledError, RefusedError
from uvdive.base.progress import CancelToken, Note
from uvdive.build.events import BuildLog, BuildRequest, BuildStep
from uvdive.build.images import find_image, image_tag, list_images, remove_images
from uvdive.build.replacing import build_tagged
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import Allowances, FileChange, Refusal, RewritePlan
from uvdive.session.opening.images import load_image
from uvdive.session.proof.building import build_image, target_of
from uvdive.session.proof.proving import prove
from uvdive.verify.checks import Check, CheckStarted

BASE = "FROM scratch\n"  # small, so that reading it takes no time
OLD = f'{BASE}WORKDIR /app\nCOPY main.py junk ./\nCMD ["/app/main.py"]\n'
NEW = f'{BASE}WORKDIR /app\nCOPY main.py ./\nCMD ["/app/main.py"]\n'


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("proving")
    (folder / "Dockerfile").write_text(OLD)
    (folder / "main.py").write_text("print('hello')\n")
    (folder / "main.py").chmod(0o755)
    (folder / "junk").write_bytes(bytes(1_000_000))
    yield folder
    tags = {image_tag(folder, None, "before"), image_tag(folder, None, "after")}
    remove_images(image for image in list_images() if image.tag in tags)


@pytest.fixture(scope="module")
def before(context: Path) -> ImageReport:
    result = build_image(BuildRequest(context))
    assert result.tag == image_tag(context, None, "before")
    return load_image(f"docker://{result.tag}").report


def plan(context: Path, text: str, allowed: Allowances | None = None) -> RewritePlan:
    return RewritePlan("rewritten", "image", str(context / "Dockerfile"), OLD, text, "", allowed=allowed)


def statuses(checks: tuple[Check, ...]) -> dict[str, str]:
    return {check.name: check.status for check in checks}


@pytest.mark.engine
def test_a_right_rewrite_is_built_measured_and_verified(context: Path, before: ImageReport) -> None:
    events: list[object] = []
    allowed = Allowances(paths=("/app/junk",))
    proof = prove(plan(context, NEW, allowed), before, context=context, on_event=events.append)
    assert proof.build.tag == image_tag(context, None, "after")
    assert proof.build.image_id == proof.after.image.id
    assert proof.comparison.delta_bytes == -1_000_000
    assert proof.comparison.verdict.startswith("1.0 MB smaller")
    assert proof.verification is not None
    assert proof.verification.passed
    started = [event.name for event in events if isinstance(event, CheckStarted)]
    assert started == [check.name for check in proof.verification.checks]
    assert any(isinstance(event, BuildStep) for event in events)


@pytest.mark.engine
def test_what_the_plan_did_not_announce_fails(context: Path, before: ImageReport) -> None:
    text = f'{BASE}WORKDIR /app\nCOPY main.py ./\nUSER 1000\nCMD ["/app/mian.py"]\n'
    proof = prove(plan(context, text), before, context=context)
    assert proof.verification is not None
    assert not proof.verification.passed
    found = statuses(proof.verification.checks)
    assert (found["config"], found["files"], found["start"]) == ("failed", "failed", "failed")


@pytest.mark.engine
def test_without_verification(context: Path, before: ImageReport) -> None:
    proof = prove(plan(context, NEW), before, context=context, verify=False)
    assert proof.verification is None
    assert proof.comparison.after_bytes == proof.after.totals.file_bytes


@pytest.mark.engine
def test_the_plans_other_files_are_built_without_touching_the_folder(
    context: Path, before: ImageReport
) -> None:
    changed = replace(plan(context, NEW), files=(FileChange("main.py", "print('longer than before')\n", ""),))
    proof = prove(changed, before, context=context, verify=False)
    assert b"/app/main.py" in {delta.path for delta in proof.comparison.paths}
    assert (context / "main.py").read_text() == "print('hello')\n"


@pytest.mark.engine
def test_a_failing_rewrite_keeps_the_last_good_image(context: Path, before: ImageReport) -> None:
    good = prove(plan(context, NEW), before, context=context, verify=False)
    with pytest.raises(BuildError, match="no-such-file"):
        prove(plan(context, f"{BASE}COPY no-such-file /\n"), before, context=context)
    assert find_image(image_tag(context, None, "after")) == good.build.image_id
    assert (context / "Dockerfile").read_text() == OLD


@pytest.mark.engine
def test_what_another_build_at_the_same_path_left_is_never_proven(context: Path, before: ImageReport) -> None:
    """Two machines, one engine: the lock of one is none of the other's, and the tag tells the path alone."""
    tag = image_tag(context, None, "after")

    def meanwhile(event: object) -> None:
        if event == Note("Reading the new image"):
            build_tagged(BuildRequest(context, text=OLD, tag=tag))

    with pytest.raises(BuildError, match="another image than the one that was just built") as caught:
        prove(plan(context, f"{NEW}USER 1000\n"), before, context=context, on_event=meanwhile)
    assert tag in caught.value.what
    assert "same path with the same engine" in caught.value.do


@pytest.mark.engine
def test_a_stop_leaves_the_folder_and_the_tag_alone(context: Path, before: ImageReport) -> None:
    good = prove(plan(context, NEW), before, context=context, verify=False)
    cancel = CancelToken()

    def stop(event: object) -> None:
        if isinstance(event, BuildLog) and event.text == "started":
            cancel.cancel()

    with hanging_build() as hanging, pytest.raises(CancelledError):
        prove(plan(context, hanging.text), before, context=context, on_event=stop, cancel=cancel)
    assert find_image(image_tag(context, None, "after")) == good.build.image_id
    assert {path.name for path in context.iterdir()} == {"Dockerfile", "main.py", "junk"}


def test_a_refusal_is_not_built(tmp_path: Path) -> None:
    refused = RewritePlan("refused", "image", "Dockerfile", OLD, OLD, "", Refusal("R59", "no uv", None))
    with pytest.raises(RefusedError, match="no uv"):
        prove(refused, pairs.original(tmp_path), context=tmp_path)


@pytest.mark.engine
@pytest.mark.parametrize(
    ("name", "text", "ignore"),
    [
        ("main.py", "print('HELLO')\n", "ignored"),
        ("junk", "less", "ignored\n.dockerignore\nDockerfile*"),
        ("new/file", "more", "ignored\n.*\n!.dockerignore"),
    ],
)
def test_an_image_that_the_context_no_longer_makes_is_built_anew(
    tmp_path: Path, name: str, text: str, ignore: str
) -> None:
    # /app is a folder already: the file goes into it.
    original = f'{BASE}WORKDIR /app\nCOPY main.py /app\nCOPY . /app\nCMD ["/app/main.py"]\n'
    (tmp_path / "Dockerfile").write_text(original)
    (tmp_path / "main.py").write_text("print('hello')\n")
    (tmp_path / "junk").write_bytes(bytes(1000))
    (tmp_path / "ignored").write_text("1")
    (tmp_path / ".dockerignore").write_text(f"{ignore}\n")
    with removes_images_of(tmp_path, tmp_path / "Dockerfile"):
        built = build_image(BuildRequest(tmp_path, tmp_path / "Dockerfile"))
        before = load_image(target_of(built)).report
        made = replace(plan(tmp_path, original), original=original)
        (tmp_path / "ignored").write_text("2 is no difference")
        same = prove(made, before, context=tmp_path, verify=False)
        assert (same.original, same.before) == (None, before)
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
        notes: list[object] = []
        proof = prove(made, before, context=tmp_path, on_event=notes.append)
        assert proof.original is not None
        assert proof.comparison.paths == ()
        assert any(isinstance(note, Note) and name in note.text for note in notes)


@pytest.mark.engine("podman5")
def test_podman_builds_reads_and_runs_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = os.environ["UVDIVE_ENGINE_PODMAN5"]
    bring_image("debian:trixie-slim", address)
    monkeypatch.setenv("DOCKER_HOST", address)
    monkeypatch.delenv("CONTAINER_HOST", raising=False)
    old = "FROM debian:trixie-slim\nWORKDIR /app\nCOPY main.sh junk ./\nCMD sh main.sh\n"
    (tmp_path / "Dockerfile").write_text(old)
    (tmp_path / "main.sh").write_text("echo here\n")
    (tmp_path / "junk").write_text("junk")
    with removes_images_of(tmp_path):
        before = load_image(target_of(build_image(BuildRequest(tmp_path, tmp_path / "Dockerfile")))).report
        allowed = Allowances(paths=("/app/junk",))
        made = replace(plan(tmp_path, old.replace(" junk", ""), allowed), original=old)
        proof = prove(made, before, context=tmp_path, start=True)
        assert (before.image.source, proof.after.image.source) == ("podman", "podman")
        assert proof.build.cached >= 1
        assert proof.verification is not None
        assert statuses(proof.verification.checks) == {
            "config": "passed",
            "files": "passed",
            "interpreter": "skipped",
            "libraries": "skipped",
            "imports": "skipped",
            "start": "passed",
        }
        assert "It ends with 0, as the original." in proof.verification.checks[-1].detail
    assert find_image(image_tag(tmp_path, None, "after"), "podman") is None
