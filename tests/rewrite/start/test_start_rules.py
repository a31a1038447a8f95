"""The rules of the start command, each with a test; reports are made by hand."""

from __future__ import annotations

import pytest
from rewrites.dockerfiles import BASE, FLASK, SYNC_WITH_DEV, both_stages, refused

from uvdive.rewrite.evidence.stops import Stops


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('CMD ["uv", "run", "flask", "run"]', 'CMD ["flask", "run"]'),
        ('CMD ["uv", "run", "--frozen", "--no-sync", "python", "a.py"]', 'CMD ["python", "a.py"]'),
        ('CMD ["uv", "run", "a.py", "x"]', 'CMD ["python", "a.py", "x"]'),
        ('CMD ["uv", "run", "-m", "flask", "run"]', 'CMD ["python", "-m", "flask", "run"]'),
        ('CMD ["uv", "run", "--", "flask"]', 'CMD ["flask"]'),
        ('CMD ["/usr/local/bin/uv", "run", "-q", "flask"]', 'CMD ["flask"]'),
        ("CMD uv run flask run --port ${PORT:-80}", "CMD flask run --port ${PORT:-80}"),
        ("CMD exec uv run flask run", "CMD exec flask run"),
        ("CMD uv run flask db && uv run gunicorn x & wait", "CMD flask db && gunicorn x & wait"),
        ('CMD ["sh", "-c", "A=1 uv run flask \\"$X\\""]', 'CMD ["sh", "-c", "A=1 flask \\"$X\\""]'),
        ('CMD ["tini", "--", "uv", "run", "flask"]', 'CMD ["tini", "--", "flask"]'),
        ('ENTRYPOINT ["uv", "run"]\nCMD ["flask", "run"]', 'CMD ["flask", "run"]'),
        ('ENTRYPOINT ["uv", "run", "flask"]\nCMD ["run"]', 'ENTRYPOINT ["flask"]\nCMD ["run"]'),
        ('HEALTHCHECK --timeout=3s CMD uv run a.py || exit 1\nCMD ["flask"]',
         'HEALTHCHECK --timeout=3s CMD python a.py || exit 1\nCMD ["flask"]'),
        ("CMD echo $(uv run flask)", "CMD echo $(flask)"),
        ("CMD if true; then uv run flask; fi", "CMD if true; then flask; fi"),
        ("CMD uv run flask | tee log & wait", "CMD flask | tee log & wait"),
        ("CMD (uv run flask; uv run a.py) || true", "CMD (flask; python a.py) || true"),
        ("CMD bash -c 'uv run flask run'", "CMD bash -c 'flask run'"),
        ("CMD wait-for db:5432 -- uv run flask", "CMD wait-for db:5432 -- flask"),
        ('CMD ["timeout", "30", "uv", "run", "flask"]', 'CMD ["timeout", "30", "flask"]'),
        ('CMD ["uv", "--quiet", "run", "-qm", "flask", "run"]', 'CMD ["python", "-m", "flask", "run"]'),
        ('CMD ["uv", "run", "-s", "a.py"]', 'CMD ["python", "a.py"]'),
        ('CMD ["uv", "run", "--group=dev", "--exact", "flask"]', 'CMD ["flask"]'),
        ('CMD ["uv", "run", "--python", "3.13", "flask"]', 'CMD ["flask"]'),
        ('CMD ["uv", "run", "--project", "/app/src", "flask"]', 'CMD ["flask"]'),
    ],
)  # fmt: skip
def test_r18_uv_run_is_taken_off_by_uvs_own_table(project, before, after) -> None:
    result = project(f"{BASE}{SYNC_WITH_DEV}{before}\n").plan()
    assert result.outcome == "rewritten", result.refusal
    assert result.text.endswith(f"\n\n{after}\n")
    assert any(decision.rule == "R18" for decision in result.decisions)


