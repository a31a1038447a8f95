"""R24: compose files whose services call uv in a container of the image."""

from __future__ import annotations

import pytest
from rewrites.dockerfiles import decision, last_stage, warned

SERVICE = "services:\n  web:\n    build: .\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    command: uv run flask run\n", "    command: flask run\n"),
        ("    command: 'uv run  flask run' # why\n", "    command: 'flask run' # why\n"),
        ('    command: "uv run --no-sync flask"\n', '    command: "flask"\n'),
        ("    command: [uv, run, flask, run]\n", "    command: [flask, run]\n"),
        ('    command: ["uv", "run", "app.py"]\n', '    command: ["python", "app.py"]\n'),
        (
            '    command: [\n      "uv", "run",\n      "flask" # it\n    ]\n',
            '    command: [\n      "flask" # it\n    ]\n',
        ),
        (
            "    command:\n      - uv\n      - run # why\n      - flask\n",
            "    command:\n      # why\n      - flask\n",
        ),
        (
            "    command:\n      - uv\n      - run\n      - -m\n      - flask\n",
            "    command:\n      - python\n      - -m\n      - flask\n",
        ),
        (
            "    command: >\n      uv run flask\n      --port 80\n",
            "    command: >\n      flask\n      --port 80\n",
        ),
        ("    command: &start uv run flask\n", "    command: &start flask\n"),
        (
            '    command: sh -c "uv run flask db && exec uv run flask run"\n',
            '    command: sh -c "flask db && exec flask run"\n',
        ),
        (
            (
                "    command:\n      - sh\n      - -c\n      - |\n"
                "        uv run flask db\n        exec uv run flask\n"
            ),
            "    command:\n      - sh\n      - -c\n      - |\n        flask db\n        exec flask\n",
        ),
        (
            "    entrypoint: [uv, run]\n    command: flask run\n",
            "    entrypoint: [flask]\n    command: run\n",
        ),
        ("    entrypoint: uv run\n    command: flask run\n", "    entrypoint: flask\n    command: run\n"),
        ("    entrypoint: uv run\n    command: [flask]\n", "    entrypoint: flask\n    command: []\n"),
        (
            "    entrypoint: [uv, run]\n    command: [flask, run]\n",
            "    entrypoint: [flask]\n    command: [run]\n",
        ),
        (
            "    entrypoint: [uv, run, --no-sync]\n    command: [app.py]\n",
            "    entrypoint: [python]\n    command: [app.py]\n",
        ),
        (
            "    entrypoint: [uv, run]\n    command:\n      - flask\n      - run\n",
            "    entrypoint: [flask]\n    command:\n      - run\n",
        ),
        (
            "    entrypoint: [tini, --, uv, run]\n    command: [flask]\n",
            "    entrypoint: [tini, --]\n    command: [flask]\n",
        ),
        ("    entrypoint: [uv, run]\n    command: sh -c 'uv run flask'\n", None),
        (
            "    healthcheck:\n      test: [CMD, uv, run, flask, ok]\n",
            "    healthcheck:\n      test: [CMD, flask, ok]\n",
        ),
        (
            "    healthcheck:\n      test: uv run flask ok || exit 1\n",
            "    healthcheck:\n      test: flask ok || exit 1\n",
        ),
        (
            "    healthcheck:\n      test: [CMD-SHELL, 'uv run flask ok']\n",
            "    healthcheck:\n      test: [CMD-SHELL, 'flask ok']\n",
        ),
        (
            "    post_start:\n      - command: uv run flask db\n",
            "    post_start:\n      - command: flask db\n",
        ),
        ("    command: uv run flask ünï\r\n", "    command: flask ünï\r\n"),
    ],
)
def test_a_command_is_changed_in_place(around, old, new) -> None:
    result = around({"compose.yaml": SERVICE + old})
    assert result.outcome == "rewritten", result.refusal
    if new is None:
        assert not result.files
        assert decision(result, "uv-elsewhere").chosen == "keep-uv"
        return
    (change,) = result.files
    assert change.path == "compose.yaml"
    assert change.text == SERVICE + new
    assert change.diff
    assert decision(result, "uv-elsewhere").chosen == "patch"
    assert "PATH=/app/.venv/bin:$PATH" in last_stage(result)


