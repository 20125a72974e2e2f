"""The dialog of a plan: what exactly a verb would touch, and the person's word on it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.timer import Timer
from textual.widgets import Input

from tui.engine.errors import EngineError, translated
from tui.engine.plans import Item, Plan
from tui.screens import plan_rows
from tui.screens.dialog import Dialog, Leave
from tui.screens.plan_parts import Clock, Stillness, Toggle
from tui.screens.plan_view import PlanView
from tui.screens.rows import SCROLLING
from tui.screens.threads import on_thread

if TYPE_CHECKING:
    from tui.engine.connection import Connection
    from tui.engine.endpoint import Endpoint

Said = TypeVar("Said")

STILL = 0.3
"""Seconds for which the complete plan must have been on the screen, with no key pressed, to be applied."""

NO_ENGINE = EngineError("There is no connection to an Engine.")


class PlanScreen(Dialog[Plan | None]):
    """Shows a plan, lets the person choose, and ends in the complete plan or, when they leave, in None."""

    DEFAULT_CSS = """
    PlanScreen.-prod > .dialog--box { border: heavy $error; }
    PlanScreen.-tight {
        #plan--notes, #plan--line { max-height: 3; margin: 0; }
        #plan--choices, #plan--typed { margin: 0; }
    }
    """

    BINDINGS = [
        Binding("y,ctrl+y", "apply", "apply", id="plan.apply", tooltip="Do this to exactly what is listed"),
        Binding("r", "retry", "ask again", id="plan.retry", tooltip="Ask the Engine again"),
        Binding(
            "escape,enter,q",
            "cancel",
            "cancel",
            show=False,
            id="plan.cancel",
            tooltip="Leave everything as it is",
        ),
        *SCROLLING,
    ]

    def __init__(
        self,
        plan: Plan,
        connection: Connection | None,
        endpoint: Endpoint,
        *,
        prod: bool = False,
        clock: Clock = time.monotonic,
    ) -> None:
        """`prod` says whether the endpoint is marked as production."""
        super().__init__()
        self.plan = plan
        self._connection = connection
        self._endpoint = endpoint
        self._prod = prod
        self._stillness = Stillness(clock, STILL)
        self._serial = 0
        self._asked: set[str] = set()
        self._failures: dict[str, EngineError] = {}
        self._sizes: dict[str, int] = {}
        self._timer: Timer | None = None
        self._unseen = 0
        self.set_class(_destroys(plan), "-destroys")
        self.set_class(prod, "-prod")

    def compose(self) -> ComposeResult:
        """All of it in one box."""
        yield PlanView(self.plan.choices, self._endpoint, prod=self._prod)

    def on_mount(self) -> None:
        """Show what is known, and ask for the rest."""
        self.query_one(Input).cursor_blink = False
        (self.query_one(Input) if self.plan.typed else self.query_one(Leave)).focus()
        self._begin()

    @property
    def view(self) -> PlanView:
        """What is seen of it."""
        return self.query_one(PlanView)

    @property
    def complete(self) -> bool:
        """Whether the plan lists all that it would touch."""
        return self.plan.refine is None

    @property
    def items(self) -> tuple[Item, ...]:
        """The objects, with the sizes that are known by now."""
        sizes = self._sizes
        if not sizes:
            return self.plan.items
        return tuple(replace(item, size=sizes.get(item.target.ref, item.size)) for item in self.plan.items)

    @property
    def ready(self) -> bool:
        """Whether apply would be taken now."""
        typed = not self.plan.typed or self.query_one(Input).value == plan_rows.word_to_type(self.plan)
        still = not self._unseen and not self._stillness.left
        return self.complete and bool(self.plan.items) and typed and still

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Apply is there when something is listed, and dim until it is taken."""
        if action == "apply":
            return (self.ready or None) if self.plan.items or not self.complete else False
        if action == "retry":
            return bool(self._failures)
        return super().check_action(action, parameters)

    def action_apply(self) -> None:
        """Take the plan as it is listed."""
        self.dismiss(replace(self.plan, items=self.items))

    def action_cancel(self) -> None:
        """Touch nothing."""
        self.dismiss(None)

    def action_retry(self) -> None:
        """Ask the Engine again for what it did not say."""
        questions = set(self._failures)
        self._failures.clear()
        self._ask(questions)
        self._paint()

    def on_key(self, event: events.Key) -> None:
        """Toggle a choice by its key; any key but an apply that is taken starts the clock again."""
        active = self.active_bindings.get(event.key)
        if active is not None and active.binding.action == "apply" and self.ready:
            return
        self._disturb()
        chosen = next((choice for choice in self.plan.choices if event.key == choice.key), None)
        if chosen is not None:
            event.stop()
            event.prevent_default()
            self._toggle(chosen.id)

    @on(Toggle.Toggled)
    def _toggled(self, event: Toggle.Toggled) -> None:
        self._disturb()
        self._toggle(event.choice)

    @on(Input.Changed)
    def _typed(self) -> None:
        self._disturb()
        self._paint_typed()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()

    def on_screen_resume(self) -> None:
        """What was on top of it is gone: a key that was meant for that must not confirm."""
        self._disturb()

    def on_descendant_focus(self) -> None:
        """The choices' keys are letters in the line where the name is typed."""
        self._paint_choices()

    def on_descendant_blur(self) -> None:
        """They work again elsewhere."""
        self._paint_choices()

    def _toggle(self, chosen: str) -> None:
        if self.plan.rebuild is None:
            return
        on = {choice.id: choice.on for choice in self.plan.choices}
        self.plan = self.plan.rebuild({**on, chosen: not on[chosen]})
        self._failures.clear()
        self._begin()

    def _begin(self) -> None:
        """A new plan: what is still being asked about an older one comes too late."""
        self._serial += 1
        self._asked.clear()
        self._change()
        wanted = {"refine": self.plan.refine, "measure": self.plan.measure}
        self._ask({question for question, ask in wanted.items() if ask is not None})
        self._paint()

    def _ask(self, questions: set[str]) -> None:
        plan, connection = self.plan, self._connection
        if connection is None:
            self._failures |= dict.fromkeys(questions, NO_ENGINE)
            return
        self._asked |= questions
        if "refine" in questions and (refine := plan.refine) is not None:
            self._listen("refine", self._serial, lambda: refine(connection), self._refined)
        if "measure" in questions and (measure := plan.measure) is not None:
            self._listen("measure", self._serial, lambda: measure(connection), self._sizes.update)

    @work(group="plan", exit_on_error=False)
    async def _listen(
        self, question: str, serial: int, ask: Callable[[], Said], take: Callable[[Said], None]
    ) -> None:
        """Ask on a thread, and take the answer unless the plan is another one by then."""
        future = on_thread(ask)
        # nobody asks for the exception when the dialog is left in between
        future.add_done_callback(lambda answered: answered.cancelled() or answered.exception())
        await asyncio.wait({future})
        error = future.exception()
        if serial != self._serial:
            return
        self._asked.discard(question)
        if isinstance(error, Exception):
            self._failures[question] = translated(error)
        else:
            take(future.result())
        self._paint()

    def _refined(self, plan: Plan) -> None:
        # what the Engine was asked for is in it: it has nothing left to ask
        self.plan = replace(plan, refine=None)
        self._change()

    def _change(self) -> None:
        """There is another list: it counts from when it is on the screen."""
        self._unseen += 1
        self.call_after_refresh(self._seen)

    def _seen(self) -> None:
        self._unseen -= 1
        self._disturb()

    def _disturb(self) -> None:
        self._stillness.disturb()
        self.refresh_bindings()
        self._wait()

    def _wait(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(self._stillness.left, self._waited)

    def _waited(self) -> None:
        self.refresh_bindings()
        if self._stillness.left:
            self._wait()

    def _paint(self) -> None:
        self.view.show(self.plan, self.items, self._asked, self._failures)
        self._paint_choices()
        self._paint_typed()
        self.refresh_bindings()
        self.fit()

    def _paint_choices(self) -> None:
        self.view.show_choices(self.plan, keys_work=not isinstance(self.focused, Input))

    def _paint_typed(self) -> None:
        entry = self.query_one(Input)
        if not self.plan.typed and entry.has_focus:
            self.query_one(Leave).focus()
        self.view.show_typed(self.plan, right=entry.value == plan_rows.word_to_type(self.plan))


def _destroys(plan: Plan) -> bool:
    """Whether the plan's verb destroys; one that is not known is taken for the worst."""
    from tui.verbs.registry import VERBS
    from tui.verbs.verb import Effect

    return all(verb.effect is Effect.DESTROYS for verb in VERBS if verb.id == plan.verb)
