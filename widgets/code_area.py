"""A text to edit with line numbers, colours and marks, exact to the byte and safe to paint."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.binding import Binding
from textual.strip import Strip
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult, Location

from widgets.text import shown

Span = tuple[int, int, str]
"""Where something begins in a line, where it ends, and what it is: its class is `code-area--` and that."""

INDENT = 4
MARKS = {"error": "✗", "hint": "!"}
"""What stands beside the number of a line, by how bad it is."""
LONGEST = 10_000
"""Characters of a line that are painted."""

# Textual breaks lines at these too, and would save a newline in their place: while a text is edited,
# surrogates that no file can hold stand for them.
_BREAKS = "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_STAND_INS = {ord(char): chr(0xD800 + place) for place, char in enumerate(_BREAKS)}
_BACK = {ord(stand_in): chr(char) for char, stand_in in _STAND_INS.items()}


def held(text: str) -> str:
    """A text as it is held while it is edited, its lines apart by a newline and nothing else."""
    return text.translate(_STAND_INS)


def exact(text: str) -> str:
    """What is held, as it was."""
    return text.translate(_BACK)


def painted(text: str) -> str:
    """A text of several lines that may be painted; every character of it is one again, and tabs stay."""
    return "\n".join(
        "\t".join(shown(part, len(part) + 1) for part in line.split("\t")) for line in exact(text).split("\n")
    )


def no_spans(line: int) -> Sequence[Span]:
    """Nothing stands out."""
    return ()


class CodeArea(TextArea):
    """Lines with numbers, colours and marks. Whoever holds it calls `show` when the text has changed."""

    COMPONENT_CLASSES = {
        "code-area--line",
        "code-area--current",
        "code-area--error",
        "code-area--hint",
        "code-area--instruction",
        "code-area--flag",
        "code-area--string",
        "code-area--variable",
        "code-area--comment",
        "code-area--directive",
        "code-area--heredoc",
        "code-area--bracket",
        "code-area--image",
        "code-area--number",
    }

    DEFAULT_CSS = """
    CodeArea, CodeArea:focus {
        border: none;
        padding: 0;
        background: $background;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 1;
        & > .code-area--line { color: $secondary; }
        & > .code-area--current { color: $text-primary; text-style: bold; }
        & > .code-area--error { color: $text-error; text-style: bold; }
        & > .code-area--hint { color: $text-warning; text-style: bold; }
        & > .code-area--instruction { color: $text-primary; text-style: bold; }
        & > .code-area--flag { color: $text-secondary; }
        & > .code-area--string { color: $text-success; }
        & > .code-area--variable { color: $text-warning; }
        & > .code-area--comment { color: $secondary; text-style: italic; }
        & > .code-area--directive { color: $text-accent; text-style: italic; }
        & > .code-area--heredoc { color: $text-success; }
        & > .code-area--bracket { text-style: bold; }
        & > .code-area--image, & > .code-area--number { color: $text-accent; }
    }
    CodeArea:ansi {
        & > .code-area--line, & > .code-area--comment { text-style: dim; }
    }
    """

    BINDINGS = [
        Binding(
            "tab",
            "complete",
            "Complete",
            show=False,
            id="editor.complete",
            tooltip="Complete the instruction, or indent",
        ),
    ]

    def __init__(self, text: str, words: Callable[[int], Sequence[str]]) -> None:
        """`text` is `held`; `words` are those that a line, from 1, may begin with."""
        super().__init__(soft_wrap=False, show_line_numbers=True, highlight_cursor_line=False)
        self._words = words
        self._spans: Callable[[int], Sequence[Span]] = no_spans
        self._marks: Mapping[int, str] = {}
        self._offer: tuple[str, str] | None = None
        """What was typed, and the line that became of it when it was completed."""
        with self.prevent(TextArea.Changed):
            self.load_text(text)  # once: what is given to Textual's own __init__ is taken apart three times

    def show(self, spans: Callable[[int], Sequence[Span]], marks: Mapping[int, str]) -> None:
        """Say what stands in each line, from 1, when it is painted; and which lines are marked as what."""
        self._spans, self._marks = spans, marks
        self.notify_style_update()
        self.refresh()

    # Painting

    def get_line(self, line_index: int) -> Text:
        """A line of the text in its colours."""
        raw = self.document.get_line(line_index)
        if len(raw) > LONGEST:
            raw = raw[: LONGEST - 1] + "…"
        line = Text(painted(raw), end="", no_wrap=True)
        for start, end, kind in self._spans(line_index + 1):
            name = f"code-area--{kind}"
            if name in self.COMPONENT_CLASSES:
                line.stylize(self.get_component_rich_style(name, partial=True), start, end)
        return line

    def render_line(self, y: int) -> Strip:
        """A row of the screen: number, mark and text."""
        strip = super().render_line(y)
        row = int(self.scroll_offset.y) + y
        if row >= self.document.line_count:
            return strip
        width = self.gutter_width
        kind = self._marks.get(row + 1, "")
        number = "current" if row == self.cursor_location[0] else "line"
        gutter = Strip(
            [
                Segment(f"{row + 1:>{width - 2}}", self._part(kind or number)),
                Segment(f"{MARKS.get(kind, ' ')} ", self._part(kind or number)),
            ],
            width,
        )
        return Strip.join([gutter, strip.crop(width)])

    def _part(self, kind: str) -> Style:
        return self.rich_style + self.get_component_rich_style(f"code-area--{kind}", partial=True)

    def find_matching_bracket(self, bracket: str, search_from: Location) -> Location | None:
        """None: where one is missing, Textual looks through the whole text at every move of the cursor."""
        return None

    # Editing

    def edit(self, edit: Edit) -> EditResult:
        """Every change by hand: only what may be painted comes in, or goes out to the clipboard."""
        text = edit.text
        if not text.isprintable():
            edit.text = painted(text.replace("\r\n", "\n").replace("\r", "\n"))
        result = super().edit(edit)
        return replace(result, replaced_text=painted(result.replaced_text))

    @property
    def selected_text(self) -> str:
        """What is selected, as it is painted."""
        return painted(super().selected_text)

    def action_complete(self) -> None:
        """Complete the word at the beginning of the line; again for the next one that fits. Or indent."""
        row, column = self.cursor_location
        line = self.document.get_line(row)
        typed, became = self._offer or ("", "")
        if not became or line != became or column != len(line):
            typed, became = line[:column], ""
            if line != typed:
                typed = ""
        fitting = self._fitting(row + 1, typed)
        if not fitting or not self.selection.is_empty:
            self._indent()
            return
        space = typed[: len(typed) - len(typed.lstrip())]
        lines = [f"{space}{word} " for word in fitting]
        place = (lines.index(became) + 1) % len(lines) if became in lines else 0
        self._offer = (typed, lines[place])
        self.replace(lines[place], (row, 0), (row, len(line)))
        self.move_cursor((row, len(lines[place])))

    def _fitting(self, line: int, typed: str) -> list[str]:
        word = typed.strip().upper()
        return [each for each in self._words(line) if each.startswith(word)] if word else []

    def _indent(self) -> None:
        """As the lines here do: by a tab where there are tabs, else by spaces."""
        row, column = self.cursor_location
        lines = [self.document.get_line(place) for place in (row, max(row - 1, 0))]
        tabs = any(line.startswith("\t") for line in lines)
        self.insert("\t" if tabs else " " * (INDENT - column % INDENT), maintain_selection_offset=False)
