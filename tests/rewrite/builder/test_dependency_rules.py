"""The dependencies before the source, with mounts only where R42 lets them be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from rewrites.dockerfiles import IN_APP

from uvdive.ledger.report import Distribution, Environment
from uvdive.rewrite.plan import RewritePlan

START = 'CMD ["uv", "run", "--no-sync", "flask", "run"]\n'
WHY = "# The dependencies alone, so that a change of the source leaves their layer.\n"
LOCK = """\
version = 1
[[package]]
name = "flask"
source = { registry = "https://x/simple" }
[[package]]
name = "x"
source = { editable = "." }
"""
BINDS = (
    "--mount=type=bind,source=pyproject.toml,target=pyproject.toml \\\n"
    "    --mount=type=bind,source=uv.lock,target=uv.lock \\\n"
)


@pytest.fixture
def whole(project, node, tmp_path: Path) -> Callable[..., RewritePlan]:
    """The plan of a file that copies everything before it installs, unless told otherwise."""

    def make(
        body: str = "COPY . .\nRUN uv sync --locked --no-dev\n",
        *,
        lock: str = LOCK,
        ignore: str = ".venv\n",
        head: str = IN_APP,
        more: tuple[str, ...] = (),
        environments: Sequence[Environment] = (),
        **options: Any,
    ) -> RewritePlan:
        names = ("pyproject.toml", "uv.lock", *more)
        for name in names:
            (tmp_path / name).write_text(lock if name == "uv.lock" else "x")
        (tmp_path / ".dockerignore").write_text(ignore)
        (tmp_path / "src").mkdir(exist_ok=True)
        wrote = {
            "COPY .": {f"/app/{name}": node(9) for name in (*names, "src/x.py")},
            "COPY pyproject": {f"/app/{name}": node(9) for name in names},
        }
        image = {"environments": environments} if environments else {}
        return project(head + body + START, wrote, **image).plan(context=tmp_path, **options)

    return make


def build(result: RewritePlan) -> str:
    """The build stage's text."""
    assert result.outcome == "rewritten", result.refusal
    return result.text.partition("\n\n# The final image")[0]


def test_r42_without_buildkit_s_features_the_lock_is_copied_and_the_cache_stays_out(whole) -> None:
    text = build(whole())
    assert text.endswith(
        f"{WHY}COPY pyproject.toml uv.lock ./\n"
        "RUN uv sync --frozen --no-install-workspace --no-dev --no-cache\n"
        "COPY . .\n"
        "RUN uv sync --locked --no-dev"
    )
    assert "--mount" not in text


def test_r42_a_file_with_a_syntax_line_gets_bind_mounts(whole) -> None:
    text = build(whole(head=f"# syntax=docker/dockerfile:1\n{IN_APP}"))
    assert f"RUN {BINDS}    uv sync --frozen --no-install-workspace --no-dev --no-cache\nCOPY . .\n" in text


def test_r42_the_author_s_own_cache_mount_and_secrets_serve_the_new_step_too(whole) -> None:
    mounts = "--mount=type=cache,target=/root/.cache/uv --mount=type=secret,id=token"
    text = build(whole(f"COPY . .\nRUN {mounts} uv sync --frozen\n"))
    own = mounts.replace(" ", " \\\n    ")
    assert f"RUN {own} \\\n    {BINDS}    uv sync --frozen --no-install-workspace\nCOPY . .\n" in text
    assert f"RUN {mounts} uv sync --frozen" in text


def test_r42_what_is_copied_before_the_source_is_not_copied_again(whole) -> None:
    text = build(whole("COPY pyproject.toml uv.lock ./\nCOPY src ./src\nRUN uv sync\n"))
    assert (
        f"uv.lock ./\n{WHY}RUN uv sync --frozen --no-install-workspace --no-cache\nCOPY src ./src\n" in text
    )


def test_r50_the_first_sync_sees_the_python_version_too(whole) -> None:
    assert "COPY pyproject.toml uv.lock .python-version ./\n" in build(whole(more=(".python-version",)))


def test_r42_the_author_s_order_is_a_choice(whole) -> None:
    result = whole(choices={"dependency-layer": "with-source"})
    assert WHY not in result.text
    decision = next(d for d in result.decisions if d.id == "dependency-layer")
    assert [a.value for a in decision.alternatives] == ["first", "with-source"]
    assert len({a.predicted_bytes for a in decision.alternatives}) == 1


def test_r6_the_first_sync_downloads_no_python_either(whole) -> None:
    text = build(whole("RUN apt-get update\nCOPY . .\nRUN uv sync\n"))
    assert text.index("UV_PYTHON_DOWNLOADS=never") < text.index("uv sync --frozen")


def test_r17_the_members_of_a_workspace_stay_out_of_the_first_sync(whole) -> None:
    core = '[[package]]\nname = "core"\nsource = { editable = "core" }\n'
    lock = f'{LOCK}{core}[manifest]\nmembers = ["core", "x"]\n'
    text = build(whole("COPY . .\nRUN uv sync --all-packages\n", lock=lock))
    assert "uv sync --frozen --no-install-workspace --all-packages --no-cache\n" in text


