"""`uvdive.plan` and `prove`: by the text alone, and on an engine that is made up."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from engines.small_project import FILES, small_project
from engines.stand_in_engine import StandInEngine, stand_in_engine

import uvdive

REFUSED = "FROM python:3.13-slim\nCOPY . .\nRUN pip install flask\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return small_project(tmp_path / "project")


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandInEngine]:
    """An engine with the project's base, its image and that of its rewrite."""
    with stand_in_engine(tmp_path) as found:
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path / 'real.sock'}")
        monkeypatch.delenv("DOCKER_CONTEXT", raising=False)
        monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
        for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
            monkeypatch.setenv(name, str(tmp_path / name))
        yield found


class TestByTheText:
    def test_a_draft_is_made_without_an_engine(self, project: Path) -> None:
        plan = uvdive.plan(project, static=True)
        assert (plan.outcome, plan.evidence, plan.changes) == ("rewritten", "static", True)
        assert plan.original == FILES["Dockerfile"]
        assert plan.text.count("FROM ") == 2
        assert plan.diff.startswith("--- ")
        assert plan.dockerfile == project / "Dockerfile"
        assert plan.context == project
        assert all(each.rule and each.summary for each in plan.decisions)
        assert plan.predicted is None
        assert plan.to_dict()["schema"] == "uvdive.rewrite/1"
        assert (project / "Dockerfile").read_text() == plan.original

    def test_it_is_written_and_the_old_text_kept(self, project: Path, tmp_path: Path) -> None:
        plan = uvdive.plan(project / "Dockerfile", static=True)
        new = plan.write(tmp_path / "new")
        assert (new.path.read_text(), new.kept) == (plan.text, None)
        written = plan.write()
        assert (project / "Dockerfile").read_text() == plan.text
        assert written.kept is not None
        assert written.kept.read_text() == plan.original
        with pytest.raises(uvdive.UsageError, match="has changed since it was read"):
            plan.write()

    def test_a_refusal_is_a_value_until_something_is_asked_of_it(self, project: Path) -> None:
        (project / "Dockerfile").write_text(REFUSED)
        plan = uvdive.plan(project)  # nobody has to build it to be told
        assert (plan.outcome, plan.changes) == ("refused", False)
        assert plan.refusal is not None
        assert plan.refusal.rule == "R59"
        with pytest.raises(uvdive.RefusedError):
            plan.write()
        with pytest.raises(uvdive.RefusedError, match=r"There is no rewrite to prove\. \w+"):
            uvdive.prove(plan)

    def test_choices_are_taken_and_wrong_ones_told(self, project: Path) -> None:
        plain = uvdive.plan(project, static=True)
        decision = next(each for each in plain.decisions if len(each.alternatives) > 1)
        other = next(each.value for each in decision.alternatives if each.value != decision.chosen)
        again = uvdive.plan(project, static=True, choices={decision.id: other})
        assert {each.id: each.chosen for each in again.decisions}[decision.id] == other
        with pytest.raises(uvdive.UsageError, match="nonsense"):
            uvdive.plan(project, static=True, choices={"nonsense": "x"})

    def test_secrets_are_hidden_but_in_what_is_written(self, project: Path) -> None:
        text = FILES["Dockerfile"].replace("WORKDIR", "ENV API_TOKEN=hunter2-hunter2\nWORKDIR")
        (project / "Dockerfile").write_text(text)
        plan = uvdive.plan(project, static=True)
        assert "hunter2" in plan.text
        assert "hunter2" not in f"{plan}{plan.to_dict()}{plan.decisions}{plan.warnings}{plan!r}"

    @pytest.mark.parametrize(
        ("how", "said"),
        [
            ({"static": True, "image": "x"}, "static=True plans without an image"),
            ({"static": True, "build_options": ["-t", "x"]}, "may name no Dockerfile and no tag"),
            ({"static": True, "build_options": "--target=x"}, "build_options='--target=x' is one text"),
            ({"static": True, "choices": {"final-base": 3}}, "choices: 'final-base': 3 are no two texts"),
            ({"static": True, "context": "/nowhere"}, "is no folder"),
        ],
    )
    def test_what_makes_no_sense_is_told(self, project: Path, how, said: str) -> None:
        with pytest.raises(uvdive.UsageError, match=said):
            uvdive.plan(project, **how)

    def test_a_file_that_is_not_there_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(uvdive.UsageError, match="There is no Dockerfile at"):
            uvdive.plan(tmp_path, static=True)


