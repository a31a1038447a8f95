"""From failed checks to the choices that mend them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_images import layers as make
from made_images import pairs_of_images as pairs
from made_images.layers import content

from uvdive.ledger.report import ConsoleScript, Distribution, ImageReport
from uvdive.rewrite.plan import Allowances, Alternative, Decision, RewritePlan
from uvdive.verify.checks import Check, Verification, Want
from uvdive.verify.files.check import check_files
from uvdive.verify.python.interpreter import check_interpreter
from uvdive.verify.repairs import Repair, repairs
from uvdive.verify.start.command import check_start
from uvdive.verify.wanting import wanted_by

PLAN = RewritePlan("rewritten", "image", "Dockerfile", "FROM a\n", "FROM b\n", "")
LIBRARY = {"usr/lib/libpq.so.5": content(300, "q")}


def failed(name: str, *wants: Want) -> Verification:
    return Verification((Check(name, "failed", "", (), wants),))  # type: ignore[arg-type]


def before_with_a_library(tmp_path: Path) -> ImageReport:
    return pairs.read(
        tmp_path / "b.tar", pairs.python(), pairs.package("libpq5", "17.5", LIBRARY), pairs.application()
    )


def test_a_lost_file_is_copied(tmp_path: Path) -> None:
    before, after = pairs.original(tmp_path), pairs.rewritten(tmp_path, without="app/server.py")
    check = check_files(before, after, Allowances(owners=("uv", "uv-cache")))
    assert repairs(before, after, PLAN, Verification((check,))) == (
        Repair("extra-paths", "/app/server.py", ("files",), "files: /app/server.py is not copied"),
    )


def test_a_lost_folder_is_copied_as_a_whole(tmp_path: Path) -> None:
    files = pairs.application()
    del files["app/src"], files["app/src/mine.py"]
    before, after = pairs.original(tmp_path), pairs.read(tmp_path / "a.tar", pairs.python(), files)
    checks = check_files(before, after, pairs.ALLOWED), check_interpreter(before, after)
    (repair,) = repairs(before, after, PLAN, Verification(checks))
    assert (repair.choice, repair.value) == ("extra-paths", "/app/src")
    assert repair.checks == ("files", "interpreter")


def test_a_missing_library_is_installed_with_its_package(tmp_path: Path) -> None:
    before, after = before_with_a_library(tmp_path), pairs.rewritten(tmp_path)
    (repair,) = repairs(before, after, PLAN, failed("libraries", Want("library", "libpq.so.5")))
    assert repair == Repair(
        "extra-packages", "libpq5", ("libraries",), "libraries: libpq.so.5 comes with the package libpq5"
    )


def test_a_library_that_no_package_brought_is_copied(tmp_path: Path) -> None:
    own = {"own": make.file("usr/local/lib/libown.so.1", content(300, "o"))}
    before = pairs.read(tmp_path / "b.tar", pairs.python(), pairs.application() | own)
    (repair,) = repairs(
        before, pairs.rewritten(tmp_path), PLAN, failed("imports", Want("library", "libown.so.1"))
    )
    assert (repair.choice, repair.value) == ("extra-paths", "/usr/local/lib/libown.so.1")


def test_what_was_chosen_before_stays_chosen(tmp_path: Path) -> None:
    chosen = Decision("extra-packages", "R46", None, "", "", "curl", (Alternative("curl", ""),))
    before, after = before_with_a_library(tmp_path), pairs.rewritten(tmp_path)
    plan = replace(PLAN, decisions=(chosen,))
    (repair,) = repairs(before, after, plan, failed("libraries", Want("library", "libpq.so.5")))
    assert repair.value == "curl,libpq5"


def test_a_package_that_the_plan_decided_about_is_decided_anew(tmp_path: Path) -> None:
    ways = (Alternative("keep", ""), Alternative("drop", ""))
    dropped = Decision("package-libpq5", "R33", 2, "", "", "drop", ways)
    before, after = before_with_a_library(tmp_path), pairs.rewritten(tmp_path)
    plan = replace(PLAN, decisions=(dropped,))
    (repair,) = repairs(before, after, plan, failed("imports", Want("library", "libpq.so.5")))
    assert (repair.choice, repair.value) == ("package-libpq5", "keep")


@pytest.mark.parametrize(
    "want",
    [
        Want("path", "/usr/local/bin/uv"),  # taking it away is the purpose
        Want("path", "/never/was"),
        Want("library", "libnever.so.1"),
        Want("program", "never"),
        Want("program", "uv"),
        Want("path", "/app/server.py"),  # it is there
    ],
)
def test_what_no_choice_mends_is_not_offered(tmp_path: Path, want: Want) -> None:
    before, after = pairs.original(tmp_path), pairs.rewritten(tmp_path)
    assert repairs(before, after, PLAN, failed("files", want)) == ()


def test_a_check_that_passed_asks_for_nothing(tmp_path: Path) -> None:
    before, after = pairs.original(tmp_path), pairs.rewritten(tmp_path, without="app/server.py")
    passed = Verification((Check("files", "passed", "", (), (Want("path", "/app/server.py"),)),))
    assert repairs(before, after, PLAN, passed) == ()


def test_a_start_command_that_is_gone_is_installed_again(tmp_path: Path) -> None:
    path = "usr/bin/tini"
    tini = pairs.package("tini", "0.19", {path: b""}) | {path: make.file(path, content(200, "t"), 0o755)}
    before = pairs.read(
        tmp_path / "b.tar",
        pairs.python(),
        tini,
        pairs.application(),
        config={**pairs.CONFIG, "Entrypoint": ["/usr/bin/tini", "--"]},
    )
    after = pairs.rewritten(tmp_path, Entrypoint=["/usr/bin/tini", "--"])
    check = check_start(before, after)
    assert check.status == "failed"
    (repair,) = repairs(before, after, PLAN, Verification((check,)))
    assert (repair.choice, repair.value) == ("extra-packages", "tini")


@pytest.mark.parametrize(
    ("error", "wants"),
    [
        (
            "ImportError: libpq.so.5: cannot open shared object file: No such file or directory",
            [Want("library", "libpq.so.5")],
        ),
        (
            "OSError: /usr/lib/libgomp.so.1: cannot open shared object file",
            [Want("library", "libgomp.so.1")],
        ),
        (
            "FileNotFoundError: [Errno 2] No such file or directory: '/app/pyproject.toml'",
            [Want("path", "/app/pyproject.toml")],
        ),
        ("/bin/sh: 1: curl: not found", [Want("program", "curl")]),
        ("/app/start.sh: line 3: exec: tini: not found", [Want("program", "tini")]),
        ("FileNotFoundError: [Errno 2] No such file or directory: 'ffmpeg'", [Want("program", "ffmpeg")]),
        ("ModuleNotFoundError: No module named 'x'", [Want("module", "x")]),
        ("FileNotFoundError: [Errno 2] No such file or directory: 'rela/tive'", []),
    ],
)
def test_what_a_message_names(error: str, wants: list[Want]) -> None:
    assert list(wanted_by(error)) == wants


def with_groups(report: ImageReport, *distributions: Distribution) -> ImageReport:
    """The image with just these distributions in its environment."""
    environment = next(each for each in report.environments if each.path == "/app/.venv")
    scripts = tuple(ConsoleScript(each.name, "/app/.venv/bin/python") for each in distributions)
    return replace(report, environments=(replace(environment, distributions=distributions, scripts=scripts),))


FLASK = Distribution("flask", "3.1.0", 1, 0, 0, 1, modules=("flask",))
TOOL = Distribution("debug-tool", "1", 1, 0, 0, 1, group="dev", modules=("debug_tool", "_debug"))
EXTRA = replace(TOOL, group="extra:debug")
NO_DEV = replace(PLAN, decisions=(Decision("dev-group", "R14", None, "", "", "remove"),))


@pytest.mark.parametrize(
    "want",
    [
        *(Want("module", "debug_tool"), Want("module", "_debug.loader"), Want("program", "debug-tool")),
        Want("path", "/app/.venv/bin/debug-tool"),
    ],
)
def test_what_a_removed_group_brings_comes_back_with_the_group(tmp_path: Path, want: Want) -> None:
    image = pairs.original(tmp_path)
    before, after = with_groups(image, FLASK, TOOL), with_groups(image, FLASK)
    why = f"start: {want.name} comes with debug-tool of the group dev"
    assert repairs(before, after, NO_DEV, failed("start", want)) == (
        Repair("dev-group", "keep", ("start",), why),
    )


@pytest.mark.parametrize("name", ["flask", "debug", "other"])
def test_a_group_is_not_kept_for_what_it_does_not_bring(tmp_path: Path, name: str) -> None:
    image = pairs.original(tmp_path)
    before, after = with_groups(image, FLASK, TOOL), with_groups(image, FLASK)
    assert repairs(before, after, NO_DEV, failed("start", Want("module", name))) == ()


def test_a_group_that_stays_and_an_extra_are_no_removed_group(tmp_path: Path) -> None:
    image, want = pairs.original(tmp_path), Want("module", "debug_tool")
    after = with_groups(image, FLASK)
    assert repairs(with_groups(image, FLASK, TOOL), after, PLAN, failed("start", want)) == ()
    assert repairs(with_groups(image, FLASK, EXTRA), after, NO_DEV, failed("start", want)) == ()


def test_an_environment_that_is_left_behind_comes_back_for_its_modules(tmp_path: Path) -> None:
    image = pairs.original(tmp_path)
    other = replace(image.environments[0], path="/opt/tools", distributions=(TOOL,), scripts=())
    before = replace(image, environments=(*image.environments, other))
    plan = replace(PLAN, decisions=(Decision("other-environments", "R9", None, "", "", "leave-out"),))
    (repair,) = repairs(before, image, plan, failed("imports", Want("module", "debug_tool")))
    assert (repair.choice, repair.value) == ("other-environments", "keep")
    assert repairs(before, image, PLAN, failed("imports", Want("module", "debug_tool"))) == ()


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("ModuleNotFoundError: No module named 'debug_tool'", "debug_tool"),
        ("/app/.venv/bin/python: No module named debug_tool.server", "debug_tool.server"),
        ("ImportError: cannot import name 'x' from 'y'", ""),
    ],
)
def test_a_module_that_a_message_names(message: str, name: str) -> None:
    assert list(wanted_by(message)) == ([Want("module", name)] if name else [])
