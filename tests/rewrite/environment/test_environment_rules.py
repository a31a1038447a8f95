"""R1, R5, R9, R10 and R15: environments and interpreters of every origin; reports are made by hand."""

from __future__ import annotations

import pytest
from rewrites.dockerfiles import BASE, FLASK, SYNC, both_stages, refused, runner

from uvdive.rewrite.planner import plan

BRING = "COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/\n"


@pytest.mark.parametrize("base", ["nvidia/cuda:12.4-runtime", "mcr.microsoft.com/playwright/python:v1"])
def test_r5_a_base_that_no_rule_covers_is_refused(project, base) -> None:
    assert refused(project(f"FROM {base}\n{SYNC}{FLASK}").plan()) == ("R5", 1)


SLIM = "FROM ghcr.io/astral-sh/uv:trixie-slim\n"


def managed(project, node, env, text=SLIM + SYNC + FLASK, home="/root/.local/share/uv/python", **image):
    """A project whose interpreter uv downloaded into the layer of its sync."""
    build = f"{home}/cpython-3.13.5-linux-x86_64-gnu"
    wrote = {
        "/app/.venv/bin/python": node(link=f"{build}/bin/python3.13"),
        "/app/.venv/bin/flask": node(300),
        f"{build}/bin/python3.13": node(700, owner="python"),
        f"{home}/cpython-3.13-linux-x86_64-gnu": node(link=build),
        "/root/.local/bin/python3.13": node(link=f"{build}/bin/python3.13"),
        "/root/.cache/uv/archive-v0/x": node(300, owner="venv"),
    }
    environments = [env(interpreter=f"{build}/bin/python3.13")]
    return project(text, {"RUN uv sync": wrote}, environments=environments, **image)


def test_r4_a_managed_python_gives_two_safe_ways_with_their_sizes(project, node, env) -> None:
    made = managed(project, node, env)
    result = made.plan()
    decision = next(d for d in result.decisions if d.id == "python")
    sizes = {a.value: a.predicted_bytes for a in decision.alternatives}
    # 1500 of python:slim, or 1000 of debian and 700 of the interpreter; 340 or so are copied.
    assert sizes["image"] == sizes["managed"] - 200
    assert decision.chosen == "image"
    assert result.text.startswith(
        "FROM python:3.13-slim-trixie AS builder\n"
        "COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /uvx /usr/local/bin/\n"
    )
    assert runner(result)[0] == "FROM python:3.13-slim-trixie AS runner"
    assert not any("/root" in line for line in runner(result))


def test_r60_without_the_bases_the_image_s_python_is_the_default_and_no_size_is_told(
    project, node, env
) -> None:
    made = managed(project, node, env)
    result = plan(made.text, made.report, lambda _: None)
    decision = next(d for d in result.decisions if d.id == "python")
    assert decision.chosen == "image"
    assert [a.predicted_bytes for a in decision.alternatives] == [None, None]
    # One base alone decides nothing either.
    result = plan(made.text, made.report, {"debian:trixie-slim": made.report}.get)
    assert next(d for d in result.decisions if d.id == "python").chosen == "image"


def test_r4_the_managed_python_moves_out_of_root(project, node, env) -> None:
    result = managed(project, node, env).plan(choices={"python": "managed"})
    assert "ENV UV_PYTHON_INSTALL_DIR=/opt/uv-python\n" in result.text
    assert runner(result)[0] == "FROM debian:trixie-slim AS runner"
    assert "COPY --from=builder /opt/uv-python /opt/uv-python" in runner(result)
    assert not any("/root" in line for line in runner(result))


def test_r4_a_folder_for_pythons_that_the_author_chose_stays(project, node, env) -> None:
    text = SLIM + "ENV UV_PYTHON_INSTALL_DIR=/py\n" + SYNC + FLASK
    result = managed(project, node, env, text, home="/py").plan(choices={"python": "managed"})
    assert "COPY --from=builder /py /py" in runner(result)
    assert result.text.count("UV_PYTHON_INSTALL_DIR=/py") == 2


@pytest.mark.parametrize(
    "sync", ["uv sync --python 3.13.5", "uv python install 3.13 && uv sync", "uv sync --managed-python"]
)
def test_r4_a_pinned_python_is_kept(project, node, env, sync) -> None:
    made = managed(project, node, env, SLIM + SYNC.replace("uv sync --frozen --no-dev", sync) + FLASK)
    wrote = made.plan()
    # The layer of a sync that is spelled otherwise holds the default environment.
    assert wrote.outcome == "rewritten", wrote.refusal
    decision = next(d for d in wrote.decisions if d.id == "python")
    assert [a.value for a in decision.alternatives] == ["managed"]


def test_r4_a_patch_in_python_version_pins_too(project, node, env, tmp_path) -> None:
    (tmp_path / ".python-version").write_text("3.13.5\n")
    text = (SLIM + SYNC + FLASK).replace("COPY uv.lock", "COPY .python-version uv.lock")
    result = managed(project, node, env, text).plan(context=tmp_path)
    assert next(d for d in result.decisions if d.id == "python").chosen == "managed"


