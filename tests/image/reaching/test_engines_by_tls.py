"""An engine behind TCP and TLS is spoken to as the docker client does; what is wrong has its words."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from engines.registries import certificate
from engines.stand_in_engine import StandInEngine, stand_in_engine
from engines.tls_engine import TlsEngine, tls_engine

from uvdive.base.errors import EngineError, ExitCode
from uvdive.image.endpoint import connect, docker_endpoint
from uvdive.image.engine.engine import Engine


@pytest.fixture
def socket(tmp_path: Path) -> Iterator[StandInEngine]:
    with stand_in_engine(tmp_path) as engine:
        yield engine


@pytest.fixture
def far(tmp_path: Path, socket: StandInEngine) -> Iterator[TlsEngine]:
    with tls_engine(tmp_path / "tls", str(tmp_path / "real.sock")) as engine:
        yield engine


def environ(far: TlsEngine, **more: str) -> dict[str, str]:
    return {"HOME": "/nonexistent", "DOCKER_HOST": far.url, "DOCKER_CERT_PATH": str(far.certificates)} | more


def context(folder: Path, far: TlsEngine, *, verify: bool, certificates: tuple[str, ...]) -> dict[str, str]:
    """A docker context as the client stores it."""
    number = hashlib.sha256(b"far").hexdigest()
    tls, meta = folder / "contexts/tls" / number / "docker", folder / "contexts/meta" / number
    for each in (tls, meta):
        each.mkdir(parents=True)
    for name in certificates:
        shutil.copyfile(far.certificates / name, tls / name)
    endpoint = {"Host": far.url, "SkipTLSVerify": not verify}
    (meta / "meta.json").write_text(json.dumps({"Name": "far", "Endpoints": {"docker": endpoint}}))
    return {"HOME": "/nonexistent", "DOCKER_CONFIG": str(folder), "DOCKER_CONTEXT": "far"}


def why(given: dict[str, str]) -> EngineError:
    with pytest.raises(EngineError) as caught:
        connect(docker_endpoint(given))
    assert caught.value.code == ExitCode.NO_ENGINE
    assert caught.value.do
    return caught.value


ALL = ("ca.pem", "cert.pem", "key.pem")


def test_by_variables(far: TlsEngine) -> None:
    assert Engine(docker_endpoint(environ(far, DOCKER_TLS_VERIFY="1"))).source == "docker"
    assert Engine(docker_endpoint(environ(far, DOCKER_TLS="1"))).source == "docker"


def test_another_bundle_for_the_web_does_not_count(
    far: TlsEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate(tmp_path / "other")[0]))
    assert Engine(docker_endpoint(environ(far, DOCKER_TLS_VERIFY="1"))).source == "docker"


def test_by_a_context(far: TlsEngine, tmp_path: Path) -> None:
    given = context(tmp_path / "docker", far, verify=True, certificates=ALL)
    assert Engine(docker_endpoint(given)).source == "docker"


def test_by_a_context_that_trusts_anybody(far: TlsEngine, tmp_path: Path) -> None:
    given = context(tmp_path / "docker", far, verify=False, certificates=ALL[1:])
    assert Engine(docker_endpoint(given)).source == "docker"


def test_an_image_comes_through_it(far: TlsEngine, socket: StandInEngine) -> None:
    names = [
        name
        for image in Engine(docker_endpoint(environ(far, DOCKER_TLS_VERIFY="1"))).local_images()
        for name in image.names
    ]
    assert names == ["python:3.13-slim"]


def test_somebody_else_answers(far: TlsEngine, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    stranger, _ = certificate(tmp_path / "other")
    shutil.copyfile(stranger, far.certificates / "ca.pem")
    assert "nobody here vouches for" in why(environ(far, DOCKER_TLS_VERIFY="1")).what


def test_it_wants_to_know_who_comes(far: TlsEngine, tmp_path: Path) -> None:
    given = context(tmp_path / "docker", far, verify=True, certificates=ALL[:1])
    assert "to know who you are" in why(given).what


def test_it_does_not_know_who_comes(far: TlsEngine, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    for path, name in zip(certificate(tmp_path / "other"), ALL[1:], strict=True):
        shutil.copyfile(path, far.certificates / name)
    assert "not take your certificate" in why(environ(far, DOCKER_TLS_VERIFY="1")).what


def test_without_tls_it_is_asked_for(far: TlsEngine) -> None:
    # The docker client, too, speaks none where only the certificates' folder is named.
    assert docker_endpoint(environ(far)).tls is None
    assert "No container engine answers" in why(environ(far)).what


@pytest.mark.parametrize("name", ALL)
def test_a_certificate_that_is_not_there_is_named(far: TlsEngine, name: str) -> None:
    (far.certificates / name).unlink()
    assert f"{name} is not there" in why(environ(far, DOCKER_TLS_VERIFY="1")).what


def test_a_password_in_an_address_is_not_told(far: TlsEngine) -> None:
    told = why(environ(far) | {"DOCKER_HOST": "tcp://me:secret@127.0.0.1:1"})
    assert "secret" not in str(told)
