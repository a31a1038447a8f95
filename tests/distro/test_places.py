"""Paths of the operating system by who writes them: each entry of the tables by its name."""

from __future__ import annotations

import pytest

from uvdive.distro import places

WRITTEN_ANEW = """
/var/lib/dpkg /var/lib/dpkg/status /lib/apk/db/installed /usr/lib/apk/db /lib/apk /usr/lib/apk
/var/lib/rpm /usr/lib/sysimage/rpm /usr/share/rpm /var/lib/apt /var/lib/pam /var/lib/systemd
/var/lib/dbus /var/lib/ucf /var/lib/dnf /var/lib/yum /var/lib/alternatives /var/log/x /var/cache/x
"""
MADE_BY_INSTALLS = """
/etc/alternatives/vi /etc/ssl/certs/a.pem /etc/rc0.d /etc/rc6.d/K01x /etc/rcS.d /etc/ld.so.cache
/usr/lib/python3/dist-packages
"""
SCRIPTED = """
/etc/ssl/openssl.cnf /etc/ca-certificates.conf /etc/fonts /etc/apt /etc/apk /etc/init.d/x
/etc/systemd /etc/default/x /etc/logrotate.d /etc/mailcap /etc/profile.d /etc/pam.d /etc/shells
/etc/machine-id /var/lib/x /usr/share/x
"""
SERVICES = """
/etc/systemd/x /etc/init.d /etc/rc2.d/x /etc/s6 /etc/s6-overlay/x /etc/services.d /etc/cont-init.d
/etc/runit /etc/sv/x
"""
CACHES = "debconf fontconfig ldconfig man"
LOGS = """
apt journal alternatives.log apk.log bootstrap.log btmp dpkg.log faillog fontconfig.log lastlog wtmp
"""
SCRATCH = {
    **{path: path for path in places.PACKAGE_CACHES if not path.startswith("/var/lib/apt")},
    **{f"/var/cache/{name}": f"/var/cache/{name}" for name in CACHES.split()},
    **{f"/var/log/{name}": f"/var/log/{name}" for name in LOGS.split()},
    "/var/lib/apt/lists/a_Packages": "/var/lib/apt",
    "/var/log/app.log": "",
    "/var/log/apt-app": "",
    "/var/cache/app": "",
}
PACKAGE_CACHES = """
/var/lib/apt/lists /var/cache/apt /var/cache/apk /etc/apk/cache /var/cache/dnf /var/cache/libdnf5
/var/cache/yum /var/cache/zypp /var/cache/pacman/pkg
"""


@pytest.mark.parametrize("path", WRITTEN_ANEW.split())
def test_what_package_managers_write_at_each_run(path: str) -> None:
    assert places.is_written_anew(path)
    assert places.is_book(path) is (path not in ("/var/log/x", "/var/cache/x"))


@pytest.mark.parametrize("path", MADE_BY_INSTALLS.split())
def test_what_any_install_makes(path: str) -> None:
    assert places.is_book(path)
    assert not places.is_written_anew(path)


def test_apks_world_is_a_book() -> None:
    assert places.is_book("/etc/apk/world")
    assert not places.is_book("/etc/apk/worlds")


@pytest.mark.parametrize("path", ["/etc/passwd", "/var/lib/app", "/var/lib/dpkgs", "/usr/lib/python39"])
def test_what_is_no_book(path: str) -> None:
    assert not places.is_book(path)


@pytest.mark.parametrize("path", SCRIPTED.split())
def test_what_packages_scripts_make(path: str) -> None:
    assert places.is_made_by_scripts(path)


@pytest.mark.parametrize("path", SERVICES.split())
def test_what_says_which_services_start(path: str) -> None:
    assert places.is_service(path)


@pytest.mark.parametrize(("path", "part"), SCRATCH.items())
def test_logs_and_caches_of_the_systems_own_tools(path: str, part: str) -> None:
    assert places.system_scratch(path) == part


