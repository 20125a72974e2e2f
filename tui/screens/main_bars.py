"""The bars of the main screen: which Engine, which panes, what is chosen, what the keys do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.widget import Widget

from tui.engine.kinds import Kind
from tui.engine.link import LinkState
from tui.engine.scope import Scope
from tui.panes.pane import KindPane
from tui.screens.bars import footer_pieces, header_pieces, line_pieces, status_pieces, tab_pieces
from tui.screens.body import VIEWS
from tui.screens.hosts import hosts_pieces
from tui.settings import Settings
from widgets.bar import Bar

if TYPE_CHECKING:
    from tui.screens.doing import Doing

_LOST = (LinkState.DOWN, LinkState.STALE)


class MainBars:
    """Five bars, above and below the panes."""

    def __init__(self, scope: Scope, settings: Settings) -> None:
        self._scope = scope
        self._settings = settings
        self._header, self._tabs = Bar(id="header"), Bar(id="tabs")
        self._status, self._footer, self._line = Bar(id="status"), Bar(id="footer"), Bar(id="line")

    def above(self) -> Iterator[Widget]:
        """What stands above the panes."""
        yield self._header
        yield self._tabs

    def below(self) -> Iterator[Widget]:
        """What stands below them."""
        yield self._status
        # the docker line has a widget of its own: Textual paints a changed line from its widget's edge on
        yield Horizontal(self._footer, self._line, id="foot")

    def show_header(self, others: int) -> bool:
        """Say how the Engines are; `others` is how many more are connected.

        Returns whether there is something that is counted in seconds.
        """
        engines = self._scope.engines
        if self._scope.many:
            self._header.show(*hosts_pieces(self._scope, self._settings))
        else:
            (engine,) = engines
            marked = self._settings.marked(engine.endpoint)
            pieces = header_pieces(
                engine.endpoint,
                engine.link,
                engine.running,
                prod=marked.prod,
                color=marked.color,
                others=others,
            )
            self._header.show(*pieces)
        return bool(self._scope.running) or any(engine.link.state in _LOST for engine in engines)

    def show_tabs(self, current: Kind) -> None:
        """Say how many objects there are of each kind."""
        links = [engine.link for engine in self._scope.engines]
        stale = all(link.ever_up and link.state in _LOST for link in links)
        self._tabs.show(tab_pieces(VIEWS, self._scope, current, stale=stale))

    def show_rows(self, pane: KindPane, doing: Doing | None) -> None:
        """Say what is chosen, and what the keys do to it once there is `doing`."""
        self._status.show(*status_pieces(pane))
        if doing is not None:
            doing.look(pane)
            line = doing.line
            self._footer.show(footer_pieces(doing.offers))
            self._line.show(line_pieces(line.masked() if line else ""))
