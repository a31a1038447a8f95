"""Which layers came from FROM, by the history that each builder writes."""

from __future__ import annotations

import pytest

from uvdive.image.config import HistoryEntry, ImageConfig, Manifest
from uvdive.image.raw_image import KnownImage
from uvdive.ledger.base_image import find_base, short_name

DEBIAN = ("# debian.sh --arch 'amd64' out/ 'trixie'", "2026-11-01T00:00:00Z", "debuerreotype 0.16", False)
PYTHON = [
    DEBIAN,
    ("ENV PATH=/usr/local/bin", "2026-11-02T00:00:00Z", "buildkit.dockerfile.v0", True),
    ("RUN /bin/sh -c make install # buildkit", "2026-11-02T00:00:01Z", "buildkit.dockerfile.v0", False),
    ('CMD ["python3"]', "2026-11-02T00:00:02Z", "buildkit.dockerfile.v0", True),
]
NOP = "/bin/sh -c #(nop) "
OWN_BUILDKIT = [
    ("WORKDIR /app", "2026-11-03T00:00:00Z", "buildkit.dockerfile.v0", False),
    ("COPY . /app # buildkit", "2026-11-03T00:00:00Z", "buildkit.dockerfile.v0", False),
    ('CMD ["app"]', "2026-11-03T00:00:01Z", "buildkit.dockerfile.v0", True),
]
OWN_CLASSIC = [
    (f"{NOP} WORKDIR /app", "2026-11-03T00:00:00Z", "", False),
    (f"{NOP}COPY dir:0f in /app ", "2026-11-03T00:00:01Z", "", False),
    (f'{NOP} CMD ["app"]', "2026-11-03T00:00:02Z", "", True),
]
Row = tuple[str, str, str, bool]


def manifest(*rows: Row) -> Manifest:
    history = tuple(HistoryEntry(text, when, comment, empty) for text, when, comment, empty in rows)
    layers = tuple(f"sha256:{number}" for number, row in enumerate(rows) if not row[3])
    return Manifest("x", "docker", "i", "c", "linux/amd64", None, ImageConfig(), layers, history)


def base(*rows: Row) -> tuple[str | None, int, str] | None:
    found = find_base(manifest(*rows), ())
    return None if found is None else (found.name, found.layers, found.by)


@pytest.mark.parametrize("own", [OWN_BUILDKIT, OWN_CLASSIC], ids=["buildkit", "classic"])
def test_a_base_ends_with_its_last_start_command_before_a_pause(own: list[Row]) -> None:
    assert base(*PYTHON, *own) == (None, 2, "history")


def test_without_times_the_first_start_command_ends_the_base() -> None:
    rows = [(text, "1970-01-01T00:00:00Z", comment, empty) for text, _, comment, empty in PYTHON]
    own = [(text, "1970-01-01T00:00:00Z", comment, empty) for text, _, comment, empty in OWN_BUILDKIT]
    assert base(*rows, *own) == (None, 2, "history")


def test_a_start_command_in_the_middle_of_the_own_instructions_ends_no_base() -> None:
    own = [OWN_BUILDKIT[2], *OWN_BUILDKIT]
    assert base(*PYTHON, *own) == (None, 2, "history")


def test_podman_writes_from_beside_the_first_own_instruction() -> None:
    first = (f"{NOP}ARG WHO", "2026-11-03T00:00:00Z", "FROM docker.io/library/python:3.13-slim", True)
    assert base(*PYTHON, first, *OWN_CLASSIC) == ("python:3.13-slim", 2, "history")


def test_podmans_base_of_a_base_is_not_the_base() -> None:
    inner = ("/bin/sh -c make", "2026-11-02T00:00:00Z", "FROM localhost/debian:trixie-slim", False)
    outer = ("/bin/sh -c pip", "2026-11-02T00:00:01Z", "FROM localhost/mine:1", False)
    assert base(DEBIAN, inner, outer) == ("mine:1", 2, "history")


