"""The last line of a full screen: what its keys are, each of which can be clicked, and a docker line."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.binding import ActiveBinding
from textual.events import Resize
from textual.screen import Screen

from tui.screens.keys import key_words
from widgets.bar import Bar, Piece, trimmed
from widgets.text import Shown, shown

Named = tuple[str, str]
"""A binding's id and what its key does, in a word or two."""

LINE_SHARE = 0.5
"""Most of the width that a docker line has as long as there are keys to be named."""


class KeyBar(Bar):
    """Those of some keys that do something now; the last ones named are left out first."""

    def __init__(self, keys: Sequence[Named], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._keys = tuple(keys)
        self._line = ""
        self._active: dict[str, ActiveBinding] = {}

    def on_mount(self) -> None:
        """Follow what the keys do."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow)
        self._follow(self.screen)

    def on_resize(self, event: Resize) -> None:
        """Share the new width."""
        self._follow(self.screen)

    def set_keys(self, keys: Sequence[Named]) -> None:
        """Have other keys from now on."""
        self._keys = tuple(keys)
        self._follow(self.screen)

    def show_line(self, line: str) -> None:
        """Have this docker line at the right."""
        if line != self._line:
            self._line = line
            self._follow(self.screen)

    async def on_bar_clicked(self, event: Bar.Clicked) -> None:
        """A click does what the key does."""
        event.stop()
        if active := self._active.get(event.action):
            await self.app.run_action(active.binding.action, active.node)

    def _follow(self, screen: Screen[object]) -> None:
        found: dict[str, tuple[str, ActiveBinding]] = {}
        for key, active in screen.active_bindings.items():
            typed = screen.focused is not None and screen.focused.check_consume_key(key, key)
            if active.enabled and not (typed and len(key) == 1):
                found.setdefault(active.binding.id or "", (key, active))
        self._active = {name: active for name, (_, active) in found.items()}
        pieces = []
        for place, (name, word) in enumerate(self._keys, 1):
            if name in found:
                weight = 10 + place
                pieces.append(Piece(shown(f" {key_words(found[name][0])}"), "key", name, weight, place))
                pieces.append(Piece(shown(f" {word} "), "plain", name, weight, place))
        taken = sum(cell_len(piece.text) for piece in pieces)
        self.show(pieces, [Piece(self._cut(taken), "dim", weight=5)] if self._line else [])

    def _cut(self, taken: int) -> Shown:
        """As much of the docker line as fits beside keys of so many cells: its share, or what they leave."""
        line = Shown(f" {shown(self._line)} ")
        room = max(self.size.width - taken, int(self.size.width * LINE_SHARE))
        return trimmed(line, room) if self.size.width else line
