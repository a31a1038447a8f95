"""Mistakes in environments and accounts: what a container of the app relies on without naming it."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator

from uvdive.image.table import Kind
from uvdive.ledger.report import VIRTUAL, User
from uvdive.verify.python.interpreter import needed
from wrong_rewrites.places import WHERE, shared
from wrong_rewrites.subject import Mutant, Subject


def interpreters(subject: Subject) -> Iterator[Mutant]:
    """An environment's Python leads to nothing."""
    for each in needed(subject.before):
        broken = f"ln -sfn /elsewhere/python {shlex.quote(each.interpreter)}"
        yield Mutant("an interpreter's link broken", each.interpreter, subject.with_run(broken))
        if each.kind in VIRTUAL:
            place = f"{each.path}/pyvenv.cfg"
            lost = f"rm {shlex.quote(place)}"
            yield Mutant("an environment's pyvenv.cfg lost", place, subject.with_run(lost))


def distributions(subject: Subject) -> Iterator[Mutant]:
    """A distribution's RECORD, all that is known of it, or itself is lost."""
    paths = [path for owner in WHERE for path in shared(subject).get((owner, Kind.FILE), ())]
    records = sorted(path.decode() for path in paths if path.endswith(b".dist-info/RECORD"))
    for record in records:
        folder = posixpath.dirname(record)
        name = posixpath.basename(folder)
        run = subject.with_run
        yield Mutant("a distribution's RECORD lost", name, run(f"rm {shlex.quote(record)}"))
        yield Mutant("a distribution's metadata lost", name, run(f"rm -r {shlex.quote(folder)}"))
        site = posixpath.dirname(folder)
        for each in needed(subject.before):
            for found in each.distributions:
                if (
                    name.lower().startswith(f"{found.name.replace('-', '_')}-{found.version}")
                    and found.modules
                ):
                    module = shlex.quote(posixpath.join(site, found.modules[0].replace(".", "/")))
                    lost = f"rm -rf {module} {module}.py {module}.*.so"
                    yield Mutant("a distribution's modules lost", name, run(lost))


def scripts(subject: Subject) -> Iterator[Mutant]:
    """A console script is lost, or its interpreter another."""
    for each in needed(subject.before):
        for script in each.scripts:
            path = shlex.quote(f"{each.path}/bin/{script.name}")
            yield Mutant("a console script lost", path, subject.with_run(f"rm {path}"))
            dead = f"sed -i '1s|.*|#!/elsewhere/python|' {path}"
            yield Mutant("a console script's interpreter lost", path, subject.with_run(dead))


def accounts(subject: Subject) -> Iterator[Mutant]:
    """A user is lost or has another home, shell or number; memberships of groups are lost."""
    run = subject.with_run
    for user in _own(subject):
        line = f"'/^{user.name}:/"
        # The config names the user, so the RUN behind stays the last that needs root.
        yield Mutant("a user lost", user.name, run(f"sed -i {line}d' /etc/passwd"))
        yield Mutant(
            "a user's home changed",
            user.name,
            run(f"sed -i {line}s|:[^:]*:\\([^:]*\\)$|:/:\\1|' /etc/passwd"),
        )
        yield Mutant(
            "a user's shell changed", user.name, run(f"sed -i {line}s|:[^:]*$|:/bin/false|' /etc/passwd")
        )
        yield Mutant(
            "a user's number changed", user.name, run(f"sed -i {line}s|:{user.uid}:|:4321:|' /etc/passwd")
        )
        yield Mutant("a user's group lost", user.name, run(f"sed -i {line}d' /etc/group"))
        more = f"sed -i '/^root:/s|$|{user.name}|' /etc/group"
        yield Mutant("a member more", user.name, run(more))
    yield Mutant("group memberships lost", "/etc/group", run("sed -i 's/:[^:]*$/:/' /etc/group"))


def passwords(subject: Subject) -> Iterator[Mutant]:
    """Root or a user of the author's needs no password or has one, may not log in, or is not in shadow(5)."""
    files = {path for (_, kind), paths in shared(subject).items() if kind == Kind.FILE for path in paths}
    run = subject.with_run
    for name in ("root", *(user.name for user in _own(subject))) if b"/etc/shadow" in files else ():
        line = f"sed -i '/^{name}:/"
        yield Mutant("a password emptied", name, run(f"{line}s|:[^:]*:|::|' /etc/shadow"))
        yield Mutant("a password set", name, run(f"{line}s|:[^:]*:|:$6$salt$0123456789:|' /etc/shadow"))
        yield Mutant("an account's expiry changed", name, run(f"{line}s|:[^:]*:[^:]*$|:1:|' /etc/shadow"))
        yield Mutant("an entry of shadow lost", name, run(f"{line}d' /etc/shadow"))
        if b"/etc/gshadow" in files:
            yield Mutant("an entry of gshadow lost", name, run(f"{line}d' /etc/gshadow"))


def _own(subject: Subject) -> list[User]:
    """The users that the original's own instructions name."""
    words = set(re.split(r"[^\w.-]+", subject.plan.original))
    return [
        user for user in subject.before.users if user.uid and user.name in words and user.name != "nobody"
    ]


MUTATORS = (interpreters, distributions, scripts, accounts, passwords)
