"""One image in every engine and archive: the same numbers, and every engine's figure explained."""

from __future__ import annotations

import functools
import gzip
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from backports import zstd

from uvdive.ledger.engine_sizes import explain
from uvdive.ledger.report import ImageReport
from uvdive.session.opening.images import load_image
from uvdive.session.opening.options import ReadOptions

ENGINES = ("docker26", "docker28", "podman5")
pytestmark = pytest.mark.engine(*ENGINES)
NAME = f"uvdive-test/moved-{os.getpid()}:1"


def docker(host: str, *words: str) -> str:
    environ = {**os.environ, "DOCKER_HOST": host}
    done = subprocess.run(["docker", *words], check=True, capture_output=True, text=True, env=environ)
    return done.stdout


def addresses() -> dict[str, str]:
    return {name: os.environ[f"UVDIVE_ENGINE_{name.upper()}"] for name in ENGINES}


@pytest.fixture(scope="module")
def original(seed_image: str) -> ImageReport:
    return load_image(seed_image).report


@pytest.fixture(scope="module")
def moved(seed_image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The seed image in every engine, and each engine's archive of it in one folder."""
    folder = tmp_path_factory.mktemp("archives")
    subprocess.run(["docker", "tag", seed_image, NAME], check=True)
    subprocess.run(["docker", "save", "-o", str(folder / "docker20.tar"), NAME], check=True)
    for name, host in addresses().items():
        docker(host, "load", "-i", str(folder / "docker20.tar"))
        docker(host, "save", "-o", str(folder / f"{name}.tar"), NAME)
    yield folder
    for host in [None, *addresses().values()]:
        command = ["docker", *(["-H", host] if host else []), "rmi", "-f", NAME]
        subprocess.run(command, capture_output=True, check=False)


def check_same(one: ImageReport, other: ImageReport) -> None:
    assert (one.totals.file_bytes, one.totals.live_bytes, one.totals.files, one.totals.tar_bytes) == (
        other.totals.file_bytes,
        other.totals.live_bytes,
        other.totals.files,
        other.totals.tar_bytes,
    )
    assert [(o.owner, o.bytes, o.shared_bytes, o.reclaimable_bytes) for o in one.owners] == [
        (o.owner, o.bytes, o.shared_bytes, o.reclaimable_bytes) for o in other.owners
    ]
    assert one.waste == other.waste
    assert [layer.diff_id for layer in one.layers] == [layer.diff_id for layer in other.layers]
    assert [layer.owners for layer in one.layers] == [layer.owners for layer in other.layers]


@pytest.mark.parametrize("name", ENGINES)
def test_another_engine_gives_the_same_image(
    name: str, original: ImageReport, moved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    podman = name.startswith("podman")
    monkeypatch.setenv("CONTAINER_HOST" if podman else "DOCKER_HOST", addresses()[name])
    report = load_image(f"podman://{NAME}" if podman else NAME).report
    check_same(original, report)
    assert report.image.source == ("podman" if podman else "docker")
    assert all(layer.verified for layer in report.layers)
    basis = {"docker26": "files", "docker28": "blobs", "podman5": "tars"}[name]
    assert [item.basis for item in explain(report)] == ([basis] if name != "docker28" else [basis, basis])


def test_podman_knows_its_own_images_with_localhost_before_the_name(
    original: ImageReport, moved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = addresses()["podman5"]
    plain = f"uvdive-moved-{os.getpid()}:1"
    docker(host, "tag", NAME, f"localhost/{plain}")
    try:
        monkeypatch.setenv("CONTAINER_HOST", host)
        check_same(original, load_image(f"podman://localhost/{plain}").report)
        check_same(original, load_image(f"podman://{plain}").report)
    finally:
        docker(host, "rmi", f"localhost/{plain}")


@pytest.mark.parametrize("name", ["docker20", *ENGINES])
@pytest.mark.parametrize("packing", ["", ".gz", ".zst"])
def test_every_archive_gives_the_same_image(
    name: str, packing: str, original: ImageReport, moved: Path, tmp_path: Path
) -> None:
    path = moved / f"{name}.tar"
    if packing:
        pack = zstd.compress if packing == ".zst" else functools.partial(gzip.compress, compresslevel=1)
        data = pack(path.read_bytes())
        path = tmp_path / (path.name + packing)
        path.write_bytes(data)
    report = load_image(str(path), options=ReadOptions(verify_digests=not packing)).report
    check_same(original, report)
    assert all(layer.verified for layer in report.layers)
    assert [item for item in explain(report) if item] == []


@pytest.mark.parametrize("compression", ["gzip", "zstd", "uncompressed"])
def test_what_buildx_exports_in_the_oci_form_is_read(compression: str, moved: Path, tmp_path: Path) -> None:
    host = addresses()["docker28"]
    path = tmp_path / "image.tar"
    (tmp_path / "Dockerfile").write_text(f"FROM {NAME}\nRUN rm -r /app/src && echo x > /app/new\n")
    output = f"type=oci,dest={path},compression={compression},force-compression=true"
    docker(host, "buildx", "build", "--output", output, str(tmp_path))
    report = load_image(f"oci-archive:{path}").report
    assert report.image.source == "oci-archive"
    gone = {row.path for row in report.waste if row.cause == "deleted"}
    assert gone == {b"/app/src/server.py", b"/app/src/src/__init__.py"}
    compressed = [layer.compressed_bytes is not None for layer in report.layers]
    assert all(compressed) if compression != "uncompressed" else not any(compressed)
    folder = tmp_path / "layout"
    shutil.unpack_archive(path, folder, "tar", filter="data")
    check_same(report, load_image(f"oci:{folder}").report)
