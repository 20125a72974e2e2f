"""What is seen of a plan: title, objects, what follows from it, choices, docker line, the ways out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from tui.engine.endpoint import Endpoint
from tui.engine.errors import EngineError
from tui.engine.plans import Choice, Item, Plan
from tui.screens import plan_rows
from tui.screens.dialog import KeyLine, Leave
from tui.screens.plan_parts import Toggle
from tui.screens.rows import Ink, Layout, TextRows, stacked, text_layout, whole
from widgets.text import shown
from widgets.typed import Typed


class PlanView(Vertical):
    """The box of a plan's dialog; it shows what it is given and decides nothing."""

    DEFAULT_CSS = """
    PlanView {
        #main { min-height: 1; margin: 1 0 0 0; }
        #plan--notes { max-height: 5; margin: 1 0 0 0; }
        #plan--line { max-height: 4; margin: 1 0 0 0; }
        #plan--choices { height: auto; margin: 1 0 0 0; }
        #plan--typed { height: auto; margin: 1 0 0 0; }
        #plan--typed Static { height: auto; }
    }
    """

    def __init__(self, choices: Sequence[Choice], endpoint: Endpoint, *, prod: bool) -> None:
        super().__init__(classes="dialog--box")
        self._choices = choices
        self._endpoint = endpoint
        self._prod = prod

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield Static(classes="dialog--title", id="plan--title", markup=False)
        yield TextRows(id="main")
        yield Static(id="plan--count", classes="dialog--note", markup=False)
        yield TextRows(id="plan--notes")
        with Vertical(id="plan--choices"):
            yield from map(Toggle, self._choices)
        with Vertical(id="plan--typed"):
            yield Static(id="plan--wanted", markup=False)
            yield Typed(id="plan--input", select_on_focus=False)
        yield TextRows(id="plan--line")
        with Horizontal(classes="dialog--foot"):
            yield Leave("Cancel", "cancel")
            yield KeyLine()

    def show(
        self, plan: Plan, items: Sequence[Item], asked: Collection[str], failures: Mapping[str, EngineError]
    ) -> None:
        """Show a plan, its items with sizes, what is still asked of the Engine and what it did not say."""
        complete = plan.refine is None
        self.query_one("#plan--title", Static).update(self._title(plan))
        objects = self.query_one("#main", TextRows)
        if items:
            objects.show(lambda width: plan_rows.item_rows(items, width))
        else:
            objects.show(text_layout(whole(plan.nothing if complete else "")))
        parts = (
            plan_rows.count(plan) if items and not plan.headline else "",
            plan_rows.total(items, measuring="measure" in asked),
            f"on {shown(self._endpoint.name)}",
        )
        self.query_one("#plan--count", Static).update(" · ".join(part for part in parts if part))
        notes = _notes(plan, asked, failures)
        self.query_one("#plan--notes", TextRows).show(stacked(notes))
        self.query_one("#plan--notes").display = bool(notes)
        self.query_one("#plan--line").display = bool(items)
        line = plan.line.at(self._endpoint)
        self.query_one("#plan--line", TextRows).show(text_layout(whole(line.masked()), Ink.ACCENT))
        self.query_one(Leave).say("Cancel" if items or not complete else "Close")

    def _title(self, plan: Plan) -> Content:
        """What is done to what; on production also where, so that it cannot be overlooked."""
        title = plan_rows.title(plan)
        if not self._prod:
            return Content(title)
        where = shown(f" PROD {self._endpoint.name} ", plan_rows.LONGEST_TITLE)
        return Content.assemble(title, " on ", (where, "reverse $text-error"))

    def show_choices(self, plan: Plan, *, keys_work: bool) -> None:
        """Show how the choices stand."""
        self.query_one("#plan--choices").display = bool(plan.choices)
        choices = {choice.id: choice for choice in plan.choices}
        for toggle in self.query(Toggle):
            toggle.display = toggle.choice.id in choices
            if toggle.display:
                toggle.show(choices[toggle.choice.id], key_works=keys_work)

    def show_typed(self, plan: Plan, *, right: bool) -> None:
        """Show what has to be typed, and whether it was."""
        self.query_one("#plan--typed").display = bool(plan.typed and plan.items)
        wanted = (plan_rows.word_to_type(plan), "bold")
        words = ("Confirmed: now apply.",) if right else ("Type ", wanted, " to confirm.")
        leave = "  Tab leaves this line for the choices." if plan.choices else ""
        self.query_one("#plan--wanted", Static).update(Content.assemble(*words, (leave, "dim")))


def _notes(plan: Plan, asked: Collection[str], failures: Mapping[str, EngineError]) -> list[Layout]:
    notes: list[Layout] = []
    if "refine" in asked:
        notes.append(text_layout(shown("Asking the Engine for all that belongs to it…"), Ink.DIM))
    for question, error in failures.items():
        what = "The list is not complete" if question == "refine" else "The sizes are not known"
        notes.append(text_layout(whole(f"{what}: {error.message}"), Ink.BAD))
        if error.advice:
            notes.append(text_layout(whole(error.advice), Ink.DIM))
    return [*notes, *(text_layout(whole(warning), Ink.WARN) for warning in plan.warnings)]