@pytest.mark.parametrize(
    "options",
    [
        {"body": "COPY pyproject.toml uv.lock ./\nRUN uv sync --no-install-project\nCOPY . .\nRUN uv sync\n"},
        {"body": "COPY pyproject.toml uv.lock ./\nRUN uv sync\nCOPY . .\n"},
        {"body": "COPY pyproject.toml uv.lock* ./\nRUN uv sync\nCOPY . .\n"},
        {
            "body": "COPY pyproject.toml uv.lock alembic.ini ./\nRUN uv sync\nCOPY . .\n",
            "more": ("alembic.ini",),
        },
        {"body": "COPY . .\nRUN uv sync --reinstall\n"},
        {"body": "COPY . .\nRUN UV_PYTHON=3.13 uv sync\n"},
        {"body": "COPY . .\nRUN uv venv && uv sync\n"},
        {"body": "COPY . .\nRUN apt-get install -y gcc\nRUN uv sync\n"},
        {"body": "COPY . .\nWORKDIR /app/x\nRUN uv sync\n"},
        {"body": "ARG PART=.\nCOPY $PART .\nENV PART=1\nRUN uv sync\n"},
        {"body": "COPY . .\nRUN pip install -r tools.txt uv\nRUN uv sync\n"},
        {"body": "COPY . .\nRUN uv sync --extra $EXTRA\n"},
        {"ignore": "*.pyc\n", "choices": {"dockerignore": "keep"}},
        {"lock": f'{LOCK}[[package]]\nname = "y"\nsource = {{ directory = "../y" }}\n'},
        {"lock": "no toml ["},
    ],
)
def test_r42_where_the_first_sync_might_not_be_the_same_nothing_is_added(whole, options) -> None:
    assert WHY not in build(whole(**options))


@pytest.mark.parametrize("word", ["src", "sr*", "main.py", "*.py"])
def test_r42_a_folder_or_a_module_is_source_whatever_names_it(whole, word) -> None:
    body = f"COPY pyproject.toml uv.lock {word} ./\nRUN uv sync\n"
    assert (WHY in build(whole(body, more=("main.py",)))) is True


@pytest.mark.parametrize(
    ("version", "editable", "added"),
    [("0.4.9", None, False), ("0.5.0", None, True), ("0.12.9", "/app", False), ("0.12.9", None, True),
     ("0.13.0", "/app", True)],
)  # fmt: skip
def test_r42_a_uv_whose_second_sync_writes_other_scripts_gets_none(
    whole, env, version, editable, added
) -> None:
    made = env(uv_version=version, distributions=(Distribution("x", "1", 9, 0, 0, 1, editable=editable),))
    assert (WHY in build(whole(environments=[made]))) is added


@pytest.mark.parametrize("pip", ["", "pip install --upgrade pip && "])
def test_r42_what_brings_uv_and_variables_move_in_front_with_their_comments(whole, pip) -> None:
    between = f"# uv\nRUN {pip}pip install --no-cache-dir uv==0.13.9\nENV UV_LINK_MODE=copy\n"
    text = build(whole(f"COPY . .\n{between}RUN uv sync\n"))
    assert (
        text.count("pip install --no-cache-dir uv")
        == text.count("ENV UV_LINK_MODE")
        == text.count("# uv\n")
        == 1
    )
    assert (
        f"{between}COPY pyproject.toml uv.lock ./\n"
        "RUN uv sync --frozen --no-install-workspace --no-cache\nCOPY . .\nRUN uv sync"
    ) in text


def test_r40_the_ignore_file_is_mended_with_it(whole) -> None:
    result = whole(ignore="*.pyc\n")
    assert WHY in build(result)
    assert [change.text for change in result.files] == ["*.pyc\n.venv\n"]


PYPI = 'source = { registry = "https://pypi.org/simple" }'
PINS = f"""\
version = 1
[[package]]
name = "flask"
{PYPI}
[[package]]
name = "shop"
source = {{ virtual = "." }}
"""
PROJECT = '[project]\nname = "shop"\nrequires-python = ">=3.12"\n'
TWO_STEPS = (
    "COPY pyproject.toml uv.lock* ./\nRUN uv sync --locked --no-dev --no-install-project\n"
    "COPY . .\nRUN uv sync --locked --no-dev\n"
)
STAGE = """\

# The lock's pins alone: a change of the project's version leaves the layer of dependencies.
FROM with-uv AS requirements
COPY pyproject.toml uv.lock ./
RUN uv export --quiet --frozen --no-dev --no-emit-workspace --output-file /tmp/requirements.txt

FROM with-uv AS builder
COPY --from=requirements /tmp/requirements.txt /tmp/requirements.txt
RUN uv venv --quiet --python '>=3.12' --prompt shop && \\
    uv pip install --no-cache --no-deps -r /tmp/requirements.txt
"""


