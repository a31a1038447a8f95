"""`docker uvdive`: what the client asks, its global flags, exit codes, completion, the link and the hook."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from uvdive import __version__
from uvdive.base.errors import UsageError
from uvdive.base.files import plugin
from uvdive.cli.docker import plugin as docker_plugin
from uvdive.cli.docker.plugin import apply, main, split_flags

SCRIPT = Path(sys.executable).parent / "docker-uvdive"
needs_client = pytest.mark.skipif(shutil.which("docker") is None, reason="there is no docker client")


@pytest.fixture
def environ(tmp_path, monkeypatch):
    """A home and a client's config of its own, in no temporary folder."""
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    found = {
        "DOCKER_CONFIG": str(tmp_path / "docker"),
        "HOME": str(tmp_path),
        "TMPDIR": str(tmp_path / "tmp"),
    }
    (tmp_path / "docker").mkdir()
    return found


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "env" / "bin" / "docker-uvdive"
    path.parent.mkdir(parents=True)
    path.write_text("#!/bin/sh\n")
    return path


class TestFlags:
    @pytest.mark.parametrize(
        ("words", "flags"),
        [
            (["--context", "x"], {"context": "x"}),
            (["--context=x"], {"context": "x"}),
            (["-c", "x"], {"context": "x"}),
            (["-cx"], {"context": "x"}),
            (["-c=x"], {"context": "x"}),
            (["-H", "tcp://h:1", "--tlsverify"], {"host": "tcp://h:1", "verify": "true"}),
            (["--tls=false"], {"tls": ""}),
            (["--config", "/c", "-D", "-l", "debug"], {"config": "/c", "": "debug"}),
            (["--tlscacert", "a", "--tlscert=b", "--tlskey", "c"], {"ca": "a", "cert": "b", "key": "c"}),
        ],
    )
    def test_those_before_the_name_are_the_client_s(self, words, flags):
        assert split_flags([*words, "uvdive", "x", "--context", "y"]) == (
            flags, ["uvdive", "x", "--context", "y"]
        )  # fmt: skip

    def test_a_flag_goes_before_a_variable(self):
        environ = {"DOCKER_HOST": "unix:///a", "DOCKER_CONTEXT": "b"}
        apply({"context": "c"}, environ, "")
        assert environ == {"DOCKER_CONTEXT": "c"}
        apply({"host": "unix:///d", "config": "/e"}, environ, "")
        assert environ == {"DOCKER_HOST": "unix:///d", "DOCKER_CONFIG": "/e"}

    def test_tls_is_told_as_the_variables_tell_it(self):
        environ: dict[str, str] = {"DOCKER_CONFIG": "/e"}
        apply({"tls": "true"}, environ, "")
        assert environ == {"DOCKER_CONFIG": "/e", "DOCKER_TLS": "1", "DOCKER_CERT_PATH": "/e"}
        apply({"verify": "true"}, environ, "/certs")
        assert (environ["DOCKER_TLS_VERIFY"], environ["DOCKER_CERT_PATH"]) == ("1", "/certs")
        apply({"verify": ""}, environ, "")
        assert "DOCKER_TLS_VERIFY" not in environ

    def test_certificates_are_there_by_their_names_for_as_long_as_it_runs(self, monkeypatch, tmp_path):
        (tmp_path / "mine.crt").write_text("certificate")
        monkeypatch.setenv("DOCKER_CERT_PATH", "")
        seen = []

        def ran(_argv):
            folder = Path(os.environ["DOCKER_CERT_PATH"])
            seen.append((folder, (folder / "ca.pem").read_text()))
            return 7

        monkeypatch.setattr("uvdive.cli.main.main", ran)
        assert main(["--tlscacert", str(tmp_path / "mine.crt"), "uvdive", "x"]) == 7
        assert seen[0][1] == "certificate"
        assert not seen[0][0].exists()


