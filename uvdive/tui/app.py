"""The app itself: what it opens, its theme, its screens, how it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.theme import Theme

from uvdive.base.errors import CancelledError, ExitCode, UvdiveError
from uvdive.base.files.config import Config
from uvdive.tui.frame import theme
from uvdive.tui.frame.jobs import Work
from uvdive.tui.frame.palette import ActionProvider
from uvdive.tui.frame.returning import Returning
from uvdive.tui.frame.text import visible
from uvdive.tui.leading import Leading
from uvdive.tui.screens.curtain import Curtain
from uvdive.tui.services import Loader, Opener, Pair, Pairer, Planned, Services

if TYPE_CHECKING:
    from uvdive.base.progress import CancelToken, OnEvent
    from uvdive.compose.recipe import Recipe
    from uvdive.ledger.report import ImageReport
    from uvdive.output.html.tables import Rewrite
    from uvdive.session.desk import Desk
    from uvdive.tui.frame.host import Host
    from uvdive.tui.screens.rewrite.rewrite import RewriteScreen
    from uvdive.verify.several.history import Series

MOST_CLASHES = 3
"""So many clashes of the user's keys are told at the start."""


class UvdiveApp(Leading):
    """Explore one image, and rewrite its Dockerfile.

    Args:
        target: how the user named it, for the headline while nothing better is known.
        loader: reads the image; takes ``on_event`` and ``cancel``, returns a value
            with the ``report``. Raises UvdiveError. None lets the user pick something.
        make_ready: called once the first picture is there, before the first screen is made.
        opener: what to do with what was picked; needed without ``loader``.
        comparer: instead of both: reads two images, whose names are ``target``, and
            returns their Comparison.
        pair: the same, with their contents.
        pairer: makes two targets that were marked in the picker a pair.
        history: how images grew, shown in place of the picker.
        dockerfile: the Dockerfile that made the image; looked for in ``context``
            where it is None.
        context: the build context; the Dockerfile's folder where it is None.
        build_args: arguments for ``docker buildx build``.
        recipe: the compose service or Bake target that is built.
        builds: does ``loader`` build the image first?
        planned: open the rewrite as soon as the image is read.
        services: the session floor's functions of the rewrite.
        notices: what the start had to say: what a run that was cut off left.
        recorded: what is to be known of a recording that is played; empty where all is real.
        config: theme and keymap; both are checked before.
        remember: keeps the theme that the user chose. Raises UsageError.
        freeze: called when what is in memory stays there, so that nobody looks for garbage in it.
        few_colours: does the terminal have 16 colours only?
    """

    TITLE = "uvdive"
    CSS_PATH = "uvdive.tcss"
    COMMANDS: ClassVar[set[Any]] = {ActionProvider} | Returning.COMMANDS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "help_quit", "Quit", show=False, system=True),
    ]

    def __init__(  # noqa: PLR0913 - what the command line knows, all by keyword
        self,
        target: str | tuple[str, str] | None,
        *,
        loader: Loader | None = None,
        make_ready: Callable[[], None] = lambda: None,
        opener: Opener | None = None,
        comparer: Work | None = None,
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
        config: Config | None = None,
        remember: Callable[[str], None] | None = None,
        freeze: Callable[[], None] = lambda: None,
        few_colours: bool = False,
    ) -> None:
        # Before the rest: that asks for the colours.
        self._few_colours = few_colours
        super().__init__()
        config = config or Config()
        self.keymap = dict(config.keymap)
        self._notices = tuple(notices)
        self._recorded = recorded
        self._ends = False
        self._remember = remember
        self.freeze = freeze
        if config.theme is not None:
            self.theme = config.theme
        self.target = target if isinstance(target, str) else None
        self._names = target if isinstance(target, tuple) else None
        self._comparer, self._pair, self._pairer = comparer, pair, pairer
        self._history = tuple(history)
        self.dockerfile = dockerfile
        self.context, self.build_args = context, build_args
        self.recipe = recipe
        self.builds = builds
        self.planned = planned
        self.left_with: UvdiveError | None = None
        self.services = services or Services()
        self.desk: Desk | None = None
        self.crash: Exception | None = None
        self._loader = loader
        self._make_ready = make_ready
        self._opener = opener

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The owners' colours, which a theme may replace."""
        return theme.variables(tints=not self.no_color and not self._few_colours)

    def get_css_variables(self) -> dict[str, str]:
        """The theme's, made strong enough to be read."""
        self.theme_variables = theme.legible(super().get_css_variables())
        return self.theme_variables

    def on_mount(self) -> None:
        """Take the user's keys, and watch for another theme."""
        self.set_keymap(self.keymap)
        if self.keymap:
            self._tell_clashes()
        for words in self._notices:
            self.notify(visible(words), title="Cut off", severity="warning", markup=False, timeout=15)
        if self._recorded:
            self.notify(visible(self._recorded), title="Recorded", markup=False, timeout=12)
        if self._ends:
            self.exit()
        self.theme_changed_signal.subscribe(self, self._theme_changed)

    def end(self) -> None:
        """Leave as soon as possible; called by a signal's handler, at any moment."""
        self._ends = True
        if self._loop is not None and self._loop.is_running():
            self._loop.call_soon_threadsafe(self.exit)

    def _tell_clashes(self) -> None:
        from uvdive.tui.keys.clashes import clashes

        for words in clashes(self.keymap)[:MOST_CLASHES]:
            self.notify(words, title="Keys", severity="warning", markup=False, timeout=10)

    def _theme_changed(self, theme: Theme) -> None:
        if self._remember is None:
            return
        try:
            self._remember(theme.name)
        except UvdiveError as error:
            self.notify(error.what, severity="warning", markup=False)

    def get_default_screen(self) -> Screen[Any]:
        """What is painted first."""
        self.hold_keys()
        return Curtain()

    async def raise_curtain(self) -> None:
        """Go to the first real screen, and let it have the keys that were typed before it came."""
        self._make_ready()
        self.add_mode("opened", self._first_screen)
        await self.switch_mode("opened")
        await self.let_keys_go()

    @property
    def mark(self) -> str:
        """A word that stands on every screen where not all is real."""
        return "recorded" if self._recorded else ""

    @property
    def called(self) -> str:
        """What is opened, as the user named it."""
        return self.target or " and ".join(self._names or ())

    def _first_screen(self) -> Screen[Any]:
        """The explorer, two images side by side, or the picker where nothing was named."""
        if self._names is not None:
            from uvdive.tui.screens.compare import CompareScreen

            return CompareScreen(self._names, comparer=self._comparer, pair=self._pair)
        if self._loader is not None:
            from uvdive.tui.screens.explore.explore import ExploreScreen

            return ExploreScreen()
        if self._history:
            from uvdive.tui.screens.growth import GrowthScreen

            return GrowthScreen(self._history)
        from uvdive.tui.screens.pick import PickScreen

        return PickScreen()

    def open_target(self, target: str) -> None:
        """Explore what was picked."""
        from uvdive.tui.screens.dialogs.dialogs import Failure
        from uvdive.tui.screens.explore.explore import ExploreScreen

        assert self._opener is not None
        try:
            opened = self._opener(target)
        except UvdiveError as error:
            self.push_screen(Failure(error))
            return
        self._loader, self.target = opened.loader, opened.name
        self.dockerfile, self.context, self.build_args = opened.dockerfile, opened.context, opened.build_args
        self.recipe, self.builds = opened.recipe, opened.builds
        self.push_screen(ExploreScreen())

    def compare_targets(self, before: str, after: str) -> None:
        """Compare two that were marked."""
        from uvdive.tui.screens.compare import CompareScreen
        from uvdive.tui.screens.dialogs.dialogs import Failure

        assert self._pairer is not None
        try:
            pair = self._pairer(before, after)
        except UvdiveError as error:
            self.push_screen(Failure(error))
            return
        self.push_screen(CompareScreen((before, after), pair=pair))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Textual's own, without those that the actions already are."""
        ours = {"Quit", "Keys", "Maximize", "Minimize"}
        yield from (command for command in super().get_system_commands(screen) if command.title not in ours)

    @property
    def picked(self) -> bool:
        """Does the picker lie below, so that there is something to go back to?"""
        return self._opener is not None and len(self.screen_stack) > 1

    def back_to_picker(self) -> None:
        """Let go of the image; a running build is not let go of by accident."""
        if self._rewrite_at_work is not None:
            self.notify("A build is running; r shows it, x stops it there.", timeout=4)
            return
        if self.is_screen_installed("rewrite"):
            self.uninstall_screen("rewrite")
        self.let_go()
        self.forget_list()
        self.target = None
        self.pop_screen()

    def let_go(self) -> None:
        """Stop all work, and end the process that holds the image."""
        self.jobs.stop()
        if self.desk is not None:
            self.desk.close()
            self.desk = None

    def load(self, on_event: OnEvent, cancel: CancelToken) -> Desk:
        """Read the image, in a job's thread."""
        assert self._loader is not None
        desk = self._loader(on_event=on_event, cancel=cancel)
        if cancel.cancelled:
            desk.close()
            raise CancelledError
        return desk

    def prepare(self, _on_event: OnEvent, _cancel: CancelToken) -> None:
        """Import the screens that the next keys open, in a job's thread: at the key it would be felt."""
        shown = ("lists.waste_findings_packages", "viewer", "history", "dockerfile", "treemap")
        for name in (*shown, "rewrite.rewrite"):
            import_module(f"uvdive.tui.screens.{name}")

    def show_rewrite(self, report: ImageReport) -> None:
        """Go to the rewrite, which stays as it was left; ask for a Dockerfile where none is found."""
        from uvdive.tui.frame.ahead import find_dockerfile
        from uvdive.tui.screens.dialogs.dialogs import AskPath
        from uvdive.tui.screens.rewrite.questions import without_dockerfile
        from uvdive.tui.screens.rewrite.rewrite import RewriteScreen

        if self.is_screen_installed("rewrite"):
            self.push_screen("rewrite")
            return
        found = find_dockerfile(self.dockerfile, report)
        if found is None:
            asked = AskPath(self.context or Path(), without_dockerfile(report))
            self.push_screen(asked, lambda path: self._rewrite_of(path, report))
            return
        self.install_screen(RewriteScreen(report, found, self, self.planned or Planned()), "rewrite")
        self.push_screen("rewrite")

    def _rewrite_of(self, path: Path | None, report: ImageReport) -> None:
        if path is not None:
            self.dockerfile = path
            self.show_rewrite(report)

    def leave(self, error: UvdiveError | None = None) -> None:
        """End the app; after an error with that error's exit code."""
        self.let_go()
        self.left_with = error
        code = error.code if error is not None else ExitCode.DONE
        self.exit(int(code), return_code=int(code))

    async def action_quit(self) -> None:
        """Stop all work and leave; while a rewrite is built, proven or written, after a yes."""
        screen = self._rewrite_at_work
        if screen is None:
            self.leave()
            return
        from uvdive.tui.screens.rewrite.questions import quit_question

        self.push_screen(quit_question(screen.work), lambda yes: self.leave() if yes else None)

    @property
    def _rewrite(self) -> RewriteScreen | None:
        """The rewrite's screen, once it was looked at."""
        if not self.is_screen_installed("rewrite"):
            return None
        from uvdive.tui.screens.rewrite.rewrite import RewriteScreen

        return self.get_screen("rewrite", RewriteScreen)

    @property
    def known_rewrite(self) -> Rewrite | None:
        """The plan of the rewrite and what its proof gave; None before there is a plan."""
        return self._rewrite.work.known if self._rewrite is not None else None

    @property
    def _rewrite_at_work(self) -> RewriteScreen | None:
        """The rewrite's screen while a build, a proof or a write is under way."""
        return self._rewrite if self._rewrite is not None and self._rewrite.work.busy else None

    def action_help_quit(self) -> None:
        """Ctrl+C without a selection leaves, as everywhere."""
        self.leave()


if TYPE_CHECKING:

    def _fulfils(app: UvdiveApp) -> Host:
        """Hold the app against what its screens ask of it."""
        return app
