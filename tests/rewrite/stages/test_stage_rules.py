"""R44 and R53: several stages and targets, and which name means what afterwards."""

from __future__ import annotations

import pytest
from rewrites.dockerfiles import BASE, SYNC_ALONE, base_as, both_stages

from uvdive.rewrite.planner import plan

START = 'CMD ["uv", "run", "flask", "run"]\n'
PATHS = "ENV PATH=/app/.venv/bin:$PATH \\\n    VIRTUAL_ENV=/app/.venv\n"


def static(text: str):
    result = plan(text, None, lambda _: None)
    assert result.outcome == "rewritten", result.refusal
    assert plan(result.text, None, lambda _: None).outcome == "unchanged"
    return result


def test_r53_a_last_stage_on_a_stage_with_uv_only_starts_what_that_built() -> None:
    text = base_as("base") + SYNC_ALONE + "\n# what runs\nFROM base AS web\nEXPOSE 80\n" + START
    result = static(text)
    assert result.text == (
        "FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim AS base\n\n"
        "# A Python that uv downloads would be missing in the final image.\n"
        "ENV UV_PYTHON_DOWNLOADS=never\n\n" + SYNC_ALONE + "\n# what runs\n"
        "FROM python:3.13-slim-trixie AS web\n\n" + PATHS + "\nWORKDIR /app\nCOPY --from=base /app /app\n"
        '\nEXPOSE 80\nCMD ["flask", "run"]\n'
    )
    assert [d.rule for d in result.decisions if d.id == "last-stage"] == ["R53"]


def test_r53_a_last_stage_that_builds_too_is_divided() -> None:
    text = base_as("base") + SYNC_ALONE + "FROM base AS web\nCOPY src /app/src\n" + START
    result = static(text)
    build, run = both_stages(result)
    assert build.endswith("FROM base AS builder\nCOPY src /app/src\n")
    assert run.startswith("FROM python:3.13-slim-trixie AS web\n")
    assert "COPY --from=builder /app /app\n" in result.text


def test_r44_targets_that_only_start_share_one_final_base() -> None:
    shared = base_as("base") + SYNC_ALONE
    worker = 'FROM base AS worker\nENV ROLE=worker\nCMD ["uv", "run", "worker"]\n\n'
    result = static(shared + "# the one that works\n" + worker + "FROM base AS web\n" + START)
    first, rest = both_stages(result)
    assert first == shared
    assert rest.startswith("FROM python:3.13-slim-trixie AS runtime\n")
    assert "COPY --from=base /app /app\n" in rest
    runtime, _, targets = rest.partition("\n# the one that works\n")
    assert "CMD" not in runtime
    assert targets == (
        'FROM runtime AS worker\nENV ROLE=worker\nCMD ["worker"]\n\nFROM runtime AS web\n'
        + START.replace('"uv", "run", ', "")
    )
    assert not [w for w in result.warnings if w.rule == "R44"]
    assert next(d for d in result.decisions if d.id == "targets").rule == "R44"


def test_r44_a_start_that_no_target_uses_is_left_out_of_what_they_share() -> None:
    shared = base_as("base") + SYNC_ALONE + 'CMD ["uv", "run", "base"]\n'
    worker = 'FROM base AS worker\nENTRYPOINT ["uv", "run"]\nCMD ["worker"]\n'
    text = static(f"{shared}{worker}FROM base AS web\n{START}").text
    assert "base" not in text[text.index("AS runtime") :].replace("--from=base", "")
    text = static(f"{shared}{worker}FROM base AS web\nEXPOSE 1\n").text
    assert 'CMD ["base"]\n' in text[text.index("AS runtime") :]


@pytest.mark.parametrize(
    "own",
    [
        'RUN pytest\nCMD ["uv", "run", "x"]\n',
        'COPY x /x\nCMD ["x"]\n',
        'WORKDIR /x\nCMD ["x"]\n',
        'ENV PATH=/x:$PATH\nCMD ["x"]\n',
        'CMD ["uv", "run", "--with", "y", "x"]\n',
        "EXPOSE 1\n",
    ],
)
def test_r44_targets_that_do_more_stay_and_are_named(own) -> None:
    shared = base_as("base") + SYNC_ALONE
    result = static(f"{shared}FROM base AS other\n{own}\nFROM base AS web\n{START}")
    assert result.text.startswith(f"{shared}FROM base AS other\n{own}\nFROM python:3.13-slim-trixie AS web\n")
    assert [w.text.split()[2] for w in result.warnings if w.rule == "R44"] == ["other"]


