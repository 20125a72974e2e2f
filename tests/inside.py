"""The picture of a shell inside a container, where the terminal is not Wharf's: from a real one, by pyte."""

from __future__ import annotations

import io
import tempfile

from rich.console import Console
from rich.style import Style
from rich.text import Text

from tests.live.pty_app import PtyApp
from tui.theme import WHARF

CONTAINER = "shop-app-1"
PROMPT = ":/app$"
TYPED = ("ls -l", "cat /etc/os-release", "ps")


def terminal_svg(size: tuple[int, int], title: str) -> str:
    """Enter a container by key, look around, and draw what the terminal shows, as Textual draws its own."""
    columns, rows = size
    with tempfile.TemporaryDirectory() as folder:
        # the keys that leave a container are the ones of config.json
        env = {"DOCKER_CONFIG": folder, "LC_ALL": "C.UTF-8"}
        with PtyApp(program="tests.standing", env=env, rows=rows, columns=columns) as app:
            app.go_to(CONTAINER)
            app.send("e")
            app.until(lambda: _asks(app))
            for line in TYPED:
                app.send(f"{line}\r")
                app.until(lambda line=line: f"{PROMPT} {line}\n" in app.text and _asks(app))
            svg = _svg(app, size, title)
            app.send("exit\r")
            app.wait_for(f"{CONTAINER}: ended")
            app.send("q")
            app.ends()
            return svg


def _asks(app: PtyApp) -> bool:
    return app.text.rstrip().endswith(PROMPT)


def _svg(app: PtyApp, size: tuple[int, int], title: str) -> str:
    columns, rows = size
    console = Console(
        width=columns,
        height=rows,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        record=True,
        legacy_windows=False,
        safe_box=False,
    )
    colours = Style(color=WHARF.foreground, bgcolor=WHARF.background)
    lines = app.text.split("\n")
    cursor_row, cursor = app.cursor
    for row in range(rows):
        text = Text((lines[row] if row < len(lines) else "").ljust(columns), colours)
        if row == cursor_row:
            text.stylize(Style(reverse=True), cursor, cursor + 1)
        console.print(text, end="" if row == rows - 1 else "\n")
    return console.export_svg(title=title)
