"""What a compose file says of a build: context, Dockerfile, options, and the start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from uvdive.base.errors import UsageError
from uvdive.compose.recipe import Recipe, read_recipe, service_start
from uvdive.compose.start import ServiceStart

Read = Callable[..., Recipe]
WEB = "services:\n  web:\n    build: .\n"


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read a compose file among others; their folder has a Dockerfile."""

    def make(
        text: str, name: str | None = None, files: Mapping[str, str] | None = None, **environ: str
    ) -> Recipe:
        for path, content in {"compose.yaml": text, "Dockerfile": "FROM x\n", **(files or {})}.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(content)
        return read_recipe(tmp_path / "compose.yaml", name, environ)

    return make


def service(build: str = ".", **more: str) -> str:
    lines = [f"    {key}: {value}" for key, value in more.items()]
    return "\n".join(["services:", "  web:", f"    build: {build}", *lines, ""])


def refused(read: Read, text: str, name: str | None = None, **more: str) -> UsageError:
    with pytest.raises(UsageError) as raised:
        read(text, name, **more)
    assert len(raised.value.what) < 400
    return raised.value


def test_the_short_form_is_a_context(read: Read, tmp_path: Path) -> None:
    recipe = read(WEB)
    assert (recipe.name, recipe.args, recipe.hints) == ("web", (), ())
    assert (recipe.context.resolve(), recipe.dockerfile.resolve()) == (tmp_path, tmp_path / "Dockerfile")
    assert recipe.start == ServiceStart()


def test_the_long_form_names_all_that_the_build_is_told(read: Read, tmp_path: Path) -> None:
    text = """
services:
  web:
    platform: linux/arm64
    build:
      context: ${WHERE:-app}
      dockerfile: docker/Dockerfile.web
      target: final
      network: host
      shm_size: 1gb
      args: {A: 1, B: null, C: "${D}", E: null}
      labels: [com.example=1]
      extra_hosts: ["here=10.0.0.1"]
      ssh: [default, "key=./id"]
      secrets: [token, {source: other, target: two}]
      additional_contexts: {parts: ../parts, base: docker-image://alpine}
secrets:
  token: {file: ./token.txt}
  other: {environment: OTHER}
"""
    recipe = read(text, files={"app/docker/Dockerfile.web": "FROM x\n"}, B="b", D="d")
    assert recipe.dockerfile.resolve() == tmp_path / "app/docker/Dockerfile.web"
    given = list(zip(recipe.args[::2], recipe.args[1::2], strict=True))
    assert given == [
        ("--build-arg", "A=1"), ("--build-arg", "B=b"), ("--build-arg", "C=d"),
        ("--target", "final"), ("--network", "host"), ("--shm-size", "1gb"),
        ("--label", "com.example=1"), ("--add-host", "here:10.0.0.1"), ("--platform", "linux/arm64"),
        ("--build-context", f"parts={tmp_path}/../parts"), ("--build-context", "base=docker-image://alpine"),
        ("--secret", f"id=token,src={tmp_path}/token.txt"), ("--secret", "id=two,env=OTHER"),
        ("--ssh", "default"), ("--ssh", "key=./id"),
    ]  # fmt: skip


def test_the_arguments_may_be_a_list(read: Read) -> None:
    recipe = read(service("{context: ., args: [A=1=2, B, C]}"), B="b")
    assert recipe.args == ("--build-arg", "A=1=2", "--build-arg", "B=b")


def test_the_start_is_the_service_s_own(read: Read) -> None:
    text = service(
        command="uv run 'my app.py'", entrypoint='["/entry.sh", "-x"]', working_dir="/srv",
        environment="{A: 1, B: null, C: null}", env_file="[one.env, {path: lacking.env, required: false}]",
    )  # fmt: skip
    start = read(text, files={"one.env": "A=0\nZ=z\n"}, B="b").start
    assert start == ServiceStart(
        ("/entry.sh", "-x"), ("uv", "run", "my app.py"), (("A", "1"), ("Z", "z"), ("B", "b")), "/srv"
    )


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (ServiceStart(), ("e", "c")),
        (ServiceStart(command=("x",)), ("e", "x")),
        (ServiceStart(command=()), ("e",)),
        (ServiceStart(("n",)), ("n",)),
        (ServiceStart(("n",), ("x",)), ("n", "x")),
        (ServiceStart(()), ()),
    ],
)
def test_an_entrypoint_of_the_service_takes_the_images_command(
    start: ServiceStart, words: tuple[str, ...]
) -> None:
    assert start.words(("e",), ("c",)) == words


def test_a_service_that_extends_others_takes_over_what_it_does_not_say(read: Read, tmp_path: Path) -> None:
    text = """
services:
  web:
    extends: base
    build: {args: {A: web}}
  base:
    extends: {file: common/base.yaml, service: common}
    command: from-base
"""
    common = "services:\n  common:\n    command: no\n    build: {context: ., args: {A: common, B: common}}\n"
    recipe = read(text, "web", {"common/base.yaml": common, "common/Dockerfile": "FROM x\n"})
    assert recipe.context.resolve() == tmp_path / "common"
    assert recipe.args == ("--build-arg", "A=web", "--build-arg", "B=common")
    assert recipe.start is not None
    assert recipe.start.command == ("from-base",)


def test_merged_mappings_come_after_own_keys(read: Read) -> None:
    text = "x-a: &a\n  args: {A: merged}\n  target: t\nservices:\n  web:\n    build:\n      <<: *a\n"
    assert read(text + "      context: .\n").args == ("--build-arg", "A=merged", "--target", "t")
    assert read(text + "      args: {B: own}\n").args == ("--build-arg", "B=own", "--target", "t")


