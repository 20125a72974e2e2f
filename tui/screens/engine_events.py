"""The Engine pane's section of events: those of the last hour, and what passes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from tui.engine.errors import Unreachable
from tui.engine.happenings import Happening, Happenings
from tui.engine.lines import DockerLine
from tui.engine.link import Link, LinkState
from tui.panes.words import counted
from tui.screens.engine_event_line import EventLine, event_line
from tui.screens.engine_event_rows import COLUMNS, as_told, cells, copied, object_of, short
from tui.screens.engine_page import Ground, Page, Raw, bindings, failure
from widgets.bar import Bar, Piece
from widgets.table import Cell, Table
from widgets.text import Shown, shown
from widgets.typed import Typed
from widgets.unmarked_table import UnmarkedTable

if TYPE_CHECKING:
    from tui.engine.engine import News

GATHER_SECONDS = 0.1
"""So long events are gathered before they are shown together."""
AGAIN_SECONDS = 2.0
"""When a stream is opened again that ended while the Engine is there."""
NO_OBJECT = "an event of this type has no object with a pane"


class EventsPage(Page):
    """A stream of its own while somebody looks, none else. The newest stand at the bottom."""

    WORD = Shown("Events")
    KEYS = (
        ("table.open", "go to it"),
        ("engine_events.filter", "filter"),
        ("engine_events.follow", "follow"),
        ("engine_events.execs", "execs"),
    )

    BINDINGS = bindings(
        "engine_events",
        ("slash", "filter", "filter", "Filter: text, !not, type=container, action=die"),
        ("f", "follow", "follow", "Follow the newest, or stay where the cursor is"),
        ("x", "execs", "execs", "Show or leave out commands in containers: health checks run them"),
        ("escape", "unfilter", "unfilter", "Give up the filter"),
    )

    DEFAULT_CSS = """
    EventsPage {
        & > Bar { background: $surface; }
        & > UnmarkedTable { height: 1fr; }
        & > Typed, & > Typed:focus { height: 1; border: none; padding: 0 1; }
        & > Typed { background: $panel; display: none; }
        & > Typed:focus { background: $primary-muted; }
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
        self._kept = ground.kept.events
        self._follow = self._kept.cursor is None
        self._gathering = False
        self._status = Bar()
        self._table = UnmarkedTable(COLUMNS, self._cells)
        self._typed = Typed(placeholder="text  !not  type=container  action=die", select_on_focus=False)
        self._typed.cursor_blink = False
        with self._typed.prevent(Input.Changed):
            self._typed.value = self._kept.filter

    def compose(self) -> ComposeResult:
        """How many, what went wrong, the events, the filter."""
        yield self._status
        yield self.said
        yield self._table
        yield self._typed

    @property
    def home(self) -> Widget:
        return self._table

    @property
    def line(self) -> DockerLine | None:
        return self._event_line.line

    @property
    def beyond(self) -> Sequence[str]:
        return self._event_line.rest

    @property
    def _event_line(self) -> EventLine:
        server = self.ground.engine.link.server
        podman = server is not None and bool(server.podman)
        return event_line(self._kept.filter, execs=self._kept.execs, podman=podman)

    @property
    def raw(self) -> Raw | None:
        one = self._current
        return Raw(f"The event {one.kind} {one.action}", as_told(one)) if one is not None else None

    @property
    def copied(self) -> tuple[str, str]:
        one, ground = self._current, self.ground
        text = copied(one, ground.clock(), ground.engine.store) if one is not None else ""
        return text, "the event"

    @property
    def _current(self) -> Happening | None:
        return self._kept.get(self._table.cursor)

    # The stream

    def look(self) -> None:
        """Open the stream where it was left."""
        super().look()
        self._open()

    def look_away(self) -> None:
        """Close it."""
        super().look_away()
        if self._feed is not None:
            self._take(self._feed)
            self._feed.close()
            self._feed = None

    def again(self) -> None:
        """Open it anew."""
        if self.looked_at:
            self._open()

    def hear(self, news: News) -> None:
        """The Engine is back."""
        ended = self._feed is None or self._feed.error is not None
        if isinstance(news, Link) and news.state is LinkState.UP and self.looked_at and ended:
            self._open()

    def on_unmount(self) -> None:
        """Nobody looks any more."""
        self.look_away()

    def _open(self) -> None:
        if self._feed is not None:
            self._feed.close()

        def told() -> None:
            self.post_message(self.Told(feed))

        engine = self.ground.engine
        feed = Happenings(lambda: engine.connection, told, after=self._kept.after, every=self._kept.execs)
        self._feed = feed
        feed.start()
        self.say(None)
        self._show()

    @on(Told)
    def _told(self, event: Told) -> None:
        event.stop()
        if event.feed is self._feed and not self._gathering:
            self._gathering = True
            self.set_timer(GATHER_SECONDS, self._gathered)

    def _gathered(self) -> None:
        self._gathering = False
        feed = self._feed
        if feed is None:
            return
        self._take(feed)
        if feed.error is not None:
            self.say(failure(feed.error))
            there = self.ground.engine.link.state is LinkState.UP
            if isinstance(feed.error, Unreachable) and there:
                self.set_timer(AGAIN_SECONDS, lambda: self._once_more(feed))
        self._show()

    def _once_more(self, feed: Happenings) -> None:
        if self._feed is feed and self.looked_at:
            self._open()

    def _take(self, feed: Happenings) -> None:
        self._kept.add(feed.take())

    # What is seen

    def _show(self) -> None:
        keys, count = self._kept.keys, len(self._kept)
        self._table.show(keys, ())
        if self._follow:
            self._table.action_last()
        elif self._kept.cursor not in (None, self._table.cursor):
            self._table.move_to(self._kept.cursor or "")
        left = [Piece(*self._state())]
        passed = f"{len(keys):,} of " if self._kept.filter else ""
        left.append(Piece(shown(f" {passed}{counted(count, 'event')} ")))
        if self._kept.filter:
            left.append(Piece(shown(f" /{self._kept.filter} "), "accent"))
        right = [Piece(Shown(" with execs "), "warn", weight=1)] if self._kept.execs else []
        right.append(Piece(Shown(" following " if self._follow else " not following "), "dim", weight=2))
        self._status.show(left, right)
        self.refresh_bindings()

    def _state(self) -> tuple[Shown, str]:
        if self._feed is None:
            return Shown(" ○ closed "), "dim"
        if self._feed.error is not None:
            return Shown(" ✗ ended "), "bad"
        return (Shown(" ● live "), "good") if self._feed.began else (Shown(" ◌ connecting "), "warn")

    def _cells(self, key: str) -> Sequence[Cell]:
        return cells(self._kept[key], self.ground.clock(), self.ground.engine.store)

    @on(Table.Moved)
    def _moved(self, event: Table.Moved) -> None:
        event.stop()
        keys = self._table.keys
        follow = not keys or self._table.cursor == keys[-1]
        self._kept.cursor = None if follow else self._table.cursor
        if follow != self._follow:
            self._follow = follow
            self._show()

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without a filter its key belongs to whoever is outside."""
        if action == "unfilter":
            return bool(self._kept.filter) or self._typed.display
        return super().check_action(action, parameters)

    @on(Table.Opened)
    def _opened(self, event: Table.Opened) -> None:
        event.stop()
        one = self._kept[event.key]
        found = object_of(one, self.ground.engine.store)
        if found is not None:
            self.ground.jump(*found)
            return
        known = one.kind in ("container", "image", "network", "volume")
        words = f"{one.kind} {short(one.name or one.ident)} is gone" if known else NO_OBJECT
        self.app.notify(shown(words), severity="warning", markup=False)

    def action_follow(self) -> None:
        """Follow the newest, or no more."""
        self._follow = not self._follow
        self._kept.cursor = None if self._follow else self._table.cursor
        self._show()

    def action_execs(self) -> None:
        """Have commands in containers told too, or no more; the last hour is read again."""
        self._kept.execs = not self._kept.execs
        self._kept.clear()
        self.post_message(self.Changed())
        if self.looked_at:
            self._open()

    def action_filter(self) -> None:
        """Type what to show."""
        self._typed.display = True
        self._typed.focus()

    def action_unfilter(self) -> None:
        """Show all again."""
        self._typed.value = ""
        self._leave_typing()

    @on(Input.Changed)
    def _narrowed(self, event: Input.Changed) -> None:
        event.stop()
        self._kept.filter = event.value.strip()
        self._show()
        self.post_message(self.Changed())

    @on(Input.Submitted)
    def _narrow(self, event: Input.Submitted) -> None:
        event.stop()
        self._leave_typing()

    def _leave_typing(self) -> None:
        self._typed.display = False
        self._table.focus()
