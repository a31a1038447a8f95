"""From an archive to what is printed, without an engine: reports and comparisons in every form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from made_images import hand_made as hand
from made_images import layers as make

from uvdive.ledger.saved import report_file

UV = make.file("usr/local/bin/uv", bytes(400_000), 0o755)
SITE = "app/.venv/lib/python3.13/site-packages"
TOKEN = "hunter2-hunter2"
CONFIG: dict[str, object] = {
    "Env": [f"PATH=/app/.venv/bin:{hand.PATH}", f"API_TOKEN={TOKEN}"],
    "Cmd": ["flask", "run"],
}


def archive(folder: Path, *layers: tuple[str, hand.Files], **config: object) -> Path:
    folder.mkdir()
    history: list[str | dict[str, object]] = [
        {"created_by": "debian.sh", "created": "2026-01-01T00:00:00Z"},
        {"created_by": 'CMD ["bash"]', "empty_layer": True},
        *(command for command, _ in layers),
    ]
    data = [make.layer(*files) for files in (hand.BASE, *(files for _, files in layers))]
    return make.archive(folder / "image.tar", data, commands=history, config={**CONFIG, **config})


def flask(*more: make.Entry, code: bytes = b"one!", version: str = "3.0") -> hand.Files:
    """An environment with Flask, whose code has four bytes."""
    files = hand.package(SITE, "flask", {"flask/data.bin": 50_000}, version)
    return [*hand.venv("app/.venv"), *files, make.file(f"{SITE}/flask/app.py", code), *more]


@pytest.fixture
def before(tmp_path: Path) -> Path:
    return archive(
        tmp_path / "before",
        ("COPY --from=uv /uv /usr/local/bin/", [UV]),
        ("RUN uv sync", flask(make.file("root/.cache/uv/wheels-v5/x", bytes(9000)))),
        ("COPY main.py /app/", [make.file("app/main.py", b"one"), make.file("app/data", bytes(30_000))]),
        ("RUN rm /app/data", [make.whiteout("app/data")]),
    )


@pytest.fixture
def after(tmp_path: Path) -> Path:
    return archive(
        tmp_path / "after",
        ("COPY --from=builder /app /app", flask(code=b"two!", version="3.1")),
        ("COPY main.py /app/", [make.file("app/main.py", b"two"), make.file("app/new", bytes(70))]),
        User="1000",
    )


def test_an_archive_as_text(run, before: Path) -> None:
    ran = run(str(before), "--report")
    assert ran.code == 0
    head, *tables = ran.out.rstrip("\n").split("\n\n")
    lines = head.splitlines()
    assert lines[0].endswith("  linux/amd64  from docker-archive")
    owners = {line.split()[0]: line.split()[1:3] for line in tables[0].splitlines()[1:]}
    assert owners["uv"] == ["400.0", "kB"]
    assert owners["uv-cache"] == ["9.0", "kB"]
    assert list(owners) == ["uv", "venv", "uv-cache", "python", "base-os", "app"]
    layers = tables[1].splitlines()
    assert [line.split()[0] for line in layers[1:]] == ["0", "1", "2", "3", "4"]
    assert "  base  " in layers[1]
    assert layers[2].endswith("COPY --from=uv /uv /usr/local/bin/")
    assert "30.0 kB" in layers[4]
    assert [line.rpartition("[")[2] for line in tables[2].splitlines() if line.endswith("]")] == [
        "uv-in-image]",
        "deleted-later]",
        "uv-cache-in-image]",
        "secrets-in-settings]",
    ]
    assert tables[3].splitlines()[1].split() == ["30.0", "kB", "deleted", "3", "->", "4", "/app/data"]


def test_the_same_in_every_form(run, before: Path, tmp_path: Path) -> None:
    saved = tmp_path / "before.uvdive"
    data = json.loads(run(str(before), "--json", "--save", str(saved)).out)
    totals = data["totals"]
    assert totals["file_bytes"] == sum(layer["file_bytes"] for layer in data["layers"])
    assert totals["dead_bytes"] == 30_000
    assert [row["path"] for row in data["waste"]] == ["/app/data"]
    assert [finding["id"] for finding in data["findings"]] == [
        "uv-in-image",
        "deleted-later",
        "uv-cache-in-image",
        "secrets-in-settings",
    ]
    (environment,) = (item for item in data["environments"] if item["kind"] == "venv")
    assert [(d["name"], d["version"]) for d in environment["distributions"]] == [("flask", "3.0")]
    markdown = run(str(before), "--markdown").out
    assert "| uv | 400.0 kB |" in markdown
    assert "(400.0 kB, `uv-in-image`)" in markdown
    for form in ("--report", "--markdown", "--json"):
        one, other = run(str(before), form).out, run(str(saved), form).out
        assert one.replace("docker-archive", "saved") == other, "a saved report says what the image said"
        assert TOKEN not in one
    assert TOKEN in run(str(before), "--json", "--no-redact").out
    assert report_file.load(saved.read_bytes()).totals.dead_bytes == 30_000


@pytest.fixture
def sides(run, before: Path, after: Path, tmp_path: Path) -> dict[str, tuple[str, str]]:
    """Both images as they can be named: two archives, one and the other saved, both saved."""
    saved = [tmp_path / "before.uvdive", tmp_path / "after.uvdive"]
    for image, file in zip((before, after), saved, strict=True):
        assert run(str(image), "--save", str(file)).code == 0
    return {
        "archives": (str(before), str(after)),
        "after saved": (str(before), str(saved[1])),
        "before saved": (str(saved[0]), str(after)),
        "both saved": (str(saved[0]), str(saved[1])),
    }


HOWS = ["archives", "after saved", "before saved", "both saved"]


@pytest.mark.parametrize("how", HOWS)
def test_a_comparison_in_every_form(run, sides: dict[str, tuple[str, str]], how: str) -> None:
    ran = run("compare", *sides[how], "--json")
    assert ran.code == 0
    data = json.loads(ran.out)
    assert data["delta_bytes"] == data["after"]["file_bytes"] - data["before"]["file_bytes"] < -400_000
    owners = {row["owner"]: (row["before"], row["after"]) for row in data["owners"]}
    assert (owners["uv"], owners["uv-cache"]) == ((400_000, 0), (9000, 0))
    assert [(row["name"], row["before"], row["after"]) for row in data["packages"]] == [
        ("flask", "3.0", "3.1")
    ]
    changed = {row["path"]: row["change"] for row in data["paths"]}
    assert changed["/usr/local/bin/uv"] == "removed"
    assert changed["/app/new"] == "added"
    assert {row["key"] for row in data["config"]} == {"User"}
    # Contents of equal size differ where both can be read, and else that is said.
    equal = ["/app/main.py", f"/{SITE}/flask/app.py"]
    readable = how == "archives"
    assert [path in changed for path in equal] == [readable] * 2
    assert (data["unread_contents"] == 0) is readable
    text, markdown = run("compare", *sides[how]).out, run("compare", *sides[how], "--markdown").out
    for form in (text, markdown):
        assert form.startswith("438.9 kB smaller")
        assert ("of equal size could not be compared" in form) is not readable
        assert TOKEN not in form
    assert "  uv        400.0 kB" in text
    assert "| uv | 400.0 kB | 0 B | -400.0 kB |" in markdown


@pytest.mark.parametrize("how", HOWS)
def test_an_image_compared_with_itself_differs_in_nothing(
    run, before: Path, tmp_path: Path, how: str
) -> None:
    saved = tmp_path / "it.uvdive"
    run(str(before), "--save", str(saved))
    names = {"archives": (before, before), "after saved": (before, saved), "before saved": (saved, before)}
    data = json.loads(run("compare", *map(str, names.get(how, (saved, saved))), "--json").out)
    assert (data["delta_bytes"], data["paths"], data["config"]) == (0, [], [])
    assert data["unread_contents"] == 0, "equal layers have equal contents"
