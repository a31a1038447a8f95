"""The command line as a process, on the real engine and the seed example."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from uvdive.base.units import size

pytestmark = pytest.mark.engine

FLASK = Path(__file__).parents[2] / "examples" / "flask"
FROM_THE_SOURCE = ("compressed_bytes", "tar_bytes", "tar_overhead")


def uvdive(*argv: str | Path, code: int = 0, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "uvdive", *map(str, argv)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


def assert_valid(data: dict, name: str) -> None:
    schema = json.loads(resources.files("uvdive.output").joinpath(f"schemas/{name}-1.json").read_text())
    jsonschema.validate(data, schema, cls=jsonschema.Draft202012Validator)


@pytest.fixture(scope="module")
def archive(seed_image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("archive") / "seed.tar"
    subprocess.run(["docker", "save", seed_image, "-o", path], check=True)
    yield path
    path.unlink()


def test_the_seed_and_its_archive_and_its_save_are_valid_and_agree(
    seed_image: str, archive: Path, tmp_path: Path
) -> None:
    saved = tmp_path / "seed.uvdive"
    reports = [
        json.loads(uvdive(seed_image, "--json", "--save", saved).stdout),
        json.loads(uvdive(archive, "--json").stdout),
        json.loads(uvdive(saved, "--json").stdout),
    ]
    totals = []
    for report in reports:
        assert_valid(report, "report")
        assert sum(layer["file_bytes"] for layer in report["layers"]) == report["totals"]["file_bytes"]
        assert sum(owner["bytes"] for owner in report["owners"]) == report["totals"]["file_bytes"]
        assert sum(waste["bytes"] for waste in report["waste"]) == report["totals"]["dead_bytes"]
        totals.append({key: value for key, value in report["totals"].items() if key not in FROM_THE_SOURCE})
    assert totals[0] == totals[1] == totals[2]
    assert {report["image"]["source"] for report in reports} >= {"docker", "docker-archive"}


def test_an_image_finds_its_dockerfile_in_the_current_folder(seed_image: str) -> None:
    done = uvdive(seed_image, "--json", cwd=FLASK)
    report = json.loads(done.stdout)
    assert report["dockerfile"]["path"] == "Dockerfile"
    assert report["dockerfile"]["matches"] is True
    assert [layer["line"] for layer in report["layers"] if not layer["base"]] == [2, 3, 4, 5]
    assert "Dockerfile made this image" in done.stderr


def test_two_images_compare(seed_image: str) -> None:
    done = uvdive("compare", seed_image, "ghcr.io/astral-sh/uv:trixie-slim", "--json")
    data = json.loads(done.stdout)
    assert_valid(data, "comparison")
    assert data["delta_bytes"] < 0
    assert {item["name"] for item in data["packages"]} >= {"flask"}
    assert "| **total** |" in uvdive("compare", seed_image, seed_image, "--markdown").stdout


def test_the_seed_dockerfile_is_rewritten_verified_and_written(tmp_path: Path) -> None:
    project = tmp_path / "flask"
    shutil.copytree(FLASK, project)
    before = (project / "Dockerfile").read_text()
    try:
        done = uvdive("rewrite", "Dockerfile", "--write", "--json", "--html", "page.html", cwd=project)
    finally:
        remove_images(project)
    data = json.loads(done.stdout)
    assert_valid(data, "rewrite")
    assert data["outcome"] == "rewritten"
    assert data["verified"] is True
    assert data["measured"]["after_bytes"] < 0.7 * data["measured"]["before_bytes"]
    assert abs(data["measured"]["prediction_error"]) < 0.02
    assert (project / "Dockerfile").read_text() == data["text"] != before
    page = (project / "page.html").read_text()
    assert 'id="rewrite"' in page
    assert size(data["measured"]["after_bytes"]) in page
    assert all(check["name"] in page for check in data["verification"]["checks"])
    assert (project / "Dockerfile.orig").read_text() == before


def remove_images(project: Path) -> None:
    from uvdive.build.images import image_tag

    for role in ("before", "after"):
        tag = image_tag(project, project / "Dockerfile", role)
        subprocess.run(["docker", "image", "rm", tag], capture_output=True, check=False)


def test_a_build_that_fails_says_which_step_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM ghcr.io/astral-sh/uv:trixie-slim\nRUN echo why && exit 7\n")
    done = uvdive("build", ".", "--save", "a.uvdive", cwd=tmp_path, code=4)
    assert "exit 7" in done.stderr
    assert "  | why" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["Dockerfile"]


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"not an archive at all", "archive"), (b"", "archive"), (b"\x1f\x8b\x08\x00broken", "")],
)
def test_a_file_that_is_no_archive_is_one_clear_message(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "x.tar"
    path.write_bytes(content)
    said = uvdive(path, code=4).stderr
    assert said.startswith("uvdive: ") or "\nuvdive: " in said
    assert says in said


def test_a_truncated_archive_is_one_clear_message(archive: Path, tmp_path: Path) -> None:
    path = tmp_path / "half.tar"
    with archive.open("rb") as file:
        path.write_bytes(file.read(archive.stat().st_size // 2))
    done = uvdive(path, "--json", code=4)
    path.unlink()
    assert done.stdout == ""
    assert "uvdive: " in done.stderr


def test_an_unknown_image_is_one_clear_message() -> None:
    done = uvdive("uvdive-test-nobody/has-this:1", "--json", code=4)
    assert done.stdout == ""
    assert "uvdive-test-nobody/has-this:1" in done.stderr


def test_without_an_engine_it_is_3(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    for argv in (["docker://some:image"], ["clean"]):
        assert "uvdive: " in uvdive(*argv, code=3).stderr


def test_a_project_is_built_and_held_against_its_rules(tmp_path: Path) -> None:
    from engines.small_project import small_project

    project = small_project(tmp_path / "project")
    rules = '[check]\nfail-level = "never"\nrewrite = "none"\n[check.owners]\nuv = "0 B"\n'
    (project / "uvdive.toml").write_text(rules)
    try:
        told = json.loads(uvdive("check", "--json", code=1, cwd=project).stdout)
    finally:
        remove_images(project)
    (checked,) = told["checked"]
    assert (told["rules_file"], checked["dockerfile"]) == ("uvdive.toml", "Dockerfile")
    owners, rewrite = checked["rules"]
    assert (owners["id"], owners["status"], owners["line"]) == ("owners.uv", "failed", 2)  # COPY --from
    assert (rewrite["status"], checked["outcome"]) == ("failed", "rewritten")
    assert 0 < rewrite["bytes"] < owners["bytes"] * 2
