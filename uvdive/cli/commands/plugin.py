"""``uvdive plugin``: make ``docker uvdive`` known to the docker client, or take it away."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from uvdive.base.errors import ExitCode, UsageError
from uvdive.cli.options import Parser, add_common
from uvdive.cli.telling.console import Console


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """The command's arguments."""
    parser.add_argument(
        "action",
        metavar="ACTION",
        choices=("install", "uninstall", "status"),
        help="install, uninstall or status",
    )
    parser.option(
        "--hooks",
        action="store_true",
        help="with install: have docker tell after a build what uvdive would take out",
    )
    add_common(parser)
    parser.epilog = (
        "install links docker-uvdive into the docker client's cli-plugins ($DOCKER_CONFIG or ~/.docker); "
        "then docker uvdive is uvdive, with docker's own --context and -H."
    )
    args = parser.parse_args(argv)
    if args.hooks and args.action != "install":
        raise UsageError("--hooks goes with install.", "Leave it out; uninstall takes the hook away too.")
    return args


def run(args: argparse.Namespace, console: Console) -> ExitCode:
    """Install, uninstall, or say how it stands."""
    from uvdive.base.files import plugin

    if args.action == "install":
        link = plugin.install(plugin.own_script(), hooks=args.hooks)
        console.say(f"{link} leads to {plugin.own_script()}: docker uvdive works now.")
        if args.hooks:
            console.say("After docker build, docker tells what uvdive would take out of the image.")
        return ExitCode.DONE
    if args.action == "uninstall":
        console.say("docker uvdive is gone." if plugin.uninstall() else "docker uvdive was not installed.")
        return ExitCode.DONE
    now = plugin.state()
    if now.foreign:
        told = f"{now.link} is there, and is no link of uvdive's."
    elif now.target is None:
        told = f"docker uvdive is not installed: there is no {now.link}."
    elif not now.works:
        told = f"{now.link} leads to {now.target}, which is gone: uvdive plugin install repairs it."
    else:
        told = f"{now.link} leads to {now.target}; the hook after builds is {'on' if now.hooks else 'off'}."
    console.data(f"{told}\n")
    return ExitCode.DONE if now.works and not now.foreign else ExitCode.FAILED
