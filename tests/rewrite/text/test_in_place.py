"""R45: a last stage that only starts by uv is left whole; it gets the choices and warnings of others."""

from __future__ import annotations

import pytest
from rewrites.dockerfiles import decision, refused, warned

BUILD = (
    "FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim AS build\n"
    "WORKDIR /app\nCOPY . .\nRUN uv sync --frozen\n\n"
)
LAST = "FROM python:3.13-slim-trixie\nWORKDIR /app\nCOPY --from=build /app /app\n"
UV = "COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /usr/local/bin/uv\n"
START = 'CMD ["uv", "run", "flask"]\n'


@pytest.fixture
def staged(project, node, tmp_path):
    """A file of two stages whose last one has uv for its start, planned with files and choices."""

    def make(end: str = START, files: dict[str, str] | None = None, uv: str = UV, cmd=("x",), **choices: str):
        venv = {
            "/app/.venv/bin/python": node(link="/usr/local/bin/python3.13"),
            "/app/.venv/bin/flask": node(300),
            "/app/.venv/lib/python3.13/site-packages/flask/app.py": node(2000),
        }
        wrote = {"COPY --from=build": venv, "COPY --from=ghcr.io": {"/usr/local/bin/uv": node(4000)}}
        wrote |= {f"COPY {name}": {f"/app/{name}": node(9)} for name in files or {}}
        copies = "".join(f"COPY {name} ./\n" for name in files or {} if name.endswith(".sh"))
        made = project(LAST + uv + copies + end, wrote, base_uv=False, config={"cmd": cmd})
        made.text = BUILD + made.text
        for name, text in {**(files or {}), "Dockerfile": made.text}.items():
            (tmp_path / name).write_text(text)
        named = {key.replace("_", "-"): value for key, value in choices.items()}
        return made.plan(context=tmp_path, dockerfile=str(tmp_path / "Dockerfile"), choices=named)

    return make


def last(result) -> str:
    assert result.outcome == "improved", result.refusal
    return result.text[result.text.index("FROM python:3.13") :]


def test_only_uv_goes(staged) -> None:
    result = staged()
    assert last(result) == (
        f"{LAST}ENV PATH=/app/.venv/bin:$PATH \\\n    VIRTUAL_ENV=/app/.venv\n" + 'CMD ["flask"]\n'
    )
    assert decision(result, "last-stage").summary == "Leave uv out of the last stage"
    assert result.predicted.before_bytes - result.predicted.after_bytes == 4000


COMPOSE = {"compose.yaml": "services:\n  web:\n    build: .\n    command: uv run flask\n"}
SCRIPT = {"start.sh": "#!/bin/sh\nexec uv run flask\n"}


@pytest.mark.parametrize(
    ("files", "end", "choice"),
    [(COMPOSE, START, "uv-elsewhere"), (SCRIPT, 'CMD ["./start.sh"]\n', "start-scripts")],
)
def test_each_value_has_its_size(staged, files, end, choice) -> None:
    result = staged(end, files)
    (change,) = result.files
    assert "uv run" not in change.text
    made = decision(result, choice)
    assert made.chosen == "patch"
    before, after = result.predicted.before_bytes, result.predicted.after_bytes
    sizes = {each.value: each.predicted_bytes for each in made.alternatives}
    assert sizes == {"patch": after, "shim": after, "keep-uv": before}
    shim = staged(end, files, **{choice.replace("-", "_"): "shim"})
    assert not shim.files
    assert UV not in shim.text
    assert "> /usr/local/bin/uv && chmod 0755 /usr/local/bin/uv\n" in last(shim)
    kept = staged(end, files, **{choice.replace("-", "_"): "keep-uv"})
    assert not kept.files
    assert f"{UV}ENV UV_NO_SYNC=1 \\\n    UV_NO_CACHE=1 \\\n    UV_OFFLINE=1 \\\n" in last(kept)
    assert decision(kept, "last-stage") is None


def test_only_root_puts_the_stand_in_there(staged) -> None:
    result = staged('CMD ["./start.sh"]\n', SCRIPT, uv=f"USER app\n{UV}", start_scripts="shim")
    assert "USER app\nUSER root\n# Stands in" in last(result)
    assert "chmod 0755 /usr/local/bin/uv\nUSER app\n" in last(result)


def test_it_is_warned_as_others_are(staged) -> None:
    secret = "ENV UV_INDEX_ME_PASSWORD=x HTTPS_PROXY=http://me:x@y\nENV PATH=/root/.local/bin:$PATH\n"
    result = staged(f"{secret}HEALTHCHECK CMD curl localhost\n{START}")
    texts = [text for _, text in warned(result, "R39")]
    assert len(texts) == 2
    assert not any("leaves it out" in text for text in texts), "all of ENV stays as it is"
    assert warned(result, "R27")
    assert [text.split()[2] for _, text in warned(result, "R57")] == ["curl,"]
    assert decision(result, "stop-signal") is not None
    assert "Env:UV_INDEX_ME_PASSWORD" not in result.allowed.config


def test_a_start_that_nobody_sees_keeps_uv(staged) -> None:
    result = staged("", cmd=("python3",))
    assert decision(result, "uv-elsewhere").chosen == "keep-uv"
    assert UV in last(result)
    without = staged("", cmd=("python3",), uv_elsewhere="patch")
    assert UV not in without.text
    assert "PATH=/app/.venv/bin:$PATH" in last(without)


def test_a_start_that_installs_is_refused_as_in_others(staged) -> None:
    assert refused(staged('CMD ["uvx", "flask"]\n'))[0] == "R24"