@pytest.mark.parametrize(
    ("service", "touched"),
    [
        ("    build: .\n", True),
        ("    build: {context: ., dockerfile: Dockerfile}\n", True),
        ("    build: ./\n    image: me/web\n", True),
        ("    extends: base\n  base:\n    build: .\n", True),
        ("    build: ./other\n", False),
        ("    build: {context: ., dockerfile: other.Dockerfile}\n", False),
        ("    build: {context: ., target: dev}\n", False),
        ("    build: {dockerfile_inline: 'FROM x'}\n", False),
        ("    build: https://example.org/x.git\n", False),
        ("    image: ghcr.io/astral-sh/uv:python3.13-trixie\n", False),
        ("    image: python:3.13\n", False),
        ("    image: me/web:latest\n", True),
    ],
)
def test_only_services_of_this_image_are_touched(around, service, touched) -> None:
    result = around({"compose.yaml": f"services:\n  web:\n    command: uv run flask\n{service}"})
    assert bool(result.files) == touched
    assert (decision(result, "uv-elsewhere") is not None) == touched


def test_an_unknown_image_is_only_named_where_another_dockerfile_may_have_made_it(around) -> None:
    files = {
        "compose.yaml": "services:\n  web:\n    image: me/web\n    command: uv run flask\n",
        "worker/Dockerfile": "FROM scratch\n",
    }
    result = around(files)
    assert not result.files
    (warning,) = warned(result, "R24")
    assert warning[1].startswith("compose.yaml, line 4 (service web) ")


def test_an_override_and_a_merge_belong_to_the_service_that_is_built(around) -> None:
    result = around(
        {
            "compose.yaml": "x-app: &app\n  build: .\nservices:\n  web: {<<: *app}\n  db: {image: pg}\n",
            "compose.override.yml": "services:\n  web:\n    command: uv run flask\n",
        }
    )
    (change,) = result.files
    assert change.path == "compose.override.yml"
    assert change.text.endswith("command: flask\n")


OTHER = "  other: {build: ./other, "


@pytest.mark.parametrize(
    "text",
    [
        f"x-c: &c uv run flask\nservices:\n  web: {{build: ., command: *c}}\n{OTHER}command: *c}}\n",
        f"x-c: &c [uv, run, flask]\nservices:\n  web: {{build: ., command: *c}}\n{OTHER}command: *c}}\n",
        f"x-b: &b\n  command: uv run flask\nservices:\n  web: {{<<: *b, build: .}}\n{OTHER}<<: *b}}\n",
        f"x-b: &b\n  entrypoint: [uv, run, flask]\nservices:\n  web: {{<<: *b, build: .}}\n{OTHER}<<: *b}}\n",
        (
            "x-b: &b\n  test: uv run flask\nservices:\n  web: {healthcheck: {<<: *b}, build: .}\n"
            f"{OTHER}healthcheck: *b}}\n"
        ),
        f"services:\n  web: {{build: ., command: uv run flask}}\n{OTHER}extends: web}}\n",
        (
            f"services:\n  web: {{build: ., command: uv run flask}}\n{OTHER}extends: near}}\n"
            "  near: {extends: web}\n"
        ),
        (
            "services:\n  web: {build: ., command: uv run flask}\n"
            f"{OTHER}extends: {{file: compose.yaml, service: web}}}}\n"
        ),
    ],
)
def test_a_value_that_a_service_of_another_image_shares_is_not_changed(around, text) -> None:
    result = around({"compose.yaml": text})
    assert not result.files
    made = decision(result, "uv-elsewhere")
    assert made.chosen == "keep-uv"
    assert "cannot be changed" in made.reason
    assert "patch" not in [alternative.value for alternative in made.alternatives]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "x: &c uv run flask\nservices:\n  a: {build: ., command: *c}\n  b: {build: ., command: *c}\n",
            "x: &c flask\nservices:\n  a: {build: ., command: *c}\n  b: {build: ., command: *c}\n",
        ),
        (
            "x: &b {build: ., command: [uv, run, flask]}\nservices:\n  a: *b\n  b: {<<: *b, init: true}\n",
            "x: &b {build: ., command: [flask]}\nservices:\n  a: *b\n  b: {<<: *b, init: true}\n",
        ),
        (
            "services:\n  base:\n    command: uv run flask\n  web: {extends: base, build: .}\n",
            "services:\n  base:\n    command: flask\n  web: {extends: base, build: .}\n",
        ),
    ],
)
def test_a_value_that_services_of_this_image_share_is_changed_once(around, old, new) -> None:
    result = around({"compose.yaml": old, "worker/Dockerfile": "FROM scratch\n"})
    assert [change.text for change in result.files] == [new]


