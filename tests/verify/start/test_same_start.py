"""The start command without uv: what may go and what must stay."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import layers as make
from made_images import pairs_of_images as pairs

from uvdive.ledger.report import ImageReport
from uvdive.verify.checks import Check
from uvdive.verify.start.command import check_start
from uvdive.verify.start.faithful import held_to_the_original
from uvdive.verify.start.same import calls_uv_run, in_a_shell, same_start


def sh(script: str) -> list[str]:
    return ["/bin/sh", "-c", script]


def words(text: str) -> list[str]:
    return text.split()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (words("uv run --no-sync server.py"), words("python server.py")),
        (words("uv run --no-dev greet --name Docker"), words("greet --name Docker")),
        (words("uv run python -m app.main"), words("python -m app.main")),
        (words("uv run --package shop-api shop-api"), words("shop-api")),
        (words("uv run -p 3.12 --env-file .env x.py"), words("/app/.venv/bin/python3 x.py")),
        (words("uv run -m x"), words("python -m x")),
        (words("uv --quiet run -qm x"), words("python -m x")),
        (words("uv run -qn x"), words("x")),
        (words("uv run --module x"), words("python -m x")),
        (words("uv run --script x"), words("python x")),
        (words("uv run -- x y"), words("/app/.venv/bin/x y")),
        (words("uv --project /a run x"), words("x")),
        (words("uv run x"), words("uv run --no-sync x")),
        (words("uv run x"), sh("exec x")),
        (
            words("uv run --directory api x.py"),
            ["sh", "-c", 'cd /app/api && exec "$0" "$@"', "python", "x.py"],
        ),
        (sh("a; uv --directory=/api run x; b"), sh("a; (cd /api && x); b")),
        (sh("uv run a --port ${PORT:-80}"), sh("a --port ${PORT:-80}")),
        (sh("uv run a && exec uv run b -x"), sh("a && exec b -x")),
        (sh("uv run a&&uv run b"), sh("a && exec b")),
        (sh("uv sync\nuv run a"), sh("uv sync\nexec a")),
        ([*words("dumb-init -- sh -c"), "uv run x 1"], [*words("dumb-init -- sh -c"), "exec x 1"]),
        (sh("it's broken"), sh("it's  broken")),
    ],
)
def test_uv_may_go(old: list[str], new: list[str]) -> None:
    assert same_start(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (words("uv run --no-sync server.py"), words("python")),
        (words("uv run --no-sync server.py"), words("python other.py")),
        (words("uv run server.py"), words("server.py --more")),
        (words("uv run gunicorn -b :80 a:b"), words("gunicorn -b :80")),
        (words("uv run gunicorn a"), words("python a")),
        (words("uv run x"), words("/bin/true")),
        (words("uv run x y"), words("y")),
        (words("uv run --directory api x"), ["sh", "-c", 'cd /other && exec "$0" "$@"', "x"]),
        (words("uv run x"), ["sh", "-c", 'cd /app && exec "$0" "$@"', "x"]),
        (words("uv run --directory api x"), ["sh", "-c", 'cd /api && exec "$0" "$@"', "y"]),
        (words("uv run"), words("python")),
        (words("uv run x"), []),
        (words("uv sync"), words("true")),
        (words("wait uv run x"), words("x")),
        (words("/a/x"), words("/b/x")),
        (words("a b"), words("b")),
        (sh("uv run a && uv run b"), sh("a")),
        ([*words("init sh -c"), "uv run x 1"], [*words("init sh -c"), "x 2"]),
    ],
)
def test_nothing_else_may_differ(old: list[str], new: list[str]) -> None:
    assert not same_start(old, new)


def test_what_calls_uv_run() -> None:
    assert calls_uv_run(words("uv run x"))
    assert calls_uv_run(sh("cd /x && /bin/uv --quiet run x"))
    assert not calls_uv_run(words("uv run"))
    assert not calls_uv_run(words("uv pip run"))
    assert not calls_uv_run(words("python uv.py"))


RUN = ["uv", "run", "flask", "run"]
PATH = "PATH=/app/.venv/bin:/usr/local/bin:/usr/bin"
ACTIVE = "VIRTUAL_ENV=/app/.venv"
PLAIN = "PATH=/usr/local/bin:/usr/bin"


def judged(before: ImageReport, after: ImageReport) -> Check:
    return held_to_the_original(check_start(before, after), before, after)


@pytest.fixture
def before(tmp_path: Path) -> ImageReport:
    return pairs.original(tmp_path, Cmd=RUN, Env=[PLAIN])


@pytest.mark.parametrize(
    ("command", "env", "said"),
    [
        (["flask", "run"], [PATH, ACTIVE], ""),
        (sh("exec flask run"), [PATH, ACTIVE], ""),
        (["flask"], [PATH, ACTIVE], 'the start command: ["uv", "run", "flask", "run"] -> ["flask"]'),
        (["flask", "run"], [PATH], "uv run sets VIRTUAL_ENV to the environment, the new image to nothing"),
        (["flask", "run"], [PATH, "VIRTUAL_ENV=/elsewhere"], "the new image to /elsewhere"),
        (
            ["/app/.venv/bin/flask", "run"],
            [PLAIN, ACTIVE],
            "uv run puts /app/.venv/bin on PATH, the new image does not",
        ),
        (["/app/.venv/bin/flask", "run"], ["PATH=/app/.venv/bin", ACTIVE], "PATH lacks /usr/local/bin"),
    ],
)
def test_what_uv_run_gave_must_be_there(
    before: ImageReport, tmp_path: Path, command: list[str], env: list[str], said: str
) -> None:
    shell = {"bin/sh": make.file("bin/sh", b"#", 0o755)}
    after = pairs.rewritten(tmp_path, base=pairs.python() | shell, Cmd=command, Env=env)
    check = judged(before, after)
    assert check.status == ("failed" if said else "passed")
    assert said in check.detail


def test_the_environment_s_program_must_come_first(tmp_path: Path) -> None:
    before = pairs.original(tmp_path, Cmd=["uv", "run", "server.py"], Env=[PLAIN])
    command = ["python", "server.py"]
    right = pairs.rewritten(tmp_path, Cmd=command, Env=[PATH, ACTIVE])
    assert judged(before, right).status == "passed"
    late = pairs.rewritten(tmp_path, Cmd=command, Env=["PATH=/usr/local/bin:/app/.venv/bin", ACTIVE])
    line = "uv run starts /app/.venv/bin/python, the new image /usr/local/bin/python"
    assert judged(before, late).differences == (line,)


def test_an_environment_that_uv_makes_at_start_is_not_asked_for(tmp_path: Path) -> None:
    before = pairs.read(
        tmp_path / "before.tar", pairs.python(), pairs.uv() | {"app": make.folder("app")},
        config={**pairs.CONFIG, "Cmd": ["uv", "run", "x.py"], "Env": [PLAIN]},
    )  # fmt: skip
    after = pairs.read(
        tmp_path / "after.tar", pairs.python(),
        config={**pairs.CONFIG, "Cmd": ["python", "x.py"], "Env": [PLAIN]},
    )  # fmt: skip
    assert judged(before, after).status == "passed"


def test_what_was_found_by_a_run_is_told_too(before: ImageReport, tmp_path: Path) -> None:
    after = pairs.rewritten(tmp_path, Cmd=["flask"], Env=[PATH, ACTIVE])
    ran = Check("start", "failed", "It listens nowhere.", ("listening ports: [80] -> []",), ran=True)
    check = held_to_the_original(ran, before, after)
    assert check.detail.endswith("It listens nowhere.")
    assert check.differences[1:] == ran.differences
    assert check.ran


def health(*test: str, **more: object) -> dict[str, object]:
    return {"Healthcheck": {"Test": list(test), **more}}


@pytest.mark.parametrize(
    ("old", "new", "passes"),
    [
        (health("CMD", "uv", "run", "x"), health("CMD", "x"), True),
        (health("CMD-SHELL", "uv run x || exit 1"), health("CMD-SHELL", "x || exit 1"), True),
        (health("CMD-SHELL", "uv run x || exit 1"), health("CMD-SHELL", "true"), False),
        (health("CMD", "uv", "run", "x", "y"), health("CMD", "x"), False),
        (health("CMD", "uv", "run", "x"), {}, False),
        (health("CMD", "uv", "run", "x", Interval=5), health("CMD", "x"), False),
    ],
)
def test_a_health_check_stays_what_it_is(
    tmp_path: Path, old: dict[str, object], new: dict[str, object], *, passes: bool
) -> None:
    before = pairs.original(tmp_path, **old)
    check = judged(before, pairs.rewritten(tmp_path, **new))
    assert check.status == ("passed" if passes else "failed"), check


def test_a_shell_needs_its_script() -> None:
    for flag in ("-c", "-ec", "-exc"):
        for shell in ("sh", "bash", "dash", "ash", "/bin/sh"):
            assert in_a_shell([shell, flag, "x y"]) == "x y"
    assert in_a_shell(["sh", "-c"]) is None
    assert in_a_shell(["sh"]) is None
    assert in_a_shell(["sh", "-x", "a"]) is None
    assert in_a_shell(["zsh", "-c", "a"]) is None


CHECK = {"Test": ["CMD", "flask", "ok"], "Interval": 5}


@pytest.mark.parametrize(
    ("old", "new", "alike"),
    [
        (None, None, True),
        ({"Test": ["NONE"]}, {"Test": ["NONE"]}, True),
        (CHECK, CHECK, True),
        ({**CHECK, "Test": ["CMD", "uv", "run", "flask", "ok"]}, CHECK, True),
        (
            {**CHECK, "Test": ["CMD-SHELL", "uv run flask ok"]},
            {**CHECK, "Test": ["CMD-SHELL", "flask ok"]},
            True,
        ),
        ({**CHECK, "Test": ["CMD-SHELL", "flask ok"]}, CHECK, True),
        ({"Test": ["CMD-SHELL"]}, {"Test": ["CMD-SHELL"]}, True),
        ({"Test": ["CMD"]}, {"Test": ["CMD"]}, True),
        (CHECK, {**CHECK, "Interval": 6}, False),
        (CHECK, {"Test": CHECK["Test"]}, False),
        (CHECK, {**CHECK, "Test": ["CMD", "flask"]}, False),
        (CHECK, {**CHECK, "Test": ["CMD", "other", "ok"]}, False),
        (CHECK, None, False),
        (CHECK, {"Test": ["NONE"]}, False),
        (None, CHECK, False),
    ],
)
def test_the_health_check_asks_the_same(tmp_path: Path, old: object, new: object, *, alike: bool) -> None:
    right = ["flask", "run"]
    before = pairs.original(tmp_path, Cmd=right, Env=[PATH], Healthcheck=old)
    after = pairs.rewritten(tmp_path, Cmd=right, Env=[PATH], Healthcheck=new)
    check = judged(before, after)
    assert any("the health check: " in line for line in check.differences) is not alike
    assert (check.status == "failed") is not alike
