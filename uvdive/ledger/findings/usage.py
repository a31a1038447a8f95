"""Which environment a container uses, and what its user may do there."""

from __future__ import annotations

from collections.abc import Sequence

from uvdive.base.paths import raw
from uvdive.ledger.environments.environments import pyvenv
from uvdive.ledger.findings.facts import Facts
from uvdive.ledger.findings.places import EnvironmentPlace
from uvdive.ledger.report import User
from uvdive.uv.started import started_environment


def used_place(facts: Facts, found: Sequence[EnvironmentPlace]) -> EnvironmentPlace | None:
    """The environment that the start command runs in (R9); None where nothing says so."""
    config = facts.config
    places = {item.environment.path.rstrip("/"): item for item in found}
    starts = [" ".join(words) for words in (config.entrypoint, config.cmd) if words]

    def has_python(folder: str) -> bool:
        return facts.is_live(f"{folder}/python")

    path = started_environment(list(places), starts, config.environ, config.working_dir, has_python)
    return None if path is None else places[path]


def sees_system(facts: Facts, item: EnvironmentPlace) -> bool:
    """Does a venv use the packages of its interpreter too (``--system-site-packages``)?"""
    path = raw(f"{item.environment.path}/pyvenv.cfg")
    settings = pyvenv(facts.contents.read(path) or b"")
    return settings.get("include-system-site-packages", "").lower() == "true"


def may_write(facts: Facts, item: EnvironmentPlace) -> bool:
    """May the container's user write bytecode into the environment?"""
    user = _user(facts)
    if user is None:
        return False
    if user.uid == 0:
        return True
    for site in item.sites:
        entry = facts.table.visible(site)
        if entry is None:
            continue
        mode = facts.table.entry_mode[entry]
        if facts.table.entry_uid[entry] == user.uid:
            return bool(mode & 0o200)
        if facts.table.entry_gid[entry] == user.gid:
            return bool(mode & 0o020)
        return bool(mode & 0o002)
    return False


def _user(facts: Facts) -> User | None:
    """The user of the config; None for a name that ``/etc/passwd`` doesn't know."""
    name, _, group = facts.config.user.partition(":")
    if name in ("", "root", "0"):
        return User("root", 0, 0, "/root")
    for user in facts.users:
        if name in (user.name, str(user.uid)):
            return user
    if name.isdigit():
        return User(name, int(name), int(group) if group.isdigit() else 0, "/")
    return None