@pytest.mark.usefixtures("engine")
class TestOnAnEngine:
    def test_the_original_is_built_planned_by_and_the_rewrite_proven_and_written(
        self, project: Path, capfd: pytest.CaptureFixture[str], monkeypatch
    ) -> None:
        taken: list[int] = []
        others = threading.active_count()  # tests before it may have left some
        monkeypatch.setattr(signal, "signal", lambda number, _handler: taken.append(number))
        monkeypatch.setattr(os, "fork", lambda: pytest.fail("this process was forked"))
        events: list[str] = []
        plan = uvdive.plan(project, on_event=lambda event: events.append(event.text))
        assert (plan.outcome, plan.evidence) == ("rewritten", "image")
        assert plan.predicted is not None
        assert plan.predicted.saved_bytes > 1_900_000
        assert plan.ladder[0].id == "multi-stage"
        proof = uvdive.prove(plan, on_event=lambda event: events.append(event.text))
        assert (proof.proven, proof.level, proof.failures) == (True, "contents", ())
        assert proof.comparison.delta_bytes == proof.after.size - proof.before.size < -1_900_000
        assert proof.after.owners["uv"].bytes == 0
        assert proof.to_dict()["verified"] is True
        assert proof.to_dict()["measured"]["after_bytes"] == proof.after.size
        assert "Checking: imports" in events
        written = proof.write()
        assert written.path.read_text() == plan.text
        assert (taken, capfd.readouterr()) == ([], ("", ""))
        assert threading.active_count() <= others + 1  # the engine's

    def test_a_report_that_was_read_is_the_evidence(self, project: Path) -> None:
        with pytest.raises(uvdive.ImageError):
            uvdive.plan(project, image="nothing:1")
        built = uvdive.read(project)  # builds it
        plan = uvdive.plan(project, image=built)
        assert plan.predicted is not None
        assert plan.predicted.before_bytes == built.size

    def test_what_is_not_proven_is_not_written_unless_it_is_forced(
        self, project: Path, engine: StandInEngine
    ) -> None:
        plan = uvdive.plan(project)
        engine.images["after"] = engine.images["base"]
        proof = uvdive.prove(plan)
        assert not proof.proven
        assert proof.level == "failed"
        assert proof.failures[0].differences
        with pytest.raises(uvdive.VerificationError, match="nothing was written"):
            proof.write()
        assert (project / "Dockerfile").read_text() == FILES["Dockerfile"]
        assert proof.write(force=True).kept is not None

    def test_it_works_in_a_thread(self, project: Path) -> None:
        found: list[uvdive.Proof] = []
        thread = threading.Thread(target=lambda: found.append(uvdive.prove(uvdive.plan(project))))
        thread.start()
        thread.join()
        assert found[0].proven

    def test_cancelling_ends_a_proof(self, project: Path) -> None:
        token = uvdive.CancelToken()
        plan = uvdive.plan(project)

        def stop(event: uvdive.Event) -> None:
            if event.text.startswith("Checking"):
                token.cancel()

        with pytest.raises(uvdive.CancelledError):
            uvdive.prove(plan, on_event=stop, cancel=token)


def test_without_an_engine_it_is_an_engine_error(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere.sock")
    monkeypatch.delenv("DOCKER_CONTEXT", raising=False)
    with pytest.raises(uvdive.EngineError) as raised:
        uvdive.plan(project)
    assert raised.value.do