def test_what_package_managers_fetch() -> None:
    assert list(places.PACKAGE_CACHES) == PACKAGE_CACHES.split()


@pytest.mark.parametrize(
    ("path", "system", "shared"),
    [
        *((path, True, True) for path in ("/etc/x", "/usr/bin", "/bin/x", "/sbin", "/lib64", "/boot")),
        *((path, True, True) for path in ("/var/lib/x", "/usr/share/x")),
        *(
            (path, False, True)
            for path in ("/", "/home", "/opt", "/root", "/var", "/usr/local/bin", "/usr/src")
        ),
        *(
            (path, False, False)
            for path in ("/app", "/opt/app", "/usr/src/app", "/usr/local/lib/app", "/etcetera")
        ),
    ],
)
def test_whose_a_path_is(path: str, system: bool, shared: bool) -> None:
    assert (places.is_system(path), places.is_shared(path)) == (system, shared)


def test_sources_users_temporary_and_cleaned() -> None:
    for path in ("/etc/apt/x", "/etc/apk/keys", "/usr/share/keyrings/x", "/etc/yum/x"):
        assert places.is_source(path)
    for name in ("passwd", "group", "shadow", "gshadow", "subuid", "subgid", ".pwd.lock", "passwd-"):
        assert places.is_user_file(f"/etc/{name}")
    for path in ("/tmp/x", "/var/tmp", "/proc", "/sys/x", "/dev"):
        assert places.is_temporary(path)
    for path in (
        "/var/lib/apt/lists/x",
        "/var/cache/apt",
        "/tmp/x",
        "/var/log",
        "/usr/share/doc",
        "/usr/share/man",
    ):
        assert places.is_cleaned(path)
    assert places.is_fetched("/var/lib/apt/lists/x")
    assert places.is_fetched("/var/cache/apt/archives/x.deb")
    for path in ("/etc/apartment", "/tmpfs", "/usr/share/documents", "/var/lib/apt"):
        told = (places.is_source(path), places.is_temporary(path), places.is_fetched(path))
        assert told == (False, False, False)


@pytest.mark.parametrize(
    "path",
    ["/var/lib/dpkg/status", "/lib/apk/db/installed", "/usr/lib/apk/db", "/var/lib/rpm/x", "/usr/share/rpm"],
)
def test_where_package_managers_keep_what_is_installed(path: str) -> None:
    assert places.is_database(path)
    assert not places.is_database(f"/srv{path}")


def test_a_folder_whose_name_goes_on_is_no_database() -> None:
    assert not any(
        map(places.is_database, ("/var/lib/dpkg-x", "/lib/apk/dbs", "/usr/share/rpms", "/var/lib"))
    )


TRIGGERED = """
/etc/mailcap /etc/shells /etc/machine-id /etc/ca-certificates.conf /etc/pam.d/common-auth
/etc/fonts/conf.d/10-x /etc/xml/catalog /etc/sgml/x /etc/systemd/system/multi-user.target.wants/cron.service
/etc/systemd/user/x.requires/y /etc/ssl/cert.pem /var/lib/xml-core/x /var/lib/sgml-base/y
"""


@pytest.mark.parametrize("path", TRIGGERED.split())
def test_what_packages_scripts_keep_for_all_packages(path: str) -> None:
    assert places.is_made_by_triggers(path)


@pytest.mark.parametrize(
    "path",
    [
        "/etc/pam.d/app",
        "/etc/systemd/system/app.service",
        "/etc/fonts/local.conf",
        "/etc/ssl/app.pem",
        "/var/lib/x",
    ],
)
def test_what_an_author_writes_beside_it_is_not_theirs(path: str) -> None:
    assert not places.is_made_by_triggers(path)


def test_mail_boxes() -> None:
    assert places.is_mail_box("/var/mail/app")
    assert places.is_mail_box("/var/spool/mail/app")
    assert not places.is_mail_box("/var/mail/app/new")
    assert not places.is_mail_box("/srv/mail/app")
