"""Which files are read for calls of uv, and as what (R24)."""

from __future__ import annotations

import pytest

from uvdive.rewrite.elsewhere.context_texts import kind_of

KINDS = {
    "compose": (
        "compose.yaml docker-compose.yml podman-compose.prod.yaml compose.override.yml container-compose.yml"
    ),
    "yaml": "mycompose.yml a.yaml b.yml",
    "devcontainer": "devcontainer.json .devcontainer.json",
    "python": "x.py",
    "procfile": "Procfile Procfile.dev",
    "lines": (
        "Makefile GNUmakefile makefile.inc a.mk justfile .justfile Justfile x.just "
        "package.json a.sh b.bash c.zsh d.service Jenkinsfile .bash_aliases pyproject.toml "
        "poe_tasks.toml tox.ini a.nomad b.hcl c.tf d.tf.json mise.toml .mise.toml tasks.json "
        "launch.json my-task-def.json taskdef.json"
    ),
    "platform": "fly.toml railway.toml railway.json app.json captain-definition",
    "unit": "web.container",
    "": "other.json README.md x.pyc conftest.py test_a.py manage",
}


@pytest.mark.parametrize(("kind", "names"), KINDS.items())
def test_a_name_says_the_kind(kind: str, names: str) -> None:
    assert [kind_of(name, "") for name in names.split()] == [kind] * len(names.split())


@pytest.mark.parametrize("folder", ["bin", "x/scripts", "script", "tools", "hack", "ci", "dev"])
def test_a_name_without_an_ending_may_be_a_script_where_scripts_lie(folder: str) -> None:
    assert kind_of("manage", folder) == "script"
    assert kind_of("manage", f"{folder}/x") == ""
    assert kind_of("manage.txt", folder) == ""


@pytest.mark.parametrize(
    ("folder", "kind"), [("tests", ""), ("a/test/b", ""), ("testing", "python"), ("", "python")]
)
def test_code_of_tests_is_not_the_app_s(folder: str, kind: str) -> None:
    assert kind_of("x.py", folder) == kind
