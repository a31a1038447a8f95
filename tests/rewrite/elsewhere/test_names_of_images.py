"""Which images, services and mounts of other files are this Dockerfile's, name by name (R24)."""

from __future__ import annotations

from pathlib import Path

import pytest

from uvdive.compose.yaml_nodes import Node, read_yaml
from uvdive.rewrite.elsewhere.own_images import OwnImages, Place, builds_of, repository
from uvdive.rewrite.elsewhere.readers.compose_services import _mount
from uvdive.rewrite.elsewhere.slots import may_call


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("me/web", "me/web"),
        ("me/web:1", "me/web"),
        (" me/web:1@sha256:ab ", "me/web"),
        ("docker://me/web:1", "me/web"),
        ("localhost:5000/web", "localhost:5000/web"),
        ("localhost:5000/web:2", "localhost:5000/web"),
        ("web", "web"),
        ("", ""),
    ],
)
def test_an_image_s_name_without_what_says_which_version(name: str, bare: str) -> None:
    assert repository(name) == bare


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("me/web:2", True),
        ("me/db", False),
        ("ghcr.io/astral-sh/uv:1", False),
        ("python:3.13", False),
        ("docker.io/library/python", False),
        ("who/knows", None),
        ("$IMAGE", None),
        ("{{ image }}", None),
        ("", None),
    ],
)
def test_an_image_is_this_one_another_one_or_unknown(name: str, answer: bool | None) -> None:
    assert OwnImages({"me/web"}, {"me/db"}).of_image(name) is answer


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("uv", "run", "app"), None),
        (("tini", "--", "/bin/uv", "run"), None),
        (("sh", "-c", "pip install uv && uv run app"), False),
        (("python", "app.py"), False),
    ],
)
def test_a_single_word_that_uv_is_started_in_is_none_of_the_library(
    words: tuple[str, ...], answer: bool | None
) -> None:
    own = OwnImages({"me/web"}, {"db"})
    assert own.of_image("web:1", words) is answer
    assert own.of_image("db", words) is False


def test_a_service_of_any_folder_is_this_one_s_where_one_is() -> None:
    a, b = Path("/a"), Path("/b")
    known = {(a, "web"): True, (b, "web"): False, (b, "db"): False, (a, "x"): None, (b, "x"): False}
    own = OwnImages(services=known)
    assert [own.of_service(name) for name in ("web", "db", "x", "none")] == [True, False, None, None]
    assert [own.of_service("web", folder) for folder in (a, b)] == [True, False]
    assert own.of_service("none", a) is None
    assert (own.sure(found=None), own.sure(found=False), own.sure(found=True)) == (True, False, True)
    own.only = False
    assert (own.sure(found=None), own.sure(found=True)) == (False, True)


def test_services_that_extend_each_other_settle_from_the_last_one_on() -> None:
    keys = {name: (Path("/a"), name) for name in ("base", "near", "web", "other", "both")}
    own = OwnImages(
        services={
            **dict.fromkeys((keys["base"], keys["near"], keys["both"])),
            keys["web"]: True,
            keys["other"]: False,
        },
        extended={
            keys["base"]: {keys["near"]},
            keys["near"]: {keys["web"]},
            keys["both"]: {keys["web"], keys["other"]},
        },
    )
    own.settle()
    assert own.services[keys["base"]] is own.services[keys["near"]] is True
    assert own.services[keys["both"]] is None
    assert own.lent == {keys["both"]}


PLACE = Place(Path("/ctx"), Path("/ctx/Dockerfile"), ("build", "final"), "final")


def node(text: str) -> Node:
    (document,) = read_yaml(f"build: {text}\n")
    found = document.get("build")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("build", "answer"),
    [
        (".", True),
        ("/ctx", True),
        ("../ctx/", True),
        ("sub", False),
        ("$DIR", None),
        ("https://x/y.git", False),
        ("git@x:y.git", False),
        ("service:x", False),
        ("{context: .}", True),
        ("{}", True),
        ("{context: ., dockerfile: Dockerfile}", True),
        ("{context: ., dockerfile: /ctx/Dockerfile}", True),
        ("{context: ., dockerfile: other}", False),
        ("{context: ., dockerfile: $FILE}", None),
        ("{context: ., target: final}", True),
        ("{context: ., target: build}", False),
        ("{context: ., target: $STAGE}", None),
        ("{context: ., dockerfile_inline: FROM x}", False),
    ],
)
def test_what_a_compose_file_builds_is_this_dockerfile(build: str, answer: bool | None) -> None:
    assert PLACE.builds(Path("/ctx"), node(build)) is answer
    assert PLACE.builds(Path("/ctx"), None) is None


