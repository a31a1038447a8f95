"""R24: Kubernetes, CI, Makefiles, devcontainers and other files that call uv in a container of the image."""

from __future__ import annotations

import pytest
from rewrites.dockerfiles import decision, warned

MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
        - name: web
          image: registry.example/me/web:1
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('          command: ["uv", "run", "flask"]\n', '          command: ["flask"]\n'),
        (
            '          command: ["uv"]\n          args: ["run", "flask", "run"] # start\n',
            '          command: ["flask"]\n          args: ["run"] # start\n',
        ),
        (
            "          args:\n            - uv\n            - run\n            - flask\n",
            "          args:\n            - flask\n",
        ),
        (
            '          command: ["sh", "-c"]\n          args: ["uv run flask db && exec uv run flask"]\n',
            '          command: ["sh", "-c"]\n          args: ["flask db && exec flask"]\n',
        ),
        (
            "          livenessProbe:\n            exec: {command: [uv, run, flask, ok]}\n",
            "          livenessProbe:\n            exec: {command: [flask, ok]}\n",
        ),
    ],
)
def test_a_manifest_is_changed_in_place(patched, old, new) -> None:
    assert patched("k8s/web.yaml", f"---\n{MANIFEST}{old}") == f"---\n{MANIFEST}{new}"


def test_an_image_that_only_the_manifest_names_is_this_one_where_uv_starts_in_it(around) -> None:
    text = f'{MANIFEST}          command: ["uv", "run", "flask"]\n'.replace("registry.example/me/web", "web")
    (change,) = around({"k8s/web.yaml": text}).files
    assert change.text.endswith('command: ["flask"]\n')


