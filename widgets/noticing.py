"""A widget that notices when it comes into view, also where Textual does not tell it."""

from __future__ import annotations

from textual.events import Resize, Show
from textual.widget import Widget


class Noticing(Widget):
    """Gets its Show and Resize events for certain, and so do its parts; to be mixed in, as the last base.

    A compositor whose map is out of date makes it anew when a widget that is to come into view is asked for
    its place. The next layout then takes that widget for one that was in view before.
    """

    _aware = False
    """Whether it knows that it is in view."""

    def on_mount(self) -> None:
        """Look whether it was told, whenever there was a layout."""
        self.screen.screen_layout_refresh_signal.subscribe(self, lambda _: self._laid_out())

    def on_show(self) -> None:
        """It knows."""
        self._aware = True

    def on_hide(self) -> None:
        """It is out of view, and has to be told again."""
        self._aware = False

    def _laid_out(self) -> None:
        hidden = not all(node.display for node in self.ancestors_with_self if isinstance(node, Widget))
        if not self._aware and not hidden and self.is_on_screen:
            # later, so that an event that was sent comes before it
            self.call_later(self._notice)

    def _notice(self) -> None:
        if self._aware or not self.is_attached:
            return
        for part in self.walk_children(Widget, with_self=True):
            part.post_message(Resize(part.size, part.virtual_size, part.container_size))
            part.refresh()
        self.post_message(Show())
