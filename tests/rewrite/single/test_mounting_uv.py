"""Stages that stay one: uv mounted where it is called, what brought it gone, the start without it (R61)."""

from __future__ import annotations

import dockerfile as buildkit
import pytest

from uvdive.rewrite.plan import RewritePlan
from uvdive.rewrite.planner import plan

SLIM = "FROM python:3.12-slim-trixie\n"
BIN = "COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/\n"
SYNC = "WORKDIR /srv\nCOPY . .\nRUN uv sync --locked --no-cache\n"
UNKNOWN = "RUN ./fetch-models --into /models\n"
START = 'CMD ["/srv/.venv/bin/python", "serve.py"]\n'
MOUNT = "--mount=from=ghcr.io/astral-sh/uv:0.9,source=/uv,target=/bin/uv"


def planned(text: str, context=None) -> RewritePlan:
    return plan(text, None, lambda _: None, context=context)


def single(text: str, context=None) -> str:
    """The new text of a file that stays one stage, which BuildKit reads and a second plan leaves alone."""
    result = planned(text, context)
    assert (result.outcome, result.refusal) == ("improved", None)
    assert {d.id for d in result.decisions} >= {"single-stage", "uv-mounted"}
    assert buildkit.parse_string(result.text)
    again = planned(result.text, context)
    assert again.outcome == "unchanged" or (again.refusal is not None and again.refusal.rule == "R59")
    return result.text


def test_uv_is_mounted_for_the_run_that_calls_it_and_its_copy_goes() -> None:
    new = single(SLIM + BIN + "# models\n" + SYNC + UNKNOWN + START)
    assert new == (
        f"{SLIM}# models\nWORKDIR /srv\nCOPY . .\n"
        f"RUN {MOUNT} \\\n    uv sync --locked --no-cache\n"
        "RUN --mount=from=ghcr.io/astral-sh/uv:0.9,source=/uv,target=/bin/uv \\\n"
        "    ./fetch-models --into /models\n" + START
    )


def test_a_cache_that_would_stay_is_mounted_and_uv_copies_from_it() -> None:
    new = single(SLIM + BIN + SYNC.replace(" --no-cache", "") + "RUN mkfontscale /fonts\n" + START)
    assert f"ENV UV_LINK_MODE=copy\nRUN {MOUNT} \\\n    --mount=type=cache,target=/root/.cache/uv \\\n" in new
    assert "RUN mkfontscale /fonts\n" in new


@pytest.mark.parametrize(
    "text",
    [
        "RUN useradd -m me && chown me /srv\nUSER me\n" + SYNC.replace(" --no-cache", ""),
        SYNC.replace("--no-cache", "&& rm -rf /root/.cache"),
        "ENV UV_CACHE_DIR=cache\n" + SYNC.replace(" --no-cache", ""),
    ],
)
def test_a_cache_of_which_the_folder_is_not_free_is_not_mounted(text: str) -> None:
    new = single(SLIM + BIN + text + UNKNOWN + START)
    assert "ENV UV_NO_CACHE=1\n" in new
    assert "type=cache" not in new


@pytest.mark.parametrize(
    ("brings", "image", "left"),
    [
        ("RUN pip install uv\n", "ghcr.io/astral-sh/uv:latest", ""),
        ("RUN pip install -i https://pypi.example/simple uv==0.8.3\n", "ghcr.io/astral-sh/uv:0.8.3", ""),
        (
            "RUN pip install --no-cache-dir pdm 'uv==0.9.*'\n",
            "ghcr.io/astral-sh/uv:0.9",
            "RUN pip install --no-cache-dir pdm\n",
        ),
        (
            "RUN apt-get update && curl -LsSf https://astral.sh/uv/0.7.2/install.sh | sh\n",
            "ghcr.io/astral-sh/uv:0.7.2",
            "RUN apt-get update\n",
        ),
        (
            "ADD https://astral.sh/uv/install.sh /i\nRUN sh /i && rm /i\nENV PATH=/root/.local/bin:$PATH\n",
            "ghcr.io/astral-sh/uv:latest",
            "ENV PATH=/root/.local/bin:$PATH\n",
        ),
    ],
)
def test_whatever_brings_uv_goes_and_its_version_stays(brings: str, image: str, left: str) -> None:
    new = single(SLIM + brings + SYNC + "RUN mkfontscale /fonts\n" + START)
    assert new == (
        f"{SLIM}{left}WORKDIR /srv\nCOPY . .\n"
        f"RUN --mount=from={image},source=/uv,target=/bin/uv \\\n    uv sync --locked --no-cache\n"
        f"RUN mkfontscale /fonts\n{START}"
    )


