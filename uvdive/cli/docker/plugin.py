"""``docker uvdive``: what the docker client asks a plugin, and the command line behind its own flags.

The client starts the script ``docker-uvdive`` for every help of its own, so nothing heavy is
imported here. It hands over the whole command line, with its global flags before the name
(https://github.com/docker/cli/tree/master/cli-plugins).
"""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping, Sequence

from uvdive.base.version import __version__

NAME = "uvdive"
SCRIPT = "docker-uvdive"
METADATA = {
    "SchemaVersion": "0.1.0",
    "Vendor": "uvdive",
    "Version": f"v{__version__}",
    "ShortDescription": "Show what makes an image big, and rewrite its uv Dockerfile",
    "URL": "https://github.com/uvdive/uvdive",
}

_VALUED = {
    "--config": "config",
    "--context": "context",
    "-c": "context",
    "--host": "host",
    "-H": "host",
    "--log-level": "",
    "-l": "",
    "--tlscacert": "ca",
    "--tlscert": "cert",
    "--tlskey": "key",
}
"""The client's global flags with a value; those without a name here say how the client itself logs."""

_SWITCHES = {"--tls": "tls", "--tlsverify": "verify", "--debug": "", "-D": ""}


def run() -> None:
    """The entry point ``docker-uvdive``: answer the client, or run the command line, and exit."""
    sys.exit(main(sys.argv[1:]))


def main(argv: Sequence[str]) -> int:
    """Run what the client handed over.

    Args:
        argv: the arguments without the program's name.

    Returns:
        The exit code, which the client passes on.
    """
    if argv[:1] == ["docker-cli-plugin-metadata"]:
        fields = (f'"{name}":"{value}"' for name, value in METADATA.items())
        sys.stdout.write(f"{{{','.join(fields)}}}\n")
        return 0
    if argv[:2] == [NAME, "docker-cli-plugin-hooks"]:
        from uvdive.cli.docker.hook import answer

        return answer(argv[2:])
    if argv[:1] in (["__complete"], ["__completeNoDesc"]):
        from uvdive.cli.docker.completion import complete

        return complete(argv[2:] if argv[1:2] == [NAME] else argv[1:], described=argv[0] == "__complete")
    from uvdive.cli.main import main as run_uvdive

    flags, rest = split_flags(argv)
    if rest[:2] == ["help", NAME]:
        return run_uvdive([*rest[2:], "--help"])
    if rest[:1] != [NAME]:
        return run_uvdive(argv)
    with _Certificates(flags) as folder:
        apply(flags, os.environ, folder)
        return run_uvdive(rest[1:])


def split_flags(argv: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """The client's global flags by what they are for, and what comes behind them."""
    flags: dict[str, str] = {}
    words = list(argv)
    while words and words[0].startswith("-"):
        word, sign, value = _parted(words[0])
        if word in _SWITCHES:
            flags[_SWITCHES[word]] = "" if value in ("false", "0", "f", "F", "FALSE", "False") else "true"
        elif word in _VALUED and (sign or len(words) > 1):
            flags[_VALUED[word]] = value if sign else words.pop(1)
        else:
            break
        words.pop(0)
    return flags, words


def _parted(word: str) -> tuple[str, bool, str]:
    """A flag, whether a value is glued to it, and that (``--context=x``, ``-cx``, ``-c=x``)."""
    if word.startswith("--") or len(word) == 2:
        name, sign, value = word.partition("=")
        return name, bool(sign), value
    return word[:2], True, word[2:].removeprefix("=")


def apply(flags: MutableMapping[str, str], environ: MutableMapping[str, str], certificates: str) -> None:
    """Have the flags in the environment, where uvdive and the clients that it starts look.

    A flag goes before a variable: ``--context`` before DOCKER_HOST, ``-H`` before DOCKER_CONTEXT.
    ``certificates`` is the folder of those that flags name, else empty.
    """
    if "config" in flags:
        environ["DOCKER_CONFIG"] = flags["config"]
    if "context" in flags:
        environ.pop("DOCKER_HOST", None)
        environ["DOCKER_CONTEXT"] = flags["context"]
    if "host" in flags:
        environ.pop("DOCKER_CONTEXT", None)
        environ["DOCKER_HOST"] = flags["host"]
    if certificates:
        environ["DOCKER_CERT_PATH"] = certificates
    for flag, variable in (("tls", "DOCKER_TLS"), ("verify", "DOCKER_TLS_VERIFY")):
        if flags.get(flag):
            environ[variable] = "1"
        elif flag in flags:
            environ.pop(variable, None)
    if flags.get("tls") and "verify" not in flags and "DOCKER_CERT_PATH" not in environ:
        environ["DOCKER_CERT_PATH"] = environ.get("DOCKER_CONFIG") or os.path.expanduser("~/.docker")  # noqa: PTH111


class _Certificates:
    """The certificates that flags name one by one, in a folder as variables name them; gone at the end."""

    def __init__(self, flags: MutableMapping[str, str]) -> None:
        self._named = {kind: flags[kind] for kind in ("ca", "cert", "key") if kind in flags}
        self._folder = ""

    def __enter__(self) -> str:
        if self._named:
            import tempfile

            self._folder = tempfile.mkdtemp(prefix="uvdive-tls-")
            for kind, path in self._named.items():
                os.symlink(os.path.abspath(path), os.path.join(self._folder, f"{kind}.pem"))  # noqa: PTH100, PTH118, PTH211
        return self._folder

    def __exit__(self, *_: object) -> None:
        if self._folder:
            import shutil

            shutil.rmtree(self._folder, ignore_errors=True)
