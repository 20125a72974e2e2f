"""Editing a Dockerfile on a screen of its own: saved whole or not at all, left unsaved only when meant."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.screen import Screen

from tui.engine.dockerfile_look import Look
from tui.engine.dockerfile_words import WORDS
from tui.screens.dialog import KeyLine
from tui.screens.threads import on_thread
from widgets.dockerfile_editor import DockerfileEditor
from widgets.text import shown

if TYPE_CHECKING:
    from tui.screens.choose import ChooseScreen

NEW_MODE = 0o666
"""What may be done with a new file, as far as the person's umask lets it."""


def save(path: Path, text: str) -> None:
    """Write a text in the place of a file, which is never half there; a link stays one. Raises OSError."""
    place = Path(os.path.realpath(path))
    try:
        mode = stat.S_IMODE(place.stat().st_mode)
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        mode = NEW_MODE & ~mask
    descriptor, part = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode("utf-8", "surrogateescape"))
            file.flush()
            os.fchmod(descriptor, mode)
            os.fsync(descriptor)
        os.replace(part, place)
    finally:
        with suppress(FileNotFoundError):  # it has the file's name by now
            os.unlink(part)


class EditScreen(Screen[bool]):
    """The editor on one file; ends in whether it was saved."""

    DEFAULT_CSS = """
    EditScreen { layout: vertical; }
    EditScreen > DockerfileEditor { height: 1fr; }
    EditScreen > KeyLine { padding: 0 1; background: $panel; }
    """

    def __init__(self, path: Path, text: str, *, line: int | None = None, is_new: bool = False) -> None:
        """`line` is where to begin, from 1; a new file comes into being when it is saved."""
        super().__init__()
        self._path = path
        self._saved = "" if is_new else text
        self._line = line
        self._was_saved = False
        self._editor = DockerfileEditor(text, look=Look, words=WORDS, path_label=shown(str(path)))

    def compose(self) -> ComposeResult:
        """The editor and its keys."""
        yield self._editor
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin at the line."""
        self._editor.focus()
        if self._line is not None:
            self.call_after_refresh(self._editor.go_to, self._line)

    @on(DockerfileEditor.Saved)
    async def _save(self, event: DockerfileEditor.Saved) -> None:
        event.stop()
        await self._write()

    async def _write(self) -> bool:
        """Whether it is on the disk now."""
        text, path = self._editor.text, self._path
        try:
            await on_thread(lambda: save(path, text))
        except OSError as error:
            words = shown(f"{path} cannot be written: {error.strerror or error}")
            self.notify(words, severity="error", markup=False)
            return False
        self._saved, self._was_saved = text, True
        self.notify(shown(f"saved {path.name}"), markup=False)
        return True

    @on(DockerfileEditor.Left)
    def _leave(self, event: DockerfileEditor.Left) -> None:
        event.stop()
        if self._editor.text == self._saved:
            self.dismiss(self._was_saved)
        elif all(worker.is_finished for worker in self.workers if worker.group == "leaving"):
            self.run_worker(self._ask(), group="leaving", exit_on_error=False)

    async def _ask(self) -> None:
        wanted = await self.app.push_screen_wait(_question(self._path.name))
        if wanted == "drop" or (wanted == "save" and await self._write()):
            self.dismiss(self._was_saved)


def _question(name: str) -> ChooseScreen:
    from tui.screens.choose import ChooseScreen

    options = [("save", "save and leave"), ("drop", "leave without saving"), ("stay", "edit on")]
    return ChooseScreen(f"{name} has unsaved changes", options)
