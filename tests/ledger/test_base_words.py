"""By which words of a history a base is told from the author's own instructions, one by one."""

from __future__ import annotations

import pytest

from uvdive.image.config import HistoryEntry, ImageConfig, Manifest
from uvdive.image.raw_image import KnownImage
from uvdive.ledger.base_image import find_base
from uvdive.ledger.report import Base

KEYWORDS = """ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL
STOPSIGNAL USER VOLUME WORKDIR"""


def manifest(*rows: HistoryEntry) -> Manifest:
    layers = tuple(f"sha256:{number}" for number, row in enumerate(rows) if not row.empty_layer)
    return Manifest("x", "docker", "i", "c", "linux/amd64", None, ImageConfig(), layers, rows)


def entry(text: str, seconds: int | None = 0, *, comment: str = "", empty: bool = False) -> HistoryEntry:
    when = None if seconds is None else f"2026-11-01T00:{seconds // 60:02}:{seconds % 60:02}Z"
    return HistoryEntry(text, when, comment, empty)


def layers(*rows: HistoryEntry) -> int:
    found = find_base(manifest(*rows), ())
    return 0 if found is None else found.layers


FOREIGN = entry("apko")


@pytest.mark.parametrize("keyword", KEYWORDS.split())
def test_every_instruction_is_somebodys_own(keyword: str) -> None:
    assert layers(FOREIGN, entry(f"{keyword} x")) == 1
    assert layers(FOREIGN, FOREIGN, entry(f"  {keyword}\tx")) == 2
    assert layers(FOREIGN, entry(f"{keyword}X y")) == 0, "nothing of all is an instruction"


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("|1 A=1 /bin/sh -c x", True),
        ("/bin/sh -c x", True),
        ("anything # buildkit", True),
        ("anything # buildkit more", False),
        ("|x /bin/sh", False),
        ("/bin/bash -c x", False),
        ("", False),
    ],
)
def test_other_marks_of_an_instruction(text: str, own: bool) -> None:
    assert (layers(FOREIGN, entry(text)) == 1) is own
    assert layers(FOREIGN, entry(text, comment="buildkit.dockerfile.v0")) == 1


def test_an_image_of_foreign_entries_alone_has_no_base_but_debians() -> None:
    assert layers(FOREIGN, FOREIGN) == 0
    assert layers(entry("# debian.sh --arch 'amd64'"), FOREIGN) == 1
    assert layers(FOREIGN, entry("# debian.sh --arch 'amd64'")) == 0


@pytest.mark.parametrize(
    ("start", "shell"),
    [
        ('CMD ["sh"]', True),
        ('CMD ["bash"]', True),
        ('CMD ["dash"]', True),
        ('CMD ["ash"]', True),
        ('CMD ["/bin/sh"]', True),
        ('CMD ["/usr/bin/bash"]', True),
        ('ENTRYPOINT ["sh"]', True),
        ('/bin/sh -c #(nop)  CMD ["sh"]', True),
        ('CMD ["zsh"]', False),
        ('CMD ["sh", "-c"]', False),
        ("CMD sh", False),
        ('ENV ["sh"]', False),
    ],
)
def test_a_root_filesystem_that_starts_a_shell(start: str, shell: bool) -> None:
    added = entry("ADD rootfs.tar / # buildkit")
    assert layers(added, entry("RUN x"), entry(start, empty=True)) == (1 if shell else 0)


@pytest.mark.parametrize(
    ("added", "root"),
    [
        ("ADD rootfs.tar / # buildkit", True),
        ("/bin/sh -c #(nop) ADD file:0f in / ", True),
        ("ADD a.tar /", True),
        ("ADD a.tar /app", False),
        ("ADD /", False),
        ("COPY a /", False),
    ],
)
def test_files_added_to_the_top(added: str, root: bool) -> None:
    assert layers(entry(added), entry("RUN x"), entry('CMD ["sh"]', empty=True)) == (1 if root else 0)


