"""Plans without an image: drafts, and what only the image tells."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewrites.dockerfiles import refused

from uvdive.rewrite.plan import RewritePlan
from uvdive.rewrite.planner import plan


@pytest.mark.parametrize(
    "text", ["FROM python:3.13-slim\nRUN pip install flask\nCMD flask\n", "FROM debian:12\n"]
)
def test_r59_a_file_without_uv_is_refused(text) -> None:
    assert refused(plan(text, None, lambda _: None))[0] == "R59"


PYTHON = "FROM python:3.13-slim-trixie\nCOPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/\n"


WHOLE = "WORKDIR /app\nCOPY . .\nRUN uv sync --frozen\n"


START = 'CMD ["uv", "run", "flask"]\n'


def static(text: str) -> RewritePlan:
    return plan(text, None, lambda _: None)


def test_a_static_plan_is_a_draft_that_says_so() -> None:
    result = static(PYTHON + WHOLE + START)
    assert (result.outcome, result.evidence, result.predicted) == ("rewritten", "static", None)
    assert any("draft" in warning.text for warning in result.warnings)
    assert result.text.endswith(
        "\n\n# The final image: the environment and the app, copied from the build stage.\n"
        "FROM python:3.13-slim-trixie AS runner\n\n"
        "ENV PATH=/app/.venv/bin:$PATH \\\n    VIRTUAL_ENV=/app/.venv\n\n"
        'WORKDIR /app\nCOPY --from=builder /app /app\n\nCMD ["flask"]\n'
    )


@pytest.mark.parametrize(
    ("text", "rule", "line"),
    [
        ("FROM nvidia/cuda:12.8.1-runtime-ubuntu24.04\nRUN pip install uv\n" + WHOLE + START, "R1", 1),
        (PYTHON + "RUN uv pip install --system pip flask\nCMD flask run\n", "R10", 3),
        (PYTHON + "RUN pip install uv && uv pip sync a.txt --system\nCMD flask run\n", "R10", None),
        (PYTHON + WHOLE + "RUN pip install uv gunicorn\n" + START, "R10", 6),
        (PYTHON + "ENV UV_SYSTEM_PYTHON=1\n" + WHOLE + "RUN uv pip install gunicorn\n" + START, "R10", 7),
        (PYTHON + WHOLE + "RUN uv run python -c 'import nltk; nltk.download()'\n" + START, "R35", 6),
        (PYTHON + "RUN uv python install 3.13\n" + WHOLE + START, "R6", 3),
        (PYTHON + WHOLE.replace("--frozen", "--python 3.12") + START, "R6", 5),
        (PYTHON + "ENV UV_PYTHON=3.14\n" + WHOLE + START, "R6", 6),
        (PYTHON + WHOLE + "RUN ./collect\n" + START, "R34", 6),
        (PYTHON + WHOLE + "RUN mkdir /etc/x && tar -xf a.tar -C /srv\n" + START, "R34", 6),
        (PYTHON + WHOLE + "COPY a.conf /etc/\n" + START, "R34", 6),
        (PYTHON + WHOLE + "RUN chown -R $OWNER /app\n" + START, "R29", 6),
        (PYTHON + "RUN mkdir /app\nUSER app\n" + WHOLE + START, "R29", 7),
        (PYTHON + WHOLE.replace("WORKDIR /app\n", "") + START, "R32", 3),
    ],
)
def test_a_static_plan_does_not_divide_what_only_the_image_tells(
    text: str, rule: str, line: int | None
) -> None:
    result = static(text)
    assert refused(result) == (rule, line)


@pytest.mark.parametrize(
    "run",
    [
        "RUN chmod +x entrypoint.sh && mkdir -p /app/data data/x",
        "RUN pip install --no-cache-dir --upgrade pip uv==0.9.1",
        "RUN curl -LsSf https://astral.sh/uv/install.sh | sh && mv /root/.local/bin/uv /bin/uv",
        "ADD https://astral.sh/uv/install.sh /uv.sh\nRUN sh /uv.sh && rm /uv.sh",
        "RUN node -v && which python",
        "RUN uv run python manage.py collectstatic --noinput",
    ],
)
def test_a_static_plan_knows_what_stays_in_the_work_directory_or_belongs_to_uv(run: str) -> None:
    result = static(f"{PYTHON}{WHOLE}{run}\n{START}")
    assert result.outcome == "rewritten", result.refusal
    last = result.text[result.text.rindex("FROM ") :]
    assert [line for line in last.splitlines() if line.startswith("COPY")] == [
        "COPY --from=builder /app /app"
    ]


def test_r29_a_static_plan_gives_the_work_directory_its_owner() -> None:
    user = "RUN useradd -m app && chown app:app /app\nUSER app\n"
    text = static(PYTHON + WHOLE + user + START).text
    last = text[text.rindex("FROM ") :]
    made = last.index("RUN install -d -o app -g app /app\n")
    assert made < last.index("COPY --from=builder /app /app\n")
    assert text.count("RUN useradd -m app\n") == 1


@pytest.mark.parametrize(
    ("pin", "wants", "outcome"),
    [
        ("3.13", ">=3.11", "rewritten"),
        ("3.12", ">=3.11", "rewritten"),
        ("3.12", ">=3.13", "improved"),
        ("3.13.2", ">=3.11", "improved"),
        ("", ">=3.14", "improved"),
        ("", ">=3.10,<3.13", "improved"),
        ("", "~=3.13.0", "rewritten"),
        ("", "==3.12.*", "improved"),
    ],
)
def test_r6_a_static_plan_sees_which_python_uv_would_take(
    tmp_path: Path, pin: str, wants: str, outcome: str
) -> None:
    (tmp_path / "pyproject.toml").write_text(f'[project]\nname = "a"\nrequires-python = "{wants}"\n')
    if pin:
        (tmp_path / ".python-version").write_text(f"{pin}\n")
    result = plan(PYTHON + WHOLE + START, None, lambda _: None, context=tmp_path)
    assert result.outcome == outcome
    if pin == "3.12" and outcome == "rewritten":
        assert result.text.startswith("FROM python:3.12-slim-trixie AS builder\n")
        assert "\nFROM python:3.12-slim-trixie AS runner\n" in result.text
    if result.outcome == "improved":
        assert refused(result)[0] == "R6"
    elsewhere = PYTHON + WHOLE.replace("COPY . .", "COPY src src") + START
    assert plan(elsewhere, None, lambda _: None, context=tmp_path).outcome == "rewritten"


LATE = "WORKDIR /app\nCOPY pyproject.toml uv.lock ./\nRUN uv sync --frozen\nCOPY . .\n"


def test_r50_a_draft_takes_the_python_that_only_the_start_sees(tmp_path: Path) -> None:
    (tmp_path / ".python-version").write_text("3.12\n")
    made = plan(PYTHON + LATE + START, None, lambda _: None, context=tmp_path)
    assert made.outcome == "rewritten", made.refusal
    assert made.text.startswith("FROM python:3.12-slim-trixie AS builder\n")
    assert "\nFROM python:3.12-slim-trixie AS runner\n" in made.text
    (told,) = (w for w in made.warnings if w.rule == "R50")
    assert told.line == 7
    assert "with 3.13, and `uv run` another one with 3.12 at every start" in told.text
    idle = START.replace('"run"', '"run", "--no-sync"')
    assert idle != START
    kept = plan(PYTHON + LATE + idle, None, lambda _: None, context=tmp_path)
    assert "\nFROM python:3.13-slim-trixie AS runner\n" in kept.text
    assert not [w for w in kept.warnings if w.rule == "R50"]


@pytest.mark.parametrize("empty", ["ENTRYPOINT []\n", 'ENTRYPOINT [""]\n'])
def test_r50_an_entry_point_that_was_emptied_leaves_the_start_to_cmd(tmp_path: Path, empty: str) -> None:
    (tmp_path / ".python-version").write_text("3.12\n")
    made = plan(PYTHON + LATE + empty + START, None, lambda _: None, context=tmp_path)
    assert "\nFROM python:3.12-slim-trixie AS runner\n" in made.text
    (told,) = (w for w in made.warnings if w.rule == "R50")
    assert told.line == 8, "CMD starts uv run"


def test_r50_stages_between_take_that_python_too(tmp_path: Path) -> None:
    (tmp_path / ".python-version").write_text("3.12\n")
    staged = PYTHON.replace("trixie\n", "trixie AS base\n") + LATE.replace(
        "COPY . .", "FROM base AS api\nCOPY . ."
    )
    made = plan(staged + START, None, lambda _: None, context=tmp_path)
    assert made.outcome == "rewritten", made.refusal
    assert "3.13" not in "".join(line for line in made.text.splitlines() if line.startswith("FROM"))


@pytest.mark.parametrize(
    ("pin", "base"),
    [
        ("3.12.4", "FROM python:3.13-slim-trixie\n"),
        ("3.12", "ARG V=3.13\nFROM python:$V-slim-trixie\n"),
        ("3.12", "FROM python:3.13-slim-trixie AS base\nFROM base AS other\nFROM base\n"),
    ],
    ids=["patch", "variable", "shared"],
)
def test_r50_a_late_pin_without_a_known_base_is_refused(tmp_path: Path, pin: str, base: str) -> None:
    (tmp_path / ".python-version").write_text(f"{pin}\n")
    uv = PYTHON.partition("\n")[2]
    made = plan(base + uv + LATE + START, None, lambda _: None, context=tmp_path)
    assert made.refusal is not None
    text = base + uv + LATE + START
    assert (made.refusal.rule, made.refusal.line) == ("R50", text.count("\n"))


def test_r49_what_the_context_lacks_is_said(tmp_path: Path) -> None:
    def told(text: str) -> list[tuple[int | None, str]]:
        made = plan(PYTHON + text + START, None, lambda _: None, context=tmp_path)
        return [(w.line, w.text) for w in made.warnings if w.rule == "R49"]

    ((line, text),) = told(LATE.replace("uv.lock", "uv.lock* $OTHER https://example.com/x"))
    assert (line, text.partition(",")[0]) == (4, "The build context has no pyproject.toml")
    (tmp_path / "pyproject.toml").touch()
    ((line, text),) = told(LATE)
    assert (line, text.partition(",")[0]) == (4, "The build context has no uv.lock")
    (tmp_path / "uv.lock").touch()
    assert told(LATE + "COPY --from=docs /x /x\nCOPY <<EOF /y\n1\nEOF\n") == []
    (tmp_path / ".dockerignore").write_text("uv.lock\n")
    ((line, text),) = told(LATE)
    assert "uv.lock" in text


def test_r49_a_sync_without_a_project_is_said(tmp_path: Path) -> None:
    def told(text: str) -> list[int | None]:
        made = plan(PYTHON + text + START, None, lambda _: None, context=tmp_path)
        return [w.line for w in made.warnings if w.rule == "R49"]

    assert told(WHOLE) == [5]
    assert told(WHOLE.replace("RUN ", "RUN uv init && ")) == []
    (tmp_path / "pyproject.toml").touch()
    assert told(WHOLE) == []
    assert told(WHOLE.replace("COPY . .", "COPY src src")) == [5, 4]


@pytest.mark.parametrize(
    ("run", "rule"),
    [
        ("RUN printf '#!/bin/sh\\nexec uv run flask\\n' > start.sh && chmod +x start.sh", None),
        ("RUN cd data && touch x ../y", None),
        ("RUN cd data && touch ../../y", None),
        ("RUN touch $NOBODY/x", "R34"),
        ("ENV D=/app/d\nRUN mkdir -p $D/x", None),
        ("RUN find / -name '*.txt' -delete", "R34"),
        ("COPY run.sh /\nRUN chmod +x /run.sh", None),
        ("COPY run.sh /\nRUN chmod +x /other.sh", "R29"),
    ],
)
def test_a_static_plan_follows_the_folder_and_what_was_copied(
    tmp_path: Path, run: str, rule: str | None
) -> None:
    (tmp_path / "run.sh").write_text("#!/bin/sh\n")
    result = plan(f"{PYTHON}{WHOLE}{run}\n{START}", None, lambda _: None, context=tmp_path)
    assert (refused(result)[0] if result.outcome != "rewritten" else None) == rule


def test_r34_a_run_of_more_parts_than_a_person_writes_is_not_read() -> None:
    assert static(f"{PYTHON}{WHOLE}RUN {'; '.join(['touch a'] * 1000)}\n{START}").text.count("FROM ") == 2
    # What it writes is unknown then, so that the last stage stays whole.
    assert static(f"{PYTHON}{WHOLE}RUN {'; '.join(['touch a'] * 1001)}\n{START}").text.count("FROM ") == 1


def test_r14_the_dev_group_that_uv_run_in_the_build_brings_back_is_a_choice(tmp_path: Path) -> None:
    group = '[dependency-groups]\ndev = ["pytest"]\n'
    (tmp_path / "pyproject.toml").write_text(f'[project]\nname = "a"\n{group}')
    sync = WHOLE.replace("--frozen", "--frozen --no-dev")
    text = f"{PYTHON}{sync}RUN uv run python manage.py collectstatic --noinput\n{START}"
    result = plan(text, None, lambda _: None, context=tmp_path)
    assert next(d for d in result.decisions if d.id == "dev-group").chosen == "keep"
    assert any("This `uv run` installs the dev group" in w.text for w in result.warnings)
    lean = plan(text, None, lambda _: None, context=tmp_path, choices={"dev-group": "remove"})
    assert "RUN uv run --no-group dev python manage.py collectstatic --noinput\n" in lean.text


def test_r16_a_sync_that_asks_for_a_lock_fails_without_one(tmp_path: Path) -> None:
    made = plan(PYTHON + WHOLE + START, None, lambda _: None, context=tmp_path)
    assert any("it fails (--frozen)" in w.text for w in made.warnings if w.rule == "R16")
    (tmp_path / "uv.lock").touch()
    made = plan(PYTHON + WHOLE + START, None, lambda _: None, context=tmp_path)
    assert not any(w.rule == "R16" for w in made.warnings)


def test_r34_a_static_plan_copies_a_folder_above_the_work_directory() -> None:
    text = static(PYTHON + "COPY . /code\nWORKDIR /code/backend\nRUN uv sync --frozen\n" + START).text
    assert "WORKDIR /code/backend\nCOPY --from=builder /code /code\n" in text


def test_a_static_plan_applied_to_its_own_output_is_unchanged() -> None:
    first = static(PYTHON + WHOLE + START)
    assert static(first.text).outcome == "unchanged"


@pytest.mark.parametrize(
    ("project", "said"),
    [
        ("", "the dev group at every start, if there is one;"),
        ('[project]\nname = "x"\n[dependency-groups]\ndev = ["pytest"]\n', "the dev group at every start;"),
        (
            '[project]\nname = "x"\n[tool.uv]\ndev-dependencies = ["pytest"]\n',
            "the dev group at every start;",
        ),
        ('[project]\nname = "x"\n[dependency-groups]\ntest = ["pytest"]\n', ""),
    ],
)
def test_r14_a_dev_group_is_named_only_where_there_may_be_one(
    tmp_path: Path, project: str, said: str
) -> None:
    if project:
        (tmp_path / "pyproject.toml").write_text(project)
    text = PYTHON + WHOLE.replace("--frozen", "--frozen --no-dev") + START
    result = plan(text, None, lambda _: None, context=tmp_path if project else None)
    found = [w.text for w in result.warnings if w.rule == "R14"]
    assert [said in each for each in found] == [True] * bool(said)


@pytest.mark.parametrize(
    ("pin", "fits"), [("3.12.8", True), ("cpython@3.12.8", True), ("3.12.7", False), ("3.12", True)]
)
def test_r6_a_base_of_a_patch_answers_a_request_for_it(tmp_path: Path, pin: str, fits: bool) -> None:
    (tmp_path / ".python-version").write_text(f"{pin}\n")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n')
    text = (PYTHON + WHOLE + START).replace("3.13-slim-trixie", "3.12.8-slim")
    result = plan(text, None, lambda _: None, context=tmp_path)
    assert (result.outcome == "rewritten") == fits
