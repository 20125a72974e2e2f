"""A level that lists names which come page by page: more is fetched when the cursor reaches the end."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Sequence

from textual import on

from tui.engine.errors import EngineError
from tui.engine.registries import Place
from tui.engine.registry_models import Page
from tui.screens.key_bar import Named
from tui.screens.prompt import Prompt
from tui.screens.registries_level import Ground, Level, failure
from tui.screens.rows import Ink, Layout, text_layout
from tui.screens.threads import on_thread
from widgets.bar import Piece
from widgets.table import Column, Table
from widgets.text import Shown, shown

FILTER, NAME = "/", "›"
"""Signs of the line: a filter is typed, or a name."""
LOG_IN = "l logs in, or logs in as another one."


def _as_counted(name: str) -> list[tuple[str, int]]:
    """Puts 1.9 before 1.10."""
    return [(word, int(digits or 0)) for word, digits in re.findall(r"(\D*)(\d{0,18})", name)]


class NamesLevel(Level):
    """Names in the registry's order, a filter on them, and how many there are so far."""

    WHAT = ("name", "names")
    """What the names are called, one and many."""

    def __init__(
        self, ground: Ground, place: Place, columns: Sequence[Column], keys: Sequence[Named]
    ) -> None:
        super().__init__(ground, columns, keys)
        self.place = place
        self.registry = ground.open(place)
        self.prompt = Prompt()
        self.names: dict[str, None] = {}
        self.error: EngineError | None = None
        self.asking = False
        self._filter = ""
        self._next = ""
        self._pages: set[str] = set()

    @abstractmethod
    def ask_page(self, page: str) -> Page:
        """Some names, on a thread; "" is the first page. Raises EngineError."""

    @abstractmethod
    def where(self) -> str:
        """Where one is, for the head."""

    @abstractmethod
    def moved(self) -> None:
        """The cursor is on another row, or what is known of that row is different."""

    def known(self) -> Sequence[str]:
        """Names to show where the registry lists none."""
        return ()

    def lists(self, name: str) -> bool:
        """Whether a name has a row at all."""
        return True

    def shown_names(self) -> list[str]:
        """The names that the filter lets through: in the registry's order, and sorted once all are there."""
        wanted = self._filter.lower()
        rows = [name for name in self.names or self.known() if wanted in name.lower() and self.lists(name)]
        return rows if self._next or self.asking else sorted(rows, key=_as_counted)

    def on_unmount(self) -> None:
        """Close the line to the registry."""
        self.registry.close()

    def action_login(self) -> None:
        """Log in to this registry."""
        self.log_in(self.place)

    @on(Level.LoggedElsewise)
    def _logged(self) -> None:
        self.action_again()

    def action_again(self) -> None:
        """Ask for all of it again, with the credentials there are now."""
        self.registry.close()
        self.registry = self.ground.open(self.place)
        self.start_over()

    def start_over(self) -> None:
        """Ask for the names again."""
        self.names, self.error, self._next = {}, None, ""
        self._pages.clear()
        self._fetch("")

    def _fetch(self, page: str) -> None:
        self.asking = True
        self._pages.add(page)
        self.run_worker(self._ask(page), group="pages", exclusive=True, exit_on_error=False)
        self.show_names()

    async def _ask(self, page: str) -> None:
        try:
            found = await on_thread(lambda: self.ask_page(page))
        except EngineError as error:
            self.error = error
        else:
            self.names.update(dict.fromkeys(found.names))
            # a registry that leads in a circle is not followed
            self._next = "" if found.next in self._pages else found.next
        self.asking = False
        self.show_names()
        self._fetch_more()

    def _fetch_more(self) -> None:
        at_end = self.table.position >= len(self.table.keys) - 1
        if at_end and self._next and not self.asking and self.error is None:
            self._fetch(self._next)

    def show_names(self) -> None:
        """Show what there is by now."""
        rows = self.shown_names()
        self.table.show(rows)
        one, many = self.WHAT
        count = sum(map(self.lists, self.names))
        more = "more follow" if self._next else ""
        counted = f"{count:,} {one if count == 1 else many}" if count or not self.error else ""
        filtered = f"{len(rows):,} with “{self._filter}”" if self._filter else ""
        words = " · ".join(filter(None, (filtered, counted, more)))
        state = [Piece(shown(f" {words} "))] if words and (count or not self.asking) else []
        if aside := self.aside():
            state.append(Piece(shown(f" {aside} "), "dim", weight=1))
        if self.asking:
            state.append(Piece(Shown(" ◌ asking … "), "dim"))
        elif self.error is not None:
            state.append(self.trouble(self.error))
        self.show_head(self.where(), *state)
        self.say(self.words(rows))
        self._moved()

    def aside(self) -> str:
        """What else the head says of the names."""
        return ""

    def trouble(self, error: EngineError) -> Piece:
        """What the head says of a failure."""
        word = "no answer" if error.status is None else "refused"
        return Piece(shown(f" ✗ {word} "), "bad")

    def words(self, rows: Sequence[str]) -> list[Layout]:
        """What is to be said above the rows."""
        if self.error is not None:
            who = [text_layout(Shown(LOG_IN))] if self.error.status in (401, 403) else []
            return [*failure(self.error), *who]
        if rows or self.asking:
            return []
        why = "Nothing here has that in its name." if self._filter else f"There are no {self.WHAT[1]}."
        return [text_layout(shown(why), Ink.DIM)]

    @on(Table.Moved)
    def _moved(self) -> None:
        self.moved()
        self.refresh_bindings()
        self._fetch_more()

    # The line

    def action_filter(self) -> None:
        """Type a filter; what it lets through shows as one types."""
        self.prompt.ask(FILTER, self._filter)

    @on(Prompt.Typed)
    def _typed(self, event: Prompt.Typed) -> None:
        if event.sign == FILTER:
            self._filter = event.text
            self.show_names()

    @on(Prompt.Left)
    def _left(self, event: Prompt.Left) -> None:
        if event.sign == FILTER:
            self._filter = event.before
            self.show_names()
        self.table.focus()

    def action_leave(self) -> None:
        """Take the filter away, else go one level up."""
        if self._filter:
            self._filter = ""
            self.show_names()
        else:
            super().action_leave()