def test_podmans_from_an_id_gives_no_name() -> None:
    first = ("/bin/sh -c make", "2026-11-02T00:00:00Z", f"FROM {'0f' * 32}", False)
    assert base(DEBIAN, first) == (None, 1, "history")


def test_podmans_name_picks_the_local_image() -> None:
    first = ("/bin/sh -c make", "2026-11-02T00:00:00Z", "FROM localhost/debian:1", False)
    known = [KnownImage(("debian:1",), ("sha256:0",)), KnownImage(("mine:1",), ("sha256:0", "sha256:1"))]
    found = find_base(manifest(DEBIAN, first, *OWN_CLASSIC), known)
    assert found is not None
    assert (found.name, found.layers, found.by) == ("debian:1", 1, "image")


@pytest.mark.parametrize("tool", ["bazel build @debian//base", "apko", "Imported from -", ""])
def test_what_no_dockerfile_made_comes_from_the_base(tool: str) -> None:
    rows = [(tool, "0001-01-01T00:00:00Z", "", False)] * 3
    assert base(*rows, *OWN_BUILDKIT) == (None, 3, "history")
    assert base(*rows) is None, "nothing says that there is more than one maker"


def test_docker_squash_leaves_the_bases_layers_and_one_more() -> None:
    own = [(text, when, comment, True) for text, when, comment, _ in OWN_CLASSIC]
    merged = ("", "2026-11-03T00:00:09Z", "merge sha256:aa to sha256:bb", False)
    assert base(*PYTHON, *own, merged) == (None, 2, "history")


@pytest.mark.parametrize(
    ("added", "start", "layers"),
    [
        ("ADD alpine-minirootfs-3.22.tar.gz / # buildkit", 'CMD ["/bin/sh"]', 1),
        (f"{NOP}ADD file:0f in / ", f'{NOP} CMD ["bash"]', 1),
        (f"{NOP}ADD file:0f in / ", f'{NOP} CMD ["/hello"]', None),
        ("ADD app.tar /app # buildkit", 'CMD ["sh"]', None),
    ],
)
def test_a_root_filesystem_is_a_base_by_itself(added: str, start: str, layers: int | None) -> None:
    rows = [(added, "2026-11-01T00:00:00Z", "", False), (start, "2026-11-01T00:00:01Z", "", True)]
    found = base(*rows)
    assert (found and found[1]) == layers
    assert base(*rows, *OWN_BUILDKIT) == (None, 1, "history")


@pytest.mark.parametrize("text", ["COPY / / # buildkit", 'CMD ["cat"]', f'{NOP}CMD ["cat"]'])
def test_an_image_of_one_entry_has_no_base(text: str) -> None:
    assert base((text, "2026-11-03T00:00:00Z", "", False)) is None


def test_histories_that_say_nothing() -> None:
    assert base() is None
    assert base(("RUN x", "yesterday", "", False), ("RUN y", "", "", False)) is None


def test_the_dockerfile_tells_where_no_image_does() -> None:
    found = find_base(manifest(*PYTHON, *OWN_BUILDKIT), (), "python:3.13", 4)
    assert found is not None
    assert (found.name, found.layers, found.by) == ("python:3.13", 2, "dockerfile")


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("docker.io/library/python:3.13", "python:3.13"),
        ("python", "python:latest"),
        ("localhost:5000/x", "localhost:5000/x:latest"),
        ("a/b@sha256:00", "a/b@sha256:00"),
    ],
)
def test_names_are_compared_as_people_write_them(name: str, short: str) -> None:
    assert short_name(name) == short


def test_a_local_image_below_the_base_is_not_the_base() -> None:
    image = manifest(*PYTHON, *OWN_BUILDKIT)
    debian = KnownImage(("debian:trixie-slim",), image.diff_ids[:1])
    python = KnownImage(("python:3.13-slim",), image.diff_ids[:2])
    only_below = find_base(image, [debian])
    assert only_below is not None
    assert (only_below.name, only_below.layers, only_below.by) == (None, 2, "history")
    both = find_base(image, [debian, python])
    assert both is not None
    assert (both.name, both.layers, both.by) == ("python:3.13-slim", 2, "image")
