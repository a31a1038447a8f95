"""R24 and R51: start scripts that call uv, and the three ways out."""

from __future__ import annotations

import subprocess

import pytest
from rewrites.dockerfiles import BASE, SYNC_ALONE, refused

from uvdive.rewrite.start.shell_edit import still_calls

PROJECT = BASE + SYNC_ALONE
START = 'COPY start.sh /start.sh\nCMD ["/start.sh"]\n'
TEXT = '#!/bin/sh\nset -e\nuv run --no-sync flask db\n# by uv run\nexec uv run flask run "$@"\n'


@pytest.fixture
def scripted(project, node, tmp_path):
    """A project whose /start.sh has a text, planned with choices."""

    def make(script, start=START, *, static=False, **choices):
        (tmp_path / "start.sh").write_text(script)
        made = project(PROJECT + start, {"COPY start.sh": {"/start.sh": node(20)}})
        named = {key.replace("_", "-"): value for key, value in choices.items()}
        if static:
            made.report = None
        return made.plan(context=tmp_path, choices=named)

    return make


def values(result, name="start-scripts"):
    (decision,) = [decision for decision in result.decisions if decision.id == name]
    return decision.chosen, [alternative.value for alternative in decision.alternatives]


def test_r24_a_script_is_changed_where_every_call_can_be(scripted) -> None:
    result = scripted(TEXT)
    (change,) = result.files
    assert change.path == "start.sh"
    assert change.text == '#!/bin/sh\nset -e\nflask db\n# by uv run\nexec flask run "$@"\n'
    assert "-uv run --no-sync flask db\n+flask db\n" in change.diff
    assert values(result) == ("patch", ["patch", "shim", "keep-uv"])
    assert "PATH=/app/.venv/bin:$PATH" in result.text
    assert "/usr/local/bin/uv" not in result.text
    assert "/start.sh" in result.allowed.paths


def test_r24_a_script_of_the_very_first_layer_above_the_base_is_the_author_s(project, node, tmp_path) -> None:
    (tmp_path / "start.sh").write_text(TEXT)
    text = f'{BASE}COPY start.sh /start.sh\n{SYNC_ALONE}CMD ["/start.sh"]\n'
    result = project(text, {"COPY start.sh": {"/start.sh": node(20)}}).plan(context=tmp_path)
    assert [change.path for change in result.files] == ["start.sh"]
    assert values(result) == ("patch", ["patch", "shim", "keep-uv"])


@pytest.mark.parametrize(
    ("call", "offered"),
    [
        ("uv run pytest", ["shim", "keep-uv"]),
        ("uv run", ["keep-uv"]),
        ("uv run --no-sync", ["keep-uv"]),
        ("uv run --quiet pytest", ["keep-uv"]),
    ],
)
def test_r51_a_stand_in_is_offered_where_the_program_stands_right_behind(scripted, call, offered) -> None:
    result = scripted(f"#!/bin/sh\nuv run flask db\n{call}\n")
    assert values(result) == (offered[0] if len(offered) == 1 else "keep-uv", offered)


def test_r24_uv_can_be_kept_and_then_touches_nothing(scripted) -> None:
    result = scripted(TEXT, start_scripts="keep-uv")
    run = result.text.partition(" AS runner\n")[2]
    assert "COPY --from=builder /usr/local/bin/uv /usr/local/bin/uv\n" in run
    for name in ("UV_NO_SYNC=1", "UV_NO_CACHE=1", "UV_OFFLINE=1", "UV_PYTHON_DOWNLOADS=never"):
        assert name in run
    assert not result.files
    assert result.predicted is not None
    (decision,) = [decision for decision in result.decisions if decision.id == "start-scripts"]
    patched, _, kept = (alternative.predicted_bytes for alternative in decision.alternatives)
    assert kept - patched == 4000


def test_r51_a_stand_in_starts_what_uv_run_would_start(scripted, tmp_path) -> None:
    result = scripted(TEXT, start_scripts="shim")
    assert not result.files
    assert "/usr/local/bin/uv" in result.allowed.paths, "the stand-in takes uv's place"
    assert "/start.sh" not in result.allowed.paths
    line = next(text for text in result.text.splitlines() if text.startswith("RUN printf"))
    shim = tmp_path / "uv"
    subprocess.run(
        ["sh", "-c", line.removeprefix("RUN ").replace("/usr/local/bin/uv", str(shim))], check=True
    )
    (tmp_path / "a.py").write_text("import sys; print(sys.argv[1:])")

    def run(*words: str) -> str:
        return subprocess.run([shim, *words], check=True, capture_output=True, text=True, cwd=tmp_path).stdout

    assert run("run", "echo", "a b", "c") == "a b c\n"
    assert run("run", "--no-sync", "-q", "echo", "-n", "x") == "x"
    assert run("run", "a.py", "--x") == "['--x']\n"
    assert run("run", "-m", "base64", "-h").startswith("usage")


