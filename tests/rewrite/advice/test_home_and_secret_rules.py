"""Secrets, homes, caches and programs that an image lacks: R35, R39, R42 and R57."""

from __future__ import annotations

import pytest
from rewrites.dockerfiles import BASE, FLASK, SYNC, both_stages, decision, warned

from uvdive.ledger.report import User
from uvdive.rewrite.planner import plan

APP = User("app", 1000, 1000, "/home/app")


@pytest.mark.parametrize("keyword", ["ENV", "ARG"])
@pytest.mark.parametrize(
    "setting",
    [
        "UV_INDEX_CORP_PASSWORD=hunter2",
        "UV_INDEX_URL=https://me:hunter2@pypi.corp/simple",
        "PIP_INDEX_URL=https://me:hunter2@pypi.corp/simple",
        "UV_DEFAULT_INDEX=https://me:hunter2@pypi.corp/simple",
        "UV_EXTRA_INDEX_URL=https://hunter2@pypi.corp/simple",
        "PIP_EXTRA_INDEX_URL=https://hunter2@pypi.corp/simple",
    ],
)
def test_r39_a_password_of_an_index_is_warned_of_and_never_shown(project, keyword, setting) -> None:
    result = project(f"{BASE}{keyword} {setting}\n{SYNC}{FLASK}").plan()
    ((line, text),) = warned(result, "R39")
    assert line == 2
    assert setting.partition("=")[0] in text
    assert "type=secret" in text
    assert not any("hunter2" in warning.text for warning in result.warnings)


@pytest.mark.parametrize(
    "setting", ["UV_INDEX_URL=https://pypi.corp/simple", "UV_INDEX_CORP_PASSWORD", "X=a"]
)
def test_r39_an_index_without_a_password_is_none_of_it(project, setting) -> None:
    assert not warned(project(f"{BASE}ARG {setting}\n{SYNC}{FLASK}").plan(), "R39")


@pytest.mark.parametrize(
    "name", [".env", ".netrc", ".npmrc", "key.pem", "tls.key", ".ssh/id_ed25519", "id_rsa"]
)
def test_r39_a_copied_file_of_secrets_is_warned_of_and_stays(project, node, name) -> None:
    made = project(f"{BASE}{SYNC}COPY . /app\n{FLASK}", {"COPY .": {f"/app/{name}": node(9)}})
    result = made.plan()
    ((line, text),) = warned(result, "R39")
    assert (line, text.split()[0]) == (6, f"/app/{name}")
    assert "COPY . /app" in result.text
    from_text = plan(f"{BASE}{SYNC}COPY {name} ./\n{FLASK}", None, lambda _: None)
    assert [line for line, _ in warned(from_text, "R39")] == [6]


def test_r39_secret_and_ssh_mounts_and_named_contexts_stay_as_they_are(project) -> None:
    lines = (
        "RUN --mount=type=secret,id=netrc,target=/root/.netrc --mount=type=ssh uv sync --frozen\n"
        "COPY --from=assets logo.svg /app/logo.svg\n"
    )
    text = BASE + "WORKDIR /app\nCOPY uv.lock ./\n" + lines + FLASK
    result = project(text).plan()
    assert not warned(result, "R39")
    build, _, final = result.text.partition(" AS runner")
    assert lines in build
    assert "netrc" not in final
    assert "assets" not in final


MOUNTS = (
    "--mount=type=secret,id=token --mount=type=ssh --mount=type=secret,id=n,target=/etc/creds/netrc "
    "--mount=source=README.md,target=/opt/in/README.md --mount=type=cache,target=/opt/kept "
    "--mount=type=secret,id=e,env=TOKEN"
)


def test_the_empty_folders_of_mounts_stay_behind_and_are_announced(project, node) -> None:
    """Docker 20.10 leaves them in the layer of the RUN."""
    run = f"RUN {MOUNTS} uv sync --frozen"
    empty = ("/run/secrets", "/run/buildkit", "/etc/creds", "/opt/in", "/opt/kept", "/opt/mine")
    made = {run: {**{path: node(folder=True) for path in empty}, "/opt/kept/file": node(9)}}
    there = {path: node(folder=True) for path in ("/run", "/etc", "/opt")}
    result = project(f"{BASE}WORKDIR /app\nCOPY uv.lock ./\n{run}\n{FLASK}", made, base_paths=there).plan()
    assert {"/run/secrets", "/run/buildkit", "/etc/creds", "/opt/in"} <= set(result.allowed.paths)
    assert not {"/opt/kept", "/opt/mine"} & set(result.allowed.paths)
    final = result.text.partition(" AS runner")[2]
    assert "/opt/kept" in final
    assert "/opt/mine" in final
    assert "/etc/creds" not in final
    assert "/opt/in" not in final


