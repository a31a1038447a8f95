"""Pulling what the engine lacks (R60), by the messages of an engine that has a registry."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import requests
from docker.errors import APIError

from uvdive.base.errors import ImageError
from uvdive.base.progress import Note
from uvdive.image.endpoint import docker_endpoint
from uvdive.image.engine.engine import Engine
from uvdive.image.engine.pulling import pull

NAME = "registry.example/base:1"


class Api:
    """Answers a pull with what it was given, and notes what it was asked."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.asked = answer, ()

    def pull(self, reference: str, **options: Any) -> Any:
        self.asked = (reference, options["platform"])
        if isinstance(self.answer, Exception):
            raise self.answer
        return iter(self.answer)


def message(status: str, layer: str = "") -> dict[str, Any]:
    return {"status": status, "id": layer}


def test_each_layer_that_is_there_is_told() -> None:
    api = Api(
        [
            message("Pulling from base", "1"),
            message("Pulling fs layer", "a"),
            message("Pulling fs layer", "b"),
            message("Downloading", "a"),
            message("Pull complete", "a"),
            message("Already exists", "b"),
            message("Status: Downloaded newer image"),
        ]
    )
    told: list[Any] = []
    pull(api, NAME, "linux/arm64", told.append)
    assert api.asked == (NAME, "linux/arm64")
    steps = ("", ": 1 of 2 layers", ": 2 of 2 layers")
    assert told == [Note(f"Pulling {NAME}{step}") for step in steps]


@pytest.mark.parametrize(
    "answer",
    [
        [message("Pulling fs layer", "a"), {"error": "manifest unknown."}],
        APIError("x", requests.Response(), explanation="manifest unknown"),
    ],
)
def test_a_pull_that_fails_says_why_and_what_to_do(answer) -> None:
    with pytest.raises(ImageError, match=f"{NAME} cannot be pulled: manifest unknown\\.") as failed:
        pull(Api(answer), NAME, None, lambda _event: None)
    assert "docker login" in failed.value.do


@pytest.mark.engine
def test_what_the_engine_has_is_not_pulled_and_what_nobody_has_is_an_error() -> None:
    engine = Engine(docker_endpoint())
    image = next(name for local in engine.local_images() for name in local.names)
    told: list[Any] = []
    engine.ensure(image, told.append)
    assert told == []
    nowhere = f"localhost:1/uvdive-{uuid.uuid4().hex}:1"
    with pytest.raises(ImageError, match="cannot be pulled"):
        engine.ensure(nowhere, told.append)
    assert told == [Note(f"Pulling {nowhere}")]