def test_a_container_of_another_image_is_left_alone(around) -> None:
    text = f'{MANIFEST}          command: ["uv", "run", "x"]\n'.replace(
        "registry.example/me/web", "ghcr.io/astral-sh/uv"
    )
    assert not around({"k8s/web.yaml": text}).files


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("docker compose exec web uv run flask db", "docker compose exec web flask db"),
        ("docker-compose run --rm -e A=b web uv run flask", "docker-compose run --rm -e A=b web flask"),
        (
            "docker run --rm -it -p 80:80 me/web uv run --no-sync flask",
            "docker run --rm -it -p 80:80 me/web flask",
        ),
        ("docker exec -it web_1 uv run flask", "docker exec -it web_1 flask"),
        ("podman run --rm me/web uv run flask", "podman run --rm me/web flask"),
        ("kubectl exec deploy/web -c web -- uv run flask", "kubectl exec deploy/web -c web -- flask"),
        (
            "docker compose exec web sh -c 'uv run flask && true'",
            "docker compose exec web sh -c 'flask && true'",
        ),
        ("docker compose exec web bash -c 'uv run flask'", "docker compose exec web bash -c 'flask'"),
        ("$(COMPOSE) exec web uv run flask", "$(COMPOSE) exec web flask"),
        ("@$(DC) exec -T web uv run flask $(ARGS)", "@$(DC) exec -T web flask $(ARGS)"),
        (
            "cd x && docker compose exec web \\\n\t  uv run flask",
            "cd x && docker compose exec web \\\n\t  flask",
        ),
    ],
)
def test_a_makefile_is_changed_where_it_runs_in_the_container(patched, old, new) -> None:
    head = "DC = docker compose -f compose.yaml\ntest:\n\tuv run pytest\nshell:\n\t"
    assert patched("Makefile", f"{head}{old}\n") == f"{head}{new}\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Makefile", "test:\n\tuv run pytest\n\tuv sync\n\t@docker build -t me/web .\n"),
        ("Makefile", "up:\n\tuv run echo && docker compose up\n"),
        ("Makefile", "# docker run me/web uv run flask\n"),
        ("justfile", "test *args:\n    uv run pytest {{args}}\n"),
        ("scripts/dev.sh", "#!/bin/sh\nuv sync\nuv run flask\n"),
        (".github/workflows/ci.yml", "jobs:\n  test:\n    steps:\n      - run: uv run pytest\n"),
        (
            ".github/workflows/ci.yml",
            "jobs:\n  test:\n    container: ghcr.io/astral-sh/uv:x\n    steps:\n      - run: uv run pytest\n",
        ),
        (
            ".gitlab-ci.yml",
            "test:\n  image: python:3.13\n  script:\n    - pip install uv\n    - uv run pytest\n",
        ),
        (".pre-commit-config.yaml", "repos:\n  - hooks:\n      - entry: uv run mypy\n"),
        ("package.json", '{"scripts": {"test": "uv run pytest"}}\n'),
        ("noxfile.py", 'def lint(session):\n    session.run("uv", "sync")\n'),
        ("Makefile", "x:\n\tdocker run -v uv:/x python:3.13 uv run x\n"),
        ("Makefile", "x:\n\tdocker run --rm ghcr.io/astral-sh/uv uv run x\n"),
        (".devcontainer/devcontainer.json", '{"image": "mcr/x:1", "postCreateCommand": "uv sync"}\n'),
    ],
)
def test_what_runs_on_the_host_or_in_other_images_is_no_matter(around, name, text) -> None:
    result = around({name: text})
    assert not result.files
    assert decision(result, "uv-elsewhere") is None
    assert not warned(result, "R24")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (
            "justfile",
            "dc := 'docker compose'\nx:\n    {{ dc }} exec web uv run flask\n",
            "{{ dc }} exec web flask\n",
        ),
        (
            "package.json",
            '{"a": "docker compose exec web uv run flask"}\n',
            '"docker compose exec web flask"}\n',
        ),
        (
            "bin/x.sh",
            "#!/bin/sh\nif a; then\n  docker exec web uv run flask\nfi\n",
            "  docker exec web flask\nfi\n",
        ),
        (
            "Taskfile.yml",
            "tasks:\n  a:\n    cmds:\n      - docker exec x uv run flask\n",
            "- docker exec x flask\n",
        ),
        (
            ".github/workflows/ci.yml",
            (
                "jobs:\n  a:\n    steps:\n      - run: |\n          docker build -t me/web .\n"
                "          docker run me/web uv run flask\n"
            ),
            "          docker run me/web flask\n",
        ),
        (
            ".gitlab-ci.yml",
            "migrate:\n  image: $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA\n  script:\n    - uv run flask db\n",
            "    - flask db\n",
        ),
        ("fly.toml", "[deploy]\n  release_command = 'uv run flask db'\n", "  release_command = 'flask db'\n"),
        (
            ".devcontainer/devcontainer.json",
            '// ours\n{"build": {"dockerfile": "../Dockerfile"}, "postStartCommand": "uv run flask db",}\n',
            '"postStartCommand": "flask db",}\n',
        ),
    ],
)
def test_other_files_are_changed_where_they_run_in_the_container(patched, name, old, new) -> None:
    assert patched(name, old).endswith(new)


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("Makefile", "test:\n\tdocker compose run --rm web uv run pytest\n", 2),
        ("Makefile", "test:\n\tdocker run --entrypoint uv me/web run flask\n", 2),
        (".gitlab-ci.yml", "test:\n  image: $CI_REGISTRY_IMAGE\n  script:\n    - uv sync --dev\n", 4),
        (
            ".devcontainer/devcontainer.json",
            '{\n"build": {"dockerfile": "../Dockerfile"},\n"postCreateCommand": "uv sync"}\n',
            3,
        ),
    ],
)
def test_what_installs_when_it_is_asked_for_is_named(around, name, text, line) -> None:
    result = around({name: text})
    assert not result.files
    (warning,) = warned(result, "R24")
    assert warning[1].startswith(f"{name}, line {line} ")


def test_a_service_of_this_dockerfile_runs_its_image_whatever_its_context_is(around, tmp_path) -> None:
    file = f"{tmp_path.name}/Dockerfile"
    build = f"    build:\n      context: ..\n      dockerfile: {file}\n"
    compose = f"services:\n  dev:\n{build}    command: sh -c 'sleep 9'\n"
    settings = '{"dockerComposeFile": "compose.yaml", "service": "dev", "postCreateCommand": "uv sync"}\n'
    result = around({"compose.yaml": compose, "devcontainer.json": settings})
    (warning,) = warned(result, "R24")
    assert warning[1].startswith("devcontainer.json, line 1 (postCreateCommand) needs uv")


def test_a_procfile_starts_an_image_that_has_no_start_of_its_own(around) -> None:
    files = {"Procfile": "web: uv run gunicorn app\n"}
    result = around(files, "", copied=("Procfile",))
    assert decision(result, "uv-elsewhere").chosen == "patch"
    assert result.files[0].text == "web: gunicorn app\n"
    beside = around(files, copied=("Procfile",))
    assert not beside.files
    assert warned(beside, "R24")[0][1].startswith("Procfile, line 1 ")


