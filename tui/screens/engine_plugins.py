"""The Engine pane's section of plugins: the installed ones, and what is built in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.widget import Widget

from tui.engine.errors import EngineError
from tui.engine.gaps import PLUGINS
from tui.engine.jobs import Job
from tui.engine.lines import DockerLine, docker
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


class PluginsPage(Page):
    """Listed when it is first looked at, and again after something was done to one."""

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

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self._plugins: dict[str, Plugin] = {}
        self._listed = False
        self._table = UnmarkedTable(COLUMNS, self._cells)
        self._facts = Facts()
        self._facts.can_focus = False

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
        """List them, the first time."""
        super().look()
        if not self._listed:
            self._listed = True
            self.again()

    def again(self) -> None:
        """List them anew."""
        if self._listed:
            self.run_worker(self._ask(), group="plugins", exclusive=True, exit_on_error=False)

    def hear(self, news: News) -> None:
        """Something was done to one of them."""
        if isinstance(news, Job) and news.ended is not None and news.task.verb.startswith("plugin."):
            self.again()

    def take_about(self, about: About) -> None:
        """Show what is built in."""
        built_in = about.host.plugins if about.host is not None else ()
        lines = [FactLine(shown(use), shown(", ".join(names))) for use, names in built_in if names]
        heading = FactLine(Shown("Built into the Engine"), Shown(""))
        self._facts.show([heading, *lines] if lines else [])
        self._facts.styles.height = len(lines) + 2

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
        self._say()
        self._moved()

    def _say(self) -> None:
        self.say(self._words())

    def _words(self) -> Layout | None:
        if not has_plugins(self.ground.engine):
            return text_layout(whole(PLUGINS.sentence))
        return None if self._plugins else text_layout(Shown(NONE), Ink.DIM)

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
            self.run_worker(self._turn(plugin), group="turning", exit_on_error=False)

    async def _turn(self, plugin: Plugin) -> None:
        try:
            await turn(self.ground.desk, plugin)
        except EngineError as error:
            self._refused(plugin, error)

    @on(Table.Opened)
    def _opened(self, event: Table.Opened) -> None:
        event.stop()
        plugin = self._plugins[event.key]
        self.run_worker(self._inspect(plugin), group="inspect", exclusive=True, exit_on_error=False)

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
