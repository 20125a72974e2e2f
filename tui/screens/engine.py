"""The Engine pane: what an Engine is, what it does at the moment, and what it takes of its machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container as Group
from textual.events import Resize, ScreenResume, ScreenSuspend
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import Worker

from tui.engine.errors import EngineError
from tui.engine.link import Link, LinkState
from tui.screens.body import VIEWS
from tui.screens.engine_bars import head_pieces, line_pieces, tab_pieces
from tui.screens.engine_disk import DiskPage
from tui.screens.engine_events import EventsPage
from tui.screens.engine_overview import OverviewPage
from tui.screens.engine_page import Ground, Page, bindings, say_broken
from tui.screens.engine_plugins import PluginsPage
from tui.screens.engine_top import TopPage
from tui.screens.key_bar import KeyBar, Named
from tui.screens.threads import asked
from widgets.bar import Bar, Piece
from widgets.text import Shown

if TYPE_CHECKING:
    from tui.engine.about import About
    from tui.engine.engine import Engine, News
    from tui.engine.kinds import Kind
    from tui.screens.desk import ScreenDesk
    from tui.screens.engine_kept import Kept
    from tui.settings import Settings

PAGES: tuple[type[Page], ...] = (OverviewPage, TopPage, DiskPage, EventsPage, PluginsPage)
"""The sections, in the order of their tabs."""
WIDE = 120
"""Cells from which the docker line has room beside the keys."""
KEYS: tuple[Named, ...] = (("engine.leave", "back"), ("engine.next", "section"))
MORE_KEYS: tuple[Named, ...] = (
    ("engine.again", "ask again"),
    ("engine.raw", "JSON"),
    ("engine.copy", "copy"),
)

BINDINGS = bindings(
    "engine",
    *(
        (str(number), f"app.pane('{view.kind}')", view.kind.plural, f"The {view.title} pane")
        for number, view in enumerate(VIEWS, 1)
    ),
    (str(len(VIEWS) + 1), "app.registries", "registries", "The registries"),
    ("right_square_bracket,tab", "turn(1)", "next", "The next section"),
    ("left_square_bracket,shift+tab", "turn(-1)", "previous", "The section before"),
    ("r", "again", "again", "Ask the Engine again what it is; try to reach it where it is away"),
    ("i", "raw", "raw", "What the Engine answered, as JSON"),
    ("y", "copy", "copy", "Copy what is shown, or what is under the cursor"),
    ("Y", "copy_line", "copy_line", "Copy the docker line"),
    ("less_than_sign", "engine(-1)", "previous_engine", "The connected Engine before"),
    ("greater_than_sign", "engine(1)", "next_engine", "The next connected Engine"),
    ("question_mark", "help", "help", "The keys of this screen"),
    ("escape,q,backspace,6", "leave", "leave", "Go back"),
)


class EngineScreen(Screen[None]):
    """One Engine in five sections, of which only the one in view asks and follows anything."""

    BINDINGS = BINDINGS

    DEFAULT_CSS = """
    EngineScreen {
        & > .engine--head { background: $panel; }
        & > Container { height: 1fr; }
        & Page { display: none; height: 1fr; }
        & Page.-current { display: block; }
        & > .engine--line { background: $surface; }
        &.-beside > .engine--line { display: none; }
    }
    """

    class Arrived(Message):
        """News from the Engine's threads."""

        def __init__(self, news: News) -> None:
            super().__init__()
            self.news = news

    def __init__(
        self,
        engine: Engine,
        desk: ScreenDesk,
        settings: Settings,
        *,
        clock: Callable[[], float],
        jump: Callable[[Engine, Kind, str], None],
        kept: Kept,
        section: int | None = None,
    ) -> None:
        """`jump` leaves for an object of the Engine, in its own pane.

        `kept` is how the Engine's pane was left; `section` is the one to begin with, when not that one.
        """
        super().__init__()
        self.engine = engine
        self.section = kept.section if section is None else section
        """Which one is in view, from 0."""
        self._settings = settings
        self._ground = Ground(engine, desk, clock, lambda kind, key: jump(engine, kind, key), kept)
        self._pages: dict[int, Page] = {}
        self._about: About | None = None
        self._asking = False
        self._lost = engine.link.state is not LinkState.UP
        self._in_front = False
        self._head, self._tabs, self._line = Bar(), Bar(), Bar()
        self._head.add_class("engine--head")
        self._line.add_class("engine--line")
        self._keys = KeyBar(())
        self._body = Group()

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield self._head
        yield self._tabs
        yield self._body
        yield self._line
        yield self._keys

    async def on_mount(self) -> None:
        """Ask what the Engine is, and listen to it."""
        self.engine.listen(self._hear)
        self._show_head()
        await self._show_section(self.section)
        self._again()

    def on_unmount(self) -> None:
        """Listen no more."""
        self.engine.ignore(self._hear)
        self._look_away()

    @property
    def page(self) -> Page:
        """The section in view."""
        return self._pages[self.section]

    # Who looks

    @on(ScreenResume)
    def _came_in_front(self) -> None:
        self._in_front = True
        if self._pages and not self.page.looked_at:
            self.page.look()

    @on(ScreenSuspend)
    def _look_away(self) -> None:
        self._in_front = False
        if self._pages and self.page.looked_at:
            self.page.look_away()

    async def _show_section(self, section: int) -> None:
        """Bring a section into view; the next key is for it already."""
        if self.section in self._pages and self.page.looked_at:
            self.page.look_away()
        self.section = self._ground.kept.section = section
        if section not in self._pages:
            self._pages[section] = PAGES[section](self._ground)
            await self._body.mount(self._pages[section])
            if self._about is not None:
                self.page.call_after_refresh(self.page.take_about, self._about)
        for number, page in self._pages.items():
            page.set_class(number == section, "-current")
        page = self.page
        self.set_focus(page.home)
        self._tabs.show(tab_pieces([one.WORD for one in PAGES], section))
        self._keys.set_keys([*KEYS, *page.KEYS, *MORE_KEYS])
        self._show_line()
        self.call_after_refresh(self._settle, page)

    def _settle(self, page: Page) -> None:
        """The section is laid out: now it may ask and follow."""
        if page is not self.page:
            return
        if self._in_front and not page.looked_at:
            page.look()
        self.refresh_bindings()

    # What the Engine says of itself

    def action_again(self) -> None:
        """Ask the Engine again; where it is away, try to reach it now."""
        self.engine.retry_now()
        self._again()
        self.page.again()

    def _again(self) -> None:
        if not self._asking:
            self._asking = True
            self._ask()

    @work(group="about", exit_on_error=False)
    async def _ask(self) -> None:
        from tui.engine.about import About, ask_about

        try:
            connection = self.engine.connection
            about = await asked(lambda: ask_about(connection))
        except EngineError as error:
            about = About(None, None, (error,))
        finally:
            self._asking = False
        self._about = about = about.over(self._about)
        for page in self._pages.values():
            page.take_about(about)
        self._show_head()
        self.refresh_bindings()

    def _hear(self, news: News) -> None:
        self.post_message(self.Arrived(news))

    @on(Arrived)
    def _arrived(self, event: Arrived) -> None:
        event.stop()
        if isinstance(event.news, Link):
            self._show_head()
            up = event.news.state is LinkState.UP
            back, self._lost = up and self._lost, not up
            # it may have been another one, or set up anew, since it was asked
            if back:
                self._again()
                self.page.again()
        for page in self._pages.values():
            page.hear(event.news)

    # The bars

    def _show_head(self) -> None:
        left = head_pieces(self.engine, self._about, prod=self._settings.marked(self.engine.endpoint).prod)
        self._head.show(left, [Piece(Shown(" ? help "), "dim", "help", weight=9)])

    def _line_text(self) -> str:
        line = self.page.line
        return line.at(self.engine.endpoint).masked() if line is not None else ""

    @on(Page.Changed)
    def _show_line(self) -> None:
        line, beyond = (self._line_text(), self.page.beyond) if self._pages else ("", ())
        beside = self.size.width >= WIDE and not beyond
        self.set_class(beside, "-beside")
        self._keys.show_line(line if beside else "")
        self._line.show(line_pieces(line, beyond, self.size.width))

    def on_resize(self, event: Resize) -> None:
        """Narrow or wide."""
        self._show_line()

    async def on_bar_clicked(self, event: Bar.Clicked) -> None:
        """A click on a tab, or on the word for help."""
        event.stop()
        name, _, number = event.action.partition("-")
        if name == "section":
            await self._show_section(int(number))
        else:
            await self.run_action(event.action)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say when something failed that nobody foresaw; the screen goes on."""
        say_broken(self, event)

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What has something to show or to copy; who types keeps the keys."""
        match action:
            case "turn":
                return not isinstance(self.focused, Input)
            case "raw" | "copy":
                return bool(self._pages) and self.page.has(action)
        return True

    async def action_turn(self, sections: int) -> None:
        """Turn to another section."""
        await self._show_section((self.section + sections) % len(PAGES))

    def action_raw(self) -> None:
        """Show the answer as JSON."""
        from tui.screens.engine_raw import RawScreen

        if (raw := self.page.raw) is not None:
            self.app.push_screen(RawScreen(raw))

    def action_copy(self) -> None:
        """Copy what is shown."""
        text, what = self.page.copied
        self._ground.desk.copy(text, what)

    def action_copy_line(self) -> None:
        """Copy the docker line."""
        if line := self._line_text():
            self._ground.desk.copy(line, line)

    async def action_engine(self, step: int) -> None:
        """The same section of another connected Engine."""
        await self.app.run_action(f"app.engine_beside({step}, {self.section})")

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(None)

    def action_help(self) -> None:
        """Show the keys."""
        from tui.screens.help import HelpScreen
        from tui.screens.keytable import scope_sections

        self.app.push_screen(HelpScreen(scope_sections(self._settings.keys, type(self), type(self.page))))
