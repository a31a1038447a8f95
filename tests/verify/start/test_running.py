"""Two runs side by side, and real containers."""

from __future__ import annotations

import gc
import json
import os
import secrets
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from engines.bringing import bring_image
from engines.proxy import proxied

from uvdive.base.errors import CancelledError, EngineError, ExitCode, UvdiveError
from uvdive.base.progress import CancelToken
from uvdive.build.leftovers import leftovers, remove_leftovers
from uvdive.build.running import observing, sandbox
from uvdive.build.running.containers import run_container
from uvdive.build.running.observing import Answer, Observed, Watched, health_command, observe
from uvdive.build.running.probe import ports, work
from uvdive.verify.checks import Check, Want
from uvdive.verify.start.judging import Runs, judge, said

PYTHON = "python:3.13-slim"
RESOLVED = Check("start", "passed", "The new image starts web.")
WEB = Observed("listening", None, (8000,), (Answer(8000, 200, "aa", "aa", "aa"),), 0.4)
FAILS = Observed("exited", 1, log=("at 12:01", "KeyError: 'DATABASE_URL' at 0x7f12"))


def test_the_same_passes() -> None:
    check = judge(Runs(WEB, WEB), RESOLVED)
    assert check.status == "passed"
    assert "listens on port 8000 HTTP 200 for /" in check.detail


@pytest.mark.parametrize(
    ("new", "line"),
    [
        (replace(WEB, ports=(80,), answers=()), "listening ports: [8000] -> [80]"),
        (replace(WEB, answers=(Answer(8000, 500, "aa", "aa", "aa"),)), "/ at port 8000: HTTP 200 -> 500"),
        (replace(WEB, answers=(Answer(8000, 200, "bb", "bb", "bb"),)), "/ at port 8000: another body"),
        (replace(WEB, answers=()), "/ at port 8000: no answer any more"),
        (replace(WEB, state="unhealthy"), "the new image does not become healthy"),
        (FAILS, "the new image ends with 1 (KeyError: 'DATABASE_URL' at 0x7f12)"),
        (Observed("exited", 0), "the new image ends with 0"),
    ],
)
def test_a_difference_fails(new: Observed, line: str) -> None:
    check = judge(Runs(WEB, new), RESOLVED)
    assert check.status == "failed"
    assert any(line in difference for difference in check.differences)


def test_r55_the_same_failure_is_said() -> None:
    again = replace(FAILS, log=("at 12:05", "KeyError: 'DATABASE_URL' at 0x7a99"))
    check = judge(Runs(FAILS, again), RESOLVED)
    assert check.status == "announced"
    assert "DATABASE_URL" in check.detail
    assert judge(Runs(FAILS, replace(FAILS, log=("ImportError: x",))), RESOLVED).status == "failed"
    assert judge(Runs(FAILS, replace(FAILS, status=2)), RESOLVED).status == "failed"


def test_an_original_that_fails_is_repaired() -> None:
    assert judge(Runs(FAILS, WEB), RESOLVED).status == "repaired"


def test_a_slower_stop_is_announced() -> None:
    check = judge(Runs(WEB, replace(WEB, stop_seconds=10.3)), RESOLVED)
    assert check.status == "announced"
    assert check.differences[0].startswith("docker stop takes 10.3 s, it took 0.4 s")


def test_both_stops_are_measured() -> None:
    detail = judge(Runs(WEB, replace(WEB, stop_seconds=0.9)), RESOLVED).detail
    assert "It stops in 0.9 s; the original took 0.4 s." in detail


def test_lines_that_only_one_image_writes_are_told() -> None:
    old = replace(WEB, log=("Installed 12 packages in 3 ms", "listening at 0x12ab, pid 7"))
    new = replace(WEB, log=("listening at 0x99ff, pid 1", "running without uv"))
    check = judge(Runs(old, new), RESOLVED)
    assert check.status == "announced"
    assert check.differences == (
        "only the original says: Installed 12 packages in 3 ms",
        "only the new image says: running without uv",
    )


