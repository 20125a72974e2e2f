"""One line to type words in that are only looked for, never sent as they are."""

from __future__ import annotations

from textual.widgets import Input

from widgets.text import shown


class Typed(Input):
    """An entry in which nothing stands that may not be painted: of what is pasted that is replaced."""

    def validate_value(self, value: str) -> str:
        """What of a text may stand here."""
        return shown(value)
