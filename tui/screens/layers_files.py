"""A tree of files in rows: folders open and close, a filter leaves the paths that have a text in them."""

from __future__ import annotations

from collections.abc import Sequence
from stat import filemode

from tui.engine.layers import Mark, Node, matching, walk_tree
from tui.engine.tar_walk import FileKind
from tui.panes.words import size
from widgets.table import Cell, Column, Tone
from widgets.text import Shown, shown
from widgets.unmarked_table import UnmarkedTable

MOST_ROWS = 5_000
"""Rows that a filter may leave."""
OPEN_ROWS = 40
"""So many rows are unfolded at first."""

NAME = Column("name", Shown("NAME"), least=20, most=400, grows=True)
SIZE = Column("size", Shown("SIZE"), least=6, right=True)
MODE = Column("mode", Shown("MODE"), least=10, priority=2)
LAYER_COLUMNS = (NAME, Column("change", Shown("CHANGE"), least=9), SIZE, MODE)
IMAGE_COLUMNS = (NAME, Column("layer", Shown("LAYER"), least=5, right=True), SIZE, MODE)

LOOKS = {
    Mark.ADDED: ("+ added", Tone.GOOD),
    Mark.CHANGED: ("~ changed", Tone.WARN),
    Mark.REMOVED: ("- removed", Tone.BAD),
    Mark.SAME: ("", Tone.DIM),
}
_TYPES = {
    FileKind.FOLDER: 0o040000,
    FileKind.SYMLINK: 0o120000,
    FileKind.CHARACTER: 0o020000,
    FileKind.BLOCK: 0o060000,
    FileKind.FIFO: 0o010000,
}
_FILE = 0o100000


class FilesTable(UnmarkedTable):
    """What one layer did, or what all of them come to; rows are known by their path."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(LAYER_COLUMNS, self._row, id=id)
        self.text = ""
        """What is filtered for."""
        self._root = Node()
        self._whole = False
        self._opened: set[str] = set()
        self._found: dict[str, tuple[int, Node]] = {}

    @property
    def full(self) -> bool:
        """Whether the filter may have left more than there are rows."""
        return bool(self.text) and len(self._found) >= MOST_ROWS

    def show_tree(self, root: Node, *, whole: bool) -> None:
        """Show another tree; `whole` for that of the image, whose rows tell the layer they are from."""
        self._root, self._whole = root, whole
        self._opened = set() if whole else _few(root)
        self.set_columns(IMAGE_COLUMNS if whole else LAYER_COLUMNS)
        self._show_rows()

    def narrow(self, text: str) -> None:
        """Show only paths with a text in them, and the folders that lead there."""
        self.text = text
        self._show_rows()

    def toggle(self) -> None:
        """Open the folder under the cursor, or close it."""
        if (path := self.cursor) is not None:
            self._fold(path, unfolded=path not in self._opened)

    def unfold(self) -> None:
        """Open the folder under the cursor."""
        if (path := self.cursor) is not None:
            self._fold(path, unfolded=True)

    def fold(self) -> bool:
        """Close the folder under the cursor, or go to the one that it is in; False when there is none."""
        path = self.cursor or ""
        above = path.rpartition("/")[0]
        if path in self._opened and not self.text:
            self._fold(path, unfolded=False)
        elif above:
            self.move_to(above)
        else:
            return False
        return True

    def _fold(self, path: str, *, unfolded: bool) -> None:
        if self.text or not self._found[path][1].children:
            return
        (self._opened.add if unfolded else self._opened.discard)(path)
        self._show_rows()

    def _show_rows(self) -> None:
        found = (
            matching(self._root, self.text, MOST_ROWS)
            if self.text
            else walk_tree(self._root, self._opened.__contains__)
        )
        self._found = {path: (depth, node) for path, depth, node in found}
        self.show(list(self._found), list(self._found))

    def _row(self, key: str) -> Sequence[Cell]:
        depth, node = self._found[key]
        entry, name, removed = node.entry, key.rpartition("/")[2], node.mark is Mark.REMOVED
        fold = ("▾ " if self.text or key in self._opened else "▸ ") if node.children else "  "
        tail = "/" if node.folder else f" → {entry.link}" if entry is not None and entry.link else ""
        word, tone = LOOKS[node.mark]
        bytes_, mode = node.size, ""
        if removed and entry is not None:
            bytes_ = entry.size
        elif entry is not None:
            mode = filemode(_TYPES.get(entry.kind, _FILE) | entry.mode)
        return [
            Cell(shown(f"{'  ' * depth}{fold}{name}{tail}"), Tone.PLAIN if self._whole else tone),
            _layer(node) if self._whole else Cell(shown(word), tone),
            Cell(shown(size(bytes_) if bytes_ else "–"), Tone.PLAIN if bytes_ else Tone.DIM),
            Cell(shown(mode), Tone.DIM),
        ]


def _layer(node: Node) -> Cell:
    return Cell(shown("" if node.folder else str(node.layer + 1)), Tone.DIM)


def _few(root: Node) -> set[str]:
    """Folders to unfold at first: from the top, as long as there are only few rows by it."""
    opened: set[str] = set()
    rows = len(root.children)
    level = list(root.children.items())
    while level:
        below = []
        for path, node in level:
            rows += len(node.children)
            if rows > OPEN_ROWS:
                return opened
            if node.children:
                opened.add(path)
                below += [(f"{path}/{name}", each) for name, each in node.children.items()]
        level = below
    return opened
