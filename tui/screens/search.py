"""Searching for images through the Engine, and pulling what was found."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Input

from tui.engine.endpoint import Endpoint
from tui.engine.errors import EngineError
from tui.screens.bars import demo_pieces
from tui.screens.key_bar import KeyBar
from tui.screens.rows import Ink, Layout, TextRows, stacked, text_layout, whole
from tui.screens.threads import on_thread
from tui.verbs.images import offer_pull
from tui.verbs.pulling import with_tag
from tui.verbs.searching import LIMITS, STARS, Found, Search, reference_of, search, tags_of
from widgets.bar import Bar, Piece
from widgets.table import Cell, Column, Table, Tone
from widgets.text import Shown, shown
from widgets.typed import Typed
from widgets.unmarked_table import UnmarkedTable

if TYPE_CHECKING:
    from tui.screens.desk import ScreenDesk

COLUMNS = (
    Column("name", Shown("NAME"), least=12),
    Column("stars", Shown("STARS"), least=5, right=True),
    Column("official", Shown("OFFICIAL"), least=8),
    Column("description", Shown("DESCRIPTION"), least=12, most=200, priority=1, grows=True),
)

HOW = (
    "A word is looked for on Docker Hub, as in nginx. HOST/word asks another host, one that answers the "
    "v1 search, as in registry.lan:5000/api."
)
NOTHING = "Nothing was found."


def _binding(key: str, action: str, name: str, tooltip: str) -> Binding:
    return Binding(key, action, tooltip, show=False, tooltip=tooltip, id=f"search.{name}")


class SearchScreen(Screen[None]):
    """A term, what the Engine finds for it, and the way to pull one of them."""

    BINDINGS = [
        _binding("escape", "leave", "leave", "From the term to the rows, from there back"),
        _binding("q", "close", "close", "Go back"),
        _binding("s,slash", "term", "term", "Type another term"),
        _binding("P", "pull", "pull", "Pull the one under the cursor; it asks for the tag first"),
        _binding("t", "tags", "tags", "The tags of the one under the cursor, from its registry"),
        _binding("o", "official", "official", "Only official images, or all again"),
        _binding("m", "stars", "stars", "Ask for more stars at least, and in the end for none"),
        _binding("l", "limit", "limit", "Ask for more rows at most, and in the end for few"),
        _binding("y", "copy", "copy", "Copy the name"),
        _binding("Y", "copy_line", "copy_line", "Copy the docker line"),
    ]

    DEFAULT_CSS = """
    SearchScreen {
        & > #search--head { background: $surface; }
        & > Typed, & > Typed:focus { height: 1; border: none; padding: 0 1; }
        & > Typed { background: $panel; }
        & > Typed:focus { background: $primary-muted; }
        & > #search--said { max-height: 6; padding: 0 1; margin: 1 0; }
        & > UnmarkedTable { height: 1fr; }
        & > #search--whole { max-height: 4; padding: 0 1; border-top: solid $panel; display: none; }
    }
    """

    AUTO_FOCUS = ""

    def __init__(self, desk: ScreenDesk, term: str = "") -> None:
        """`term` is looked for at once; without one it is asked for."""
        super().__init__()
        self._desk = desk
        self._wanted = Search(term)
        self._head = Bar(id="search--head")
        self._term = Typed(term, placeholder="what to look for", select_on_focus=False)
        self._said = TextRows(id="search--said")
        self._table = UnmarkedTable(COLUMNS, self._cells)
        self._whole = TextRows(id="search--whole")
        self._keys = KeyBar(
            [
                ("search.leave", "back"),
                ("search.pull", "pull"),
                ("search.tags", "tags"),
                ("search.term", "another term"),
                ("search.official", "official"),
                ("search.stars", "stars"),
                ("search.limit", "how many"),
                ("search.copy", "copy"),
            ]
        )
        self._found: Mapping[str, Found] = {}
        self._asking: asyncio.Future[Sequence[Found]] | None = None
        self._error: EngineError | None = None
        self._asked = False

    def compose(self) -> ComposeResult:
        """What is asked for, the term, what went wrong, what was found, all of one of them, the keys."""
        yield self._head
        yield self._term
        yield self._said
        yield self._table
        yield self._whole
        yield self._keys

    def on_mount(self) -> None:
        """Ask for the term, or look for the one there is."""
        self._term.cursor_blink = False
        if self._wanted.term:
            self._look()
        else:
            self._term.focus()
            self._show()

    # What is asked

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        self._ask_for(replace(self._wanted, term=event.value.strip()))

    def _ask_for(self, wanted: Search) -> None:
        self._wanted = wanted
        if wanted.term:
            self._look()

    def _look(self) -> None:
        self._table.focus()
        self.run_worker(self._search(), group="search", exclusive=True, exit_on_error=False)

    async def _search(self) -> None:
        """Ask the Engine; who asks again meanwhile does not wait for this answer."""
        wanted, self._error, self._asked = self._wanted, None, True
        found: Sequence[Found] = ()
        try:
            connection = self._desk.connection
            self._asking = on_thread(lambda: search(connection, wanted))
            self._show()
            found = await self._asking
        except EngineError as error:
            self._error = error
        self._asking = None
        self._found = {one.name: one for one in found}
        self._table.show(list(self._found), list(self._found))
        self._show()

    def action_official(self) -> None:
        """Only official ones, or all again."""
        self._ask_for(replace(self._wanted, official=not self._wanted.official))

    def action_stars(self) -> None:
        """The next least number of stars."""
        self._ask_for(replace(self._wanted, stars=_next(STARS, self._wanted.stars)))

    def action_limit(self) -> None:
        """The next number of rows."""
        self._ask_for(replace(self._wanted, limit=_next(LIMITS, self._wanted.limit)))

    # What was found

    @property
    def selected(self) -> Found | None:
        """The one under the cursor."""
        return self._found.get(self._table.cursor or "")

    def _cells(self, key: str) -> Sequence[Cell]:
        one = self._found[key]
        official = Cell(Shown("● yes"), Tone.GOOD) if one.official else Cell(Shown("–"), Tone.DIM)
        stars = Cell(shown(f"{one.stars:,}"))
        return [Cell(shown(one.name)), stars, official, Cell(shown(one.description), Tone.DIM)]

    def _show(self) -> None:
        wanted = self._wanted
        self._keys.show_line(wanted.line.at(self._desk.endpoint).masked() if wanted.term else "")
        self._show_head()
        said = self._words()
        self._said.display = bool(said)
        self._said.show(stacked(said))
        self._show_whole()

    def _words(self) -> list[Layout]:
        """What is to be said where there are no rows."""
        if self._error is not None:
            advice = [text_layout(whole(self._error.advice))] if self._error.advice else []
            return [text_layout(whole(self._error.message), Ink.BAD), *advice]
        if not self._asked:
            return [text_layout(Shown(HOW), Ink.DIM)]
        return [] if self._found or self._asking else [text_layout(Shown(NOTHING))]

    def _show_head(self) -> None:
        left = [*demo_pieces(self._desk.endpoint), Piece(Shown(" Search "), "accent")]
        if self._error is not None:
            word = "no answer" if self._error.status is None else "refused"
            left.append(Piece(Shown(f" ✗ {word} "), "bad"))
        elif self._asking is not None:
            left.append(Piece(Shown(" ◌ asking the Engine … "), "dim"))
        elif self._asked:
            left.append(Piece(Shown(f" {len(self._found)} found "), "plain"))
        wanted = self._wanted
        stars = f"{wanted.stars:,} stars and more · " if wanted.stars else ""
        right = f" {'official only · ' if wanted.official else ''}{stars}at most {wanted.limit} "
        self._head.show(left, [Piece(shown(right), "dim")])

    @on(Table.Moved)
    def _show_whole(self) -> None:
        """All words of the one under the cursor."""
        one = self.selected
        self._whole.display = one is not None
        if one is not None:
            words = [text_layout(whole(reference_of(self._wanted, one)), Ink.STRONG)]
            words += [text_layout(whole(one.description))] if one.description else []
            self._whole.show(stacked(words))
        self.refresh_bindings()

    # What is done with it

    @on(Table.Opened)
    async def _opened(self) -> None:
        await self.run_action("pull")

    def action_pull(self) -> None:
        """Ask for the tag, and pull."""
        if (one := self.selected) is not None:
            self._do(lambda: offer_pull(self._desk, with_tag(reference_of(self._wanted, one))))

    def action_tags(self) -> None:
        """Show the tags that the registry has, and pull the one that is chosen."""
        if (one := self.selected) is not None:
            self._do(lambda: self._tags(reference_of(self._wanted, one)))

    async def _tags(self, repository: str) -> None:
        from tui.screens.choose import ChooseScreen

        # the demo's registry is played too: nothing of it is asked on the network
        listed = _played_tags if self._desk.endpoint.demo else tags_of
        tags = await self._desk.read(lambda connection: listed(repository, connection.endpoint))
        if not tags:
            self.notify(shown(f"{repository} has no tags"), markup=False)
            return
        options = [(tag, tag) for tag in tags]
        title = f"Tags of {repository}" + ("" if self._desk.endpoint.read_only else ": pull which?")
        tag = await self.app.push_screen_wait(ChooseScreen(title, options))
        if tag is not None and not self._desk.endpoint.read_only:
            await offer_pull(self._desk, f"{repository}:{tag}")

    def _do(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self.run_worker(self._told(work), group="search-verbs", exit_on_error=False)

    async def _told(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do something, and say what the Engine or a registry refused."""
        from tui.screens.desk import GaveUp
        from tui.screens.error import ErrorScreen

        try:
            await work()
        except GaveUp:
            self.notify("you stopped waiting", severity="warning", markup=False)
        except EngineError as error:
            self.app.push_screen(ErrorScreen("search", [(self._wanted.term, error)], None))

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What acts on a row needs one."""
        if action == "pull" and self._desk.endpoint.read_only:
            return False
        if action in ("pull", "tags", "copy"):
            return self.selected is not None
        return bool(self._wanted.term) if action in ("official", "stars", "limit", "copy_line") else True

    def action_term(self) -> None:
        """Type another term."""
        self._term.focus()
        self._term.action_end()

    def action_leave(self) -> None:
        """From the term to the rows, from there back."""
        if self._term.has_focus and self._found:
            self._table.focus()
        else:
            self.action_close()

    def action_close(self) -> None:
        """Go back; an answer that comes later is dropped."""
        self.dismiss(None)

    def action_copy(self) -> None:
        """Copy the name of the one under the cursor."""
        if (one := self.selected) is not None:
            name = reference_of(self._wanted, one)
            self._desk.copy(name, name)

    def action_copy_line(self) -> None:
        """Copy the docker line."""
        self._desk.copy(self._wanted.line.at(self._desk.endpoint).text(), "the docker line")


def _next(steps: Sequence[int], now: int) -> int:
    return steps[(steps.index(now) + 1) % len(steps)]


def _played_tags(repository: str, endpoint: Endpoint) -> Sequence[str]:
    """The tags that the demo's registry has of a repository. Raises EngineError."""
    from tui.demo.hub import DemoRegistry
    from tui.engine.registries import split_reference

    host, name = split_reference(repository)
    return DemoRegistry(host).tags(name).names