@pytest.mark.parametrize(
    ("start", "rule"),
    [
        ('CMD ["uv", "run", "--with", "x", "flask"]', "R19"),
        ('CMD ["uv", "run", "--env-file", ".env", "flask"]', "R19"),
        ('CMD ["uv", "run", "--isolated", "flask"]', "R19"),
        ('CMD ["uv", "run", "--no-project", "flask"]', "R19"),
        ('CMD ["uv", "run", "--package", "web", "flask"]', "R19"),
        ('CMD ["uv", "run", "--no-editable", "flask"]', "R19"),
        ('CMD ["uv", "run", "--python", "3.12", "flask"]', "R19"),
        ('CMD ["uv", "run", "-"]', "R19"),
        ('CMD ["uv", "run", "https://x/y.py"]', "R19"),
        ('CMD ["uv", "run", "--unheard-of", "flask"]', "R19"),
        ('CMD ["uv", "run"]', "R25"),
        ('CMD ["uv", "run", "nothere"]', "R18"),
        ("CMD X=uv; $X run flask", "R18"),
        ("CMD eval 'uv run flask'", "R18"),
        ("CMD if true; then uv run flask", "R18"),
        ('CMD ["uv", "run", "--directory", "/srv", "flask"]', "R23"),
        ('CMD ["uv", "--project", "/srv", "run", "flask"]', "R23"),
        ('CMD ["uv", "sync"]', "R24"),
        ("CMD uv sync && uv run flask", "R24"),
        ("CMD cd /srv && uv run flask", "R15"),
        ("CMD UV_ENV_FILE=.env uv run flask", "R19"),
        ('CMD ["env", "UV_ISOLATED=1", "uv", "run", "flask"]', "R19"),
        ("CMD export UV_NO_PROJECT=1; uv run flask", "R19"),
        ("CMD export PATH=/bin && uv run flask", "R20"),
        ('CMD ["bash", "-lc", "uv run flask"]', "R20"),
        ('CMD ["uvx", "flask"]', "R24"),
        ('CMD ["uv", "tool", "run", "flask"]', "R24"),
        ('CMD ["uv", "pip", "list"]', "R24"),
    ],
)
def test_r19_what_needs_uv_at_start_is_refused(project, start, rule) -> None:
    assert refused(project(f"{BASE}{SYNC_WITH_DEV}{start}\n").plan()) == (rule, 6)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ('["uv", "pip", "list"]', "starts `uv pip list`"),
        ('["uv", "python", "find"]', "starts `uv python find`"),
        ('["uv", "pip", "install", "x"]', "`uv pip` runs when the container starts"),
        ('["uv", "pip"]', "`uv pip` runs when the container starts"),
    ],
)
def test_r24_what_only_asks_uv_changes_no_environment(project, words, told) -> None:
    refusal = project(f"{BASE}{SYNC_WITH_DEV}CMD {words}\n").plan().refusal
    assert (refusal.rule, told in refusal.reason) == ("R24", True)


def test_r19_options_that_the_build_has_too_are_dropped(project) -> None:
    text = (
        BASE
        + SYNC_WITH_DEV.replace("--frozen", "--extra web")
        + 'CMD ["uv", "run", "--extra", "web", "flask"]\n'
    )
    assert project(text).plan().text.endswith('CMD ["flask"]\n')


@pytest.mark.parametrize(
    ("synced", "started"),
    [("$PACKAGE", "web"), ("${PACKAGE}", "web"), ("web", "web"), ("$PACKAGE", "api"), ("${PACKAGE}x", "web")],
)
def test_r19_a_package_that_a_variable_names_is_the_one_that_it_stands_for(project, synced, started) -> None:
    sync = SYNC_WITH_DEV.replace("--frozen", f"--frozen --package={synced}")
    start = f'CMD ["uv", "run", "--frozen", "--package", "{started}", "flask"]\n'
    result = project(f"{BASE}ARG PACKAGE=web\n{sync}{start}").plan()
    same = synced.replace("${PACKAGE}", "web").replace("$PACKAGE", "web") == started
    assert (result.outcome == "rewritten") is same
    assert same or refused(result)[0] == "R19"


