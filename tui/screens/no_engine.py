"""What stands in the place of everything while no Engine was ever reached."""

from __future__ import annotations

import time

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical
from textual.screen import Screen
from textual.widgets import Static

from tui.engine.diagnosis import Command, Diagnosis, diagnose
from tui.engine.endpoint import Endpoint
from tui.engine.link import Link
from tui.screens.key_bar import KeyBar
from tui.screens.rows import SCROLLING, Ink, Piece, Row, TextRows, padded, paragraph, whole
from widgets.text import shown

INDENT = 2
CHOSEN = "chosen"
"""Source of an endpoint that the person has just chosen, and need not be told."""
BETWEEN = 3
"""Cells between a command and why one types it."""


def _binding(key: str, action: str, name: str, tooltip: str) -> Binding:
    return Binding(key, action, tooltip, show=False, tooltip=tooltip, id=f"no_engine.{name}")


class NoEngineScreen(Screen[None]):
    """Which endpoint was tried, why it failed, what to type, and when the next try is.

    The app goes on trying, calls `show` whenever something is new, and dismisses this screen.
    """

    BINDINGS = [
        _binding("r", "app.retry", "retry", "Try to connect now"),
        _binding("c,at", "app.contexts", "contexts", "Choose another docker context"),
        _binding("escape,less_than_sign", "back", "back", "The connected Engine before"),
        _binding("greater_than_sign", "app.engine(1)", "next_engine", "The next connected Engine"),
        _binding("d", "app.demo", "demo", "Look around in a demo Engine that needs no Docker"),
        _binding("q", "app.quit", "quit", "Leave Wharf"),
        *SCROLLING,
    ]

    DEFAULT_CSS = """
    NoEngineScreen {
        & > Container { height: 1fr; align: center middle; }
        & > Container > Vertical { width: 100%; max-width: 104; height: auto; padding: 0 2; }
        .no-engine--title { height: 1; margin: 0 0 1 0; text-style: bold; color: $text-error; }
        .no-engine--next { height: 1; margin: 1 0; color: $text-muted; }
    }
    """

    AUTO_FOCUS = ""

    def __init__(self, endpoint: Endpoint, link: Link, *, others: bool = False) -> None:
        """`others` tells whether there are further Engines to go back to."""
        super().__init__()
        self._others = others
        self._endpoint = endpoint
        self._link = link
        self._body = TextRows(id="main")
        self._next = Static(markup=False, classes="no-engine--next")

    def compose(self) -> ComposeResult:
        """Title, reasons, the next try, keys."""
        with Container(), Vertical():
            yield Static("✗ No Engine", markup=False, classes="no-engine--title")
            yield self._body
            yield self._next
        yield KeyBar(
            [
                ("no_engine.retry", "try now"),
                ("no_engine.contexts", "another context"),
                ("no_engine.back", "back"),
                ("no_engine.demo", "demo Engine"),
                ("no_engine.quit", "quit"),
            ]
        )

    def on_mount(self) -> None:
        """Say it all, and count."""
        self._tell()
        self._count()
        self.set_interval(1, self._count)

    def on_resize(self) -> None:
        """Leave the other lines their room."""
        # title, next try, their margins, keys
        self._body.styles.max_height = max(self.size.height - 6, 1)

    def show(self, link: Link) -> None:
        """Something about the line is different."""
        before, self._link = self._link, link
        if self.is_mounted:
            if link.error != before.error:
                self._tell()
            self._count()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is a way back where one came from another Engine."""
        return self._others if action == "back" else super().check_action(action, parameters)

    async def action_back(self) -> None:
        """Show the connected Engine before this one."""
        await self.run_action("app.engine(-1)")

    def action_lines(self, lines: int) -> None:
        """Scroll by lines."""
        self._body.action_lines(lines)

    def action_pages(self, pages: float) -> None:
        """Scroll by pages."""
        self._body.action_pages(pages)

    def action_edge(self, bottom: bool) -> None:
        """Scroll to the first or the last row."""
        self._body.action_edge(bottom)

    def _count(self) -> None:
        if self._link.retry_at is None:
            waits = "○ Wharf waits for you: r tries again" if self._link.waits else "◌ trying …"
            self._next.update(waits)
            return
        seconds = max(int(self._link.retry_at - time.monotonic() + 0.99), 0)
        self._next.update(f"◌ Wharf goes on by itself: next try in {seconds} s")

    def _tell(self) -> None:
        error = self._link.error
        found = diagnose(self._endpoint, error) if error is not None else Diagnosis("Not tried yet.", "")
        said = error.message.strip() if error is not None else ""

        def layout(width: int) -> list[Row]:
            return [
                *_address(self._endpoint, width),
                [],
                *paragraph(whole(found.what), width, Ink.STRONG),
                *(paragraph(whole(found.explain), width) if found.explain else ()),
                *_to_type(found.commands, width),
                *([[], *paragraph(whole(f"The system's own words: {said}"), width, Ink.DIM)] if said else ()),
            ]

        self._body.show(layout)


def _address(endpoint: Endpoint, width: int) -> list[Row]:
    """Which endpoint, and what named it."""
    source = "" if endpoint.source in (endpoint.context, CHOSEN) else f", named by {endpoint.source}"
    if not endpoint.context:
        return list(paragraph(whole(f"{endpoint.url}{source}"), width))
    named = f"context {endpoint.context}{source}"
    if endpoint.context == "default":
        named = "the default endpoint: no other was named" if not source else f"the default context{source}"
    return [*paragraph(whole(endpoint.url), width), *paragraph(whole(named), width, Ink.DIM)]


def _to_type(commands: tuple[Command, ...], width: int) -> list[Row]:
    """The commands with their reasons beside them, or below where that is too narrow."""
    if not commands:
        return []
    rows: list[Row] = [[], [Piece(shown("To type here:"))]]
    longest = max(cell_len(whole(line)) for line, _ in commands)
    reason_at = INDENT + longest + BETWEEN
    for line, why in commands:
        if reason_at + max(cell_len(whole(why)) for _, why in commands) <= width:
            margin = Piece(shown(" " * INDENT))
            typed = Piece(padded(whole(line), longest + BETWEEN), Ink.ACCENT)
            rows.append([margin, typed, Piece(whole(why), Ink.DIM)])
        else:
            rows += paragraph(whole(line), width, Ink.ACCENT, INDENT)
            rows += paragraph(whole(why), width, Ink.DIM, 2 * INDENT)
    return rows
