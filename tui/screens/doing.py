"""Running verbs from the main screen: by key, by command, by palette; and saying how it went."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from tui.engine.engine import Engine
from tui.engine.errors import EngineError
from tui.engine.jobs import Job, Jobs, JobState, Outcome, Result, Task
from tui.engine.lines import DockerLine
from tui.engine.models import Model
from tui.engine.scope import Held, Scope, by_engine
from tui.screens.bars import SILENT_SECONDS
from tui.screens.desk import GaveUp, ScreenDesk
from tui.screens.threads import on_thread
from tui.settings import Settings
from tui.verbs.offers import Offer, allowed, offers
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

    def __init__(self, screen: MainScreen, scope: Scope, settings: Settings) -> None:
        self.last_line: DockerLine | None = None
        """The docker line of the verb last used; None once the cursor moved on."""
        self.offers: Mapping[str, Offer] = {}
        """What the footer shows, by key."""
        self._screen = screen
        self._scope = scope
        self._settings = settings
        self._desks: dict[Engine, ScreenDesk] = {}
        self._changed = 0.0
        self._row: str | None = None
        self._before: Mapping[str, Offer] = {}
        self._told: set[tuple[Engine, int]] = set()

    # By key

    def look(self, pane: KindPane) -> None:
        """Find out what the keys do to what is chosen in a pane."""
        verbs = verbs_of(pane.view.kind)
        found = offers(verbs, self._settings.keys, pane.chosen, self._scope.engines)
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
        verb, chosen = next(iter(self.offers.values())).choices[0]
        return self.line_of(verb, chosen)

    def line_of(self, verb: Verb, chosen: Sequence[Held]) -> DockerLine:
        """What would do the same; over several Engines what it is on the first of them."""
        for engine, models in by_engine(chosen).items():
            return verb.line(models).at(engine.endpoint)
        line = verb.line(())
        return line if self._scope.many else line.at(self._scope.engines[0].endpoint)

    def offer(self, offer: Offer) -> None:
        """Run what a key stands for; over mixed marks ask which."""
        if len(offer.choices) == 1:
            self.run(*offer.choices[0])
        else:
            self._screen.run_worker(self._choose(offer), group="verbs", exit_on_error=False)

    async def _choose(self, offer: Offer) -> None:
        from tui.screens.choose import ChooseScreen

        options = [(verb.id, f"{verb.title} {len(chosen)} of them") for verb, chosen in offer.choices]
        wanted = await self._screen.app.push_screen_wait(ChooseScreen("Which?", options))
        for verb, chosen in offer.choices:
            if verb.id == wanted:
                self.run(verb, chosen)

    def run(self, verb: Verb, chosen: Sequence[Held]) -> None:
        """Do a verb to some objects, on one Engine after the other."""
        self.last_line = None if not chosen and verb.needs_row else self.line_of(verb, chosen)
        self._screen.run_worker(self._act(verb, chosen), group="verbs", exit_on_error=False)

    def search(self, term: str) -> None:
        """Search for images; "" asks for the term first."""
        from tui.verbs.searching import said

        self.run(said(term), ())

    def run_line(self, text: str) -> None:
        """Open the run form filled from a docker line."""
        from tui.verbs.running import from_line

        self.run(from_line(text), ())

    async def _act(self, verb: Verb, chosen: Sequence[Held]) -> None:
        if verb.needs_row:
            parts = by_engine(chosen)
            for engine, models in list(parts.items())[: 1 if verb.together else None]:
                self.desk(engine).several = len(parts) > 1
                self.desk(engine).beside = [held for held in chosen if held.engine is not engine]
                await self._act_on(engine, verb, models)
        elif (one := await self._engine_for(verb, chosen)) is not None:
            await self._act_on(one, verb, by_engine(chosen).get(one, ()))

    async def _engine_for(self, verb: Verb, chosen: Sequence[Held]) -> Engine | None:
        """The Engine on which to do what needs no object; asks where there are several."""
        engines = [engine for engine in self._scope.engines if allowed(verb, engine)]
        if verb.everywhere:
            return engines[0]
        # the one of the row under the cursor is the likeliest
        engines.sort(key=lambda engine: engine not in by_engine(chosen))
        return await self._one_of(engines, f"{verb.title} {verb.kind.plural}")

    async def _one_of(self, engines: Sequence[Engine], title: str) -> Engine | None:
        if len(engines) == 1:
            return engines[0]
        from tui.screens.choose import ChooseScreen

        options = [(str(engine.number), self._named(engine)) for engine in engines]
        asked = f"{title}: on which host?"
        wanted = await self._screen.app.push_screen_wait(ChooseScreen(asked, options))
        return next((engine for engine in engines if str(engine.number) == wanted), None)

    def _named(self, engine: Engine) -> str:
        prod = self._settings.marked(engine.endpoint).prod
        return f"{engine.endpoint.name} · PROD" if prod else engine.endpoint.name

    async def _act_on(self, engine: Engine, verb: Verb, models: Sequence[Model]) -> None:
        name = models[0].name if models else verb.kind.plural
        await self._at(engine, lambda desk: verb.act(desk, models), verb.title, name)

    async def _at(
        self, engine: Engine, work: Callable[[ScreenDesk], Awaitable[None]], title: str, name: str
    ) -> None:
        try:
            if not engine.tried:
                # rows are there before the connection is; the lists are complete when that is
                await on_thread(engine.ready)
            await work(self.desk(engine))
        except GaveUp:
            self._warn(f"{title}: you stopped waiting; nothing was changed")
        except EngineError as error:
            self.refuse(f"{title} {name}".strip(), [(name, error)], self.last_line)

    def errand(self, title: str, work: Callable[[ScreenDesk], Awaitable[None]]) -> None:
        """Do something on one Engine that is about no object of it."""
        self._screen.run_worker(self._run_errand(title, work), group="verbs", exit_on_error=False)

    async def _run_errand(self, title: str, work: Callable[[ScreenDesk], Awaitable[None]]) -> None:
        if (one := await self._one_of(self._scope.engines, title)) is not None:
            await self._at(one, work, title, "")

    def desk(self, engine: Engine) -> ScreenDesk:
        """What verbs use on an Engine."""
        if engine not in self._desks:
            prod = self._settings.marked(engine.endpoint).prod
            self._desks[engine] = ScreenDesk(self._screen, engine, prod=prod)
        return self._desks[engine]

    async def again(self, jobs: Jobs, task: Task) -> Job | None:
        """Start a task once more on the Engine whose jobs these are; on production ask first.

        Raises EngineError.
        """
        engine = next(engine for engine in self._scope.engines if engine.jobs is jobs)
        return await self.desk(engine).start(task)

    # How it went

    def take(self, engine: Engine, job: Job) -> None:
        """Say how a job ended that was begun here; one that only began says nothing, the header counts it."""
        if job.number not in self.desk(engine).began:
            return
        if job.ended is None:
            self.last_line = job.task.line
            return
        if (engine, job.number) in self._told:  # it ended before the news of its beginning were looked at
            return
        self._told.add((engine, job.number))
        if job.watched:
            return
        title = f"{job.task.title} on {engine.endpoint.name}" if self._scope.many else job.task.title
        failures = [(result.target.name, result.error) for result in job.refused if result.error]
        if job.state is JobState.CANCELLED:
            self._warn(f"{title}: cancelled\n{_words(job.results)}")
            return
        if failures and not job.task.quiet:
            self.refuse(_headline(title, job), failures, job.task.line)
        skipped = [result for result in job.results if result.outcome is Outcome.SKIPPED]
        if skipped:
            self._warn(f"{title}: left alone\n{_words(skipped)}")
        if done := [result for result in job.results if result.outcome is Outcome.DONE]:
            text = f"{_names(done)}\n{job.task.line.masked()}"
            self._screen.notify(shown_lines(text), title=shown(f"{title}: done"), markup=False)

    def refuse(
        self, title: str, failures: Sequence[tuple[str, EngineError]], line: DockerLine | None
    ) -> None:
        """Show the Engine's words and what to do next."""
        from tui.screens.error import ErrorScreen

        self._screen.app.push_screen(ErrorScreen(title, failures, line))

    def watch_silence(self) -> None:
        """Ask for a sign of life when a request has waited for long."""
        now = time.monotonic()
        for engine in self._scope.engines:
            if any(job.asked and now - job.asked > SILENT_SECONDS for job in engine.running):
                engine.probe()

    # The docker line

    def copy_line(self) -> None:
        """Copy the docker line; one with secrets asks whether to copy them too."""
        if (line := self.line) is not None:
            from tui.screens.copying import copy_line

            copying = copy_line(self._screen.app, self.desk(self._scope.engines[0]), line)
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


def _headline(title: str, job: Job) -> str:
    done = job.count(Outcome.DONE)
    return f"{title}: {len(job.refused)} refused" + (f", {done} done" if done else "")
