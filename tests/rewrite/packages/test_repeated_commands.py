"""Commands of package managers and users that the last stage repeats (R28, R33, R34)."""

from __future__ import annotations

import pytest
from made_images.system_facts import facts, packages
from rewrites.dockerfiles import BASE, FLASK, SYNC, last_stage, refused, runner

from uvdive.ledger.report import User


def test_r28_users_are_made_again_with_their_numbers(project, node) -> None:
    text = (
        BASE + "RUN groupadd -r app && useradd -r -g app app && mkdir /data\n" + SYNC + "USER app\n" + FLASK
    )
    wrote = {"RUN groupadd": {"/etc/passwd": node(20), "/data": node(folder=True, uid=999, gid=998)}}
    made = project(text, wrote, users=[User("app", 999, 998, "/home/app")], config={"user": "app"})
    lines = runner(made.plan())
    assert "RUN groupadd -g 998 -r app && useradd -u 999 -r -g app app" in lines
    assert lines.index("USER app") > lines.index("COPY --from=builder --chown=999:998 /data /data")


@pytest.mark.parametrize(
    ("command", "repeated"),
    [
        ("useradd -g 3000 -G www-data app", "useradd -u 999 -g 3000 -G www-data app"),
        ("useradd -c www-data --home-dir /srv app", "useradd -u 999 -c www-data --home-dir /srv app"),
        ("useradd --groups www-data,audio app", "useradd -u 999 --groups www-data,audio app"),
        ("useradd -u 999 app", "useradd -u 999 app"),
        ("usermod -aG www-data app", "usermod -aG www-data app"),
    ],
)
def test_r28_the_number_is_the_new_users_and_no_others(project, node, command, repeated) -> None:
    users = [User("www-data", 33, 33, "/var/www"), User("app", 999, 998, "/home/app")]
    text = f"{BASE}RUN {command}\n{SYNC}{FLASK}"
    made = project(text, {"RUN user": {"/etc/passwd": node(20)}}, users=users)
    assert f"RUN {repeated}" in runner(made.plan())


def test_r28_a_user_among_other_things_is_refused(project) -> None:
    text = BASE + "RUN useradd app | tee log\n" + SYNC + FLASK
    assert refused(project(text).plan()) == ("R28", 2)


def test_r33_os_packages_are_installed_again(project, node) -> None:
    install = "RUN apt-get update && apt-get install -y libpq5 && rm -rf /var/lib/apt/lists/*\n"
    wrote = {"RUN apt-get": {"/usr/bin/pq": node(7), "/var/lib/dpkg/status": node(9)}}
    result = project(BASE + install + SYNC + FLASK, wrote).plan()
    assert install in last_stage(result)
    assert result.predicted.owners["os-packages"] == (16, 16)
    assert not any("/usr/bin" in line for line in runner(result) if line.startswith("COPY"))


def test_r33_packages_and_a_sync_in_one_run_are_separated(project, node) -> None:
    text = (
        BASE + "WORKDIR /app\nRUN apt-get update && apt-get install -y libpq5 && uv sync --frozen\n" + FLASK
    )
    venv = {"/app/.venv/bin/flask": node(3), "/usr/bin/pq": node(7), "/var/lib/dpkg/status": node(9)}
    lines = runner(project(text, {"RUN apt-get": venv}).plan())
    assert "RUN apt-get update && apt-get install -y libpq5" in lines
    assert [line for line in lines if line.startswith("COPY")] == ["COPY --from=builder /app /app"]


def test_r33_packages_among_other_things_are_divided(project) -> None:
    text = BASE + "RUN apt-get update && apt-get install -y curl && curl x | sh\n" + SYNC + FLASK
    assert "RUN apt-get update && apt-get install -y curl" in runner(project(text).plan())


