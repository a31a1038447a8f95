"""What each form of a command writes: `X/**` with what is below, `?X` of which nobody knows (R34)."""

from __future__ import annotations

import pytest

from uvdive.dockerfile.shell.reading import read_script
from uvdive.rewrite.evidence.commands.command_effects import Place, copied, effects_of, effects_of_parts
from uvdive.rewrite.evidence.commands.effects import Effects

WRITTEN = {
    "mkdir -m 755 a /b": "/app/a /b",
    "mkdir -p --mode 700 /b/c -- -d": "/b/c /app/-d",
    "touch -d yesterday /x -r /ref": "/x",
    "truncate -s 5 /x": "/x",
    "install -m 600 -o app -g app a b /etc/x/": "/etc/x/a/** /etc/x/b/**",
    "install -d -m 700 /a /b": "/a /b",
    "install --directory /a": "/a",
    "install -t /opt/x a b": "/opt/x/a/** /opt/x/b/**",
    "cp -t /opt/x a": "/opt/x /opt/x/a/** ?/opt/x",
    "cp -a src/. /dst": "/dst /dst/./** ?/dst",
    "cp src/ /srv": "/srv /srv/src/** ?/srv",
    "cp a /srv/x/": "/srv/x /srv/x/a/**",
    "cp a": "/app/a/**",
    "cp /x/*.conf /etc": "/etc /etc/*.conf/** ?/etc",
    "cp -r a /etc": "/etc /etc/a/**",
    "mv a b /usr/share/x": "/usr/share/x/a/** /usr/share/x/b/**",
    "ln -s /a/b /usr/bin/c": "/usr/bin/c /usr/bin/c/b",
    "ln -s /a/b": "/app/b",
    "ln -sf /a /b /srv": "/srv/a /srv/b",
    "rsync -a src/ /dst/x/": "/dst/x /dst/x/src/** ?/dst/x",
    "chown app /x /y": "/x /y",
    "chown -R app:app /x": "/x/**",
    "chown --reference=/r /x": "/x",
    "chmod -vR 755 /etc /": "/etc / ?/etc ?/",
    "chown --recursive app /usr/share": "/usr/share/**",
    "chmod 0644 /etc": "/etc",
    "sed -i s/a/b/ /etc/x": "/etc/x",
    "sed -ri.bak s/a/b/ /etc/x /etc/y": "/etc/x /etc/y",
    "sed --in-place -e s/a/b/ /etc/x": "/etc/x",
    "sed -e s/a/b/ /etc/x": "",
    "sed -i -f /script /x": "/x",
    "sed -i --expression=s/a/b/ /x": "/x",
    "curl -o /x https://y/z": "/x",
    "curl -fsSLo /x https://y/z": "/x",
    "curl -O https://y/z": "?/app",
    "curl --remote-name https://y/z": "?/app",
    "curl https://y": "",
    "curl -o - https://y": "",
    "curl --output /x y": "/x",
    "wget https://y/z": "?/app",
    "wget -O /x https://y": "/x",
    "wget -qO /x https://y": "/x",
    "wget -qO- https://y": "",
    "wget -O- https://y": "",
    "wget -O/x https://y": "/x",
    "wget --output-document /x y": "/x",
    "tar xf a.tgz": "?/app",
    "tar xf a.tgz -C /opt": "?/opt",
    "tar xf a --directory=/opt/$X/y": "?/opt",
    "unzip a -d /opt": "?/opt",
    "find /a /b -name x -exec rm {} +": "?/a ?/b",
    "find . -exec chmod 1 {} +": "?/app",
    "find -execdir x": "?/app",
    "find /a -name b": "",
    "crontab /x": "/var/spool/cron/crontabs /var/spool/cron/crontabs/* /etc/crontabs/*",
    "uv sync": "?/root ?/home ?/usr/local ?/opt ?/tmp ?/app ?/cache",
    "uv run x": "?/",
    "uvx y": "?/root ?/home ?/usr/local ?/opt ?/tmp ?/app ?/cache",
    "pip install x": "?/root ?/home ?/usr/local ?/opt ?/tmp ?/app ?/cache",
    "pip install --target /opt/t x": "?/root ?/home ?/usr/local ?/opt ?/tmp ?/app ?/cache ?/opt/t",
    "uv tool install x": "?/root ?/home ?/usr/local ?/opt ?/tmp ?/app ?/cache",
    "echo a > /x": "/x",
    "echo a > /dev/null": "",
    "echo a >> b": "/app/b",
    "cat > $A/c": "/srv/a/c /srv/b/c",
    "./x > /dev/stderr": "?/",
    "make install": "?/",
    "cd /srv && touch x": "/srv/x",
    "cd && touch x": "/root/x",
    "cd sub; touch x": "/app/sub/x",
    "(cd /srv && touch x); touch y": "/srv/x /app/y",
    "touch $(cd /srv && pwd)": "?/",
    "touch $B/x": "?/",
    "touch /opt/$B/x/y": "?/opt",
    "touch $A/x": "/srv/a/x /srv/b/x",
    "touch ~/x": "/root/x",
    "xargs rm": "",
    "xargs touch": "?/",
    "find . | xargs chmod 1": "?/",
    "tee /x -a /y": "/x /y",
    "sh -c 'touch /x'": "/x",
    "bash /x.sh": "?/",
    "rmdir /x": "",
    "env A=1 touch /x": "/x",
    "mknod -m 600 /dev/x c 1 3": "/dev/x /app/c /app/1 /app/3",
    "chown app $A": "/srv/a /srv/b",
    "cp $A /srv/z/": "/srv/z /srv/z/a/** /srv/z/b/**",
    "cp -r $B/x /srv": "/srv /srv/x/**",
    "touch -- -x": "/app/-x",
    "touch -": "/app/-",
    "mkdir": "",
}
VALUES = {"A": ("/srv/a", "/srv/b"), "UV_CACHE_DIR": ("/cache",)}


