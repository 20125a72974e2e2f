"""An editor for a file of instructions: their colours, a word of help for each, and marks at mistakes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static, TextArea

from widgets.code_area import MARKS, CodeArea, Span, exact, held
from widgets.text import Shown, shown

QUICK = 60_000
"""Characters that are looked through at every change; a longer text is when nothing is typed for a moment."""
REST_SECONDS = 0.4
START = "The first letters of an instruction are enough: tab completes it."


class Problem(Protocol):
    """Something wrong in the text."""

    @property
    def line(self) -> int:
        """From 1."""

    @property
    def column(self) -> int:
        """From 1."""

    @property
    def severity(self) -> str:
        """ "error" or "hint"."""

    @property
    def sentence(self) -> str:
        """What is wrong."""

    @property
    def mend(self) -> str:
        """How to put it right."""


class Look(Protocol):
    """What is to be shown of a text. Lines count from 1; a text that has grown since may have more of them.

    Whatever the text is, nothing here raises.
    """

    @property
    def problems(self) -> Sequence[Problem]:
        """What is wrong, in the order of the lines."""

    def spans(self, line: int) -> Sequence[Span]:
        """What stands in a line."""

    def word(self, line: int) -> str:
        """The instruction that a line belongs to; "" for none."""

    def begins(self, line: int) -> bool:
        """Whether an instruction may begin in a line."""


class DockerfileEditor(Vertical):
    """The text, a line about it above, and two below: the mistake at the cursor, or help for its instruction.

    The text keeps its line ends and every character that was in it. What is pasted and may not be painted is
    replaced as `shown` does.
    """

    DEFAULT_CSS = """
    DockerfileEditor {
        & > Horizontal { height: 1; background: $panel; padding: 0 1; }
        Static { text-wrap: nowrap; text-overflow: ellipsis; }
        #editor--name { width: 1fr; text-style: bold; color: $text-primary; }
        #editor--place { width: auto; margin: 0 0 0 2; }
        & > #editor--said { height: 2; padding: 0 1; background: $panel; }
    }
    """

    BINDINGS = [
        Binding("ctrl+s", "save", "save", id="editor.save", tooltip="Save the file"),
        Binding("f8", "problem(1)", "next mistake", id="editor.next", tooltip="Go to the next mistake"),
        Binding(
            "shift+f8",
            "problem(-1)",
            "mistake before",
            show=False,
            id="editor.previous",
            tooltip="Go to the mistake before",
        ),
        Binding("escape", "leave", "leave", id="editor.leave", tooltip="Leave the editor"),
    ]

    class Saved(Message):
        """The text is to be saved."""

    class Left(Message):
        """The person wants to leave, whether the text is saved or not."""

    def __init__(
        self,
        text: str,
        *,
        look: Callable[[str], Look],
        words: Mapping[str, str],
        path_label: Shown,
        id: str | None = None,  # noqa: A002 - as Textual calls it
    ) -> None:
        """`look` reads a text; `words` has two lines of help for each instruction; `path_label` names it."""
        super().__init__(id=id)
        self._windows = 0 < text.count("\n") == text.count("\r\n")
        self._look_at = look
        self._words = words
        self._label = path_label
        self._code = CodeArea(held(text.replace("\r\n", "\n") if self._windows else text), self._complete)
        self._look = look(self._held)

    def compose(self) -> ComposeResult:
        """Name, text, what is said."""
        with Horizontal():
            yield Static(self._label, id="editor--name", markup=False)
            yield Static(id="editor--place", markup=False)
        yield self._code
        yield Static(id="editor--said", markup=False)

    def on_mount(self) -> None:
        """Show what is known."""
        self._show()

    @property
    def _held(self) -> str:
        """The text with plain line ends."""
        return exact(self._code.document.text)

    @property
    def text(self) -> str:
        """The text with the line ends that it came with."""
        return self._held.replace("\n", "\r\n") if self._windows else self._held

    @property
    def line(self) -> int:
        """Where the cursor is, from 1."""
        return self._code.cursor_location[0] + 1

    def go_to(self, line: int, column: int = 1) -> None:
        """Put the cursor in a line, from 1, or into the last one when there are not so many."""
        self._code.move_cursor((line - 1, column - 1), center=True)

    def focus(self, scroll_visible: bool = True) -> DockerfileEditor:
        """Let the text have the keys."""
        self._code.focus(scroll_visible)
        return self

    # What is shown

    @on(TextArea.Changed)
    def _changed(self, event: TextArea.Changed) -> None:
        event.stop()
        text = self._held
        if len(text) <= QUICK:
            self.workers.cancel_group(self, "look")
            self._look = self._look_at(text)
            self._show()
        else:
            self.run_worker(self._look_later(), group="look", exclusive=True, exit_on_error=False)

    async def _look_later(self) -> None:
        await asyncio.sleep(REST_SECONDS)
        text = self._held
        self._look = await asyncio.to_thread(self._looked_through, text)
        self._show()

    def _looked_through(self, text: str) -> Look:
        """On a thread: a look at all of a long text takes a second."""
        look = self._look_at(text)
        list(look.problems)
        return look

    def _show(self) -> None:
        marks: dict[int, str] = {}
        for problem in self._look.problems:
            if marks.get(problem.line) != "error":
                marks[problem.line] = str(problem.severity)
        self._code.show(self._look.spans, marks)
        self._say()

    @on(TextArea.SelectionChanged)
    def _moved(self, event: TextArea.SelectionChanged) -> None:
        event.stop()
        self._say()

    def _say(self) -> None:
        """Say where the cursor is, and what there is to say of it."""
        row, column = self._code.cursor_location
        severities = [str(problem.severity) for problem in self._look.problems]
        parts: list[Content | tuple[str, str]] = []
        for kind, one, many, style in (
            ("error", "mistake", "mistakes", "$text-error"),
            ("hint", "hint", "hints", "$text-warning"),
        ):
            if count := severities.count(kind):
                parts += [(f"{MARKS[kind]} {count} {one if count == 1 else many}", style), ("  ", "")]
        parts.append((f"line {row + 1}, column {column + 1}", ""))
        self.query_one("#editor--place", Static).update(Content.assemble(*parts))
        self.query_one("#editor--said", Static).update(self._words_at(row + 1, column + 1))

    def _words_at(self, line: int, column: int) -> Content:
        """The mistake at the cursor, or help for the instruction there."""
        here = [problem for problem in self._look.problems if problem.line == line]
        if here:
            before = [problem for problem in here if problem.column <= column]
            errors = [problem for problem in here if problem.severity == "error"]
            problem = (before or errors or here)[-1 if before else 0]
            style = "$text-error" if problem.severity == "error" else "$text-warning"
            sentence = f"{MARKS[str(problem.severity)]} {shown(problem.sentence)}"
            return Content.assemble((sentence, f"bold {style}"), "\n", shown(problem.mend))
        word = self._look.word(line)
        help_, _, example = self._words.get(word, "").partition("\n")
        if not help_:
            return Content.styled(START, "dim") if self._look.begins(line) else Content("")
        lead = f"{shown(word)}  "
        return Content.assemble(
            (lead, "bold $text-primary"), shown(help_), "\n", " " * len(lead), (shown(example), "dim")
        )

    # What is done

    def _complete(self, line: int) -> Sequence[str]:
        """The words that may stand at the beginning of a line."""
        return list(self._words) if self._look.begins(line) else ()

    def action_problem(self, step: int) -> None:
        """Go to the next mistake, or to the one before; round the end."""
        problems = self._look.problems
        if not problems:
            self.app.bell()
            return
        row, column = self._code.cursor_location
        here = (row + 1, column + 1)
        places = [(problem.line, problem.column) for problem in problems]
        if step > 0:
            place = next((place for place in places if place > here), places[0])
        else:
            place = next((place for place in reversed(places) if place < here), places[-1])
        self.go_to(*place)

    def action_save(self) -> None:
        """Ask to save the text."""
        self.post_message(self.Saved())

    def action_leave(self) -> None:
        """Ask to leave."""
        self.post_message(self.Left())
