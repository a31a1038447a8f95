"""What package managers and ``useradd`` write besides packages' files; the judge's own knowledge.

None of it comes from the planner's tables: what one of the two forgets, the other finds. A
name is here only if such a program writes it by itself: what a command of the author writes
beside it (``touch /var/log/cron.log``) is not.
"""

from __future__ import annotations

import re

_BOOKS = re.compile(
    rb"/(?:var/lib/(?:dpkg|apt|rpm|dnf|yum)|lib/apk/db|usr/lib/(?:apk/db|sysimage/rpm))(?:/|$)"
    rb"|/etc/ld\.so\.cache$"
)
"""dpkg(1), apt(8), apk(8), rpm(8), ldconfig(8): FILES."""

_CACHES = re.compile(
    rb"/var/cache/(?:apt|debconf|ldconfig|man|apk|dnf|libdnf5|yum|zypp|pacman/pkg|fontconfig)(?:/|$)"
)
_LOGS = re.compile(
    rb"/var/log/(?:(?:dpkg|alternatives|bootstrap|fontconfig|apk|dnf|dnf\.librepo|dnf\.rpm|hawkey|yum|zypper)"
    rb"\.log|faillog|lastlog|tallylog|btmp|wtmp)(?:\.\d+(?:\.\w+)?)?$"
    rb"|/var/log/(?:apt|zypp|unattended-upgrades)(?:/|$)"
)
"""Logs of installs (dpkg(1), update-alternatives(1), apt), and those that useradd and base-files touch."""

_REMADE = re.compile(rb"/var/(?:cache|log)/")
"""Where packages' scripts write down times of an install, in files that are there in both images."""

STATUS = (
    *(b"/var/lib/dpkg/status", b"/lib/apk/db/installed", b"/usr/lib/apk/db/installed"),
    *(b"/var/lib/rpm/rpmdb.sqlite", b"/var/lib/rpm/Packages.db", b"/var/lib/rpm/Packages"),
    b"/usr/lib/sysimage/rpm/rpmdb.sqlite",
)
"""What a package manager writes anew whenever it installs or removes something."""

ACCOUNT_TOOLS = (
    *(b"useradd", b"adduser", b"usermod", b"groupadd", b"addgroup", b"groupmod", b"groupmems", b"gpasswd"),
    *(b"newusers", b"chpasswd", b"sysusers"),
)
"""Programs that make accounts or change them (shadow, Debian's adduser, busybox, systemd-sysusers(8))."""

SYSTEM_IDS = range(100, 1000)
"""What packages' scripts give to accounts that they make (Debian policy, 9.2.2; login.defs(5))."""


def names_account(text: bytes, account: bytes) -> bool:
    """Is an account's name a word of a script or a command?"""
    name = account.decode("latin-1")
    return re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text.decode("latin-1")) is not None


def is_book(path: bytes) -> bool:
    """Is it a package manager's own database, log or cache?"""
    return any(pattern.match(path) for pattern in (_BOOKS, _CACHES, _LOGS))


def may_be_remade(path: bytes) -> bool:
    """May the content of a file that both images have differ, as a package's scripts make it anew?"""
    return _REMADE.match(path) is not None
