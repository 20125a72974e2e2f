"""The Engines that Wharf is connected to at the same time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tui.engine.endpoint import Endpoint
from tui.engine.engine import Engine

if TYPE_CHECKING:
    from tui.engine.questions import Ask, SSHQuestion


class Doorbell:
    """Takes ssh's questions to the person; one that comes before there is a screen waits for it."""

    def __init__(self) -> None:
        self._answering = threading.Event()
        self._answer: Ask | None = None

    def answered_by(self, answer: Ask | None) -> None:
        """Who asks the person from now on; None: nobody, and every question is as good as refused."""
        self._answer = answer
        self._answering.set()

    def __call__(self, question: SSHQuestion) -> str | None:
        """Ask, on a thread; None when the person gives no answer."""
        self._answering.wait()
        return self._answer(question) if self._answer is not None else None


class Fleet:
    """The connected Engines in the order in which they were reached for; each lives until it is closed."""

    def __init__(
        self,
        state: Path,
        *,
        clock: Callable[[], float] = time.time,
        ask: Ask | None = None,
        stats_at_once: int = 50,
    ) -> None:
        """`state` is the folder of the journal; `clock` tells the time in epoch seconds.

        Of each Engine so many containers' statistics are streamed at the same time.
        """
        self._state = state
        self._clock = clock
        self._ask = ask
        self._stats_at_once = stats_at_once
        self._numbers = 0
        self.engines: list[Engine] = []

    def take(self, engine: Engine) -> None:
        """Have an Engine that was made elsewhere."""
        self._numbers += 1
        engine.number = self._numbers
        self.engines.append(engine)

    def known(self, endpoint: Endpoint) -> Engine | None:
        """The Engine of an endpoint, when it is among them."""
        where = _where(endpoint)
        return next((one for one in self.engines if _where(one.endpoint) == where), None)

    def reach(self, endpoint: Endpoint) -> Engine:
        """The Engine of an endpoint; connects when it is not among them yet, and returns at once."""
        engine = self.known(endpoint)
        if engine is None:
            engine = Engine(
                endpoint,
                self._state,
                clock=self._clock,
                ask=self._ask,
                stats_at_once=self._stats_at_once,
            )
            self.take(engine)
            engine.start()
            engine.painted()
        return engine

    def leave(self, engine: Engine) -> None:
        """Disconnect from one."""
        self.engines.remove(engine)
        engine.close()

    def close(self) -> None:
        """Disconnect from all."""
        for engine in self.engines:
            engine.close()


def _where(endpoint: Endpoint) -> tuple[str, str, bool]:
    return endpoint.context, endpoint.url, endpoint.demo
