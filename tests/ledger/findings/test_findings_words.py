"""What findings say: their titles, paths, lines and order, each from the image that they are about."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_images import hand_made as hand
from made_images import layers as make

from uvdive.ledger.findings import registry
from uvdive.ledger.findings.explain import ids
from uvdive.ledger.findings.recipe import Recipe, read_recipe
from uvdive.ledger.report import Finding

FLASK = ("flask", {"flask/__init__.py": 90_000})
COPY_APP = "FROM python:3.13-slim\nCOPY --from=builder /app /app"
SITE = "app/.venv/lib/python3.13/site-packages"
UV = make.file("usr/local/bin/uv", bytes(400_000), 0o755)
FINDINGS = """all-extras-asked apt-lists-in-image build-tools-in-image bytecode-compiled bytecode-missing
cache-mount-wrong-path console-scripts-dead cuda-wheels-without-cuda deleted-later dev-group-in-image
dev-packages-in-image
editable-source-missing git-folder-in-image host-environment-copied interpreter-dangling
lighter-package-exists link-mode-copy
package-tests-in-image rewritten-later same-library-twice second-environment secrets-in-image
secrets-in-settings uv-cache-in-image uv-in-image uv-tag-frozen uv-tag-unpinned"""


def test_every_finding_that_there_is() -> None:
    assert ids() == tuple(FINDINGS.split())
    assert len(set(registry.REGISTRY)) == len(registry.REGISTRY)


def test_the_costliest_first_then_the_gravest_then_by_id(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        ("d", "info", 5),
        ("c", "low", 5),
        ("b", "medium", 5),
        ("a", "high", 5),
        ("z", "info", 6),
        ("y", "high", 5),
    ]
    made = [Finding(name, weight, "", count, None, (), "") for name, weight, count in rows]
    monkeypatch.setattr(registry, "REGISTRY", (lambda _: iter(made[:3]), lambda _: iter(made[3:])))
    assert [item.id for item in registry.find(None)] == ["z", "a", "y", "b", "c", "d"]  # type: ignore[arg-type]


def test_uvs_programs_are_named_and_not_what_lies_around_them(tmp_path: Path) -> None:
    site = "opt/venv/lib/python3.13/site-packages"
    wheel = [
        *hand.venv("opt/venv", ("uv", {"uv/__init__.py": 500})),
        make.file("opt/venv/bin/uv", bytes(300_000), 0o755),
        make.file("tmp/uv-0123.lock", bytes(9)),
    ]
    found = hand.found(hand.image(tmp_path, "FROM x\nRUN pip install uv", wheel), "uv-in-image")
    assert found.paths == ("/opt/venv/bin/uv",)
    assert found.bytes > 300_500
    alone = [*wheel[:-2], make.file(f"{site}/uv/_build.so", bytes(50))]
    found = hand.found(hand.image(tmp_path, "FROM x\nRUN pip install uv", alone), "uv-in-image")
    assert found.paths == ("/opt/venv",), "a package without its program"
    two = [UV, make.file("bin/uvx", bytes(500_000), 0o755)]
    found = hand.found(hand.image(tmp_path, "FROM x\nCOPY uv /", two), "uv-in-image")
    assert found.paths == ("/bin/uvx", "/usr/local/bin/uv"), "the largest first"


@pytest.mark.parametrize(
    ("config", "own"),
    [
        ({"Entrypoint": ["/usr/local/bin/uv"]}, True),
        ({"Cmd": ["uv"]}, True),
        ({"Cmd": ["uv", "--version"]}, False),
        ({"Entrypoint": ["uv"], "Cmd": ["run"]}, False),
        ({"Cmd": ["uvx"]}, False),
        ({}, False),
    ],
)
def test_an_image_that_is_for_uv_itself(config: dict[str, object], own: bool, tmp_path: Path) -> None:
    report = hand.image(tmp_path, "FROM x\nCOPY uv /usr/local/bin/", [UV], config=config)
    assert ("uv-in-image" not in hand.ids(report)) is own
    with_app = [UV, *hand.venv("app/.venv", FLASK)]
    report = hand.image(tmp_path, "FROM x\nCOPY uv /usr/local/bin/", with_app, config=config)
    assert "uv-in-image" in hand.ids(report)


def test_uvs_cache_is_named_once_by_its_parts_the_largest_first(tmp_path: Path) -> None:
    cache = "root/.cache/uv"
    files = [make.file(f"{cache}/wheels-v5/x", bytes(50)), make.file(f"{cache}/archive-v0/x", bytes(90))]
    files.append(make.file(f"{cache}/CACHEDIR.TAG", bytes(5)))
    found = hand.found(hand.image(tmp_path, "FROM x\nRUN uv sync", files), "uv-cache-in-image")
    assert found.paths == (f"/{cache}/archive-v0", f"/{cache}/wheels-v5", f"/{cache}")
    assert (found.bytes, found.line) == (145, 2)
    assert found.advice.endswith("in a first stage."), "nothing of it was an environment's"


def test_scripts_that_cannot_start_are_counted_in_words(tmp_path: Path) -> None:
    files = [*hand.venv("app/.venv", FLASK), hand.script("app/.venv/bin/a", "/gone/python")]
    found = hand.found(hand.image(tmp_path, COPY_APP, files), "console-scripts-dead")
    assert found.title == "1 program in /app/.venv/bin cannot start: /gone/python leads to no Python"
    files += [
        hand.script("app/.venv/bin/b", "/earlier/pypy3"),
        hand.script("app/.venv/bin/sh-one", "/gone/sh"),
    ]
    found = hand.found(hand.image(tmp_path, COPY_APP, files), "console-scripts-dead")
    assert found.title == "2 programs in /app/.venv/bin cannot start: /earlier/pypy3 leads to no Python"
    assert found.paths == ("/app/.venv/bin/a", "/app/.venv/bin/b")


def test_a_scripts_first_line_is_read_as_the_kernel_reads_it(tmp_path: Path) -> None:
    texts = {
        "plain": b"#!/gone/python\n",
        "option": b"#!/gone/python -I\n",
        "space": b"#! /gone/python\nx",
        "no-shebang": b"print(1)\n",
        "not-executable": b"#!/gone/python\n",
        "long": b"#!/gone/" + b"x" * 1010 + b"/python\n",
    }
    files = [
        make.file(f"app/.venv/bin/{n}", t, 0o644 if n.startswith("not") else 0o755) for n, t in texts.items()
    ]
    files += [*hand.venv("app/.venv", FLASK), make.symlink("app/.venv/bin/link", "plain")]
    report = hand.image(tmp_path, COPY_APP, files)
    (environment,) = (item for item in report.environments if item.path == "/app/.venv")
    told = {script.name: script.interpreter for script in environment.scripts}
    cut = told.pop("long")
    assert told == {"plain": "/gone/python", "option": "/gone/python", "space": "/gone/python"}
    assert cut == ("/gone/" + "x" * 1010 + "/python")[: 1024 - len("#!")], "so much of a line is looked at"
    assert [script.name for script in environment.scripts] == ["long", "option", "plain", "space"]


def test_a_line_of_the_layer_that_made_the_link_and_not_of_a_later_change_of_owner(tmp_path: Path) -> None:
    made = hand.venv("app/.venv", FLASK, python="/gone/python")
    again = [make.symlink("app/.venv/bin/python", "/gone/python")]
    other = [make.symlink("app/.venv/bin/python", "/other/python")]
    dockerfile = "FROM x\nRUN uv sync\nRUN chown -R app /app"
    assert hand.found(hand.image(tmp_path, dockerfile, made, again), "interpreter-dangling").line == 2
    assert hand.found(hand.image(tmp_path, dockerfile, made, other), "interpreter-dangling").line == 3


def test_secrets_are_told_by_the_layer_that_holds_them(tmp_path: Path) -> None:
    first = [make.file("app/.env", b"a=1"), make.file("root/.netrc", b"login")]
    second = [make.file("app/id_rsa", b"key"), make.whiteout("app/.env"), make.whiteout("root/.netrc")]
    report = hand.image(tmp_path, "FROM x\nCOPY . /\nRUN x", first, second)
    told = [item for item in report.findings if item.id == "secrets-in-image"]
    assert sorted((item.line or 0, item.bytes, item.paths) for item in told) == [
        (2, 8, ("/app/.env", "/root/.netrc")),
        (3, 3, ("/app/id_rsa",)),
    ]
    assert sorted("though later ones remove them" in item.title for item in told) == [False, True]
    half = [make.file("app/id_rsa", b"key"), make.whiteout("app/.env")]
    report = hand.image(tmp_path, "FROM x\nCOPY . /\nRUN x", first, half)
    assert not any("remove them" in item.title for item in report.findings if item.id == "secrets-in-image")


@pytest.mark.parametrize(
    "path",
    [
        f"{SITE}/flask/.env",
        "usr/local/lib/python3.13/test/.env",
        "root/.cache/uv/archive-v0/x/.env",
        "usr/share/tool/.env",
    ],
)
def test_a_packages_own_files_are_no_secrets(path: str, tmp_path: Path) -> None:
    status = b"Package: tool\nStatus: install ok installed\nVersion: 1\n\n"
    files = [
        *hand.venv("app/.venv", FLASK),
        make.file(path, b"a=1"),
        make.file("var/lib/dpkg/status", status),
        make.file("var/lib/dpkg/info/tool.list", b"/usr/share/tool/.env\n"),
    ]
    report = hand.image(tmp_path, "FROM x\nRUN x", files)
    assert "secrets-in-image" not in hand.ids(report)


def test_an_environment_from_the_context_by_what_is_known(tmp_path: Path) -> None:
    dead = hand.venv("app/.venv", FLASK, python="/Users/me/bin/python")
    for words, told in (
        ("COPY . /app", True),
        ("ADD . /app", True),
        ("COPY --chown=app . /app", True),
        ("COPY /app /app", False),
        ("COPY https://x.org/a.tar /app", False),
        ("RUN cp . /app", False),
    ):
        report = hand.image(tmp_path, f"FROM x\n{words}", dead, known=False)
        assert ("host-environment-copied" in hand.ids(report)) is told, words
    live = hand.venv("app/.venv", FLASK)
    assert "host-environment-copied" not in hand.ids(
        hand.image(tmp_path, "FROM x\nCOPY . /app", live, known=False)
    )


def test_a_git_folder_of_a_cache_or_without_a_head_is_no_history(tmp_path: Path) -> None:
    pack = make.file("app/.git/pack", bytes(50))
    assert "git-folder-in-image" not in hand.ids(hand.image(tmp_path, "FROM x\nCOPY . /", [pack]))
    cached = [make.file("root/.cache/pre-commit/x/.git/HEAD", b"x")]
    assert "git-folder-in-image" not in hand.ids(hand.image(tmp_path, "FROM x\nRUN x", cached))
    base = [*hand.BASE, make.file("srv/.git/HEAD", b"x")]
    files = [make.file("a", b"1")]
    assert "git-folder-in-image" not in hand.ids(hand.image(tmp_path, "FROM x\nCOPY a /", files, base=base))


RECIPE = """ARG V=1
FROM debian:$V AS one
RUN --mount=from=uv:1,target=/u --mount=type=cache,target=/c --mount=from=$NO,target=/n x
FROM one AS two
COPY --from=one /a /a
COPY --from=0 /a /a
COPY --from=alpine:3 /a /a
COPY --from=$NO /a /a
FROM scratch
USER app
FROM two
RUN y
"""


def test_a_dockerfile_as_findings_need_it(tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.write_text(RECIPE)
    recipe = read_recipe(path)
    assert isinstance(recipe, Recipe)
    assert list(recipe.images()) == [(2, "debian:1"), (9, "scratch"), (3, "uv:1"), (7, "alpine:3")]
    assert [stage.index for stage in recipe.chain] == [0, 1, 3]
    assert (recipe.from_line, recipe.sets_user) == (2, False)
    assert [(step.line, recipe.is_final(step)) for step in recipe.runs()] == [(3, True), (12, True)]
    user = next(step for step in recipe.steps() if step.keyword == "USER")
    assert not recipe.is_final(user)
    found = recipe.instruction_at(12)
    assert found is not None
    assert (found.keyword, recipe.instruction_at(2), recipe.instruction_at(None)) == ("RUN", None, None)
    assert replace(recipe, stages=recipe.stages[:3]).sets_user
    path.write_text("no dockerfile\n")
    assert read_recipe(path) is read_recipe(tmp_path / "none") is None
