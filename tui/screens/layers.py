"""The files of an image, layer by layer, on a screen of its own."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.binding import Binding
from textual.containers import Container, Vertical
from textual.events import Resize
from textual.widget import Widget

from tui.engine.inside import CONTENTS
from tui.engine.layers import MOST_ENTRIES, Contents, Layer, Mark, Node, Waste, final_tree, layer_tree
from tui.engine.models import Image
from tui.panes.words import counted, size
from tui.screens.finding import FindingScreen
from tui.screens.layers_files import MOST_ROWS, FilesTable
from tui.screens.rows import Ink, Layout, TextRows, stacked, text_layout, whole
from tui.screens.threads import asked
from tui.verbs.looking_inside import look_task
from tui.verbs.verb import Desk
from widgets.bar import Piece
from widgets.table import Cell, Column, Table, Tone
from widgets.text import Shown, shown
from widgets.unmarked_table import UnmarkedTable

WIDE = 120
"""Cells from which on the layers stand beside the files, and not above them."""
ALL = "all"
"""The row of the whole image."""

LAYER_COLUMNS = (
    Column("number", Shown("#"), least=3, right=True),
    Column("line", Shown("LAYER"), least=16, most=200, grows=True),
    Column("size", Shown("SIZE"), least=6, right=True),
    Column("wasted", Shown("WASTED"), least=6, right=True),
    Column("counts", Shown("+ ~ -"), least=9, priority=1),
)
WASTE_COLUMNS = (
    Column("path", Shown("WASTED"), least=20, most=400, grows=True),
    Column("size", Shown("SIZE"), least=6, right=True),
    Column("layer", Shown("IN LAYER"), least=8, right=True),
    Column("by", Shown("WHY"), least=20),
)


class LayersScreen(FindingScreen[Contents]):
    """The layers of an image, and the files of the one under the cursor, or of all of them together."""

    BINDINGS = [
        Binding("tab", "other", "Other", show=False, id="layers.other", tooltip="To the layers or the files"),
        Binding("right", "unfold", "Open", show=False, id="layers.open", tooltip="Open the folder"),
        Binding("left", "fold", "Close", show=False, id="layers.close", tooltip="Close the folder"),
        Binding("w", "wastes", "Wastes", show=False, id="layers.wastes", tooltip="The biggest wastes"),
        Binding("s", "sort", "Sort", show=False, id="layers.sort", tooltip="Biggest first, or by name"),
        Binding("y", "copy", "Copy", show=False, id="layers.copy", tooltip="Copy the path"),
    ]
    DEFAULT_CSS = """
    LayersScreen {
        .layers--parts { layout: vertical; height: 1fr; }
        #layers--layers { height: 9; }
        #layers--right { height: 1fr; border-top: solid $panel; }
        #layers--files, #layers--wastes { height: 1fr; }
        #layers--wastes { display: none; }
        #layers--whole { height: auto; max-height: 4; padding: 0 1; border-top: solid $panel; }
        &.-wide .layers--parts { layout: horizontal; }
        &.-wide #layers--layers { width: 45%; height: 1fr; }
        &.-wide #layers--right { width: 1fr; border-top: none; border-left: solid $panel; }
    }
    """
    WORDS = Shown(" Files ")
    KEYS = (
        ("layers.other", "layers/files"),
        ("layers.wastes", "wastes"),
        ("table.open", "open"),
        ("layers.sort", "by size"),
        ("layers.copy", "copy path"),
    )

    def __init__(self, model: Image, desk: Desk) -> None:
        """Raises Unreachable when there is no connection."""
        super().__init__(model, desk, CONTENTS, look_task(model))
        self._layers = UnmarkedTable(LAYER_COLUMNS, self._layer_cells, id="layers--layers")
        self._files = FilesTable(id="layers--files")
        self._wastes = UnmarkedTable(WASTE_COLUMNS, self._waste_cells, id="layers--wastes")
        self._whole = TextRows(id="layers--whole")
        self._biggest = False
        self._turn = 0
        """Counts the trees that were asked for: only the last one is shown."""

    def body(self) -> Widget:
        """Layers and files, and all of what is under the cursor."""
        right = Vertical(self._files, self._wastes, id="layers--right")
        return Vertical(Container(self._layers, right, classes="layers--parts"), self._whole)

    def main(self) -> Table:
        """The layers."""
        return self._layers

    def on_resize(self, event: Resize) -> None:
        """Side by side where there is room."""
        self.set_class(event.size.width >= WIDE, "-wide")

    # What is shown

    def found(self, value: Contents) -> None:
        """Show the layers."""
        keys = [ALL, *map(str, range(len(value.layers)))]
        self._layers.styles.max_height = len(keys) + 1
        self._layers.show(keys, keys)
        places = list(map(str, range(len(value.wastes))))
        self._wastes.show(places, places)

    def summary(self, value: Contents) -> Sequence[Piece]:
        """How large it is, and how much of it is wasted."""
        share = value.wasted / value.size if value.size else 0.0
        wasted = f" {size(value.wasted)} wasted ({share:.0%}) "
        said = [
            Piece(shown(f" {counted(len(value.layers), 'layer')} · {size(value.size)} "), "plain"),
            Piece(shown(wasted), "warn" if share >= 0.05 else "good"),
        ]
        if not value.complete:
            more = f" first {MOST_ENTRIES:,} of {value.entries:,} paths "
            said.append(Piece(shown(more), "loud"))
        return said

    def _layer_cells(self, key: str) -> Sequence[Cell]:
        assert self.value is not None
        if key == ALL:
            value = self.value
            return [
                Cell(Shown("–"), Tone.DIM),
                Cell(Shown("the whole image"), Tone.ACCENT),
                Cell(shown(size(value.size))),
                _wasted(value.wasted),
                Cell(Shown("")),
            ]
        layer = self.value.layers[int(key)]
        counts = layer.counts
        return [
            Cell(shown(f"{int(key) + 1}"), Tone.DIM),
            Cell(shown(layer.line or layer.diff_id or "–"), Tone.WARN if layer.note else Tone.PLAIN),
            Cell(shown(size(layer.size)), Tone.PLAIN if layer.size else Tone.DIM),
            _wasted(layer.wasted),
            Cell(
                shown(f"+{counts[Mark.ADDED]:,} ~{counts[Mark.CHANGED]:,} -{counts[Mark.REMOVED]:,}"),
                Tone.DIM,
            ),
        ]

    @property
    def _layer(self) -> Layer | None:
        """The layer under the cursor; None for the whole image."""
        key = self._layers.cursor
        return None if self.value is None or key in (None, ALL) else self.value.layers[int(key or 0)]

    @on(Table.Moved, "#layers--layers")
    def _layer_chosen(self) -> None:
        self.run_worker(self._show_tree(), group="tree", exclusive=True, exit_on_error=False)

    async def _show_tree(self) -> None:
        """Make the tree of what is under the cursor: a large one takes a second."""
        value, layer, biggest = self.value, self._layer, self._biggest
        if value is None:
            return
        self._turn += 1
        turn = self._turn

        def make() -> Node:
            root = final_tree(value.layers) if layer is None else layer_tree(layer)
            root.measure(biggest=biggest)
            return root

        root = await asked(make)
        if turn != self._turn:
            return
        self._files.show_tree(root, whole=layer is None)
        self._show_whole()

    def _waste_cells(self, key: str) -> Sequence[Cell]:
        waste = self._waste(key)
        why = "removed" if waste.mark is Mark.REMOVED else "overwritten"
        return [
            Cell(shown(f"/{waste.path}")),
            Cell(shown(size(waste.size)), Tone.WARN),
            Cell(shown(str(waste.layer + 1)), Tone.DIM),
            Cell(shown(f"{why} in layer {waste.by + 1}"), Tone.DIM),
        ]

    def _waste(self, key: str) -> Waste:
        assert self.value is not None
        return self.value.wastes[int(key)]

    # All of what is under the cursor

    @on(Table.Moved, "#layers--files")
    @on(Table.Moved, "#layers--wastes")
    def _show_whole(self) -> None:
        self._whole.show(stacked(self._whole_words()))
        self.refresh_bindings()

    def _whole_words(self) -> list[Layout]:
        layer = self._layer
        rows: list[Layout] = []
        if layer is not None:
            rows.append(text_layout(whole(layer.line or layer.diff_id), Ink.STRONG))
            rows += [text_layout(whole(layer.note), Ink.WARN)] if layer.note else []
        if path := self._path:
            rows.append(text_layout(whole(f"/{path}"), Ink.DIM))
        elif self._wastes.display:
            rows.append(text_layout(Shown("Nothing is wasted."), Ink.GOOD))
        elif self._files.text:
            rows.append(text_layout(Shown("No path has that in it.")))
        if self._files.full:
            rows.append(text_layout(Shown(f"The first {MOST_ROWS:,}: type more."), Ink.WARN))
        return rows

    @property
    def _path(self) -> str:
        """The path under the cursor; "" when there is none."""
        if self._wastes.display:
            key = self._wastes.cursor
            return self._waste(key).path if key is not None else ""
        return self._files.cursor or ""

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """All of them need something that was found."""
        if action == "copy":
            return bool(self.value is not None and self._path)
        if action in ("other", "unfold", "fold", "wastes", "sort"):
            return self.value is not None
        return super().check_action(action, parameters)

    def filtered(self, text: str) -> None:
        """Show the paths that have the text in them, and the folders that lead there."""
        self._files.narrow(text)
        self._show_whole()

    @property
    def _lower(self) -> UnmarkedTable:
        return self._wastes if self._wastes.display else self._files

    def action_other(self) -> None:
        """From the layers to the files, and back."""
        (self._lower if self._layers.has_focus else self._layers).focus()

    @on(Table.Opened, "#layers--layers")
    def _layer_opened(self) -> None:
        self._lower.focus()

    @on(Table.Opened, "#layers--files")
    def _file_opened(self) -> None:
        self._files.toggle()

    def action_unfold(self) -> None:
        """Open the folder; from the layers go to the files."""
        if self._layers.has_focus:
            self._lower.focus()
        else:
            self._files.unfold()

    def action_fold(self) -> None:
        """Close the folder, or go to the one that it is in, or to the layers."""
        if self._files.has_focus and not self._files.fold():
            self._layers.focus()

    def action_wastes(self) -> None:
        """The biggest wastes in the place of the files, or the files again."""
        self._wastes.display = not self._wastes.display
        self._files.display = not self._wastes.display
        if not self._layers.has_focus:
            self._lower.focus()
        self._show_whole()

    def action_sort(self) -> None:
        """What is in a folder by size, or by name again."""
        self._biggest = not self._biggest
        self._layer_chosen()

    def action_copy(self) -> None:
        """Copy the path under the cursor."""
        self.desk.copy(f"/{self._path}", f"/{self._path}")


def _wasted(count: int) -> Cell:
    return Cell(shown(size(count) if count else "–"), Tone.WARN if count else Tone.DIM)