def test_r19_a_script_with_its_own_dependencies_is_refused(project, tmp_path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text("# /// script\n# dependencies = []\n# ///\n")
    made = project(BASE + SYNC_WITH_DEV + 'CMD ["uv", "run", "src/a.py"]\n')
    assert refused(made.plan(context=tmp_path)) == ("R19", 6)


@pytest.mark.parametrize(
    ("variable", "rule"), [("UV_ENV_FILE=.env", "R19"), ("UV_PROJECT_ENVIRONMENT=/opt/e", "R15")]
)
def test_r19_and_r15_variables_of_the_image_count_as_options(project, node, variable, rule) -> None:
    wrote = {"COPY uv.lock": {"/app/pyproject.toml": node(9)}}
    made = project(f"{BASE}ENV {variable}\n{SYNC_WITH_DEV}{FLASK}", wrote, config={"env": (variable,)})
    assert refused(made.plan()) == (rule, 7)


def test_r14_and_r52_an_extra_that_only_uv_run_named_goes_to_the_build(project, node) -> None:
    copied = {"COPY uv.lock": {"/app/uv.lock": node(9), "/app/pyproject.toml": node(9)}}
    result = project(BASE + SYNC_WITH_DEV + 'CMD ["uv", "run", "--extra", "web", "flask"]\n', copied).plan()
    build, run = both_stages(result)
    assert build.endswith("RUN uv sync --frozen --extra web\n")
    assert run.endswith('CMD ["flask"]\n')
    assert any(warning.rule == "R52" for warning in result.warnings)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('CMD ["uv", "run", "--directory", "src", "flask", "a b"]',
         'WORKDIR /app/src\nCMD ["flask", "a b"]'),
        ('HEALTHCHECK CMD a\nCMD ["uv", "run", "--directory", "src", "flask", "a b"]',
         'HEALTHCHECK CMD a\nCMD ["sh", "-c", "cd /app/src && exec \\"$0\\" \\"$@\\"", "flask", "a b"]'),
        ('ENTRYPOINT ["uv", "--directory", "/app/src", "run", "a.py"]\nCMD ["x"]',
         'ENTRYPOINT ["sh", "-c", "cd /app/src && exec \\"$0\\" \\"$@\\"", "python", "a.py"]\nCMD ["x"]'),
        ("CMD uv run --directory src flask", "CMD cd /app/src && exec flask"),
        ("CMD exec uv run --directory src flask", "CMD cd /app/src && exec flask"),
        ("CMD a; B=1 uv run --directory src flask && c", "CMD a; (cd /app/src && B=1 flask) && c"),
        ('CMD ["uv", "run", "--directory", ".", "flask"]', 'CMD ["flask"]'),
    ],
)  # fmt: skip
def test_r23_another_folder_is_gone_to_by_the_shell(project, before, after) -> None:
    result = project(f"{BASE}{SYNC_WITH_DEV}{before}\n").plan()
    assert result.text.endswith(f"\n\n{after}\n"), result.refusal


def test_r20_path_and_virtual_env_are_set_where_uv_run_was_removed(project) -> None:
    result = project(BASE + SYNC_WITH_DEV + FLASK).plan()
    assert "ENV PATH=/app/.venv/bin:$PATH \\\n    VIRTUAL_ENV=/app/.venv\n" in result.text
    assert {"Env:PATH", "Env:VIRTUAL_ENV", "Cmd"} <= set(result.allowed.config)
    plain = project(BASE + SYNC_WITH_DEV + 'CMD ["/app/.venv/bin/flask"]\n').plan()
    assert "VIRTUAL_ENV" not in plain.text


def test_r20_what_the_author_set_is_not_set_again(project) -> None:
    own = 'ENV PATH="/app/.venv/bin:$PATH"\n'
    paths = ("PATH=/app/.venv/bin:/usr/local/bin:/usr/bin:/bin", "PYTHON_VERSION=3.13.5")
    result = project(BASE + own + SYNC_WITH_DEV + FLASK, config={"env": paths}).plan()
    assert result.text.count("PATH=") == 2
    assert "ENV VIRTUAL_ENV=/app/.venv\n" in result.text


def test_r21_the_program_becomes_process_one_and_servers_need_no_warning(project) -> None:
    made = project(BASE + SYNC_WITH_DEV + FLASK)
    # `--start` measures the stop of a plan with an image; a draft and a proof without it can't be measured.
    assert not any(warning.rule == "R21" for warning in made.plan().warnings)
    assert any(warning.rule == "R21" for warning in made.plan(unmeasured=True).warnings)
    made.report = None
    assert any(warning.rule == "R21" for warning in made.plan().warnings)
    server = project(BASE + SYNC_WITH_DEV + 'CMD ["uv", "run", "gunicorn", "x"]\n').plan()
    assert not any(warning.rule == "R21" for warning in server.warnings)


def test_r21_a_stop_signal_is_a_choice(project) -> None:
    made = project(BASE + SYNC_WITH_DEV + FLASK)
    assert "STOPSIGNAL" not in made.plan().text
    chosen = made.plan(choices={"stop-signal": "sigint"})
    assert chosen.text.endswith('CMD ["flask", "run"]\nSTOPSIGNAL SIGINT\n')
    assert "StopSignal" in chosen.allowed.config
    for start in (
        'CMD ["tini", "uv", "run", "flask"]\n',
        "CMD uv run flask\n",
        'CMD ["uv", "run", "gunicorn"]\n',
    ):
        assert not any(d.id == "stop-signal" for d in project(BASE + SYNC_WITH_DEV + start).plan().decisions)


