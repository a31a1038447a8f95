"""The words of package managers and of the tools beside them: apt, dpkg, apk; users; configuration."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence

PROGRAMS = frozenset({"apt-get", "apt", "apk", "apt-mark", "aptitude", "debconf-set-selections"})
"""Programs whose commands install and remove OS packages, or prepare that."""

SOURCES = frozenset({"add-apt-repository", "apt-key", "apt-add-repository"})
"""Programs that say where packages come from."""

USERS = frozenset(("useradd", "groupadd", "adduser", "addgroup", "usermod", "groupmod", "chpasswd"))
CONFIGURES = frozenset(
    (
        *("locale-gen", "update-locale", "localedef", "dpkg-reconfigure", "ldconfig", "fc-cache"),
        *("update-ca-certificates", "update-alternatives", "update-mime-database", "a2enmod", "a2ensite"),
    )
)
"""Programs that write the system's own configuration."""

PACKAGE_FILES = (".deb", ".apk", ".rpm")

_INSTALL: Mapping[str, str] = {"apt-get": "install", "apt": "install", "aptitude": "install", "apk": "add"}
_WRITABLE = frozenset({"apt-get", "apt", "apk"})
_REMOVE = frozenset({"purge", "remove", "autoremove", "del", "autopurge"})
_REFRESH = frozenset({"update", "clean", "autoclean", "dist-clean", "cache"})
_APT_VALUES = frozenset({"-t", "--target-release", "-o", "--option", "-c", "--config-file", "-a"})
_APK_VALUES = frozenset({"--repository", "-X", "--virtual", "-t", "--root", "-p", "--arch", "--keys-dir"})
_USER_VALUES = frozenset(
    (
        *("--gecos", "--home", "--shell", "--ingroup", "--firstuid", "--lastuid", "--comment", "--conf"),
        *("-g", "-h", "-s", "-G", "-k", "-b", "-c", "-d", "-e", "-f", "-K", "-p", "-u"),
        *("--home-dir", "--base-dir", "--expiredate", "--inactive", "--gid", "--groups", "--skel", "--key"),
        *("--password", "--uid"),
    )
)
_DPKG_ASKS = frozenset({"--print-architecture", "-l", "-s", "-L", "-S"})
_CALLS = re.compile(r"\b(?:apt|apt-get|apk|aptitude)\b")
_INSTALLS = re.compile(
    "|".join(rf"\b{program}\s+(?:-\S++\s++){{0,40}}{word}\b" for program, word in _INSTALL.items())
)
_MAKES_USERS = re.compile(r"\b(?:useradd|groupadd|adduser|addgroup)\s")


def calls_manager(text: str) -> bool:
    """Does a text name a package manager's program?"""
    return bool(_CALLS.search(text))


def installs_by_text(text: str) -> bool:
    """Does a shell text look as if it installed packages, where nobody can read it in full?"""
    return bool(_INSTALLS.search(text))


def makes_users_by_text(text: str) -> bool:
    """Does a shell text look as if it made users or groups?"""
    return bool(_MAKES_USERS.search(text))


def makes_home(argv: Sequence[str]) -> bool:
    """Does a command make a user and a home for it: Debian's and busybox's adduser do unless told not to?"""
    programs = [word.rsplit("/", 1)[-1] for word in argv]
    options = [word for word in argv if word.startswith("-")]
    short = {letter for word in options if not word.startswith("--") for letter in word[1:]}
    if "useradd" in programs:
        return "m" in short or "--create-home" in options
    if "adduser" in programs:
        return not ({"H", "M"} & short or "--no-create-home" in options)
    return False


def user_operands(words: Sequence[str]) -> list[str]:
    """The words that are neither options of useradd or of Debian's or busybox's adduser, nor their values."""
    found = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word in _USER_VALUES:
            skip = True
        elif not word.startswith("-"):
            found.append(word)
    return found


def home_of_command(argv: Sequence[str]) -> tuple[str, str] | None:
    """The user that a `useradd` or `adduser` makes, with their home; None where it makes none."""
    program = argv[0].rsplit("/", 1)[-1] if argv else ""
    if program not in ("useradd", "adduser"):
        return None
    words = argv[1:]
    operands = user_operands(words)
    if len(operands) != 1:
        return None  # `adduser USER GROUP` makes nobody
    options = ("-d", "--home-dir", "--home") if program == "useradd" else ("-h", "--home")
    for index, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in options:
            return operands[0], value if equals else words[index + 1]
    return operands[0], f"/home/{operands[0]}"


def options_with_value(program: str) -> frozenset[str]:
    """The options of a manager whose value is the next word."""
    return _APK_VALUES if program == "apk" else _APT_VALUES


def is_install(program: str, what: str) -> bool:
    """Is ``program what`` a command that installs the packages behind it, and that can be written anew?"""
    return program in _WRITABLE and _INSTALL[program] == what


def is_removal(program: str, what: str) -> bool:
    """Does ``program what`` remove packages, or mark them for it?"""
    return program == "apt-mark" or what in _REMOVE


def is_refresh(program: str, what: str) -> bool:
    """Does ``program what`` only serve an install: lists, archives, caches?"""
    return program in _WRITABLE and what in _REFRESH


def only_asks(arguments: Iterable[str]) -> bool:
    """Does a call of dpkg with these arguments only tell something?"""
    return any(argument in _DPKG_ASKS for argument in arguments)


def without_recommends(arguments: Iterable[str]) -> bool:
    """Does an install leave out the packages that are merely recommended?"""
    return any("no-install-recommends" in word or "Install-Recommends=" in word for word in arguments)


def install_instruction(distribution: str, names: Iterable[str]) -> str:
    """The RUN that installs packages in the words of a distribution's (os-release's ID) own tool."""
    listed = " ".join(map(shlex.quote, names))
    if distribution == "alpine":
        return f"RUN apk add --no-cache {listed}\n"
    return (
        f"RUN apt-get update && apt-get install -y --no-install-recommends {listed} \\\n"
        "    && rm -rf /var/lib/apt/lists/*\n"
    )
