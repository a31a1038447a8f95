"""`uvdive.plan("registry://…")`: what `uvdive rewrite registry://…` says, and what it cannot do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from engines.registries import Registry, serving
from made_images.attested_app import SECRET, TEXT, pushed

import uvdive
from uvdive.cli.main import main


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    monkeypatch.chdir(tmp_path)
    with serving() as registry:
        yield registry


def test_it_is_the_plan_of_the_command_line(
    registry: Registry, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = pushed(registry)
    events: list[str] = []
    plan = uvdive.plan(name, on_event=lambda event: events.append(event.text))
    assert (plan.outcome, plan.evidence, plan.changes) == ("rewritten", "image", True)
    assert plan.original == TEXT
    assert plan.dockerfile == Path("Dockerfile")
    assert SECRET not in f"{plan}{plan.to_dict()}{plan.decisions}{plan!r}{events}"
    assert SECRET in plan.text, "what is written is exact"
    capsys.readouterr()
    assert main(["rewrite", name, "--json"]) == 0
    assert plan.to_dict() == json.loads(capsys.readouterr().out)
    other = next(each for each in plan.decisions if len(each.alternatives) > 1)
    value = next(each.value for each in other.alternatives if each.value != other.chosen)
    again = uvdive.plan(name, choices={other.id: value})
    assert {each.id: each.chosen for each in again.decisions}[other.id] == value
    assert plan.write("new").path.read_text() == plan.text


def test_what_needs_the_folder_is_told(registry: Registry, tmp_path: Path) -> None:
    name = pushed(registry)
    plan = uvdive.plan(name)
    # A file that is called as the provenance says is somebody else's.
    (tmp_path / "Dockerfile").write_text(TEXT)
    for asked in (lambda: uvdive.prove(plan), plan.write, lambda: plan.context):
        with pytest.raises(uvdive.UsageError, match="the folder that it was built in is not here") as caught:
            asked()
        assert "image='registry://" in caught.value.do
    with pytest.raises(uvdive.UsageError, match="Dockerfile is there already"):
        plan.write("Dockerfile")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Dockerfile", "cache"]


@pytest.mark.parametrize(
    "more", [{"static": True}, {"image": "x"}, {"context": "."}, {"build_options": ["--pull"]}]
)
def test_what_goes_with_a_dockerfile_is_refused_unasked(registry: Registry, more) -> None:
    with pytest.raises(uvdive.UsageError, match="go with a Dockerfile"):
        uvdive.plan("registry://127.0.0.1:1/app", **more)
    assert registry.asked == []


def test_an_image_without_its_dockerfile_and_one_without_uv(registry: Registry) -> None:
    name = pushed(registry, "FROM debian:trixie\nRUN true\n")
    plan = uvdive.plan(name)
    assert plan.refusal is not None
    with pytest.raises(uvdive.RefusedError):
        uvdive.prove(plan)
    with pytest.raises(uvdive.ImageError, match="came without the Dockerfile") as caught:
        uvdive.plan(name.replace("app:1", "app:bare"))
    assert "--provenance=mode=max" in caught.value.do


def test_the_platform_and_hosts_without_tls_are_named_as_for_read(registry: Registry) -> None:
    name = pushed(registry)
    with pytest.raises(uvdive.ImageError, match="linux/s390x"):
        uvdive.plan(name, platform="linux/s390x")
    with pytest.raises(uvdive.UsageError, match="is one text"):
        uvdive.plan(name, insecure_registries="127.0.0.1")
