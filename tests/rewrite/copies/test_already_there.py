"""What a RUN made itself beside the package manager and the tools that make users (R28, R33, R34)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_images.system_facts import facts, packages
from rewrites.dockerfiles import BASE, FLASK, SYNC, refused, runner

from uvdive.ledger.report import User

INSTALL = "RUN apt-get update && apt-get install -y nginx"
FOUND = packages("libc6", "nginx: libc6")


def copied(result) -> list[str]:
    """The paths that the last stage copies, makes as links, or makes as folders."""
    lines = runner(result)
    paths = [line.split()[-1] for line in lines if line.startswith("COPY --from=builder /")]
    return [*paths, *(line.split()[-1] for line in lines if line.startswith(("RUN install -d", "RUN ln")))]


def with_packages(project, node, more: str, wrote: dict, **system):
    made = {
        "/usr/bin/nginx": node(9),
        "/var/lib/dpkg/status": node(3),
        "/var/log/dpkg.log": node(3),
        "/var/log/nginx": node(folder=True, uid=33),
        "/var/log/nginx/error.log": node(0, uid=33),
        **wrote,
    }
    text = f"{BASE}{INSTALL}{more}\n{SYNC}{FLASK}"
    found = replace(facts(found=FOUND, programs=()), **system)
    return project(text, {INSTALL: made}).plan(system=found)


@pytest.mark.parametrize(
    ("more", "path", "what"),
    [
        (" && touch /var/log/cron.log", "/var/log/cron.log", {}),
        (" && mkdir -p /var/cache/shop && echo x > /var/cache/shop/index", "/var/cache/shop/index", {}),
        (
            " && ln -sf /dev/stdout /var/log/nginx/access.log",
            "/var/log/nginx/access.log",
            {"link": "/dev/stdout"},
        ),
        (" && mkdir /run/app", "/run/app", {"folder": True}),
        (" && cp /tmp/x /etc/logrotate.d/app", "/etc/logrotate.d/app", {"size": 3}),
        (" && ./setup.sh", "/var/log/app/x", {"size": 3}),
        (" && ./setup.sh", "/var/lib/app/x", {"size": 3}),
        (" && ./setup.sh", "/usr/lib/libx.so", {"link": "libx.so.1"}),
    ],
)
def test_what_a_run_makes_beside_its_packages_comes_along(project, node, more, path, what) -> None:
    result = with_packages(project, node, more, {path: node(**what)})
    assert any(f"{path}/".startswith(f"{known}/") for known in copied(result))
    assert not any("dpkg" in known or known == "/usr/bin/nginx" for known in copied(result))


@pytest.mark.parametrize(
    "path", ["/var/log/app/x", "/var/lib/nginx/body", "/etc/default/locale", "/run/nginx"]
)
def test_what_the_runs_own_commands_do_not_name_is_the_package_managers(project, node, path) -> None:
    result = with_packages(project, node, " && touch /srv/mine", {path: node(2), "/srv/mine": node(1)})
    assert not any(f"{path}/".startswith(f"{known}/") for known in copied(result))
    assert any(known.startswith("/srv") for known in copied(result))


def test_paths_that_a_packages_script_names_are_its_work_beside_an_unknown_command(project, node) -> None:
    wrote = {"/var/lib/nginx/body/x": node(2), "/var/lib/app/x": node(2)}
    result = with_packages(
        project, node, " && ./setup.sh", wrote, scripted=frozenset({"/var/lib/nginx/body"})
    )
    assert "/var/lib/app" in copied(result)
    assert "/var/lib/nginx" not in copied(result)


def test_a_folder_of_a_package_gets_the_owner_that_a_later_run_gave_it(project, node) -> None:
    text = f"{BASE}{INSTALL}\nRUN chown root:root /var/log/nginx\n{SYNC}{FLASK}"
    wrote = {
        INSTALL: {
            "/var/log/nginx": node(folder=True, uid=33, gid=4),
            "/var/log/nginx/error.log": node(0, uid=33),
            "/usr/bin/nginx": node(9),
        },
        "RUN chown": {"/var/log/nginx": node(folder=True)},
    }
    result = project(text, wrote).plan(system=facts(found=FOUND, programs=()))
    assert "RUN install -d -o 0 -g 0 /var/log/nginx" in runner(result)
    assert not any(line.startswith("COPY") and "nginx" in line for line in runner(result))


@pytest.mark.parametrize("path", ["/var/log/cron.log", "/var/cache/shop/index"])
def test_a_log_or_a_cache_without_any_package_is_no_package(project, node, path) -> None:
    text = f"{BASE}{SYNC}RUN touch {path}\n{FLASK}"
    made = project(text, {"RUN touch": {path: node(0, owner="os-packages")}})
    assert any(f"{path}/".startswith(f"{known}/") for known in copied(made.plan()))


def test_a_packages_database_without_a_package_manager_is_refused(project, node) -> None:
    text = f"{BASE}{SYNC}RUN ./get\n{FLASK}"
    made = project(text, {"RUN ./get": {"/var/lib/dpkg/status": node(3)}})
    assert refused(made.plan()) == ("R33", 6)


APP = User("app", 1001, 1001, "/home/app")
HOME = {
    "/etc/passwd": {"size": 9},
    "/home/app": {"folder": True, "uid": 1001, "gid": 1001, "mode": 0o700},
    "/home/app/.bashrc": {"size": 5, "uid": 1001},
}


@pytest.mark.parametrize(
    ("run", "more", "wanted"),
    [
        ("useradd -m app", {}, []),
        ("useradd -m app && touch /srv/x", {"/srv/x": {}}, ["/srv/x"]),
        (
            "useradd app && mkdir -p /home/app/.cache",
            {"/home/app/.cache": {"folder": True}},
            ["/home/app/.cache"],
        ),
        ("useradd -m app && ./setup.sh", {"/home/app/.config/x": {"size": 4}}, ["/home/app/.config"]),
        (
            "useradd app && mkdir /home/app && chown app /home/app && touch /srv/x",
            {"/srv/x": {}},
            ["/home/app", "/srv/x"],
        ),
    ],
)
def test_in_a_home_what_useradd_makes_is_made_again_and_the_rest_is_copied(
    project, node, run, more, wanted
) -> None:
    wrote = {path: node(**what) for path, what in {**HOME, **more}.items()}
    base = {"/home": node(folder=True), "/etc/skel/.bashrc": node(5)}
    made = project(f"{BASE}RUN {run}\n{SYNC}{FLASK}", {"RUN useradd": wrote}, users=[APP], base_paths=base)
    found = copied(made.plan())
    assert [p for p in wanted if not any(f"{p}/".startswith(f"{known}/") for known in found)] == []
    assert not any(path.endswith((".bashrc", "passwd")) for path in found)
    if not wanted:
        assert not any(path.startswith("/home") for path in found)


def test_a_home_that_was_there_before_keeps_its_owner(project, node) -> None:
    text = f"{BASE}{SYNC}RUN useradd -m -d /app app\n{FLASK}"
    home = User("app", 1001, 1001, "/app")
    made = project(text, {"RUN useradd": {"/etc/passwd": node(9)}}, users=[home])
    assert "RUN install -d -o 0 -g 0 /app" in runner(made.plan())


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("cp app.conf /etc/app.conf", "chmod 600 /etc/app.conf"),
        ("mkdir -p /var/lib/app /opt/app", "chown -R app /var/lib/app"),
        ("./setup.sh", "chmod 600 /etc/app.conf"),
    ],
)
@pytest.mark.parametrize("joined", [True, False])
def test_a_command_on_what_only_the_build_stage_has_is_not_repeated(
    project, node, first, second, joined
) -> None:
    runs = f"RUN {first} && {second}\n" if joined else f"RUN {first}\nRUN {second}\n"
    path = second.split()[-1]
    wrote = {path: node(folder="lib" in path, mode=0o600)}
    made = project(f"{BASE}{runs}{SYNC}{FLASK}", {f"RUN {first}": wrote, f"RUN {second}": wrote}).plan()
    assert not any(line.startswith(f"RUN {second.split()[0]}") for line in runner(made))
    assert any(f"{path}/".startswith(f"{known}/") for known in copied(made))


@pytest.mark.parametrize("run", ["cp x /etc/app.conf", "install -m 644 conf/x /etc/x", "ln a /etc/b"])
def test_what_is_copied_from_elsewhere_into_the_system_is_copied_again(project, node, run) -> None:
    made = project(f"{BASE}RUN {run}\n{SYNC}{FLASK}", {"RUN": {run.split()[-1]: node(4)}})
    assert run.split()[-1] in copied(made.plan())
    assert f"RUN {run}" not in runner(made.plan())
