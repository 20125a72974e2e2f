"""The places that the contexts screen lists, and what it asks of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from tui.engine.contexts import DEFAULT, Context, contexts
from tui.engine.endpoint import Endpoint, EndpointError, context_endpoint
from tui.engine.errors import EngineError
from tui.engine.lines import DockerLine, docker
from tui.engine.look import LOOK_SECONDS, Seen, latency, look
from tui.settings import Settings

if TYPE_CHECKING:
    from tui.engine.engine import Engine

SSH_SECONDS = 10.0
"""How long each answer may take where ssh has to be started first."""


class Places(Protocol):
    """What the screen needs to know of the app, and what it may ask of it."""

    @property
    def engines(self) -> Sequence[Engine]:
        """The connected Engines."""

    @property
    def current(self) -> Engine | None:
        """The one in view; None while all are."""

    @property
    def read_only(self) -> bool:
        """Whether every endpoint is to be read-only."""

    def go(self, endpoint: Endpoint) -> None:
        """Show the Engine of an endpoint; connect when there is no connection yet."""

    def go_all(self) -> None:
        """Show all connected Engines side by side."""

    def disconnect(self, engine: Engine) -> None:
        """End the connection to an Engine."""

    def pin(self) -> None:
        """The docker CLI takes another context than before: name the ones that were left to it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A docker context, or an address given by hand that Wharf is connected to."""

    name: str
    context: Context | None
    """None for an address given by hand."""
    endpoint: Endpoint | None
    """None for a context that cannot be used."""
    problem: str = ""
    """Why it cannot be used."""
    engine: Engine | None = None
    """The Engine, when Wharf is connected to it."""

    @property
    def key(self) -> str:
        """Tells its row from the others."""
        if self.context is not None:
            return f"context {self.context.name} {self.context.broken}"
        return f"engine {self.name} {self.endpoint.url if self.endpoint else ''}"

    @property
    def stored(self) -> bool:
        """Whether it stands in the docker CLI's files."""
        return self.context is not None and self.context.name != DEFAULT

    @property
    def line(self) -> DockerLine:
        """The docker line that leads to it."""
        if self.context is not None:
            return docker("context", "use", self.context.name)
        return docker("-H", self.endpoint.url if self.endpoint else "", "version")


class Told(NamedTuple):
    """What an Engine was asked for, and what it said."""

    asking: bool = False
    seen: Seen | None = None
    latency: float | None = None
    """Seconds of a ping."""
    error: EngineError | None = None


def gather(app: Places, settings: Settings, env: Mapping[str, str]) -> list[Place]:
    """All contexts, then the connected Engines that are none of them; nobody is asked anything."""
    found = [_placed(context, app, settings, env) for context in contexts(env)]
    known = {id(place.engine) for place in found}
    others = [engine for engine in app.engines if id(engine) not in known]
    return [*found, *(Place(one.endpoint.name, None, one.endpoint, engine=one) for one in others)]


def _placed(context: Context, app: Places, settings: Settings, env: Mapping[str, str]) -> Place:
    if context.broken:
        return Place(context.name, context, None, context.broken)
    try:
        found = context_endpoint(context.name, "chosen", env=env, read_only=app.read_only)
    except EndpointError as error:
        return Place(context.name, context, None, str(error))
    where = (found.context, found.url)
    engine = next((one for one in app.engines if (one.endpoint.context, one.endpoint.url) == where), None)
    endpoint = engine.endpoint if engine is not None else settings.applied(found)
    return Place(context.name, context, endpoint, engine=engine)


def ask(place: Place) -> Told:
    """Ask a place how it is, on a thread: a connected Engine only for a sign of life. Raises EngineError."""
    if place.engine is not None:
        return Told(latency=latency(place.engine.connection))
    if place.endpoint is None:
        raise EngineError(place.problem)
    seen = look(place.endpoint, SSH_SECONDS if place.endpoint.ssh else LOOK_SECONDS)
    return Told(seen=seen, latency=seen.latency)
