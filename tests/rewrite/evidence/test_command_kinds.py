"""What kind of thing a command does, alone and beside others (R28, R33, R34)."""

from __future__ import annotations

import pytest

from uvdive.dockerfile.shell.commands import Command
from uvdive.dockerfile.shell.reading import read_script
from uvdive.rewrite.evidence.commands.command_kinds import class_of_all, classify, paths_of, tools_of


def commands(text: str) -> tuple[Command, ...]:
    script = read_script(text)
    assert script is not None
    return tuple(script.commands)


KINDS = {
    "apt-get update": "os-packages",
    "apt-get install -y curl": "os-packages",
    "apk add curl": "os-packages",
    "dpkg -i x.deb": "os-packages",
    "dpkg -l": "nothing",
    "dpkg-deb -x a b": "os-packages",
    "dpkg --print-architecture": "nothing",
    "add-apt-repository x": "sources",
    "apt-key add x": "sources",
    "useradd app": "user",
    "addgroup x": "user",
    "locale-gen": "system",
    "update-ca-certificates": "system",
    "ldconfig": "system",
    "set -e": "state",
    "export A=1": "state",
    "cd /x": "state",
    "A=1": "state",
    "uv sync": "uv",
    "pip install x": "uv",
    "python3.13 -m pip install x": "uv",
    "python -c x": "uv",
    "python --version": "nothing",
    "node -v": "nothing",
    "node x": "other",
    "make": "other",
    "$X y": "other",
    "touch /etc/x": "system",
    "touch /app/x": "files",
    "mkdir -p /var/lib/x": "system",
    "mkdir -p /etc/apt/keyrings": "sources",
    "rm -rf /var/lib/apt/lists/*": "nothing",
    "rm -rf /tmp/x": "nothing",
    "rm -rf /etc/x": "system",
    "rm -rf /app/x": "files",
    "rm x": "files",
    "rm": "files",
    "echo a": "nothing",
    "echo a > /etc/x": "system",
    "echo a > /app/x": "files",
    "echo a > /dev/null": "nothing",
    "echo a > /etc/apt/sources.list.d/x.list": "sources",
    "printf a | tee /etc/apt/sources.list.d/x.list": "nothing sources",
    "tee /etc/x": "system",
    "tee -a /app/x": "files",
    "sed -i s/a/b/ /etc/x": "system",
    "sed s/a/b/ /etc/x": "nothing",
    "sed -i s/a/b/ /app/x": "files",
    "sed --in-place s/a/b/ /etc/apt/sources.list": "sources",
    "ln -s /a /etc/b": "system",
    "ln -s /x/$Y /etc/z": "system",
    "ln -s /usr/bin/python3 /usr/bin/python": "system",
    "cp /etc/a /etc/b": "system",
    "cp a /etc/b": "files",
    "cp /etc/a /app/b": "files",
    "install -d /etc/x": "system",
    "chown app /app": "files",
    "chmod 600 /etc/x": "system",
    "chown -R app /etc/$X": "files",
    "find / -name x -delete": "files",
    "find / -name x": "nothing",
    "find /x -exec rm {} +": "files",
    "find /x -execdir rm {} +": "files",
    "find /x -ok rm {} ;": "files",
    "grep a b": "nothing",
    "grep a b > /app/x": "files",
    "true": "nothing",
    "test -f x": "nothing",
    "gosu nobody true": "nothing",
    "su-exec nobody id": "nothing",
    "gosu nobody ./x": "other",
    "gosu nobody": "other",
    "curl -o /x y": "other",
    "wget x": "other",
    "git clone x": "other",
    "groupadd -r x && useradd x": "user user",
    "echo $A > $B": "files",
    "gpg --version": "nothing",
}


@pytest.mark.parametrize(("text", "kinds"), KINDS.items())
def test_each_command_is_of_a_kind(text: str, kinds: str) -> None:
    assert " ".join(map(classify, commands(text))) == kinds


TOGETHER = {
    "apt-get update && apt-get install -y curl": "os-packages",
    "apt-get install -y curl && uv sync": None,
    "useradd a && touch /app/x": None,
    "apt-get install a && touch /app/x": None,
    "apt-get install a && touch /etc/x": "os-packages",
    "apt-get install a && useradd x": "os-packages",
    "useradd x && chown x /etc/y": "user",
    "touch /app/x && touch /etc/y": "files",
    "touch /etc/y && echo a": "system",
    "echo a": "nothing",
    "cd /x && set -e": "state",
    "make && apt-get install x": None,
    "make": "other",
    "uv sync && make": "uv",
    "uv sync": "uv",
    "curl -fsSL https://deb.nodesource.com/setup_20.x | bash -": "sources",
    "curl https://x/key | gpg --dearmor -o /etc/apt/keyrings/x.gpg": "sources",
    "curl https://x/key > /app/x": "other",
    "curl https://x": "other",
    "make && curl https://deb.nodesource.com/x": "other",
    "echo x > /etc/apt/sources.list.d/x && touch /etc/y": "sources",
    "export A=1 && uv sync": "uv",
    "true": "nothing",
}


@pytest.mark.parametrize(("text", "kind"), TOGETHER.items())
def test_commands_that_only_stay_or_go_together(text: str, kind: str | None) -> None:
    assert class_of_all(commands(text)) == kind


def test_the_paths_and_programs_that_commands_name() -> None:
    found = commands("/usr/bin/cp a /b > /c && tee /dev/null < /d > /dev/stderr && A=/x")
    assert [list(paths_of(command)) for command in found] == [["/b", "/c"], ["/dev/null"], []]
    assert tools_of(found) == {"cp", "tee"}
