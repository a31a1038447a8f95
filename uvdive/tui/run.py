"""The app's front door: what the command line calls. Textual is imported only in here."""

from __future__ import annotations

import contextlib
import gc
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from uvdive.base.errors import ExitCode, UsageError, UvdiveError

if TYPE_CHECKING:
    from uvdive.base.files.config import Config
    from uvdive.compose.recipe import Recipe
    from uvdive.tui.app import UvdiveApp
    from uvdive.tui.services import Loader, Opener, Pair, Pairer, Planned, Services
    from uvdive.verify.several.history import Series

LAST_WORDS = 0.5
"""Seconds that jobs get after the app has gone, to end the processes they wait for."""


SWITCH = 0.0005
"""Seconds after which a thread that works has to let the one that answers keys go on."""

RARELY = 1_000, 10, 800
"""How often garbage is looked for (``gc.set_threshold``); looking through everything takes 150 ms."""


def prepare() -> None:
    """Make Python put keys before what it does beside them."""
    sys.setswitchinterval(SWITCH)
    gc.set_threshold(*RARELY)


def run_app(  # noqa: PLR0913 - what the command line knows, all by keyword
    target: str | tuple[str, str] | None,
    *,
    loader: Loader | None = None,
    make_ready: Callable[[], None] = lambda: None,
    opener: Opener | None = None,
    pair: Pair | None = None,
    pairer: Pairer | None = None,
    history: Sequence[Series] = (),
    dockerfile: Path | None = None,
    context: Path | None = None,
    build_args: tuple[str, ...] = (),
    recipe: Recipe | None = None,
    builds: bool = False,
    planned: Planned | None = None,
    services: Services | None = None,
    notices: Sequence[str] = (),
    recorded: str = "",
    tell: Callable[[UvdiveError], None] = lambda _error: None,
    debug: bool = False,
) -> int:
    """Open the terminal app on an image and return the exit code.

    Args:
        target: how the user named the image, or the two to compare.
        loader: reads the image: ``loader(on_event=…, cancel=…)`` returns a value with
            a ``report``, such as ``functools.partial(load_image, target)``.
            None opens the picker.
        make_ready: has what ``loader`` needs started meanwhile; called after the first picture.
        opener: makes what was picked into something to explore; needed without ``loader``.
        pair: reads both images and compares them.
        pairer: makes two targets that were marked in the picker a pair.
        history: how images grew over saved reports, shown in place of the picker.
        dockerfile: the Dockerfile for the rewrite; looked for where it is None.
        context: the build context; the Dockerfile's folder where it is None.
        build_args: arguments for ``docker buildx build``.
        recipe: the compose service or Bake target that is built.
        builds: does ``loader`` build the image first?
        planned: open the rewrite as soon as the image is read.
        services: other functions for the rewrite, for tests.
        notices: what the start had to say, which the first picture hides.
        recorded: what is to be known of a recording that is played; empty where all is real.
        tell: is told, once the terminal is as it was, of the error that the app was left with.
        debug: raise an unforeseen exception of a job after the app has ended.

    Raises:
        UsageError: the settings name no theme or action that there is.
    """
    from rich.console import Console

    from uvdive.base.files.config import load_config, remember_theme
    from uvdive.base.processes import spare
    from uvdive.tui.app import UvdiveApp
    from uvdive.tui.frame.writing import outlive_the_terminal

    prepare()
    config = load_config(Path())
    app = UvdiveApp(
        target,
        loader=loader,
        make_ready=make_ready,
        opener=opener,
        pair=pair,
        pairer=pairer,
        history=history,
        dockerfile=dockerfile,
        context=context,
        build_args=build_args,
        recipe=recipe,
        builds=builds,
        planned=planned,
        services=services,
        notices=notices,
        recorded=recorded,
        config=_checked(config),
        remember=remember_theme,
        freeze=gc.freeze,
        few_colours=Console(force_terminal=True).color_system == "standard",
    )
    outlive_the_terminal()
    ending = _Ending(app)
    try:
        with ending.watched():
            code = app.run()
    finally:
        app.let_go()
        spare.drop()
        app.jobs.join(LAST_WORDS)
    if ending.number is not None:
        signal.raise_signal(ending.number)  # who started the app knows what to do about it
    if app.left_with is not None:
        tell(app.left_with)
    if debug and app.crash is not None:
        raise app.crash
    if code is None:
        # Textual shows its own error where the app itself broke.
        code = app.return_code
    return ExitCode.FAILED if code is None else int(code)


class _Ending:
    """Ends the app on SIGTERM and SIGHUP, from its first moment on.

    A handler that raises is no use here: what it raises in a callback, asyncio takes for the
    callback's own error, and goes on.
    """

    def __init__(self, app: UvdiveApp) -> None:
        self._app = app
        self._before: dict[signal.Signals, Any] = {}
        self.number: signal.Signals | None = None

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """As long as the block runs; only the main thread may."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGHUP):
                # Who ignores it when starting us wants it ignored; but without a terminal, which SIGHUP
                # tells, nobody sees the app nor ends it, and it would read from nothing for ever.
                if number == signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._end)
        try:
            yield
        finally:
            self._restore()

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()

    def _end(self, number: int, _frame: FrameType | None) -> None:
        self.number = signal.Signals(number)
        self._restore()  # whoever sends a second one wants an end at any price
        self._app.end()


def _checked(config: Config) -> Config:
    """The settings with a theme: theirs, else the one that was chosen last.

    Raises:
        UsageError: there is no such theme or action.
    """
    from textual.theme import BUILTIN_THEMES

    from uvdive.base.files.config import remembered_theme, unknown
    from uvdive.tui.keys.tables import action_ids

    known = action_ids()
    for name in config.keymap:
        if name not in known:
            raise unknown(config.sources[name], f"keymap.{name}", tuple(f"keymap.{id_}" for id_ in known))
    if config.theme is not None and config.theme not in BUILTIN_THEMES:
        path = config.sources["theme"]
        raise UsageError(
            f"{path}: there is no theme {config.theme}.", f"There are: {', '.join(BUILTIN_THEMES)}."
        )
    remembered = remembered_theme()
    if config.theme is None and remembered in BUILTIN_THEMES:
        return replace(config, theme=remembered)
    return config