def test_several_services_are_listed_to_choose_from(read: Read) -> None:
    text = "services:\n  web: {build: .}\n  db: {image: postgres}\n  worker: {extends: web}\n"
    error = refused(read, text)
    assert error.what.endswith("compose.yaml builds several services: web, worker.")
    assert error.do.endswith("compose.yaml:web")
    assert read(text, "worker").name == "worker"
    assert "has no service x" in refused(read, text, "x").what
    assert refused(read, text, "x").do == "Its services: web, db, worker."


def test_a_service_without_a_build_names_its_image(read: Read) -> None:
    error = refused(read, "services:\n  db: {image: 'postgres:${V:-17}'}\n", "db")
    assert "(service db) has no `build`: it runs postgres:17." in error.what
    assert error.do == "Look into that image: uvdive postgres:17"
    assert "No service of" in refused(read, "services:\n  db: {image: postgres}\n").what


@pytest.mark.parametrize(
    ("build", "words"),
    [
        ("https://github.com/a/b.git", "no folder of this machine"),
        ("git@github.com:a/b.git", "no folder of this machine"),
        ("github.com/a/b", "no folder of this machine"),
        ("./nowhere", "which is no folder"),
        ("'a\\0b'", "which is no folder"),
        ("{context: ., dockerfile: Nofile}", "which is not there"),
        ("{dockerfile_inline: 'FROM x'}", "holds its Dockerfile itself (dockerfile_inline, line 3)"),
        ("{context: ., additional_contexts: {a: 'service:db'}}", "which has to be built before"),
        ("{context: ., secrets: [token]}", "builds with the secret token"),
        ("{context: '${NO:?name the folder}'}", "needs the variable NO: name the folder"),
        (f"{{context: ., args: [{', '.join(f'A{n}=1' for n in range(1500))}]}}", "over 2000 options"),
    ],
)
def test_what_cannot_be_built_here_is_told_in_one_sentence(read: Read, build: str, words: str) -> None:
    assert words in refused(read, service(build)).what


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", "is not understood as YAML (line 2)"),
        ("web: {build: .}\n", "has no services, so it is no compose file"),
        ("apiVersion: v1\nkind: Pod\nservices: {a: {build: .}}\n", "no compose file"),
        ("services: {a: {extends: b}, b: {extends: a}}\n", "service a extends itself"),
        ("services: {a: {extends: gone}}\n", "extends gone, which is no service of"),
        ("services: {a: {extends: {file: gone.yaml, service: b}}}\n", "gone.yaml cannot be read"),
        ("services: &s\n  a: {<<: *s, command: x}\n", "has no `build`"),
        ("[" * 200 + "]" * 200, "levels deep"),
        ("\x00", "is not understood as YAML"),
    ],
)
def test_a_file_that_is_none_is_told(read: Read, text: str, words: str) -> None:
    assert words in refused(read, text, "a").what


def test_a_long_row_of_services_ends(read: Read) -> None:
    rows = [f"  s{n}: {{extends: s{n + 1}}}" for n in range(200)]
    assert "extends more than 10 others" in refused(read, "\n".join(["services:", *rows]), "s0").what


def test_a_bomb_of_aliases_costs_no_more_than_its_length(read: Read) -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    text = "\n".join(
        [*rows, "services:", "  web:", "    build: {context: ., args: *a11}", "    command: *a11"]
    )
    recipe = read(text)
    assert recipe.start is not None
    assert recipe.start.command == ()


def test_a_cycle_of_aliases_ends(read: Read) -> None:
    text = "services: &s\n  web: &w\n    <<: [*w, *s]\n    build: .\n    environment: &e {<<: *e, A: b}\n"
    recipe = read(text, "web")
    assert recipe.start is not None
    assert recipe.start.environ == (("A", "b"),)


def test_what_is_not_as_the_file_says_is_told(read: Read) -> None:
    recipe = read(service("{context: ., privileged: true}", image="x:$TAG", command="$TAG"),
                  files={"compose.override.yaml": WEB})  # fmt: skip
    unset, override, left = recipe.hints
    assert unset.endswith("names variables that are not set, so they are empty: TAG.")
    assert override.startswith("compose.override.yaml is not read")
    assert left.endswith("sets privileged for its build, which is not taken over.")


def test_the_start_after_a_change_is_read_from_the_new_text(read: Read, tmp_path: Path) -> None:
    read(service(command="uv run x"))
    file = tmp_path / "compose.yaml"
    new = {file.resolve(): service(command="x")}
    assert service_start(file, "web", {}, new).command == ("x",)
    assert service_start(file, "web", {}, {}).command == ("uv", "run", "x")


def test_several_services_share_one_build_by_an_anchor_and_add_to_it(read: Read, tmp_path: Path) -> None:
    text = """
x-build: &build
  context: .
  args: {PYTHON: "${PYTHON:-3.12}"}
services:
  web:
    profiles: [debug]
    build:
      <<: *build
      target: app
      additional_contexts: [shared=./shared]
    command: uv run main.py
  job:
    build: *build
    command: uv run python -m job
"""
    (tmp_path / "shared").mkdir()
    web, job = read(text, "web"), read(text, "job", PYTHON="3.13")
    shared = ("--build-context", f"shared={tmp_path}/shared")
    assert web.args == ("--build-arg", "PYTHON=3.12", "--target", "app", *shared)
    assert job.args == ("--build-arg", "PYTHON=3.13")
    assert web.dockerfile == job.dockerfile
    assert [each.start.command for each in (web, job) if each.start is not None] == [
        ("uv", "run", "main.py"),
        ("uv", "run", "python", "-m", "job"),
    ]