def test_services_that_need_the_shared_value_otherwise_let_it_stay(around, node) -> None:
    text = (
        "x-c: &c uv run flask db\nservices:\n  web: {build: ., command: *c}\n"
        "  more: {build: ., command: *c, environment: {UV_PROJECT_ENVIRONMENT: /opt/other}}\n"
    )
    result = around({"compose.yaml": text, "pyproject.toml": ""}, copied=("pyproject.toml",))
    assert not result.files
    assert decision(result, "uv-elsewhere").chosen == "keep-uv"


def test_a_service_that_another_file_extends_is_this_image_s(around) -> None:
    files = {
        "compose.yaml": "services:\n  web: {build: ., extends: {file: more/common.yml, service: base}}\n",
        "more/common.yml": "services:\n  base:\n    command: uv run flask\n",
        "worker/Dockerfile": "FROM scratch\n",
    }
    (change,) = around(files).files
    assert (change.path, change.text) == ("more/common.yml", "services:\n  base:\n    command: flask\n")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[tini, --, sh, -c, 'uv run flask']", "[tini, --, sh, -c, 'flask']"),
        ("[/usr/bin/env, bash, -ec, 'uv run flask']", "[/usr/bin/env, bash, -ec, 'flask']"),
        ("[uv, run, sh, -c, 'uv run flask db && flask']", "[sh, -c, 'flask db && flask']"),
    ],
)
def test_a_shell_behind_another_program_is_looked_into(around, old, new) -> None:
    (change,) = around({"compose.yaml": f"{SERVICE}    command: {old}\n"}).files
    assert change.text == f"{SERVICE}    command: {new}\n"


@pytest.mark.parametrize(
    "words",
    ["[python, -m, uv, run, flask]", "[wait-for, 'db:5432', uv, run, flask]", "[zsh, -c, 'uv run flask']"],
)
def test_words_that_name_uv_where_it_is_not_understood_keep_it(around, words) -> None:
    result = around({"compose.yaml": f"{SERVICE}    command: {words}\n"})
    assert not result.files
    assert decision(result, "uv-elsewhere").chosen == "keep-uv"


def test_words_that_only_speak_of_uv_are_no_matter(around) -> None:
    assert decision(around({"compose.yaml": f"{SERVICE}    command: [echo, uv]\n"}), "uv-elsewhere") is None


def test_each_value_has_its_size_and_says_where(around, node) -> None:
    files = {"compose.yaml": f"{SERVICE}    command: uv run flask\n"}
    result = around(files)
    made = decision(result, "uv-elsewhere")
    assert "compose.yaml, line 4 (service web)" in made.summary
    sizes = {each.value: each.predicted_bytes for each in made.alternatives}
    assert sizes["patch"] == sizes["shim"]
    assert sizes["keep-uv"] - sizes["patch"] == 4000
    kept = around(files, uv_elsewhere="keep-uv")
    assert not kept.files
    for name in ("UV_NO_SYNC=1", "UV_NO_CACHE=1", "UV_OFFLINE=1", "UV_PYTHON_DOWNLOADS=never"):
        assert name in last_stage(kept)
    stand_in = around(files, uv_elsewhere="shim")
    assert not stand_in.files
    assert "> /usr/local/bin/uv && chmod 0755 /usr/local/bin/uv\n" in last_stage(stand_in)


@pytest.mark.parametrize(
    "command", ["uvx flask", "uv sync && uv run flask", "uv run --with httpx flask", "uv run pytest"]
)
def test_a_start_that_installs_keeps_uv_as_it_is(around, command) -> None:
    result = around({"compose.yaml": f"{SERVICE}    command: sh -c '{command}'\n"})
    assert decision(result, "uv-elsewhere").chosen == "keep-uv"
    assert "uv stays as it is" in decision(result, "uv-elsewhere").summary
    assert result.outcome == "improved"
    assert result.text.count("FROM ") == 1
    assert "--mount=type=cache" in result.text
    assert not result.files


def test_what_is_only_started_when_asked_for_is_named(around) -> None:
    text = f"{SERVICE}    profiles: [test]\n    command: uv run pytest\n"
    result = around({"compose.yaml": text})
    assert decision(result, "uv-elsewhere") is None
    (warning,) = warned(result, "R24")
    assert warning[1].startswith("compose.yaml, line 5 (service web) needs uv")
    assert "build stage" in warning[1]


