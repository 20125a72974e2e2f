"""One Engine as Wharf keeps it: where it is, what is known of it, and what is being done to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tui.engine.endpoint import Endpoint
from tui.engine.errors import Unreachable
from tui.engine.link import Link, LinkState
from tui.engine.store import Changes, Store
from tui.engine.watcher import Watcher

if TYPE_CHECKING:
    from tui.engine.connection import Connection
    from tui.engine.figures import Readings
    from tui.engine.jobs import Job, Jobs, Task
    from tui.engine.journal import Journal
    from tui.engine.meters import Meters
    from tui.engine.questions import Ask

    News = Changes | Link | Job | Readings | OSError
    """What an Engine tells: objects, figures or the line changed, a job began or ended, a journal failed."""

STARTS = ("container.start", "container.restart")
"""Verbs that start containers which are there already."""


class Engine:
    """An endpoint with its Store, Watcher and Jobs. There may be several, and none knows of another."""

    def __init__(
        self,
        endpoint: Endpoint,
        state: Path,
        *,
        clock: Callable[[], float] = time.time,
        ask: Ask | None = None,
        stats_at_once: int = 50,
    ) -> None:
        """`state` is the journal's folder; `clock` tells the time in epoch seconds; `ask` answers ssh.

        So many containers' statistics are streamed at the same time.
        """
        self.endpoint = endpoint
        self.number = 1
        """Tells it from the others that Wharf is connected to."""
        self.store = Store(clock)
        self.stats_at_once = stats_at_once
        self._state = state
        self._closed = False
        self._watcher = Watcher(endpoint, self.store, self._tell, clock, ask)
        self._listeners: tuple[Callable[[News], None], ...] = ()
        self.store.subscribe(self._tell)

    # Made when first asked for, so that a start need not wait for them

    @cached_property
    def jobs(self) -> Jobs:
        """What was done and is being done."""
        from tui.engine.jobs import Jobs

        return Jobs(self._on_job)

    @cached_property
    def meters(self) -> Meters:
        """What the containers use, of those that somebody wants to know of."""
        from tui.engine.meters import Meters

        self.store.meters = Meters(
            lambda: self.connection, self._tell, at_once=self.stats_at_once, clock=self.store.clock
        )
        if self._closed:
            self.store.meters.close()
        return self.store.meters

    @cached_property
    def _journal(self) -> Journal:
        from tui.engine.journal import Journal

        return Journal(self._state)

    def start(self) -> None:
        """Connect and follow the Engine, on threads."""
        self._watcher.start()

    def pin(self) -> None:
        """Name the context in docker lines from now on, also where the CLI found it by itself so far."""
        if self.endpoint.source in ("default", "config.json"):
            self.endpoint = replace(self.endpoint, source="chosen")

    def painted(self) -> None:
        """The screen stands: what is slow to import need not wait any more."""
        self._watcher.go.set()

    def close(self) -> None:
        """End the threads; returns at once, jobs under way are left to the Engine."""
        self._closed = True
        self._listeners = ()
        if "meters" in self.__dict__:
            self.meters.close()
        self._watcher.close()

    def listen(self, listener: Callable[[News], None]) -> None:
        """Tell all news from now on to `listener` too, on whatever thread they come from."""
        self._listeners = (*self._listeners, listener)

    def ignore(self, listener: Callable[[News], None]) -> None:
        """Tell this listener nothing more."""
        self._listeners = tuple(one for one in self._listeners if one != listener)

    @property
    def link(self) -> Link:
        """How the line to the Engine is."""
        return self._watcher.link

    @property
    def tried(self) -> bool:
        """Whether the first try to connect has ended, well or not."""
        return self._watcher.tried.is_set()

    @property
    def running(self) -> Sequence[Job]:
        """The jobs under way."""
        return self.jobs.running if "jobs" in self.__dict__ else ()

    @property
    def connection(self) -> Connection:
        """The connection. Raises Unreachable while there is none: with the reason, nothing is sent."""
        connection = self._watcher.connection
        if self._closed or connection is None or not self.tried or self.link.state is LinkState.DOWN:
            why = self.link.error
            words = "it was left" if self._closed else why.message if why else "not yet connected"
            again = (
                "ctrl-r connects again."
                if self.link.waits
                else "Wharf connects again by itself as soon as the Engine answers."
            )
            raise Unreachable(
                f"no connection to {self.endpoint.name}: {words}",
                advice=f"Nothing was sent. {again}",
            )
        return connection

    def ready(self) -> Connection:
        """The connection, after waiting for the first try to end; for a thread. Raises Unreachable."""
        self._watcher.tried.wait()
        return self.connection

    def run(self, task: Task) -> Job:
        """Start a task; its docker line is the one for this endpoint. Raises Unreachable."""
        return self.jobs.start(replace(task, line=task.line.at(self.endpoint)), self.connection)

    def list_every_image(self, every: bool) -> None:
        """Have the intermediate images in the Store too, or no more; returns at once."""
        if self.store.every_image != every:
            self.store.every_image = every
            self._watcher.relist()

    def probe(self) -> None:
        """Ask for a sign of life now."""
        self._watcher.probe()

    def retry_now(self) -> None:
        """Try to connect at once."""
        self._watcher.retry_now()

    def _on_job(self, job: Job) -> None:
        if job.ended is not None:
            try:
                self._journal.write(job, self.endpoint.name)
            except OSError as error:
                self._tell(error)
            if job.task.verb in STARTS:
                for result in job.results:
                    refused = result.error is not None and result.error.status is not None
                    self.store.start_ended(result.target.ref, result.words if refused else "")
        self._tell(job)

    def _tell(self, news: News) -> None:
        for listener in self._listeners:
            listener(news)