def test_a_compose_file_above_the_context_is_read_too(project, tmp_path) -> None:
    from rewrites.dockerfiles import BASE, SYNC_ALONE

    (tmp_path / ".git").mkdir()
    context = tmp_path / "app"
    context.mkdir()
    (tmp_path / "compose.yaml").write_text("services:\n  web:\n    build: ./app\n    command: uv run flask\n")
    made = project(BASE + SYNC_ALONE + 'CMD ["flask"]\n')
    (context / "Dockerfile").write_text(made.text)
    result = made.plan(context=context, dockerfile=str(context / "Dockerfile"))
    (change,) = result.files
    assert change.path == "../compose.yaml"
    assert change.text.endswith("command: flask\n")


def test_without_a_start_of_its_own_the_image_keeps_uv(around) -> None:
    result = around({}, "", cmd=("python3",))
    made = decision(result, "uv-elsewhere")
    assert made.chosen == "keep-uv"
    assert [alternative.value for alternative in made.alternatives] == ["patch", "shim", "keep-uv"]
    assert "UV_NO_SYNC=1" in result.text
    without = around({}, "", cmd=("python3",), uv_elsewhere="patch")
    assert "PATH=/app/.venv/bin:$PATH" in without.text
    assert "PROGRAM in place of `uv run PROGRAM`" in decision(without, "uv-elsewhere").summary
    compose = "services:\n  web:\n    build: .\n    command: flask\n"
    known = around({"compose.yaml": compose}, "", cmd=("bash",))
    assert decision(known, "uv-elsewhere") is None, "compose says what starts it, and needs no uv"


@pytest.mark.parametrize(
    ("program", "idle"),
    [
        ("python3", True),
        ("/usr/local/bin/python3.13", True),
        ("dash", True),
        ("uv", True),
        ("uvicorn", False),
        ("python-server", False),
        ("nodemon", False),
    ],
)
def test_only_an_interpreter_a_shell_or_uv_leaves_the_start_to_others(around, program, idle) -> None:
    assert (decision(around({}, "", cmd=(program,)), "uv-elsewhere") is not None) == idle


def test_an_emptied_entry_point_leaves_the_start_to_others(around) -> None:
    assert decision(around({}, "ENTRYPOINT []\n", cmd=()), "uv-elsewhere").chosen == "keep-uv"
    assert decision(around({}, 'ENTRYPOINT []\nCMD ["flask"]\n'), "uv-elsewhere") is None


def test_a_script_that_is_called_in_the_container_is_read(around) -> None:
    files = {
        "bin/db.sh": "#!/bin/sh\nuv run flask db\n",
        "Makefile": "db:\n\tdocker compose exec web ./bin/db.sh\n",
        "compose.yaml": "services:\n  web:\n    build: .\n",
    }
    result = around(files, copied=("bin/db.sh",))
    (warning,) = warned(result, "R24")
    assert warning[1].startswith("Makefile, line 2 starts ./bin/db.sh, which calls uv")


def test_a_script_that_compose_starts_is_changed(around) -> None:
    files = {
        "bin/web.sh": "#!/bin/sh\nexec uv run flask\n",
        "compose.yaml": "services:\n  web:\n    build: .\n    command: [sh, bin/web.sh]\n",
    }
    result = around(files, copied=("bin/web.sh",))
    assert decision(result, "start-scripts").chosen == "patch"
    assert [(change.path, change.text) for change in result.files] == [
        ("bin/web.sh", "#!/bin/sh\nexec flask\n")
    ]


def test_the_program_that_starts_is_asked_too_where_it_looks_for_uv(around) -> None:
    files = {"web.py": 'import shutil\nshutil.which("uv")\n'}
    result = around(files, 'CMD ["python", "web.py"]\n', copied=("web.py",))
    assert warned(result, "R24")[0][1].startswith("web.py, line 2 asks where uv is")


def test_services_of_another_folder_are_others_of_the_same_name(around) -> None:
    files = {
        "compose.yaml": "services:\n  web:\n    build: .\n    command: uv run flask\n",
        "x/compose.yaml": "services:\n  web:\n    build: .\n    command: uv run flask\n",
    }
    assert [change.path for change in around(files).files] == ["compose.yaml"]
