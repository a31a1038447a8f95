"""What the text alone tells of a finished file: R1, R3, R7, R8, R22, R33, R45."""

from __future__ import annotations

import pytest
from rewrites.finished import BUILD, START, last_stage, of, static, told

ALL = "COPY --from=builder /app /app"
MANAGED = BUILD.replace("RUN uv sync", "RUN uv python install 3.12 && uv sync")


def built_on(base: str) -> str:
    return BUILD.replace("python:3.12-slim", base)


@pytest.mark.parametrize(
    ("build", "base", "line", "rules"),
    [
        ("python:3.13-slim-bookworm", "python:3.12-slim-trixie", ALL, ["R3"]),
        ("python:3.13-slim-trixie", "python:3.12-slim-bookworm", ALL, ["R3", "R3"]),
        ("python:3.12-slim-trixie", "python:3.12-slim-bookworm", ALL, ["R3"]),
        ("python:3.12-slim-bookworm", "python:3.12-slim-trixie", ALL, []),
        ("python:3.12-alpine", "python:3.12-slim", ALL, ["R8"]),
        ("python:3.12", "python:3.12-alpine3.22", "COPY --from=builder /app/.venv /app/.venv", ["R8"]),
        ("python:3.12-slim", "debian:trixie-slim", ALL, ["R1"]),
        ("python:3.12-slim", "ubuntu", ALL, ["R1"]),
        ("ghcr.io/astral-sh/uv:python3.12-trixie-slim", "debian:trixie-slim", ALL, ["R1"]),
        ("python:3.12-slim", "gcr.io/distroless/cc-debian12", ALL, ["R1"]),
        ("python:3.12-slim", "example.com/runtime:1", ALL, []),
        ("python:3.12-slim", "python:3.12-slim", ALL, []),
        ("python:3.12-slim", "debian:trixie-slim", "COPY --from=builder /app/dist /app/dist", []),
        ("python:3.13-alpine", "python:3.12-slim", "COPY --from=builder /app/static /app/static", []),
    ],
)
def test_an_environment_for_another_system_is_named(
    build: str, base: str, line: str, rules: list[str]
) -> None:
    result = static(of(line, build=built_on(build), base=base))
    assert result.outcome == "unchanged"
    assert told(result) == [(rule, 7) for rule in rules]


@pytest.mark.parametrize("brought", ["/usr/local", "/opt/python", "/root/.local/share/uv/python"])
def test_a_python_that_comes_along_is_none_that_lacks(brought: str) -> None:
    lines = (f"COPY --from=builder {brought} {brought}", ALL)
    assert told(static(of(*lines, base="debian:trixie-slim"))) == []


def test_of_uv_s_own_python_the_base_tells_nothing() -> None:
    assert told(static(of(ALL, build=MANAGED, base="debian:trixie-slim"))) == []


@pytest.mark.parametrize(
    ("line", "moved"),
    [
        ("COPY --from=builder /app/.venv /srv/.venv", True),
        ("COPY --from=builder /app /srv", True),
        ("COPY --from=builder /app/.venv/ /opt/venv/", True),
        ("COPY --from=0 /app/.venv /opt/venv", True),
        ("COPY --from=builder /app/.venv /app/.venv", False),
        ("COPY --from=builder /app /app/", False),
        ("COPY --from=builder /app/.venv/lib /srv/lib", False),
        ("COPY --from=other /app/.venv /srv/.venv", False),
        ("COPY --from=builder /app /srv\nRUN ln -s /srv /app && ln -s /srv/.venv /app/.venv", False),
    ],
)
def test_r7_a_moved_environment_is_named(line: str, moved: bool) -> None:
    result = static(of(line))
    assert told(result) == ([("R7", 7)] if moved else [])
    if moved:
        assert "/app/.venv/bin/python" in result.warnings[0].text


@pytest.mark.parametrize(
    "sync",
    [
        "RUN uv venv --relocatable && uv sync",
        "ENV UV_VENV_RELOCATABLE=1\nRUN uv sync",
    ],
)
def test_r7_a_relocatable_environment_may_move(sync: str) -> None:
    assert (
        told(static(of("COPY --from=builder /app/.venv /srv/v", build=BUILD.replace("RUN uv sync", sync))))
        == []
    )


def test_r7_the_environment_is_where_the_build_says() -> None:
    build = BUILD.replace("RUN", "ENV UV_PROJECT_ENVIRONMENT=/opt/venv\nRUN")
    assert told(static(of("COPY --from=builder /opt/venv /opt/venv", build=build))) == []
    assert told(static(of("COPY --from=builder /opt/venv /app/.venv", build=build))) == [("R7", 8)]
    other = build.replace("ENV UV_PROJECT_ENVIRONMENT=/opt/venv", "RUN python -m venv --copies /v")
    assert told(static(of("COPY --from=builder /v /x", build=other))) == [("R7", 8)]