@pytest.mark.parametrize(
    ("script", "default"),
    [
        ("#!/bin/sh\nuv run $PROGRAM\n", "keep-uv"),
        ("#!/bin/sh\nif command -v uv; then uv run flask; fi\n", "keep-uv"),
        ("#!/bin/bash\nPATH=/usr/bin:/bin\nuv run flask\n", "keep-uv"),
        ("#!/bin/sh\nif true; then\n  uv run flask\nfi\n", "patch"),
        ("#!/bin/sh\necho uv run; uv run -m flask\n", "patch"),
        ("#!/bin/sh\ncd /app && exec uv run --directory src flask\n", "patch"),
        ('#!/usr/bin/env bash\nserve() { uv run flask "$@"; }\nserve\n', "patch"),
        ("#!/bin/sh\nsh -c 'uv run flask'\n", "patch"),
        ("#!/bin/sh\ncat <<EOF\nuv run flask\nEOF\nuv run flask\n", "keep-uv"),
    ],
)
def test_r24_what_cannot_be_changed_safely_keeps_uv(scripted, script, default) -> None:
    result = scripted(script)
    assert result.outcome == "rewritten", result.refusal
    assert values(result)[0] == default
    for change in result.files:
        assert not still_calls(change.text)


@pytest.mark.parametrize(
    ("script", "rule"),
    [
        ("#!/bin/sh\nuvx flask\n", "R24"),
        ("#!/bin/sh\nuv sync --frozen\nuv run flask\n", "R24"),
        ("#!/bin/sh\nuv pip install x\n", "R24"),
        ("#!/bin/sh\nuv run --with x flask\n", "R19"),
        ("#!/bin/sh\nuv run --env-file .env flask\n", "R19"),
        ("#!/bin/sh\nuv run flask; if\n", "R24"),
    ],
)
def test_r19_and_r24_what_a_script_installs_at_start_is_refused_with_its_line(scripted, script, rule) -> None:
    result = scripted(script)
    assert refused(result) == (rule, 6)
    assert "/start.sh" in result.refusal.reason


def test_r24_the_arguments_that_a_script_hands_on_are_those_of_cmd(scripted) -> None:
    start = 'COPY start.sh /start.sh\nENTRYPOINT ["/start.sh"]\nCMD ["{}"]\n'
    script = '#!/bin/sh\nexec uv run "$@"\n'
    result = scripted(script, start.format("flask"))
    assert result.files[0].text == '#!/bin/sh\nexec "$@"\n'
    assert values(scripted(script, start.format("a.py")))[0] == "keep-uv"


def test_r51_a_script_started_by_a_script_is_read(scripted, tmp_path) -> None:
    (tmp_path / "inner.sh").write_text("uvx x\n")
    start = "COPY inner.sh /inner.sh\n" + START
    assert scripted("#!/bin/sh\n. /inner.sh\n", start, static=True).outcome == "refused"


def test_r24_a_script_that_the_build_uses_too_is_not_changed(scripted) -> None:
    start = "COPY start.sh /start.sh\nRUN /start.sh --check\n" + 'CMD ["/start.sh"]\n'
    assert values(scripted(TEXT, start))[1] == ["shim", "keep-uv"]
    start = "COPY start.sh /start.sh\nRUN chmod +x /start.sh\n" + 'CMD ["/start.sh"]\n'
    assert values(scripted(TEXT, start))[0] == "patch"


def test_r24_without_its_text_a_start_script_is_refused(project, node, tmp_path) -> None:
    made = project(PROJECT + START, {"COPY start.sh": {"/start.sh": node(20)}})
    assert refused(made.plan(context=tmp_path)) == ("R24", 6)
    (tmp_path / "start.sh").write_text("# not uv run\nexec flask run\n")
    assert made.plan(context=tmp_path).outcome == "rewritten"


def test_r51_a_heredoc_is_changed_in_the_dockerfile(project, node) -> None:
    from uvdive.rewrite.planner import plan

    text = (
        "FROM python:3.13-slim-trixie\nCOPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/\n"
        "WORKDIR /app\nCOPY . .\nRUN uv sync --frozen\n"
        'COPY <<"EOF" /app/start.sh\n#!/bin/sh\nexec uv run flask\nEOF\nCMD ["/app/start.sh"]\n'
    )
    result = plan(text, None, lambda _: None)
    assert result.outcome == "rewritten", result.refusal
    assert "#!/bin/sh\nexec flask\nEOF\n" in result.text


