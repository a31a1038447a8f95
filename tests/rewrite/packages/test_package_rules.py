"""OS packages in the final stage, by what the app needs of them (R28, R33, R34, R43, R57)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_images.system_facts import LIBPQ, facts, packages
from rewrites.dockerfiles import BASE, SYNC, decision, last_stage, refused, runner

from uvdive.ledger.report import Component, User
from uvdive.rewrite.evidence.system.os_needs import Need

START = 'CMD ["flask", "run"]\n'
INSTALL = "RUN apt-get update && apt-get install -y"


LINKS = Need("libpq5", "libpq.so.5", "/app/.venv/lib/_psycopg.so", "links")


def test_r33_what_only_builds_is_dropped_and_the_libraries_that_are_needed_are_named(project) -> None:
    made = project(f"{BASE}{INSTALL} gcc libpq-dev && rm -rf /var/lib/apt/lists/*\n{SYNC}{START}")
    result = made.plan(system=facts([LINKS]))
    assert f"{INSTALL} libpq5 && rm -rf /var/lib/apt/lists/*\n" in last_stage(result)
    assert {"gcc", "cpp", "libpq-dev", "libssl-dev"} <= set(result.allowed.packages)
    assert "libpq5" not in result.allowed.packages
    assert "libpq.so.5" in decision(result, "runtime-libraries").reason


def test_r33_build_packages_stay_where_the_user_wants_them(project) -> None:
    made = project(f"{BASE}{INSTALL} gcc libpq-dev\n{SYNC}{START}")
    result = made.plan(system=facts([LINKS], only=["gcc", "libpq-dev"]), choices={"build-packages": "keep"})
    assert f"{INSTALL} gcc libpq-dev\n" in last_stage(result)
    assert result.allowed.packages == ()
    sizes = {a.value: a.predicted_bytes for a in decision(result, "build-packages").alternatives}
    assert sizes["keep"] == sizes["drop"] + 4 * 1000


def test_r33_a_run_that_installs_nothing_else_is_left_out(project) -> None:
    made = project(f"{BASE}{INSTALL} gcc && rm -rf /var/lib/apt/lists/*\n{SYNC}{START}")
    assert "RUN" not in last_stage(made.plan(system=facts()))


def test_r33_the_authors_layout_and_comments_stay(project) -> None:
    text = (
        "RUN apt-get update && apt-get install -y --no-install-recommends \\\n        gcc \\\n"
        "        libpq-dev \\\n        jq \\\n    && rm -rf /var/lib/apt/lists/*\n"
    )
    need = Need("jq", "jq", "/app/src/run.sh", "runs")
    result = project(BASE + text + SYNC + START).plan(system=facts([LINKS, need]))
    assert (
        "RUN apt-get update && apt-get install -y --no-install-recommends \\\n        jq \\\n"
        "        libpq5 \\\n    && rm -rf /var/lib/apt/lists/*\n"
    ) in last_stage(result)


def test_r33_a_version_is_pinned_as_the_author_did(project) -> None:
    made = project(f"{BASE}{INSTALL} gcc libpq-dev=17.*\n{SYNC}{START}")
    assert f"{INSTALL} libpq5=17.*\n" in last_stage(made.plan(system=facts([LINKS])))


def test_r33_a_library_that_is_loaded_by_name_counts(project) -> None:
    found = LIBPQ | packages("libmagic-dev: libmagic1t64")
    need = Need("libmagic1t64", "libmagic.so.1", "magic/loader.py", "loads", sure=False)
    made = project(f"{BASE}{INSTALL} libmagic-dev\n{SYNC}{START}")
    assert f"{INSTALL} libmagic1t64\n" in last_stage(made.plan(system=facts([need], found)))


def test_r33_what_the_runners_base_has_is_not_named(project) -> None:
    need = Need("libc6", "libc.so.6", "/app/.venv/x.so", "links")
    made = project(f"{BASE}{INSTALL} gcc\n{SYNC}{START}")
    assert "RUN" not in last_stage(made.plan(system=facts([need])))


def test_r33_a_package_that_is_kept_out_of_caution_is_a_choice(project) -> None:
    made = project(f"{BASE}{INSTALL} vim jq\n{SYNC}{START}")
    system = facts([Need("jq", "jq", "/app/src/run.sh", "runs")], only=["vim", "jq"])
    result = made.plan(system=system)
    assert f"{INSTALL} vim jq\n" in last_stage(result)
    choice = decision(result, "package-vim")
    assert choice.chosen == "keep"
    assert [a.value for a in choice.alternatives] == ["keep", "drop"]
    assert decision(result, "package-jq") is None  # something runs it
    dropped = made.plan(system=system, choices={"package-vim": "drop"})
    assert f"{INSTALL} jq\n" in last_stage(dropped)
    assert dropped.allowed.packages == ("vim",)


@pytest.mark.parametrize(
    ("start", "kept"),
    [
        (START, False),
        ('HEALTHCHECK CMD curl -f http://localhost/ || exit 1\nCMD ["flask", "run"]\n', True),
        ('HEALTHCHECK CMD ["curl", "-f", "http://localhost/"]\nCMD ["flask", "run"]\n', True),
        ('CMD ["sh", "-c", "curl x && flask run"]\n', True),
    ],
)
def test_r30_a_tool_stays_where_the_image_calls_it(project, start, kept) -> None:
    result = project(f"{BASE}{INSTALL} curl\n{SYNC}{start}").plan(system=facts())
    assert (f"{INSTALL} curl\n" in last_stage(result)) is kept
    assert (decision(result, "package-curl") is None) is kept


SERVICE = "services:\n  web:\n    build: .\n"
POD = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - {name: a, image: some/app, livenessProbe: %s}\n"


@pytest.mark.parametrize(
    ("name", "text", "sure"),
    [
        ("compose.yaml", f"{SERVICE}    healthcheck:\n      test: curl -f localhost\n", True),
        ("compose.yaml", f'{SERVICE}    healthcheck: {{test: ["CMD", "/usr/bin/curl", "x"]}}\n', True),
        ("compose.yaml", f'{SERVICE}    healthcheck: {{test: ["CMD-SHELL", "curl x || exit 1"]}}\n', True),
        ("compose.yaml", f"{SERVICE}    command: sh -c 'curl x && flask run'\n", True),
        ("k8s/app.yaml", POD % '{exec: {command: ["curl", "localhost"]}}', True),
        ("k8s/app.yaml", POD % '{exec: {command: ["curl", "localhost"]}}', False),
    ],
)
def test_r30_a_program_that_runs_from_outside_in_the_container_stays(
    project, tmp_path: Path, name: str, text: str, sure: bool
) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    if not sure:  # with one Dockerfile, every container is taken for its image's
        (tmp_path / "Dockerfile.other").write_text("FROM scratch\n")
    made = project(f"{BASE}{INSTALL} curl\n{SYNC}{START}")
    result = made.plan(system=facts(), context=tmp_path, dockerfile=str(tmp_path / "Dockerfile"))
    assert f"{INSTALL} curl\n" in last_stage(result)
    choice = decision(result, "package-curl")
    assert (choice is None) is sure
    assert sure or (choice.chosen == "keep" and f"{name}, line " in choice.reason)


def test_r30_a_container_of_another_image_needs_nothing_here(project, tmp_path: Path) -> None:
    other = "services:\n  db:\n    image: postgres\n    healthcheck: {test: curl x}\n  web:\n    build: .\n"
    (tmp_path / "compose.yaml").write_text(other)
    made = project(f"{BASE}{INSTALL} curl\n{SYNC}{START}")
    result = made.plan(system=facts(), context=tmp_path, dockerfile=str(tmp_path / "Dockerfile"))
    assert "curl" not in last_stage(result)


def test_r57_a_program_that_the_environments_code_names_stays_and_is_a_choice(project) -> None:
    need = Need("git", "git", "/app/.venv/lib/git/cmd.py", "runs", sure=False)
    result = project(f"{BASE}{INSTALL} git\n{SYNC}{START}").plan(system=facts([need]))
    assert f"{INSTALL} git\n" in last_stage(result)
    assert decision(result, "package-git").chosen == "keep"
    assert "cmd.py" in decision(result, "package-git").reason


def test_r33_a_virtual_name_means_the_package_that_provides_it(project) -> None:
    need = Need("libmagic1t64", "libmagic.so.1", "python-magic", "loads")
    result = project(f"{BASE}{INSTALL} libmagic1\n{SYNC}{START}").plan(system=facts([need]))
    assert f"{INSTALL} libmagic1\n" in last_stage(result)
    assert decision(result, "package-libmagic1") is None


def test_r33_without_the_contents_every_package_is_kept(project) -> None:
    made = project(f"{BASE}{INSTALL} gcc libpq-dev\n{SYNC}{START}")
    assert f"{INSTALL} gcc libpq-dev\n" in last_stage(made.plan())


def test_r33_packages_that_only_the_shell_knows_are_kept(project) -> None:
    made = project(f"{BASE}ARG MORE=jq\n{INSTALL} gcc $MORE\n{SYNC}{START}")
    text = last_stage(made.plan(system=facts()))
    assert f"{INSTALL} $MORE\n" in text
    assert text.index("ARG MORE=jq") < text.index("RUN")


def test_r33_debconf_settings_come_along(project) -> None:
    text = f"{BASE}ARG DEBIAN_FRONTEND=noninteractive\nARG OTHER=1\n{INSTALL} jq\n{SYNC}{START}"
    result = last_stage(project(text).plan(system=facts()))
    assert "ARG DEBIAN_FRONTEND=noninteractive\n\nRUN apt-get" in result
    assert "OTHER" not in result


def test_r43_what_the_build_removes_again_is_not_installed(project, node) -> None:
    run = f"{INSTALL} gcc jq && uv sync --frozen && apt-get purge -y --auto-remove gcc\n"
    found = {name: package for name, package in LIBPQ.items() if name not in ("gcc", "cpp")}
    text = BASE + "WORKDIR /app\nCOPY uv.lock ./\n" + run + START
    venv = {"/app/.venv/bin/python": node(link="/usr/local/bin/python3.13"), "/usr/bin/jq": node(7)}
    need = Need("jq", "jq", "/app/src/run.sh", "runs")
    result = project(text, {"RUN apt-get": venv}).plan(system=facts([need], found))
    assert f"{INSTALL} jq\n" in last_stage(result)
    assert decision(result, "purged-packages").rule == "R43"


@pytest.mark.parametrize("group", ["--virtual .build", "-t .build", "--virtual=.build"])
@pytest.mark.parametrize("name", ["gcc", "wget"])
def test_r43_a_group_of_apk_that_is_deleted_again_is_not_installed(project, group: str, name: str) -> None:
    run = f"RUN apk add --no-cache {group} {name} && apk add jq && apk del .build\n"
    found = packages("jq")
    need = Need("jq", "jq", "/app/src/run.sh", "runs")
    result = project(BASE + run + SYNC + START).plan(system=facts([need], found, old=()))
    assert "RUN apk add jq\n" in last_stage(result)


def test_r43_what_apt_finds_out_by_itself_needs_the_contents(project, node) -> None:
    run = (
        f"{INSTALL} gcc && uv sync && apt-mark auto '.*' > /dev/null && "
        "find /usr/local -type f | xargs ldd | awk x | xargs -r apt-mark manual && "
        "apt-get purge -y --auto-remove\n"
    )
    made = project(BASE + "WORKDIR /app\n" + run + START, {"RUN apt-get": {"/app/.venv/bin/x": node(1)}})
    assert refused(made.plan())[0] == "R43"


def test_r33_sources_that_are_fetched_keep_what_fetches_them(project) -> None:
    run = (
        f"{INSTALL} curl gnupg && curl -fsSL https://x/key | gpg --dearmor -o /usr/share/keyrings/x.gpg && "
        'echo "deb https://x trixie main" > /etc/apt/sources.list.d/x.list && '
        "apt-get update && apt-get install -y jq\n"
    )
    need = Need("jq", "jq", "/app/src/run.sh", "runs")
    result = project(BASE + run + SYNC + START).plan(system=facts([need], LIBPQ | packages("gnupg")))
    assert run in last_stage(result)


def test_r33_a_heredoc_is_divided_line_by_line(project) -> None:
    run = "RUN <<EOF\nset -e\napt-get update\napt-get install -y gcc libpq-dev\nuv pip list\nEOF\n"
    text = BASE + run + SYNC + START
    flat = BASE + "RUN set -e\n" + SYNC + START
    made = project(flat)
    history = made.report.history
    entry = next(e for e in history if "set -e" in e.created_by)
    body = "set -e\napt-get update\napt-get install -y gcc libpq-dev\nuv pip list\n"
    object.__setattr__(entry, "created_by", f"RUN /bin/sh -c {body} # buildkit")
    made.text = text
    assert ("RUN <<EOF\nset -e\napt-get update\napt-get install -y libpq5\nEOF\n\n") in last_stage(
        made.plan(system=facts([LINKS]))
    )


def test_r28_the_number_is_put_into_the_authors_text(project) -> None:
    run = "RUN groupadd -r app \\\n # who runs it\n && adduser --disabled-password --gecos '' app\n"
    made = project(
        BASE + run.replace(" # who runs it\n", "") + SYNC + START, users=[User("app", 1005, 999, "/home/app")]
    )
    text = last_stage(made.plan())
    assert (
        "RUN groupadd -g 999 -r app \\\n && adduser --uid 1005 --disabled-password --gecos '' app\n" in text
    )


def test_r28_users_are_made_apart_from_what_stands_around_them(project) -> None:
    run = "RUN useradd -m app && mkdir -p /data && chown app /data\n"
    made = project(BASE + run + SYNC + START, users=[User("app", 1000, 1000, "/home/app")])
    assert "RUN useradd -u 1000 -m app\n" in last_stage(made.plan())


def test_r34_files_beside_the_packages_are_copied(project, node) -> None:
    run = f"{INSTALL} jq && curl -o /usr/local/bin/tool https://x && curl -o /etc/tool.conf https://x\n"
    wrote = {
        "/usr/bin/jq": node(7),
        "/var/lib/dpkg/status": node(9),
        "/etc/alternatives/jq": node(link="/usr/bin/jq"),
        "/etc/sasl2": node(folder=True),
        "/usr/local/bin/tool": node(5),
        "/etc/tool.conf": node(3),
    }
    need = Need("jq", "jq", "/app/src/run.sh", "runs")
    made = project(BASE + run + SYNC + START, {"RUN apt-get": wrote})
    system = replace(facts([need]), listed={"/etc/sasl2": frozenset({"jq"})})
    text = last_stage(made.plan(system=system, choices={"layers": "whole"}))
    assert f"{INSTALL} jq\n" in text
    assert [line for line in text.splitlines() if line.startswith("COPY")] == [
        "COPY --from=builder /app /app",
        "COPY --from=builder /etc/tool.conf /etc/tool.conf",
        "COPY --from=builder /usr/local/bin/tool /usr/local/bin/tool",
    ]


def test_r34_settings_that_a_copied_file_decides_are_made_behind_it(project, node) -> None:
    text = (
        BASE + "COPY corp.crt /usr/local/share/ca-certificates/\nRUN update-ca-certificates\n" + SYNC + START
    )
    wrote = {
        "COPY corp": {"/usr/local/share/ca-certificates/corp.crt": node(3)},
        "RUN update": {"/etc/ssl/certs/corp.pem": node(link="/usr/local/share/ca-certificates/corp.crt")},
    }
    lines = runner(project(text, wrote).plan())
    assert lines[1:3] == ["COPY corp.crt /usr/local/share/ca-certificates/", "RUN update-ca-certificates"]


def test_r34_bytecode_of_the_bases_own_modules_stays_behind(project, node) -> None:
    pip = "/usr/local/lib/python3.13/site-packages/pip"
    text = BASE + SYNC + "RUN pip list\n" + START
    made = project(
        text,
        {"RUN pip": {f"{pip}/__pycache__/x.pyc": node(5), f"{pip}/_internal/__pycache__/y.pyc": node(6)}},
        base_paths={f"{pip}/x.py": node(1), f"{pip}/_internal/y.py": node(1)},
    )
    assert "__pycache__" not in last_stage(made.plan())


def test_r33_a_package_that_the_runners_base_has_is_no_choice(project) -> None:
    result = project(f"{BASE}{INSTALL} libc6\n{SYNC}{START}").plan(system=facts())
    assert f"{INSTALL} libc6\n" in last_stage(result)
    assert decision(result, "package-libc6") is None


@pytest.mark.parametrize("called", [False, True])
def test_r38_git_for_git_dependencies_stays_in_the_build_stage(project, called) -> None:
    needs = [Need("git", "git", "/app/src/app.py", "runs")] if called else []
    result = project(f"{BASE}{INSTALL} git\n{SYNC}{START}").plan(system=facts(needs))
    assert f"{INSTALL} git\n" in result.text[: result.text.index(" AS runner")]
    assert (f"{INSTALL} git\n" in last_stage(result)) is called


def test_r33_uv_in_the_systems_folder_is_no_source_of_packages(project) -> None:
    bring = "COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /uvx /bin/\n"
    made = project(f"{BASE}{bring}{INSTALL} vim\n{SYNC}{START}")
    text = last_stage(made.plan(system=facts()))
    assert "apt-get install -y vim" in text
    assert "astral-sh" not in text


def test_r33_what_debians_python_made_by_itself_goes_with_it(project) -> None:
    found = packages("libc6", "python3-dev: python3.13-minimal", "python3.13-minimal", "vim")
    made = project(f"{BASE}{INSTALL} vim python3-dev\n{SYNC}{START}")
    paths = made.plan(system=facts(found=found)).allowed.paths
    assert {"/etc/python3", "/var/lib/python", "/usr/lib/python3.13"} <= set(paths)
    assert not {"/usr", "/usr/lib", "/usr/local", "/usr/local/lib"} & set(paths)


def test_r33_what_a_choice_saves_is_what_really_goes(project) -> None:
    found = packages(
        *("libc6", "gcc: cpp libshared", "cpp", "libshared", "jq: libshared libjq", "libjq"),
        *("git: libcurl4 libgit", "libcurl4", "libgit", "curl: libcurl4"),
    )
    made = project(f"{BASE}{INSTALL} git curl gcc jq vim\n{SYNC}{START}")
    system = facts([Need("jq", "jq", "/app/src/run.sh", "runs")], found)
    result = made.plan(system=system)
    # libshared stays for jq; git's and curl's common library goes with both.
    assert "Only needed to compile: gcc (2.0 kB)" in decision(result, "build-packages").reason
    assert "It and what it brings: 3.0 kB." in decision(result, "package-git").reason
    kept = made.plan(system=system, choices={"package-curl": "keep"})
    assert "It and what it brings: 2.0 kB." in decision(kept, "package-git").reason
    assert (
        "It and what it brings: 1.0 kB."
        in decision(made.plan(system=system, choices={"package-git": "keep"}), "package-curl").reason
    )


def test_r33_a_library_that_is_needed_by_name_is_not_saved(project) -> None:
    made = project(f"{BASE}{INSTALL} libpq-dev\n{SYNC}{START}")
    reason = decision(made.plan(system=facts([LINKS], only=["libpq-dev"])), "build-packages").reason
    assert "Only needed to compile: libpq-dev (2.0 kB)" in reason


def test_r33_what_scripts_noted_for_the_service_of_a_dropped_package_is_announced(project, node) -> None:
    made = project(
        f"{BASE}{INSTALL} vim\n{SYNC}{START}",
        {
            INSTALL: {
                "/usr/lib/systemd/system/vim.service": node(4),
                "/usr/lib/systemd/system/x.service": node(4),
                "/usr/lib/systemd/user/agent.socket": node(4),
            }
        },
    )
    report = made.report
    for path, name in (
        (b"/usr/lib/systemd/system/vim.service", "vim"),
        (b"/usr/lib/systemd/system/x.service", "x"),
        (b"/usr/lib/systemd/user/agent.socket", "vim"),
    ):
        component = Component("os-packages", name, "1", "package", "", 4, 4, 0)
        report = replace(report, components=(*report.components, component))
        table = report.files
        report.inode_component[table.entry_inode[table.visible(table.find(path))]] = (
            len(report.components) - 1
        )
    made.report = report
    result = made.plan(system=facts(only=["vim"]), choices={"package-vim": "drop"})
    helper = "/var/lib/systemd/deb-systemd-helper-enabled"
    users = "/var/lib/systemd/deb-systemd-user-helper-enabled"
    # Of the users' services none is left, so the whole folder is theirs.
    assert sorted(path for path in result.allowed.paths if "helper" in path) == [
        f"{helper}/vim.service.dsh-also", users, f"{users}/agent.socket.dsh-also",
    ]  # fmt: skip


@pytest.mark.parametrize("before", ["", "apt-get update && apt-get install -y jq && "])
def test_r28_what_is_removed_from_the_base_is_removed_in_the_last_stage_too(project, before: str) -> None:
    run = f"RUN {before}apt-get purge -y git\n"
    need = Need("jq", "jq", "/app/src/run.sh", "runs")
    result = project(BASE + run + SYNC + START).plan(
        system=facts([need], packages("git", "jq"), old=("git", "libc6"))
    )
    assert run in last_stage(result)
    assert decision(result, "purged-packages") is None


def test_r28_the_shell_of_a_repeated_run_comes_along(project) -> None:
    shell = 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\n'
    need = Need("jq", "jq", "/app/src/run.sh", "runs")
    result = project(f"{BASE}{shell}{INSTALL} jq\n{SYNC}{START}").plan(system=facts([need]))
    text = last_stage(result)
    assert text.index(shell) < text.index(f"{INSTALL} jq\n")
