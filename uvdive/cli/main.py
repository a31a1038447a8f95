"""Find the command, run it, and turn whatever happens into an exit code and clear words."""

from __future__ import annotations

import contextlib
import importlib
import itertools
import signal
import sys
from collections.abc import Iterator, Sequence
from types import FrameType

from uvdive.base.errors import ExitCode, UsageError, UvdiveError, disk_full
from uvdive.cli.options import COMMANDS, Parser
from uvdive.cli.telling.console import Console

_ENDS = (signal.SIGTERM, signal.SIGHUP)


class _TerminatedError(BaseException):
    """SIGTERM or SIGHUP came: whoever works cleans up behind it, as after ctrl-c."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


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
    except _TerminatedError as ended:
        code = 128 + ended.number
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
    command = importlib.import_module(f"uvdive.cli.commands.{name.replace('-', '_')}")
    parser = Parser(name)
    try:
        args = command.parse(parser, rest)
    except UsageError:
        _check_order(argv)
        _check_words(argv)
        raise
    if name == "explore" and args.target in COMMANDS:
        _check_order(argv)
    redact = not getattr(args, "no_redact", False)
    console.configure(debug=args.debug, log=args.log, units=args.units, argv=argv, redact=redact)
    _recover(console)
    if name != "clean":
        _offer(console)
    code: ExitCode = command.run(args, console)
    return code


def _recover(console: Console) -> None:
    """Take back what a run that was cut off left half written, and say so."""
    from uvdive.base.files.folders import is_pending

    if is_pending():  # else the journal is not even imported
        from uvdive.session.disk.journal import recover

        for said in recover():
            console.notice(said)


def _offer(console: Console) -> None:
    """Tell of what a run that was cut off left in the engine or the temporary folder; nothing is removed."""
    from uvdive.base.files.folders import is_noted

    if not is_noted():
        return  # what reads the notes is not even imported
    from uvdive.base.files.remains import left

    if found := left():
        others = f" and {len(found) - 1} more" if len(found) > 1 else ""
        console.notice(f"A run that was cut off left {found[0]}{others}: uvdive clean removes that.")


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


def _check_words(argv: Sequence[str]) -> None:
    """Two words where one image is looked into: a command that is written wrong, or two images.

    Raises:
        UsageError: the first two arguments are words, and no command.
    """
    import difflib
    import shlex

    words = list(itertools.takewhile(lambda word: not word.startswith("-"), argv))
    if not words[1:] or words[0] in COMMANDS:
        return
    if near := difflib.get_close_matches(words[0], COMMANDS, 1):
        meant = shlex.join(("uvdive", near[0], *words[1:]))
        raise UsageError(f"There is no command {words[0]}.", f"Did you mean {meant}?")
    both = shlex.join(("uvdive", "compare", *words[:2]))
    raise UsageError("One image is looked into at a time.", f"To compare two: {both}")


@contextlib.contextmanager
def _terminating() -> Iterator[None]:
    """SIGTERM and SIGHUP raise in here, so that processes and files of ours do not stay behind."""

    def stop(number: int, _frame: FrameType | None) -> None:
        raise _TerminatedError(number)

    before = {}
    try:
        for number in _ENDS:
            # nohup: who ignores it when starting us wants it ignored.
            if signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, stop)
    except ValueError:  # only the main thread may
        yield
        return
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
