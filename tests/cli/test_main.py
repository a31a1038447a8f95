from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from uvdive.base.errors import (
    BuildError,
    CancelledError,
    EngineError,
    ImageError,
    UsageError,
    UvdiveError,
)


def test_help_and_version_go_to_standard_output(run) -> None:
    ran = run("--help")
    assert ran.code == 0
    assert "exit codes" in ran.out
    assert ran.err == ""
    ran = run("--version")
    assert ran.code == 0
    assert ran.out.startswith("uvdive ")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("No sense.", "Make some."), 2),
        (EngineError("No engine.", "Start it."), 3),
        (ImageError("No image.", "Pull it."), 4),
        (BuildError("No build.", "Mend it.", ("a", "b")), 4),
        (CancelledError("Stopped."), 130),
        (KeyboardInterrupt(), 130),
        (UvdiveError("Failed."), 1),
    ],
)
def test_each_error_has_its_code_and_two_clear_lines(run, session, error, code) -> None:
    session.report = error
    ran = run("some:image")
    assert ran.code == code
    assert ran.out == ""
    if isinstance(error, UvdiveError):
        said = ran.err.splitlines()
        assert f"uvdive: {error.what}" in said
        assert not error.do or said[-1] == error.do
        assert [line for line in said if line.startswith("  | ")] == [f"  | {line}" for line in error.log]


def test_a_crash_is_one_line_that_says_how_to_report_it(run, session) -> None:
    session.report = ValueError("first\nsecond")
    ran = run("some:image")
    assert ran.code == 1
    assert ran.err.splitlines() == [
        "uvdive: Something went wrong inside uvdive: ValueError: second",
        "This is a bug. Run it again with --debug and report what it prints.",
    ]


def test_debug_shows_the_traceback(run, session) -> None:
    session.report = ValueError("oh")
    assert "Traceback" in run("some:image", "--debug").err
    session.report = ImageError("No image.")
    assert "Traceback" in run("some:image", "--debug").err


def test_a_log_keeps_the_traceback_and_no_secret(run, session, tmp_path: Path) -> None:
    session.report = ValueError("oh")
    log = tmp_path / "log"
    ran = run("build", str(tmp_path), "--build-arg", "API_TOKEN=s3cret-s3cret", "--log", str(log))
    assert ran.code != 0
    session.report = ValueError("oh")
    run("some:image", "--log", str(log))
    text = log.read_text()
    assert "Traceback" in text
    assert "some:image" in text
    assert "s3cret" not in text


def test_a_log_that_cannot_be_written_is_wrong_usage(run, session, tmp_path: Path) -> None:
    ran = run("some:image", "--log", str(tmp_path / "none" / "log"))
    assert ran.code == 2
    assert session.calls == []


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full")
def test_output_or_a_log_on_a_full_disk_is_said_without_a_traceback() -> None:
    uvdive = [sys.executable, "-m", "uvdive.cli.main", "demo"]
    with FULL.open("w") as full:
        ended = subprocess.run([*uvdive, "--json"], stdout=full, stderr=subprocess.PIPE, check=False)
    assert ended.returncode == 4
    first, second = ended.stderr.decode().splitlines()
    assert first == "uvdive: Standard output can't be written: No space left on device."
    assert second
    logged = subprocess.run([*uvdive, "--report", "--log", FULL], capture_output=True, check=False)
    assert (logged.returncode, bool(logged.stdout)) == (0, True)
    assert b"The log /dev/full ends here" in logged.stderr
    assert b"Traceback" not in logged.stderr


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["exlore", "x"], "There is no command exlore.\nDid you mean uvdive explore x?"),
        (["rewirte", "a b", "--json"], "There is no command rewirte.\nDid you mean uvdive rewrite 'a b'?"),
        (["a", "b"], "One image is looked into at a time.\nTo compare two: uvdive compare a b"),
        (["a", "b", "c"], "One image is looked into at a time.\nTo compare two: uvdive compare a b"),
        (["a", "--jsn"], "Unrecognized arguments: --jsn.\nSee uvdive --help."),
        (["compare", "a"], "The following arguments are required: B.\nSee uvdive compare --help."),
    ],
)
def test_what_was_meant_is_said(run, session, argv: list[str], said: str) -> None:
    ran = run(*argv)
    assert (ran.code, ran.err) == (2, f"uvdive: {said}\n")


