"""The dialog in which one says which containers of a merged log are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Static

from tui.panes.words import counted
from tui.screens.dialog import Dialog, KeyLine
from tui.screens.logs_sources import Source
from widgets.log_names import SOURCE_TONES
from widgets.table import Cell, Column, Table, Tone
from widgets.text import Shown, shown
from widgets.unmarked_table import UnmarkedTable

COLUMNS = (
    Column("shown", Shown("SHOWN"), least=5),
    Column("name", Shown("CONTAINER"), least=16, grows=True),
    Column("state", Shown("STATE"), least=9, most=24, priority=1),
    Column("lines", Shown("LINES"), least=5, right=True, priority=2),
)
TONES = {"good": Tone.GOOD, "warn": Tone.WARN, "bad": Tone.BAD, "dim": Tone.DIM}


class MembersTable(UnmarkedTable):
    """A table in which names have the colours that they have in the log."""

    def __init__(self, cells: Callable[[str], Sequence[Cell]], color: Callable[[str], Style]) -> None:
        """`color` gives the style of one of SOURCE_TONES."""
        super().__init__(COLUMNS, cells, id="main")
        self._color = color

    def _tone_style(self, tone: str, at_cursor: bool) -> Style:
        if tone not in SOURCE_TONES:
            return super()._tone_style(tone, at_cursor)
        return super()._tone_style(Tone.PLAIN, at_cursor) + Style(color=self._color(tone).color)


class MembersScreen(Dialog[None]):
    """Shows the containers; each can be switched off and on, and the log follows at once."""

    DEFAULT_CSS = """
    MembersScreen {
        & > .dialog--box { max-width: 84; }
        #main { height: auto; margin: 1 0 0 0; }
    }
    """

    BINDINGS = [
        Binding("space", "switch", "on or off", id="members.switch", tooltip="Show this one, or not"),
        Binding("o", "only", "only this", id="members.only", tooltip="Show no other one"),
        Binding("a", "every", "all", id="members.all", tooltip="Show all of them"),
        Binding("escape,q,m,enter", "leave", "done", id="members.leave", tooltip="Go back to the log"),
    ]

    def __init__(
        self, sources: Sequence[Source], color: Callable[[str], Style], changed: Callable[[], None]
    ) -> None:
        """`color` gives the style of one of SOURCE_TONES; `changed` is called when other ones are hidden."""
        super().__init__()
        self._sources = sources
        self._changed = changed
        self._table = MembersTable(self._cells, color)

    def compose(self) -> ComposeResult:
        """Title, containers, keys."""
        with Vertical(classes="dialog--box"):
            title = f"Which of {counted(len(self._sources), 'container')} to show"
            yield Static(title, classes="dialog--title", markup=False)
            yield self._table
            with Vertical(classes="dialog--foot"):
                yield KeyLine()

    def on_mount(self) -> None:
        """Begin at the first one."""
        super().on_mount()
        keys = [str(number) for number in range(len(self._sources))]
        self._table.show(keys, ())
        self._table.styles.height = len(keys) + 1
        self._table.focus()
        self.fit()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without a row there is none to switch."""
        return self._table.cursor is not None if action in ("switch", "only") else True

    def _cells(self, key: str) -> Sequence[Cell]:
        source = self._sources[int(key)]
        glyph, words, tone = source.words
        tone_of_name = cast(Tone, SOURCE_TONES[int(key) % len(SOURCE_TONES)])
        mark = Cell(Shown("  ✗"), Tone.DIM) if source.hidden else Cell(Shown("  ✓"), Tone.GOOD)
        return [
            mark,
            Cell(shown(source.label), Tone.DIM if source.hidden else tone_of_name),
            Cell(shown(f"{glyph} {words}"), TONES.get(tone, Tone.PLAIN)),
            Cell(shown(f"{source.lines:,}"), Tone.DIM),
        ]

    @property
    def _current(self) -> Source:
        return self._sources[int(self._table.cursor or 0)]

    def _hide(self, hidden: Callable[[Source], bool]) -> None:
        for source in self._sources:
            source.hidden = hidden(source)
        self._table.redraw(self._table.keys)
        self._changed()

    def on_table_opened(self, event: Table.Opened) -> None:
        """A double click switches."""
        event.stop()
        self.action_switch()

    def action_switch(self) -> None:
        """Show this one, or not."""
        current = self._current
        self._hide(lambda source: source.hidden is not (source is current))

    def action_only(self) -> None:
        """Show no other one."""
        current = self._current
        self._hide(lambda source: source is not current)

    def action_every(self) -> None:
        """Show all."""
        self._hide(lambda source: False)

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(None)
