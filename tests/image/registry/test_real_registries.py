"""Real registries: the bed's, plain and with each kind of authentication; the engine pushes."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from needs import cannot_run

from uvdive.base.errors import ImageError
from uvdive.base.progress import ignore
from uvdive.cli.main import main
from uvdive.image.reference import parse_target
from uvdive.ledger.report import ImageReport
from uvdive.session.opening.options import ReadOptions
from uvdive.session.opening.reading import read_image

pytestmark = pytest.mark.engine


@dataclass(frozen=True)
class Bed:
    """A registry of the bed: its address, and who may push."""

    address: str
    user: str = ""
    password: str = ""


def bed(kind: str) -> Bed:
    """The registry that UVDIVE_REGISTRY, _BASIC or _TOKEN names: ``ADDRESS [USER PASSWORD]``."""
    variable = f"UVDIVE_REGISTRY_{kind.upper()}".removesuffix("_PLAIN")
    if not os.environ.get(variable):
        cannot_run(f"no {variable} with its address")
    return Bed(*os.environ[variable].split())


def docker(*words: str, config: Path | None = None, given: str = "", host: str = "") -> str:
    more = [*(("--config", str(config)) if config else ()), *(("--host", host) if host else ())]
    done = subprocess.run(["docker", *more, *words], input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def pushed() -> Iterator[list[str]]:
    """Names of images to remove from the engine afterwards."""
    names: list[str] = []
    yield names
    if names:
        subprocess.run(["docker", "rmi", *names], capture_output=True, check=False)


def push(image: str, name: str, pushed: list[str], config: Path | None = None) -> str:
    docker("tag", image, name)
    pushed.append(name)
    docker("push", "--quiet", name, config=config)
    return name


def read(target: str, **options: object) -> ImageReport:
    return read_image(parse_target(target), None, ReadOptions(**options), on_event=ignore)[0]  # type: ignore[arg-type]


def test_registry_engine_and_archive_say_the_same_of_an_image(
    seed_image: str, pushed: list[str], tmp_path: Path
) -> None:
    name = push(seed_image, f"{bed('plain').address}/uvdive-test/seed:{os.getpid()}", pushed)
    archive = tmp_path / "seed.tar"
    docker("save", "-o", str(archive), seed_image)
    ways = [f"registry://{name}", f"docker://{seed_image}", str(archive)]
    one, *others = (read(way, layer_cache=False) for way in ways)
    for other in others:
        assert one.totals.file_bytes == other.totals.file_bytes
        assert (one.totals.live_bytes, one.totals.dead_bytes) == (
            other.totals.live_bytes,
            other.totals.dead_bytes,
        )
        assert (one.owners, one.waste) == (other.owners, other.waste)
        assert one.image.id == other.image.id
    assert one.totals.tar_bytes == others[1].totals.tar_bytes
    assert all(layer.compressed_bytes and layer.verified for layer in one.layers)


def test_compare_and_json_across_registry_and_archive(
    seed_image: str, article_image: str, pushed: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = push(seed_image, f"{bed('plain').address}/uvdive-test/seed:{os.getpid()}", pushed)
    archive = tmp_path / "article.tar"
    docker("save", "-o", str(archive), article_image)
    capsys.readouterr()
    assert main(["compare", f"registry://{name}", str(archive), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert main(["compare", seed_image, article_image, "--json"]) == 0
    local = json.loads(capsys.readouterr().out)
    assert (told["delta_bytes"], told["owners"]) == (local["delta_bytes"], local["owners"])


@pytest.mark.parametrize("kind", ["basic", "token"])
def test_a_login_of_the_docker_client_opens_a_closed_registry(
    kind: str, pushed: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = bed(kind)
    config = tmp_path / "docker"
    docker(
        "login", "--username", registry.user, "--password-stdin", registry.address,
        config=config, given=registry.password,
    )  # fmt: skip
    name = push("debian:trixie-slim", f"{registry.address}/private/base:{os.getpid()}", pushed, config)
    with pytest.raises(ImageError, match="or shows it to others only"):
        read(f"registry://{name}", layer_cache=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(config))
    assert read(f"registry://{name}", layer_cache=False).os is not None


def test_what_is_public_behind_a_token_server_needs_no_login(pushed: list[str], tmp_path: Path) -> None:
    registry = bed("token")
    config = tmp_path / "docker"
    docker(
        "login", "--username", registry.user, "--password-stdin", registry.address,
        config=config, given=registry.password,
    )  # fmt: skip
    name = push("debian:trixie-slim", f"{registry.address}/public/base:{os.getpid()}", pushed, config)
    assert read(f"registry://{name}", layer_cache=False).image.source == "registry"


@pytest.mark.engine("docker28")
@pytest.mark.parametrize("compression", ["gzip", "zstd", "uncompressed"])
def test_what_buildkit_pushes_with_its_provenance(compression: str, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /a\nCOPY Dockerfile /b\n")
    name = f"{bed('plain').address}/uvdive-test/built-{compression}:{os.getpid()}"
    how = f"compression={compression},force-compression=true,oci-mediatypes=true"
    output = f"type=image,name={name},push=true,{how}"
    docker(
        "buildx", "build", "--output", output, "--provenance=mode=max", str(tmp_path),
        host=os.environ["UVDIVE_ENGINE_DOCKER28"],
    )  # fmt: skip
    report = read(f"registry://{name}", layer_cache=False)
    assert report.totals.files == 2
    packed = [layer.compressed_bytes for layer in report.layers]
    assert all(packed) is (compression != "uncompressed")
