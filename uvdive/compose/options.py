"""The build of a service as options of ``docker buildx build``.

https://docs.docker.com/reference/compose-file/build/
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from uvdive.base.errors import UsageError
from uvdive.compose.services import Layer, Service, is_remote

MOST = 2000
"""So many options may a build have."""


def build_options(service: Service) -> tuple[str, ...]:
    """The build of a service as options of ``docker buildx build``.

    Raises:
        UsageError: they are too many, or one cannot be told.
    """
    options = tuple(itertools.islice(_options(service), MOST + 1))
    if len(options) > MOST:
        raise UsageError(f"{service.where} sets over {MOST} options for its build.", "Set fewer.")
    return options


def _options(service: Service) -> Iterator[str]:
    for name, value in service.pairs("build", "args").items():
        known = service.variables.values.get(name) if value is None else value
        if known is not None:
            yield from ("--build-arg", f"{name}={known}")
    for key, option in (("target", "--target"), ("network", "--network"), ("shm_size", "--shm-size")):
        if text := service.text("build", key):
            yield from (option, text)
    for name, value in service.pairs("build", "labels").items():
        yield from ("--label", f"{name}={value or ''}")
    for name, value in service.pairs("build", "extra_hosts").items():
        yield from ("--add-host", name if value is None else f"{name}:{value}")
    yield from _platform(service)
    yield from _contexts(service)
    yield from _secrets(service)
    for name, value in service.pairs("build", "ssh").items():
        yield from ("--ssh", name if value is None else f"{name}={value}")


def _platform(service: Service) -> Iterator[str]:
    own, several = service.text("platform"), service.get("build", "platforms")
    items = [service.expand(item) for item in several[0].items if item.kind == "text"] if several else []
    if own or len(items) == 1:
        yield from ("--platform", own or items[0])


def _contexts(service: Service) -> Iterator[str]:
    for node, layer in service.each("build", "additional_contexts"):
        given = [(key.text, value) for key, value in node.entries()]
        pairs = [(name, service.expand(value)) for name, value in given if value.kind == "text"]
        pairs += [
            (key, value) for key, _, value in (service.expand(each).partition("=") for each in node.items)
        ]
        for name, value in pairs:
            if value.startswith("service:"):
                raise UsageError(
                    f"{service.where} is built from the image of {value}, which has to be built before.",
                    "Build that image, and name it there by docker-image://NAME.",
                )
            there = value if is_remote(value) else str(layer.folder / value)
            yield from ("--build-context", f"{name}={there}")


def _secrets(service: Service) -> Iterator[str]:
    found = service.get("build", "secrets")
    if found is None:
        return
    node, layer = found
    for item in node.items:
        source = item if item.kind == "text" else item.get("source")
        if source is None or source.kind != "text":
            continue
        name = service.expand(source)
        target = None if item.kind == "text" else item.get("target")
        as_name = service.expand(target) if target is not None and target.kind == "text" else name
        yield from ("--secret", f"id={as_name},{_secret(service, layer, name)}")


def _secret(service: Service, layer: Layer, name: str) -> str:
    about = layer.document.get("secrets", name)
    file, variable = (about.get("file"), about.get("environment")) if about is not None else (None, None)
    if file is not None and file.kind == "text":
        return f"src={layer.folder / service.expand(file)}"
    if variable is not None and variable.kind == "text":
        return f"env={service.expand(variable)}"
    raise UsageError(
        f"{service.where} builds with the secret {name}, and {layer.path} does not say where it is.",
        "Give it a `file` or an `environment` below `secrets`.",
    )