@pytest.mark.parametrize(
    ("stops", "chosen", "warned"),
    [
        (None, "sigterm", False),
        (Stops(0.3, 10.2, 0.3), "sigint", False),
        (Stops(0.3, 10.2, 9.9), "sigterm", True),
        (Stops(0.3, 10.2), "sigterm", True),
    ],
)
def test_r21_sigint_is_the_default_where_it_mends_a_measured_stop(project, stops, chosen, warned) -> None:
    result = project(BASE + SYNC_WITH_DEV + FLASK).plan(stops=stops)
    assert next(d.chosen for d in result.decisions if d.id == "stop-signal") == chosen
    assert ("STOPSIGNAL SIGINT\n" in result.text) is (chosen == "sigint")
    assert [w.text for w in result.warnings if w.rule == "R21"] == (
        ["`docker stop` takes 10.2 s, it took 0.3 s. Use `--init` (compose: `init: true`)."] if warned else []
    )


@pytest.mark.parametrize(
    ("signal", "warned"), [("SIGINT", False), ("int", False), ("2", False), ("SIGQUIT", True)]
)
def test_r21_who_stops_by_sigint_has_nothing_to_be_warned_of(project, signal, warned) -> None:
    made = project(BASE + SYNC_WITH_DEV + f"STOPSIGNAL {signal}\n" + FLASK)
    made.report = None
    result = made.plan()
    assert any(warning.rule == "R21" for warning in result.warnings) is warned
    assert not any(decision.id == "stop-signal" for decision in result.decisions)


def test_r22_a_variable_in_an_exec_form_stays_and_is_named(project) -> None:
    result = project(BASE + SYNC_WITH_DEV + 'CMD ["uv", "run", "flask", "-p", "${PORT:-80}"]\n').plan()
    assert result.text.endswith('CMD ["flask", "-p", "${PORT:-80}"]\n')
    assert any(warning.rule == "R22" for warning in result.warnings)


def test_r25_without_a_start_command_the_inherited_one_decides(project) -> None:
    inherited = project("FROM python:3.13-slim\n" + SYNC_WITH_DEV, config={"cmd": ("python3",)})
    assert "CMD" in inherited.plan().text
    uv = project(BASE + SYNC_WITH_DEV, config={"cmd": ("/usr/local/bin/uv",)})
    assert uv.plan().text.endswith('CMD ["/usr/local/bin/uv"]\n'), "uv is kept for a start that nobody sees"
    without = uv.plan(choices={"uv-elsewhere": "patch"})
    assert "CMD" not in without.text
    assert {"Cmd", "Entrypoint"} <= set(without.allowed.config)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            'ENTRYPOINT [ \\\n    "uv", \\\n    "run", \\\n    "flask", \\\n    "run" \\\n    ]\n',
            'ENTRYPOINT [ \\\n    "flask", \\\n    "run" \\\n    ]\n',
        ),
        ('CMD [ "uv","run",  "flask", "run" ]\n', 'CMD [ "flask", "run" ]\n'),
        ('CMD ["uv", "run", "-m", \\\n  "flask"]\n', 'CMD ["python", "-m", \\\n  "flask"]\n'),
        ('CMD ["tini", "--", "uv", "run", \\\n  "flask"]\n', 'CMD ["tini", "--", "flask"]\n'),
    ],
)
def test_r22_an_exec_form_keeps_its_lines_and_spaces(project, old, new) -> None:
    assert project(BASE + SYNC_WITH_DEV + old).plan().text.endswith(new)


def test_r51_a_command_over_several_lines_is_rewritten_in_place(project) -> None:
    text = BASE + SYNC_WITH_DEV + "CMD uv run flask \\\n    run\n"
    assert project(text).plan().text.endswith("CMD flask \\\n    run\n")


@pytest.mark.parametrize("tool", ["poetry", "pdm", "pipenv"])
def test_r58_a_runner_that_the_image_lacks_is_removed(project, tool) -> None:
    made = project(f'{BASE}{SYNC_WITH_DEV}ENTRYPOINT ["{tool}", "run", "python", "src/a.py"]\n')
    result = made.plan()
    assert result.text.endswith('ENTRYPOINT ["python", "src/a.py"]\n')
    assert result.allowed.repaired_start
    kept = made.plan(choices={"start-runner": "keep"})
    assert kept.text.endswith(f'ENTRYPOINT ["{tool}", "run", "python", "src/a.py"]\n')
    assert not kept.allowed.repaired_start


def test_r58_a_runner_that_the_image_has_stays(project, node) -> None:
    text = (
        BASE
        + SYNC_WITH_DEV
        + "COPY poetry /usr/local/bin/poetry\nRUN chmod +x x\n"
        + 'CMD ["poetry", "run", "flask"]\n'
    )
    made = project(text, {"COPY poetry": {"/usr/local/bin/poetry": node(5, owner="venv")}})
    assert made.plan().text.endswith('CMD ["poetry", "run", "flask"]\n')
