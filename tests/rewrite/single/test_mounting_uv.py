"""Stages that stay one: uv mounted where it is called, what brought it gone, the start without it (R61)."""

from __future__ import annotations

import pytest
from made_images import buildkit

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
        SYNC.replace("--no-cache", "&& uv cache prune"),
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
            "",
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
    text = "FROM ghcr.io/astral-sh/uv:python3.12-trixie-slim\nRUN uv tool install ruff\n"
    new = single(text + UNKNOWN + 'CMD ["ruff"]\n')
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


def test_what_is_new_stands_apart_as_the_author_sets_things_apart() -> None:
    text = (
        f"{SLIM}\nRUN pip install uv\n\nWORKDIR /srv\nCOPY . .\n\n# all of it\nRUN uv sync --locked\n\n"
        f'{UNKNOWN}\nEXPOSE 80\n\nCMD ["uv", "run", "serve.py"]\n'
    )
    new = single(text)
    assert "COPY . .\n\nENV UV_LINK_MODE=copy\n\n# all of it\nRUN --mount=from=" in new
    assert "EXPOSE 80\n\nENV PATH=/srv/.venv/bin:$PATH \\\n    VIRTUAL_ENV=/srv/.venv\n\nCMD [" in new


def test_a_run_whose_command_begins_on_the_next_line_gets_no_empty_line() -> None:
    new = single(
        SLIM + BIN + "WORKDIR /srv\nCOPY . .\nRUN \\\n    # all\n    uv sync --no-cache\n" + UNKNOWN + START
    )
    assert f"RUN {MOUNT} \\\n    # all\n    uv sync --no-cache\n" in new


def test_without_a_project_uv_run_syncs_nothing(tmp_path) -> None:
    (tmp_path / "serve.py").write_text("print()\n")
    build = "WORKDIR /srv\nRUN uv venv && uv pip install flask\nCOPY . .\n"
    text = f'{SLIM}{BIN}{build}CMD ["uv", "run", "serve.py"]\n'
    (why,) = [d.reason for d in planned(text, tmp_path).decisions if d.id == "start-uv-run"]
    assert why.startswith("uv only puts the environment on PATH")
    for brings in ("RUN git clone https://x/y .\n", "COPY --from=other /srv /srv\n", "RUN uv init\n"):
        found = planned(text.replace("COPY . .\n", f"COPY . .\n{brings}"), tmp_path)
        assert not any("uv only puts" in d.reason for d in found.decisions), brings
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    assert not any("uv only puts" in d.reason for d in planned(text, tmp_path).decisions)


FETCH = "RUN curl -LsSf https://astral.sh/uv/install.sh | sh\n"


@pytest.mark.parametrize(
    ("setting", "left"),
    [
        ('ENV PATH="/root/.local/bin:$PATH"\n', ""),
        ("ENV PATH /root/.local/bin:$PATH\n", ""),
        ('ENV A=1 \\\n    PATH="/root/.local/bin/:${PATH}"\n', "ENV A=1\n"),
        ('ENV PATH="/srv/bin:/root/.local/bin:$PATH"\n', 'ENV PATH="/srv/bin:$PATH"\n'),
    ],
)
def test_the_installer_s_place_leaves_path_with_it(setting: str, left: str) -> None:
    text = SLIM + FETCH + setting + SYNC + UNKNOWN + START
    new = single(text)
    assert ".local/bin" not in new
    assert left in new
    assert new.count("ENV ") == left.count("ENV ")
    assert not any("stays on PATH" in warning.text for warning in planned(text).warnings)


@pytest.mark.parametrize(
    "more",
    ["RUN curl -sS https://x/get | sh\n", "RUN pip install --user black\n", "RUN uv tool install ruff\n"],
)
def test_a_place_that_something_else_may_fill_stays_on_path(more: str) -> None:
    setting = 'ENV PATH="/root/.local/bin:$PATH"\n'
    result = planned(SLIM + FETCH + setting + more + SYNC + UNKNOWN + START)
    assert result.refusal is not None or setting in result.text


def test_r24_a_uv_that_is_installed_for_the_app_is_not_taken_out() -> None:
    text = SLIM + "RUN pip install uv && uv pip install --system flask uv\n" + UNKNOWN + 'CMD ["flask"]\n'
    refusal = planned(text).refusal
    assert refusal is not None
    assert (refusal.rule, refusal.line) == ("R24", 2)


PLACED = "curl -LsSf https://astral.sh/uv/install.sh | UV_INSTALL_DIR=/usr/local/bin sh"
FETCHED = "RUN curl -L -o /usr/local/bin/serve https://x/serve && chmod +x /usr/local/bin/serve\n"


@pytest.mark.parametrize(
    ("run", "outcome"),
    [
        (f"{PLACED} && uv sync && rm -f /usr/local/bin/uv /usr/local/bin/uvx", "unchanged"),
        (f"{PLACED} && uv sync", "refused"),
        (f"rm -f /usr/local/bin/uv; {PLACED} && uv sync", "refused"),
    ],
)
def test_a_uv_that_its_author_removes_again_is_nobody_s_business(run: str, outcome: str) -> None:
    text = f'{SLIM}WORKDIR /srv\nCOPY . .\nRUN {run}\n{FETCHED}{UNKNOWN}ENTRYPOINT ["/usr/local/bin/serve"]\n'
    assert planned(text).outcome == outcome


def test_what_only_fetched_uv_s_installer_goes_with_it(tmp_path) -> None:
    curl = "# to fetch\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n"
    text = SLIM + curl + FETCH + SYNC + UNKNOWN + START
    result = planned(text, tmp_path)
    assert "curl" not in result.text
    assert [d.chosen for d in result.decisions if d.id == "package-curl"] == ["drop"]
    kept = plan(text, None, lambda _: None, context=tmp_path, choices={"package-curl": "keep"})
    assert curl in kept.text
    assert curl in planned(text).text
    assert curl in planned(text + "HEALTHCHECK CMD curl -f http://localhost\n", tmp_path).text


def test_uv_that_no_instruction_calls_is_there_for_whoever_works_in_the_container(tmp_path) -> None:
    build = "COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/\nRUN pip install flask\n"
    text = f"FROM python:3.12-slim\n{build}COPY . /app\n"
    (tmp_path / "compose.yaml").write_text("services:\n  dev:\n    build: .\n    command: sleep 9\n")
    found = plan(text, None, lambda _: None, context=tmp_path)
    assert found.refusal is not None
    assert (found.refusal.rule, found.refusal.line) == ("R24", 2)
    started = plan(f'{text}CMD ["flask"]\n', None, lambda _: None, context=tmp_path)
    assert "COPY --from" not in started.text
    asked = '{"dockerComposeFile": "compose.yaml", "service": "dev", "postCreateCommand": "uv sync"}'
    (tmp_path / "devcontainer.json").write_text(asked)
    kept = plan(f'{text}CMD ["flask"]\n', None, lambda _: None, context=tmp_path)
    assert kept.refusal is not None
