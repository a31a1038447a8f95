"""Both readers of buildx's progress, on output recorded from buildx 0.13.1 and an engine 20.10."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from uvdive.build.clients.parsing import Event, ProgressReader
from uvdive.build.clients.plain import PlainReader
from uvdive.build.clients.rawjson import RawJsonReader
from uvdive.build.events import BuildLog, BuildStep

DATA = Path(__file__).parents[1] / "data" / "build"
FAILING = (
    '[stage-1 2/3] RUN for i in $(seq 1 30); do echo "line $i"; done; echo "DONE 0.0s" >&2; sleep 0.5; exit 3'
)


def recorded(name: str) -> list[str]:
    return (DATA / name).read_bytes().decode("utf-8", "replace").split("\n")


def one_a_line(lines: Iterable[str]) -> Iterator[str]:
    """The same objects as later versions of buildx print them."""
    text, decoder = "\n".join(lines), json.JSONDecoder()
    while text.lstrip().startswith("{"):
        value, end = decoder.raw_decode(text.lstrip())
        yield json.dumps(value, separators=(",", ":"))
        text = text.lstrip()[end:]
    yield from text.strip().splitlines()


def read(reader: ProgressReader, lines: Iterable[str]) -> list[Event]:
    return [event for line in lines for event in reader.feed(line)] + list(reader.close())


def run(form: str, name: str) -> tuple[ProgressReader, list[Event]]:
    if form == "plain":
        plain = PlainReader()
        return plain, read(plain, recorded(f"{name}.plain"))
    reader, lines = RawJsonReader(), recorded(f"{name}.rawjson")
    return reader, read(reader, one_a_line(lines) if form == "rawjson, one a line" else lines)


FORMS = pytest.mark.parametrize("form", ["rawjson", "rawjson, one a line", "plain"])


def logs(events: Iterable[Event], reader: ProgressReader, name: str) -> list[str]:
    (step,) = [step for step in reader.steps.values() if name in step.name]
    return [event.text for event in events if isinstance(event, BuildLog) and event.id == step.id]


@FORMS
def test_every_step_ends_with_its_state_and_time(form: str) -> None:
    reader, events = run(form, "parallel")
    states = {step.name.partition(" RUN")[0]: step.state for step in reader.steps.values()}
    assert states.pop("[other 1/2] FROM docker.io/library/debian:trixie-slim") == "cached"
    assert set(states.values()) == {"done"}
    assert {"[slow 2/2]", "[other 2/2]", "[stage-2 5/5]", "exporting to image"} < states.keys()
    slow = next(step for step in reader.steps.values() if step.name.startswith("[slow 2/2]"))
    assert slow.seconds is not None
    assert slow.seconds > 1.5
    last = {event.id: event for event in events if isinstance(event, BuildStep)}
    assert last == reader.steps


@FORMS
def test_steps_of_parallel_stages_keep_their_own_lines(form: str) -> None:
    reader, events = run(form, "parallel")
    assert logs(events, reader, "[slow 2/2]") == [f"slow {number}" for number in (1, 2, 3, 4)]
    assert logs(events, reader, "[other 2/2]") == [f"other {number}" for number in (1, 2, 3, 4)]


@FORMS
def test_a_step_runs_before_it_ends(form: str) -> None:
    reader, events = run(form, "parallel")
    (slow,) = [step.id for step in reader.steps.values() if step.name.startswith("[slow 2/2]")]
    states = [event.state for event in events if isinstance(event, BuildStep) and event.id == slow]
    assert states[0] == "running"
    assert states[-1] == "done"


@FORMS
def test_lines_are_what_a_terminal_would_show(form: str) -> None:
    reader, events = run(form, "parallel")
    bad = "\ufffd\ufffd bad bytes"
    assert logs(events, reader, "[stage-2 5/5]") == ["100%", "\x1b[31mred\x1b[0m", bad, "no line end"]


@FORMS
def test_cache_hits_are_told_apart(form: str) -> None:
    reader, _ = run(form, "cached")
    states = {step.name.partition(" ")[0]: step.state for step in reader.steps.values() if "RUN" in step.name}
    assert states == {"[slow": "cached", "[other": "cached", "[stage-2": "cached"}


@FORMS
def test_transferred_bytes_are_counted(form: str) -> None:
    reader, _ = run(form, "parallel")
    (context,) = [step for step in reader.steps.values() if step.name == "[internal] load build context"]
    assert context.current is not None
    assert context.current > 0


def test_plain_reads_downloads_with_their_totals() -> None:
    reader = PlainReader()
    read(reader, ["#1 [1/2] FROM x", "#1 sha256:aa 12.5MB / 29.12MB 1.2s", "#1 sha256:bb 500B / 1.5kB 0.1s"])
    assert (reader.steps["1"].current, reader.steps["1"].total) == (12_500_500, 29_121_500)


@FORMS
def test_the_failing_step_and_the_one_stopped_with_it(form: str) -> None:
    reader, events = run(form, "failing")
    by_state = {step.state: step for step in reader.steps.values()}
    assert by_state["failed"].name == FAILING
    assert by_state["failed"].error.endswith("exit code: 3")
    assert by_state["cancelled"].name == "[slow 2/2] RUN echo waiting; sleep 30"
    # The command's own "DONE 0.0s" is output, not the end of the step.
    assert sorted(logs(events, reader, FAILING)) == sorted(
        [f"line {n}" for n in range(1, 31)] + ["DONE 0.0s"]
    )
    assert reader.said[-1].startswith("ERROR: failed to solve: executor failed running")


def test_what_is_no_json_is_kept_as_buildx_own_words() -> None:
    reader = RawJsonReader()
    assert read(reader, ["WARNING: odd", "{not json}", "{", '  "vertexes": [']) == []
    assert reader.said == ["WARNING: odd", "{not json}", "{", '  "vertexes": [']


def test_plain_takes_no_progress_for_output() -> None:
    lines = ["#1 [1/2] FROM x", "#1 resolve x done", "#1 WARN: odd", "#1 DONE 0.1s"]
    assert [event for event in read(PlainReader(), lines) if isinstance(event, BuildLog)] == [
        BuildLog("1", "WARNING: odd")
    ]


def test_warnings_become_lines() -> None:
    status = {"warnings": [{"vertex": "sha256:1", "level": 1, "short": "SlNPTkFyZ3M="}]}
    assert read(RawJsonReader(), [json.dumps(status)]) == [BuildLog("sha256:1", "WARNING: JSONArgs")]
