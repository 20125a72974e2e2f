"""The dialog in which a file of this machine is chosen, to be read or to be written."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from tui.engine.endpoint import Endpoint
from tui.engine.folders import Place, Sort, completed, look_at, placed
from tui.panes.words import age, size
from tui.screens.dialog import Dialog, KeyLine
from tui.screens.file_parts import FileName, Told
from tui.screens.folder_view import FolderView
from tui.screens.rows import Ink, TextRows, text_layout, whole
from tui.screens.threads import asked
from tui.verbs.verb import FileRequest
from widgets.text import shown

HEIGHT = 32
"""Rows of the folder where there is room for them."""
NO_NAME = "That is no name of a file."


class FilesScreen(Dialog[Path | None]):
    """Shows a folder and takes a name; ends in the path, or in None when the person leaves.

    A file that is there already is only taken for writing once the person agreed to replace it.
    """

    DEFAULT_CSS = """
    FilesScreen {
        #main { min-height: 3; margin: 0; }
        .files--row { height: 1; margin: 1 0 0 0; }
        .files--row Static { width: 6; color: $text-muted; }
        .files--row FileName, .files--row FileName:focus { width: 1fr; padding: 0; }
        #files--wrong { height: auto; max-height: 3; display: none; color: $text-error; }
        #files--wrong.-said { display: block; }
        #files--line { max-height: 2; }
        &.-tight .files--row, &.-tight .dialog--foot { margin: 0; }
    }
    """

    BINDINGS = [
        Binding("ctrl+s", "take", "choose", id="files.take", tooltip="Take the file that is named"),
        Binding("tab", "complete", "complete", id="files.complete", tooltip="Complete the name, or type one"),
        Binding("shift+tab", "other", "other", show=False, id="files.other", tooltip="Name or list"),
        Binding("escape", "leave", "leave", id="files.leave", tooltip="Choose nothing"),
    ]

    def __init__(
        self,
        request: FileRequest,
        endpoint: Endpoint,
        folder: Path,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`folder` is where to begin; `clock` tells epoch seconds."""
        super().__init__()
        self._request = request
        self._endpoint = endpoint
        self._clock = clock
        self._base = folder
        """Where a name without a folder is meant to be."""
        self._warned: Path | None = None
        self._busy = False

    def compose(self) -> ComposeResult:
        """Title, name, folder, what the file holds, docker line, keys."""
        request = self._request
        with Vertical(classes="dialog--box"):
            yield Static(shown(request.title), classes="dialog--title", markup=False)
            if not self._endpoint.local:
                host = urlsplit(self._endpoint.url).hostname or self._endpoint.name
                far = f"A file on this machine; the Engine is on {host}."
                yield Static(shown(far), classes="dialog--note", markup=False)
            with Horizontal(classes="files--row"):
                yield Static("name" if request.writes else "file", markup=False)
                yield FileName(request.name)
            yield Static(id="files--wrong", markup=False)
            yield FolderView(needs=request.needs if request.writes else None, clock=self._clock, id="main")
            yield Told(request.tell)
            yield TextRows(id="files--line")
            with Vertical(classes="dialog--foot"):
                yield KeyLine()

    def on_mount(self) -> None:
        """Begin where a file was last chosen."""
        self._folder.styles.height = HEIGHT
        if self._request.writes:
            self._file.focus()
            self._file.put(self._request.name)
        else:
            self._folder.list.focus()
        self._folder.read(self._base)
        self._changed()

    def describe(self, action: str) -> str | None:
        """The request has a word of its own for taking a file; from the list the key leads to the name."""
        if action == "complete" and self._folder.list.has_focus:
            return "name"
        return shown(self._request.action) if action == "take" else None

    @property
    def _folder(self) -> FolderView:
        return self.query_one(FolderView)

    @property
    def _file(self) -> FileName:
        return self.query_one(FileName)

    @property
    def _path(self) -> Path | None:
        """The path that is named: typed, or else that under the cursor. Raises ValueError."""
        chosen = not self._request.writes and self._folder.list.has_focus
        if self._file.text and not chosen:
            return placed(self._file.text, self._base)
        return self._folder.current

    # What is typed, and what is under the cursor

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._say("")
        try:
            folder = placed(self._file.head, self._base) if self._file.head else self._base
        except ValueError:
            return
        if not self._request.writes:
            self._folder.show(self._file.tail)
        if folder != self._folder.path:
            self._folder.read(folder)
        self._changed()

    def on_descendant_focus(self) -> None:
        """What is named may be another file now."""
        self._changed()

    @on(FolderView.Moved)
    def _moved(self) -> None:
        self._changed()

    def _changed(self) -> None:
        """Another file is named: say what that means."""
        try:
            path = self._path
        except ValueError:
            path = None
        self._warned = None
        line = self._request.line(path or self._base).at(self._endpoint)
        self.query_one("#files--line", TextRows).show(text_layout(whole(line.masked()), Ink.ACCENT))
        self.query_one(Told).look(path)

    @on(Told.Said)
    def _told(self) -> None:
        self.fit()

    def _say(self, text: str) -> None:
        """Say what is wrong with the name; "" when nothing is."""
        said = self.query_one("#files--wrong", Static)
        if text or said.has_class("-said"):
            said.set_class(bool(text), "-said")
            said.update(shown(f"✗ {text}"))
            self.fit()

    # Another folder

    def _go(self, folder: Path, name: str) -> None:
        """Show another folder, and mean names to be in there."""
        self._base = folder
        self._file.put(name)
        self._folder.show("" if self._request.writes else name)
        self._folder.read(folder)

    @on(FolderView.Wanted)
    def _wanted(self, event: FolderView.Wanted) -> None:
        self._go(event.folder, self._proposed)

    @on(FolderView.Opened)
    def _opened(self, event: FolderView.Opened) -> None:
        path = self._folder.path / event.entry.name
        if event.entry.sort is Sort.FOLDER:
            self._go(path, self._proposed)
        elif self._request.writes:
            self._base = path.parent
            self._file.put(path.name)
            self._file.focus()
        else:
            self._take(path)

    @property
    def _proposed(self) -> str:
        """The name that stays when another folder is gone into."""
        return self._file.tail if self._request.writes else ""

    # Keys

    def action_complete(self) -> None:
        """Complete the name as far as it is clear; from the list go to the name."""
        if self._folder.list.has_focus:
            self._file.focus()
            return
        file = self._file
        if file.kept is not None:
            self._folder.list.focus()
            return
        names = self._folder.names(hidden=file.tail.startswith("."))
        longer = "~/" if file.text == "~" else file.head + completed(file.tail, names)
        if longer == file.text:
            self._folder.list.focus()
        else:
            file.put(longer)

    def action_other(self) -> None:
        """Go from the name to the list, or back."""
        (self._file if self._folder.list.has_focus else self._folder.list).focus()

    @on(FileName.Down)
    def _down(self) -> None:
        self._folder.list.focus()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_take()

    def action_take(self) -> None:
        """Take what is named."""
        try:
            path = self._path
        except ValueError:
            self._say(NO_NAME)
            return
        if path is None:
            self._say("Name a file, or choose one from the list.")
        else:
            self._take(path)

    @work(group="take", exit_on_error=False)
    async def _take(self, path: Path) -> None:
        if self._busy:
            return
        self._busy = True
        try:
            place = await asked(lambda: look_at(path, writes=self._request.writes))
            if place.sort is Sort.FOLDER:
                self._go(path, self._request.name)
            elif place.problem:
                self._say(place.problem)
            elif self._has_room(place) and await self._agreed(place):
                self._finish(path)
        finally:
            self._busy = False

    def _has_room(self, place: Place) -> bool:
        """Whether there is room for what is written, or the person wants to try all the same."""
        needs = self._request.needs
        if not self._request.writes or needs <= place.free or self._warned == place.path:
            return True
        self._warned = place.path
        short = f"It needs about {size(needs)}, and {size(place.free)} are free there. Once more tries it."
        self._say(short)
        return False

    async def _agreed(self, place: Place) -> bool:
        """Whether what is there may be replaced."""
        if not self._request.writes or place.sort is Sort.NOTHING:
            return True
        from tui.screens.sure import Sure

        old = age(self._clock() - place.changed)
        said = f"It is {size(place.size)}, written {old} ago, and is gone then."
        sure = Sure(f"Replace {place.path}?", text_layout(whole(said)), "", word="replace")
        return await self.app.push_screen_wait(sure)

    def action_leave(self) -> None:
        """Choose nothing."""
        self._finish(None)

    def _finish(self, path: Path | None) -> None:
        self.query_one(Told).look(None)
        self._folder.leave()
        self.dismiss(path)