def test_r4_a_python_version_that_stays_outside_of_the_build_pins_nothing(
    project, node, env, tmp_path
) -> None:
    (tmp_path / ".python-version").write_text("3.13.5\n")
    result = managed(project, node, env).plan(context=tmp_path)
    assert next(d for d in result.decisions if d.id == "python").chosen == "image"


@pytest.mark.parametrize("base", ["nvidia/cuda:12-runtime", "example.org/python-base:3"])
def test_r5_somebodys_base_without_uv_is_the_final_images_too(project, base, node) -> None:
    text = f"FROM {base}\n{BRING}{SYNC}{FLASK}"
    made = project(text, {"COPY --from": {"/usr/bin/uv": node(4000)}}, base_uv=False)
    assert f"FROM {base} AS runner\n" in made.plan().text
    assert refused(plan(made.text, None, lambda _: None))[0] in ("R1", "R5")


def test_r5_and_r1_debians_own_python_stays_where_its_base_is(project, env, node) -> None:
    text = "FROM debian:trixie-slim\nRUN apt-get install -y python3\n" + BRING + SYNC + FLASK
    wrote = {
        "COPY --from": {"/usr/bin/uv": node(4000)},
        "RUN apt-get": {"/usr/bin/python3.13": node(9, owner="os-packages")},
    }
    own = [env(interpreter="/usr/bin/python3.13")]
    result = project(text, wrote, environments=own, base_uv=False).plan()
    assert runner(result)[:2] == ["FROM debian:trixie-slim AS runner", "RUN apt-get install -y python3"]
    gone = project(
        BASE + SYNC + FLASK, environments=[env(interpreter="/bin/sh")], base_paths={"/opt/python": node(1)}
    )
    assert gone.plan().outcome == "rewritten"
    lost = project(
        BASE + SYNC + FLASK,
        environments=[env(interpreter="/opt/python")],
        base_paths={"/opt/python": node(1)},
    )
    assert refused(lost.plan())[0] == "R1"


def test_r9_of_two_environments_the_start_command_chooses_and_both_are_copied(project, env, node) -> None:
    text = BASE + SYNC + "RUN make other\n{}"
    wrote = {"RUN make": {"/opt/venv/bin/flask": node(3), "/opt/venv/lib/x.py": node(500), "/opt/x": node(1)}}
    both = [env(path="/opt/venv"), env()]
    made = project(text.format(FLASK), wrote, environments=both)
    result = made.plan()
    assert "VIRTUAL_ENV=/app/.venv" in result.text
    assert "COPY --from=builder /opt /opt" in runner(result)
    (decision,) = [d for d in result.decisions if d.id == "other-environments"]
    keep, leave = (alternative.predicted_bytes for alternative in decision.alternatives)
    assert keep - leave == 503
    lean = made.plan(choices={"other-environments": "leave-out"})
    assert "/opt/venv" not in lean.text
    assert "/opt/venv" in lean.allowed.paths
    named = project(text.format('CMD ["/opt/venv/bin/flask"]\n'), wrote, environments=both)
    assert any("in /opt/venv, not in /app/.venv" in d.summary for d in named.plan().decisions)
    other = [env(path="/opt/venv"), env(path="/srv/venv")]
    unclear = project(text.format('CMD ["./start"]\n'), wrote, environments=other)
    assert refused(unclear.plan()) == ("R9", 7)


def test_r9_environments_on_different_pythons_are_refused(project, env) -> None:
    both = [
        env(),
        env(path="/opt/venv", interpreter=f"{HOME}/cpython-3.13.5-linux-x86_64-gnu/bin/python3.13"),
    ]
    assert refused(project(BASE + SYNC + FLASK, environments=both).plan())[0] == "R9"


HOME = "/root/.local/share/uv/python"
SITE = "/usr/local/lib/python3.13/site-packages"


def test_r10_of_the_systems_python_only_what_is_new_goes_over(project, env, node) -> None:
    text = BASE + "WORKDIR /app\nRUN uv pip install --system flask\nCOPY src /app/src\nCMD flask run\n"
    packages = {f"{SITE}/{name}/x.py": node(100, owner="venv") for name in ("flask", "jinja2")}
    packages[f"{SITE}/flask-3.0.dist-info/RECORD"] = node(7, owner="venv")
    packages["/usr/local/bin/flask"] = node(30, owner="venv")
    packages["/usr/local/bin/werk"] = node(31, owner="venv")
    packages[f"{SITE}/pip/__pycache__/a.pyc"] = node(9, owner="python")
    base = {f"{SITE}/pip/a.py": node(900, owner="python"), f"{SITE}/uv/uv": node(5000, owner="uv")}
    system = env(path="/usr/local", kind="system", interpreter="/usr/local/bin/python3.13")
    made = project(text, {"RUN uv pip": packages}, environments=[system], base_paths=base)
    result = made.plan()
    assert result.outcome == "rewritten", result.refusal
    build, _ = both_stages(result)
    assert build.endswith(f"RUN rm -rf \\\n    {SITE}/pip \\\n    {SITE}/uv\n")
    run = "\n".join(runner(result))
    assert f"COPY --from=builder {SITE} {SITE}\n" in run
    both = "/usr/local/bin/flask \\\n    /usr/local/bin/werk \\\n    /usr/local/bin/\n"
    assert f"COPY --from=builder \\\n    {both}" in run
    assert "VIRTUAL_ENV" not in run
    assert result.predicted.owners["venv"][1] == 268
    assert result.predicted.owners["python"][1] == 500