@pytest.mark.parametrize(
    "argv",
    [
        [],
        [""],
        ["a", "b"],
        ["a", "--jsn"],
        ["a", "--json", "--markdown"],
        ["a", "--json", "--report"],
        ["--units", "furlongs", "a"],
        ["--units"],
        ["compare", "a"],
        ["compare", "a", "b", "c"],
        ["rewrite"],
        ["rewrite", "/nowhere/Dockerfile"],
        ["build"],
        ["build", "/nowhere"],
        ["build", "--push", "."],
        ["clean", "everything"],
        ["demo", "x"],
        ["dockerfile:/nowhere/Dockerfile"],
        ["\udcff:1"],
        ["caf\u00e9"],
    ],
)
def test_a_line_that_makes_no_sense_ends_with_2_and_advice(run, session, argv) -> None:
    ran = run(*argv)
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.startswith("uvdive: ")
    assert session.calls == []


def test_options_before_a_command_are_explained(run, session) -> None:
    ran = run("--json", "compare", "a", "b")
    assert ran.code == 2
    assert "uvdive compare" in ran.err
    ran = run("--json", "demo")
    assert ran.code == 2
    assert "uvdive explore demo" in ran.err


def test_an_image_may_be_called_like_a_command(run, session) -> None:
    assert run("explore", "rewrite").code == 0
    assert session.asked("load")[0] == "rewrite"


def test_errors_are_safe_to_print(run, session) -> None:
    session.report = ImageError("\x1b[2Jgone\u202e", "do\x07", ("\x9b2J",))
    said = run("some:image").err
    assert all(char.isprintable() or char == "\n" for char in said)


def start(*argv: str, **more: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "uvdive", *argv]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)  # type: ignore[call-overload]


def test_a_closed_pipe_is_quiet() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    for argv in (["--help"], ["--version"]):
        done = subprocess.run(
            [sys.executable, "-m", "uvdive", *argv],
            stdout=writer,
            stderr=subprocess.PIPE,
            check=False,
        )
        assert done.stderr == b""
    os.close(writer)


def test_data_into_a_closed_pipe_is_quiet(tmp_path: Path) -> None:
    from made_images.samples import sample_report

    from uvdive.ledger.saved.report_file import dump

    (tmp_path / "a.uvdive").write_bytes(dump(sample_report()))
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "uvdive", str(tmp_path / "a.uvdive"), "--json"],
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_end_the_work_and_its_worker(tmp_path: Path, number: int, code: int) -> None:
    # Reading blocks on a pipe that nobody writes to, so the signal comes in the middle of work.
    fifo = tmp_path / "Dockerfile-archive.tar"
    os.mkfifo(fifo)
    code_text = (
        "import signal, sys\n"
        # Who starts the tests may ignore it, and a child would go on ignoring it.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import uvdive.session.opening.images as images\n"
        "from uvdive.cli.main import main\n"
        "def wait(*args, **more):\n"
        "    sys.stderr.write('waiting\\n'); sys.stderr.flush()\n"
        "    open(sys.argv[1], 'rb').read()\n"
        "images.load_image = wait\n"
        "sys.exit(main(['some:image']))\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code_text, str(fifo)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stderr is not None
    try:
        assert child.stderr.readline() == "waiting\n"
        child.send_signal(number)
        _, said = child.communicate(timeout=60)
    finally:
        child.kill()
    assert child.returncode == code
    assert "Traceback" not in said