@pytest.fixture
def exported(project, node, tmp_path: Path) -> Callable[..., RewritePlan]:
    """The plan of a project whose lock has nothing but what the public index has."""

    def make(
        body: str = TWO_STEPS,
        *,
        lock: str = PINS,
        settings: str = PROJECT,
        more: tuple[str, ...] = (),
        **choices: str,
    ) -> RewritePlan:
        texts = {"pyproject.toml": settings, "uv.lock": lock, ".dockerignore": ".venv\n", "main.py": ""}
        for name, text in {**texts, **dict.fromkeys(more, "x")}.items():
            (tmp_path / name).write_text(text)
        files = ("pyproject.toml", "uv.lock", *more)
        wrote = {
            "COPY .": {f"/app/{name}": node(9) for name in (*files, "main.py")},
            "COPY pyproject": {f"/app/{name}": node(9) for name in files},
        }
        chosen = {"dependency-layer": "exported", **{key.replace("_", "-"): v for key, v in choices.items()}}
        chosen = {name: value for name, value in chosen.items() if value}
        return project(IN_APP + body + START, wrote).plan(context=tmp_path, choices=chosen)

    return make


def test_r42_the_pins_are_exported_in_a_stage_of_their_own(exported) -> None:
    result = exported()
    build, _, _ = result.text.partition("\n# The final image")
    assert build.startswith("FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim AS with-uv\n")
    assert build.endswith(f"WORKDIR /app\n{STAGE}{TWO_STEPS}")


def test_r42_an_export_is_a_choice_and_the_author_s_two_steps_stay_by_default(exported) -> None:
    result = exported(dependency_layer="with-source")
    assert "uv export" not in result.text
    decision = next(d for d in result.decisions if d.id == "dependency-layer")
    assert [a.value for a in decision.alternatives] == ["with-source", "exported"]
    assert len({a.predicted_bytes for a in decision.alternatives}) == 1


def test_r42_the_export_stands_before_a_mount_and_keeps_its_cache(exported) -> None:
    mounts = (
        "--mount=type=cache,target=/root/.cache/uv --mount=type=bind,source=uv.lock,target=uv.lock"
        " --mount=type=bind,source=pyproject.toml,target=pyproject.toml"
    )
    text = exported(
        f"RUN {mounts} uv sync --locked --no-install-project\nCOPY . .\nRUN uv sync --locked\n"
    ).text
    assert (
        "RUN --mount=type=cache,target=/root/.cache/uv \\\n"
        "    uv venv --quiet --python '>=3.12' --prompt shop && \\\n"
        "    uv pip install --no-deps -r /tmp/requirements.txt\nRUN --mount"
    ) in text


def test_r42_only_a_cache_mount_is_one_whatever_a_folder_is_called(exported) -> None:
    mount = "--mount=type=bind,source=cache,target=/cache"
    text = exported(f"COPY . .\nRUN {mount} uv sync --locked\n").text
    assert "RUN uv venv --quiet --python '>=3.12' --prompt shop && \\\n" in text
    assert "uv pip install --no-cache --no-deps -r /tmp/requirements.txt" in text


def test_r42_what_stands_between_moves_into_the_first_half(exported) -> None:
    text = exported("COPY . .\nRUN pip install uv\nENV X=1\nRUN uv sync --locked\n").text
    first = text.partition("\n\n# The lock")[0]
    assert first.endswith("WORKDIR /app\nRUN pip install uv\nENV X=1")
    assert text.count("RUN pip install uv") == 1


@pytest.mark.parametrize(
    "options",
    [
        {"lock": LOCK.replace("editable", "virtual")},
        {"lock": f'{PINS}[manifest]\nmembers = ["shop"]\n'},
        {"lock": f'{PINS}[[package]]\nname = "y"\nsource = {{ git = "https://x/y" }}\n'},
        {"settings": f"{PROJECT}[tool.uv]\nno-binary = true\n"},
        {"settings": '[project]\nname = "shop"\n'},
        {"settings": "no toml ["},
        {"settings": 'project = "shop"\n'},
        {"lock": 'manifest = ["x"]\npackage = [1]\n'},
        {"lock": "package = [1]\n"},
        {"lock": '[[package]]\nname = "y"\nsource = "x"\n'},
        {"more": (".python-version",)},
        {"body": f"ENV UV_PROJECT_ENVIRONMENT=/app/.venv\n{TWO_STEPS}"},
        {"body": "COPY . .\nRUN uv sync --compile-bytecode\n"},
        {"body": "COPY . .\nRUN uv sync && uv cache clean\n"},
        {"body": "COPY . .\nRUN ./setup\nRUN uv sync\n"},
        {"body": f"USER 5\n{TWO_STEPS}"},
    ],
)
def test_r42_where_the_pins_do_not_say_all_nothing_is_exported(exported, options) -> None:
    result = exported(**{**options, "dependency_layer": ""})
    decision = next((d for d in result.decisions if d.id == "dependency-layer"), None)
    assert "exported" not in [a.value for a in (decision.alternatives if decision else ())]