@pytest.mark.parametrize(
    ("start", "name", "text"),
    [
        ('CMD ["task", "run"]\n', "Taskfile.yml", "tasks:\n  run: uv run flask\n"),
        (
            'CMD ["supervisord", "-c", "s.conf"]\n',
            "s.conf",
            "[program:web]\nenvironment=PATH=/bin\ncommand=uv run flask\n",
        ),
        ('CMD ["python", "start.py"]\n', "start.py", 'import os\nos.execvp("uv", ["uv", "run", "flask"])\n'),
    ],
)
def test_r24_task_files_that_call_uv_keep_it_or_get_a_stand_in(
    project, node, tmp_path, start, name, text
) -> None:
    (tmp_path / name).write_text(text)
    made = project(PROJECT + f"COPY {name} ./\n" + start, {f"COPY {name}": {f"/app/{name}": node(9)}})
    result = made.plan(context=tmp_path)
    assert result.outcome == "rewritten", result.refusal
    assert values(result)[0] == "keep-uv"
    assert "shim" in values(result)[1]
    (tmp_path / name).write_text(text.replace("uv", "env") + "# uv run\n")
    assert not any(d.id == "start-scripts" for d in made.plan(context=tmp_path).decisions)


@pytest.mark.parametrize(
    ("start", "name", "text", "new"),
    [
        (
            'CMD ["make", "run"]\n',
            "Makefile",
            "run:\n\t@uv run flask \\\n\t  $(ARGS) # uv run\n",
            "run:\n\t@flask \\\n\t  $(ARGS) # uv run\n",
        ),
        ("CMD just run\n", "justfile", "run port='80':\n    uv run flask {{port}}\n", None),
        ("CMD honcho start\n", "Procfile", "web: uv run flask\n# uv\nw: a\n", "web: flask\n# uv\nw: a\n"),
        (
            'CMD ["supervisord", "-c", "s.conf"]\n',
            "s.conf",
            "[program:web]\r\ncommand = uv run flask ; it\r\ndirectory=/app\r\n",
            "[program:web]\r\ncommand = flask ; it\r\ndirectory=/app\r\n",
        ),
    ],
)
def test_r24_the_lines_of_a_task_file_are_changed(project, node, tmp_path, start, name, text, new) -> None:
    (tmp_path / name).write_bytes(text.encode())
    made = project(PROJECT + f"COPY {name} ./\n" + start, {f"COPY {name}": {f"/app/{name}": node(9)}})
    (change,) = made.plan(context=tmp_path).files
    assert change.path == name
    assert change.text == (new or text.replace("uv run ", ""))
    built = project(
        f"{PROJECT}COPY {name} ./\nRUN make x && just x && supervisord -v && honcho check\n{start}",
        {f"COPY {name}": {f"/app/{name}": node(9)}},
    )
    assert not built.plan(context=tmp_path).files, "the build uses it too"


def without_text(text: str, context, **files: str):
    """A plan by the text alone, with some files in the context."""
    from uvdive.rewrite.planner import plan

    for name, content in files.items():
        (context / name).write_text(content)
    head = "FROM python:3.13-slim\nCOPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/\nWORKDIR /app\n"
    return plan(f"{head}COPY . .\nRUN uv sync --frozen\n{text}", None, lambda _: None, context=context)


@pytest.mark.parametrize(
    "start",
    [
        'CMD ["/app/start.sh"]\n',
        'CMD ["./bin/run"]\n',
        'CMD ["sh", "start.sh"]\n',
        'CMD ["bash", "-o", "pipefail", "run"]\n',
        "CMD exec ./start.sh now\n",
        'ENTRYPOINT ["tini", "--", "/entrypoint"]\n',
        'ENTRYPOINT ["gosu", "app", "./start"]\n',
        'ENTRYPOINT ["entrypoint.sh"]\n',
        'HEALTHCHECK CMD /app/health.sh\nCMD ["python", "a.py"]\n',
        'COPY x/start.sh /app/start.sh\nCMD ["/app/start.sh"]\n',
        'COPY --from=busybox /start /app/start\nCMD ["/app/start"]\n',
        'COPY --from=busybox /tool /usr/local/bin/serve\nCMD ["serve"]\n',
        'RUN ./make > ./start.sh\nCMD ["./start.sh"]\n',
        (
            "RUN apt-get update && apt-get install -y supervisor\nCOPY s.conf /etc/supervisor/conf.d/a.conf\n"
            'CMD ["supervisord", "-n"]\n'
        ),
        'CMD ["supervisord", "-c", "s.conf"]\n',
        'CMD ["honcho", "start"]\n',
    ],
)
def test_r24_a_script_that_nobody_can_read_keeps_uv(tmp_path, start) -> None:
    result = without_text(start, tmp_path)
    if result.outcome == "refused":
        assert result.refusal.rule == "R24"
        return
    assert values(result) == ("keep-uv", ["keep-uv"])
    assert "COPY --from=builder /bin/uv /bin/uv\n" in result.text, "it is kept where the file puts it"
    (decision,) = [decision for decision in result.decisions if decision.id == "start-scripts"]
    assert "nobody knows whether it calls uv" in decision.reason


