"""R10: packages of the system's Python by way of a folder of their own, and where that is not safe."""

from __future__ import annotations

import pytest
from rewrites.dockerfiles import IN_APP, decision, last_stage, runner

from uvdive.rewrite.plan import RewritePlan

SITE = "/usr/local/lib/python3.13/site-packages"
INSTALL = "RUN uv pip install --system -r requirements.txt"
START = "CMD flask run\n"


class Store:
    """Every file's text."""

    def __init__(self, text: str = "Name: flask\nRequires-Dist: jinja2 (>=3)\n") -> None:
        self.text = text

    def has(self, _inode: int) -> bool:
        return True

    def read(self, _inode: int, _most: int) -> bytes:
        return self.text.encode()


@pytest.fixture
def planned(project, node, env):
    """Plans a Dockerfile that installs flask into the system's Python."""

    def make(
        install: str = INSTALL,
        more: str = "",
        wrote=None,
        base=None,
        metadata: str = "",
        context=None,
        **choices,
    ) -> RewritePlan:
        packages = {
            f"{SITE}/flask/app.py": node(100, owner="venv"),
            f"{SITE}/jinja2/x.py": node(50, owner="venv"),
            f"{SITE}/flask-3.0.dist-info/METADATA": node(7, owner="venv"),
            "/usr/local/bin/flask": node(30, owner="venv"),
            **(wrote or {}),
        }
        system = env(path="/usr/local", kind="system", interpreter="/usr/local/bin/python3.13")
        made = project(
            f"{IN_APP}{install}\n{more}COPY src /app/src\n{START}",
            {install.splitlines()[-1].partition(" -")[0]: packages, "RUN use": {"/app/x": node(1)}},
            environments=[system],
            base_paths={
                f"{SITE}/pip/a.py": node(900, owner="python"),
                f"{SITE}/pip-25.0.dist-info/METADATA": node(9, owner="python"),
                **(base or {}),
            },
        )
        store = Store(metadata) if metadata else Store()
        named = {name.replace("_", "-"): value for name, value in choices.items()}
        return made.plan(store=store, choices=named, context=context)

    return make


def test_one_copy_takes_all_packages_over_and_names_none(planned) -> None:
    result = planned()
    assert "RUN uv pip install --system --prefix /install -r requirements.txt\n" in result.text
    assert "COPY --from=builder /install /usr/local" in runner(result)
    assert "flask" not in last_stage(result).replace(START, "")
    assert "rm -rf" not in result.text
    assert result.predicted.owners["venv"][1] == 187


def test_the_files_can_be_named_instead_and_come_to_the_same(planned) -> None:
    files = planned(system_install="files")
    assert "--prefix" not in files.text
    assert "COPY --from=builder /usr/local/bin/flask /usr/local/bin/flask" in runner(files)
    assert files.predicted == planned().predicted


def test_a_sync_into_the_system_becomes_an_export_and_an_install(planned) -> None:
    sync = "RUN uv sync --locked --no-dev --extra web --no-install-project --no-cache"
    result = planned(f"ENV UV_PROJECT_ENVIRONMENT=/usr/local\n{sync}")
    assert (
        "RUN uv export --quiet --locked --no-dev --extra web --no-emit-project"
        " --output-file /tmp/requirements.txt && \\\n"
        "    uv pip install --system --prefix /install --no-cache --no-deps -r /tmp/requirements.txt\n"
    ) in result.text


def test_mounts_and_what_else_a_run_does_stay(planned) -> None:
    install = (
        "RUN --mount=type=cache,target=/root/.cache/uv uv pip install --system flask && mkdir -p /app/data"
    )
    text = planned(install).text
    assert (
        "RUN --mount=type=cache,target=/root/.cache/uv"
        " uv pip install --system --prefix /install flask && mkdir -p /app/data\n"
    ) in text


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"more": "RUN use && python -c 'import flask'\n"}, "The build itself uses them"),
        ({"install": "RUN uv pip install --system --target /x flask"}, "no counterpart"),
        ({"install": "RUN pip install flask"}, "The build itself uses them"),
        ({"install": "USER 5\nRUN uv pip install --system flask"}, "cannot be changed in place"),
        ({"wrote": {f"{SITE}/flask/__pycache__/app.pyc": {"size": 3, "owner": "venv"}}}, "compiled"),
        ({"wrote": {"/usr/local/include/python3.13/g/g.h": {"size": 3, "owner": "venv"}}}, "C headers"),
        ({"wrote": {f"{SITE}/pip-26.0.dist-info/METADATA": {"size": 3, "owner": "venv"}}}, "pip needs or"),
        ({"metadata": "Requires-Dist: pip"}, "flask needs or replaces"),
        ({"base": {"/install/x": {"size": 1}}}, "official images"),
        ({"install": "RUN uv pip install --system $WHAT"}, "The build itself uses them"),
    ],
)
def test_where_a_prefix_would_not_be_the_same_the_files_are_named_and_it_is_said_why(
    planned, node, given, why
) -> None:
    for key in ("wrote", "base"):
        if key in given:
            given = {**given, key: {path: node(**what) for path, what in given[key].items()}}
    result = planned(**given)
    assert "--prefix" not in result.text
    assert decision(result, "system-install") is None
    assert why in decision(result, "system-files").reason


def test_what_the_base_has_already_and_is_asked_for_is_no_business_of_a_prefix(
    planned, node, tmp_path
) -> None:
    base = {f"{SITE}/setuptools-65.dist-info/METADATA": node(9, owner="python")}
    (tmp_path / "requirements.txt").write_text("flask\n")
    assert "--prefix" in planned(base=base, context=tmp_path).text
    (tmp_path / "requirements.txt").write_text("flask\nSetuptools>=60\n")
    result = planned(base=base, context=tmp_path)
    assert "setuptools is asked for" in decision(result, "system-files").reason
