"""R29: one `chown -R` at the end of the build is COPY's `--chown`, by the text alone."""

from __future__ import annotations

import pytest
from made_images import buildkit

from uvdive.rewrite.planner import plan

HEAD = (
    "FROM python:3.13-slim-trixie\nCOPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/\nWORKDIR /app\n"
    "COPY . .\nRUN uv sync --frozen --no-dev\n"
)
USER = "# nobody else\nRUN useradd -m app && chown -R app:app /app\n"
START = 'USER app\nCMD ["uv", "run", "--no-sync", "main.py"]\n'
GIVEN = "USER app\nWORKDIR /app\nCOPY --from=builder --chown=app:app /app /app\n"


def stages(text: str) -> tuple[str, str]:
    result = plan(text, None, lambda _: None)
    assert result.outcome == "rewritten", result.refusal
    assert buildkit.parse_string(result.text)
    assert plan(result.text, None, lambda _: None).outcome == "unchanged"
    build, _, last = result.text.partition("\n# The final image")
    return build, last


def test_the_copy_gives_all_to_the_user_who_is_made_in_the_last_stage_alone() -> None:
    build, last = stages(HEAD + USER + START)
    assert "chown" not in build
    assert "useradd" not in build
    assert "# nobody else\nRUN useradd -m app\n" in last
    assert GIVEN in last
    assert "install -d" not in last


@pytest.mark.parametrize("owner", ["chown -R app:app .", "chown --recursive app:app /app"])
def test_a_user_made_before_stands_below_both(owner: str) -> None:
    made = HEAD.replace("COPY --from", "RUN useradd -m app\nCOPY --from")
    build, last = stages(f"{made}RUN {owner}\n{START}")
    assert "chown" not in build
    assert (build.count("useradd"), last.count("useradd")) == (1, 0)
    assert GIVEN in last


@pytest.mark.parametrize(
    ("end", "start"),
    [
        (USER + "COPY late.txt .\n", START),
        (USER + "RUN mkdir /app/data\n", START),
        (USER.replace("chown -R app:app /app", "chown app:app /app"), START),
        (USER.replace("app:app", "app"), START),
        (USER.replace("app:app", "app:staff"), START),
        (USER, START.replace("USER app\n", "")),
        (USER, START.replace("USER app", "USER other")),
    ],
)
def test_what_is_not_all_one_owner_s_gets_none(end: str, start: str) -> None:
    assert "COPY --from=builder --chown" not in plan(HEAD + end + start, None, lambda _: None).text


def test_a_folder_above_that_nobody_made_stays_root_s() -> None:
    deep = (HEAD + USER).replace("/app", "/data/deep")
    assert "--chown" not in plan(deep + START, None, lambda _: None).text


@pytest.mark.parametrize(
    ("made", "own"),
    [
        ("useradd --create-home --uid 1000 app", True),
        ("groupadd -r app && useradd -r -g app app", True),
        ("groupadd team && useradd -g team app", False),
        ("useradd -N app", False),
        ("adduser --disabled-password --gecos '' app", True),
        ("adduser --system app", False),
        ("adduser --system --group app", True),
        ("addgroup -g 1000 -S app && adduser -u 1000 -S app -G app", True),
        ("adduser -S app", False),
        ("true", False),
    ],
)
def test_the_work_directory_s_group_is_the_user_s_own_or_it_is_made_by_hand(made: str, own: bool) -> None:
    end = USER.replace("useradd -m app", made)
    assert ("--chown=app:app" in plan(HEAD + end + START, None, lambda _: None).text) == own