@pytest.mark.parametrize(
    "start",
    [
        'CMD ["flask"]\n',
        'CMD ["/app/.venv/bin/flask"]\n',
        'CMD ["/usr/bin/env", "python", "a.py"]\n',
        'CMD ["sh", "-c", "flask run"]\n',
        'CMD ["sh", "-c", ". .venv/bin/activate && flask"]\n',
        'ENTRYPOINT ["tini", "--", "python", "a.py"]\n',
        'ENTRYPOINT ["timeout", "5", "python", "/app/a.py"]\n',
        'CMD ["python", "missing.py"]\n',
        "CMD exec gunicorn -c /app/conf.py app\n",
        'COPY --from=krallin/tini /tini /usr/local/bin/tini\nENTRYPOINT ["tini", "--", "flask"]\n',
        'HEALTHCHECK NONE\nCMD ["flask"]\n',
    ],
)
def test_r24_programs_are_no_scripts(tmp_path, start) -> None:
    result = without_text(start, tmp_path)
    assert result.outcome == "rewritten", result.refusal
    assert not [decision for decision in result.decisions if decision.id == "start-scripts"]


def test_r24_scripts_are_found_where_the_file_copies_them(tmp_path) -> None:
    start = "#!/bin/sh\r\nuv run flask\r\n"
    for copy, path in (
        ("COPY start.sh /\n", "/start.sh"),
        ("COPY *.sh /usr/local/bin/\n", "start.sh"),
        ("COPY s*t.sh ./scripts/\n", "scripts/start.sh"),
    ):
        result = without_text(f'{copy}CMD ["{path}"]\n', tmp_path, **{"start.sh": start})
        if result.outcome == "refused":
            assert result.refusal.rule == "R34"
            continue
        (changed,) = (each for each in result.files if each.path == "start.sh")
        assert changed.text == start.replace("uv run ", "")


def test_r51_what_a_run_writes_is_changed_by_its_text_alone(tmp_path) -> None:
    echo = "RUN echo 'uv run flask' > /app/start.sh\n"
    result = without_text(f'{echo}CMD ["sh", "start.sh"]\n', tmp_path)
    assert values(result)[0] == "patch"
    assert echo.replace("uv run ", "") in result.text


def test_r51_a_script_that_a_run_writes_is_changed_in_the_run(project, node) -> None:
    class Store:
        def has(self, _inode: int) -> bool:
            return True

        def read(self, _inode: int, _limit: int) -> bytes:
            return b"#!/bin/sh\nset -e\nexec uv run flask\n"

    write = "RUN printf '#!/bin/sh\\nset -e\\nexec uv run flask\\n' > /start && chmod +x /start\n"
    made = project(PROJECT + write + 'CMD ["/start"]\n', {"RUN printf": {"/start": node(39)}})
    result = made.plan(store=Store())
    assert values(result)[0] == "patch"
    assert write.replace("uv run ", "") in result.text
    assert not result.files
    other = project(
        PROJECT + "RUN ./make-script /start\n" + 'CMD ["/start"]\n',
        {"RUN ./make": {"/start": node(39)}},
    )
    assert values(other.plan(store=Store()))[0] == "keep-uv"


@pytest.mark.parametrize(
    "script",
    [
        "#!/bin/bash -l\nuv run flask\n",
        "#!/bin/sh\nexport UV_PROJECT_ENVIRONMENT=/opt/v\nuv run flask\n",
        "#!/bin/sh\nPATH=/bin uv run flask\n",
        "#!/bin/bash\nbash -lc 'uv run flask'\n",
        "#!/bin/sh\nenv -i uv run flask\n",
        "#!/bin/sh\nsudo -u app -- uv run flask\n",
    ],
)
def test_r20_where_path_is_set_anew_the_program_would_not_be_found(scripted, script) -> None:
    result = scripted(script)
    if result.outcome == "rewritten":
        assert values(result)[0] == "keep-uv"
        assert "patch" not in values(result)[1]
    else:
        assert refused(result) == ("R24", 6)


def test_r15_a_script_that_goes_elsewhere_is_followed(scripted) -> None:
    kept = scripted("#!/bin/sh\ncd src\nuv run flask\n")
    assert kept.files[0].text == "#!/bin/sh\ncd src\nflask\n"
    away = scripted("#!/bin/sh\ncd /srv/other && uv run flask\n")
    assert refused(away) == ("R15", 6)
