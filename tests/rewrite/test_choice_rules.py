"""R13, R14, R48 and the choices themselves: what is offered, what it changes, and that it all fits."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace

import pytest
from rewrites.dockerfiles import BASE, FLASK, SYNC, both_stages

from uvdive.base.errors import UsageError
from uvdive.ledger.report import Component, Distribution
from uvdive.rewrite import planner
from uvdive.rewrite import study as studying
from uvdive.rewrite.advice.registry import ADVICE
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.planner import plan
from uvdive.rewrite.stages import base_difference

WEB = "WORKDIR /app\nCOPY pyproject.toml ./\nRUN uv sync --frozen\nCOPY web /app/web\n"
SITE = "/app/.venv/lib/python3.13/site-packages"


@pytest.fixture
def full(project, node, env):
    """A project with a dev group, an editable install and files of its own."""

    def make(text=BASE + WEB + FLASK, *, compiled=False, **more):
        wrote = {
            "/app/.venv/bin/python": node(link="/usr/local/bin/python3.13"),
            "/app/.venv/bin/flask": node(300),
            "/app/.venv/bin/pytest": node(30),
            f"{SITE}/flask/app.py": node(2000),
            f"{SITE}/pytest/main.py": node(700),
            f"{SITE}/pytest-8.dist-info/RECORD": node(7),
            f"{SITE}/_web.pth": node(9),
        }
        if compiled:
            wrote[f"{SITE}/flask/__pycache__/app.pyc"] = node(2400)
        distributions = (
            Distribution("flask", "3", 2300, 0, 0, 2),
            Distribution("pytest", "8", 737, 0, 0, 3, group="dev"),
            Distribution("web", "1", 9, 0, 0, 1, editable="/app"),
        )
        mine = env(roots=("/app",), distributions=distributions)
        source = {"/app/web/__init__.py": node(50)}
        script = {"/start.sh": node(30)}
        made = project(
            text,
            {"RUN uv sync": wrote, "COPY web": source, "COPY start.sh": script},
            environments=[mine],
            **more,
        )
        report = made.report
        parts = tuple(
            Component("venv", name, "1", "distribution", "/app/.venv", size, size, 0)
            for name, size in (("flask", 2300), ("pytest", 737), ("web", 9))
        )
        owner = {"pytest": 1, "flask": 0, "_web": 2}
        for entry, inode in enumerate(report.files.entry_inode):
            path = report.files.path(report.files.entry_node[entry]).decode()
            name = next((n for n in owner if f"/{n}" in path), None)
            if inode >= 0 and name:
                report.inode_component[inode] = owner[name]
        made.report = replace(report, components=parts)
        return made

    return make


def offered(result):
    return {d.id: [a.value for a in d.alternatives] for d in result.decisions if d.alternatives}


def sizes(result, name):
    (decision,) = [d for d in result.decisions if d.id == name]
    return {alternative.value: alternative.predicted_bytes for alternative in decision.alternatives}


def test_r14_the_dev_group_can_be_left_out(full) -> None:
    made = full()
    assert "--no-dev" not in made.plan().text
    result = made.plan(choices={"dev-group": "remove"})
    assert "RUN uv sync --no-dev --frozen\n" in result.text
    assert {f"{SITE}/pytest", f"{SITE}/pytest-8.dist-info", "/app/.venv/bin/pytest"} <= set(
        result.allowed.paths
    )
    assert result.allowed.distributions == ("pytest",)
    found = sizes(result, "dev-group")
    assert found["keep"] - found["remove"] == 737


@pytest.mark.parametrize(
    "line",
    [
        "RUN uv sync\nRUN uv run pytest",
        "RUN uv sync\nRUN uv run python -m pytest",
        "RUN uv sync\nRUN uv run .venv/bin/pytest",
        "RUN uv sync --only-group dev",
        "RUN uv sync && eval 'uv sync --frozen",
    ],
)
def test_r14_the_dev_group_stays_where_the_build_needs_it_or_cannot_be_told_otherwise(full, line) -> None:
    made = full(BASE + WEB.replace("RUN uv sync --frozen", line) + FLASK)
    assert "dev-group" not in offered(made.plan())


@pytest.mark.parametrize(
    ("line", "without"),
    [
        ("RUN uv sync --frozen", "RUN uv sync --no-dev --frozen"),
        ("RUN uv sync --group dev", "RUN uv sync --no-group dev --group dev"),
        ("RUN uv sync --all-groups", "RUN uv sync --no-group dev --all-groups"),
        ("RUN uv sync --no-dev && uv sync", "RUN uv sync --no-group dev --no-dev && uv sync --no-group dev"),
        ("RUN uv sync && uv pip list", "RUN uv sync --no-dev && uv pip list"),
        (
            "RUN uv sync --no-dev\nRUN uv run python a.py",
            "RUN uv sync --no-group dev --no-dev\nRUN uv run --no-group dev python a.py",
        ),
        ("RUN uv sync && uv run --no-sync a.py", "RUN uv sync --no-dev && uv run --no-sync a.py"),
        ("RUN uv --quiet run a.py", "RUN uv --quiet run --no-dev a.py"),
    ],
)
def test_r14_every_sync_of_the_build_leaves_the_dev_group_out(full, line: str, without: str) -> None:
    made = full(BASE + WEB.replace("RUN uv sync --frozen", line) + FLASK)
    choice = next(each for each in made.plan().decisions if each.id == "dev-group")
    assert choice.chosen == "keep"
    result = made.plan(choices={"dev-group": "remove"})
    assert f"{without}\n" in result.text[: result.text.rindex("FROM ")]
    found = sizes(result, "dev-group")
    assert found["keep"] - found["remove"] == 737


@pytest.mark.parametrize(
    ("line", "without"),
    [
        ("RUN uv sync --frozen", "RUN uv sync --no-group lint --frozen"),
        ("RUN uv sync --group lint", "RUN uv sync --no-group lint --group lint"),
    ],
)
def test_r14_other_groups_are_left_out_by_their_names(full, line: str, without: str) -> None:
    made = full(BASE + WEB.replace("RUN uv sync --frozen", line) + FLASK)
    (env,) = made.report.environments
    labelled = tuple(replace(d, group="lint" if d.name == "pytest" else d.group) for d in env.distributions)
    made.report = replace(made.report, environments=(replace(env, distributions=labelled),))
    choice = next(each for each in made.plan().decisions if each.id == "dev-group")
    assert ("lint by name" in choice.reason) == ("--group" in line)
    result = made.plan(choices={"dev-group": "remove"})
    assert f"{without}\n" in result.text
    assert result.allowed.distributions == ("pytest",)
    extra = tuple(replace(d, group="extra:lint" if d.group else None) for d in env.distributions)
    made.report = replace(made.report, environments=(replace(env, distributions=extra),))
    assert "dev-group" not in offered(made.plan())


def test_r48_bytecode_is_a_choice_both_ways(full) -> None:
    result = full().plan(choices={"bytecode": "compile"})
    assert "AS builder\n\nENV UV_COMPILE_BYTECODE=1\n" in result.text
    found = sizes(result, "bytecode")
    assert found["compile"] - found["keep"] == int(2700 * 1.2)
    compiled = full(BASE + "ENV UV_COMPILE_BYTECODE=1 A=2\n" + WEB + FLASK, compiled=True)
    assert offered(compiled.plan())["bytecode"] == ["keep", "none"]
    without = compiled.plan(choices={"bytecode": "none"})
    assert "ENV UV_COMPILE_BYTECODE=0 A=2\n" in without.text
    found = sizes(without, "bytecode")
    assert found["keep"] - found["none"] == 2400


def test_r48_what_the_dev_group_would_compile_is_not_counted_without_it(full) -> None:
    found = sizes(full().plan(choices={"dev-group": "remove"}), "bytecode")
    assert found["compile"] - found["keep"] == int(2000 * 1.2)


def test_r13_the_environment_alone_is_copied_on_request(full) -> None:
    made = full()
    assert "COPY --from=builder /app/web /app/web\n" in made.plan().text
    result = made.plan(choices={"project-install": "copied"})
    build, run = both_stages(result)
    assert build.endswith("RUN uv sync --frozen --no-editable --reinstall-package web\n")
    assert "COPY --from=builder /app/.venv /app/.venv\n" in run
    assert "/app/web" not in run
    assert {"/app/web", "/app/pyproject.toml", f"{SITE}/_web.pth"} <= set(result.allowed.paths)
    assert "/app/.venv" not in result.allowed.paths


@pytest.mark.parametrize(
    "start", ['CMD ["python", "web/x.py"]\n', 'CMD ["uv", "run", "flask", "-c", "web"]\n']
)
def test_r13_is_not_offered_where_the_start_needs_a_file(full, start) -> None:
    assert "project-install" not in offered(full(BASE + WEB + start).plan())


SCRIPTED = 'COPY start.sh /start.sh\nCMD ["/start.sh"]\n'


@pytest.mark.parametrize(
    ("start", "names"),
    [
        (FLASK, {"dev-group", "bytecode", "project-install", "stop-signal", "layers", "project-files"}),
        (SCRIPTED, {"dev-group", "bytecode", "start-scripts", "stop-signal"}),
    ],
)
def test_every_combination_that_is_offered_is_valid(full, tmp_path, start, names) -> None:
    (tmp_path / "start.sh").write_text("#!/bin/sh\nexec uv run flask\n")
    made = full(BASE + WEB + start)
    choices = offered(made.plan(context=tmp_path))
    assert names <= choices.keys()
    for values in itertools.product(*choices.values()):
        chosen = dict(zip(choices, values, strict=True))
        result = made.plan(
            choices=chosen, context=tmp_path
        )  # parses, and its own output is unchanged: Project.plan
        assert result.outcome == "rewritten", (chosen, result.refusal)
        if chosen.get("start-scripts") == "keep-uv":
            chosen.pop("stop-signal")  # uv stays process 1
            assert any("has no effect" in warning.text for warning in result.warnings)
        if chosen.get("project-install") == "copied":
            del chosen["layers"], chosen["project-files"]  # the environment alone goes over
        assert {d.id: d.chosen for d in result.decisions if d.alternatives} == chosen
        assert result.predicted.after_bytes > 0


def test_many_alternatives_are_decided_on_one_study(full, monkeypatch) -> None:
    """Whatever no choice changes is found out once, however many drafts a plan makes."""
    calls: Counter[str] = Counter()

    def counted(name, function):
        def call(*args, **options):
            calls[name] += 1
            return function(*args, **options)

        return call

    once = ("environment_of", "read_runs", "warn_resolving", "node_modules_of", "Copier")
    for name in once:
        monkeypatch.setattr(studying, name, counted(name, getattr(studying, name)))
    monkeypatch.setattr(studying, "ADVICE", tuple(counted(each.__name__, each) for each in ADVICE))
    monkeypatch.setattr(planner, "decide", counted("decide", planner.decide))
    monkeypatch.setattr(base_difference, "_compare", counted("base", base_difference._compare))
    result = full().plan()
    assert sum(map(len, offered(result).values())) == 12
    assert calls.pop("decide") == 7  # the chosen values, and each other one
    assert set(calls.values()) == {1}
    assert calls.total() == len(ADVICE) + len(once) + 1


def test_every_choice_is_known_with_its_values(full) -> None:
    for name, values in offered(full().plan()).items():
        assert set(values) <= set(CHOICES[name].values)


UNCHANGED = BASE + WEB + "FROM python:3.13-slim-trixie\nCMD flask\n"
REFUSED = BASE + WEB + 'CMD ["uvx", "flask"]\n'


@pytest.mark.parametrize("text", [UNCHANGED, REFUSED])
def test_wrong_choices_are_named_whatever_comes_out(text) -> None:
    def choose(**choices):
        return plan(text, None, lambda _: None, choices={k.replace("_", "-"): v for k, v in choices.items()})

    with pytest.raises(UsageError, match="no choice “dev-grup”") as error:
        choose(dev_grup="remove")
    assert "Did you mean dev-group?" in error.value.do
    with pytest.raises(UsageError, match="“removed” is no value") as error:
        choose(dev_group="removed")
    assert "Did you mean remove?" in error.value.do
    assert choose(dev_group="remove").outcome in ("unchanged", "refused")


def test_a_choice_that_does_not_apply_is_said_to(full) -> None:
    with pytest.raises(UsageError, match="“start-scripts” does not apply here"):
        full().plan(choices={"start-scripts": "patch"})


def test_unknown_choices_and_values_name_the_valid_ones(project) -> None:
    made = project(BASE + SYNC + FLASK)
    with pytest.raises(UsageError, match="project-files"):
        made.plan(choices={"nonsense": "1"})
    with pytest.raises(UsageError, match="keep, leave-out"):
        made.plan(choices={"project-files": "maybe"})
