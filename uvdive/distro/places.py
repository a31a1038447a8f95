"""Absolute paths of an image that belong to the operating system, by who writes them.

The one table of them: findings, the ledger and the rewrite ask it. The judge of a
rewrite (``uvdive.verify``) has its own on purpose.
"""

from __future__ import annotations

import re

DPKG = "/var/lib/dpkg"
APK = ("/lib/apk/db", "/usr/lib/apk/db")
RPM = ("/var/lib/rpm", "/usr/lib/sysimage/rpm", "/usr/share/rpm")
DATABASES = (DPKG, *APK, *RPM)
"""The folders in which package managers keep what they installed."""

APT_LISTS, APT_ARCHIVES = "/var/lib/apt/lists", "/var/cache/apt"
PACKAGE_CACHES = {
    APT_LISTS: "apt lists",
    APT_ARCHIVES: "apt archives",
    "/var/cache/apk": "apk",
    "/etc/apk/cache": "apk",
    "/var/cache/dnf": "dnf",
    "/var/cache/libdnf5": "dnf",
    "/var/cache/yum": "yum",
    "/var/cache/zypp": "zypper",
    "/var/cache/pacman/pkg": "pacman",
}
"""What package managers fetched, by folder: whose it is."""

RECORDS = (
    *("/var/lib/apt", "/var/lib/pam", "/var/lib/systemd", "/var/lib/dbus", "/var/lib/ucf"),
    *("/var/lib/dnf", "/var/lib/yum", "/var/lib/alternatives"),
)
"""What package managers and packages' scripts write down beside the databases."""

LOGS, CACHES = "/var/log", "/var/cache"
LD_CACHE = "/etc/ld.so.cache"
"""The loader's cache, which ``ldconfig`` makes."""

_SYSTEM_CACHES = ("/var/cache/debconf", "/var/cache/fontconfig", "/var/cache/ldconfig", "/var/cache/man")
_SYSTEM_LOGS = tuple(
    f"{LOGS}/{name}"
    for name in (
        *("apt", "journal", "alternatives.log", "apk.log", "bootstrap.log", "btmp", "dpkg.log", "faillog"),
        *("fontconfig.log", "lastlog", "wtmp"),
    )
)
_TEMPORARY = ("/tmp", "/var/tmp")  # noqa: S108 - paths of the image
_KERNEL = ("/proc", "/sys", "/dev")


def _below(*paths: str) -> re.Pattern[str]:
    """Matches the paths themselves and what lies below them."""
    return re.compile(f"(?:{'|'.join(map(re.escape, paths))})(?=/|$)")


_SYSTEM = re.compile(r"/(?:etc|usr(?!/local|/src)|bin|sbin|lib\w*|boot|var/lib)(?:/|$)")
_SHARED = re.compile(
    r"/(?:(?:boot|dev|home|media|mnt|opt|proc|root|run|sys|tmp|var)|usr/local(?:/(?!src/)[^/]+)?|usr/src)?"
)
_SOURCES = re.compile(r"/(?:etc/(?:apt|apk)|usr/share/keyrings|etc/yum)(?:/|$)")
_USERS = re.compile(r"/etc/(?:passwd|group|shadow|gshadow|subuid|subgid|\.pwd\.lock)-?$")
_MAIL = re.compile(r"/var/(?:spool/)?mail/[^/]+$")
_BOOKS = _below(*DATABASES, "/lib/apk", "/usr/lib/apk", "/etc/apk/world", *RECORDS)
_WRITTEN = _below(*DATABASES, "/lib/apk", "/usr/lib/apk", *RECORDS, LOGS, CACHES)
_MADE = re.compile(
    r"/(?:etc/(?:alternatives|ssl/certs|rc[0-6S]\.d|ld\.so\.cache)|usr/lib/python3)(?:[/.-]|$)"
)
_SCRIPTED = re.compile(
    r"/(?:etc/(?:ssl|ca-certificates|fonts|apt|apk|init\.d|systemd|default|logrotate\.d|mailcap|"
    r"profile\.d|pam\.d|shells|machine-id)|var/lib|usr/share)(?:[/.-]|$)"
)
# What packages' scripts keep for all packages together, by tools of their own.
_TRIGGERED = re.compile(
    r"/(?:etc/(?:mailcap|shells|machine-id|ca-certificates\.conf|pam\.d/common-[\w-]+|fonts/conf\.d|xml|sgml|"
    r"systemd/(?:system|user)/[^/]+\.(?:wants|requires)|ssl/cert\.pem)|var/lib/(?:xml-core|sgml-base))(?:/|$)"
)
_SERVICES = re.compile(
    r"/etc/(?:systemd|init\.d|rc\d\.d|s6|s6-overlay|services\.d|cont-init\.d|runit|sv)(?:/|$)"
)
_REMOVED = _below("/var/lib/apt", CACHES, *_TEMPORARY, LOGS, "/usr/share/doc", "/usr/share/man")
_SCRATCH = _below(*_TEMPORARY, *_KERNEL)
_SYSTEM_SCRATCH = _below("/var/lib/apt", *PACKAGE_CACHES, *_SYSTEM_CACHES, *_SYSTEM_LOGS)
_FETCHED = _below(APT_LISTS, APT_ARCHIVES)