def test_an_error_that_only_the_new_image_logs_fails() -> None:
    new = replace(WEB, log=("ModuleNotFoundError: no module named 'worker'",))
    check = judge(Runs(WEB, new), RESOLVED)
    assert check.status == "failed"
    assert "ModuleNotFoundError" in check.differences[0]
    lost = replace(FAILS, log=("FileNotFoundError: [Errno 2] No such file or directory: '/app/x'",))
    assert judge(Runs(WEB, lost), RESOLVED).wants == (Want("path", "/app/x"),)
    assert judge(Runs(new, new), RESOLVED).status == "passed"


@pytest.mark.parametrize(
    ("healthcheck", "command"),
    [
        (None, ()),
        ({"Test": ["NONE"]}, ()),
        ({"Test": ["CMD", "curl", "-f", "x"]}, ("curl", "-f", "x")),
        ({"Test": ["CMD-SHELL", "curl x || exit 1"]}, ("/bin/sh", "-c", "curl x || exit 1")),
    ],
)
def test_the_command_of_a_healthcheck(healthcheck: dict[str, list[str]] | None, command: object) -> None:
    assert health_command(healthcheck) == command


@pytest.mark.parametrize(("states", "runnable"), [("SS", False), ("SR", True), ("DS", True), ("SZ", False)])
def test_a_program_that_waits_for_the_processor_or_the_disk_is_at_work(
    states: str, runnable: bool, tmp_path: Path
) -> None:
    for number, state in enumerate(states, 1):
        (tmp_path / f"{10**9 + number}").mkdir()
        line = f"{number} (a ) b) {state} 1 1 1 0 -1 4194304 9 0 0 0 30 12 0 0 20 0\n"
        (tmp_path / f"{10**9 + number}" / "stat").write_text(line)
    (tmp_path / "net").mkdir()
    assert work(str(tmp_path)) == (84, runnable)


def test_listening_ports_are_read_from_the_kernels_table() -> None:
    table = [
        "   0: 00000000:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0",
        "   1: 0100007F:1F40 0100007F:D2F0 01 00000000:00000000 00:00000000 00000000     0",
        "   2: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 0",
    ]
    assert ports(table) == {8000, 80}


