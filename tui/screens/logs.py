"""The log of one container, on a screen of its own."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.message import Message
from textual.screen import Screen

from tui.engine.connection import Connection
from tui.engine.lines import docker
from tui.engine.logs import LogLine
from tui.engine.models import Container
from tui.panes.detail_search import DetailSearch
from tui.panes.words import counted
from tui.screens.bars import demo_pieces
from tui.screens.key_bar import KeyBar
from tui.screens.log_reader import TAIL, Begun, Ended, LogReader, News
from widgets.bar import Bar, Piece
from widgets.log_lines import seen_text
from widgets.log_view import LogText, LogView
from widgets.text import Shown, shown

MARKS = {"running": ("●", "good"), "paused": ("‖", "warn"), "restarting": ("◌", "warn")}
"""Glyph and tone of a container's state; of the others the open circle."""


WIDE = 110
"""Cells from which the docker line has room beside the keys."""

KEYS = (
    ("logs.back", "back"),
    ("logs.again", "read on"),
    ("logs.search", "search"),
    ("log.follow", "follow"),
    ("log.wrap", "wrap"),
    ("log.stamps", "times"),
    ("logs.copy", "copy"),
)
SEARCH_KEYS = (("log.next_match", "next"), ("log.previous_match", "previous"))


class SearchedLog(LogView):
    """A log that tells when another match was gone to, and whose text can be had."""

    class Sought(Message):
        """Another match is the current one."""

    def action_next_match(self) -> None:
        """Go to the next match."""
        super().action_next_match()
        self.post_message(self.Sought())

    def action_previous_match(self) -> None:
        """Go to the match before."""
        super().action_previous_match()
        self.post_message(self.Sought())

    def texts(self, first: int, last: int) -> list[str]:
        """What is seen of lines, by position from 1; of none when `first` is 0."""
        numbers = range(self._lines.first + first - 1, self._lines.first + last) if first else range(0)
        return [seen_text(self._lines[number], self.stamps) for number in numbers]