@pytest.mark.parametrize(("pause", "more"), [(59, False), (60, False), (61, True)])
def test_a_pause_of_a_minute_parts_two_builds(pause: int, more: bool) -> None:
    first = [
        entry("RUN a"),
        entry('CMD ["a"]', empty=True),
        entry("RUN b", 1),
        entry('CMD ["b"]', 1, empty=True),
    ]
    rows = [*first, entry("RUN c", 1 + pause), entry('CMD ["c"]', 1 + pause, empty=True)]
    assert layers(*rows) == (2 if more else 1)


@pytest.mark.parametrize("word", ["CMD x", "ENTRYPOINT x", "/bin/sh -c #(nop)  CMD x"])
def test_a_start_command_ends_a_base_where_layers_follow(word: str) -> None:
    assert layers(entry("RUN a"), entry(word, empty=True), entry("RUN b", 90)) == 1
    assert layers(entry("RUN a"), entry("ENV x", empty=True), entry("RUN b", 90)) == 0
    assert layers(entry("RUN a"), entry(word, empty=True), entry("ENV b", 90, empty=True)) == 0
    assert layers(entry("RUN a", None), entry(word, None, empty=True), entry("RUN b", None)) == 1


@pytest.mark.parametrize(
    ("comment", "name"),
    [
        ("FROM python:3.13", "python:3.13"),
        ("FROM docker.io/library/python", "python:latest"),
        ("FROM localhost/mine:1", "mine:1"),
        ("FROM  spaced:1 ", "spaced:1"),
        (f"FROM {'0a' * 6}", None),
        (f"FROM sha256:{'0a' * 32}", None),
        (f"FROM {'0a' * 5}0", f"{'0a' * 5}0:latest"),
        (f"FROM {'0a' * 32}0", f"{'0a' * 32}0:latest"),
        ("FROM ", None),
    ],
)
def test_a_builder_that_writes_the_bases_name_down(comment: str, name: str | None) -> None:
    rows = entry("x"), entry("RUN a", comment=comment)
    assert find_base(manifest(*rows), ()) == Base(name, 1, "history")


def known(*names: str, count: int, first: int = 0) -> KnownImage:
    return KnownImage(names, tuple(f"sha256:{number}" for number in range(first, first + count)))


PLAIN = manifest(*(entry("RUN x") for _ in range(4)))


@pytest.mark.parametrize(
    ("images", "base"),
    [
        ([known("a:1", count=2)], Base("a:1", 2, "image")),
        ([known("a:1", count=1), known("b:1", count=3)], Base("b:1", 3, "image")),
        ([known("longer:1", "b:1", count=3)], Base("b:1", 3, "image")),
        ([known("a:1", count=4)], None),
        ([known("a:1", count=0)], None),
        ([known("a:1", count=2, first=1)], None),
        ([known("uvdive.local/x:before", count=2)], None),
        ([known("uvdive.local/x:before", "a:1", count=2)], Base("a:1", 2, "image")),
    ],
)
def test_an_image_of_the_engine_that_lies_below(images: list[KnownImage], base: Base | None) -> None:
    assert find_base(PLAIN, images) == base


def test_a_name_that_is_known_picks_its_image_else_the_dockerfile_counts() -> None:
    images = [known("a:latest", count=3), known("docker.io/library/b:1", count=2)]
    assert find_base(PLAIN, images, "b:1", 1) == Base("b:1", 2, "image")
    assert find_base(PLAIN, images, "a", 1) == Base("a", 3, "image")
    assert find_base(PLAIN, images, "c", 1) == Base("c", 1, "dockerfile")
    assert find_base(PLAIN, images, "c", 0) is None
    assert find_base(PLAIN, images, "scratch", 0) is None
    foreign = manifest(FOREIGN, entry("RUN x"))
    assert find_base(foreign, (), "scratch", 0) is None
    assert find_base(foreign, (), "c", None) == Base("c", 1, "history")
