"""Listening to the Engines that a screen shows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from tui.engine.scope import Scope

if TYPE_CHECKING:
    from tui.engine.engine import Engine, News


class Listening:
    """Hears the news of the Engines in a scope, each with its Engine, and of no other."""

    def __init__(self, scope: Scope, hear: Callable[[Engine, News], None]) -> None:
        """`hear` is called on whatever thread the news come from."""
        self._scope = scope
        self._hear = hear
        self._listeners: dict[Engine, Callable[[News], None]] = {}

    def update(self) -> None:
        """Listen to the Engines there are now."""
        engines = self._scope.engines
        for engine in [engine for engine in self._listeners if engine not in engines]:
            engine.ignore(self._listeners.pop(engine))
        for engine in engines:
            if engine not in self._listeners:
                self._listeners[engine] = partial(self._hear, engine)
                engine.listen(self._listeners[engine])

    def end(self) -> None:
        """Listen to nobody any more."""
        for engine, listener in self._listeners.items():
            engine.ignore(listener)
        self._listeners.clear()