@pytest.mark.parametrize(
    ("base", "runner", "image", "source"),
    [
        ("python3.12-trixie-slim", "python:3.12-slim-trixie", "latest", "/uv"),
        ("0.9.5-python3.12-alpine3.22", "python:3.12-alpine3.22", "0.9.5", "/uv"),
        (
            "python3.12-bookworm-slim",
            "python:3.12-slim-bookworm",
            "python3.12-bookworm-slim",
            "/usr/local/bin/uv",
        ),
    ],
)
def test_an_image_of_uvs_gives_way_to_the_one_that_it_was_made_from(base, runner, image, source) -> None:
    new = single(f"FROM ghcr.io/astral-sh/uv:{base}\n{SYNC}RUN mkfontscale /fonts\n{START}")
    assert new.startswith(f"FROM {runner}\n")
    assert f"RUN --mount=from=ghcr.io/astral-sh/uv:{image},source={source},target=/bin/uv \\\n" in new


def test_tools_stay_where_uvs_image_has_them_put() -> None:
    new = single('FROM ghcr.io/astral-sh/uv:python3.12-trixie-slim\nRUN uv tool install ruff\nCMD ["ruff"]\n')
    assert "ENV UV_TOOL_BIN_DIR=/usr/local/bin\n" in new


def test_the_start_does_without_uv_as_in_two_stages() -> None:
    new = single(SLIM + BIN + SYNC + UNKNOWN + 'CMD ["uv", "run", "--no-sync", "serve.py"]\n')
    assert new.endswith(
        'ENV PATH=/srv/.venv/bin:$PATH \\\n    VIRTUAL_ENV=/srv/.venv\nCMD ["python", "serve.py"]\n'
    )


def test_what_the_start_would_have_installed_the_build_does() -> None:
    text = SLIM + BIN + SYNC.replace("--locked", "--locked --no-install-project") + UNKNOWN
    new = single(text + 'CMD ["uv", "run", "serve.py"]\n')
    assert f"RUN {MOUNT} \\\n    uv sync --locked --no-cache\n" in new


@pytest.mark.parametrize(
    ("text", "rule", "line"),
    [
        (SLIM + BIN + UNKNOWN + SYNC + 'CMD ["uvx", "ruff"]\n', "R24", 7),
        (SLIM + BIN + SYNC + UNKNOWN + 'CMD ["./start.sh"]\n', "R24", 7),
        (SLIM + BIN + 'RUN uv pip install --system flask\nCMD ["uv", "run", "flask"]\n', "R15", 4),
        (SLIM + "COPY uv.tar /bin/uv\n" + SYNC + UNKNOWN + START, "R34", 6),
        (
            SLIM + "RUN curl https://astral.sh/uv/install.sh | sh | tee /log\n" + SYNC + UNKNOWN + START,
            "R61",
            2,
        ),
        (SLIM + BIN + SYNC + "RUN $TOOL sync\n" + START, "R61", 6),
    ],
)
def test_where_uv_cannot_be_told_from_the_rest_the_true_reason_is_given(
    text: str, rule: str, line: int
) -> None:
    refusal = planned(text).refusal
    assert refusal is not None
    assert (refusal.rule, refusal.line) == (rule, line), refusal


def test_uv_stays_for_a_start_that_no_file_tells_and_its_cache_does_not() -> None:
    text = SLIM + BIN + SYNC.replace(" --no-cache", "") + UNKNOWN
    result = planned(text)
    assert (result.outcome, "R24" in {w.rule for w in result.warnings}) == ("improved", True)
    assert BIN in result.text
    assert "RUN --mount=type=cache,target=/root/.cache/uv \\\n    uv sync --locked\n" in result.text
    assert planned(result.text).outcome == "unchanged"
    mounted = plan(text, None, lambda _: None, choices={"uv-elsewhere": "patch"})
    assert BIN not in mounted.text
    assert planned(SLIM + BIN + SYNC + UNKNOWN).outcome == "unchanged"


@pytest.mark.parametrize(
    ("value", "calls"), [('"sfw uv"', True), ("uv", True), ("/opt/uv", False), ("$OTHER", False)]
)
def test_a_variable_that_the_text_gives_is_read(value: str, calls: bool) -> None:
    run = f"RUN C={value}; $C sync --no-cache && ./more\n"
    text = SLIM + BIN + "WORKDIR /srv\nENV PATH=/srv/.venv/bin:$PATH\n" + run + START
    result = planned(text)
    assert (result.outcome == "improved") is calls
    if calls:
        assert f"RUN {MOUNT} \\\n" in result.text
        assert f"    C={value}; $C sync --no-cache && ./more\n" in result.text


def test_a_stage_that_other_targets_stand_on_is_left() -> None:
    text = SLIM.replace("\n", " AS base\n") + BIN + SYNC + UNKNOWN + "FROM base AS job\nFROM base\n" + START
    assert planned(text).refusal is not None


def test_the_plan_says_where_buildkit_is_not_certain() -> None:
    text = SLIM + BIN + SYNC + UNKNOWN + START
    assert "R61" in {warning.rule for warning in planned(text).warnings}
    assert "R61" not in {
        warning.rule for warning in planned("# syntax=docker/dockerfile:1\n" + text).warnings
    }