def written(text: str, *, made: bool = False) -> list[Effects]:
    script = read_script(text)
    assert script is not None
    return effects_of_parts(script.parts, VALUES, Place("/app", "/root"), made=made)


@pytest.mark.parametrize(("text", "paths"), WRITTEN.items())
def test_a_command_writes_this_and_nothing_else(text: str, paths: str) -> None:
    found = written(text)
    named = [path + ("/**" if below else "") for each in found for path, below in each.named]
    assert " ".join([*named, *(f"?{zone}" for each in found for zone in each.zones)]) == paths


@pytest.mark.parametrize(
    "name",
    [
        *("UV_PROJECT_ENVIRONMENT", "VIRTUAL_ENV", "UV_CACHE_DIR", "UV_TOOL_DIR", "UV_TOOL_BIN_DIR"),
        "UV_PYTHON_INSTALL_DIR",
    ],
)
def test_uv_writes_where_its_variables_say(name: str) -> None:
    script = read_script("uv sync")
    assert script is not None
    zones = [
        {
            zone
            for each in effects_of_parts(script.parts, values, Place("/app", "/root"))
            for zone in each.zones
        }
        for values in ({}, {name: ("/place/of/it",)}, {"UV_OTHER": ("/place/of/it",)})
    ]
    assert zones[0] == zones[2]
    assert len(zones[1] - zones[0]) == 1


def test_of_what_only_gets_another_owner_nothing_is_made() -> None:
    assert [each.named for each in written("chown -R a /x; mkdir /y; chmod 1 /z", made=True)] == [
        (),
        (("/y", False),),
        (),
    ]


def test_a_command_alone_knows_neither_its_folder_nor_variables() -> None:
    script = read_script("touch a /b $A")
    assert script is not None
    found = effects_of(script.commands[0])
    assert (found.named, found.zones) == ((("/b", False),), ("/",))


TAKEN = {
    "cp a b /c": "a b",
    "cp -t /c a b": "a b",
    "cp --target-directory /c a": "a",
    "mv a /b": "a",
    "install -m 600 a /b": "a",
    "install -d /a /b": "",
    "install --directory /a /b": "",
    "ln a /b": "a",
    "ln -sf a /b": "",
    "ln --symbolic a /b": "",
    "/bin/cp a /b": "a",
    "touch a /b": "",
    "cat a b": "",
}


@pytest.mark.parametrize(("text", "sources"), TAKEN.items())
def test_what_a_copy_takes_has_to_be_there(text: str, sources: str) -> None:
    script = read_script(text)
    assert script is not None
    assert " ".join(copied(script.commands[0])) == sources
