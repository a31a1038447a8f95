"""Find the command, run it, and turn whatever happens into an exit code and clear words."""

from __future__ import annotations

import contextlib
import importlib
import signal
import sys
from collections.abc import Iterator, Sequence
from types import FrameType

from uvdive.base.errors import ExitCode, UsageError, UvdiveError, disk_full
from uvdive.cli.console import Console
from uvdive.cli.options import COMMANDS, Parser

_SIGTERM_CODE = 128 + signal.SIGTERM


class _TerminatedError(BaseException):
    """SIGTERM came: whoever works cleans up behind it, as after ctrl-c."""


def main(argv: Sequence[str]) -> int:
    """Run one command line.

    Args:
        argv: the arguments without the program's name.

    Returns:
        The exit code (``ExitCode``). Every error is told on standard
        error; none is raised.
    """
    console = Console()
    try:
        with _terminating():
            code = int(_run(argv, console))
    except SystemExit as done:
        code = done.code if isinstance(done.code, int) else ExitCode.DONE
    except UvdiveError as error:
        console.error(error)
        code = error.code
    except KeyboardInterrupt:
        console.say("Stopped.")
        code = ExitCode.INTERRUPTED
    except _TerminatedError:
        code = _SIGTERM_CODE
    except Exception as error:  # noqa: BLE001 - a person must never see a bare traceback
        full = disk_full(error)
        if full is None:
            console.crash(error)
        else:
            console.error(full)
        code = ExitCode.FAILED if full is None else full.code
    finally:
        console.close()
    return int(code)


def _run(argv: Sequence[str], console: Console) -> ExitCode:
    name, rest = "explore", list(argv)
    if rest and rest[0] in COMMANDS:
        name, rest = rest[0], rest[1:]
    command = importlib.import_module(f"uvdive.cli.{name}")
    parser = Parser(name)
    try:
        args = command.parse(parser, rest)
    except UsageError:
        _check_order(argv)
        raise
    if name == "explore" and args.target in COMMANDS:
        _check_order(argv)
    redact = not getattr(args, "no_redact", False)
    console.configure(debug=args.debug, log=args.log, units=args.units, argv=argv, redact=redact)
    code: ExitCode = command.run(args, console)
    return code


def _check_order(argv: Sequence[str]) -> None:
    """Options before the command would be taken for the explorer's, and the command for an image.

    Raises:
        UsageError: a command stands behind options.
    """
    found = next((word for word in argv if not word.startswith("-")), None)
    if found in COMMANDS and argv[0] != found:
        raise UsageError(
            f"The command comes first: uvdive {found} ….",
            f"For an image called {found}, say: uvdive explore {found}",
        )


@contextlib.contextmanager
def _terminating() -> Iterator[None]:
    """SIGTERM raises in here, so that processes and files of ours do not stay behind."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _TerminatedError

    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # only the main thread may
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
