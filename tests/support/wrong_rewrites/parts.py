"""Mistakes in environments and accounts: what a container of the app relies on without naming it."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterator

from uvdive.image.table import Kind
from uvdive.ledger.report import VIRTUAL
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
    for user in subject.before.users:
        if user.uid < 1000 or user.name == "nobody":
            continue
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
    yield Mutant("group memberships lost", "/etc/group", run("sed -i 's/:[^:]*$/:/' /etc/group"))


MUTATORS = (interpreters, distributions, scripts, accounts)