def test_variables_that_only_uv_run_heeds_are_named(around) -> None:
    variables = "    environment:\n      UV_NO_DEV: 1\n      UV_LINK_MODE: copy\n"
    text = f"{SERVICE}    command: uv run flask\n{variables}"
    (warning,) = warned(around({"compose.yaml": text}), "R24")
    assert warning[1].startswith("compose.yaml, line 6 (service web) sets UV_NO_DEV")
    listed = text.replace("      UV_NO_DEV: 1", "      - UV_NO_DEV=1").replace(
        "      UV_LINK_MODE: copy", "      - A=b"
    )
    assert len(warned(around({"compose.yaml": listed}), "R24")) == 1
    assert not warned(around({"compose.yaml": text}, uv_elsewhere="keep-uv"), "R24")


def test_another_environment_that_a_service_names_keeps_uv(around) -> None:
    text = f"{SERVICE}    command: uv run flask\n    environment: [UV_PROJECT_ENVIRONMENT=/opt/other]\n"
    files = {"compose.yaml": text, "pyproject.toml": ""}
    result = around(files, copied=("pyproject.toml",))
    assert decision(result, "uv-elsewhere").chosen == "keep-uv"


def test_a_mount_over_the_environment_gets_a_volume(around) -> None:
    text = f"{SERVICE}    command: uv run flask\n    volumes:\n      - .:/app # sources\n      - data:/data\n"
    result = around({"compose.yaml": text})
    (change,) = result.files
    assert "      - .:/app # sources\n      - /app/.venv\n      - data:/data\n" in change.text
    assert "compose.yaml, line 6 (service web)" in decision(result, "hidden-environment").summary


@pytest.mark.parametrize(
    "volumes",
    [
        "\n      - .:/app\n      - /app/.venv\n",
        "\n      - .:/app\n      - venv:/app/.venv\n",
        "\n      - ./src:/app/src\n",
        "\n      - data:/app/data\n",
    ],
)
def test_a_mount_that_leaves_the_environment_alone_is_no_matter(around, volumes) -> None:
    text = f"{SERVICE}    command: uv run flask\n    volumes:{volumes}"
    result = around({"compose.yaml": text})
    assert decision(result, "hidden-environment") is None
    assert not warned(result, "R24")


def test_a_mount_that_cannot_be_amended_is_named(around) -> None:
    text = f"{SERVICE}    command: uv run flask\n    volumes: ['.:/app']\n"
    (warning,) = warned(around({"compose.yaml": text}), "R24")
    assert "Add the volume /app/.venv" in warning[1]
    unchanged = text.replace("uv run ", "")
    assert not warned(around({"compose.yaml": unchanged}), "R24"), "nothing changes for it"


def test_watched_files_that_go_over_the_environment_are_named(around) -> None:
    watch = "    develop:\n      watch:\n        - action: sync\n          path: .\n          target: /app\n"
    text = f"{SERVICE}    command: uv run flask\n{watch}"
    (warning,) = warned(around({"compose.yaml": text}), "R24")
    assert ".venv/ into its `ignore`" in warning[1]
    assert not warned(around({"compose.yaml": f"{text}          ignore: [.venv/]\n"}), "R24")


def test_a_command_behind_an_entrypoint_of_uv_run_is_looked_at_with_it(around) -> None:
    start = 'ENTRYPOINT ["uv", "run"]\nCMD ["flask"]\n'
    fine = around({"compose.yaml": f"{SERVICE}    command: gunicorn app\n"}, start)
    assert decision(fine, "uv-elsewhere") is None
    script = around({"compose.yaml": f"{SERVICE}    command: main.py\n"}, start)
    assert decision(script, "uv-elsewhere").chosen == "keep-uv"


def test_every_service_of_one_dockerfile_is_changed_where_an_anchor_gives_the_build(around) -> None:
    head = "x-build: &build {context: ., args: {A: '1'}}\nservices:\n"
    web = "  web:\n    profiles: [debug]\n    build: {<<: *build}\n    command: uv run flask run\n"
    job = "  job:\n    build: *build\n    command: [uv, run, --no-sync, flask, job]\n"
    other = "  db:\n    image: ghcr.io/astral-sh/uv:0.9\n    command: uv run x\n"
    result = around({"compose.yaml": head + web + job + other})
    (change,) = result.files
    new = web.replace("uv run flask", "flask") + job.replace("uv, run, --no-sync, flask", "flask")
    assert change.text == head + new + other
