"""A folder of this machine to choose from: where it is, and what is in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.cells import set_cell_size
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from tui.engine.archives import file_words
from tui.engine.folders import Entry, Folder, Sort, here, placed, read_folder
from tui.panes.words import age, size
from tui.screens.file_parts import FileList
from tui.screens.rows import cells, whole
from tui.screens.threads import asked
from widgets.table import Cell, Table, Tone
from widgets.text import Shown, shown

TONES = {Sort.FOLDER: Tone.ACCENT, Sort.FILE: Tone.PLAIN, Sort.OTHER: Tone.DIM, Sort.NOTHING: Tone.DIM}

BETWEEN = " · "
LEAST_PATH = 12
"""Cells of a path that are shown whatever else there is to say."""


class FolderView(Vertical):
    """Shows a folder, which is read on a thread; only what begins as `show` was told."""

    DEFAULT_CSS = """
    FolderView {
        & > Static { height: 1; color: $text-muted; text-overflow: ellipsis; text-wrap: nowrap; }
        & > FileList { height: 1fr; }
    }
    """

    class Moved(Message):
        """The cursor rests on another entry, or another folder is shown."""

    @dataclass
    class Opened(Message):
        """An entry was opened by its key or by the mouse."""

        entry: Entry

    @dataclass
    class Wanted(Message):
        """Another folder is wanted."""

        folder: Path

    def __init__(self, *, needs: int | None, clock: Callable[[], float], id: str) -> None:  # noqa: A002
        """`needs` is about how many bytes will be written there; None when nothing will."""
        super().__init__(id=id)
        self._needs = needs
        self._clock = clock
        self._first: Path | None = None
        self._folder: Folder | None = None
        self._entries: dict[str, Entry] = {}
        self._hidden = False
        self._beginning = ""
        self._details = ""
        self._is_wrong = False
        self.path = Path()
        """The folder that is shown, or being read."""

    def compose(self) -> ComposeResult:
        """Where it is, and the list."""
        yield Static(markup=False)
        yield FileList(self._cells)

    @property
    def list(self) -> FileList:
        """The entries."""
        return self.query_one(FileList)

    @property
    def current(self) -> Path | None:
        """What the cursor is on."""
        return self.path / self.list.cursor if self.list.cursor is not None else None

    def names(self, *, hidden: bool) -> Sequence[str]:
        """All names in the folder, those of folders with a slash; none until it is read."""
        entries = self._folder.entries if self._folder is not None else ()
        return [_title(entry) for entry in entries if hidden or not entry.hidden]

    @work(group="folder", exclusive=True, exit_on_error=False)
    async def read(self, path: Path) -> None:
        """Show a folder; the first one may be gone, then it is that in which Wharf was started."""
        self._first = path if self._first is None else self._first
        self.path, self._folder = path, None
        self._show()
        self._where("reading …")
        try:
            folder = await asked(lambda: read_folder(path, lambda: self.path != path))
        except OSError as error:
            if path == self._first and path != here():
                self.post_message(self.Wanted(here()))
            elif path == self.path:
                self._where(file_words(error, path), wrong=True)
            return
        if path == self.path:
            self._folder = folder
            self._show()

    def leave(self) -> None:
        """Nobody wants what is still being read."""
        self.path = Path()

    def show(self, beginning: str) -> None:
        """Show only what begins so."""
        self._beginning = beginning
        self._show()

    def _show(self) -> None:
        folder, beginning = self._folder, self._beginning
        hidden = self._hidden or beginning.startswith(".")
        entries = [
            entry
            for entry in (folder.entries if folder is not None else ())
            if entry.name.startswith(beginning) and (hidden or not entry.hidden)
        ]
        self._entries = {entry.name: entry for entry in entries}
        self.list.show(tuple(self._entries))
        if folder is not None:
            self._where(self._summary(folder, len(entries)))
        self.post_message(self.Moved())

    def _summary(self, folder: Folder, shown_count: int) -> str:
        count = f"{shown_count:,} of {len(folder.entries):,}"
        if not shown_count:
            count = "nothing begins so" if self._beginning else "empty" if not folder.entries else count
        more = "" if folder.complete else ", and more: type a name"
        parts = [count + more]
        if self._needs is not None:
            needs = f"needs about {size(self._needs)}, " if self._needs else ""
            parts.append(f"{needs}{size(folder.free)} free")
        return BETWEEN.join(parts)

    def _where(self, details: str, *, wrong: bool = False) -> None:
        """Say which folder it is, and something of it; `wrong` says both already."""
        self._details, self._is_wrong = details, wrong
        self._paint()

    def _paint(self) -> None:
        details, path = shown(self._details), whole(home_relative(self.path))
        room = max(self.size.width - cells(details) - len(BETWEEN), LEAST_PATH)
        # of a long path its end says where one is
        told = path if cells(path) <= room else Shown("…" + set_cell_size(path[::-1], room - 1)[::-1])
        self.query_one(Static).update(details if self._is_wrong else Shown(f"{told}{BETWEEN}{details}"))

    def on_resize(self) -> None:
        """More or less of the path has room."""
        self._paint()

    def _cells(self, key: str) -> Sequence[Cell]:
        entry = self._entries[key]
        long = "" if entry.sort is not Sort.FILE else size(entry.size)
        old = age(self._clock() - entry.changed) if entry.changed else ""
        tone = TONES[entry.sort]
        return (
            Cell(shown(_title(entry)), tone),
            Cell(shown(long), Tone.DIM),
            Cell(shown(old), Tone.DIM),
        )

    @on(Table.Moved)
    def _moved(self, event: Table.Moved) -> None:
        event.stop()
        self.post_message(self.Moved())

    @on(Table.Opened)
    def _opened(self, event: Table.Opened) -> None:
        event.stop()
        if (entry := self._entries.get(event.key)) is not None:
            self.post_message(self.Opened(entry))

    @on(FileList.Up)
    def _up(self) -> None:
        self.post_message(self.Wanted(self.path.parent))

    @on(FileList.Into)
    def _into(self) -> None:
        entry = self._entries.get(self.list.cursor or "")
        if entry is not None and entry.sort is Sort.FOLDER:
            self.post_message(self.Opened(entry))

    @on(FileList.Home)
    def _home(self) -> None:
        self.post_message(self.Wanted(placed("~", self.path)))

    @on(FileList.Hidden)
    def _toggle_hidden(self) -> None:
        self._hidden = not self._hidden
        self._show()


def _title(entry: Entry) -> str:
    return f"{entry.name}/" if entry.sort is Sort.FOLDER else entry.name


def home_relative(path: Path) -> str:
    """A folder as a person writes it."""
    try:
        return str(Path("~") / path.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return str(path)
