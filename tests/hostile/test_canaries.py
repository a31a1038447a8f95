"""A hundred secrets through every way out, none to be seen; two hundred harmless instructions unchanged."""

from __future__ import annotations

import html
import re
import zlib
from pathlib import Path

import pytest
from made_images import layers as make
from screens.driving import answers, opened
from strangers import run

from uvdive.base.progress import ignore
from uvdive.base.secrets.words import redact
from uvdive.image.reference import Target
from uvdive.session.disk.exporting import export, picture
from uvdive.session.opening.reading import read_image

DATA = Path(__file__).parent.parent / "data"
CANARIES = (DATA / "canaries.txt").read_text().splitlines()
HARMLESS = (DATA / "harmless_instructions.txt").read_text().splitlines()
SEEN = re.compile(r"canary-?9\d{3}|CANARY9|Y2FuYXJ5")
"""A canary, plain or as base64."""

ENV = [line.removeprefix("ENV ") for line in CANARIES if line.startswith("ENV ") and "=" in line.split()[1]]
DOCKERFILE = (
    "FROM python:3.13-slim\nCOPY --from=ghcr.io/astral-sh/uv /uv /bin/uv\nWORKDIR /app\nCOPY . .\n"
    "RUN uv sync --frozen\n{}\n" + 'CMD ["uv", "run", "app.py"]\n'
)


def seen(text: str) -> list[str]:
    return [line for line in text.splitlines() if SEEN.search(line)]


def test_there_are_enough_of_both() -> None:
    assert len(CANARIES) >= 100
    assert len(HARMLESS) >= 200
    assert len(set(CANARIES)) == len(CANARIES)


@pytest.mark.parametrize("line", CANARIES)
def test_a_secret_is_hidden(line: str) -> None:
    assert not seen(redact(line))


@pytest.mark.parametrize("line", HARMLESS)
def test_what_holds_none_stays(line: str) -> None:
    assert redact(line) == line


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """An image whose history, ENV, labels, commands and files' owners are full of secrets."""
    layers = [make.layer(make.file(f"srv/{number}", b"x" * (number + 1))) for number in range(len(CANARIES))]
    return make.archive(
        tmp_path / "image.tar",
        layers,
        commands=[{"created_by": f"{line} # buildkit", "comment": line} for line in CANARIES],
        config={
            "Env": ENV,
            "Labels": {"api_key": "canary-9200-zq", "note": CANARIES[0]},
            "Cmd": ["app", "--password", "canary-9201-zq"],
            "Entrypoint": ["sh", "-c", "curl -u u:canary-9202-zq h"],
            "Healthcheck": {"Test": ["CMD-SHELL", "curl -u u:canary-9203-zq h"]},
            "OnBuild": CANARIES,
        },
    )


def test_no_page_shows_one(image: Path, tmp_path: Path) -> None:
    outcome = run(image, "--html", "x.html", folder=tmp_path)
    assert outcome.code == 0
    assert not seen(outcome.out + outcome.err)
    text = (tmp_path / "x.html").read_text()
    assert "COPY" in text or "RUN" in text
    assert not seen(text)
    assert run(image, "--html", "open.html", "--no-redact", folder=tmp_path).code == 0
    assert seen((tmp_path / "open.html").read_text())


@pytest.mark.parametrize("form", ["--report", "--json", "--markdown"])
def test_no_report_shows_one(form: str, image: Path, tmp_path: Path) -> None:
    outcome = run(image, form, "--log", "log.txt", "--debug", folder=tmp_path)
    assert outcome.code == 0
    assert not seen(outcome.out + outcome.err)
    log = tmp_path / "log.txt"
    assert not seen(log.read_text())
    assert log.stat().st_mode & 0o777 == 0o600
    assert seen(run(image, form, "--no-redact", folder=tmp_path).out)


def test_no_saved_report_holds_one(image: Path, tmp_path: Path) -> None:
    assert run(image, "--report", "--save", "x.uvdive", folder=tmp_path).code == 0
    found = inflated(tmp_path / "x.uvdive")
    assert b"config" in found
    assert not seen(found.decode("latin-1"))


def test_no_export_of_the_app_holds_one(image: Path, tmp_path: Path) -> None:
    report, _ = read_image(Target("docker-archive", str(image)), None, on_event=ignore)
    for kind in ("json", "markdown", "html", "saved"):
        path = export(report, kind, tmp_path / f"x.{kind}")  # type: ignore[arg-type]
        text = path.read_bytes() if kind != "saved" else inflated(path)
        assert text
        assert not seen(text.decode("latin-1"))


async def test_no_picture_of_the_app_shows_one(image: Path) -> None:
    report, _ = read_image(Target("docker-archive", str(image)), None, on_event=ignore)
    there = 0
    async with opened(answers(report), size=(120, 36)) as (app, pilot):
        for key in ("2", *("j",) * 20):
            await pilot.press(key)
            svg = app.export_screenshot(title="x")
            there += len(seen(words(svg)))
            assert not seen(words(picture(svg, report).decode()))
        app.let_go()
    assert there > 20


def words(svg: str) -> str:
    """What a picture shows, cell by cell: a text may be cut where its look changes."""
    return html.unescape(re.sub(r"<[^>]+>", "", svg)).replace("\xa0", " ")


def inflated(path: Path) -> bytes:
    data = path.read_bytes()
    return zlib.decompressobj().decompress(data[data.index(b"\n") + 1 + 12 :])


@pytest.mark.parametrize("form", ["--report", "--json", "--markdown"])
def test_no_comparison_shows_one(form: str, image: Path, tmp_path: Path) -> None:
    other = make.archive(tmp_path / "other.tar", [make.layer()], config={"Env": [f"{ENV[0]}other"]})
    outcome = run("compare", image, other, form, folder=tmp_path)
    assert outcome.code in (0, 1)
    assert not seen(outcome.out + outcome.err)


@pytest.mark.parametrize("form", [[], ["--json"], ["--diff"], ["--json", "--report-problem", "problem"]])
def test_no_rewrite_shows_one(form: list[str], tmp_path: Path) -> None:
    lines = "\n".join(line for line in CANARIES if not line.startswith(("CMD", "ENTRYPOINT", "RUN")))
    (tmp_path / "Dockerfile").write_text(DOCKERFILE.format(lines))
    for name in ("uv.lock", "pyproject.toml", "app.py"):
        (tmp_path / name).write_text("")
    outcome = run("rewrite", "--static", tmp_path, *form, "--log", "log.txt", folder=tmp_path)
    assert outcome.code in (0, 5), outcome.err
    assert not seen(outcome.out + outcome.err)
    assert not seen((tmp_path / "log.txt").read_text())
    if "problem" in form:
        assert not seen((tmp_path / "problem").read_text())


def test_an_error_shows_none(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM a\n" + "\n".join(CANARIES) + "\nRUN <<EOF\n")
    outcome = run("rewrite", "--static", tmp_path, folder=tmp_path)
    assert outcome.code == 2
    assert not seen(outcome.out + outcome.err)


def test_a_log_steers_no_terminal_and_is_made_private(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text("old")
    log.chmod(0o644)
    run("\x1b[31mx\x07.tar", "--report", "--log", log, folder=tmp_path)
    assert log.stat().st_mode & 0o777 == 0o600
    assert "\x1b" not in log.read_text()
    assert "\x07" not in log.read_text()