def test_a_folder_of_the_apps_own_in_run_is_made_and_those_of_packages_are_not_copied(project, node) -> None:
    install, own = "RUN apt-get update && apt-get install -y dbus", "RUN mkdir /run/app && chown 7 /run/app"
    made = {
        install: {"/run/dbus": node(folder=True, uid=9), "/usr/bin/dbus": node(5, owner="os-packages")},
        own: {"/run/app": node(folder=True, uid=7)},
    }
    there = {"/run": node(folder=True)}
    result = project(f"{BASE}{install}\n{SYNC}{own}\n{FLASK}", made, base_paths=there).plan()
    assert result.outcome == "rewritten", result.refusal
    final = result.text.partition(" AS runner")[2]
    assert "/run/app" in final
    assert "/run/dbus" not in final


DATA = (".cache/huggingface", ".cache/torch", ".cache/ms-playwright", "nltk_data", ".insightface")


@pytest.mark.parametrize("folder", DATA)
def test_r35_data_in_a_home_is_copied_to_the_same_path(project, node, folder) -> None:
    path = f"/root/{folder}"
    made = project(f"{BASE}{SYNC}RUN ./fetch\n{FLASK}", {"RUN ./fetch": {f"{path}/model": node(70)}})
    result = made.plan()
    copied = [line.split()[-2:] for line in result.text.splitlines() if line.startswith("COPY --from=")]
    assert any(source == target and f"{path}/model".startswith(source) for source, target in copied)
    assert not warned(result, "R35")


@pytest.mark.parametrize("folder", DATA)
def test_r35_data_in_the_home_of_another_user_is_warned_of(project, node, folder) -> None:
    text = f"{BASE}{SYNC}RUN ./fetch\nUSER app\n{FLASK}"
    wrote = {"RUN ./fetch": {f"/root/{folder}/model": node(70)}}
    ((line, said),) = warned(project(text, wrote, users=[APP], config={"user": "app"}).plan(), "R35")
    assert line == 6
    assert f"/root/{folder}" in said
    assert "/home/app" in said


def test_r35_data_that_a_variable_points_to_is_found_by_every_user(project, node) -> None:
    text = f"{BASE}ENV HF_HOME=/root/.cache/huggingface\n{SYNC}RUN ./fetch\nUSER app\n{FLASK}"
    wrote = {"RUN ./fetch": {"/root/.cache/huggingface/model": node(70)}}
    env = ("PATH=/usr/local/bin:/usr/bin:/bin", "HF_HOME=/root/.cache/huggingface")
    made = project(text, wrote, users=[APP], config={"user": "app", "env": env})
    assert not warned(made.plan(), "R35")


def test_r35_tiktokens_data_in_tmp_is_warned_of(project, node) -> None:
    wrote = {"RUN ./fetch": {"/tmp/data-gym-cache/9b5": node(70)}}
    result = project(f"{BASE}{SYNC}RUN ./fetch\n{FLASK}", wrote).plan()
    ((line, text),) = warned(result, "R35")
    assert line == 6
    assert "TIKTOKEN_CACHE_DIR" in text


@pytest.mark.parametrize(
    ("before", "target", "right"),
    [
        ("", "/home/app/.cache/uv", "/root/.cache/uv"),
        ("USER app\n", "/root/.cache/uv", "/home/app/.cache/uv"),
        ("USER 1000:1000\n", "/root/.cache", "/home/app/.cache/uv"),
        ("ENV UV_CACHE_DIR=/opt/cache\n", "/root/.cache/uv", "/opt/cache"),
        ("", "/root/.cache/uv", None),
        ("", "/root/.cache", None),
        ("USER app\n", "/home/app/.cache/uv", None),
        ("USER nobody-knows\n", "/root/.cache/uv", None),
        ("", "/root/.npm", None),
    ],
)
def test_r42_a_cache_mount_is_where_the_users_uv_keeps_its_cache(project, before, target, right) -> None:
    sync = f"RUN --mount=type=cache,target={target} uv sync --frozen\n"
    made = project(f"{BASE}WORKDIR /app\nCOPY uv.lock ./\n{before}{sync}{FLASK}", users=[APP])
    found = warned(made.plan(), "R42")
    if right is None:
        assert not found
    else:
        ((line, text),) = found
        assert line == 4 + bool(before)
        assert f"Write target={right}" in text
        assert ("uid=" in text) is before.startswith("USER")


