"""Running verbs from the main screen: by key, by command, by palette; and saying how it went."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tui.engine.engine import Engine
from tui.engine.errors import EngineError
from tui.engine.jobs import Job, JobState, Outcome, Result
from tui.engine.lines import DockerLine
from tui.engine.models import Model
from tui.screens.bars import SILENT_SECONDS
from tui.screens.desk import GaveUp, ScreenDesk
from tui.screens.threads import on_thread
from tui.settings import Settings
from tui.verbs.offers import Offer, offers
from tui.verbs.registry import verbs_of
from tui.verbs.verb import Verb
from widgets.text import shown

if TYPE_CHECKING:
    from tui.panes.pane import KindPane
    from tui.screens.main import MainScreen

FLIP_SECONDS = 0.4
"""A key whose meaning on the same row changed so short ago does nothing: nobody can have read the new one."""
NAMES_IN_TOAST = 3


class Doing:
    """What a person does on the main screen, as verbs."""

    def __init__(self, screen: MainScreen, engine: Engine, settings: Settings) -> None:
        self.last_line: DockerLine | None = None
        """The docker line of the verb last used; None once the cursor moved on."""
        self.offers: Mapping[str, Offer] = {}
        """What the footer shows, by key."""
        self._screen = screen
        self._engine = engine
        self._keys = settings.keys
        self._desk = ScreenDesk(screen, engine, prod=settings.marked(engine.endpoint).prod)
        self._changed = 0.0
        self._row: str | None = None
        self._before: Mapping[str, Offer] = {}
        self._told: set[int] = set()

    # By key

    def look(self, pane: KindPane) -> None:
        """Find out what the keys do to what is chosen in a pane."""
        verbs = verbs_of(pane.view.kind, read_only=self._engine.endpoint.read_only)
        found = offers(verbs, self._keys, pane.chosen, self._engine.store)
        if found != self.offers:
            same_row = pane.table.cursor is not None and pane.table.cursor == self._row
            self._before = self.offers if same_row else {}
            self._row, self._changed = pane.table.cursor, time.monotonic()
            self.offers = found

    def press(self, key: str) -> None:
        """Do what the footer shows for a key, unless its meaning changed this very moment."""
        offer, old = self.offers.get(key), self._before.get(key)
        if offer is None:
            return
        flipped = old is not None and [verb for verb, _ in old.choices] != [verb for verb, _ in offer.choices]
        if old is not None and flipped and time.monotonic() - self._changed < FLIP_SECONDS:
            self._warn(f"{key} was {old.title} until a moment ago and is {offer.title} now: press it again")
        else:
            self.offer(offer)

    @property
    def line(self) -> DockerLine | None:
        """The docker line of the verb last used, or of the first one the footer shows."""
        if self.last_line is not None or not self.offers:
            return self.last_line
        verb, models = next(iter(self.offers.values())).choices[0]
        return verb.line(models)

    def offer(self, offer: Offer) -> None:
        """Run what a key stands for; over mixed marks ask which."""
        if len(offer.choices) == 1:
            self.run(*offer.choices[0])
        else:
            self._screen.run_worker(self._choose(offer), group="verbs", exit_on_error=False)

    async def _choose(self, offer: Offer) -> None:
        from tui.screens.choose import ChooseScreen

        options = [(verb.id, f"{verb.title} {len(models)} of them") for verb, models in offer.choices]
        wanted = await self._screen.app.push_screen_wait(ChooseScreen("Which?", options))
        for verb, models in offer.choices:
            if verb.id == wanted:
                self.run(verb, models)

    def run(self, verb: Verb, models: Sequence[Model]) -> None:
        """Do a verb to some objects."""
        self.last_line = None if not models and verb.needs_row else verb.line(models)
        self._screen.run_worker(self._act(verb, models), group="verbs", exit_on_error=False)

    async def _act(self, verb: Verb, models: Sequence[Model]) -> None:
        try:
            if not self._engine.tried:
                # rows are there before the connection is; the lists are complete when that is
                await on_thread(self._engine.ready)
            await verb.act(self._desk, models)
        except GaveUp:
            self._warn(f"{verb.title}: you stopped waiting; nothing was changed")
        except EngineError as error:
            name = models[0].name if models else verb.kind.plural
            self.refuse(f"{verb.title} {name}", [(name, error)], self.last_line)

    # How it went

    def take(self, job: Job) -> None:
        """Say how a job ended; a job that only began says nothing, the header counts it."""
        if job.ended is None:
            self.last_line = job.task.line
            return
        if job.number in self._told:  # it ended before the news of its beginning were looked at
            return
        self._told.add(job.number)
        failures = [(result.target.name, result.error) for result in job.refused if result.error]
        if job.state is JobState.CANCELLED:
            self._warn(f"{job.task.title}: cancelled\n{_words(job.results)}")
            return
        if failures and not job.task.quiet:
            self.refuse(_headline(job), failures, job.task.line)
        skipped = [result for result in job.results if result.outcome is Outcome.SKIPPED]
        if skipped:
            self._warn(f"{job.task.title}: left alone\n{_words(skipped)}")
        if done := [result for result in job.results if result.outcome is Outcome.DONE]:
            text = f"{_names(done)}\n{job.task.line.masked()}"
            self._screen.notify(shown_lines(text), title=f"{job.task.title}: done", markup=False)

    def refuse(
        self, title: str, failures: Sequence[tuple[str, EngineError]], line: DockerLine | None
    ) -> None:
        """Show the Engine's words and what to do next."""
        from tui.screens.error import ErrorScreen

        self._screen.app.push_screen(ErrorScreen(title, failures, line))

    def watch_silence(self) -> None:
        """Ask for a sign of life when a request has waited for long."""
        now = time.monotonic()
        if any(job.asked and now - job.asked > SILENT_SECONDS for job in self._engine.jobs.running):
            self._engine.probe()

    # The docker line

    def copy_line(self) -> None:
        """Copy the docker line; one with secrets asks whether to copy them too."""
        if (line := self.line) is not None:
            from tui.screens.copying import copy_line

            copying = copy_line(self._screen.app, self._desk, line)
            self._screen.run_worker(copying, group="verbs", exit_on_error=False)

    def _warn(self, text: str) -> None:
        self._screen.notify(shown_lines(text), severity="warning", markup=False)


def shown_lines(text: str) -> str:
    """Several lines, each safe to show."""
    return "\n".join(shown(line) for line in text.split("\n"))


def _names(results: Sequence[Result]) -> str:
    names = [shown(f"{result.target.name} {result.words}".rstrip()) for result in results]
    more = f" and {len(names) - NAMES_IN_TOAST} more" if len(names) > NAMES_IN_TOAST else ""
    return ", ".join(names[:NAMES_IN_TOAST]) + more


def _words(results: Sequence[Result]) -> str:
    lines = [shown(f"{result.target.name}: {result.words or result.outcome}") for result in results]
    more = [f"and {len(lines) - NAMES_IN_TOAST} more"] if len(lines) > NAMES_IN_TOAST else []
    return "\n".join(lines[:NAMES_IN_TOAST] + more)


def _headline(job: Job) -> str:
    done = job.count(Outcome.DONE)
    return f"{job.task.title}: {len(job.refused)} refused" + (f", {done} done" if done else "")
