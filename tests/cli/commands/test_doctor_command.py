"""``uvdive doctor`` says what is there, what each thing means, and what to do; it tells no secret."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
from engines.stand_in_engine import StandInEngine, stand_in_engine

from uvdive.cli.commands.doctor import colours
from uvdive.image import endpoint

SECRET = base64.b64encode(b"me:hunter2-hunter2").decode()
LOGINS = {
    "auths": {"reg.example": {"auth": SECRET}, "empty.example": {}},
    "credHelpers": {"gcr.io": "gcloud"},
    "credsStore": "desktop",
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without an engine, a machine without docker's own socket."""
    for name in (
        "DOCKER_CONTEXT", "CONTAINER_HOST", "CONTAINER_CONNECTION", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME",
        "DOCKER_AUTH_CONFIG", "REGISTRY_AUTH_FILE", "DOCKER_HOST", "NO_COLOR",
    ):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "home"
    (home / ".docker").mkdir(parents=True)
    (home / ".docker" / "config.json").write_text(json.dumps(LOGINS))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("DOCKER_CONFIG", str(home / ".docker"))
    monkeypatch.setenv("TMPDIR", str(home))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("COLORTERM", raising=False)
    monkeypatch.setattr(endpoint, "DOCKER_SOCKET", f"unix://{tmp_path}/none.sock")
    monkeypatch.setattr("uvdive.session.doctor.engines.DOCKER_SOCKET", f"unix://{tmp_path}/none.sock")
    monkeypatch.setattr("uvdive.image.endpoint.PODMAN_SOCKET", f"unix://{tmp_path}/no-podman.sock")
    return home


@pytest.fixture
def engine(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandInEngine]:
    with stand_in_engine(tmp_path) as found:
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/real.sock")
        monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
        yield found


def valid(text: str) -> dict:
    data = json.loads(text)
    schema = json.loads(resources.files("uvdive.output").joinpath("schemas/doctor-1.json").read_text())
    jsonschema.validate(data, schema, cls=jsonschema.Draft202012Validator)
    assert set(data) == set(schema["properties"])
    return data


def test_an_engine_that_answers(run, engine: StandInEngine) -> None:
    ran = run("doctor", "--json")
    data = valid(ran.out)
    assert ran.code == 0
    assert data["has_engine"] is True
    (found,) = data["engines"]
    assert (found["kind"], found["found_by"], found["answers"]) == ("docker", "DOCKER_HOST", True)
    assert found["storage_readable"] is False
    text = run("doctor").out
    assert "images come by its save stream" in text
    assert "v0.12.0" in text


def test_no_engine_at_all(run, home: Path) -> None:
    ran = run("doctor", "--json")
    data = valid(ran.out)
    assert ran.code == 3
    assert (data["has_engine"], data["engines"]) == (False, [])
    assert data["problems"][0]["what"] == "No container engine was found."
    assert "Archives and registries can be read without one." in data["problems"][0]["do"]
    assert not any(at["there"] for at in data["looked_at"])
    assert str(home / ".orbstack/run/docker.sock") in [at["place"] for at in data["looked_at"]]


def test_an_engine_that_is_named_and_does_not_answer(run, home: Path, monkeypatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://me:hunter2@127.0.0.1:1")
    ran = run("doctor")
    assert ran.code == 3
    assert "does not answer" in ran.out
    assert "No container engine answers at tcp://me:[hidden]@127.0.0.1:1 (DOCKER_HOST)." in ran.out
    assert "hunter2" not in ran.out + ran.err


def test_a_context_that_is_not_there(run, home: Path, monkeypatch) -> None:
    monkeypatch.setenv("DOCKER_CONTEXT", "gone")
    ran = run("doctor")
    assert ran.code == 3
    assert "There is no docker context gone (DOCKER_CONTEXT)." in ran.out
    assert "docker context ls" in ran.out


def test_logins_are_told_without_what_they_are(run, home: Path) -> None:
    ran = run("doctor", "--json")
    found = {(login["registry"], login["kept_by"]) for login in valid(ran.out)["logins"]}
    assert found == {
        ("reg.example", "in the file itself"),
        ("gcr.io", "docker-credential-gcloud"),
        ("*", "docker-credential-desktop"),
    }
    assert SECRET not in ran.out
    assert "hunter2" not in run("doctor").out


def test_what_others_named_cannot_steer_the_terminal(run, home: Path, monkeypatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://\x1b[31mevil:1")
    assert "\x1b" not in run("doctor").out


@pytest.mark.parametrize(
    ("environ", "count"),
    [
        ({"TERM": "xterm"}, 16),
        ({"TERM": "xterm-256color"}, 256),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, 1 << 24),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, 0),
        ({"TERM": "dumb", "COLORTERM": "truecolor"}, 0),
        ({}, 0),
    ],
)
def test_colours(environ: dict[str, str], count: int) -> None:
    assert colours(environ) == count


def test_a_terminal_that_is_too_small(run, engine: StandInEngine, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    monkeypatch.setenv("LINES", "20")
    ran = run("doctor", terminal=True)
    assert ran.code == 0
    assert "The terminal has 50 columns and 20 rows; the app needs 60 and 16." in ran.out


@pytest.mark.engine
def test_the_real_engine(run) -> None:
    ran = run("doctor", "--json")
    data = valid(ran.out)
    assert ran.code == 0
    (found,) = (engine for engine in data["engines"] if engine["answers"] and engine["kind"] == "docker")
    assert found["version"]
    assert found["platform"] in data["platforms"]
    assert {tool["name"]: bool(tool["version"]) for tool in data["tools"]}["buildx"]
