"""Where the words of a program begin that a command of the host starts in a container (R24)."""

from __future__ import annotations

import pytest

from uvdive.rewrite.elsewhere.container_calls import in_container

NOTHING = [
    "docker run me/web",
    "docker container",
    "docker exec web",
    "docker compose up",
    "docker compose",
    "kubectl exec web x",
    "kubectl exec web --",
    "kubectl get pods -- x",
    "docker build .",
    "docker",
    "ls",
    "",
]
STARTED = {
    "docker run me/web uv run x": ("uv run x", "me/web", "image", True, "", "", None),
    "docker run --rm -it -e A=1 --env B=2 -w /srv -p 80:80 me/web uv run x": (
        "uv run x",
        "me/web",
        "image",
        True,
        "",
        "A=1 B=2",
        "/srv",
    ),
    "docker run -e A --env=C=3 --workdir=/x me/web x": ("x", "me/web", "image", True, "", "A= C=3", "/x"),
    "docker run -itd --name a me/web x": ("x", "me/web", "image", True, "", "", None),
    "docker run -p80:80 -v/a:/b me/web x": ("x", "me/web", "image", True, "", "", None),
    "docker run -e A=1 --entrypoint uv me/web run x": ("run x", "me/web", "image", False, "uv", "A=1", None),
    "docker run --entrypoint=uv me/web run": ("run", "me/web", "image", False, "uv", "", None),
    "docker run -- me/web x": ("x", "me/web", "image", True, "", "", None),
    "docker container run me/web x": ("x", "me/web", "image", True, "", "", None),
    "docker container exec web x y": ("x y", "web", "container", False, "", "", None),
    "docker create me/web x": ("x", "me/web", "image", True, "", "", None),
    "docker -D -H tcp://x run me/web x": ("x", "me/web", "image", True, "", "", None),
    "docker --context a exec -it -u root web x": ("x", "web", "container", False, "", "", None),
    "docker exec -e A=1 -w /x web a": ("a", "web", "container", False, "", "A=1", "/x"),
    "docker compose run --rm web x": ("x", "web", "service", True, "", "", None),
    "docker compose -f a.yaml --profile p exec -T web uv run x": (
        "uv run x",
        "web",
        "service",
        False,
        "",
        "",
        None,
    ),
    "docker-compose exec web x": ("x", "web", "service", False, "", "", None),
    "podman-compose run web x": ("x", "web", "service", True, "", "", None),
    "podman run me/web x": ("x", "me/web", "image", True, "", "", None),
    "/usr/bin/docker run me/web x": ("x", "me/web", "image", True, "", "", None),
    "sudo docker run me/web x": ("x", "me/web", "image", True, "", "", None),
    "A=1 env B=2 docker run me/web x": ("x", "me/web", "image", True, "", "", None),
    "@docker run me/web x": ("x", "me/web", "image", True, "", "", None),
    "-docker run me/web x": ("x", "me/web", "image", True, "", "", None),
    "kubectl exec deploy/web -- uv run x": ("uv run x", "deploy/web", "container", False, "", "", None),
    "kubectl -n a exec -it web -c app -- x": ("x", "web", "container", False, "", "", None),
    "kubectl exec -- x": ("x", "", "container", False, "", "", None),
    "kubectl run a --image=me/web -- x": ("x", "me/web", "image", True, "", "", None),
    "kubectl run a --image=me/web --command -- x": ("x", "me/web", "image", False, "", "", None),
    "kubectl run a -- x": ("x", "", "image", True, "", "", None),
    "oc exec web -- x": ("x", "web", "container", False, "", "", None),
    "k3s kubectl exec web -- x": ("x", "web", "container", False, "", "", None),
    "docker run -dp 80:80 me/web x": ("x", "me/web", "image", True, "", "", None),
    "docker run --privileged --init me/web x y z": ("x y z", "me/web", "image", True, "", "", None),
}


@pytest.mark.parametrize("text", NOTHING)
def test_nothing_starts_in_a_container(text: str) -> None:
    assert in_container(text.split()) is None


@pytest.mark.parametrize(("text", "expected"), STARTED.items())
def test_the_program_its_place_and_its_settings(text: str, expected: tuple[object, ...]) -> None:
    words = text.split()
    found = in_container(words)
    assert found is not None
    environ = " ".join(f"{name}={value}" for name, value in found.environ)
    told = (found.target, found.by, found.entrypoint, found.program, environ, found.workdir)
    assert (" ".join(words[found.first :]), *told) == expected
