"""What the build has no use for, and folders of the author's: once, in the author's words (R29, R33)."""

from __future__ import annotations

from pathlib import Path

import pytest

from uvdive.rewrite.plan import RewritePlan
from uvdive.rewrite.planner import plan

UV = "COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/\n"
SYNC = "WORKDIR /app\nCOPY pyproject.toml uv.lock main.py ./\nRUN uv sync --frozen\n"
START = 'CMD [".venv/bin/python", "main.py"]\n'


PROJECT = '[project]\nname = "demo"\nversion = "1"\nrequires-python = ">=3.12"\n'
LOCK = 'version = 1\nrequires-python = ">=3.12"\n'


def planned(text: str, context: Path | None = None) -> RewritePlan:
    found = plan(text, None, lambda _: None, context=context)
    assert found.outcome == "rewritten", found.refusal
    return found


def stages(found: RewritePlan) -> dict[str, str]:
    """The texts of the stages by their names."""
    parts = f"\n{found.text}".split("\nFROM ")[1:]
    return {part.partition("\n")[0].rpartition(" ")[2]: part.partition("\n")[2] for part in parts}


@pytest.mark.parametrize(
    "runs",
    [
        "RUN useradd -m me\nRUN mkdir -p /data && chown me /data\n",
        "RUN useradd -m me && mkdir -p /data && chown me /data\n",
        "RUN useradd -m me && mkdir -p /data/a && mkdir /logs && chown -R me:me /data/a /logs\n",
        "RUN useradd -m me && mkdir /data && chown me /data && chmod 700 /data\n",
    ],
)
def test_folders_that_the_author_makes_beside_users_are_made_by_the_same_command_below_both(runs) -> None:
    found = planned(f"FROM python:3.12-slim\n{runs}{UV}{SYNC}USER me\n{START}")
    assert all(found.text.count(line) == 1 for line in runs.splitlines())
    assert "chown" in stages(found)["base"]
    assert "install -d" not in found.text
    assert not any(decision.id == "folders" for decision in found.decisions)


@pytest.mark.parametrize(
    "runs",
    [
        # What is in the folder belongs to them too, which a folder made earlier would not say.
        "RUN useradd -m me\nCOPY a.txt /data/\nRUN mkdir -p /data && chown -R me:me /data\n",
        "RUN useradd -m me\nRUN mkdir -p /data && chown me /data\nRUN chmod 700 /data\n",
        'RUN useradd -m me\nRUN mkdir -p /data && chown me /data && echo "made" > /app/a.txt\n',
    ],
)
def test_folders_whose_owner_hangs_on_more_are_made_as_the_end_shows_them(runs) -> None:
    found = planned(f"FROM python:3.12-slim\nWORKDIR /app\n{runs}{UV}{SYNC}USER me\n{START}")
    assert "chown" not in stages(found).get("base", "")
    assert "-o me" in stages(found)["runner"] or "--chown=me:me" in stages(found)["runner"]


def test_where_a_server_listens_is_no_matter_of_a_build_that_only_installs() -> None:
    env = "ENV MCP_PORT=80 \\\n    HOST=0.0.0.0 \\\n    LOG_LEVEL=info \\\n    OTHER=1\n"
    found = stages(planned(f"FROM python:3.12-slim\n{env}{UV}{SYNC}{START}"))
    assert "ENV OTHER=1\n" in found["builder"]
    assert "MCP_PORT" not in found["builder"]
    assert env in found["runner"]
    more = "RUN uv run manage.py collectstatic --no-input\n"
    assert env in stages(planned(f"FROM python:3.12-slim\n{env}{UV}{SYNC}{more}{START}"))["builder"]
    used = f"FROM python:3.12-slim\n{env}{UV}{SYNC}RUN mkdir -p /app/$MCP_PORT\n{START}"
    assert "MCP_PORT" in stages(planned(used))["builder"]


@pytest.mark.parametrize(
    ("runs", "there"),
    [
        ("RUN apt-get update\nRUN apt-get install -y ffmpeg\n", False),
        ("RUN apt-get update && apt-get install -y git\n", True),
        ("RUN apt-get update && apt-get install -y gcc\n", True),
    ],
)
def test_what_only_programs_use_is_not_installed_in_a_build_on_another_base(tmp_path, runs, there) -> None:
    for name, text in {"pyproject.toml": PROJECT, "uv.lock": LOCK, "main.py": ""}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / ".python-version").write_text("3.12\n")
    base = "FROM ghcr.io/astral-sh/uv:debian\n"
    sync = "WORKDIR /app\nCOPY . .\nRUN uv sync --frozen\n"
    found = stages(planned(f"{base}{runs}{sync}{START}", tmp_path))
    assert ("apt-get" in found["builder"]) == there
    if not there:
        assert runs in found["runner"]
        more = "RUN uv run manage.py collectstatic\n"
        assert runs in stages(planned(f"{base}{runs}{sync}{more}{START}", tmp_path))["builder"]
