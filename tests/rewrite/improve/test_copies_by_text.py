"""R45: the same files copied twice, by the text alone."""

from __future__ import annotations

import pytest
from rewrites.finished import BUILD, last_stage, of, static, told

ENV = "COPY --from=builder /app/.venv /app/.venv"
ALL = "COPY --from=builder /app /app"
ELSEWHERE = BUILD.replace("/app", "/app/env")


@pytest.mark.parametrize(
    ("lines", "becomes"),
    [
        ([ENV, ALL], [ALL]),
        (["# all of it", ENV, ALL], ["# all of it", ALL]),
        (["WORKDIR /app", ENV, "ENV A=1", "COPY x /srv/", "WORKDIR /app", ALL], None),
        (
            ["COPY --from=builder /app/src/ /app/src/", "COPY --from=builder /app/ /app/"],
            ["COPY --from=builder /app/ /app/"],
        ),
        ([ALL, ALL], [ALL]),
        (
            [
                "COPY --chown=1:1 --from=builder /app/.venv /app/.venv",
                "COPY --from=builder --chown=1:1 /app /app",
            ],
            None,
        ),
    ],
)
def test_what_a_later_copy_brings_again_is_left_out(lines: list[str], becomes: list[str] | None) -> None:
    result = static(of(*lines))
    assert result.outcome == "improved", result.warnings
    without = [line for line in lines if ".venv" not in line]
    assert last_stage(result.text) == (becomes or without)
    (decision,) = result.decisions
    assert (decision.id, decision.rule) == ("copied-once", "R45")


@pytest.mark.parametrize(
    "again", [ENV, "COPY --from=builder /app/.venv/ .venv", "COPY --from=builder /app/src src"]
)
def test_what_an_earlier_copy_has_brought_is_left_out(again: str) -> None:
    result = static(of("WORKDIR /app", ALL, again))
    assert (result.outcome, last_stage(result.text)) == ("improved", ["WORKDIR /app", ALL])
    (decision,) = result.decisions
    assert (decision.id, decision.line) == ("copied-once", 9)
    assert decision.reason.startswith("Line 8 has copied it, to the same place")


@pytest.mark.parametrize(
    ("between", "again"),
    [("RUN rm -rf /app/.venv/lib", ENV), ("EXPOSE 80", ENV.replace("COPY", "COPY --chown=5"))],
)
def test_what_an_earlier_copy_has_brought_otherwise_is_named(between: str, again: str) -> None:
    result = static(of(ALL, between, again))
    assert result.outcome == "unchanged"
    assert told(result) == [("R45", 9)]
    assert "is copied here and in line 7: every file is stored twice" in result.warnings[0].text


@pytest.mark.parametrize(
    "lines",
    [
        [ENV, "RUN /app/.venv/bin/python -m compileall /app", ALL],
        [ENV, "COPY local.py /app/.venv/lib/", ALL],
        [ENV, "WORKDIR /app/.venv/x", ALL],
        ["COPY --chown=1:1 --from=builder /app/.venv /app/.venv", ALL],
    ],
)
def test_what_something_between_may_need_stays_and_is_named(lines: list[str]) -> None:
    result = static(of(*lines))
    assert result.outcome == "unchanged"
    assert told(result) == [("R45", 7)]
    assert f"again in line {6 + len(lines)}" in result.warnings[0].text


@pytest.mark.parametrize(
    "lines",
    [
        [ALL],
        [ENV, "COPY --from=builder /app/src /app/src"],
        [ENV, "COPY --from=builder --exclude=.venv /app /app"],
        [ENV, "COPY --from=other /app /app"],
        [ENV, "COPY . /app"],
        [ENV, "COPY --from=builder /app/.v* /app/"],
        [ENV, "COPY --from=builder /app /srv/app"],
    ],
)
def test_what_comes_once_is_left_alone(lines: list[str]) -> None:
    result = static(of(*lines))
    assert result.outcome == "unchanged"
    assert "R45" not in {rule for rule, _ in told(result)} or "/srv/app" in lines[-1]


@pytest.mark.parametrize(
    ("lines", "becomes"),
    [
        (
            ["COPY --from=builder /app/env/.venv /app/.venv", "COPY --from=builder /app/env /app/env"],
            ["COPY --from=builder /app/env /app/env", "RUN ln -s /app/env/.venv /app/.venv"],
        ),
        (
            ["COPY --from=builder /app/env /app/env", "COPY --from=builder /app/env/.venv /venv"],
            ["COPY --from=builder /app/env /app/env", "RUN ln -s /app/env/.venv /venv"],
        ),
        (
            ["COPY --from=builder /app/env/.venv /opt/a/venv", "COPY --from=builder /app/env /app/env"],
            [
                "COPY --from=builder /app/env /app/env",
                "RUN mkdir -p /opt/a && ln -s /app/env/.venv /opt/a/venv",
            ],
        ),
    ],
)
def test_a_second_environment_becomes_a_link(lines: list[str], becomes: list[str]) -> None:
    result = static(of(*lines, build=ELSEWHERE))
    assert result.outcome == "improved", result.warnings
    assert last_stage(result.text) == becomes
    assert result.allowed is not None
    assert result.allowed.paths == (becomes[-1].rpartition(" ")[2],)


@pytest.mark.parametrize(
    ("lines", "base"),
    [
        (["RUN /app/.venv/bin/pip install x"], "python:3.12-slim"),
        (["COPY x.pth /app/.venv/lib/"], "python:3.12-slim"),
        ([], "gcr.io/distroless/python3-debian12"),
        ([], "scratch"),
    ],
)
def test_a_second_environment_that_may_differ_stays_and_is_named(lines: list[str], base: str) -> None:
    twice = ["COPY --from=builder /app/env/.venv /app/.venv", "COPY --from=builder /app/env /app/env"]
    result = static(of(*twice, *lines, build=ELSEWHERE, base=base))
    assert result.outcome == "unchanged"
    assert ("R45", 7) in told(result)
    assert any("stored twice" in warning.text for warning in result.warnings)


def test_as_another_user_no_link_can_be_made() -> None:
    twice = [
        "USER 5",
        "COPY --from=builder /app/env/.venv /app/.venv",
        "COPY --from=builder /app/env /app/env",
    ]
    assert told(static(of(*twice, build=ELSEWHERE))) == [("R45", 8)]
