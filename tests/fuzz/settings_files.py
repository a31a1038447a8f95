"""Fuzzers of TOML and compose files, beside what Python's and PyYAML's own readers make of them."""

from __future__ import annotations

import contextlib
import tomllib
from pathlib import Path

import yaml
from cases import Area, Case
from hypothesis import strategies as st
from texts import HEAD, laid, some, text_of, words

from uvdive.base import toml
from uvdive.base.errors import UvdiveError
from uvdive.compose.recipe import read_recipe
from uvdive.compose.yaml_nodes import Node, NotYamlError, read_yaml
from uvdive.uv.lock import read_lock


def check_toml(case: Case, folder: Path) -> None:
    """TOML means what Python's reader says, and is told where that gives up."""
    text = text_of(case.get("toml", b""))
    read_lock(text)
    try:
        found = toml.loads(text)
    except toml.TomlError:
        return
    assert repr(found) == repr(tomllib.loads(text))  # nan is not itself


TOML = (
    *(
        "[a]\n",
        "[[a]]\n",
        "[a.b]\n",
        "a",
        ".",
        " = ",
        '"x"',
        "'y'",
        '"""',
        "'''",
        "1",
        "1e9",
        "nan",
        "0x",
        "true",
        "{",
        "}",
        ",",
    ),
    *(
        "[",
        "]",
        "#",
        "\n",
        "\\",
        "\\u0041",
        "1979-05-27T07:32:00Z",
        'name = "x"\n',
        "version = 1\n",
        "[[package]]\n",
        "\t",
        "=",
        '"a"',
    ),
)


def check_compose(case: Case, folder: Path) -> None:
    """A compose file means what PyYAML says, as far as it is read; each service is found or told."""
    laid(case, folder, COMPOSE)
    (folder / "Dockerfile").write_text(HEAD)
    text = text_of(case.get("compose.yaml", b""))
    path = folder / "compose.yaml"
    try:
        documents = read_yaml(text)
    except NotYamlError:
        documents = []
    else:
        _as_pyyaml(text, documents)
    for name in ("a", "b", None):
        with contextlib.suppress(UvdiveError):
            assert read_recipe(path, name, {"TAG": "1"}).context.is_dir()
    read_recipe(path, None, {"TAG": "1"})


def _as_pyyaml(text: str, documents: list[Node]) -> None:
    """The same values at the same places as in PyYAML's own tree of nodes."""
    try:
        theirs = [node for node in yaml.compose_all(text, Loader=yaml.SafeLoader) if node is not None]
    except (yaml.YAMLError, RecursionError):
        return
    assert [node.start for node in documents] == [node.start_mark.index for node in theirs]
    scalars = [node.value for node in theirs if isinstance(node, yaml.ScalarNode)]
    assert [node.text for node in documents if node.kind == "text"] == scalars


YAML = (
    *(
        "services:\n",
        "  a:\n",
        "  b:\n",
        "    build: .\n",
        "    build: {context: ., args: {A: $TAG}}\n",
        "    command: uv run x\n",
    ),
    *(
        "    entrypoint: [uv, run]\n",
        "    extends: a\n",
        "    extends: {service: b, file: other.yaml}\n",
        "    environment:\n",
        "      A: b\n",
    ),
    *(
        "      - A=${TAG:-x}\n",
        "    env_file: .env\n",
        "    <<: *x\n",
        "x: &x\n",
        "&a ",
        "*a",
        "[",
        "]",
        "{",
        "}",
        ",",
        ": ",
        "- ",
        "|\n",
        ">-\n",
    ),
    *(
        "'",
        '"',
        "!!str ",
        "? ",
        "---\n",
        "...\n",
        "\t",
        "#",
        "%YAML 1.2\n",
        "${",
        "}",
        "$$",
        "      args:\n",
        "    <<: [*x, *x]\n",
        "<<: ",
        "~",
    ),
)
ENV = (
    "A=b\n",
    "B=$A$A\n",
    "export C='x'\n",
    'D="y\\n${A}"\n',
    "# x\n",
    "=\n",
    "E: f\n",
    "F=${G?x}\n",
    "${",
    "}",
)
COMPOSE = frozenset({"compose.yaml", "other.yaml", ".env"})
values = st.sampled_from(
    ("x", "uv run x", "$TAG", "${TAG:-y}", "A=b", "${TAG:+${A-b}}", ".", "", "a b 'c'", "\n", "1", "~")
)
listed = st.lists(values, max_size=3) | st.dictionaries(values, values | st.none(), max_size=3) | values
builds = st.just(".") | st.fixed_dictionaries(
    {"context": st.just(".")},
    optional={
        "args": listed,
        "labels": listed,
        "target": values,
        "secrets": listed,
        "additional_contexts": listed,
    },
)
services = st.fixed_dictionaries(
    {"build": builds},
    optional={
        "command": listed,
        "entrypoint": listed,
        "environment": listed,
        "env_file": st.just(".env") | listed,
        "extends": st.sampled_from(("a", "b", {"service": "b", "file": "other.yaml"})),
        "working_dir": values,
        "image": values,
    },
)
written = st.builds(
    lambda found, flow: yaml.safe_dump({"services": found}, default_flow_style=flow).encode(),
    st.dictionaries(st.sampled_from(("a", "b", "c")), services, min_size=1, max_size=2),
    st.sampled_from((None, False, True)),
)
loose = st.lists(st.sampled_from(YAML), max_size=25).map(
    lambda some: ("services:\n" + "".join(some)).encode()
)
composes = st.fixed_dictionaries(
    {"compose.yaml": written | loose},
    optional={
        "other.yaml": st.lists(st.sampled_from(YAML), max_size=12).map(lambda some: "".join(some).encode()),
        ".env": st.lists(st.sampled_from(ENV), max_size=8).map(lambda some: "".join(some).encode()),
    },
)


AREAS = (
    Area("toml", some(TOML, 40).map(lambda data: {"toml": data}), check_toml, words(TOML)),
    Area("compose", composes, check_compose, words(YAML, ENV)),
)
