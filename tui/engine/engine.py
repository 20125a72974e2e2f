"""One Engine as Wharf keeps it: where it is, what is known of it, and what is being done to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
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
    from tui.engine.jobs import Job, Jobs, Task
    from tui.engine.journal import Journal

    News = Changes | Link | Job | OSError
    """What an Engine tells: objects or the line changed, a job began or ended, the journal has a problem."""


class Engine:
    """An endpoint with its Store, Watcher and Jobs. There may be several, and none knows of another."""

    def __init__(self, endpoint: Endpoint, state: Path, *, clock: Callable[[], float] = time.time) -> None:
        """`state` is the folder of the journal; `clock` tells the time in epoch seconds."""
        self.endpoint = endpoint
        self.store = Store()
        self._state = state
        self._watcher = Watcher(endpoint, self.store, self._tell, clock)
        self._listener: Callable[[News], None] | None = None
        self.store.subscribe(self._tell)

    # Made when first asked for, so that a start need not wait for them

    @cached_property
    def jobs(self) -> Jobs:
        """What was done and is being done."""
        from tui.engine.jobs import Jobs

        return Jobs(self._on_job)

    @cached_property
    def _journal(self) -> Journal:
        from tui.engine.journal import Journal

        return Journal(self._state)

    def start(self) -> None:
        """Connect and follow the Engine, on threads."""
        self._watcher.start()

    def painted(self) -> None:
        """The screen stands: what is slow to import need not wait any more."""
        self._watcher.go.set()

    def close(self) -> None:
        """End the threads; returns at once, jobs under way are left to the Engine."""
        self._listener = None
        self._watcher.close()

    def listen(self, listener: Callable[[News], None] | None) -> None:
        """Tell all news from now on to `listener`, on whatever thread they come from; None ends it."""
        self._listener = listener

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
        if connection is None or not self.tried or self.link.state is LinkState.DOWN:
            why = self.link.error
            raise Unreachable(
                f"no connection to {self.endpoint.name}: {why.message if why else 'not yet connected'}",
                advice="Nothing was sent. Wharf connects again by itself as soon as the Engine answers.",
            )
        return connection

    def ready(self) -> Connection:
        """The connection, after waiting for the first try to end; for a thread. Raises Unreachable."""
        self._watcher.tried.wait()
        return self.connection

    def run(self, task: Task) -> Job:
        """Start a task. Raises EngineError when there is no connection."""
        return self.jobs.start(task, self.connection)

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
        self._tell(job)

    def _tell(self, news: News) -> None:
        if self._listener is not None:
            self._listener(news)
