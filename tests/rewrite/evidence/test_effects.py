"""What commands write, by their words: named paths, and zones of which nobody knows (R34)."""

from __future__ import annotations

import pytest

from uvdive.dockerfile.shell.reading import read_script
from uvdive.rewrite.evidence.commands.command_effects import Place, effects_of_parts
from uvdive.rewrite.evidence.commands.effects import Effects
from uvdive.rewrite.evidence.commands.shell_words import values_of

ENVIRON = {"TZ": "Europe/Berlin", "HOME_OF_APP": "/srv/app"}


def written(text: str, *, made: bool = False) -> Effects:
    return Effects.of(written_by_parts(text, made=made))


def written_by_parts(text: str, *, made: bool = False) -> list[Effects]:
    script = read_script(text)
    assert script is not None
    return effects_of_parts(script.parts, values_of(script, ENVIRON), Place("/app", "/root"), made=made)


def test_each_part_has_its_own_and_stands_where_the_one_before_went() -> None:
    found = written_by_parts("touch a; cd /srv && touch b b; (cd /x; touch c); touch d | sh -c 'touch e'")
    assert [[path for path, _ in each.named] for each in found] == [
        ["/app/a"],
        [],
        ["/srv/b"],
        ["/x/c"],
        ["/srv/d", "/srv/e"],
    ]
    assert not any(each.zones for each in found)


NAMED = {
    "touch /var/log/cron.log": "/var/log/cron.log",
    "mkdir -p -m 700 /var/cache/shop": "/var/cache/shop",
    "echo ready > /var/cache/shop/index": "/var/cache/shop/index",
    "printf x | tee -a /etc/a /etc/b": "/etc/a /etc/b",
    "cat > /etc/x.conf <<EOF\nhi\nEOF\n": "/etc/x.conf",
    "ln -sf /dev/stdout /var/log/nginx/access.log": "/var/log/nginx/access.log",
    "ln -snf /usr/share/zoneinfo/$TZ /etc/localtime": "/etc/localtime",
    "echo $TZ > /etc/timezone": "/etc/timezone",
    "chown app:app /home/app": "/home/app",
    "chown -R app /home/app": "/home/app /home/app/.cache/x",
    "chmod --recursive 700 ~/x": "/root/x /root/x/y",
    "chmod --reference=/etc/a /etc/b": "/etc/b",
    "install -d -o app -m 755 /var/lib/app /run/app": "/var/lib/app /run/app",
    "install -m 755 tool /usr/local/bin/": "/usr/local/bin/tool",
    "cp -r conf /etc/app/": "/etc/app/conf /etc/app/conf/a.ini",
    "cp -t /etc/app a b": "/etc/app/a /etc/app/b",
    "mv /tmp/a.conf /etc/b.conf": "/etc/b.conf",
    "cd /srv && touch a": "/srv/a",
    "(cd /srv && touch a); touch b": "/srv/a /app/b",
    "mkdir -p /var/{lib,log}/x": "/var/lib/x /var/log/x",
    "for d in /run/a /run/b; do mkdir $d; done": "/run/a /run/b",
    "for d in a b; do mkdir /run/$d; done; for d in c; do mkdir /run/$d; done": "/run/a /run/b /run/c",
    "X=/data; mkdir -p $X/a": "/data/a",
    "mkdir ${HOME_OF_APP}/a ${NOT_SET:-/y}/b": "/srv/app/a /y/b",
    "chown app /var/lib/*": "/var/lib/app",
    "sed -i 's/a/b/' /etc/x": "/etc/x",
    "sed -i -e 's/a/b/' /etc/x /etc/y": "/etc/x /etc/y",
    "curl -fsSLo /usr/local/bin/y https://x": "/usr/local/bin/y",
    "wget -O /etc/z https://x": "/etc/z",
    "sh -c 'touch /etc/x'": "/etc/x",
    "if [ -f /x ]; then mkdir /y; fi": "/y",
    "echo '0 * * * * x' | crontab -": "/var/spool/cron/crontabs/root",
    "truncate -s 0 /var/log/x": "/var/log/x",
    "mkfifo /run/pipe": "/run/pipe",
}


@pytest.mark.parametrize(("text", "paths"), NAMED.items())
def test_paths_that_a_command_names_are_its_own(text: str, paths: str) -> None:
    found = written(text)
    assert [path for path in paths.split() if not found.names(path)] == []
    assert not found.may_write("/usr/share/doc/x")
    assert not found.names("/usr/share/doc/x")


ZONES = {
    "./setup.sh": "/",
    "python manage.py migrate": "/",
    "curl https://x | tar xz -C /opt": "/opt",
    "unzip x.zip -d /usr/share/x": "/usr/share/x",
    "touch /var/log/app.$(date +%s)": "/var/log",
    'cd "$ELSEWHERE" && touch x': "/",
    "ls | xargs chown app": "/",
    "find /home -type d -exec chmod 755 {} +": "/home",
    "cp a /var/lib/app": "/var/lib/app",
    "cp conf/* /etc/app/": "/etc/app",
    "chown -R app /opt": "/opt",
    "wget https://x/y": "/app",
    "uv run ./x": "/",
}


@pytest.mark.parametrize(("text", "zone"), ZONES.items())
def test_of_a_zone_nobody_knows_what_is_written(text: str, zone: str) -> None:
    found = written(text)
    assert zone in found.zones
    assert found.may_write(f"{zone.rstrip('/')}/x")


def test_uv_writes_its_own_places_and_none_of_the_systems() -> None:
    found = written("uv sync --frozen && uv pip install --target /vendor x")
    assert all(found.may_write(path) for path in ("/app/.venv/x", "/root/.cache/uv/x", "/vendor/x"))
    assert not found.may_write("/usr/bin/x")
    assert not found.may_write("/var/lib/x")


@pytest.mark.parametrize("text", ["rm -rf /etc/x", "echo hi", "cat /etc/x", "true > /dev/null", "id app"])
def test_what_leaves_no_file_behind_writes_nothing(text: str) -> None:
    assert written(text) == Effects()


def test_another_owner_is_nothing_made() -> None:
    assert written("chown -R app /etc/x && chmod 600 /etc/y", made=True) == Effects()
    assert written("touch /etc/x && chown app /etc/x", made=True).names("/etc/x")
