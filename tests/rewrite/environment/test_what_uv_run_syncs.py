"""R14, R15, R50, R52: what `uv run` would change at start, by the lock and what is installed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from rewrites.dockerfiles import IN_APP, decision, refused

from uvdive.ledger.report import Distribution
from uvdive.rewrite.plan import RewritePlan

COPY = "COPY pyproject.toml uv.lock ./\n"
SYNC = "RUN uv sync --frozen\n"
START = 'CMD ["uv", "run", "main.py"]\n'
PROJECT = '[project]\nname = "app"\nrequires-python = ">=3.11"\n'
GROUP = '[dependency-groups]\ndev = ["pytest"]\n'
ONLY = "uv only puts the environment on PATH and starts the command"


def lock(project: str = 'virtual = "."', **versions: str) -> str:
    """A lock of app, which needs idna, and pytest for its dev group."""
    known = {"idna": "3.10", "pytest": "8.0", **versions}
    return (
        f'version = 1\n[[package]]\nname = "app"\nversion = "0.1"\nsource = {{ {project} }}\n'
        'dependencies = [{ name = "idna" }]\n[package.dev-dependencies]\ndev = [{ name = "pytest" }]\n'
        '[package.optional-dependencies]\nweb = [{ name = "pytest" }]\n'
    ) + "".join(
        f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ registry = "https://x" }}\n'
        for name, version in known.items()
    )


def dist(name: str, version: str, editable: str | None = None) -> Distribution:
    return Distribution(name, version, 9, 0, 0, 1, editable=editable)


IDNA, PYTEST = dist("idna", "3.10"), dist("pytest", "8.0")


@pytest.fixture
def planned(project, node, env, tmp_path: Path) -> Callable[..., RewritePlan]:
    """The plan of a file whose image has a lock, a project and these distributions."""

    def make(
        body: str = f"{COPY}{SYNC}COPY main.py ./\n{START}",
        *installed: Distribution,
        locked: str | None = None,
        pyproject: str = PROJECT,
        files: Mapping[str, str] | None = None,
        roots: tuple[str, ...] = (),
        choices: dict[str, str] | None = None,
        wrote: Mapping[str, Any] | None = None,
        **image: Any,
    ) -> RewritePlan:
        texts = {
            "pyproject.toml": pyproject,
            "uv.lock": lock() if locked is None else locked,
            **(files or {}),
        }
        for name, text in texts.items():
            (tmp_path / name).write_text(text)
        (tmp_path / "main.py").write_text("print(1)\n")
        given = {
            "COPY pyproject": {"/app/pyproject.toml": node(9), "/app/uv.lock": node(99)},
            **(wrote or {}),
        }
        environment = env(distributions=tuple(installed), roots=roots)
        return project(IN_APP + body, given, environments=[environment], **image).plan(
            context=tmp_path, choices=choices
        )

    return make


def reason(result: RewritePlan) -> str:
    found = decision(result, "start-uv-run")
    assert found is not None, result.refusal
    return found.reason


def added(result: RewritePlan) -> str | None:
    """The sync that stands at the end of the build stage."""
    assert result.outcome == "rewritten", result.refusal
    last = result.text.partition("\n\n# The final image")[0].splitlines()[-1]
    return last if "sync" in last and decision(result, "full-sync") else None


def test_r14_an_environment_as_the_lock_has_it_gets_no_sync_and_the_plain_reason(planned) -> None:
    result = planned(f"{COPY}{SYNC}COPY main.py ./\n{START}", IDNA, PYTEST)
    assert added(result) is None
    assert reason(result).startswith(ONLY)
    assert not result.allowed.installs_at_start


def test_r14_another_version_than_the_lock_s_is_brought_to_it(planned, made_venv) -> None:
    body = f"{COPY}RUN uv venv\nRUN uv pip install -r pyproject.toml\nCOPY main.py ./\n{START}"
    result = planned(body, dist("idna", "3.4"), PYTEST, dist("extra", "1"), wrote={"RUN uv venv": made_venv})
    assert added(result) == "RUN uv sync --locked --inexact --no-cache"
    assert "idna 3.4 -> 3.10" in reason(result)
    assert ONLY not in reason(result)
    assert result.allowed.installs_at_start
    assert "idna" in result.allowed.distributions
    assert any(w.rule == "R52" and "idna 3.4 -> 3.10" in w.text for w in result.warnings)


@pytest.mark.parametrize("flag", ["--frozen", "--locked"])
def test_r15_the_start_s_own_word_on_the_lock_holds_for_the_new_sync(planned, flag, made_venv) -> None:
    start = START.replace('"run"', f'"run", "{flag}"')
    wrote = {"RUN uv venv": made_venv}
    result = planned(f"{COPY}RUN uv venv\n{start}", PYTEST, wrote=wrote)
    assert added(result) == f"RUN uv sync {flag} --no-cache"


def test_r15_without_a_lock_nobody_knows_what_uv_run_installs(planned, node, made_venv) -> None:
    wrote = {"RUN uv venv": made_venv, "COPY pyproject": {"/app/pyproject.toml": node(9)}}
    result = planned(f"{COPY}RUN uv venv\nRUN uv pip install idna\n{START}", IDNA, wrote=wrote)
    assert refused(result) == ("R15", 6)
    assert "uv lock" in result.refusal.reason


@pytest.mark.parametrize(
    ("start", "environ"),
    [
        ('CMD ["uv", "run", "--no-sync", "main.py"]\n', {}),
        (START, {"UV_NO_SYNC": "1"}),
        ("CMD UV_NO_SYNC=1 uv run main.py\n", {}),
        ("CMD export UV_NO_SYNC=true && exec uv run main.py\n", {"UV_NO_SYNC": "0"}),
        ('CMD ["sh", "-c", "UV_NO_SYNC=1 exec uv run main.py"]\n', {}),
        ('CMD ["env", "UV_NO_SYNC=1", "uv", "run", "main.py"]\n', {}),
        ("CMD UV_NO_SYNC=1 sh -c 'uv run main.py'\n", {}),
    ],
)
def test_r14_a_start_that_does_not_sync_changes_nothing(planned, start, environ) -> None:
    config = {"env": ("PATH=/usr/local/bin", *(f"{k}={v}" for k, v in environ.items()))}
    lines = "".join(f"ENV {k}={v}\n" for k, v in environ.items())
    result = planned(f"{COPY}{lines}{SYNC}COPY main.py ./\n{start}", dist("idna", "1"), config=config)
    assert added(result) is None
    assert reason(result).startswith(ONLY)


@pytest.mark.parametrize(
    "start",
    [
        "CMD UV_NO_SYNC=0 uv run main.py\n",
        "CMD unset UV_NO_SYNC; uv run main.py\n",
        "CMD UV_NO_SYNC=0 echo; UV_NO_SYNC= exec uv run main.py\n",
    ],
)
def test_r14_what_the_command_sets_itself_comes_before_the_image_s_variables(planned, start) -> None:
    config = {"env": ("PATH=/usr/local/bin", "UV_NO_SYNC=1")}
    body = f"{COPY}ENV UV_NO_SYNC=1\n{SYNC}COPY main.py ./\n"
    assert added(planned(body + start, dist("idna", "1"), config=config)) is not None


@pytest.mark.parametrize(
    ("sync", "words"),
    [
        ("uv sync --frozen --only-group web", "--frozen --inexact"),
        ("uv sync --frozen --package other", "--frozen --inexact"),
        ("uv sync --locked --no-install-package idna", "--locked --inexact"),
        ("uv sync --frozen --inexact", "--frozen --inexact"),
        ("uv sync --frozen --extra web", "--frozen --extra web"),
    ],
)
def test_r14_a_sync_that_installed_less_than_the_start_does_is_done_in_whole(planned, sync, words) -> None:
    result = planned(f"{COPY}RUN {sync}\nCOPY main.py ./\n{START}", PYTEST)
    assert added(result) == f"RUN uv sync {words}"


def test_r14_what_was_installed_beside_the_lock_stays(planned) -> None:
    body = (
        f"{COPY}RUN uv sync --frozen --no-install-project\nRUN uv pip install extra\nCOPY main.py ./\n{START}"
    )
    result = planned(body, IDNA, PYTEST, dist("extra", "1"), locked=lock('editable = "."'))
    assert added(result) == "RUN uv sync --frozen --inexact"


@pytest.mark.parametrize("roots", [(), ("/app/src",)])
def test_r14_a_project_that_was_installed_before_its_source_is_installed_again(
    planned, node, roots, made_venv
) -> None:
    wrote = {"COPY src": {"/app/src": node(folder=True), "/app/src/app/__init__.py": node(3)}}
    body = f"{COPY}{SYNC}COPY src src\n{START}"
    mine = dist("app", "0.1", editable="/app")
    info = {"/app/.venv/lib/python3.13/site-packages/app-0.1.dist-info/METADATA": node(9)}
    wrote["RUN uv sync"] = {**made_venv, **info}
    result = planned(body, IDNA, PYTEST, mine, locked=lock('editable = "."'), roots=roots, wrote=wrote)
    assert (added(result) == "RUN uv sync --frozen") is (not roots)
    assert reason(result).startswith(ONLY) is bool(roots)


@pytest.mark.parametrize(
    ("installed", "expected"),
    [
        ((dist("app", "0.1", editable="/app"),), None),
        ((), "RUN uv sync --frozen"),
        ((dist("app", "0.1"),), "RUN uv sync --frozen"),
        ((dist("app", "0.2", editable="/app"),), "RUN uv sync --frozen"),
    ],
)
def test_r14_a_project_is_there_as_the_lock_says(planned, installed, expected) -> None:
    locked = lock('editable = "."')
    result = planned(
        f"{COPY}{SYNC}COPY main.py ./\n{START}", IDNA, PYTEST, *installed, locked=locked, roots=("/app",)
    )
    assert added(result) == expected


def test_r14_a_project_that_is_no_package_needs_no_second_sync(planned) -> None:
    body = f"{COPY}RUN uv sync --frozen --no-install-project\nCOPY main.py ./\n{START}"
    assert added(planned(body, IDNA, PYTEST)) is None


def test_r14_the_build_s_word_on_the_dev_group_holds_and_the_start_s_is_a_choice(planned) -> None:
    body = f"{COPY}RUN uv sync --frozen --no-dev\nCOPY main.py ./\n{START}"
    result = planned(body, IDNA, pyproject=PROJECT + GROUP)
    chosen = decision(result, "dev-group")
    assert chosen.chosen == "remove"
    assert "pytest 8.0" in chosen.reason
    assert added(result) is None
    assert "pytest 8.0" in reason(result)
    kept = planned(body, IDNA, pyproject=PROJECT + GROUP, choices={"dev-group": "keep"})
    assert added(kept) == "RUN uv sync --frozen --group dev"


def test_r14_the_dev_group_that_only_uv_run_speaks_of_is_installed_unless_chosen(planned, made_venv) -> None:
    body, wrote = f"{COPY}RUN uv venv\n{START}", {"RUN uv venv": made_venv}
    kept = planned(body, IDNA, wrote=wrote)
    assert decision(kept, "dev-group").chosen == "keep"
    assert added(kept) == "RUN uv sync --locked --no-cache"
    assert added(planned(body, IDNA, wrote=wrote, choices={"dev-group": "remove"})) is None
    both = planned(body, dist("idna", "1"), wrote=wrote, choices={"dev-group": "remove"})
    assert added(both) == "RUN uv sync --locked --no-dev --no-cache"


@pytest.mark.parametrize(
    ("environ", "pyproject"),
    [("UV_NO_DEV=1", PROJECT + GROUP), ("X=1", PROJECT + GROUP + "[tool.uv]\ndefault-groups = []\n")],
)
def test_r14_a_group_that_the_start_leaves_out_is_no_matter(planned, environ, pyproject) -> None:
    config = {"env": ("PATH=/usr/local/bin", environ)}
    body = f"{COPY}ENV {environ}\nRUN uv sync --frozen --no-dev\nCOPY main.py ./\n{START}"
    result = planned(body, IDNA, pyproject=pyproject, config=config)
    assert decision(result, "dev-group") is None
    assert reason(result).startswith(ONLY)


def test_r52_a_group_that_only_the_start_names_is_installed(planned) -> None:
    start = START.replace('"run"', '"run", "--no-dev", "--extra", "web"')
    result = planned(f"{COPY}{SYNC}COPY main.py ./\n{start}", IDNA)
    assert added(result) == "RUN uv sync --frozen --extra web"
    there = planned(f"{COPY}{SYNC}COPY main.py ./\n{start}", IDNA, PYTEST)
    assert added(there) is None


@pytest.mark.parametrize(
    ("files", "environ", "pyproject", "what"),
    [
        ({".python-version": "3.12\n"}, "X=1", PROJECT, ".python-version asks for Python 3.12"),
        ({".python-version": "3.13.4\n"}, "X=1", PROJECT, ".python-version asks for Python 3.13.4"),
        ({}, "UV_PYTHON=3.12", PROJECT, "UV_PYTHON asks for Python 3.12"),
        ({}, "X=1", PROJECT.replace("3.11", "3.14"), "pyproject.toml wants Python >=3.14"),
    ],
)
def test_r50_a_start_that_would_take_another_python_is_refused(
    planned, node, files, environ, pyproject, what
) -> None:
    config = {"env": ("PATH=/usr/local/bin", environ)}
    wrote = {"COPY .python-version": {f"/app/{name}": node(5) for name in files} or {"/app/x": node(1)}}
    body = f"{COPY}{SYNC}COPY .python-version ./\nENV {environ}\n"
    more = {"pyproject": pyproject, "files": files, "config": config, "wrote": wrote}
    result = planned(body + START, IDNA, PYTEST, **more)
    assert refused(result) == ("R50", 7)
    assert what in result.refusal.reason
    idle = planned(body + START.replace('"run"', '"run", "--no-sync"'), IDNA, PYTEST, **more)
    assert idle.outcome == "rewritten"


@pytest.mark.parametrize(
    ("path", "fits"),
    [
        ("/usr/local/bin/python", True),
        ("/usr/local/bin/python3", True),
        ("../usr/local/bin/python", True),
        ("/usr/local", True),
        ("/opt/py/bin/python3.13", False),
        ("/opt/py", False),
        ("/nowhere/python3.13", False),
    ],
)
def test_r50_a_path_is_the_environment_s_python_where_it_leads_to_it(planned, node, path, fits) -> None:
    wrote = {
        "COPY main.py": {
            "/usr/local/bin/python": node(link="python3.13"),
            "/usr/local/bin/python3": node(link="python"),
            "/opt/py/bin/python3.13": node(9),
            "/opt/py/bin/python": node(link="python3.13"),
        }
    }
    config = {"env": ("PATH=/usr/local/bin", f"UV_PYTHON={path}")}
    body = f"{COPY}ENV UV_PYTHON={path}\n{SYNC}COPY main.py ./\n"
    result = planned(body + START, IDNA, PYTEST, config=config, wrote=wrote)
    assert (result.outcome == "rewritten") is fits, result.refusal
    assert fits or refused(result)[0] == "R50"


def test_r50_a_python_version_that_is_answered_wins_over_the_project_s(planned, node) -> None:
    wrote = {"COPY .python-version": {"/app/.python-version": node(5)}}
    body = f"{COPY}{SYNC}COPY .python-version ./\n{START}"
    assert (
        planned(body, IDNA, PYTEST, files={".python-version": "3.13\n"}, wrote=wrote).outcome == "rewritten"
    )


def test_r15_a_lock_that_lacks_what_the_project_asks_for_is_refused(planned) -> None:
    pyproject = f'{PROJECT}dependencies = ["idna>=3", "Flask[async] ; python_version > \'3\'"]\n'
    body = f"{COPY}{SYNC}COPY main.py ./\n"
    result = planned(body + START, IDNA, PYTEST, pyproject=pyproject)
    assert refused(result) == ("R15", 4)
    assert "lacks flask" in result.refusal.reason
    frozen = START.replace('"run"', '"run", "--frozen"')
    assert planned(body + frozen, IDNA, PYTEST, pyproject=pyproject).outcome == "rewritten"


@pytest.mark.parametrize(
    ("told", "installed", "expected"),
    [
        ("", ("idna", "numpy"), None),
        ("", ("idna",), "RUN uv --directory /app/web sync --frozen --no-dev --inexact"),
        ("--project .", ("idna",), "RUN uv --directory /app/web sync --frozen --no-dev --inexact"),
    ],
)
def test_r17_the_member_that_the_start_stands_in_decides(
    planned, node, told, installed, expected, tmp_path: Path
) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web/pyproject.toml").write_text('[project]\nname = "web"\n')
    member = '[[package]]\nname = "web"\nsource = { virtual = "web" }\ndependencies = [{ name = "numpy" }]\n'
    locked = f'{lock(numpy="2")}{member}[manifest]\nmembers = ["app", "web"]\n'
    wrote = {"COPY web": {"/app/web/pyproject.toml": node(9)}}
    body = f"{COPY}COPY web web\nRUN uv sync --frozen --no-dev {told}\nWORKDIR /app/web\n"
    have = [IDNA if name == "idna" else dist(name, "2") for name in installed]
    start = 'CMD ["uv", "run", "--no-dev", "python"]\n'
    config = {"working_dir": "/app/web"}
    result = planned(body + start, *have, locked=locked, wrote=wrote, config=config)
    if expected is None:
        assert added(result) is None
    else:
        assert added(result) == expected
        assert "numpy 2" in reason(result)


def test_r9_an_empty_environment_beside_one_that_has_the_packages_is_refused(
    project, node, env, made_venv
) -> None:
    site = "/usr/local/lib/python3.13/site-packages"
    names = (f"{site}/flask-3.dist-info/RECORD", f"{site}/flask/app.py")
    wrote = {"RUN uv sync": made_venv, "RUN uv pip": {name: node(9, owner="venv") for name in names}}
    text = f"{IN_APP}{COPY}{SYNC}RUN uv pip install --system flask\n{START}"
    system = env("/usr/local", kind="system", distributions=(dist("flask", "3"),), scripts=())
    made = project(text, wrote, environments=[env(), system])
    assert refused(made.plan())[0] == "R9"
    assert "/app/.venv, which is empty" in made.plan().refusal.reason
    assert made.plan(choices={"other-environments": "keep"}).outcome == "rewritten"
    full = project(text, wrote, environments=[env(distributions=(IDNA,)), system])
    assert decision(full.plan(), "other-environments").chosen == "keep"