@pytest.mark.parametrize(
    ("start", "missing"),
    [
        ('HEALTHCHECK CMD curl -f http://localhost/\nCMD ["flask", "run"]\n', ["curl"]),
        ('CMD ["sh", "-c", "migrate && exec flask run"]\n', ["migrate"]),
        ('ENTRYPOINT ["tini", "--"]\nCMD ["flask", "run"]\n', ["tini"]),
        ('CMD ["sh", "-c", "command -v jq && jq . x; exec flask run"]\n', []),
        ('CMD ["sh", "-c", "cd /app && export A=1 && exec flask run"]\n', []),
        (FLASK, []),
    ],
)
def test_r57_a_program_that_was_never_installed_is_a_finding(project, start, missing) -> None:
    found = warned(project(BASE + SYNC + start).plan(), "R57")
    assert [text.split()[2].rstrip(",") for _, text in found] == missing
    assert {line for line, _ in found} <= {6}


def test_r57_a_program_that_the_image_has_is_no_finding(project, node) -> None:
    start = 'HEALTHCHECK CMD curl -f http://localhost/\nCMD ["flask", "run"]\n'
    made = project(BASE + SYNC + start, base_paths={"/usr/bin/curl": node(9)})
    assert not warned(made.plan(), "R57")


def test_r57_a_runner_that_is_removed_is_no_finding(project) -> None:
    result = project(BASE + SYNC + 'ENTRYPOINT ["poetry", "run", "flask", "run"]\n').plan()
    assert not warned(result, "R57")
    kept = project(BASE + SYNC + 'ENTRYPOINT ["poetry", "run", "flask", "run"]\n')
    assert warned(kept.plan(choices={"start-runner": "keep"}), "R57")


@pytest.mark.parametrize(
    ("environ", "left"),
    [
        ("ENV UV_INDEX_CORP_PASSWORD=hunter2", []),
        ("ENV UV_INDEX_CORP_PASSWORD hunter2", []),
        ("ENV PIP_INDEX_URL=https://me:hunter2@pypi.corp/simple", []),
        ("ENV HTTPS_PROXY=http://me:hunter2@proxy:3128", []),
        ("ENV A='b c' UV_INDEX_CORP_PASSWORD=hunter2 D=e", ["ENV A='b c' D=e"]),
        ('ENV "PIP_INDEX_URL"=https://me:hunter2@pypi.corp/simple X=1', ["ENV X=1"]),
        ("ENV HTTPS_PROXY=http://proxy:3128", ["ENV HTTPS_PROXY=http://proxy:3128"]),
    ],
)
def test_r27_and_r39_an_env_with_a_password_stays_in_the_build_stage(project, environ, left) -> None:
    result = project(f"{BASE}{environ}\n{SYNC}{FLASK}").plan()
    build, _, run = result.text.partition("\nFROM ")
    assert environ in build
    assert "hunter2" not in run
    own = [line for line in run.splitlines() if line.startswith("ENV ") and "PATH" not in line]
    assert own == left
    name = environ.split("=")[0].split()[1].strip('"')
    assert (f"Env:{name}" in result.allowed.config) == ("hunter2" in environ and name != "A")


def test_r27_an_arg_that_only_a_password_uses_stays_in_the_build_stage(project) -> None:
    text = f"{BASE}ARG TOKEN\nENV A=b UV_INDEX_CORP_PASSWORD=$TOKEN\n{SYNC}{FLASK}"
    _, _, run = project(text).plan().text.partition("\nFROM ")
    assert "TOKEN" not in run
    assert "ENV A=b\n" in run


def test_r39_a_password_that_another_setting_uses_stays_and_is_warned_of() -> None:
    text = f"{BASE}ENV UV_INDEX_CORP_PASSWORD=hunter2\nENV TOKEN=$UV_INDEX_CORP_PASSWORD\n{SYNC}{FLASK}"
    result = plan(text, None, lambda _: None)
    assert result.text.count("ENV UV_INDEX_CORP_PASSWORD=hunter2") == 2
    assert [line for line, _ in warned(result, "R39")] == [2, 3]


HELD = [
    ("ARG GITHUB_TOKEN\nENV GH=${GITHUB_TOKEN}", 3, "GH takes the value of GITHUB_TOKEN"),
    ("ARG GITHUB_TOKEN\nENV GH $GITHUB_TOKEN", 3, "GH takes the value of GITHUB_TOKEN"),
    ('ARG GITHUB_TOKEN\nENV A=b GH="x:${GITHUB_TOKEN:-}" C=d', 3, "GH takes the value of GITHUB_TOKEN"),
    ("ARG DB_PASSWORD\nLABEL note=$DB_PASSWORD", 3, "note takes the value of DB_PASSWORD"),
    ("ARG NPM_TOKEN\nARG T=$NPM_TOKEN", 3, "T takes the value of NPM_TOKEN"),
    ("ENV API_TOKEN=a1B2c3D4e5", 2, "API_TOKEN holds what looks like a secret"),
    ("ENV DJANGO_SECRET_KEY='a1 B2c3D4e5'", 2, "DJANGO_SECRET_KEY holds what looks like a secret"),
    ("LABEL api_key=a1B2c3D4e5", 2, "api_key holds what looks like a secret"),
    ("ARG NPM_TOKEN=a1B2c3D4e5", 2, "NPM_TOKEN holds what looks like a secret"),
    ("ENV PIN=482913", 2, "PIN holds what looks like a secret"),
]