def left_behind(name: str) -> str:
    command = ["docker", "ps", "--all", "--quiet", "--filter", f"name={name}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def name(monkeypatch: pytest.MonkeyPatch) -> str:
    unique = secrets.token_hex(8)
    monkeypatch.setattr(secrets, "token_hex", lambda _: unique)
    return f"uvdive-{unique}"


@pytest.mark.engine
def test_a_program_that_ends_tells_its_status(name: str) -> None:
    seen = observe(Watched(PYTHON), seconds=60)
    assert (seen.state, seen.status) == ("exited", 0)
    assert left_behind(name) == ""


@pytest.mark.engine
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # docker's SDK, where it can't connect
@pytest.mark.parametrize("call", ["start", "status", "run", "log", "stop"])
def test_the_engine_goes_away_while_an_image_runs(
    name: str, built: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """Whichever call is the first to find nobody any more."""
    monkeypatch.setattr(observing, "STEADY_SECONDS", 0.0)
    real = getattr(sandbox.Sandbox, call)
    watched = Watched(
        built(program(SLEEP)), healthcheck={"Test": ["CMD", "false"]} if call == "run" else None
    )
    with proxied(tmp_path) as proxy, monkeypatch.context() as patch:

        def cut_off(self: sandbox.Sandbox, *args: object) -> object:
            proxy.close()
            return real(self, *args)

        patch.setenv("DOCKER_HOST", proxy.url)
        patch.setattr(sandbox.Sandbox, call, cut_off)
        error = raised(lambda: observe(watched, seconds=60))
    assert error == (EngineError, "The container engine went away while an image ran.", ExitCode.NO_ENGINE)
    # The engine itself lives on, and the container with it: what ``uvdive clean`` is for.
    assert left_behind(name)
    monkeypatch.setattr("uvdive.build.leftovers.is_running", lambda _process: False)
    remove_leftovers(tuple(item for item in leftovers() if item.name == name))
    assert left_behind(name) == ""


def raised(work: Callable[[], object]) -> tuple[type, str, ExitCode]:
    """What error a piece of work ends with; nothing of it is alive afterwards."""
    try:
        work()
    except UvdiveError as error:
        told = type(error), error.what, error.code
    else:
        pytest.fail("nothing was raised")
    gc.collect()
    return told


@pytest.mark.engine
def test_a_stop_leaves_no_container(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cancel = CancelToken()
    monkeypatch.setattr(sandbox.Sandbox, "status", lambda _: cancel.cancel())
    with pytest.raises(CancelledError):
        observe(Watched(PYTHON), seconds=60, cancel=cancel)
    assert left_behind(name) == ""


@pytest.fixture
def built(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Builds a small image that starts a Python program; its name."""
    tags: list[str] = []

    def build(command: list[str], *more: str) -> str:
        tag = f"uvdive-test/observed-{os.getpid()}:{len(tags)}"
        tags.append(tag)
        lines = (f"FROM {PYTHON}", *more, f"ENTRYPOINT {json.dumps(command)}", "")
        (tmp_path / "Dockerfile").write_text("\n".join(lines))
        run = ["docker", "buildx", "build", "--load", "--provenance=false", "-t", tag, tmp_path]
        subprocess.run(run, capture_output=True, check=True)
        return tag

    yield build
    subprocess.run(["docker", "rmi", "--force", *tags], capture_output=True, check=False)


def program(text: str) -> list[str]:
    return ["python", "-u", "-c", text]


IN_IMAGE = "/usr/local/bin/python3"
SLEEP = "import time; time.sleep(600)"


@pytest.mark.engine
def test_a_program_that_is_not_there_says_so(name: str, built: Callable[..., str]) -> None:
    seen = observe(Watched(built(["no-such-program"])), seconds=60)
    assert (seen.state, seen.status) == ("exited", 127)
    assert "no-such-program" in seen.log[-1]
    assert name not in "".join(seen.log)
    assert left_behind(name) == ""


@pytest.mark.engine
def test_last_words_are_no_part_of_the_log(name: str, built: Callable[..., str]) -> None:
    """A Python that SIGINT ends says KeyboardInterrupt, which the original's SIGTERM does not make it say."""
    image = built(program(f"print('ready'); {SLEEP}"))
    seen = observe(Watched(image, stop_signal="SIGINT"), seconds=60)
    assert (seen.state, seen.log) == ("running", ("ready",))
    assert seen.stop_seconds is not None
    assert seen.stop_seconds < observing.STOP_SECONDS - 1
    assert left_behind(name) == ""


@pytest.mark.engine
def test_a_port_without_http_counts_as_listening(
    name: str, built: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    volumes = []
    real = sandbox.Sandbox.stop

    def noting(self: sandbox.Sandbox, seconds: int) -> float:
        volumes.extend(mount["Name"] for mount in self._api.inspect_container(self._name)["Mounts"])
        return real(self, seconds)

    monkeypatch.setattr(sandbox.Sandbox, "stop", noting)
    listen = f"import socket; s = socket.create_server(('', 7777)); print('ready'); s.accept(); {SLEEP}"
    seen = observe(Watched(built(program(listen), "VOLUME /data"), python=IN_IMAGE), seconds=60)
    # It speaks no HTTP: the first connection ends the wait of accept, the others are not answered.
    assert (seen.state, seen.ports, seen.answers) == ("listening", (7777,), ())
    # Python as the first process ignores SIGTERM (R21).
    assert seen.stop_seconds is not None
    assert seen.stop_seconds > observing.STOP_SECONDS - 1
    assert left_behind(name) == ""
    (volume,) = volumes
    gone = subprocess.run(["docker", "volume", "inspect", volume], capture_output=True, check=False)
    assert gone.returncode != 0


@pytest.mark.engine
def test_a_program_that_never_listens_is_not_waited_for_in_vain(
    built: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observing, "STEADY_SECONDS", 2.0)
    worker = "import signal, sys; signal.signal(15, lambda *_: sys.exit()); print('waiting'); signal.pause()"
    seen = observe(Watched(built(program(worker)), python=IN_IMAGE), seconds=600)
    assert seen.state == "running"
    assert seen.why.startswith("no output and no work for ")
    assert seen.log == ("waiting",)
    assert "runs and does not listen (no output" in said(seen)


@pytest.mark.engine
def test_the_images_own_health_check_is_asked(built: Callable[..., str]) -> None:
    late = "import time, pathlib; time.sleep(2); pathlib.Path('/tmp/up').touch(); time.sleep(600)"
    image = built(program(late))
    healthy = {"Test": ["CMD", "test", "-e", "/tmp/up"]}
    seen = observe(Watched(image, python=IN_IMAGE, healthcheck=healthy), seconds=60)
    assert seen.state == "healthy"


@pytest.mark.engine
def test_a_container_that_never_becomes_healthy(
    built: Callable[..., str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(observing, "LATE_SECONDS", 2.0)
    sick = {"Test": ["CMD-SHELL", "exit 1"]}
    seen = observe(Watched(built(program(SLEEP)), python=IN_IMAGE, healthcheck=sick), seconds=60)
    assert seen.state == "unhealthy"
    assert "does not become healthy (no output" in said(seen)
    assert judge(Runs(seen, seen), RESOLVED).status == "announced"
    assert judge(Runs(WEB, seen), RESOLVED).status == "failed"
    assert left_behind(name) == ""


@pytest.mark.engine
def test_a_port_that_is_taken_here_does_not_matter(built: Callable[..., str]) -> None:
    with socket.create_server(("", 0)) as taken:
        port = taken.getsockname()[1]
        image = built(["python", "-m", "http.server", str(port)], f"EXPOSE {port}")
        seen = observe(Watched(image, python=IN_IMAGE), seconds=60)
    assert (seen.state, seen.ports) == ("listening", (port,))
    assert [answer.status for answer in seen.answers] == [200]


@pytest.mark.engine("podman5")
def test_podman_runs_them_too(monkeypatch: pytest.MonkeyPatch) -> None:
    name, address = "debian:trixie-slim", os.environ["UVDIVE_ENGINE_PODMAN5"]
    bring_image(name, address)
    monkeypatch.setenv("CONTAINER_HOST", address)
    assert observe(Watched(name, "podman"), seconds=60).state == "exited"
    ran = run_container(name, ["sh", "-c", "hostname; exit 3"], seconds=60, source="podman")
    assert (ran.status, ran.output) == (3, "uvdive\n")
    assert run_container(name, ["nope"], seconds=60, source="podman").status == 127


SINCE = """
import http.server, signal, sys, time
signal.signal(15, lambda *_: sys.exit())
began = time.time_ns()
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello, up since %d, now %d" % (began, time.time_ns()))
http.server.HTTPServer(("", 8000), Handler).serve_forever()
"""


@pytest.mark.engine
def test_a_real_page_with_the_time_and_the_start(built: Callable[..., str]) -> None:
    watched = Watched(built(program(SINCE)), python=IN_IMAGE)
    old, new, again = (observe(watched, seconds=60) for _ in range(3))
    (answer,) = old.answers
    assert len({answer.body, answer.constant, answer.plain}) == 3
    assert judge(Runs(old, old), RESOLVED).status == "passed"
    check = judge(Runs(old, new, again), RESOLVED)
    assert check.status == "announced"
    assert "changes from start to start" in check.differences[0]
    other = Watched(built(program(SINCE.replace("hello", "sorry"))), python=IN_IMAGE)
    assert judge(Runs(old, observe(other, seconds=60), again), RESOLVED).status == "failed"