def test_r44_targets_with_files_of_the_context_share_what_both_stand_on() -> None:
    shared = base_as("base") + SYNC_ALONE
    worker = (
        "FROM base AS worker\n# its jobs\nCOPY --chown=app jobs ./jobs\nUSER app\n"
        'CMD ["uv", "run", "worker"]\n\n'
    )
    result = static(f"{shared}{worker}FROM base AS web\nCOPY src /app/src\n{START}")
    first, rest = both_stages(result)
    assert first == shared
    runtime, _, targets = rest.partition("\nFROM runtime AS worker\n")
    assert "COPY --from=base /app /app\n" in runtime
    assert "src" not in runtime
    assert targets == (
        '# its jobs\nCOPY --chown=app jobs ./jobs\nUSER app\nCMD ["worker"]\n\n'
        "FROM runtime AS web\nCOPY src /app/src\n" + START.replace('"uv", "run", ', "")
    )
    assert not [w for w in result.warnings if w.rule == "R44"]
    assert (
        "files of the build context at most" in next(d for d in result.decisions if d.id == "targets").reason
    )


@pytest.mark.parametrize(
    "own",
    [
        "COPY --from=base /app/.venv/bin /app/bin\n",
        "COPY src /app/.venv/src\n",
        "COPY src /srv/src\n",
        "COPY src /app/src\nRUN touch /app/made\n",
    ],
)
def test_r44_a_last_stage_that_does_more_than_bring_files_is_rewritten_alone(own) -> None:
    shared = base_as("base") + SYNC_ALONE
    worker = 'FROM base AS worker\nCMD ["uv", "run", "worker"]\n\n'
    result = static(f"{shared}{worker}FROM base AS web\n{own}{START}")
    assert worker in result.text
    assert [w.text.split()[2] for w in result.warnings if w.rule == "R44"] == ["worker"]


def test_r44_what_only_the_last_target_brings_is_no_part_of_the_shared_base(project, node) -> None:
    first = f"{base_as('base')}{SYNC_ALONE}RUN mkdir -p /data\n"
    last = f"FROM base AS web\nCOPY --chown=1000 src /app/src/deep\n{START}"
    wrote = {
        "RUN mkdir": {"/data": node(folder=True)},
        "COPY --chown": {"/app/src/deep/a.py": node(10), "/app/src": node(folder=True)},
    }
    made = project(first + last, wrote)
    made.text = f'{first}FROM base AS worker\nCMD ["uv", "run", "flask", "routes"]\n\n{last}'
    result = made.plan(choices={"layers": "whole"})
    assert result.outcome == "rewritten", result.refusal
    runtime = result.text.partition("AS runtime\n")[2]
    assert "COPY --from=base /app /app\n" in runtime
    assert runtime.index("COPY --from=base /app") < runtime.index(
        "FROM runtime AS web\nCOPY --chown=1000 src"
    )
    assert "/app/src " not in runtime


def test_r3_a_variable_platform_is_kept_in_both_stages() -> None:
    line = "FROM --platform=$BUILDPLATFORM ghcr.io/astral-sh/uv:python3.13-trixie-slim\n"
    text = static(line + SYNC_ALONE + START).text
    assert "FROM --platform=$BUILDPLATFORM python:3.13-slim-trixie AS runner\n" in text


def test_r44_auxiliary_stages_are_not_touched() -> None:
    aux = "FROM node:22 AS assets\nRUN npm run build\n\n# the app\n"
    copied = "COPY --from=assets /out /app/static\n"
    result = static(aux + BASE + SYNC_ALONE + copied + START)
    assert result.text.startswith(aux + "FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim AS builder\n")
    assert both_stages(result)[0].endswith(copied)


