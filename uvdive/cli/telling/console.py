"""The only place that prints: data to standard output, everything else to standard error."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, TextIO, TypeVar

from uvdive.base.errors import OutputError, UsageError, UvdiveError
from uvdive.base.units import Units
from uvdive.output.plain import folded, visible

if TYPE_CHECKING:
    import logging
    from pathlib import Path

    from uvdive.output.redact import Redactor

_DEFAULT_WIDTH = 100
_STYLES = {"head": "1", "good": "32", "bad": "31", "warn": "33", "faint": "2"}
"""What a terminal is told (SGR) for each style of ``output.look``; the sixteen colours that all have."""
_T = TypeVar("_T")


class Console:
    """Prints, and remembers how the user wants it.

    What it says, and what goes to the log, is without what looks like a secret, unless
    ``--no-redact`` says otherwise. Data is as it is given.
    """

    def __init__(self) -> None:
        self.debug = False
        self.redacts = True
        self.units: Units = "si"
        self.notices: list[str] = []
        self._log: logging.Logger | None = None
        self._progress = False

    def configure(
        self, *, debug: bool, log: Path | None, units: Units, argv: Sequence[str], redact: bool = True
    ) -> None:
        """Take over the common options.

        Raises:
            UsageError: the log file cannot be written.
        """
        self.debug = debug
        self.redacts = redact
        self.units = units
        if log is not None:
            self._log = _open_log(log, self.clean)
            self._log.info("uvdive %s", _without_secrets(argv))

    @cached_property
    def redactor(self) -> Redactor:
        """What hides secrets; whoever comes upon some teaches it."""
        from uvdive.output.redact import Redactor

        return Redactor()

    def clean(self, text: str) -> str:
        """A text without secrets, where they are to be hidden."""
        return self.redactor.text(text) if self.redacts else text

    def hidden(self, value: _T) -> _T:
        """A value of our own without secrets, where they are to be hidden: before it is one text."""
        return self.redactor.value(value) if self.redacts else value

    @property
    def interactive(self) -> bool:
        """Are all three standard streams a terminal that an app can be shown in?"""
        streams = (sys.stdin, sys.stdout, sys.stderr)
        if os.environ.get("TERM") == "dumb":
            return False
        return all(stream is not None and stream.isatty() for stream in streams)

    @property
    def shows_output(self) -> bool:
        """Does standard output go to a terminal?"""
        return sys.stdout.isatty()

    @property
    def tells_on_one_line(self) -> bool:
        """Does standard error go to a terminal in which a line can be written over?"""
        return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def paint(self, text: str, style: str) -> str:
        """A line of our own in a style, where standard output goes to a terminal with colours."""
        codes = _STYLES.get(style, "")
        plain = not codes or not text or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
        return text if plain or not self.shows_output else f"\x1b[{codes}m{text}\x1b[0m"

    @property
    def width(self) -> int:
        """How many characters a line of a report may have."""
        if not self.shows_output:
            return _DEFAULT_WIDTH
        import shutil

        return max(shutil.get_terminal_size().columns, 60)

    def data(self, text: str | Iterable[str]) -> None:
        """Print what the user asked for, whole or in pieces, as UTF-8; a reader that went away is no error.

        What came in as bytes that are not UTF-8 (surrogate escapes) goes out so.

        Raises:
            OutputError: standard output goes to a full disk.
        """
        self._end_progress()
        try:
            sys.stdout.flush()
            for piece in (text,) if isinstance(text, str) else text:
                sys.stdout.buffer.write(piece.encode("utf-8", "surrogateescape"))
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            _close_pipe(sys.stdout)
        except OSError as error:
            # What is still held back would be tried again at the end, and fail again.
            _close_pipe(sys.stdout)
            what = f"Standard output can't be written: {error.strerror}."
            raise OutputError(what, "Send it to another place.") from error

    def say(self, text: str) -> None:
        """Tell what is going on, on one line."""
        if self._log is not None:
            self._log.info(text)
        self._end_progress()
        _say(visible(self.clean(text)))

    def progress(self, text: str) -> None:
        """Tell how far the work is: on a terminal always on the same line, else as ``say`` does."""
        if not self.tells_on_one_line:
            self.say(text)
            return
        if self._log is not None:
            self._log.info(text)
        import shutil

        # The last column stays free: some terminals go on to the next line when it is written.
        width = max(1, shutil.get_terminal_size().columns - 1)
        self._progress = True
        _write(f"\r\x1b[2K{visible(self.clean(text))[:width]}")

    def _end_progress(self) -> None:
        """Take the line of progress away before something stays."""
        if self._progress:
            self._progress = False
            _write("\r\x1b[2K")

    def notice(self, text: str) -> None:
        """Tell something that the app shows too, whose first picture would hide it."""
        self.notices.append(self.clean(text))
        self.say(text)

    def note(self, text: str) -> None:
        """Write something to the log file alone."""
        if self._log is not None:
            self._log.debug(text)

    def error(self, error: UvdiveError) -> None:
        """Tell what happened and what to do, after the last lines of the log that belongs to it."""
        self._end_progress()
        for line in error.log:
            _say(f"  | {visible(self.clean(line))}")
        self._tell(f"uvdive: {visible(self.clean(error.what))}")
        if error.do:
            self._tell(visible(self.clean(error.do)))
        self._trace(error)

    def _tell(self, line: str) -> None:
        """Say a sentence, folded at words where a terminal would cut them."""
        import shutil

        for part in folded(line, shutil.get_terminal_size().columns if self.tells_on_one_line else 0):
            _say(part)

    def crash(self, error: Exception) -> None:
        """Tell of a bug: one line, and how to report it."""
        self._end_progress()
        said = (str(error).strip() or "no message").splitlines()[-1]
        _say(
            f"uvdive: Something went wrong inside uvdive: {type(error).__name__}: {visible(self.clean(said))}"
        )
        if not self.debug:
            _say("This is a bug. Run it again with --debug and report what it prints.")
        self._trace(error)

    def _trace(self, error: Exception) -> None:
        if self._log is None and not self.debug:
            return
        import traceback

        text = "".join(traceback.format_exception(error))
        if self._log is not None:
            self._log.error(text)
        if self.debug:
            for line in self.clean(text).splitlines():
                _say(visible(line))

    def close(self) -> None:
        """Flush everything, also where the reader went away."""
        self._end_progress()
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except OSError:
                _close_pipe(stream)
        if self._log is not None:
            import logging

            for handler in self._log.handlers[:]:
                self._log.removeHandler(handler)
                with contextlib.suppress(OSError):
                    handler.close()
            logging.getLogger().setLevel(logging.WARNING)


def _say(line: str) -> None:
    _write(line + "\n")


def _write(text: str) -> None:
    # A terminal that cannot show a character must not stop the work.
    encoding = sys.stderr.encoding or "utf-8"
    try:
        sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stderr.flush()
    except OSError:
        # A closed pipe, or a file on a full disk: there is nobody left to tell.
        _close_pipe(sys.stderr)


def _close_pipe(stream: TextIO) -> None:
    """Point a broken stream to nowhere: Python's own flush at exit must not complain."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _open_log(path: Path, clean: Callable[[str], str]) -> logging.Logger:
    import logging

    class LogFile(logging.FileHandler):
        """A log that can't be written any more is told of once, and the work goes on."""

        def format(self, record: logging.LogRecord) -> str:
            return visible(clean(super().format(record)), keep="\n")

        def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - logging's name
            logging.getLogger().removeHandler(self)
            _say(f"The log {path} ends here: it can't be written any more ({sys.exc_info()[1]}).")
            # What its buffer still holds would be written, and fail, when it is closed.
            if self.stream is not None:
                _close_pipe(self.stream)
            self.close()

    try:
        _make_private(path)
        handler = LogFile(path, mode="w", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError(
            f"The log {path} can't be written: {error.strerror}.", "Name another file."
        ) from error
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    return root


def _make_private(path: Path) -> None:
    """Have a log that only this user reads: it holds what programs print.

    Raises:
        OSError: it can't be written.
    """
    # No pipe or device is waited for; a terminal or /dev/null may be named all the same.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY, 0o600)
    try:
        if stat.S_ISREG(os.fstat(handle).st_mode):
            os.fchmod(handle, 0o600)
    finally:
        os.close(handle)


def _without_secrets(argv: Sequence[str]) -> str:
    import shlex

    from uvdive.base.secrets.words import HIDDEN, redact

    words = list(argv)
    for number, word in enumerate(words):
        # What programs are started with is a secret, whatever it is called.
        _, sign, value = word.removeprefix("--start-env=").partition("=")
        if word.startswith("--start-env=") or (sign and words[number - 1 : number] == ["--start-env"]):
            given = word[: len(word) - len(value)]
            words[number] = f"{given}{HIDDEN}" if sign else word
    return redact(shlex.join(words))
