"""The small use cases: problem files, explanations, the Dockerfile beside an image, the engine's images."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
from made_images import pairs_of_images as pairs
from made_images.samples import sample_report

from uvdive.base.errors import EngineError, OutputError, UsageError
from uvdive.rewrite.plan import FileChange, RewritePlan
from uvdive.session.disk import problems
from uvdive.session.disk.problems import check_problem_file, redactor_of, report_problem
from uvdive.session.explaining import explain
from uvdive.session.opening import picking
from uvdive.session.opening.matching import matching_dockerfile
from uvdive.session.opening.picking import Choice, find_choices
from uvdive.session.planning import rewriting

TEXT = "FROM debian:1\nRUN one\n"
HISTORY = ("# debian.sh --arch 'amd64' out/ 'trixie' '@1'", "RUN /bin/sh -c one # buildkit")
PLAN = RewritePlan("rewritten", "image", "Dockerfile", "FROM a\nENV TOKEN=hunter2-hunter2\n", "FROM b\n", "")


@pytest.mark.parametrize(("size", "found"), [(1 << 20, True), ((1 << 20) + 1, False)])
def test_a_file_of_a_mebibyte_may_be_the_dockerfile(tmp_path: Path, size: int, *, found: bool) -> None:
    path = tmp_path / "Dockerfile"
    path.write_text(TEXT + "#" * (size - len(TEXT)))
    assert matching_dockerfile(HISTORY, tmp_path) == (path if found else None)


@pytest.mark.parametrize(("others", "found"), [(49, True), (50, False)])
def test_fifty_files_of_a_folder_are_looked_at(tmp_path: Path, others: int, *, found: bool) -> None:
    for number in range(others):
        (tmp_path / f"Dockerfile.{number:02}").write_text("FROM debian:1\nRUN other\n")
    path = tmp_path / "Dockerfile.last"
    path.write_text(TEXT)
    assert matching_dockerfile(HISTORY, tmp_path) == (path if found else None)


def test_of_several_the_one_with_most_instructions_made_the_image(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM mine\nRUN one\n")
    (tmp_path / "Dockerfile.all").write_text("FROM debian:1\nRUN zero\nRUN one\n")
    history = (HISTORY[0], "RUN /bin/sh -c zero # buildkit", HISTORY[1])
    assert matching_dockerfile(history, tmp_path) == tmp_path / "Dockerfile.all"


def test_a_problem_file_replaces_nothing_but_its_like(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(problems, "engine_version", lambda: "engine 1")
    path = tmp_path / "problem.json"
    check_problem_file(path)
    report_problem(path, PLAN, None, redactor=redactor_of(pairs.original(tmp_path), (), PLAN))
    json.loads(path.read_text())
    assert "engine 1" in path.read_text()
    assert "hunter2" not in path.read_text()
    check_problem_file(path)
    path.write_text("")
    check_problem_file(path)
    path.write_text('{"schema": "another"}')
    with pytest.raises(UsageError, match="is no such report"):
        check_problem_file(path)
    with pytest.raises(UsageError, match="can't be replaced"):
        check_problem_file(tmp_path)
    with pytest.raises(UsageError, match="there is no folder"):
        check_problem_file(tmp_path / "none" / "problem.json")
    with pytest.raises(OutputError, match="can't be written"):
        report_problem(tmp_path / "none" / "problem.json", PLAN, None)


def test_secrets_of_the_build_and_of_the_plans_files_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = RewritePlan(
        "rewritten", "image", "Dockerfile", "FROM a\nENV DB_PASSWORD=of-the-file-1\n", "FROM b\n", "",
        files=(FileChange.of("run.sh", "", "export API_TOKEN=of-the-script-1\n"),),
    )  # fmt: skip
    monkeypatch.setenv("BUILD_PASSWORD", "of-the-shell-1")
    image = pairs.original(tmp_path, Env=["PATH=/usr/bin", "MY_SECRET=of-the-image-1"])
    redactor = redactor_of(image, ("A_TOKEN=of-the-build-1", "BUILD_PASSWORD"), plan)
    said = redactor.text("of-the-file-1 of-the-script-1 of-the-shell-1 of-the-image-1 of-the-build-1 plain")
    assert said.split()[-1] == "plain"
    assert "of-the" not in said


def test_what_the_engine_says_that_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    from requests.exceptions import ConnectionError as Unreachable

    closed = []

    def engine(said: dict[str, object] | Exception) -> object:
        def version() -> dict[str, object]:
            if isinstance(said, Exception):
                raise said
            return said

        return lambda _endpoint: SimpleNamespace(version=version, close=lambda: closed.append(1))

    full = {"Platform": {"Name": "Docker Engine"}, "Version": "28.1", "Os": "linux", "Arch": "amd64"}
    for said, told in (
        (full, "Docker Engine 28.1 on linux/amd64"),
        ({**full, "Platform": None}, "engine 28.1 on linux/amd64"),
        ({}, "engine  on /"),
        (Unreachable(), None),
    ):
        monkeypatch.setattr(problems, "connect", engine(said))
        assert problems.engine_version() == told
    assert len(closed) == 4

    def nobody(_endpoint: object) -> None:
        raise EngineError("No container engine answers.")

    monkeypatch.setattr(problems, "connect", nobody)
    assert problems.engine_version() is None


def test_every_shelf_is_listed_and_a_choice_may_have_a_value() -> None:
    listed = explain("list").split("\n")
    for heading, name in (("Findings: ", "uv-in-image"), ("Rules: ", "R1"), ("Choices: ", "python")):
        at = next(number for number, line in enumerate(listed) if line.startswith(heading))
        end = listed.index("", at)
        lines = listed[at + 1 : end]
        assert any(line.split()[0] == name for line in lines)
        # Titles stand below each other.
        assert len({len(line) - len(line[2:].lstrip()) for line in lines if line}) == 1
        width = max(len(line.split()[0]) for line in lines)
        assert all(line[2 + width : 4 + width] == "  " and line[4 + width] != " " for line in lines)
    assert explain("python=managed") == explain("python")
    with pytest.raises(UsageError, match="pythn"):
        explain("pythn")


def test_each_name_of_an_engines_image_is_a_choice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image = SimpleNamespace(names=("a:1", "b:2"), size=12, created=34, diff_ids=("x", "y", "z"))
    other = SimpleNamespace(names=("uvdive.local/c-1:after",), size=5, created=6, diff_ids=("x", "y"))
    engine = SimpleNamespace(local_images=lambda: [image, other])
    monkeypatch.setattr(picking, "Engine", lambda _endpoint: engine)
    monkeypatch.setattr(picking, "_beside_docker", lambda: ())
    (tmp_path / "x.tar").write_text("x")
    found = find_choices(tmp_path, on_event=lambda _event: None)
    assert found.problem is None
    assert found.found[:3] == (
        Choice("image", "a:1", "docker://a:1", 12, 34, (2, 3)),
        Choice("image", "b:2", "docker://b:2", 12, 34, (2, 3)),
        Choice("by uvdive", "uvdive.local/c-1:after", "docker://uvdive.local/c-1:after", 5, 6, (2, 2)),
    )
    (archive,) = found.found[3:]
    assert (archive.kind, archive.created) == ("archive", int((tmp_path / "x.tar").stat().st_mtime))


def test_a_plan_gets_more_time_for_a_larger_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[float] = []

    def deadline(seconds: float) -> AbstractContextManager[None]:
        given.append(seconds)
        return nullcontext()

    monkeypatch.setattr(rewriting, "deadline", deadline)
    path, report = tmp_path / "Dockerfile", sample_report()
    path.write_text("FROM debian:1\nRUN uv sync\n")
    rewriting.plan_rewrite(path, None)
    rewriting.plan_rewrite(path, report)
    assert given == [18, 18 + report.files.entries / 2_000]


def test_the_look_for_uv_leaves_other_files_choices_to_their_images(tmp_path: Path) -> None:
    """The interpreter is chosen by the image's evidence; the text alone offers no such choice."""
    path = tmp_path / "Dockerfile"

    def found(text: str, **choices: str) -> RewritePlan | None:
        path.write_text(text)
        return rewriting.without_uv_at_all(path, context=tmp_path, choices=choices)

    assert found('FROM ghcr.io/astral-sh/uv:trixie-slim\nRUN uv sync\nCMD ["x"]\n', python="managed") is None
    refused = found('FROM debian:1\nCMD ["x"]\n', python="managed")
    assert refused is not None
    assert refused.refusal is not None
    assert refused.refusal.rule == "R59"
    with pytest.raises(UsageError, match="pythn"):
        found('FROM debian:1\nCMD ["x"]\n', pythn="managed")
