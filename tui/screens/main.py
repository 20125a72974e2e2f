"""The main screen: header, tabs, one pane a kind, the detail, and a footer that says what the keys do now."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.events import Key, Resize
from textual.message import Message
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from tui.engine.kinds import Kind
from tui.engine.store import Changes
from tui.engine.watcher import Link, LinkState
from tui.panes.containers import CONTAINERS
from tui.panes.images import IMAGES
from tui.panes.networks import NETWORKS
from tui.panes.pane import KindPane
from tui.panes.volumes import VOLUMES
from tui.screens.bars import footer_pieces, header_pieces, line_pieces, status_pieces, tab_pieces
from tui.screens.commands import command_words
from tui.screens.doing import Doing
from tui.screens.prompt import Prompt
from tui.settings import Choices, Settings
from widgets.bar import Bar
from widgets.text import shown

if TYPE_CHECKING:
    from tui.engine.engine import Engine, News
    from tui.screens.doing import Doing
    from tui.screens.prompt import Prompt
    from tui.screens.side import Side

VIEWS = (CONTAINERS, IMAGES, NETWORKS, VOLUMES)
WIDE = 140
"""From so many columns on the detail stands beside the table."""
TICK_SECONDS = 30.0
"""How often the words that tell an age are looked at again."""


def _binding(key: str, action: str, name: str, tooltip: str) -> Binding:
    return Binding(key, action, tooltip, show=False, tooltip=tooltip, id=f"main.{name}")


class MainScreen(Screen[None]):
    """One Engine's four panes."""

    BINDINGS = [
        *(
            _binding(str(number), f"pane('{view.kind}')", view.kind.plural, f"The {view.title} pane")
            for number, view in enumerate(VIEWS, 1)
        ),
        _binding("slash", "filter", "filter", "Filter: text, !not, key=value, ~fuzzy"),
        _binding("colon", "command", "command", "A command: :stop web, :images nginx"),
        _binding("escape", "back", "back", "Back: close the detail, clear marks, clear the filter"),
        _binding("left_square_bracket", "tab(-1)", "previous_tab", "The detail's tab before"),
        _binding("right_square_bracket", "tab(1)", "next_tab", "The detail's next tab"),
        _binding("z", "stopped", "stopped", "Hide or show stopped containers"),
        _binding("o", "sort", "sort", "Sort by the next column"),
        _binding("O", "reverse", "reverse", "Sort the other way round"),
        _binding("Y", "copy_line", "copy_line", "Copy the docker line"),
        _binding("J", "jobs", "jobs", "The jobs: progress, results, cancel"),
        _binding("ctrl+r", "retry", "retry", "Try to connect now"),
        _binding("question_mark", "help", "help", "All keys and what they do"),
        _binding("q", "app.quit", "quit", "Quit"),
    ]

    DEFAULT_CSS = """
    MainScreen { layout: vertical; }
    MainScreen #header { background: $panel; }
    MainScreen #body { height: 1fr; }
    MainScreen KindPane { display: none; }
    MainScreen KindPane.-current { display: block; }
    MainScreen #side { display: none; width: 1fr; border-left: vkey $surface-lighten-2; }
    MainScreen.-wide #side { display: block; width: 42%; }
    MainScreen.-detail #side { display: block; border-left: none; }
    MainScreen.-detail KindPane.-current { display: none; }
    MainScreen.-wide.-detail KindPane.-current { display: block; }
    MainScreen.-wide.-detail #side { border-left: vkey $surface-lighten-2; }
    MainScreen #foot { height: 1; }
    MainScreen #footer { width: 1fr; }
    MainScreen #line { width: 36%; }
    MainScreen #status { background: $surface; }
    """

    class Arrived(Message):
        """News from the Engine's threads."""

        def __init__(self, news: News) -> None:
            super().__init__()
            self.news = news

    class LinkChanged(Message):
        """The line to the Engine is in another state."""

        def __init__(self, link: Link) -> None:
            super().__init__()
            self.link = link

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        choices: Choices,
        *,
        clock: Callable[[], float] = time.time,
        demo: bool = False,
    ) -> None:
        super().__init__()
        self.engine = engine
        self.settings = settings
        self.choices = choices
        self._clock = clock
        self._demo = demo
        marked = settings.marked(engine.endpoint)
        self._prod = marked.prod
        self._panes: dict[Kind, KindPane] = {}
        self._stale_panes: set[Kind] = set()
        self._standing = False
        self.kind = Kind.CONTAINER
        self._side: Side | None = None
        self._bars = {name: Bar(id=name) for name in ("header", "tabs", "status", "footer", "line")}

    def compose(self) -> ComposeResult:
        yield self._bars["header"]
        yield self._bars["tabs"]
        yield Horizontal(self._make_pane(Kind.CONTAINER), id="body")
        yield self._bars["status"]
        # the docker line has a widget of its own: Textual paints a changed line from its widget's edge on
        yield Horizontal(self._bars["footer"], self._bars["line"], id="foot")

    def on_mount(self) -> None:
        """Listen to the Engine and show what is known already."""
        self.engine.listen(self._tell)
        self.set_interval(TICK_SECONDS, lambda: self.pane.tick())
        self._seconds = self.set_interval(0.5, self._second, pause=True)
        self.action_pane(Kind.CONTAINER)
        self._show_link()
        self.call_after_refresh(self._stand)

    def _stand(self) -> None:
        """The first frame is painted: now what it did without."""
        self._standing = True
        self.mount(self.prompt, before="#foot")
        self._show_rows()
        self.engine.painted()

    def _tell(self, news: News) -> None:
        self.post_message(self.Arrived(news))

    # The panes

    @property
    def pane(self) -> KindPane:
        """The pane in view."""
        return self._panes[self.kind]

    def _make_pane(self, kind: Kind) -> KindPane:
        view = next(view for view in VIEWS if view.kind is kind)
        pane = KindPane(view, self.engine.store, self._clock, self._moved)
        pane.hide_stopped = self.choices.get("hide_stopped", False) and kind is Kind.CONTAINER
        self._panes[kind] = pane
        return pane

    def action_pane(self, kind: str) -> None:
        """Show the pane of a kind."""
        self.kind = Kind(kind)
        if self.kind not in self._panes:
            self.query_one("#body").mount(self._make_pane(self.kind), before=self._side)
        elif self.kind in self._stale_panes:
            self.pane.refresh_rows()
        self._stale_panes.discard(self.kind)
        for other, pane in self._panes.items():
            pane.set_class(other is self.kind, "-current")
        self.remove_class("-detail")
        self._show_tabs()
        self.call_after_refresh(self.pane.table.focus)
        self._follow()
        self._show_rows()

    def action_filter(self) -> None:
        """Type a filter; what it lets through shows as one types."""
        self.prompt.ask("/", self.pane.filter)

    def action_command(self) -> None:
        """Type a command."""

        self.prompt.ask(":", "", command_words(self.kind))

    @cached_property
    def prompt(self) -> Prompt:
        """The line for filters and commands."""
        from tui.screens.prompt import Prompt

        return Prompt(id="prompt")

    def on_prompt_typed(self, event: Prompt.Typed) -> None:
        """Filter as one types."""
        if event.sign == "/":
            self.pane.set_filter(event.text)

    def on_prompt_given(self, event: Prompt.Given) -> None:
        """Do what was typed, or say what is wrong with it."""
        if event.sign == ":":
            from tui.screens.commands import CommandError, run_command

            try:
                run_command(self, event.text)
            except CommandError as error:
                self.prompt.refuse(str(error))
                return
        self.prompt.leave()

    def on_prompt_left(self, event: Prompt.Left) -> None:
        """Back to the rows."""
        if event.sign == "/":
            self.pane.set_filter(event.before)
        self.pane.table.focus()

    def action_stopped(self) -> None:
        """Hide or show stopped containers."""
        if self.kind is Kind.CONTAINER:
            self.choices.keep("hide_stopped", self.pane.toggle_stopped())

    def action_sort(self) -> None:
        """Sort by the next column."""
        self.pane.sort_next()

    def action_reverse(self) -> None:
        """Sort the other way round."""
        self.pane.sort_reverse()

    def action_back(self) -> None:
        """One step back: from the detail, else the marks, else the filter."""
        if self.has_class("-detail") or self._in_side:
            self.remove_class("-detail")
            self.pane.table.focus()
        elif self.pane.table.marks:
            self.pane.table.clear_marks()
        else:
            self.pane.set_filter("")

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say when something failed that nobody foresaw; the screen goes on."""
        if event.state is WorkerState.ERROR:
            words = f"Wharf itself failed: {event.worker.error!r}"
            self.notify(shown(words), severity="error", markup=False, timeout=30)

    # The detail

    @property
    def _in_side(self) -> bool:
        return self._side is not None and self.focused is not None and self._side in self.focused.ancestors

    def show_detail(self, tab: str) -> None:
        """Open the detail of what is under the cursor at a tab."""
        self.add_class("-detail")
        side = self._need_side()
        side.tab = tab
        self._follow()
        self.call_after_refresh(lambda: side.body.focus())

    def action_tab(self, tabs: int) -> None:
        """Turn to another tab of the detail, where it is in view."""
        if self._side is not None and self._side.display:
            self._side.action_turn(tabs)

    def _need_side(self) -> Side:
        if self._side is None:
            from tui.screens.side import Side

            self._side = Side(self.engine, self._clock, id="side")
            self.query_one("#body").mount(self._side)
        return self._side

    def on_resize(self, event: Resize) -> None:
        """Put the detail beside the table where there is room."""
        self.set_class(event.size.width >= WIDE, "-wide")
        self._follow()

    def _follow(self) -> None:
        if self.has_class("-wide") or self.has_class("-detail"):
            self._need_side().follow(self.pane.current)

    # News

    @on(Arrived)
    def _take(self, event: Arrived) -> None:
        match event.news:
            case Changes() as changes:
                self._take_changes(changes)
            case Link() as link:
                self._show_link()
                self.post_message(self.LinkChanged(link))
            case OSError() as error:
                words = f"the journal cannot be written: {error.strerror or error}"
                self.notify(shown(words), severity="warning", markup=False)
            case job:
                self.doing.take(job)
                self._show_header()

    def _take_changes(self, changes: Changes) -> None:
        for kind, pane in self._panes.items():
            used = changes.kind is Kind.CONTAINER and kind is not Kind.CONTAINER
            if kind is not changes.kind and not used:
                continue
            if kind is self.kind:
                pane.refresh_rows(changes.added | changes.updated if kind is changes.kind else None)
            else:
                self._stale_panes.add(kind)
        self._show_tabs()

    @on(KindPane.Changed)
    def _pane_changed(self, event: KindPane.Changed) -> None:
        event.stop()
        if event.pane is self._panes.get(self.kind):
            self._show_rows()
            self._follow()

    def _moved(self) -> None:
        if self._standing:
            self.doing.last_line = None
        self._show_rows()
        self._follow()

    @on(KindPane.Opened)
    def _opened(self, event: KindPane.Opened) -> None:
        event.stop()
        self.show_detail("overview")

    # The bars

    def _show_link(self) -> None:
        self._show_header()
        self._show_tabs()

    def _show_header(self) -> None:
        engine = self.engine
        if engine.running or engine.link.state in (LinkState.DOWN, LinkState.STALE):
            self._seconds.resume()
        else:
            self._seconds.pause()
        self._bars["header"].show(
            *header_pieces(engine.endpoint, engine.link, engine.running, demo=self._demo, prod=self._prod)
        )

    def _second(self) -> None:
        """Count on what is counted in seconds, and ask a silent Engine for a sign of life."""
        self._show_header()
        self.doing.watch_silence()

    def _show_tabs(self) -> None:
        stale = self.engine.link.ever_up and self.engine.link.state in (LinkState.DOWN, LinkState.STALE)
        self._bars["tabs"].show(tab_pieces(VIEWS, self.engine.store, self.kind, stale=stale))

    def _show_rows(self) -> None:
        """Say what is chosen and what the keys do to it."""
        self._bars["status"].show(*status_pieces(self.pane))
        if self._standing:
            self.doing.look(self.pane)
            line = self.doing.line
            self._bars["footer"].show(footer_pieces(self.doing.offers))
            self._bars["line"].show(line_pieces(line.masked() if line else ""))

    # What a person does

    @cached_property
    def doing(self) -> Doing:
        """The verbs; imported once the first frame stands."""
        from tui.screens.doing import Doing

        return Doing(self, self.engine, self.settings)

    def on_key(self, event: Key) -> None:
        """Run the verb that the footer shows for this key."""
        if event.key in self.doing.offers and not (self._in_side and self._bound_inside(event.key)):
            event.stop()
            event.prevent_default()
            self.doing.press(event.key)

    def _bound_inside(self, key: str) -> bool:
        """Whether a widget in the detail has the key for itself."""
        active = self.active_bindings.get(key)
        return active is not None and active.node not in (self, self.app)

    def on_bar_clicked(self, event: Bar.Clicked) -> None:
        """Do what a click on a bar stands for."""
        event.stop()
        name, _, rest = event.action.partition("-")
        match name:
            case "pane":
                self.action_pane(rest)
            case "key":
                self.doing.press(rest)
            case "line":
                self.action_copy_line()
            case _:
                self.call_later(self.run_action, name)

    def action_copy_line(self) -> None:
        """Copy the docker line that the footer shows."""
        self.doing.copy_line()

    def action_retry(self) -> None:
        """Try to connect now."""
        self.engine.retry_now()

    def action_jobs(self) -> None:
        """Show the jobs."""
        from tui.screens.jobs import JobsScreen

        self.app.push_screen(JobsScreen(self.engine.jobs))

    def action_help(self) -> None:
        """Show all keys."""
        from tui.screens.help import HelpScreen
        from tui.screens.keytable import help_sections

        self.app.push_screen(HelpScreen(help_sections(self.settings.keys, self.kind)))