@pytest.mark.parametrize(("lines", "at", "told"), HELD)
def test_r39_any_variable_that_holds_a_secret_is_warned_of_and_stays(project, lines, at, told) -> None:
    result = project(f"{BASE}{lines}\n{SYNC}{FLASK}").plan()
    ((line, text),) = warned(result, "R39")
    assert line == at
    assert text.startswith(told)
    assert "a1" not in text
    if "ENV" in lines:
        assert result.text.count(lines.splitlines()[-1]) == 2, "the app may read it"


def test_r39_follows_a_secret_from_one_variable_to_the_next() -> None:
    lines = "ARG GITHUB_TOKEN\nENV A=$GITHUB_TOKEN\nENV B=$A A=none\nENV C=$B D=$A\n"
    found = warned(plan(f"{BASE}{lines}{SYNC}{FLASK}", None, lambda _: None), "R39")
    assert [(line, text.split(",")[0]) for line, text in found] == [
        (3, "A takes the value of GITHUB_TOKEN"),
        (4, "B takes the value of A"),
        (5, "C takes the value of B"),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        "ARG GITHUB_TOKEN",
        "ENV API_TOKEN=",
        "ENV API_TOKEN=changeme",
        "ENV SECRET_KEY=dummy-for-collectstatic",
        "ENV DJANGO_SECRET_KEY=django-insecure-a1B2c3",
        "ARG SECRET_KEY=only-for-the-build",
        "ENV TOKEN_FILE=/run/secrets/token",
        "ARG GITHUB_TOKEN\nENV HAS=${GITHUB_TOKEN:+yes}",
        "ARG GITHUB_TOKENS_FILE\nENV F=$GITHUB_TOKENS_FILE",
        "ENV X=$GITHUB_TOKEN",
        "ARG VERSION=1.2\nENV X=$VERSION",
        "ENV KEY=value PRIMARY_KEY=id PINNED=1 PIN_MEMORY=true LED_PIN=17",
    ],
)
def test_r39_what_holds_no_secret_is_none_of_it(lines) -> None:
    assert not warned(plan(f"{BASE}{lines}\n{SYNC}{FLASK}", None, lambda _: None), "R39")


def test_r42_a_mounts_target_that_the_builder_did_not_expand_leaves_nothing_to_copy(project, node) -> None:
    sync = "RUN --mount=type=cache,target=/usr/local/$APP/cache uv sync --frozen\n"
    made = project(
        f"{BASE}ENV APP=shop\n{SYNC.replace('RUN uv sync --frozen --no-dev', sync.rstrip())}{FLASK}",
        {sync.rstrip(): {"/usr/local/$APP/cache": node(folder=True)}},
    )
    assert "$APP" not in made.plan().text.partition("AS runner")[2]


@pytest.mark.parametrize("place", ["/root/.local/bin", "/root/.cargo/bin", "$HOME/.local/bin"])
def test_r27_the_installers_place_leaves_path(place) -> None:
    result = plan(f"{BASE}ENV PATH={place}:/usr/bin\n{SYNC}{FLASK}", None, lambda _: None)
    assert not warned(result, "R27")
    assert decision(result, "installer-path").line == 2
    assert "Env:PATH" in result.allowed.config
    build, run = both_stages(result)
    assert f"\nENV PATH={place}:/usr/bin\n" in build
    assert "\nENV PATH=/usr/bin\n" in run
    alone = plan(f'{BASE}ENV PATH="{place}/:$PATH"\n{SYNC}{FLASK}', None, lambda _: None)
    assert place not in both_stages(alone)[1]
    assert both_stages(alone)[1].count("PATH=") == 1


def test_r27_a_place_on_path_stays_where_something_of_it_comes_along(project, node) -> None:
    there = {"RUN ./x": {"/root/.local/bin/tool": node(9)}}
    result = project(f"{BASE}ENV PATH=/root/.local/bin:/usr/bin\n{SYNC}RUN ./x\n{FLASK}", there).plan()
    assert "ENV PATH=/root/.local/bin:/usr/bin\n" in both_stages(result)[1]
    assert decision(result, "installer-path") is None