class TestAnswers:
    def test_metadata_is_what_the_client_wants_and_loads_nothing(self):
        code = (
            "import sys; before = set(sys.modules); from uvdive.cli.docker.plugin import main; "
            "main(['docker-cli-plugin-metadata']); sys.exit(' '.join(set(sys.modules) - before))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert json.loads(done.stdout) == {
            "SchemaVersion": "0.1.0",
            "Vendor": "uvdive",
            "Version": f"v{__version__}",
            "ShortDescription": "Show what makes an image big, and rewrite its uv Dockerfile",
            "URL": "https://github.com/uvdive/uvdive",
        }
        loaded = set(done.stderr.split())
        ours = {name for name in loaded if name.startswith("uvdive")}
        rooms = {"uvdive.base", "uvdive.base.version", "uvdive.cli", "uvdive.cli.docker"}
        assert ours == {"uvdive", *rooms, "uvdive.cli.docker.plugin"}
        assert not loaded & {"argparse", "json", "pathlib", "re", "typing", "dataclasses"}

    @pytest.mark.parametrize(
        ("words", "given"),
        [
            (["uvdive", "check", "x"], ["check", "x"]),
            (["--tls=false", "uvdive", "x"], ["x"]),
            (["help", "uvdive"], ["--help"]),
            (["help", "uvdive", "check"], ["check", "--help"]),
            (["--version"], ["--version"]),
            (["some:image"], ["some:image"]),
        ],
    )
    def test_the_rest_is_the_command_line_and_its_code_is_passed_on(self, words, given, monkeypatch):
        seen = []
        monkeypatch.setattr("uvdive.cli.main.main", lambda argv: seen.append(list(argv)) or 4)
        assert main(words) == 4
        assert seen == [given]

    @pytest.mark.parametrize(
        ("words", "names", "directive"),
        [
            (["uvdive", "pl"], ["plugin"], 0),
            (["uvdive", "check", "--fo"], ["--format"], 4),
            (["uvdive", "check", "--format", "s"], ["sarif"], 4),
            (["uvdive", "--vi"], ["--via"], 4),
            (["uvdive", "check", "--config", ""], [], 0),
            (["uvdive", "check", "app"], [], 0),
            (["uvdive", "plugin", ""], ["install", "uninstall", "status"], 4),
            (["uvdive", "check", "--json", "--bad"], ["--badge"], 4),
        ],
    )
    def test_it_completes(self, words, names, directive, capsys):
        assert main(["__completeNoDesc", *words]) == 0
        assert capsys.readouterr().out.split() == [*names, f":{directive}"]
        main(["__complete", *words])
        told = capsys.readouterr().out.splitlines()
        assert [line.split("\t")[0] for line in told] == [*names, f":{directive}"]

    @pytest.mark.parametrize("asked", ['{"RootCmd": "build", "CommandError": "no"}', "[]", "{", ""])
    def test_the_hook_says_nothing_of_a_build_that_failed(self, asked, monkeypatch, capsys):
        monkeypatch.setattr("uvdive.session.hinting.hint_after_build", lambda: "never")
        main(["uvdive", "docker-cli-plugin-hooks", *([asked] if asked else [])])
        assert ("never" in capsys.readouterr().out) == (asked == "")

    @pytest.mark.parametrize(
        ("line", "out"), [("", ""), ("a {{x}}", '{"Type": 0, "Template": "a { {x}}"}\n')]
    )
    def test_the_hook_s_line_is_no_template(self, line, out, monkeypatch, capsys):
        monkeypatch.setattr("uvdive.session.hinting.hint_after_build", lambda: line)
        assert main(["uvdive", "docker-cli-plugin-hooks", '{"RootCmd": "build"}']) == 0
        assert capsys.readouterr().out == out


class TestLink:
    def test_it_comes_goes_and_is_told(self, environ, script):
        assert plugin.state(environ).target is None
        link = plugin.install(script, environ)
        assert link == Path(environ["DOCKER_CONFIG"], "cli-plugins", "docker-uvdive")
        assert link.resolve() == script
        now = plugin.state(environ)
        assert (now.works, now.foreign, now.hooks) == (True, False, False)
        plugin.install(script, environ)  # again: the same
        script.unlink()
        assert not plugin.state(environ).works
        assert plugin.uninstall(environ)
        assert not plugin.uninstall(environ)
        assert list(link.parent.iterdir()) == []

    def test_what_is_not_ours_stays(self, environ, script):
        link = Path(environ["DOCKER_CONFIG"], "cli-plugins", "docker-uvdive")
        link.parent.mkdir()
        link.write_text("mine")
        for act in (lambda: plugin.install(script, environ), lambda: plugin.uninstall(environ)):
            with pytest.raises(UsageError, match="no link of uvdive's"):
                act()
        assert link.read_text() == "mine"

    @pytest.mark.parametrize(
        ("where", "variables"),
        [
            (".cache/uv/archive-v0/x/bin", {}),
            ("elsewhere/archive-v1/x/bin", {}),
            ("uvs/x/bin", {"UV_CACHE_DIR": "uvs"}),
            ("tmp/venv/bin", {}),
            ("mine/x/bin", {"XDG_CACHE_HOME": "mine"}),
        ],
    )
    def test_an_environment_that_goes_away_is_refused(self, environ, tmp_path, where, variables):
        path = tmp_path / where / "docker-uvdive"
        path.parent.mkdir(parents=True)
        path.write_text("")
        environ |= {name: str(tmp_path / folder) for name, folder in variables.items()}
        with pytest.raises(UsageError, match="temporary environment"):
            plugin.install(path, environ)
        assert plugin.state(environ).target is None

    def test_a_script_that_is_not_there_is_told(self, environ, tmp_path):
        with pytest.raises(UsageError, match="There is no script"):
            plugin.install(tmp_path / "no", environ)

    def test_the_hook_goes_into_the_client_s_config_and_out_again(self, environ, script):
        config = Path(environ["DOCKER_CONFIG"], "config.json")
        before = {
            "auths": {"x": {"auth": "y"}},
            "features": {"buildkit": "true"},
            "plugins": {"o": {"a": "b"}},
        }
        config.write_text(json.dumps(before))
        config.chmod(0o600)
        plugin.install(script, environ, hooks=True)
        assert json.loads(config.read_text()) == {
            "auths": {"x": {"auth": "y"}},
            "features": {"buildkit": "true", "hooks": "true"},
            "plugins": {"o": {"a": "b"}, "uvdive": {"hooks": "build,buildx build"}},
        }
        assert config.stat().st_mode & 0o777 == 0o600
        assert plugin.state(environ).hooks
        plugin.uninstall(environ)
        assert json.loads(config.read_text()) == before | {
            "features": {"buildkit": "true", "hooks": "true"}  # others may have hooks too
        }

    @pytest.mark.parametrize("text", ["[]", "{", '{"plugins": []}'])
    def test_a_config_that_is_none_is_not_touched(self, environ, script, text):
        config = Path(environ["DOCKER_CONFIG"], "config.json")
        config.write_text(text)
        with pytest.raises(UsageError, match=r"config\.json"):
            plugin.install(script, environ, hooks=True)
        assert config.read_text() == text

    def test_the_command_says_how_it_stands(self, run, monkeypatch, environ, script):
        monkeypatch.setenv("DOCKER_CONFIG", environ["DOCKER_CONFIG"])
        monkeypatch.setattr(plugin, "own_script", lambda: script)
        assert run("plugin", "status").code == 1
        assert "docker uvdive works now" in run("plugin", "install").err
        told = run("plugin", "status")
        assert (told.code, "the hook after builds is off" in told.out) == (0, True)
        script.unlink()
        assert (run("plugin", "status").code, run("plugin", "uninstall").code) == (1, 0)
        assert run("plugin", "uninstall", "--hooks").code == 2
        assert run("plugin", "fly").code == 2


