"""The main screen: header, tabs, one pane a kind, the detail, and a footer that says what the keys do now."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.events import Key
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import Worker, WorkerState

from tui.engine.figures import Readings
from tui.engine.gaps import gaps
from tui.engine.kinds import Kind
from tui.engine.link import Link
from tui.engine.scope import Scope
from tui.engine.store import Changes
from tui.panes.pane import KindPane
from tui.screens.body import FIGURES, VIEWS, Body
from tui.screens.listening import Listening
from tui.screens.main_bars import MainBars
from tui.screens.threads import on_thread
from tui.settings import Choices, Settings
from widgets.bar import Bar
from widgets.text import shown

if TYPE_CHECKING:
    from tui.engine.engine import Engine, News
    from tui.screens.doing import Doing
    from tui.screens.prompt import Prompt


WARM_SECONDS = 1.0
"""How long after the first frame the screens that are opened most are imported, so that they open at once."""


def _warm() -> None:
    for name in ("logs", "plan", "side"):
        import_module(f"tui.screens.{name}")


def _binding(key: str, action: str, name: str, tooltip: str, *, first: bool = False) -> Binding:
    """A binding; `first` takes the key before any widget, and before the next key comes."""
    return Binding(key, action, tooltip, show=False, tooltip=tooltip, id=f"main.{name}", priority=first)


class MainScreen(Screen[None]):
    """The four panes of one Engine, or of all that are connected."""

    BINDINGS = [
        *(
            _binding(str(number), f"pane('{view.kind}')", view.kind.plural, f"The {view.title} pane")
            for number, view in enumerate(VIEWS, 1)
        ),
        _binding("5", "app.registries", "registries", "The registries: repositories, tags, what is in them"),
        _binding("6", "app.engine_pane", "engine", "The Engine: what it is, does and takes; its plugins"),
        _binding("slash", "filter", "filter", "Filter: text, !not, key=value, ~fuzzy", first=True),
        _binding("colon", "command", "command", "A command: :stop web, :images nginx", first=True),
        _binding("escape", "back", "back", "Back: close the detail, clear marks, clear the filter"),
        _binding("left_square_bracket", "tab(-1)", "previous_tab", "The detail's tab before"),
        _binding("right_square_bracket", "tab(1)", "next_tab", "The detail's next tab"),
        _binding("z", "stopped", "stopped", "Hide or show stopped containers"),
        _binding("o", "sort", "sort", "Sort by the next column"),
        _binding("O", "reverse", "reverse", "Sort the other way round"),
        _binding("Y", "copy_line", "copy_line", "Copy the docker line"),
        _binding("J", "jobs", "jobs", "The jobs: progress, results, cancel"),
        _binding("at", "app.contexts", "contexts", "The contexts: where there are Engines"),
        _binding("less_than_sign", "app.engine(-1)", "previous_engine", "The connected Engine before"),
        _binding("greater_than_sign", "app.engine(1)", "next_engine", "The next connected Engine"),
        _binding("ctrl+r", "retry", "retry", "Try to connect now"),
        _binding("question_mark", "help", "help", "All keys and what they do"),
        _binding("q", "app.quit", "quit", "Quit"),
    ]

    DEFAULT_CSS = """
    MainScreen { layout: vertical; }
    MainScreen #header { background: $panel; }
    MainScreen #foot { height: 1; }
    MainScreen #footer { width: 1fr; }
    MainScreen #line { width: 36%; }
    MainScreen #status { background: $surface; }
    """

    class Arrived(Message):
        """News from an Engine's threads."""

        def __init__(self, engine: Engine, news: News) -> None:
            super().__init__()
            self.engine = engine
            self.news = news

    class LinkChanged(Message):
        """The line to an Engine is in another state."""

        def __init__(self, screen: MainScreen) -> None:
            super().__init__()
            self.screen = screen

    def __init__(
        self,
        scope: Scope,
        settings: Settings,
        choices: Choices,
        *,
        clock: Callable[[], float] = time.time,
        others: Callable[[], int] = lambda: 0,
        spare: bool = False,
    ) -> None:
        """`others` tells how many more Engines are connected; with `spare` bytes are to be spared."""
        super().__init__()
        self.scope = scope
        self._others = others
        self.settings = settings
        self.choices = choices
        self.body = Body(scope, clock, self._moved, choices=choices, spare=spare)
        self._gaps_said: set[Engine] = set()
        self._listening = Listening(scope, self._tell)
        self._standing = False
        self._bars = MainBars(scope, settings)

    def compose(self) -> ComposeResult:
        yield from self._bars.above()
        yield self.body
        yield from self._bars.below()

    def on_mount(self) -> None:
        """Listen to the Engines and show what is known already."""
        self._listening.update()
        if not self.pane.table.keys:  # what came after the pane had looked was told to nobody
            self.pane.refresh_rows()
        self._seconds = self.set_interval(0.5, self._second, pause=True)
        self.action_pane(Kind.CONTAINER)
        self._show_link()
        self.call_after_refresh(self._stand)

    def _stand(self) -> None:
        """The first frame is painted: now what it did without."""
        self._standing = True
        # what lives since the start lives on: the collector need not look at it again
        gc.freeze()
        gc.enable()
        self.mount(self.prompt, before="#foot")
        self._show_rows()
        for engine in self.scope.engines:
            engine.painted()
        self.set_timer(WARM_SECONDS, lambda: on_thread(_warm))

    def look_again(self) -> None:
        """Other Engines are connected than before."""
        if self._standing and self.scope.many:
            self._listening.update()
            self.body.look_again()
            self._show_rows()
        if self._standing:
            self._show_link()

    def on_unmount(self) -> None:
        """Listen to nobody any more."""
        self._listening.end()

    def _tell(self, engine: Engine, news: News) -> None:
        self.post_message(self.Arrived(engine, news))

    # The panes

    @property
    def pane(self) -> KindPane:
        """The pane in view."""
        return self.body.pane

    @property
    def kind(self) -> Kind:
        """The kind in view."""
        return self.body.kind

    def action_pane(self, kind: str) -> None:
        """Show the pane of a kind."""
        self.body.show_kind(Kind(kind))
        self._show_tabs()
        self._show_rows()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys that open a line to whoever types already, and `/` to the detail for its search."""
        if action in ("filter", "command"):
            typing = isinstance(self.focused, Input) or not self._standing
            return not typing and not (action == "filter" and self.body.searches)
        return True

    def action_filter(self) -> None:
        """Type a filter; what it lets through shows as one types."""
        self.prompt.ask("/", self.pane.filter)

    def action_command(self) -> None:
        """Type a command."""
        from tui.screens.commands import command_words

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

    def turn_figures(self) -> None:
        """Show what the containers use, or show it no more, and remember it."""
        self.choices.keep(FIGURES, self.body.turn_figures())

    def action_sort(self) -> None:
        """Sort by the next column."""
        self.pane.sort_next()

    def action_reverse(self) -> None:
        """Sort the other way round."""
        self.pane.sort_reverse()

    def action_back(self) -> None:
        """One step back: from the detail, else the marks, else the filter."""
        if self.body.leave_detail():
            return
        if self.pane.table.marks:
            self.pane.table.clear_marks()
        else:
            self.pane.set_filter("")

    def action_tab(self, tabs: int) -> None:
        """Turn to another tab of the detail."""
        self.body.turn_tab(tabs)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say when something failed that nobody foresaw; the screen goes on."""
        if event.state is WorkerState.ERROR:
            words = f"Wharf itself failed: {event.worker.error!r}"
            self.notify(shown(words), severity="error", markup=False, timeout=30)

    # News

    @on(Arrived)
    def _take(self, event: Arrived) -> None:
        match event.news:
            case Changes() as changes:
                self.body.take(event.engine, changes)
                self._show_tabs()
            case Link() as link:
                self._show_link()
                self._say_gaps(event.engine, link)
                self.post_message(self.LinkChanged(self))
            case Readings() as readings:
                self.body.take_readings(event.engine, readings.ids)
            case OSError() as error:
                words = f"the journal cannot be written: {error.strerror or error}"
                self.notify(shown(words), severity="warning", markup=False)
            case job:
                self.doing.take(event.engine, job)
                self._show_header()

    def _say_gaps(self, engine: Engine, link: Link) -> None:
        """Say once what an Engine lacks of what Wharf offers."""
        if link.server is not None and engine not in self._gaps_said and not self.scope.many:
            self._gaps_said.add(engine)
            if found := gaps(link.server):
                words = "\n".join(shown(gap.sentence) for gap in found)
                self.notify(words, title=shown(engine.endpoint.name), markup=False, timeout=12)

    @on(Body.Changed)
    def _rows_changed(self, event: Body.Changed) -> None:
        event.stop()
        self._show_rows()

    def _moved(self) -> None:
        if self._standing:
            self.doing.last_line = None
        self._show_rows()

    # The bars

    def _show_link(self) -> None:
        self._show_header()
        self._show_tabs()

    def _show_header(self) -> None:
        if self._bars.show_header(self._others()):
            self._seconds.resume()
        else:
            self._seconds.pause()

    def _second(self) -> None:
        """Count on what is counted in seconds, and ask silent Engines for a sign of life."""
        self._show_header()
        self.doing.watch_silence()

    def _show_tabs(self) -> None:
        self._bars.show_tabs(self.kind)

    def _show_rows(self) -> None:
        """Say what is chosen and what the keys do to it."""
        self._bars.show_rows(self.pane, self.doing if self._standing else None)

    # What a person does

    @cached_property
    def doing(self) -> Doing:
        """The verbs; imported once the first frame stands."""
        from tui.screens.doing import Doing

        return Doing(self, self.scope, self.settings)

    def on_key(self, event: Key) -> None:
        """Run the verb that the footer shows for this key."""
        if event.key in self.doing.offers and not (self.body.in_detail and self._bound_inside(event.key)):
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
        for engine in self.scope.engines:
            engine.retry_now()

    def action_jobs(self) -> None:
        """Show the jobs."""
        from tui.screens.jobs import JobsScreen

        jobs = (engine.jobs for engine in self.scope.engines)
        self.app.push_screen(JobsScreen(*jobs, again=self.doing.again))

    def action_help(self) -> None:
        """Show all keys."""
        from tui.screens.help import HelpScreen
        from tui.screens.keytable import help_sections

        self.app.push_screen(HelpScreen(help_sections(self.settings.keys, self.kind)))
