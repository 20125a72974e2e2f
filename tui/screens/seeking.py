"""Putting a pane's cursor on one object, whatever hides it."""

from __future__ import annotations

from tui.panes.pane import KindPane


def seek(pane: KindPane, row: str) -> bool:
    """Put the cursor on a row, or on the one it is folded into; False when there is none.

    A filter that hides it is given up, and stopped containers are shown again.
    """
    return _found(pane, row) or (_unhidden(pane) and _found(pane, row))


def _found(pane: KindPane, row: str) -> bool:
    folds = pane.arranged.folds
    if folds is not None and folds.away(row):
        row = folds.head(row)
    return pane.table.move_to(row)


def _unhidden(pane: KindPane) -> bool:
    pane.set_filter("")
    if pane.hide_stopped:
        pane.toggle_stopped()
    return True
