"""Random RUNs as people write them: packages, files, folders, links, owners, users, in one and in several.

Each command is right whatever came before it, so a chain of them always builds. What a command
may use of earlier ones (users, folders, files) is remembered. Nothing here comes from uvdive.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

TOPS = (
    *("/var/log", "/var/cache", "/var/lib", "/var/spool", "/var/opt", "/run", "/var/run", "/srv", "/opt"),
    *("/etc", "/etc/app.d", "/home", "/mnt", "/data", "/usr/local/share", "/usr/share", "/usr/lib"),
)
"""Where the folders and files lie that the commands make."""


@dataclass(frozen=True)
class System:
    """What differs between the bases: the packages are small and bring users, logs, folders and scripts."""

    base: str
    update: str
    install: str
    packages: tuple[str, ...]
    owned: dict[str, tuple[str, ...]]
    users: tuple[str, ...]


DEBIAN = System(
    "python:3.13-slim",
    "apt-get update && ",
    "apt-get install -y --no-install-recommends",
    ("tini", "cron", "libmagic1", "logrotate", "less", "jq", "sudo", "dumb-init"),
    {
        "nginx-light": ("/var/log/nginx", "/var/lib/nginx"),
        "cron": ("/var/spool/cron",),
        "sudo": ("/etc/sudoers.d",),
    },
    (
        "useradd -m {0}",
        "useradd {0}",
        "useradd -u {1} -m -s /bin/sh {0}",
        "useradd --uid {1} --home-dir /srv/{0} {0}",
        "useradd -m -d /opt/{0} {0}",
        "useradd --no-create-home {0}",
        "groupadd -r g{0} && useradd -r -g g{0} {0}",
        "useradd {0} && mkdir -p /home/{0}/.cache/x && chown -R {0}:{0} /home/{0}",
        "useradd -m {0} && mkdir /home/{0}/.config && touch /home/{0}/.config/a",
        "useradd -d /srv/h{0} {0} && install -d -o {0} -m 700 /srv/h{0}",
    ),
)
BOOKWORM = replace(DEBIAN, base="python:3.12-slim-bookworm", packages=("nginx-light", *DEBIAN.packages[:6]))
ALPINE = System(
    "python:3.13-alpine",
    "",
    "apk add --no-cache",
    ("tzdata", "readline", "ca-certificates", "xz-libs", "libbz2", "libffi", "sqlite-libs"),
    {},
    (
        "adduser -D {0}",
        "adduser -D -H {0}",
        "adduser -D -u {1} -h /srv/{0} {0}",
        "addgroup -S g{0} && adduser -S -D -G g{0} {0}",
        "adduser -D -H {0} && mkdir -p /home/{0}/.cache/x && chown -R {0} /home/{0}",
        "adduser -D {0} && mkdir /home/{0}/.config && touch /home/{0}/.config/a",
    ),
)
SYSTEMS = (DEBIAN, BOOKWORM, ALPINE)


@dataclass
class Generator:
    """Makes the RUNs of one Dockerfile, each of so many commands; ``commands`` counts what it made."""

    system: System
    random: Random
    chain: tuple[int, int] = (9, 19)
    commands: int = 0
    number: int = 0
    folders: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    installed: list[str] = field(default_factory=list)
    scripts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tops = self.random.sample(TOPS, 7)

    def runs(self, count: int, installs: int) -> list[str]:
        """So many RUNs, of which some install packages among other things."""
        at = set(self.random.sample(range(count), installs))
        return [self._run(with_packages=index in at) for index in range(count)]

    def _run(self, *, with_packages: bool) -> str:
        chain = [self._command() for _ in range(self.random.randint(*self.chain))]
        if with_packages:
            chain.insert(self.random.randint(0, len(chain)), self._packages())
        self.commands += len(chain)
        return "RUN " + " \\\n && ".join(chain)

    def _command(self) -> str:
        make: list[Callable[[], str]] = [
            *[self._touch, self._folder, self._file, self._link, self._folder_of_user] * 2,
            *(self._owner, self._mode, self._copy, self._loop, self._inside, self._variable, self._user),
            *(self._move, self._of_package, self._change, self._removed, self._appended, self._script),
            *(self._settings, self._many),
        ]
        return self.random.choice(make)()

    def _name(self) -> str:
        self.number += 1
        return f"n{self.number}"

    def _new(self, *, folder: bool = False) -> str:
        """A path that is not there, in a folder that is made with it."""
        known = self.folders and self.random.random() < 0.85
        above = self.random.choice(self.folders if known else self.tops)
        path = f"{above}/{self._name()}"
        (self.folders if folder else self.files).append(path)
        return path

    def _above(self, path: str) -> str:
        return f"mkdir -p {path.rpartition('/')[0]} && "

    def _some(self, things: list[str], otherwise: Callable[[], str]) -> str:
        return self.random.choice(things) if things else otherwise()

    def _owner_word(self) -> str:
        names = [*self.users, "nobody", "1234", "1234:5678"]
        return self.random.choice(names)

    def _touch(self) -> str:
        path = self._new()
        return f"{self._above(path)}touch {path}"

    def _folder(self) -> str:
        path = self._new(folder=True)
        how = self.random.choice(
            ("mkdir -p {0}", "install -d {0}", "mkdir -p -m 750 {0}", "install -d -m 2775 {0}")
        )
        return how.format(path)

    def _file(self) -> str:
        path = self._new()
        word = self._name()
        how = (
            "echo {1} > {0}",
            "printf '%s\\n' {1} > {0}",
            "echo {1} | tee {0} > /dev/null",
            "cat /etc/os-release > {0}",
        )
        return self._above(path) + self.random.choice(how).format(path, word)

    def _link(self) -> str:
        path = self._new()
        self.files.remove(path)
        target = self.random.choice(
            ("/dev/stdout", "/etc/os-release", "../x", self._some(self.folders, lambda: "/srv"))
        )
        return f"{self._above(path)}ln -s{self.random.choice(('', 'f', 'fn'))} {target} {path}"

    def _folder_of_user(self) -> str:
        path, owner = self._new(folder=True), self._owner_word()
        if ":" in owner:
            return f"mkdir -p {path}/a && chown -R {owner} {path}"
        how = (
            "mkdir -p {0} && chown {1} {0}",
            "install -d -o {1} -m 750 {0}",
            "mkdir -p {0}/b && chown -R {1} {0}",
        )
        return self.random.choice(how).format(path, owner)

    def _owner(self) -> str:
        below = self._some([*self.folders, *self.files], lambda: "/srv")
        return f"chown {self.random.choice(('', '-R '))}{self._owner_word()} {below}"

    def _mode(self) -> str:
        path = self._some([*self.folders, *self.files], lambda: "/srv")
        return f"chmod {self.random.choice(('700', '755', 'g+w', 'u=rwX,go=rX', '-R 750'))} {path}"

    def _copy(self) -> str:
        source = self._some(self.files, lambda: "/etc/os-release")
        path = self._new()
        how = ("cp {0} {1}", "install -m 640 {0} {1}", "cp -p {0} {1}")
        return self._above(path) + self.random.choice(how).format(source, path)

    def _move(self) -> str:
        if not self.files:
            return self._touch()
        source = self.random.choice(self.files)
        self.files.remove(source)
        path = self._new()
        return f"{self._above(path)}mv {source} {path}"

    def _loop(self) -> str:
        top = self._some(self.folders, lambda: "/srv")
        names = [self._name() for _ in range(3)]
        self.folders += [f"{top}/{name}" for name in names]
        return f"for d in {' '.join(names)}; do mkdir -p {top}/$d && chmod 711 {top}/$d; done"

    def _inside(self) -> str:
        folder = self._some(self.folders, lambda: "/srv")
        name = self._name()
        self.files.append(f"{folder}/{name}")
        return f"(cd {folder} && touch {name})"

    def _variable(self) -> str:
        name = self._name()
        self.folders.append(f"/data/{name}")
        return self.random.choice(
            (f"mkdir -p /data/{name} && echo $TZ > /data/{name}/tz", f"D=/data/{name} && mkdir -p $D")
        )

    def _user(self) -> str:
        name = f"u{self._name()}"
        made = self.random.choice(self.system.users).format(name, 2000 + self.number)
        self.users.append(name)
        return made

    def _of_package(self) -> str:
        owned = [path for name in self.installed for path in self.system.owned.get(name, ())]
        if not owned:
            return self._folder()
        folder, name = self.random.choice(owned), self._name()
        how = (
            f"chown {self._owner_word()} {folder}",
            f"chmod 777 {folder}",
            f"touch {folder}/{name}",
            f"ln -sf /dev/stdout {folder}/access.log",
            f"chown -R {self._owner_word()} {folder}",
            f"mkdir {folder}/{name} && chown nobody {folder}/{name}",
        )
        return self.random.choice(how)

    def _change(self) -> str:
        return f"sed -i 's/a/b/' {self._some(self.files, lambda: '/etc/issue')}"

    def _removed(self) -> str:
        if not self.files:
            return "rm -rf /tmp/x"
        path = self.files.pop(self.random.randrange(len(self.files)))
        return f"rm -f {path}"

    def _appended(self) -> str:
        return f"echo more >> {self._some(self.files, lambda: '/etc/issue')}"

    def _script(self) -> str:
        """A program of the author's, which no text tells anything about."""
        name, path = f"{self._name()}.sh", self._new()
        self.scripts[name] = f"{self._above(path)}echo made > {path}\n"
        return f"sh /scripts/{name}"

    def _settings(self) -> str:
        name = self._name()
        how = (
            "ln -snf /usr/share/zoneinfo/$TZ /etc/localtime && echo $TZ > /etc/timezone",
            f"mkdir -p /etc/cron.d && echo '* * * * * root true' > /etc/cron.d/{name}",
            f"echo 'x=1' > /etc/{name}.conf",
        )
        return self.random.choice(how)

    def _many(self) -> str:
        name = self._name()
        return (
            f"mkdir -p /var/lib/{name} /var/log/{name} /opt/{name} && touch /var/log/{name}/a /opt/{name}/b"
        )

    def _packages(self) -> str:
        left = [name for name in self.system.packages if name not in self.installed]
        names = self.random.sample(left, min(len(left), self.random.randint(1, 2)))
        if not names:
            return "true"
        self.installed += names
        listed, install = " ".join(names), self.system.install
        how = (
            f"{install} {listed}",
            f"{install} {listed}",
            f"P='{listed}' && {install} $P",
            f"echo {listed} > /tmp/list && {install} $(cat /tmp/list)",
            f"echo {listed} > /tmp/list && xargs {install} < /tmp/list && rm /tmp/list",
            f"for p in {listed}; do {install} $p; done",
        )
        return self.system.update + self.random.choice(how)


def dockerfile(
    system: System, seed: int, count: int = 12, installs: int = 3, chain: tuple[int, int] = (9, 19)
) -> tuple[str, dict[str, str], int]:
    """A Dockerfile of ``count`` random RUNs, the scripts beside it (by name), and how many commands it has.

    ``installs`` of the RUNs install packages; each has as many commands as ``chain`` says.
    """
    generator = Generator(system, Random(seed), chain)
    runs = "\n".join(generator.runs(count, installs))
    text = (
        f"FROM {system.base}\nCOPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/\nENV TZ=Europe/Berlin\n"
        f"WORKDIR /app\nCOPY scripts /scripts\n{runs}\nRUN uv venv\n"
        'CMD ["/app/.venv/bin/python", "-c", "print(1)"]\n'
    )
    return text, generator.scripts, generator.commands
