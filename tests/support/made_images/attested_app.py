"""An application's image in a registry, with the provenance that has its Dockerfile."""

from __future__ import annotations

import json

from engines.registries import Registry

from made_images import layers as make
from made_images.attesting import attested, layers_of, provenance, statement
from made_images.hand_made import BASE, PATH
from uvdive.image.archives.descriptors import this_platform
from uvdive.image.attested.provenance import PREDICATES

SECRET = "hunter2-hunter2"
TEXT = f"""\
FROM ghcr.io/astral-sh/uv:0.9.1-python3.13-trixie-slim
WORKDIR /app
COPY uv.lock pyproject.toml ./
ENV API_TOKEN={SECRET}
RUN uv sync --frozen --no-dev
COPY src src
CMD ["uv", "run", "--no-sync", "python", "src/app.py"]
"""
SITE = "app/.venv/lib/python3.13/site-packages"
FILES = [
    BASE,
    [make.folder("app")],
    [make.file("app/uv.lock", b"version = 1\n"), make.file("app/pyproject.toml", b'[project]\nname = "a"\n')],
    [
        make.file("app/.venv/pyvenv.cfg", b"home = /usr/local/bin\nversion_info = 3.13.1\nuv = 0.9.1\n"),
        make.symlink("app/.venv/bin/python", "/usr/local/bin/python3.13"),
        make.file(f"{SITE}/flask/__init__.py", bytes(5000)),
        make.file(
            f"{SITE}/flask-3.0.dist-info/METADATA", b"Metadata-Version: 2.1\nName: flask\nVersion: 3.0\n"
        ),
        make.file(f"{SITE}/flask-3.0.dist-info/RECORD", b"flask/__init__.py,,\n"),
        make.file("root/.cache/uv/archive-v0/one", bytes(9000)),
    ],
    [make.file("app/src/app.py", b"print(1)\n")],
]
LINES = {1: 2, 2: 3, 3: 5, 4: 6}
HISTORY = [
    {"created_by": "# debian.sh"},
    {"created_by": "WORKDIR /app"},
    {"created_by": "COPY uv.lock pyproject.toml ./ # buildkit"},
    {"created_by": f"ENV API_TOKEN={SECRET}", "empty_layer": True},
    {"created_by": "RUN /bin/sh -c uv sync --frozen --no-dev # buildkit"},
    {"created_by": "COPY src src # buildkit"},
    {"created_by": 'CMD ["uv" "run" "--no-sync" "python" "src/app.py"]', "empty_layer": True},
]


def pushed(registry: Registry, text: str = TEXT) -> str:
    """Its name as a TARGET; the same without provenance has the tag ``bare``."""
    layout = registry.layout
    image = layout.image([make.layer(*files) for files in FILES], this_platform(), history=HISTORY)
    value = json.loads(layout.blobs[image["digest"][7:]])
    config = json.loads(layout.blobs[value["config"]["digest"][7:]])
    config["config"] = {"Env": [f"PATH={PATH}", f"API_TOKEN={SECRET}"], "WorkingDir": "/app"}
    config["config"]["Cmd"] = ["uv", "run", "--no-sync", "python", "src/app.py"]
    value["config"] = layout.add_json(config)
    image = layout.add_json(value, platform=image["platform"])
    digests = layers_of(layout, image)
    chains = {number: digests[: number + 1] for number in range(len(digests))}
    predicate = provenance(text, LINES, chains)
    said = statement(layout, PREDICATES[0], predicate, image["digest"])
    registry.tag("app", "bare", image)
    return f"registry://{registry.tag('app', '1', attested(layout, image, said))}"
