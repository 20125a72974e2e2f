"""A table whose rows cannot be marked: what is done here is done to one row at a time."""

from __future__ import annotations

from widgets.table import Table, TableMessage

MARKING = ("mark", "mark_all", "range", "drop_range")
"""What a table does for marks."""


class UnmarkedTable(Table):
    """A table that leaves the keys of marks alone, and tells when other rows may be in view."""

    class Scrolled(TableMessage):
        """Other rows than before may be in view."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys of marks alone; without a row there is none to open."""
        return self.cursor is not None if action == "open" else action not in MARKING

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Tell that it was scrolled."""
        super().watch_scroll_y(old_value, new_value)
        self._say(self.Scrolled())

    def on_resize(self) -> None:
        """Tell that there is more or less room."""
        super().on_resize()
        self._say(self.Scrolled())