@needs_client
class TestClient:
    @pytest.fixture
    def config(self, tmp_path):
        (tmp_path / "cli-plugins").mkdir()
        (tmp_path / "cli-plugins" / "docker-uvdive").symlink_to(SCRIPT)
        return tmp_path

    def docker(self, config, *words, **more):
        env = {**os.environ, "DOCKER_CONFIG": str(config), **more}
        return subprocess.run(["docker", *words], env=env, capture_output=True, text=True, check=False)

    def test_it_knows_the_plugin(self, config):
        assert "Show what makes an image big" in self.docker(config, "--help").stdout
        assert self.docker(config, "uvdive", "--version").stdout == f"uvdive {__version__}\n"
        assert self.docker(config, "help", "uvdive").stdout.startswith("usage: uvdive")
        assert self.docker(config, "__complete", "uvdive", "che").stdout.startswith("check\t")

    def test_exit_codes_and_global_flags_reach_it(self, config, tmp_path):
        (tmp_path / "Dockerfile").write_text("FROM a\nENV API_TOKEN=hunter2-hunter2\n")
        assert self.docker(config, "uvdive", "check", "--static", str(tmp_path)).returncode == 1
        assert self.docker(config, "uvdive", "check", "--formt").returncode == 2
        gone = self.docker(config, "--context", "nowhere", "uvdive", "docker://x:1", "--report")
        assert (gone.returncode, "no docker context nowhere" in gone.stderr) == (3, True)
        gone = self.docker(config, "-H", "unix:///nowhere.sock", "uvdive", "docker://x:1", "--report")
        assert (gone.returncode, "unix:///nowhere.sock (DOCKER_HOST)" in gone.stderr) == (3, True)

    @pytest.mark.engine
    def test_after_a_build_it_tells_what_the_image_holds(self, config):
        tag = f"uvdive-test-hook:{uuid.uuid4().hex[:8]}"
        (config / "config.json").write_text(
            json.dumps({"plugins": {"uvdive": {"hooks": plugin.HOOKS}}, "features": {"hooks": "true"}})
        )
        (config / "Dockerfile").write_text(
            # Of its own each time: an image that comes from the cache is as old as that.
            f"FROM python:3.13-slim\nRUN : {tag} && head -c 3000000 /dev/urandom > /x\nRUN rm /x\n"
        )
        try:
            told = on_terminal(["docker", "build", "-t", tag, str(config)], {"DOCKER_CONFIG": str(config)})
        finally:
            self.docker(config, "image", "rm", "-f", tag)
        assert f"(3.0 MB): docker uvdive {tag} shows it, docker uvdive rewrite takes it out." in told


def on_terminal(command: list[str], more: dict[str, str]) -> str:
    """What a command prints on a terminal: the client asks hooks only there."""
    outer, inner = pty.openpty()
    env = {**os.environ, **more}
    process = subprocess.Popen(command, stdin=inner, stdout=inner, stderr=inner, env=env)
    os.close(inner)
    told = b""
    try:
        while piece := os.read(outer, 4096):
            told += piece
    except OSError:
        pass  # the other side is closed
    os.close(outer)
    assert process.wait() == 0, told
    return told.decode("utf-8", "replace")


def test_the_metadata_needs_no_escapes() -> None:
    assert json.loads(json.dumps(docker_plugin.METADATA)) == docker_plugin.METADATA
    assert not any(char in value for value in docker_plugin.METADATA.values() for char in '"\\')