class LogsScreen(Screen[None]):
    """Follows a container's log from its last lines on; a slow screen holds the Engine up, not the memory.

    Stamps are always asked for and only hidden: some thirty bytes a line, while reading the log again for
    them would lose the place, the search, and what has scrolled out of the tail. They also tell, after the
    container was started again, which lines are new.
    """

    BINDINGS = [
        Binding("escape", "back", "Back", show=False, id="logs.back", tooltip="End the search, then go back"),
        Binding("q", "leave", "Leave", show=False, id="logs.leave", tooltip="Go back"),
        Binding("slash", "search", "Search", show=False, id="logs.search", tooltip="Search, in any case"),
        Binding("y", "copy", "Copy", show=False, id="logs.copy", tooltip="Copy the lines in view"),
        Binding("Y", "copy_all", "Copy all", show=False, id="logs.copy_all", tooltip="Copy all lines kept"),
        Binding("r", "again", "Again", show=False, id="logs.again", tooltip="Read on after the end"),
    ]

    DEFAULT_CSS = """
    LogsScreen {
        & > Vertical { height: 1fr; }
        & LogView { height: 1fr; }
        & > #logs--head { background: $surface; }
    }
    """

    class Told(Message):
        """News from a reader's thread."""

        def __init__(self, reader: LogReader, news: News) -> None:
            super().__init__()
            self.reader = reader
            self.news = news

    def __init__(self, model: Container, connection: Connection) -> None:
        """`model` is the container as the list showed it."""
        super().__init__()
        self._model = model
        self._connection = connection
        self._head = Bar(id="logs--head")
        self._log = SearchedLog()
        self._search: DetailSearch | None = None
        self._line = Bar(id="logs--line")
        self._keys = KeyBar(KEYS)
        self._reader: LogReader | None = None
        self._state: tuple[str, str, str] = ("◌", "asking the Engine …", "dim")
        self._ended = False
        self._notes = 0
        self._last_stamp = ""

    def compose(self) -> ComposeResult:
        """What is read, the log, the search, the docker line, the keys."""
        yield self._head
        with Vertical():
            yield self._log
        yield self._line
        yield self._keys

    def on_mount(self) -> None:
        """Begin to read."""
        self._log.focus()
        for name in ("follow", "wrap", "stamps"):
            self.watch(self._log, name, self._show_head, init=False)
        self._show_head()
        self._read()

    def on_resize(self) -> None:
        """Find the docker line its place."""
        self._show_head()

    def on_unmount(self) -> None:
        """Nobody reads any more."""
        if self._reader is not None:
            self._reader.close()

    @property
    def reader(self) -> LogReader | None:
        """What reads now."""
        return self._reader

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Reading on is for logs that ended."""
        return self._ended if action == "again" else True

    def _read(self) -> None:
        # the reader tells which one it is: news of one that was closed may still be on its way
        reader = LogReader(
            self._connection,
            self._model.id,
            lambda news: _tell(self, reader, news),
            self._last_stamp,
        )
        self._reader = reader
        reader.start()

    @on(Told)
    def _show(self, event: Told) -> None:
        event.stop()
        if event.reader is not self._reader:
            return
        match event.news:
            case Begun(state):
                glyph, tone = MARKS.get(state, ("○", "dim"))
                self._state = (glyph, state, tone)
            case Ended() as ended:
                self._show_end(ended)
            case lines:
                self._append(lines)
                event.reader.taken()
        self._show_head()

    def _append(self, lines: Sequence[LogLine]) -> None:
        self._log.append([LogText(text, "err" if fd == 2 else "out", stamp) for fd, text, stamp in lines])
        self._last_stamp = max(self._last_stamp, lines[-1].stamp)

    def _show_end(self, ended: Ended) -> None:
        if ended.error is not None:
            gone = ended.error.status == HTTPStatus.NOT_FOUND
            self._state = ("○", "gone", "dim") if gone else ("✗", "cannot be read", "bad")
            notes = [note for note in (ended.error.message, ended.error.advice) if note]
        elif ended.exit_code is not None:
            self._state = ("○", f"ended, exit code {ended.exit_code}", "dim")
            notes = [f"container ended, exit code {ended.exit_code}"]
        elif ended.state == "created":
            self._state = ("○", "created", "dim")
            notes = ["the container was not started yet"]
        else:
            self._state = ("◌", "the log ended", "warn")
            notes = ["the Engine ended the log although the container goes on"]
        self._log.append([LogText(shown(note), "note") for note in notes])
        self._notes += len(notes)
        self._ended = True
        self.refresh_bindings()

    @on(LogView.Moved)
    @on(LogView.FollowChanged)
    def _moved(self) -> None:
        self._show_head()

    def _show_head(self) -> None:
        log = self._log
        count, (first, last) = max(log.lines_count - self._notes, 0), log.position
        left = [
            *demo_pieces(self._connection.endpoint),
            Piece(Shown(f" {shown(self._model.name)} "), "accent"),
            Piece(Shown(" {} {} ".format(*self._state[:2])), self._state[2]),
            Piece(shown(f" {_lines(count)} "), "dim", weight=2),
        ]
        where = "following" if log.follow else f"paused at {first:,}–{last:,}"
        if self._ended and log.follow:
            where = "at the end"
        right = [Piece(shown(f" {where} "), "plain" if log.follow else "warn", weight=1)]
        right += [Piece(shown(f" {word} "), "dim", weight=3) for word in _modes(log)]
        self._head.show(left, right)
        stamps = ("--timestamps",) if log.stamps else ()
        line = docker("logs", "--follow", "--tail", str(TAIL), *stamps, self._model.name).masked()
        wide = self.size.width >= WIDE
        self._keys.show_line(line if wide else "")
        self._line.show([Piece(Shown(f" {shown(line)}"), "dim")])
        self._line.display = not wide

    # What the keys do

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(None)

    def action_back(self) -> None:
        """End the search, or go back."""
        if self._search is None:
            self.dismiss(None)
            return
        search, self._search = self._search, None
        self._log.search("")
        self.set_focus(self._log)
        search.remove()
        self._keys.set_keys(KEYS)

    async def action_search(self) -> None:
        """Open the search line, or go back to it."""
        if self._search is None:
            self._search = DetailSearch()
            self._keys.set_keys((*KEYS[:3], *SEARCH_KEYS, *KEYS[3:]))
            await self.query_one(Vertical).mount(self._search)
        self._search.focus_text()

    def action_copy(self) -> None:
        """Copy the lines in view."""
        self._copy(*self._log.position)

    def action_copy_all(self) -> None:
        """Copy all lines that are kept."""
        self._copy(1 if self._log.lines_count else 0, self._log.lines_count)

    def action_again(self) -> None:
        """Read on where the log ended: the container may run again."""
        self._ended = False
        self._state = ("◌", "asking the Engine …", "dim")
        self._read()
        self._show_head()
        self.refresh_bindings()

    @on(DetailSearch.Asked)
    def _searched(self, event: DetailSearch.Asked) -> None:
        event.stop()
        if self._search is not None:
            self._log.search(self._search.text)
            self._log.focus()
            self._count_matches()

    @on(SearchedLog.Sought)
    def _count_matches(self) -> None:
        if self._search is not None and self._search.text:
            self._search.show_position(*self._log.match_position)

    def _copy(self, first: int, last: int) -> None:
        texts = self._log.texts(first, last)
        if texts:
            self.app.copy_to_clipboard("\n".join(texts))
        self.notify(f"copied {_lines(len(texts))}", markup=False)


def _lines(count: int) -> str:
    return counted(count, "line") if count else "no lines"


def _modes(log: LogView) -> list[str]:
    return [word for word, on_ in (("wrap", log.wrap), ("times", log.stamps)) if on_]


def _tell(screen: LogsScreen, reader: LogReader, news: News) -> None:
    screen.post_message(LogsScreen.Told(reader, news))
