"""The detail of one object: an overview for people, what it uses, and the Engine's whole answer as a tree."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui.engine.models import Container, Model
from tui.engine.store import Store
from tui.panes.detail_head import DetailHead
from tui.panes.fact import Fact
from tui.panes.overview import overview
from tui.panes.secrets import secret
from tui.panes.words import state_words
from widgets.facts import FactLine, Facts
from widgets.table import Tone
from widgets.text import shown

if TYPE_CHECKING:
    from tui.engine.engine import Engine
    from tui.engine.lives import Why
    from tui.panes.detail_search import DetailSearch
    from tui.panes.stats_tab import StatsTab
    from widgets.json_tree import JsonTree

OVERVIEW = "overview"
STATS = "stats"
INSPECT = "inspect"
TABS = ((OVERVIEW, shown("Overview")), (STATS, shown("Stats")), (INSPECT, shown("Inspect")))
IDLE_TABS = tuple(tab for tab in TABS if tab[0] != STATS)
"""The tabs of what is no container."""

EMPTY = Fact("", "Nothing to show: there is no row under the cursor.", Tone.DIM)
ASKING = Fact("", "asking the Engine …", Tone.DIM)


def _binding(key: str, action: str, name: str, words: str, tooltip: str) -> Binding:
    return Binding(key, action, words, show=False, tooltip=tooltip, id=f"detail.{name}")


class Detail(Widget):
    """What there is to know of one object, each tab another view; secrets stay covered until asked for."""

    DEFAULT_CSS = """
    Detail {
        layout: vertical;
        & > Facts, & > JsonTree, & > StatsTab { height: 1fr; }
    }
    """
    BINDINGS = [
        _binding("left_square_bracket", "turn(-1)", "previous_tab", "Previous tab", "To the tab before"),
        _binding("right_square_bracket", "turn(1)", "next_tab", "Next tab", "To the next tab"),
        _binding("m", "secrets", "secrets", "Secrets", "Show or cover secrets"),
        _binding("slash", "search", "search", "Search", "Search in the Engine's answer"),
        _binding("escape", "end_search", "end_search", "End search", "End the search"),
    ]

    tab: reactive[str] = reactive(OVERVIEW, init=False)
    """The open tab: "overview", of a container also "stats", or "inspect"."""
    secrets: reactive[bool] = reactive(False, init=False)
    """Secrets are readable. Ends when another object is shown."""

    def __init__(
        self,
        store: Store,
        *,
        clock: Callable[[], float] = time.time,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        """`clock` tells the time in epoch seconds."""
        super().__init__(id=id, classes=classes)
        self.store = store
        """Where users of the object and their states are looked up."""
        self.engine: Engine | None = None
        """The Engine that has the object."""
        self._clock = clock
        self._model: Model | None = None
        self._found: Mapping[str, Any] | None = None
        self._why: Why | None = None
        self._error = ""
        self._tabs = IDLE_TABS
        self._head = DetailHead(self._tabs)
        self._facts = Facts()
        # made when first asked for: a start must not wait for them
        self._tree: JsonTree | None = None
        self._stats: StatsTab | None = None
        self._search: DetailSearch | None = None

    @property
    def model(self) -> Model | None:
        """The object that is shown."""
        return self._model

    @property
    def body(self) -> Widget:
        """What is shown below the tabs, to be focused."""
        if self._measured is not None and self._stats is not None:
            return self._stats
        return self._tree if self._reads_tree and self._tree is not None else self._facts

    def compose(self) -> ComposeResult:
        """The head and the facts; the charts and the tree come when they are first needed."""
        yield self._head
        yield self._facts

    def show(self, model: Model | None, found: Mapping[str, Any] | None, why: Why | None = None) -> None:
        """Show an object with its inspect answer, or with None while the Engine has not answered.

        An answer once given is kept for the same object until the next one comes. `why` tells of a container
        that is down, and comes with the answer.
        """
        if _identity(model) != _identity(self._model):
            self._found = self._why = None
            self.secrets = False
            self._end_search()
        self._model = model
        self._error = ""
        if found is not None:
            self._found, self._why = found, why
        self._show_title()
        if model is not None:
            self._tabs = TABS if isinstance(model, Container) else IDLE_TABS
            self._head.show_tabs(self._tabs)
            if self.tab not in dict(self._tabs):
                self.tab = OVERVIEW
        self._show_tab(renewed=found is not None)

    def show_error(self, text: str) -> None:
        """Say in the Engine's words why the object cannot be inspected; what is known of it stays."""
        self._error = text
        self._show_tab()

    def take_readings(self, ids: Collection[str]) -> None:
        """There are new figures of these containers of its Engine."""
        if self._stats is not None and self._measured is not None:
            self._stats.take_readings(ids)
        elif self._model is not None and self._model.key in ids:
            self.tick()  # beside figures of this moment no age may stand still

    def tick(self) -> None:
        """Time has passed: ages are told anew."""
        if self.tab == OVERVIEW and self._model is not None:
            self._show_tab()

    def watch_tab(self) -> None:
        """Open the tab, its widget focused if the other's was."""
        if self.tab != INSPECT:
            self._end_search()
        self._show_tab(renewed=True)

    def validate_tab(self, tab: str) -> str:
        """Only tabs that exist."""
        if tab not in dict(TABS):
            raise ValueError(f"a detail has no tab {tab!r}")
        return tab

    def watch_secrets(self, reveal: bool) -> None:
        """Uncover or cover in both tabs."""
        if self._tree is not None:
            self._tree.reveal = reveal
        self._show_tab()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without a tree, or without a search, these keys belong to whoever is outside."""
        return {"search": self._reads_tree, "end_search": self._search is not None}.get(action, True)

    def action_turn(self, tabs: int) -> None:
        """Open another tab."""
        names = [name for name, _ in self._tabs]
        self.tab = names[(names.index(self.tab) + tabs) % len(names)]

    def action_secrets(self) -> None:
        """Show or cover secrets."""
        self.secrets = not self.secrets

    async def action_search(self) -> None:
        """Open the search line, or go back to it."""
        from tui.panes.detail_search import DetailSearch

        if self._search is None:
            self._search = DetailSearch()
            await self.mount(self._search)
        self._search.focus_text()

    def action_end_search(self) -> None:
        """Close the search line and unmark its matches."""
        self._end_search()

    @on(DetailHead.Chosen)
    def _choose(self, event: DetailHead.Chosen) -> None:
        event.stop()
        self.tab = event.tab

    def on_detail_search_asked(self, event: Message) -> None:
        """Go to the first match and let the tree have the keys."""
        event.stop()
        if self._search is not None and self._tree is not None:
            self._tree.search(self._search.text)
            self._count_matches()
            self._tree.focus()

    def on_json_tree_moved(self) -> None:
        """Say which match the cursor is on."""
        self._count_matches()

    def _count_matches(self) -> None:
        if self._search is not None and self._tree is not None and self._search.text:
            self._search.show_position(*self._tree.match_position)

    def _end_search(self) -> None:
        search, self._search = self._search, None
        if search is None:
            return
        if self._tree is not None:
            self._tree.search("")
        search.remove()

    @property
    def _reads_tree(self) -> bool:
        return self.tab == INSPECT and self._found is not None and not self._error

    @property
    def _measured(self) -> Container | None:
        """The container whose figures are to be seen."""
        return self._model if self.tab == STATS and isinstance(self._model, Container) else None

    def _show_title(self) -> None:
        model = self._model
        words, tone = state_words(model, self._clock()) if isinstance(model, Container) else ("", Tone.PLAIN)
        self._head.show_title(shown(model.name if model else ""), shown(words[:1]), tone)

    def _show_tab(self, *, renewed: bool = False) -> None:
        self._head.show_tab(self.tab, shown("secrets shown: m covers" if self.secrets else ""))
        if not self.is_attached:
            return
        bodies = (self._facts, self._stats, self._tree)
        held_focus = self.screen.focused is not None and self.screen.focused in bodies
        if self._reads_tree:
            self._open_tree(renewed)
        elif (measured := self._measured) is not None:
            self._open_stats(measured)
        else:
            lines = [FactLine(shown(a), shown(b), tone) for a, b, tone in self._written()]
            self._facts.show(lines, about=(self.tab, _identity(self._model)))
        for body in (self._facts, self._stats, self._tree):
            if body is not None:
                body.display = body is self.body
        if held_focus:
            self.screen.set_focus(self.body)

    def _open_stats(self, model: Container) -> None:
        """Have charts, of this container."""
        if self._stats is None:
            from tui.panes.stats_tab import StatsTab

            self._stats = StatsTab(self._clock)
            self.mount(self._stats, after=self._facts)
        self._stats.show(model, self.engine)

    def _open_tree(self, renewed: bool) -> None:
        """Have a tree, with the newest answer in it."""
        if self._tree is None:
            from widgets.json_tree import JsonTree

            self._tree = JsonTree(secret=secret)
            self._tree.reveal = self.secrets
            self.watch(self._tree, "reveal", self._follow_reveal, init=False)
            self.mount(self._tree, after=self._facts)
            renewed = True
        if renewed:
            self._tree.show(self._found)

    def _follow_reveal(self, reveal: bool) -> None:
        self.secrets = reveal

    def _written(self) -> list[Fact]:
        """What stands in the place of facts."""
        error = [Fact("error", self._error, Tone.BAD)] if self._error else []
        if self._model is None:
            return error or [EMPTY]
        if self.tab == INSPECT:
            return error or [ASKING]
        now, found, why = self._clock(), self._found, self._why
        return error + overview(self._model, found, self.store, now, reveal=self.secrets, why=why)

    def on_mount(self) -> None:
        """Show what was given before."""
        self._show_tab()


def _identity(model: Model | None) -> tuple[str, str] | None:
    return None if model is None else (model.kind, model.key)
