"""Whether an image is what its context makes now, and what of it uvdive wrote itself; without an engine."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from made_images import hand_made
from made_images import layers as make

from uvdive.base.progress import ignore
from uvdive.image.raw_image import StoreIndex
from uvdive.image.reference import Target
from uvdive.ledger.report import ImageReport
from uvdive.session.opening.reading import read_image
from uvdive.session.proof import own_files
from uvdive.session.proof.freshness import differences
from uvdive.session.proof.timed_changes import source_file

DOCKERFILE = """\
FROM python:3.13-slim
WORKDIR /app
COPY src/ /app/
RUN make
COPY a.txt more/b.txt /data/
COPY one.txt /etc/named.conf
"""
FILES = {
    "src/main.py": b"main",
    "src/sub/x.py": b"x = 1",
    "a.txt": b"aa",
    "more/b.txt": b"bbb",
    "one.txt": b"1",
}
INSIDE = {
    "src/main.py": "app/main.py",
    "src/sub/x.py": "app/sub/x.py",
    "a.txt": "data/a.txt",
    "more/b.txt": "data/b.txt",
    "one.txt": "etc/named.conf",
}


@pytest.fixture
def context(tmp_path: Path) -> Path:
    folder = tmp_path / "context"
    for name, data in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def built(
    tmp_path: Path, *more: make.Entry, made: tuple[make.Entry, ...] = ()
) -> tuple[ImageReport, StoreIndex]:
    """The image that the context makes; ``more`` is in its first COPY too, ``made`` by the RUN."""
    layers = [
        [make.file(INSIDE[name], FILES[name]) for name in ("src/main.py", "src/sub/x.py")] + [*more],
        [*made],
        [make.file(INSIDE[name], FILES[name]) for name in ("a.txt", "more/b.txt")],
        [make.file(INSIDE["one.txt"], FILES["one.txt"])],
    ]
    hand_made.image(tmp_path, DOCKERFILE, *layers)
    target = Target("docker-archive", str(tmp_path / "image.tar"))
    return read_image(target, tmp_path / "Dockerfile", on_event=ignore)


def told(context: Path, image: tuple[ImageReport, StoreIndex], **more: frozenset[str]) -> tuple[str, ...]:
    return differences(*image, DOCKERFILE, context.parent / "Dockerfile", context, **more)


def test_an_image_that_the_context_makes_differs_in_nothing(tmp_path: Path, context: Path) -> None:
    assert told(context, built(tmp_path)) == ()


@pytest.mark.parametrize("name", FILES)
def test_each_copied_file_is_held_against_the_image(tmp_path: Path, context: Path, name: str) -> None:
    image = built(tmp_path)
    (context / name).write_bytes(FILES[name] + b"!")
    assert told(context, image) == (str(context / name),)
    (context / name).write_bytes(bytes(len(FILES[name])))  # of the same size
    assert told(context, image) == (str(context / name),)
    # Where no contents can be read, sizes alone tell.
    report = image[0]
    assert differences(report, None, DOCKERFILE, context.parent / "Dockerfile", context) == ()


def test_a_new_file_and_one_that_is_gone_are_told(tmp_path: Path, context: Path) -> None:
    image = built(tmp_path)
    (context / "src/new.py").write_bytes(b"new")
    assert told(context, image) == (str(context / "src/new.py"),)
    (context / "src/new.py").unlink()
    (context / "src/main.py").unlink()
    assert told(context, image) == ("/app/main.py",)


def test_what_the_ignore_file_leaves_out_is_not_expected(tmp_path: Path, context: Path) -> None:
    (context / ".dockerignore").write_text("src/secret\n")
    (context / "src/secret").write_bytes(b"s")
    assert told(context, built(tmp_path)) == ()


def test_what_uvdive_writes_itself_is_no_difference(tmp_path: Path, context: Path) -> None:
    image = built(tmp_path, make.file("app/log.txt", b"so far"))
    (context / "src/log.txt").write_bytes(b"and more")
    assert told(context, image) == (str(context / "src/log.txt"),)
    assert told(context, image, own=frozenset({"src/log.txt"})) == ()
    (context / "src/log.txt").unlink()
    assert told(context, image) == ("/app/log.txt",)
    assert told(context, image, own=frozenset({"src/log.txt"})) == ()


def test_a_file_that_a_later_instruction_wrote_again_is_not_read(tmp_path: Path, context: Path) -> None:
    image = built(tmp_path, made=(make.file("app/main.py", b"made"),))
    (context / "src/main.py").write_bytes(b"niam")
    assert told(context, image) == ()


def test_the_first_five_are_told(tmp_path: Path, context: Path) -> None:
    image = built(tmp_path)
    for number in range(5):
        (context / f"src/new{number}").write_bytes(b"new")
    assert len(told(context, image)) == 5
    (context / "src/new5").write_bytes(b"new")
    assert len(told(context, image)) == 5


@pytest.mark.parametrize(
    "copy",
    [
        "COPY --from=x src/ /app/", "COPY --parents src/ /app/", "COPY --exclude=*.md src/ /app/",
        "COPY --chmod=755 src/ /app/", "ADD https://example.org/x /app/", "ADD git@example.org:x.git /app/",
        "COPY src/*.py /app/", "COPY src/?.py /app/", "COPY src/[ab].py /app/",
        "COPY one.txt src/*.py /app/", "COPY one.txt https://example.org/x /app/",
        "COPY <<EOF /app/made\ntext\nEOF",
    ],
)  # fmt: skip
def test_an_instruction_whose_places_cannot_be_told_is_left_out(
    tmp_path: Path, context: Path, copy: str
) -> None:
    text = f"FROM python:3.13-slim\n{copy}\n"
    report = hand_made.image(tmp_path, text, [make.file("app/main.py", b"other")], known="<<" not in copy)
    assert differences(report, None, text, tmp_path / "Dockerfile", context) == ()


def test_a_dockerfile_that_did_not_make_the_image_tells_nothing(tmp_path: Path, context: Path) -> None:
    report, index = built(tmp_path)
    (context / "src/new.py").write_bytes(b"new")
    text = DOCKERFILE.replace("RUN make", "RUN other")
    assert differences(report, index, text, tmp_path / "Dockerfile", context) == ()


def test_own_files_are_found_in_the_context_and_in_the_image(tmp_path: Path, context: Path) -> None:
    report, _ = built(tmp_path)
    names = own_files.in_context(
        [
            context / "src/log.txt",
            context / "a.txt",
            tmp_path / "elsewhere.txt",
            context / "src/../src/no.md",
        ],
        context,
    )
    assert names == {"src/log.txt", "a.txt", "src/no.md"}

    def inside(own: frozenset[str], text: str = DOCKERFILE) -> tuple[str, ...]:
        return own_files.in_image(own, report, text, tmp_path / "Dockerfile", context)

    (context / ".dockerignore").write_text("*.md\n**/*.md\n")
    assert set(inside(names)) == {"/app/log.txt", "/data/a.txt"}
    assert inside(frozenset({"one.txt"})) == ("/etc/named.conf",)
    assert inside(frozenset()) == ()
    assert inside(frozenset({"a.txt"}), DOCKERFILE.replace("RUN make", "RUN other")) == ()


def test_streams_that_are_files_are_own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log.txt"
    with log.open("w") as file, Path("/dev/null").open("w") as null:
        monkeypatch.setattr(sys, "stdout", file)
        monkeypatch.setattr(sys, "stderr", null)
        assert own_files.streams() == (log,)
        monkeypatch.setattr(sys, "stderr", file)
        assert own_files.streams() == (log,)
        monkeypatch.setattr(sys, "stderr", io.StringIO())
        assert own_files.streams() == (log,)


def test_the_file_whose_change_is_timed_is_the_apps(tmp_path: Path, context: Path) -> None:
    report, _ = built(tmp_path)
    assert source_file(context, report) == Path("src/main.py")
    (context / "src/main.py").write_bytes(b"another size")
    assert source_file(context, report) == Path("src/sub/x.py")
    (context / "src/sub/x.py").rename(context / "src/sub/y.py")
    assert source_file(context, report) is None
    (context / ".hidden").mkdir()
    (context / ".hidden/x.py").write_bytes(FILES["src/sub/x.py"])
    # The base's is none of the app's.
    (context / "os.py").write_bytes(bytes(10))
    assert source_file(context, report) is None
