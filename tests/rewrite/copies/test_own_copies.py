"""The author's own COPY instructions in the last stage: where they are right, and where they would not be."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewrites.dockerfiles import BASE, FLASK, decision, runner

from uvdive.rewrite.plan import RewritePlan

START = f"{BASE}WORKDIR /app\n"
LOCK = "COPY pyproject.toml uv.lock ./\n"
SYNC = "RUN uv sync --frozen\n"
ENVIRONMENT = "COPY --from=builder /app/.venv /app/.venv"


@pytest.fixture
def planned(project, node, tmp_path):
    """Plans a Dockerfile whose context has the usual files, and an ignore file with ``.venv``."""
    (tmp_path / ".dockerignore").write_text(".venv\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    (tmp_path / "uv.lock").touch()
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "main.py").touch()

    def make(body: str, wrote=None, ignored: str | None = None, **choices: str) -> RewritePlan:
        if ignored is not None:
            (tmp_path / ".dockerignore").write_text(ignored)
        wrote = {
            "COPY pyproject.toml": {"/app/pyproject.toml": node(9), "/app/uv.lock": node(70)},
            "COPY . .": {"/app/app": node(folder=True), "/app/app/main.py": node(40)},
            **(wrote or {}),
        }
        made = project(f"{START}{body}{FLASK}", wrote)
        named = {name.replace("_", "-"): value for name, value in choices.items()}
        return made.plan(context=Path(tmp_path), choices=named)

    return make


def copies(result: RewritePlan) -> list[str]:
    """The instructions of the last stage that copy or make something, in order."""
    return [line for line in runner(result) if line.startswith(("COPY", "WORKDIR", "RUN", "ADD"))]


def test_the_source_comes_by_the_authors_copy_behind_the_environment(planned) -> None:
    result = planned(f"{LOCK}{SYNC}COPY . .\n")
    assert copies(result) == ["WORKDIR /app", ENVIRONMENT, "COPY pyproject.toml uv.lock ./", "COPY . ."]
    assert decision(result, "layers").chosen == "own"
    assert result.predicted.owners["app"][1] == 9 + 70 + 40


def test_what_a_later_copy_brings_again_is_copied_once(planned, node) -> None:
    everything = {
        "/app/pyproject.toml": node(9),
        "/app/uv.lock": node(70),
        "/app/app/main.py": node(40),
    }
    result = planned(f"{LOCK}{SYNC}COPY . .\n", {"COPY . .": everything})
    assert copies(result) == ["WORKDIR /app", ENVIRONMENT, "COPY . ."]
    assert result.predicted.owners["app"][1] == 9 + 70 + 40


def test_flags_and_words_stay_the_authors(planned, node) -> None:
    body = f"{LOCK}{SYNC}COPY --chmod=755 --chown=7:7 app/  \\\n  app/\n"
    result = planned(body, {"COPY --chmod": {"/app/app/main.py": node(40, uid=7, gid=7)}})
    assert "COPY --chmod=755 --chown=7:7 app/  \\\n  app/\n" in result.text.rpartition("FROM")[2]


@pytest.mark.parametrize("choice", ["split", "whole"])
def test_the_build_stages_paths_can_be_named_instead(planned, choice) -> None:
    result = planned(f"{LOCK}{SYNC}COPY . .\n", layers=choice, project_files="keep")
    assert not any(line.startswith("COPY .") for line in runner(result))
    assert ("COPY --from=builder /app /app" in runner(result)) == (choice == "whole")
    assert result.predicted == planned(f"{LOCK}{SYNC}COPY . .\n").predicted


def test_a_folder_that_a_run_made_comes_behind_from_the_build_stage(planned, node) -> None:
    body = f"{LOCK}{SYNC}COPY . .\nRUN ./collect\n"
    made = {"/app/static/a.css": node(5), "/app/static/b/c.js": node(6)}
    result = planned(body, {"RUN ./collect": made})
    assert copies(result)[-2:] == ["COPY . .", "COPY --from=builder /app/static /app/static"]
    assert result.predicted.owners["app"][1] == 9 + 70 + 40 + 11


def test_bytecode_beside_the_source_stays_behind_and_is_told(planned, node) -> None:
    body = f"{LOCK}{SYNC}COPY . .\nRUN ./collect\n"
    made = {"/app/app/__pycache__/main.pyc": node(50), "/app/static/a": node(1)}
    result = planned(body, {"RUN ./collect": made})
    assert copies(result)[-2:] == ["COPY . .", "COPY --from=builder /app/static /app/static"]
    assert "/app/app/__pycache__" in decision(result, "bytecode-beside").summary
    assert result.predicted.owners["app"][1] == 9 + 70 + 40 + 1


def test_a_file_that_a_run_names_comes_behind_too(planned, node) -> None:
    body = f"{LOCK}{SYNC}COPY . .\nRUN chmod +x /app/app/main.py\n"
    result = planned(body, {"RUN chmod": {"/app/app/main.py": node(40, mode=0o777)}})
    assert copies(result)[-2:] == ["COPY . .", "COPY --from=builder /app/app /app/app"]
    wrote = {"COPY . .": {"/app/app/b.py": node(3), "/app/app/main.py": node(40)}}
    result = planned(body, {"RUN chmod": {"/app/app/main.py": node(40, mode=0o777)}, **wrote})
    assert copies(result)[-2:] == ["COPY . .", "COPY --from=builder /app/app/main.py /app/app/main.py"]
    assert result.predicted.owners["app"][1] == 9 + 70 + 3 + 40 + 40


def test_a_single_file_that_a_run_changed_comes_from_the_build_stage_alone(planned, node) -> None:
    body = f"{LOCK}{SYNC}COPY . .\nCOPY start.sh ./\nRUN chmod +x start.sh\n"
    wrote = {
        "COPY start.sh": {"/app/start.sh": node(7)},
        "RUN chmod": {"/app/start.sh": node(7, mode=0o777)},
    }
    assert copies(planned(body, wrote))[-2:] == [
        "COPY . .",
        "COPY --from=builder /app/start.sh /app/start.sh",
    ]


@pytest.mark.parametrize(
    ("run", "made"),
    [
        ("RUN ./compile", {"/app/app/de.mo": {"size": 3}}),
        ("RUN ./compile", {"/app/app/deep/gen/x": {"size": 3}}),
        ("RUN chmod -R o-w /app/app", {"/app/app": {"folder": True, "mode": 0o500}}),
    ],
    ids=["a file nobody names", "a folder deep down nobody names", "a folder's mode"],
)
def test_what_tomorrows_build_may_make_elsewhere_takes_the_folder_whole(planned, node, run, made) -> None:
    wrote = {run: {path: node(**what) for path, what in made.items()}}
    result = planned(f"{LOCK}{SYNC}COPY . .\n{run}\n", wrote)
    assert decision(result, "layers").chosen == "whole"
    assert "COPY --from=builder /app /app" in runner(result)


def test_what_a_run_removed_takes_the_folder_whole(planned, node, project, tmp_path) -> None:
    wrote = {"COPY . .": {"/app/app/main.py": node(40), "/app/secret": node(4)}}
    made = project(f"{START}{SYNC}COPY . .\nRUN rm secret\n{FLASK}", {**wrote, "RUN rm": {"/tmp/x": node(1)}})
    files = made.report.files
    files.entry_death[files.visible(files.find(b"/app/secret"))] = len(made.report.layers) - 1
    result = made.plan(context=tmp_path)
    assert decision(result, "layers").chosen == "whole"


def test_without_an_ignore_file_a_host_s_environment_stays_out_all_the_same(planned) -> None:
    body = f"{LOCK}{SYNC}COPY . .\n"
    result = planned(body, ignored="*.pyc\n")
    assert [change.path for change in result.files] == [".dockerignore"]
    assert copies(result)[-1] == "COPY . ."
    kept = planned(body, ignored="*.pyc\n", dockerignore="keep")
    assert not kept.files
    assert "COPY --from=builder /app /app" in runner(kept)


def test_a_folder_below_the_context_may_bring_an_environment_where_a_project_lies(
    planned, tmp_path, node
) -> None:
    wrote = {"COPY app": {"/app/main.py": node(40)}}
    body = f"{LOCK}{SYNC}COPY app ./\n"
    assert decision(planned(body, wrote), "layers").chosen == "own"
    (tmp_path / "app" / "pyproject.toml").touch()
    assert decision(planned(body, wrote), "layers").chosen != "own"
    assert decision(planned(body, wrote, ignored="**/.venv\n"), "layers").chosen == "own"


@pytest.mark.parametrize(
    ("command", "flag"),
    [
        ("chown -R app:app /app", "app:app"),
        ("chown -R 1001 /app", "1001:1001"),
        ("chown -R $U /app", "1001:1001"),
    ],
)
def test_a_chown_behind_it_becomes_the_flag(planned, node, command, flag) -> None:
    owned = {
        "/app": node(folder=True, uid=1001, gid=1001),
        "/app/app": node(folder=True, uid=1001, gid=1001),
        "/app/app/main.py": node(40, uid=1001, gid=1001),
        "/app/pyproject.toml": node(9, uid=1001, gid=1001),
        "/app/uv.lock": node(70, uid=1001, gid=1001),
    }
    result = planned(f"{LOCK}{SYNC}COPY . .\nRUN {command}\n", {f"RUN {command}": owned})
    assert copies(result)[-2:] == [
        f"COPY --chown={flag} pyproject.toml uv.lock ./",
        f"COPY --chown={flag} . .",
    ]
    assert "RUN install -d -o 1001 -g 1001 /app" in runner(result)


def test_a_chown_of_a_part_takes_the_folder_whole(planned, node) -> None:
    wrote = {
        "COPY . .": {"/app/app/main.py": node(40), "/app/app/b.py": node(4)},
        "RUN chown": {"/app/app/main.py": node(40, uid=5)},
    }
    result = planned(f"{SYNC}COPY . .\nRUN chown 5 /app/app/*.py\n", wrote)
    assert decision(result, "layers").chosen == "whole"


def test_a_variable_that_changes_later_is_not_repeated(planned, node) -> None:
    wrote = {"COPY $PART": {"/app/app/main.py": node(40)}}
    body = f"ARG PART=app\n{LOCK}{SYNC}COPY $PART /app/app\nARG PART=lib\n"
    assert "COPY $PART /app/app" not in copies(planned(body, wrote))


def test_an_argument_of_the_copy_comes_along(planned, node) -> None:
    wrote = {"COPY $PART": {"/app/app/main.py": node(40)}}
    result = planned(f"ARG PART=app\n{LOCK}{SYNC}COPY $PART /app/app\n", wrote)
    assert "ARG PART=app" in runner(result)
    assert "COPY $PART /app/app" in copies(result)


def test_links_of_the_source_come_by_the_copy_too(planned, node) -> None:
    wrote = {"COPY . .": {"/app/app/main.py": node(40), "/app/current": node(link="app")}}
    result = planned(f"{SYNC}COPY . .\n", wrote)
    assert not any("ln -sfn" in line for line in runner(result))
