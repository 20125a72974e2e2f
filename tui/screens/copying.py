"""Copying a docker line, its secrets only when the person asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import App

if TYPE_CHECKING:
    from tui.engine.lines import DockerLine
    from tui.screens.desk import ScreenDesk


async def copy_line(app: App[Any], desk: ScreenDesk, line: DockerLine) -> None:
    """Put the line on the clipboard; one with secrets asks whether to copy them too."""
    wanted: str | None = "real"
    if line.has_secrets:
        from tui.screens.choose import ChooseScreen

        options = [("masked", "with *** in place of the secrets"), ("real", "with the real secrets")]
        wanted = await app.push_screen_wait(ChooseScreen("Copy the docker line", options))
    if wanted is not None:
        desk.copy(line.text() if wanted == "real" else line.masked(), line.masked())
