"""Inputs that once broke a promise, each as a whole: what a user would type, and what must come of it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from engines.engine_commands import Desk, desk_in
from made_images import layers as make
from strangers import run, told

from uvdive.base.errors import BuildError
from uvdive.base.progress import ignore
from uvdive.image.reference import Target
from uvdive.ledger.saved import report_file
from uvdive.rewrite.plan import FileChange
from uvdive.session.opening.reading import read_image
from uvdive.session.proof.building import context_with


@pytest.mark.parametrize(
    ("instruction", "entry"),
    [
        (
            f"COPY {'-'.join(f'$V{number}' for number in range(12))}-! /x",
            f"COPY {'a-' * 3000}a /x # buildkit",
        ),
        (f"RUN {' '.join(f'${{V{number}}}b' for number in range(60))} !", f"RUN /bin/sh -c {'b ' * 3000}"),
        (f"WORKDIR {'/w$V' * 200}/z", f"WORKDIR {'/w' * 4000}"),
        (f"ENV A={'$A' * 500}b", f"ENV A={'b' * 5000}"),
    ],
    ids=["copied", "run", "folders", "settings"],
)
def test_a_history_that_never_quite_fits(instruction: str, entry: str, tmp_path: Path) -> None:
    """``history-regex``: what stands for anything is looked for again and again."""
    image = make.archive(
        tmp_path / "image.tar", [make.layer(make.file("x", b"x"))], commands=[entry, "COPY x /bin/uv"]
    )
    (tmp_path / "Dockerfile").write_text(f"FROM scratch\n{instruction}\nRUN uv sync\n")
    assert run("rewrite", tmp_path, "--image", image, folder=tmp_path).code in (2, 5)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_in(tmp_path) as found:
        yield found


@pytest.mark.parametrize("where", ["../outside.txt", "/dev/full", "nowhere", "Dockerfile"])
def test_nothing_is_written_through_a_link_of_the_context(desk: Desk, where: str) -> None:
    """``context-symlink``: ``.dockerignore`` is a link, and a decision changes it."""
    outside = desk.folder / "outside.txt"
    outside.write_text("a text of the user's\n")
    link = desk.project / ".dockerignore"
    link.symlink_to(where)
    before = (desk.project / "Dockerfile").read_text()
    for words in ("--verify", "--write"):
        ran = desk.run(f"rewrite {desk.project} {words} --choose dockerignore=add")
        assert ran.calm, ran.err
        assert link.is_symlink()
        assert str(link.readlink()) == where
        assert outside.read_text() == "a text of the user's\n"
        assert sorted(path.name for path in desk.folder.glob("outside*")) == ["outside.txt"]
        assert desk.left() == [".dockerignore"] or desk.changed
        assert before in {path.read_text() for path in desk.project.glob("Dockerfile*")}


def test_nothing_is_copied_over_what_a_link_leads_to(tmp_path: Path) -> None:
    """The same for a start script, and for a folder that is a link out of the context."""
    context, outside = tmp_path / "context", tmp_path / "outside"
    context.mkdir()
    outside.mkdir()
    (outside / "start.sh").write_text("mine\n")
    (context / "start.sh").symlink_to("../outside/start.sh")
    (context / "scripts").symlink_to("../outside")
    with context_with(context, (FileChange("start.sh", "new\n", ""),)) as folder:
        assert (folder / "start.sh").read_text() == "new\n"
    assert (outside / "start.sh").read_text() == "mine\n"
    with (
        pytest.raises(BuildError, match="behind a link out of the build context"),
        context_with(context, (FileChange("scripts/start.sh", "new\n", ""),)),
    ):
        pass
    assert (outside / "start.sh").read_text() == "mine\n"


NUMBERS = (b"1" + b"0" * 400, b"-" + b"9" * 4000, b"1e999", b"NaN", b"true", b'"7"', b"[]")


@pytest.mark.parametrize("which", range(len(NUMBERS)))
def test_a_saved_report_with_a_number_that_is_none(which: int, tmp_path: Path) -> None:
    """``saved-huge-int``."""
    archive = make.archive(tmp_path / "x.tar", [make.layer(make.file("a", b"x"))])
    report, _ = read_image(Target("docker-archive", str(archive)), None, on_event=ignore)
    data = report_file.dump(report)
    start = data.index(b"\n") + 1
    packed = start + report_file._PREAMBLE.size
    payload = zlib.decompressobj().decompress(data[packed:])
    (length,) = report_file._LENGTH.unpack_from(payload)
    head = payload[report_file._LENGTH.size :][:length]
    rest = payload[report_file._LENGTH.size + length :]
    before, mark, after = head.partition(b'"file_bytes": ')
    assert mark
    head = before + mark + NUMBERS[which] + after.lstrip(b"0123456789")
    odd = report_file._LENGTH.pack(len(head)) + head + rest
    preamble = report_file._PREAMBLE.pack(len(odd), zlib.crc32(odd))
    path = tmp_path / "x.uvdive"
    path.write_bytes(data[:start] + preamble + zlib.compress(odd))
    told(run(path, "--report", folder=tmp_path), "The saved report is damaged")


def test_no_secret_of_a_dockerfile_is_shown_or_copied_on(tmp_path: Path) -> None:
    """``rewrite-secret``: in the plan's texts, decisions, log, and in no new place of the new Dockerfile."""
    secrets = ("idx-canary-9001", "url-canary-9002", "tok-canary-9003", "arg-canary-9004")
    (tmp_path / "Dockerfile").write_text(
        "FROM python:3.13-slim\nENV UV_INDEX_CORP_PASSWORD=idx-canary-9001"
        " UV_INDEX_URL=https://u:url-canary-9002@h/simple API_TOKEN=tok-canary-9003\n"
        "ARG BUILD_SECRET=arg-canary-9004\nCOPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /uvx /bin/\n"
        "WORKDIR /app\nCOPY pyproject.toml uv.lock ./\nRUN uv sync --frozen --no-dev\nCOPY server.py ./\n"
        'CMD ["uv", "run", "--no-sync", "server.py"]\n'
    )
    for name in ("pyproject.toml", "uv.lock", "server.py"):
        (tmp_path / name).write_text('[project]\nname = "x"\nversion = "1"\n' if name.endswith("ml") else "")
    for form in ([], ["--json"], ["--diff"], ["--json", "--log", "log.txt", "--debug"]):
        ran = run("rewrite", "--static", tmp_path, *form, folder=tmp_path)
        assert not [secret for secret in secrets if secret in ran.out + ran.err]
    assert not [secret for secret in secrets if secret in (tmp_path / "log.txt").read_text()]
    assert (
        run("rewrite", "--static", tmp_path, "-o", tmp_path / "new", "--no-verify", folder=tmp_path).code == 0
    )
    new = (tmp_path / "new").read_text()
    last = new.rpartition("\nFROM ")[2]
    for secret in ("idx-canary-9001", "url-canary-9002", "arg-canary-9004"):
        assert new.count(secret) <= 1
        assert secret not in last


def test_a_container_with_a_label_of_ours_is_none(desk: Desk) -> None:
    """``clean-label``: an image's own label is taken over by a user's container."""
    desk.engine.containers["web"] = {"Labels": {"uvdive.local": "99999999"}, "Image": "x"}
    desk.engine.containers["uvdive-0123456789abcdef"] = {
        "Labels": {"uvdive.local": "99999999 uvdive-0123456789abcdee"}, "Image": "x",
    }  # fmt: skip
    desk.engine.containers["uvdive-00000000000000ff"] = {
        "Labels": {"uvdive.local": "99999999 uvdive-00000000000000ff"}, "Image": "x",
    }  # fmt: skip
    ran = desk.run("clean --yes")
    assert "uvdive-00000000000000ff is left" in ran.err
    assert set(desk.engine.containers) == {"web", "uvdive-0123456789abcdef"}