@pytest.mark.parametrize(
    ("start", "line"),
    [
        ('CMD ["python", "main.py", "--port", "${PORT}"]\n', 8),
        ('CMD ["python", "main.py", "--port=$PORT"]\n', 8),
        ('ENTRYPOINT ["gunicorn", "-b", "0.0.0.0:${PORT:-80}", "x:app"]\n', 8),
        ('ENTRYPOINT ["python"]\nCMD ["$APP"]\n', 9),
        ('HEALTHCHECK CMD ["curl", "localhost:$PORT"]\nCMD ["python"]\n', 8),
        ("CMD python main.py --port ${PORT}\n", None),
        ('CMD ["sh", "-c", "exec python main.py --port ${PORT}"]\n', None),
        ('ENTRYPOINT ["tini", "--", "/bin/bash", "-c", "python $X"]\n', None),
        ('ENTRYPOINT ["/app/start.sh"]\nCMD ["$APP"]\n', None),
        ('CMD ["python", "-c", "print(\'5 $\')"]\n', None),
    ],
)
def test_r22_a_variable_that_nobody_fills_in_is_named(start: str, line: int | None) -> None:
    result = static(of(ALL, start=start))
    assert result.outcome == "unchanged"
    assert told(result) == ([] if line is None else [("R22", line)])


@pytest.mark.parametrize(
    ("run", "names"),
    [
        ("RUN apt-get update && apt-get install -y libpq-dev gcc curl", "gcc, libpq-dev only build"),
        ("RUN apk add build-base", "build-base only build"),
        ("RUN apt-get update && apt-get install -y libpq5 curl git", None),
        ("RUN apt-get update && apt-get install -y gcc && apt-get purge -y gcc", None),
    ],
)
def test_r33_packages_that_only_build_are_named(run: str, names: str | None) -> None:
    result = static(of(run, ALL))
    assert result.outcome == "unchanged"
    assert told(result) == ([("R33", 7)] if names else [])
    if names:
        assert names in result.warnings[0].text


UV = "COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /uvx /bin/"


def test_r45_uv_that_nothing_calls_is_left_out() -> None:
    result = static(of("# uv", UV, ALL))
    assert (result.outcome, last_stage(result.text)) == ("improved", [ALL])
    assert result.allowed is not None
    assert result.allowed.owners == ("uv", "uv-cache")


def test_r45_uv_that_only_starts_it_is_left_out() -> None:
    result = static(of(UV, ALL, "WORKDIR /app", start='CMD ["uv", "run", "--no-sync", "main.py"]\n'))
    assert result.outcome == "improved"
    assert result.text.endswith(
        f"{ALL}\nWORKDIR /app\nENV PATH=/app/.venv/bin:$PATH \\\n    VIRTUAL_ENV=/app/.venv\n"
        'CMD ["python", "main.py"]\n'
    )


@pytest.mark.parametrize(
    ("lines", "start"),
    [
        ([UV, ALL], 'CMD ["uv", "run", "main.py"]\n'),  # may sync
        ([UV, ALL], "EXPOSE 80\n"),  # started from outside
        ([UV, ALL], 'CMD ["uvx", "ruff"]\n'),
        ([UV, "COPY --from=builder /app/.venv /srv/venv"], START),
        (["COPY --from=builder /bin/uv /app /srv/", ALL], START),
    ],
)
def test_r45_uv_that_may_be_called_is_refused_as_before(lines: list[str], start: str) -> None:
    result = static(of(*lines, start=start))
    assert result.refusal is not None
    assert (result.refusal.rule, result.refusal.line) == ("R45", 7)


def test_r61_uv_that_the_last_stage_itself_installs_with_is_mounted() -> None:
    result = static(of(UV, "RUN uv pip install --no-cache --system x", ALL))
    assert last_stage(result.text) == [
        "RUN --mount=from=ghcr.io/astral-sh/uv:0.9,source=/uv,target=/bin/uv \\",
        "    uv pip install --no-cache --system x",
        ALL,
    ]


def test_r45_uv_that_is_kept_on_purpose_stays() -> None:
    result = static(of(UV, "ENV UV_NO_SYNC=1 UV_OFFLINE=1", ALL))
    assert (result.outcome, told(result)) == ("unchanged", [("R24", 7)])


def test_several_faults_are_mended_at_once() -> None:
    lines = [
        "RUN useradd app",
        UV,
        "COPY --from=builder /app/.venv /app/.venv",
        ALL,
        "RUN chown -R app:app /app",
    ]
    result = static(of(*lines))
    assert last_stage(result.text) == ["RUN useradd app", "COPY --chown=app:app --from=builder /app /app"]
    assert {decision.id for decision in result.decisions} == {
        "last-stage",
        "copied-once",
        "copied-with-owner",
    }


MOUNT = "RUN --mount=from=ghcr.io/astral-sh/uv:0.9,source=/uv,target=/bin/uv "
SINGLE = 'FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\n{}\nCMD [".venv/bin/python", "main.py"]\n'


@pytest.mark.parametrize(
    ("run", "outcome"),
    [
        (MOUNT + "uv sync --frozen --no-cache", "unchanged"),
        (MOUNT + "--mount=type=cache,target=/root/.cache/uv uv sync --frozen", "unchanged"),
        ("ENV UV_NO_CACHE=1\n" + MOUNT + "uv sync", "unchanged"),
        (MOUNT + "uv sync --frozen", "rewritten"),
        ("RUN apt-get install -y gcc\n" + MOUNT + "uv sync --frozen --no-cache", "rewritten"),
        ("USER 5\n" + MOUNT + "--mount=type=cache,target=/root/.cache/uv uv sync", "improved"),
    ],
)
def test_a_single_stage_into_which_uv_is_only_mounted_is_right(run: str, outcome: str) -> None:
    assert static_of(SINGLE.format(run)) == outcome


def static_of(text: str) -> str:
    from uvdive.rewrite.planner import plan

    return plan(text, None, lambda _: None).outcome