@pytest.mark.parametrize(
    ("text", "own", "others"),
    [
        ("docker build -t me/web:1 .", "me/web", ""),
        ("docker build . -t me/web --tag=me/other", "me/web me/other", ""),
        ("docker buildx build --tag me/web .", "me/web", ""),
        ("podman build -tme/web .", "me/web", ""),
        ("buildah bud -t 'me/web' .", "me/web", ""),
        ("docker build -t me/web -f Dockerfile .", "me/web", ""),
        ("docker build -q --pull --no-cache sub -t me/web", "", "me/web"),
        ("docker build . --build-arg A=1 -t me/web --load", "me/web", ""),
        ("docker build --build-arg A=1 -t me/web", "me/web", ""),
        ("docker build -t me/web --file=/ctx/Dockerfile x", "me/web", ""),
        ("docker build -t me/web -f other .", "", "me/web"),
        ("docker build -t me/web sub", "", "me/web"),
        ("docker build -t me/web $DIR", "me/web", ""),
        ("docker build -t $NAME .", "", ""),
        ("docker build \\\n  -t me/web \\\n  .", "me/web", ""),
        (
            "docker build -t me/a . && docker build -t me/b sub; docker build -t me/c sub | x",
            "me/a",
            "me/b me/c",
        ),
        ("docker build -t me/a . && docker build -t me/a sub", "me/a", ""),
        ("docker run -t me/web .", "", ""),
    ],
)
def test_the_images_that_a_shell_text_builds(text: str, own: str, others: str) -> None:
    assert builds_of([((Path("/ctx"),), text)], PLACE) == (set(own.split()), set(others.split()))
    assert builds_of([((Path("/x"), Path("/ctx")), text)], PLACE)[0] == set(own.split())


def test_of_a_dockerfile_of_another_name_a_build_without_a_file_is_another_one() -> None:
    place = Place(Path("/ctx"), Path("/ctx/web.Dockerfile"), (), "")
    assert builds_of([((Path("/ctx"),), "docker build -t me/web .")], place) == (set(), {"me/web"})
    text = "docker build -t me/web -f web.Dockerfile ."
    assert builds_of([((Path("/ctx"),), text)], place) == ({"me/web"}, set())


@pytest.mark.parametrize(
    ("written", "target", "is_bind"),
    [
        (".:/app", "/app", True),
        ("./src:/app/src/:ro,z", "/app/src", True),
        ("/abs:/app", "/app", True),
        ("~/x:/app", "/app", True),
        ("$PWD:/app", "/app", True),
        ("data:/app", "/app", False),
        ("/app/.venv", "/app/.venv", False),
        ("/app/../x", "/x", False),
        ("nothing", "", False),
        ("{type: bind, source: ., target: /app/}", "/app", True),
        ("{type: volume, source: x, target: /app}", "/app", False),
        ("{source: ., target: /app}", "/app", False),
        ("{type: bind, source: .}", "", False),
        ("{type: bind, target: [a]}", "", False),
    ],
)
def test_where_a_mount_lies_and_whether_it_shows_the_host_s_files(
    written: str, target: str, is_bind: bool
) -> None:
    assert _mount(node(written)) == (target, is_bind)


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("uv run x", True),
        ("uvx x", True),
        ("docker exec web ./x.sh", True),
        ("kubectl exec a -- x.sh", True),
        ("oc exec a -- x.sh", True),
        ("./x.sh", False),
        ("docker exec web x", False),
        ("block x.sh", False),
    ],
)
def test_a_text_may_call_uv_by_its_words_or_by_a_script_in_a_container(text: str, may: bool) -> None:
    assert may_call(text) is may