def is_system(path: str) -> bool:
    """Does a path belong to the operating system, so that only its own tools may change it?"""
    return bool(_SYSTEM.match(path))


def is_shared(path: str) -> bool:
    """Is it a folder that every image has, with files of its own or of several programs in it?"""
    return is_system(path) or bool(_SHARED.fullmatch(path))


def is_top(path: str) -> bool:
    """As ``is_shared``, but none of the operating system's own."""
    return bool(_SHARED.fullmatch(path))


def is_source(path: str) -> bool:
    """Does a path hold package sources or their keys?"""
    return bool(_SOURCES.match(path))


def is_user_file(path: str) -> bool:
    """Is it a file of the users and groups, or its backup?"""
    return bool(_USERS.match(path))


def is_written_anew(path: str) -> bool:
    """Is it what package managers write at each run, whatever they install: databases, records, logs?"""
    return bool(_WRITTEN.match(path))


def is_database(path: str) -> bool:
    """Does it lie where package managers keep what is installed?"""
    return any(f"{path}/".startswith(f"{folder}/") for folder in DATABASES)


def is_book(path: str) -> bool:
    """Is it what package managers write down, or make, whenever they install something?

    A log or a cache is one only where it is their own: `/var/log/app` is not.
    """
    return bool(_BOOKS.match(path) or _MADE.match(path) or _SYSTEM_SCRATCH.match(path))


def is_made_by_triggers(path: str) -> bool:
    """Is it what packages' scripts keep for all packages: shells, services that start, certificates?"""
    return bool(_TRIGGERED.match(path))


def is_mail_box(path: str) -> bool:
    """Is it a user's mail box, which tools that make users make too?"""
    return bool(_MAIL.match(path))


def is_made_by_scripts(path: str) -> bool:
    """May a package's script have made it? Other commands write there as well."""
    return bool(_SCRIPTED.match(path))


def is_service(path: str) -> bool:
    """Does it say which services start: systemd's, SysV's, s6's or runit's?"""
    return bool(_SERVICES.match(path))


def is_cleaned(path: str) -> bool:
    """Is it what people remove behind an install, and no final stage misses?"""
    return bool(_REMOVED.match(path))


def is_temporary(path: str) -> bool:
    """Is it a folder of temporary files, or one that the kernel fills?"""
    return bool(_SCRATCH.match(path))


def system_scratch(path: str) -> str:
    """The part of the path that is a log, a cache or a list of the system's own tools; empty for none.

    What an app keeps beside these (``/var/log/app``, ``/var/cache/app``) is the app's.
    """
    match = _SYSTEM_SCRATCH.match(path)
    return match[0] if match else ""


def is_fetched(path: str) -> bool:
    """Is it in apt's lists or archives?"""
    return bool(_FETCHED.match(path))
