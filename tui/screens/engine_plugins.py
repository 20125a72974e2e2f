"""The Engine pane's section of plugins: the installed ones, and what is built in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget

from tui.engine.errors import EngineError
from tui.engine.gaps import PLUGINS
from tui.engine.happenings import NANOS, Happenings
from tui.engine.jobs import Job
from tui.engine.lines import DockerLine, docker
from tui.engine.link import Link, LinkState
from tui.screens.engine_kept import PAST_SECONDS
from tui.screens.engine_page import Ground, Page, Raw, bindings, failure
from tui.screens.rows import Ink, Layout, text_layout, whole
from tui.screens.threads import asked
from tui.verbs.plugins import has_plugins, line_of, may_turn, turn
from widgets.facts import FactLine, Facts
from widgets.table import Cell, Column, Table, Tone
from widgets.text import Shown, shown
from widgets.unmarked_table import UnmarkedTable

if TYPE_CHECKING:
    from tui.engine.about import About, Plugin
    from tui.engine.engine import News

COLUMNS = (
    Column("name", Shown("PLUGIN"), least=16, most=48),
    Column("state", Shown("STATE"), least=10),
    Column("types", Shown("FOR"), least=12, most=28, priority=1),
    Column("id", Shown("ID"), least=12, priority=2),
    Column("description", Shown("DESCRIPTION"), least=12, most=200, grows=True),
)
NONE = "No plugins are installed: docker plugin install NAME fetches one."
ASKING = "◌ asking the Engine …"


class PluginsPage(Page):
    """Listed when somebody begins to look, and again whenever an event tells that one is different."""

    WORD = Shown("Plugins")
    KEYS = (("table.open", "inspect"), ("engine_plugins.turn", "enable/disable"))

    BINDINGS = bindings("engine_plugins", ("s", "turn", "turn", "Enable or disable the plugin"))

    DEFAULT_CSS = """
    PluginsPage {
        & > .page--said { margin: 1 0; }
        & > UnmarkedTable { height: 1fr; min-height: 4; }
        & > Facts { height: auto; max-height: 40%; border-top: solid $panel; }
    }
    """

    class Told(Message):
        """There is something to take from a stream of events."""

        def __init__(self, feed: Happenings) -> None:
            super().__init__()
            self.feed = feed

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self._feed: Happenings | None = None
        self._plugins: dict[str, Plugin] = {}
        self._listed = False
        """Whether the Engine has said which there are."""
        self._table = UnmarkedTable(COLUMNS, self._cells)
        self._facts = Facts()
        self._facts.can_focus = False
        self._facts.display = False

    def compose(self) -> ComposeResult:
        """What is to be said, the installed ones, the built-in ones."""
        yield self.said
        yield self._table
        yield self._facts

    @property
    def home(self) -> Widget:
        return self._table

    @property
    def selected(self) -> Plugin | None:
        """The plugin under the cursor."""
        return self._plugins.get(self._table.cursor or "")

    @property
    def line(self) -> DockerLine | None:
        plugin = self.selected
        may = plugin is not None and may_turn(self.ground.engine)
        return line_of(plugin) if plugin is not None and may else docker("plugin", "ls")

    @property
    def copied(self) -> tuple[str, str]:
        plugin = self.selected
        return (plugin.name, plugin.name) if plugin is not None else ("", "")

    def look(self) -> None:
        """List them, and follow what is done to them."""
        super().look()
        self.again()
        self._follow()

    def look_away(self) -> None:
        """Follow nothing any more."""
        super().look_away()
        if self._feed is not None:
            self._feed.close()
            self._feed = None

    def on_unmount(self) -> None:
        """Nobody looks any more."""
        self.look_away()

    def again(self) -> None:
        """List them anew."""
        if self.looked_at:
            self._ask()

    def hear(self, news: News) -> None:
        """Something was done to one of them, or the Engine is back."""
        match news:
            case Job(ended=float()) if news.task.verb.startswith("plugin."):
                self.again()
            case Link(state=LinkState.UP) if self._feed is not None and self._feed.error is not None:
                self._follow()

    def _follow(self) -> None:
        """Hear what is done to plugins, by whomever."""
        if not has_plugins(self.ground.engine):
            return
        if self._feed is not None:
            self._feed.close()

        def told() -> None:
            self.post_message(self.Told(feed))

        engine = self.ground.engine
        # not from now on: the Engine's clock may be another
        after = int((self.ground.clock() - PAST_SECONDS) * NANOS)
        feed = Happenings(lambda: engine.connection, told, after=after, types=("plugin",))
        self._feed = feed
        feed.start()

    @on(Told)
    def _told(self, event: Told) -> None:
        event.stop()
        if event.feed is self._feed and event.feed.take():
            self.again()

    def take_about(self, about: About) -> None:
        """Show what is built in."""
        built_in = about.host.plugins if about.host is not None else ()
        lines = [FactLine(shown(use), shown(", ".join(names))) for use, names in built_in if names]
        heading = FactLine(Shown("Built into the Engine"), Shown(""))
        self._facts.show([heading, *lines] if lines else [])
        self._facts.display = bool(lines)
        self._facts.styles.height = len(lines) + 2

    @work(group="plugins", exclusive=True, exit_on_error=False)
    async def _ask(self) -> None:
        # only now: it brings the HTTP library along
        from tui.engine.about import ask_plugins

        self._say()
        if not has_plugins(self.ground.engine):
            return
        try:
            connection = self.ground.engine.connection
            found = await asked(lambda: ask_plugins(connection))
        except EngineError as error:
            self.say(failure(error))
            return
        self._plugins = {plugin.name: plugin for plugin in found}
        self._table.show(list(self._plugins))
        if not self._listed:
            self._table.move_to(self.ground.kept.plugin or "")
        self._listed = True
        self._say()
        self._moved()

    def _say(self) -> None:
        self.say(self._words())

    def _words(self) -> Layout | None:
        if not has_plugins(self.ground.engine):
            return text_layout(whole(PLUGINS.sentence))
        return None if self._plugins else text_layout(Shown(NONE if self._listed else ASKING), Ink.DIM)

    def _cells(self, key: str) -> Sequence[Cell]:
        one = self._plugins[key]
        state = Cell(Shown("● enabled"), Tone.GOOD) if one.enabled else Cell(Shown("○ disabled"), Tone.DIM)
        return [
            Cell(shown(one.name)),
            state,
            Cell(shown(", ".join(one.types)), Tone.DIM),
            Cell(shown(one.id[:12]), Tone.DIM),
            Cell(shown(one.description)),
        ]

    # Keys

    @on(Table.Moved)
    def _moved(self) -> None:
        if self._listed:
            self.ground.kept.plugin = self._table.cursor
        self.refresh_bindings()
        self.post_message(self.Changed())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What changes needs a plugin, and an Engine where that may be."""
        if action == "turn":
            return self.selected is not None and may_turn(self.ground.engine)
        return super().check_action(action, parameters)

    def action_turn(self) -> None:
        """Enable or disable the plugin under the cursor."""
        if (plugin := self.selected) is not None:
            self._turn(plugin)

    @work(group="turning", exit_on_error=False)
    async def _turn(self, plugin: Plugin) -> None:
        try:
            await turn(self.ground.desk, plugin)
        except EngineError as error:
            self._refused(plugin, error)

    @on(Table.Opened)
    def _opened(self, event: Table.Opened) -> None:
        event.stop()
        self._inspect(self._plugins[event.key])

    @work(group="inspect", exclusive=True, exit_on_error=False)
    async def _inspect(self, plugin: Plugin) -> None:
        from tui.engine.about import inspect_plugin
        from tui.screens.engine_raw import RawScreen

        try:
            connection = self.ground.engine.connection
            found = await asked(lambda: inspect_plugin(connection, plugin.name))
        except EngineError as error:
            self._refused(plugin, error)
            return
        if self.looked_at:
            self.app.push_screen(RawScreen(Raw(f"The plugin {plugin.name}", found)))

    def _refused(self, plugin: Plugin, error: EngineError) -> None:
        from tui.screens.error import ErrorScreen

        self.app.push_screen(ErrorScreen("The Engine refused", [(plugin.name, error)], None))