def test_r10_and_r15_an_image_without_any_packages_is_refused(project) -> None:
    assert refused(project(BASE + SYNC + FLASK, environments=[]).plan()) == ("R15", 6)
    assert refused(project(BASE + SYNC + "CMD flask\n", environments=[]).plan()) == ("R10", None)


@pytest.mark.parametrize(
    ("lines", "path"),
    [
        ("RUN uv sync\n", "/app/.venv"),
        ("ENV UV_PROJECT_ENVIRONMENT=/venv\nRUN uv sync\n", "/venv"),
        ("ENV V=/opt/v\nRUN uv venv $V && uv pip install flask\n", "/opt/v"),
        ("RUN uv venv --python 3.13 && uv pip install flask\n", "/app/.venv"),
        ("RUN uv sync\nRUN uv venv /opt/tools\n", "/app/.venv"),
        ("ENV VIRTUAL_ENV=/opt/v\nRUN uv venv /opt/v && uv sync --active\n", "/opt/v"),
    ],
)
def test_r7_the_text_tells_where_the_environment_is(lines, path) -> None:
    text = "FROM python:3.13-slim-trixie\nCOPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/\nWORKDIR /app\n"
    result = plan(text + lines + 'CMD ["uv", "run", "--no-sync", "flask"]\n', None, lambda _: None)
    if result.outcome == "rewritten":
        assert f"VIRTUAL_ENV={path}\n" in result.text
    else:  # uv run looks for the project's own
        assert result.refusal.rule == "R15"
        assert path in result.refusal.reason


def test_r4_a_python_in_a_users_own_home_stays_there_with_its_folders(project, env, node) -> None:
    home = "/home/app/.local/share/uv/python"
    python = f"{home}/cpython-3.13.5-linux-x86_64-gnu/bin/python3.13"
    folders = ("/home/app/.local", "/home/app/.local/share", "/home/app/.local/share/uv", home)
    wrote = {
        **{path: node(folder=True, uid=1000, gid=1000) for path in folders},
        python: node(90, owner="python"),
        "/app/.venv/bin/python": node(link=python),
        "/app/.venv/bin/flask": node(300),
    }
    text = "FROM ghcr.io/astral-sh/uv:trixie-slim\nRUN useradd -m app\nUSER app\n"
    text += 'WORKDIR /app\nCOPY uv.lock ./\nRUN uv sync --frozen --no-dev\nCMD ["/app/.venv/bin/flask"]\n'
    made = project(text, {"RUN uv sync": wrote}, environments=[env(interpreter=python)])
    result = made.plan(choices={"python": "managed"})
    assert result.outcome == "rewritten", result.refusal
    assert "UV_PYTHON_INSTALL_DIR" not in result.text, "the user could not write to another folder"
    last = result.text[result.text.rindex("FROM ") :]
    assert f"COPY --from=builder {home} {home}\n" in last
    made = next(line for line in last.splitlines() if line.startswith("RUN install -d -o 1000 -g 1000 "))
    assert set(folders) <= set(made.split())


def test_r1_an_interpreter_that_leads_to_nothing_is_refused(project, env) -> None:
    assert refused(project(BASE + SYNC + FLASK, environments=[env(interpreter=None)]).plan()) == ("R1", None)


def test_r3_a_runner_with_another_minor_version_is_refused(project, env, node) -> None:
    wrote = {"/app/.venv/lib/python3.12/site-packages/flask/app.py": node(2000)}
    made = project(
        BASE + SYNC + FLASK,
        {"RUN uv sync": wrote},
        environments=[env(python="3.12.1", interpreter="/usr/local/bin/python3.12")],
    )
    assert refused(made.plan()) == ("R3", 1)


def test_r6_the_build_never_downloads_a_python(project) -> None:
    result = project(BASE + SYNC + FLASK).plan()
    assert result.text.count("ENV UV_PYTHON_DOWNLOADS=never\n") == 1
    assert "UV_PYTHON_DOWNLOADS" not in "\n".join(runner(result))
    own = project(BASE + "ENV UV_PYTHON_DOWNLOADS=never\n" + SYNC + FLASK).plan()
    assert own.text.count("UV_PYTHON_DOWNLOADS") == 2  # the author's, in both stages
