"""The check of the imports, in real containers."""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from made_images import pairs_of_images as pairs

from uvdive.base.errors import CancelledError, EngineError
from uvdive.base.progress import CancelToken
from uvdive.build.events import BuildRequest
from uvdive.build.images import image_tag, list_images, remove_images
from uvdive.build.running import sandbox
from uvdive.build.running.containers import Ran, run_container
from uvdive.ledger.report import ImageReport
from uvdive.session.opening.images import load_image
from uvdive.session.proof.building import build_image
from uvdive.verify.python import imports
from uvdive.verify.python.imports import check_imports
from uvdive.verify.python.inside import MARK

PYTHON = "python:3.13-slim"
MODULES = {
    "fine": "print('noise')",
    "picky": "open('/etc/needed').close()",
    "never": "raise RuntimeError('never worked')",
    "_native": "import ctypes",
    "online": "import socket; assert len(socket.if_nameindex()) > 1",
}


@pytest.fixture
def name(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The one name of this test's containers: a second one could not even be made."""
    unique = secrets.token_hex(8)
    monkeypatch.setattr(secrets, "token_hex", lambda _: unique)
    yield f"uvdive-{unique}"
    command = ["docker", "ps", "--all", "--quiet", "--filter", f"name=uvdive-{unique}"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == ""


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("imports")
    site = folder / "site"
    info = site / "odd-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: odd\nVersion: 1.0\n")
    (info / "RECORD").write_text(
        "".join(f"{name}.py,,\n" for name in MODULES) + "odd-1.0.dist-info/RECORD,,\n"
    )
    for name, text in MODULES.items():
        (site / f"{name}.py").write_text(text + "\n")
    yield folder
    tags = {image_tag(folder, None, "before"), image_tag(folder, None, "after")}
    remove_images(image for image in list_images() if image.tag in tags)


def build(context: Path, role: str, extra: str = "") -> ImageReport:
    text = (
        f"FROM {PYTHON}\n"
        "RUN python -m venv --without-pip /app/.venv\n"
        "COPY site /app/.venv/lib/python3.13/site-packages\n"
        f"{extra}\nUSER 65534\n"
    )
    tag = image_tag(context, None, role)  # type: ignore[arg-type]
    build_image(BuildRequest(context, text=text, tag=tag))
    return load_image(f"docker://{tag}").report


@pytest.fixture(scope="module")
def before(context: Path) -> ImageReport:
    return build(context, "before", "RUN touch /etc/needed")


@pytest.mark.engine
def test_what_worked_before_must_work_now(context: Path, before: ImageReport, name: str) -> None:
    after = build(context, "after")
    assert {m for e in before.environments for d in e.distributions for m in d.modules} >= MODULES.keys()
    check = check_imports(before, after, CancelToken())
    assert check.status == "failed"
    (line,) = check.differences
    assert line.startswith("/app/.venv: import picky: FileNotFoundError")
    assert "2 fail in the original already" in check.detail
    same = check_imports(before, before, CancelToken())
    assert (same.status, same.differences) == ("passed", ())
    assert "All 3 modules" in same.detail


@pytest.mark.engine
def test_a_python_that_does_not_start_is_one_line(context: Path, before: ImageReport, name: str) -> None:
    after = build(context, "after", "RUN rm /app/.venv/bin/python /app/.venv/bin/python3*")
    (line,) = check_imports(before, after, CancelToken()).differences
    assert line.startswith("/app/.venv: import _native, fine, picky: ")
    assert "no such file" in line


@pytest.mark.engine
def test_the_time_limit_ends_the_container(name: str) -> None:
    ran = run_container(
        PYTHON, ["python", "-c", "import time; print(1, flush=True); time.sleep(600)"], seconds=2
    )
    assert ran.status is None


@pytest.mark.engine
def test_cancelling_ends_the_container(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    cancel = CancelToken()
    monkeypatch.setattr(sandbox.Sandbox, "status", lambda _: cancel.cancel())
    with pytest.raises(CancelledError):
        run_container(PYTHON, ["sleep", "600"], seconds=600, cancel=cancel)


@pytest.mark.engine
def test_an_image_that_is_not_there_is_an_error() -> None:
    with pytest.raises(EngineError) as caught:
        run_container(f"uvdive.local/{secrets.token_hex(4)}", ["true"], seconds=60)
    assert caught.value.log


@pytest.mark.engine
def test_a_container_has_no_network_and_a_status() -> None:
    code = "import socket, sys; print([n for _, n in socket.if_nameindex()]); sys.exit(3)"
    ran = run_container(PYTHON, ["python", "-c", code], seconds=60)
    assert (ran.status, ran.output) == (3, "['lo']\n")


def test_an_image_in_no_engine_is_skipped(tmp_path: Path) -> None:
    report = pairs.original(tmp_path)
    check = check_imports(report, report, CancelToken())
    assert check.status == "skipped"
    assert "in no engine" in check.detail


FLASK = f'start-up noise {MARK}["flask", null]\n'


@pytest.fixture
def two(tmp_path: Path) -> tuple[ImageReport, ImageReport]:
    """Two images that an engine is said to have."""
    report = pairs.original(tmp_path)
    old, new = (replace(report.image, source="docker", id=f"sha256:{number}") for number in range(2))
    return replace(report, image=old), replace(report, image=new)


def answered(monkeypatch: pytest.MonkeyPatch, *answers: Ran) -> None:
    each = iter(answers)
    monkeypatch.setattr(imports, "run_container", lambda *_, **__: next(each))


def test_modules_that_were_not_reached_in_time_count_as_failed(two, monkeypatch: pytest.MonkeyPatch) -> None:
    answered(monkeypatch, Ran(0, FLASK, ""), Ran(None, "", ""))
    check = check_imports(*two, CancelToken())
    assert check.differences == ("/app/.venv: import flask: not tried within 600 seconds",)


def test_what_a_stranger_prints_in_the_place_of_an_answer_is_passed_over(
    two, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = "".join(f"{MARK}{each}\n" for each in ("", "[", "{}", "[[], {}]", '["a"]', "7", "[" * 100_000))
    answered(monkeypatch, Ran(0, wrong + FLASK, ""), Ran(0, FLASK + wrong, ""))
    assert check_imports(*two, CancelToken()).status == "passed"


def test_a_limit_that_ended_an_import_is_told(two, monkeypatch: pytest.MonkeyPatch) -> None:
    answered(monkeypatch, Ran(0, FLASK, ""), Ran(137, "", "Killed", "It took more than 4.0 GiB of memory."))
    (said,) = check_imports(*two, CancelToken()).differences
    assert said.endswith("import flask: Killed It took more than 4.0 GiB of memory.")


def test_an_image_is_asked_once(two, monkeypatch: pytest.MonkeyPatch) -> None:
    known: imports.Known = {}
    answered(monkeypatch, Ran(0, FLASK, ""), Ran(0, FLASK, ""))
    first = check_imports(*two, CancelToken(), known)
    assert {image for _, image, _, _ in known} == {"sha256:0", "sha256:1"}
    assert check_imports(*two, CancelToken(), known) == first


@pytest.mark.parametrize(
    "ran",
    [
        Ran(None, FLASK, ""),
        Ran(1, "", "no such file"),
        Ran(0, f'{MARK}["flask", "the import took more than 60 seconds"]\n', ""),
    ],
    ids=["the container's time limit", "no Python", "an import's time limit"],
)
def test_what_an_accident_gave_is_not_kept(two, ran: Ran, monkeypatch: pytest.MonkeyPatch) -> None:
    known: imports.Known = {}
    answered(monkeypatch, ran, ran)
    check_imports(*two, CancelToken(), known)
    assert known == {}


def test_a_new_environment_is_tried_although_the_original_has_none(
    two, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = replace(two[0], environments=())
    answered(monkeypatch, Ran(0, FLASK, ""))
    assert check_imports(bare, two[1], CancelToken()).status == "passed"
    answered(monkeypatch, Ran(0, f'{MARK}["flask", "ImportError: libGL.so.1"]\n', ""))
    check = check_imports(bare, two[1], CancelToken())
    # Nobody knows whether the original could import it.
    assert check.status == "skipped"
    assert "import flask: ImportError: libGL.so.1" in check.unseen[0]


def test_an_environment_of_which_nothing_can_be_imported_is_not_proven(
    two, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = f'{MARK}["flask", "ImportError: never"]\n'
    answered(monkeypatch, Ran(0, broken, ""), Ran(0, broken, ""))
    check = check_imports(*two, CancelToken())
    assert check.status == "skipped"
    assert check.unseen == ("no module of /app/.venv can be imported in the original",)


def test_what_was_not_tried_is_told_by_the_last_that_was_said() -> None:
    ran = Ran(1, f'noise {MARK}["a", null]\nother\n', "first\n\nlast\n \n")
    assert imports._parsed(ran, ["a", "b"]) == {"a": None, "b": "last"}
    assert imports._parsed(replace(ran, error=" \n"), ["b"]) == {"b": "the container ended with 1"}
    late = imports._parsed(replace(ran, status=None), ["b"])
    assert late == {"b": f"not tried within {imports.CONTAINER_SECONDS:.0f} seconds"}
