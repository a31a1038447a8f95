"""A project whose context has files that may start its container."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from rewrites.dockerfiles import BASE, SYNC_ALONE

from uvdive.rewrite.plan import RewritePlan

START = 'CMD ["flask"]\n'


@pytest.fixture
def around(project, node, tmp_path: Path) -> Callable[..., RewritePlan]:
    """Plan a project with files around its Dockerfile.

    ``files`` are texts (or bytes) by path, ``start`` ends the Dockerfile, ``cmd`` is the image's CMD; other
    arguments are choices.
    """

    def make(
        files: Mapping[str, str | bytes],
        start: str = START,
        *,
        copied: tuple[str, ...] = (),
        static: bool = False,
        cmd: tuple[str, ...] = ("x",),
        **choices: str,
    ) -> RewritePlan:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        copies = "".join(f"COPY {name} /app/{name}\n" for name in copied)
        wrote = {f"COPY {name}": {f"/app/{name}": node(40)} for name in copied}
        made = project(BASE + SYNC_ALONE + copies + start, wrote, config={"cmd": cmd})
        (tmp_path / "Dockerfile").write_text(made.text)
        if static:
            made.report = None
        named = {key.replace("_", "-"): value for key, value in choices.items()}
        return made.plan(context=tmp_path, dockerfile=str(tmp_path / "Dockerfile"), choices=named)

    return make


@pytest.fixture
def patched(around) -> Callable[..., str]:
    """The one other file that the plan changes."""

    def make(name: str, text: str, start: str = START, **more: object) -> str:
        result = around({name: text}, start, **more)
        assert result.outcome == "rewritten", result.refusal
        (change,) = result.files
        assert change.path == name
        return change.text

    return make
