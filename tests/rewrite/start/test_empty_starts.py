"""Instructions that hold nothing: what a base starts taken away, lists without words, shells without text."""

from __future__ import annotations

import itertools

import pytest
from rewrites.dockerfiles import BASE, IN_APP, SYNC_WITH_DEV, decision, warned

from uvdive.base.errors import UsageError
from uvdive.rewrite.planner import plan

START = 'CMD ["uv", "run", "main.py"]\n'


@pytest.mark.parametrize("reset", ["ENTRYPOINT []", 'ENTRYPOINT [""]', "ENTRYPOINT [ ]"])
@pytest.mark.parametrize("shell", [False, True])
def test_r21_without_an_entry_point_the_command_is_process_1(project, reset: str, shell: bool) -> None:
    start = "CMD exec uv run main.py\n" if shell else START
    result = project(f"{BASE}{SYNC_WITH_DEV}{reset}\n{start}", config={"cmd": ("x",)}).plan()
    assert result.outcome == "rewritten"
    fresh = "CMD exec python main.py" if shell else 'CMD ["python", "main.py"]'
    assert result.text.endswith(f"{reset}\n{fresh}\n")
    assert decision(result, "stop-signal") is not None


def test_r21_an_init_in_the_command_is_one_where_the_entry_point_is_empty(project) -> None:
    start = 'ENTRYPOINT []\nCMD ["tini", "--", "uv", "run", "main.py"]\n'
    assert decision(project(BASE + SYNC_WITH_DEV + start).plan(), "stop-signal") is None


def test_r57_a_command_that_the_entry_point_does_not_take_is_looked_for(project) -> None:
    made = project(f'{BASE}{SYNC_WITH_DEV}ENTRYPOINT []\nCMD ["sh", "-c", "nowhere && uv run main.py"]\n')
    assert any("nowhere" in text for _, text in warned(made.plan(), "R57"))


EMPTY = (
    *("[]", '[""]', '["", ""]', '[" "]', "[ ]", '["sh", "-c"]', '["sh", "-c", ""]', '["env"]', '["timeout"]'),
    *('["uv"]', '["uv", "run"]', '["uv", "run", "--"]', '["uv", "run", "", ""]', '["tini", "--"]', "exec"),
    *("A=1", "NONE", "$X", "uv", '["make"]', '["cron"]', '["supervisord", "-c"]', ";", "{}"),
)


def outcome(text: str) -> str:
    """What becomes of a file; any outcome will do: what cannot be built has none that is right."""
    try:
        return plan(text, None, lambda _: None).outcome
    except UsageError as error:
        return error.what


@pytest.mark.parametrize("entry", EMPTY)
def test_no_empty_start_stops_the_planner(project, entry: str) -> None:
    for command in EMPTY:
        text = f"{IN_APP}COPY . .\nRUN uv sync\nENTRYPOINT {entry}\nCMD {command}\n"
        assert outcome(text)
        assert project(text).plan().outcome


KEYWORDS = (
    *("CMD", "HEALTHCHECK", "HEALTHCHECK CMD", "HEALTHCHECK --interval=3s CMD", "SHELL", "USER", "WORKDIR"),
    *(
        "VOLUME",
        "EXPOSE",
        "STOPSIGNAL",
        "LABEL",
        "ENV",
        "ARG",
        "COPY",
        "ADD",
        "RUN",
        "ONBUILD",
        "ONBUILD RUN",
    ),
    *("COPY --from=x", "COPY --from=", "RUN --mount=", "RUN --mount=type=bind,source=", "FROM"),
)


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_no_empty_instruction_stops_the_planner(keyword: str) -> None:
    work, named = "WORKDIR /app\nCOPY . .\nRUN uv sync --frozen\n", BASE.replace("\n", " AS x\n")
    lasts = ("", "FROM x\n", "FROM python:3.13-slim\nCOPY --from=x /app /app\n")
    for odd, last in itertools.product(EMPTY, lasts):
        for text in (f"{work}{last}{keyword} {odd}\n", f"{keyword} {odd}\n{work}{last}"):
            assert outcome(f"{named}{text}{START}")


@pytest.mark.parametrize(
    ("start", "fresh"),
    [
        ('CMD ["uv", "run", "uv", "run", "flask"]', 'CMD ["flask"]'),
        ('CMD ["uv", "run", "sh", "-c", "uv run flask"]', 'CMD ["sh", "-c", "flask"]'),
        ('CMD ["uv", "run", "tini", "--", "uv", "run", "flask"]', 'CMD ["tini", "--", "flask"]'),
        ('ENTRYPOINT ["uv", "run"]\nCMD ["uv", "run", "flask"]', 'CMD ["flask"]'),
        ('ENTRYPOINT ["uv", "run"]\nCMD ["sh", "-c", "uv run flask"]', 'CMD ["sh", "-c", "flask"]'),
    ],
)
def test_r18_a_runner_that_starts_a_runner_goes_with_it(project, node, start: str, fresh: str) -> None:
    made = project(f"{BASE}{SYNC_WITH_DEV}{start}\n", base_paths={"/usr/bin/tini": node(9)})
    assert made.plan().text.endswith(f"\n\n{fresh}\n")


@pytest.mark.parametrize(
    "start",
    [
        'ENTRYPOINT ["uv", "run"]\nCMD ["uv", "run"]',
        'CMD ["uv", "run", "--directory", "/app/src", "uv", "run", "flask"]',
    ],
)
def test_r18_no_runner_stays_in_the_start_of_an_image_without_it(project, start: str) -> None:
    assert project(f"{BASE}{SYNC_WITH_DEV}{start}\n").plan().outcome == "refused"