@pytest.mark.parametrize(
    "run",
    [
        "RUN apt-get update && apt-get install -y ./x.deb",
        "RUN apt-get install -y $(cat list)",
        "RUN xargs apt-get install -y < list",
        "RUN apt-get install -y x || curl y | sh",
        "RUN wget -O /tmp/key https://x && apt-key add /tmp/key && apt-get install -y x",
        "RUN V=$(curl https://x) && apt-get install -y x=$V",
        'SHELL ["/usr/bin/python3", "-c"]\nRUN apt-get install -y x',
    ],
)
def test_r33_packages_that_would_not_be_the_same_are_refused(project, run) -> None:
    line = 2 + run.count("\n")
    assert refused(project(f"{BASE}{run}\n{SYNC}{FLASK}").plan()) == ("R33", line)


@pytest.mark.parametrize(
    "more", ["useradd app && echo app > /etc/sudoers", "chmod 600 /etc/x", "locale-gen C.UTF-8 && ldconfig"]
)
def test_r34_settings_of_the_system_are_repeated_with_the_packages(project, node, more) -> None:
    run = f"RUN apt-get install -y x && {more}"
    result = project(f"{BASE}{run}\n{SYNC}{FLASK}", {"RUN apt-get": {"/etc/x": node(3)}}).plan()
    assert run in runner(result)


def test_r33_sources_and_keys_are_copied_before_the_packages(project, node) -> None:
    text = BASE + "COPY a.list /etc/apt/sources.list.d/\nRUN apt-get install -y x\n" + SYNC + FLASK
    made = project(text, {"COPY a.list": {"/etc/apt/sources.list.d/a.list": node(3)}})
    lines = runner(made.plan())
    assert lines[1:3] == ["COPY a.list /etc/apt/sources.list.d/", "RUN apt-get install -y x"]
    assert not any(line.startswith("COPY --from") and "/etc" in line for line in lines)


def test_r33_a_run_of_packages_is_repeated_with_all_it_writes(project, node) -> None:
    install = "RUN echo x > /etc/apt/y && apt-get install -y z\n"
    result = project(BASE + install + SYNC + FLASK, {"RUN echo": {"/etc/apt/y": node(1)}}).plan()
    assert install in last_stage(result)


@pytest.mark.parametrize("path", ["/etc/passwd", "/etc/systemd/x.service", "/etc/init.d/x"])
def test_r34_a_run_that_changes_the_system_is_refused(project, node, path) -> None:
    text = BASE + SYNC + "RUN ./setup\n" + FLASK
    assert refused(project(text, {"RUN ./setup": {path: node(3)}}).plan()) == ("R34", 6)


@pytest.mark.parametrize(("clean", "kept"), [("rm -rf /tmp/list", True), ("rm /tmp/list", False)])
def test_r33_a_temporary_file_that_only_the_build_has_is_not_missed(project, clean, kept) -> None:
    text = f"{BASE}RUN apt-get install -y x && {clean}\n{SYNC}RUN ./x\n{FLASK}"
    lines = runner(project(text).plan())
    assert (f"RUN apt-get install -y x && {clean}" in lines) is kept
    assert ("RUN apt-get install -y x" in lines) is not kept


def test_r60_lists_are_fetched_again_where_nothing_is_left_to_install(project, node) -> None:
    """The base has the package: dpkg writes nothing down, but the repeated update fetches its lists."""
    update = "apt-get update && apt-get install -y tzdata"
    wrote = {
        "RUN apt-get": {
            "/var/lib/apt/lists/deb_Packages": node(900),
            "/var/lib/dpkg/status": node(30),
            "/etc/localtime": node(5),
        }
    }
    text = f"{BASE}RUN {update} && ln -sf /usr/share/zoneinfo/Europe/Berlin /etc/localtime\n{SYNC}{FLASK}"
    known = facts(found=packages("libc6", "tzdata"), old=("libc6", "tzdata"), programs=())
    result = project(text, wrote).plan(system=known)
    assert update in last_stage(result)
    assert result.predicted.owners["app"] == (985, 985)
    assert result.predicted.owners["os-packages"] == (30, 0)