@pytest.mark.parametrize(
    ("name", "builder", "runner"), [("app", "builder", "app"), ("base", "base", "runner")]
)
def test_r44_a_name_that_people_build_by_stays_with_what_runs(name, builder, runner) -> None:
    result = static(base_as(name) + SYNC_ALONE + START)
    stages = [line for line in result.text.splitlines() if line.startswith("FROM")]
    assert [line.split()[-1] for line in stages] == [builder, runner]
    assert [w.rule for w in result.warnings if w.rule == "R44"] == (["R44"] if name == "base" else [])


def test_r53_with_an_image_the_chain_is_read_as_one_stage(project, node) -> None:
    text = base_as("base") + SYNC_ALONE + "FROM base AS web\nCOPY src /app/src\n" + START
    result = project(text).plan(choices={"layers": "whole"})
    assert result.outcome == "rewritten", result.refusal
    assert "COPY --from=builder /app /app\n" in result.text


def test_the_authors_case_is_kept() -> None:
    text = (BASE + SYNC_ALONE + START).replace("FROM", "from").replace("RUN", "run")
    text = text.replace("COPY", "copy").replace("WORKDIR", "workdir").replace("CMD", "cmd")
    result = static(text)
    words = {line.split()[0] for line in result.text.splitlines() if line and not line.startswith(("#", " "))}
    assert all(word.islower() for word in words)
    assert " as builder\n" in result.text


def test_r53_an_entrypoint_resets_the_cmd_of_the_stage_below() -> None:
    text = base_as("base") + SYNC_ALONE + START + 'FROM base AS web\nENTRYPOINT ["uv", "run", "flask"]\n'
    run = static(text).text.partition("AS web\n")[2]
    assert 'ENTRYPOINT ["flask"]\n' in run
    assert "CMD" not in run


BUILD = "FROM python:3.13-slim-trixie AS build\nCOPY --from=ghcr.io/astral-sh/uv:1 /uv /bin/\n" + SYNC_ALONE


@pytest.fixture
def two(project, node):
    """A build stage, and a last stage that starts by a uv of its own."""

    def make(last: str, build: str = BUILD):
        wrote = {
            "COPY --from=ghcr": {"/usr/bin/uv": node(4000)},
            "COPY --from=build": {"/app/.venv/bin/python": node(link="/usr/local/bin/python3.13"),
                                  "/app/.venv/bin/flask": node(300),
                                  "/app/pyproject.toml": node(9), "/app/uv.lock": node(9)},
        }  # fmt: skip
        alone = project(last, wrote, base_uv=False)
        alone.text = build + "\n" + last
        return alone.plan()

    return make


LAST = (
    "FROM python:3.13-slim-trixie AS web\nWORKDIR /app\n"
    "# for the start\nCOPY --from=ghcr.io/astral-sh/uv:1 /uv /bin/\n"
    "# the environment\nCOPY --from=build /app /app\nEXPOSE 80\n# go\n"
)


def test_r45_a_uv_that_only_starts_the_app_is_left_out_of_the_last_stage(two) -> None:
    result = two(LAST + START)
    assert result.outcome == "improved", result.refusal
    assert result.text == (
        BUILD + "\nFROM python:3.13-slim-trixie AS web\nWORKDIR /app\n# the environment\n"
        "COPY --from=build /app /app\nEXPOSE 80\n" + PATHS + '# go\nCMD ["flask", "run"]\n'
    )
    before, after = result.predicted.owners["uv"]
    assert (before, after) == (4000, 0)
    assert result.predicted.before_bytes - result.predicted.after_bytes == 4000


def test_r45_a_last_stage_that_builds_with_its_uv_is_divided(two) -> None:
    result = two(LAST.replace("EXPOSE 80", "RUN uv pip install x") + START)
    assert result.text.count("FROM") == 3


def test_r14_what_uv_run_would_complete_at_start_is_refused(two) -> None:
    partial = BUILD.replace("--frozen", "--frozen --no-install-project")
    result = two(LAST + START, partial)
    assert (result.outcome, result.refusal.rule, result.refusal.line) == ("refused", "R14", 5)
    assert two(LAST + START.replace('"run", "flask"', '"run", "--no-sync", "flask"'), partial).refusal is None
