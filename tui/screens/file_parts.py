"""The parts of the dialog in which a file is chosen: its name, the list of a folder, what the file holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from textual import work
from textual.binding import Binding
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from tui.screens.threads import asked
from widgets.form_inputs import Entry
from widgets.table import Cell, Column
from widgets.text import Shown, shown
from widgets.unmarked_table import UnmarkedTable

REST_SECONDS = 0.15
"""So long a file is named before somebody looks into it."""

COLUMNS = (
    Column("name", Shown("NAME"), least=12, most=400, grows=True),
    Column("size", Shown("SIZE"), priority=1, right=True),
    Column("age", Shown("AGE"), priority=2, right=True),
)


class FileName(Entry):
    """The name of a file as it is typed, or as it was chosen."""

    BINDINGS = [
        Binding("down", "down", "list", show=False, id="files.list", tooltip="To the list"),
    ]

    class Down(Message):
        """The list is wanted."""

    def __init__(self, text: str) -> None:
        super().__init__(text, shown("type a path; tab completes it"))

    @property
    def head(self) -> str:
        """The folder that is typed, with its slash; "" for none."""
        if self.text == "~":
            return "~"
        head, slash, _ = self.text.rpartition("/")
        return head + slash

    @property
    def tail(self) -> str:
        """What is typed behind the folder."""
        return self.text[len(self.head) :]

    def put(self, text: str) -> None:
        """Have it say this, the cursor at its end."""
        self.text = text
        self.cursor_position = len(self.value)

    def action_down(self) -> None:
        """Go to the list."""
        self.post_message(self.Down())


class FileList(UnmarkedTable):
    """What is in a folder."""

    BINDINGS = [
        Binding("backspace,h,left", "up", "up", id="files.up", tooltip="To the folder above"),
        Binding("enter", "open", "open", id="files.open", tooltip="Into the folder, or this file"),
        Binding("l,right", "into", "into", show=False, id="files.into", tooltip="Into the folder"),
        Binding("full_stop", "hidden", "hidden ones", id="files.hidden", tooltip="Show or hide hidden ones"),
        Binding("tilde", "home", "home", id="files.home", tooltip="To your own folder"),
        Binding("slash", "screen.complete", "name", show=False, id="files.name", tooltip="Type a name"),
    ]

    class Up(Message):
        """The folder above is wanted."""

    class Into(Message):
        """What is in the folder under the cursor is wanted."""

    class Home(Message):
        """The person's own folder is wanted."""

    class Hidden(Message):
        """Hidden entries are to be shown, or hidden again."""

    def __init__(self, cells: Callable[[str], Sequence[Cell]]) -> None:
        super().__init__(COLUMNS, cells)

    def action_up(self) -> None:
        """To the folder above."""
        self.post_message(self.Up())

    def action_into(self) -> None:
        """Into the folder under the cursor."""
        self.post_message(self.Into())

    def action_home(self) -> None:
        """To the person's own folder."""
        self.post_message(self.Home())

    def action_hidden(self) -> None:
        """Show or hide hidden ones."""
        self.post_message(self.Hidden())


class Told(Static):
    """What a file holds, found out on a thread while it is named; nothing where nobody can tell."""

    DEFAULT_CSS = """
    Told { height: auto; max-height: 2; display: none; color: $text-muted; }
    Told.-said { display: block; }
    """

    class Said(Message):
        """It says something else."""

    def __init__(self, tell: Callable[[Path, Callable[[], bool]], str] | None) -> None:
        super().__init__(markup=False)
        self._tell = tell
        self._looking: object = None
        """The look that is under way; another one, or None, ends it."""
        self._timer: Timer | None = None

    def look(self, path: Path | None) -> None:
        """Another file is named, or none: what was said of the one before goes, and the look into it ends."""
        self._looking = None
        self._say("")
        if self._timer is not None:
            self._timer.stop()
        if self._tell is not None and path is not None:
            self._timer = self.set_timer(REST_SECONDS, lambda: self._look_into(path))

    @work(group="look", exclusive=True, exit_on_error=False)
    async def _look_into(self, path: Path) -> None:
        tell, mine = self._tell, object()
        if tell is None:
            return
        self._looking = mine
        text = await asked(lambda: tell(path, lambda: self._looking is not mine))
        if self._looking is mine:
            self._say(text)

    def _say(self, text: str) -> None:
        if text or self.has_class("-said"):
            self.set_class(bool(text), "-said")
            self.update(shown(f"→ {text}"))
            self.post_message(self.Said())
