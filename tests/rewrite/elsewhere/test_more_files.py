"""R24: CI, platforms, charts, units and scripts that run commands in a container of the image."""

from __future__ import annotations

import pytest
from rewrites.dockerfiles import decision, warned

BUILT = {"Makefile": "build:\n\tdocker build -t me/web .\n"}
SPEC = "apiVersion: x/v1\nkind: Workflow\nspec:\n"


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (
            ".circleci/config.yml",
            (
                "jobs:\n  a:\n    docker:\n      - image: me/web:1\n      - image: postgres\n"
                "    steps:\n      - run: uv run flask\n      - run: {name: uv, command: uv run flask}\n"
            ),
            "      - run: flask\n      - run: {name: uv, command: flask}\n",
        ),
        (".woodpecker.yml", "steps:\n  - image: me/web\n    commands:\n      - uv run flask\n", "- flask\n"),
        (
            "bitbucket-pipelines.yml",
            "a:\n  - step:\n      image: me/web\n      script: [uv run flask]\n",
            "[flask]\n",
        ),
        ("azure-pipelines.yml", "container: me/web\nsteps:\n  - bash: uv run flask\n", "- bash: flask\n"),
        (
            ".github/workflows/a.yml",
            "jobs:\n  a:\n    container: {image: me/web}\n    steps:\n      - run: uv run flask\n",
            "- run: flask\n",
        ),
        (
            ".github/workflows/a.yml",
            "jobs:\n  a:\n    steps:\n      - uses: docker://me/web:1\n        with: {args: uv run flask}\n",
            "with: {args: flask}\n",
        ),
        (
            ".gitlab-ci.yml",
            ".b:\n  image: me/web\na:\n  extends: .b\n  script: uv run flask\n",
            "script: flask\n",
        ),
        (
            ".gitlab-ci.yml",
            ".b:\n  image: me/web\na:\n  extends: [.b]\n  script: uv run flask\n",
            "script: flask\n",
        ),
        (".gitlab-ci.yml", "default:\n  image: me/web\na:\n  script: uv run flask\n", "script: flask\n"),
        ("heroku.yml", "build:\n  docker: {web: Dockerfile}\nrun:\n  web: uv run flask\n", "  web: flask\n"),
        (
            "render.yaml",
            "services:\n  - type: web\n    dockerCommand: uv run flask\n",
            "dockerCommand: flask\n",
        ),
        (".do/app.yaml", "services:\n  - name: web\n    run_command: uv run flask\n", "run_command: flask\n"),
        (
            "chart/values.yaml",
            "image: {repository: me/web}\ncommand: [uv, run, flask]\n",
            "command: [flask]\n",
        ),
        (
            "k8s/a.yaml",
            f"{SPEC}  container: {{image: me/web, command: [uv, run, flask]}}\n",
            "command: [flask]}\n",
        ),
        (
            "k8s/a.yaml",
            f"{SPEC}  steps:\n    - image: me/web\n      script: uv run flask\n",
            "script: flask\n",
        ),
        ("k8s/a.yaml", f"{SPEC}  script: {{image: me/web, source: uv run flask}}\n", "source: flask}\n"),
        (
            "k8s/a.yaml",
            f"{SPEC}  containers:\n    - image: me/web\n      env: [{{name: START, value: uv run flask}}]\n",
            "value: flask}]\n",
        ),
        ("web.container", "[Container]\nImage=me/web:1\nExec=uv run flask\n", "Exec=flask\n"),
        (
            "web.service",
            "[Service]\nExecStart=-/usr/bin/docker run me/web uv run flask\n",
            "run me/web flask\n",
        ),
        (".vscode/tasks.json", '{"command": "docker compose exec web uv run flask"}\n', 'exec web flask"}\n'),
        ("mise.toml", 'run = "docker compose exec web uv run flask"\n', 'exec web flask"\n'),
        (
            "bin/manage",
            "#!/bin/sh\nif x; then\n  docker exec web uv run flask\nfi\n",
            "docker exec web flask\nfi\n",
        ),
        (
            "a.sh",
            '#!/bin/sh\ndc() { docker compose "$@"; }\ndc exec web uv run flask\n',
            "dc exec web flask\n",
        ),
        ("a.sh", "#!/bin/sh\nalias dc='docker compose'\ndc exec web uv run flask\n", "dc exec web flask\n"),
        (
            "tasks.py",
            'c.run("docker compose exec web uv run flask")\n',
            'c.run("docker compose exec web flask")\n',
        ),
    ],
)
def test_a_file_is_changed_where_it_runs_in_the_container(around, name, old, new) -> None:
    result = around({**BUILT, name: old})
    (change,) = result.files
    assert change.path == name
    assert change.text.endswith(new)
    assert change.text.count("uv run") == 0
    assert decision(result, "uv-elsewhere").chosen == "patch"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".gitlab-ci.yml", "image: me/web\na:\n  image: python:3.13\n  script: uv run pytest\n"),
        (".gitlab-ci.yml", "default: {image: me/web}\na:\n  image: python:3.13\n  script: uv run pytest\n"),
        (".gitlab-ci.yml", ".b:\n  image: python:3.13\na:\n  extends: .b\n  script: uv run pytest\n"),
        (".gitlab-ci.yml", "a:\n  extends: .nowhere\n  script: uv run pytest\n"),
        (".gitlab-ci.yml", "a:\n  extends: a\n  script: uv run pytest\n"),
        (".circleci/config.yml", "a:\n  docker: [{image: cimg/python}]\n  steps: [{run: uv run pytest}]\n"),
        (".github/workflows/a.yml", "a:\n  steps:\n    - uses: docker://x/y\n      with: {args: uv run x}\n"),
        ("x.container", "[Container]\nImage=python:3.13\nExec=uv run flask\n"),
        ("x.service", "[Service]\nExecStart=/usr/bin/uv run flask\n"),
        ("bin/data", "docker exec web uv run flask\n"),
        ("values.yaml", "image: python:3.13\ncommand: [uv, run, flask]\n"),
        ("k8s/a.yaml", f"{SPEC}  steps:\n    - image: python:3.13\n      script: uv run flask\n"),
        ("tasks.py", 'c.run("uv run flask")\n'),
        (".vscode/tasks.json", '{"tasks": [{"command": "uv", "args": ["run", "flask"]}]}\n'),
        (".vscode/launch.json", '{"runtimeArgs": ["uv", "run", "flask"]}\n'),
        (".pre-commit-config.yaml", "repos:\n  - hooks:\n      - entry: uv run mypy\n        args: [x]\n"),
        ("Taskfile.yml", "tasks:\n  a:\n    cmds: [uv run pytest]\n    env: {A: uv run x}\n"),
        ("mkdocs.yml", "nav: [uv, run]\nimage: x\n"),
        ("a.sh", "#!/bin/sh\ndc() { other; }\ndc exec web uv run flask\n"),
    ],
)
def test_what_runs_elsewhere_is_no_matter(around, name, text) -> None:
    result = around({**BUILT, name: text})
    assert not result.files
    assert decision(result, "uv-elsewhere") is None
    assert not warned(result, "R24")


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("values.yaml", "image: me/other\ncommand: [uv, run, flask]\n", 2),
        ("values.yaml", "command: [tini, --]\nargs: [uv, run, flask]\n", 1),
        ("main.tf", 'a {\n  command = ["uv", "run", "flask"]\n}\n', 2),
        ("web.nomad", 'config {\n  command = "uv"\n  args = ["run", "flask"]\n}\n', 2),
        ("task-definition.json", '{"image": "x",\n"command": ["uv", "run", "flask"]}\n', 2),
    ],
)
def test_words_for_a_container_that_is_not_surely_this_image_are_named(around, name, text, line) -> None:
    result = around({name: text, "worker/Dockerfile": "FROM scratch\n"})
    assert not result.files
    (warning,) = warned(result, "R24")
    assert warning[1].startswith(f"{name}, line {line} calls uv, maybe in a container of this image")


def test_a_list_in_a_platform_s_settings_keeps_uv(around) -> None:
    result = around({"fly.toml": '[experimental]\n  cmd = ["uv", "run", "flask"]\n'})
    assert decision(result, "uv-elsewhere").chosen == "keep-uv"
    assert "fly.toml, line 2" in decision(result, "uv-elsewhere").summary


def test_a_variable_that_holds_the_call_is_named(around) -> None:
    text = "RUN = docker compose run --rm web uv run\nx:\n\t$(RUN) flask\n"
    result = around({"Makefile": text})
    assert not result.files
    assert [each[1].partition(",")[0] for each in warned(result, "R24")] == ["Makefile"]
    assert "line 1 needs uv" in warned(result, "R24")[0][1]


@pytest.mark.parametrize(
    "form", ["{START: uv run flask}", "[START=uv run flask]", "\n      START: uv run flask"]
)
def test_a_variable_that_is_a_command_is_changed(around, form) -> None:
    text = f"services:\n  web:\n    build: .\n    environment: {form}\n"
    (change,) = around({"compose.yaml": text}).files
    assert change.text == text.replace("uv run ", "")
