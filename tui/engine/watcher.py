"""Keeping a Store true: events name what changed, and only that is read again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from tui.engine.endpoint import Endpoint
from tui.engine.errors import EngineError, Refused, Unreachable
from tui.engine.events import FILTERS, touched
from tui.engine.inbox import FOR_EVER, Inbox, Word
from tui.engine.kinds import Kind
from tui.engine.link import Link, LinkState
from tui.engine.store import Store

if TYPE_CHECKING:
    from tui.engine.connection import Connection
    from tui.engine.questions import Ask
    from tui.engine.reader import Reader

BURST_SECONDS = 0.02
"""Events that come closer together than this share one list request."""
IMAGES_SECONDS = 0.5
"""Images are listed whole, so at most twice a second."""
SAFETY_SECONDS = 120.0
"""How often everything is listed although no event said so."""
QUIET_SECONDS = 20.0
"""A ping asks for a sign of life when nothing came for so long."""
ASK_AGAIN_SECONDS = 5.0
"""A list that the Engine refused is asked for again after this."""
FIRST_PAINT_SECONDS = 1.0
"""The longest that anything waits for the first frame."""
SILENCE_SECONDS = 10.0
"""An Engine that leaves a question unanswered for so long is called stale."""
LONGEST_WAIT = 30.0
"""Seconds between two tries at a remote endpoint, at most."""
MANY = 50
"""From so many objects on, one whole list is cheaper than a list by ids."""


def _look_first(endpoint: Endpoint, store: Store, clock: Callable[[], float]) -> bool:
    """Read the containers of a local Engine before the SDK is there, so that the first frame has rows."""
    from tui.engine.first import first_look

    containers = first_look(endpoint.socket_path, clock)
    if containers is None:
        return False
    store.replace(Kind.CONTAINER, containers)
    return True


class _Marks:
    """What events said is different now, and has to be read again."""

    def __init__(self) -> None:
        self._kinds: dict[Kind, set[str] | None] = {}
        """The keys of each kind; None for all of it."""
        self._dying: set[str] = set()

    def clear(self) -> None:
        """Everything is read anew."""
        self._kinds.clear()

    def note(self, event: Mapping[str, Any]) -> None:
        """Mark what an event is about."""
        found = touched(event)
        if found is not None:
            self.mark(found.kind, found.key)
            if found.ended:
                self._dying.add(found.key or "")

    def mark(self, kind: Kind, key: str | None) -> None:
        """Mark one object, or with None all of a kind."""
        known = self._kinds.setdefault(kind, set())
        if key is None or (known is not None and len(known) >= MANY):
            self._kinds[kind] = None
        elif known is not None:
            known.add(key)

    def due(self, images_listed: float) -> float:
        """time.monotonic() from when on all images may be listed, if they have to be."""
        return images_listed + IMAGES_SECONDS if self._kinds.get(Kind.IMAGE, ()) is None else FOR_EVER

    def take(self, images_listed: float) -> Iterator[tuple[Kind, set[str] | None]]:
        """Each kind with the keys to read, no longer marked then; images stay marked until they are due."""
        for kind in tuple(self._kinds):
            due = (
                kind is not Kind.IMAGE or self._kinds.get(kind) or time.monotonic() >= self.due(images_listed)
            )
            if due and kind in self._kinds:  # everything may have been read meanwhile
                yield kind, self._kinds.pop(kind)

    def dying(self) -> list[str]:
        """The containers that died and have not been looked at."""
        dying, self._dying = list(self._dying)[:MANY], set()
        return dying


class Watcher:
    """Follows one Engine and writes its Store; reconnects by itself, for ever, until closed."""

    def __init__(
        self,
        endpoint: Endpoint,
        store: Store,
        on_link: Callable[[Link], None],
        clock: Callable[[], float] = time.time,
        ask: Ask | None = None,
    ) -> None:
        """`ask` puts the questions of ssh to the person, when it was the person who wanted to connect."""
        self.endpoint = endpoint
        self.store = store
        self.connection: Connection | None = None
        """The one connection to this Engine; None until the first try."""
        self.link = Link(LinkState.CONNECTING, time.monotonic())
        self._on_link = on_link
        self._clock = clock
        self._ask = ask
        self._reader_made: Reader | None = None
        self._inbox = Inbox()
        self._marks = _Marks()
        self.go = threading.Event()
        """Set once the screen stands: importing the SDK, a tenth of a second of work, waits for it."""
        self.tried = threading.Event()
        """Set once the first try to connect has ended, well or not."""
        self._closed = threading.Event()
        self._tries = 0
        self._probing = False

    # What others may ask, from any thread

    def start(self) -> None:
        """Begin, on a thread of its own."""
        threading.Thread(target=self._live, name="watcher", daemon=True).start()

    def close(self) -> None:
        """End the threads and close the sockets; returns at once."""
        self._closed.set()
        self._inbox.put(Word.WAKE)
        self._inbox.close()
        if self.connection is not None:
            self.connection.close()

    def retry_now(self) -> None:
        """Try at once instead of waiting for the next try."""
        self._inbox.put(Word.WAKE)

    def relist(self) -> None:
        """List everything again now: what is to be listed is different."""
        self._inbox.put(Word.RELIST)

    def probe(self) -> None:
        """Ask the Engine for a sign of life now: somebody waits for an answer and gets none."""
        if not self._probing:
            self._probing = True
            self._inbox.put(Word.PROBE)

    # The supervising thread

    def _live(self) -> None:
        if self.endpoint.local and _look_first(self.endpoint, self.store, self._clock):
            self.go.wait(FIRST_PAINT_SECONDS)
        wanted = True
        while not self._closed.is_set():
            try:
                self._connect(wanted)
                self._follow()
                raise self._line.why(Unreachable("the Engine closed the connection"))
            except EngineError as error:
                self._inbox.close()
                if self._closed.is_set():
                    return
                wanted = self._wait_after(error)

    def _wait_after(self, error: EngineError) -> bool:
        """Say what went wrong and wait for the next try; whether it was the person who wanted it."""
        waits = isinstance(error, Refused)
        wait = 1.0 if self.endpoint.local else min(2.0**self._tries, LONGEST_WAIT)
        self._tries += 1
        retry_at = None if waits else time.monotonic() + wait
        self._say(LinkState.DOWN, error=error, retry_at=retry_at, waits=waits)
        wanted = self._pause(FOR_EVER if waits else wait)
        self._say(self.link.state, error=error, retry_at=None)
        return wanted

    def _connect(self, wanted: bool) -> None:
        """Connect, follow the events, and list everything; ssh asks only when a person `wanted` this."""
        from tui.engine.connection import Connection
        from tui.engine.reader import Reader

        connection = self.connection
        if connection is None:
            connection = self.connection = Connection(self.endpoint, self._ask)
            self._reader_made = Reader(connection, self.store, self._clock)
        if self._closed.is_set():
            raise Unreachable("the connection was closed")
        connection.open(asking=wanted)
        self._inbox = Inbox()
        self._probing = False
        self._marks.clear()
        since = None if self.endpoint.local else connection.told_at
        if since is None:
            self._subscribe()
            self._reader.everything()
        else:
            # all at once: what happens meanwhile is told from the Engine's own time of the last ping on
            self._reader.everything(partial(self._subscribe, since), connection.describe, connection.ping)
        self._tries = 0
        self._say(LinkState.UP, server=connection.server)
        if since is None:
            self._say(LinkState.UP, server=connection.describe())

    def _follow(self) -> None:
        """Work off events until the stream ends. Raises EngineError when the Engine is gone."""
        listed = asked = time.monotonic()
        refreshed = 0.0
        while not self._closed.is_set():
            now = time.monotonic()
            quiet_until = max(self._line.heard, asked) + QUIET_SECONDS
            wake = min(listed + SAFETY_SECONDS, quiet_until, self._marks.due(self._reader.images_listed))
            word = self._inbox.next(wake - now)
            if word is Word.ENDED:
                return
            if isinstance(word, Mapping):
                self._marks.note(word)
                self._gather(refreshed + BURST_SECONDS)
                self._refresh()
                refreshed = time.monotonic()
                continue
            now = time.monotonic()
            if word is Word.RELIST or now >= listed + SAFETY_SECONDS:
                self._guarded(self._list_all)
                listed = time.monotonic()
            elif word is Word.PROBE or now >= quiet_until:
                self._guarded(self._ping)
                asked = time.monotonic()
                self._probing = False
            self._refresh()

    def _gather(self, until: float) -> None:
        """Take what else is in the inbox, waiting until `until` for more of the same burst."""
        while (word := self._inbox.next(max(until - time.monotonic(), 0))) is not None:
            if isinstance(word, Mapping):
                self._marks.note(word)
            elif word is not Word.WAKE:
                self._inbox.put(word)
                return

    def _refresh(self) -> None:
        """Read again what is marked; images not more often than twice a second."""
        for kind, keys in self._marks.take(self._reader.images_listed):
            if kind is Kind.CONTAINER:
                self._guarded(partial(self._reader.await_ends, self._marks.dying(), SILENCE_SECONDS))
            self._guarded(partial(self._read_again, kind, keys))

    def _read_again(self, kind: Kind, keys: set[str] | None) -> None:
        if keys is None:
            self._reader.whole(kind, SILENCE_SECONDS)
        elif kind is not Kind.IMAGE:
            self._reader.some(kind, keys, SILENCE_SECONDS)
        elif self._reader.images(keys, SILENCE_SECONDS):
            self._marks.mark(Kind.IMAGE, None)

    def _guarded(self, ask: Callable[[], None]) -> None:
        """Ask; while the Engine is silent say so and wait for it, then list everything.

        Raises EngineError when the Engine is gone for good.
        """
        try:
            ask()
        except Unreachable:
            raise
        except EngineError as error:
            if error.status is not None:
                self._say(self.link.state, error=error)
                self._inbox.later(Word.RELIST, ASK_AGAIN_SECONDS)  # it may only be starting
                return
            self._say(LinkState.STALE, error=error)
            self._await_answer()
            self._list_all()
            self._say(LinkState.UP, server=self.link.server)

    def _await_answer(self) -> None:
        while not self._closed.is_set():
            try:
                self._ping()
            except Unreachable:
                raise
            except EngineError as error:
                if error.status is None:
                    continue
            return

    def _list_all(self) -> None:
        self._marks.clear()
        self._reader.everything()
        if self.link.state is LinkState.UP and self.link.error is not None:
            self._say(LinkState.UP)

    @property
    def _reader(self) -> Reader:
        assert self._reader_made is not None
        return self._reader_made

    @property
    def _line(self) -> Connection:
        assert self.connection is not None
        return self.connection

    def _ping(self) -> None:
        self._line.ping(SILENCE_SECONDS)

    def _subscribe(self, since: int | None = None) -> None:
        """Open the event stream; with `since`, an epoch second of the Engine's clock, it begins there."""
        from tui.engine.errors import engine_errors

        with engine_errors():
            events = self._line.api.events(since=since, filters=FILTERS, decode=True)
        self._inbox.follow(events)

    # Small things

    def _pause(self, seconds: float) -> bool:
        """Wait, unless somebody wants the next try now; whether somebody did."""
        until = time.monotonic() + seconds
        while not self._closed.is_set() and time.monotonic() < until:
            if self._inbox.next(until - time.monotonic()) is Word.WAKE:
                return True
        return False

    def _say(self, state: LinkState, **what: Any) -> None:
        changed = state is not self.link.state
        self.link = self.link._replace(
            state=state,
            since=time.monotonic() if changed else self.link.since,
            error=what.get("error"),
            retry_at=what.get("retry_at"),
            server=what.get("server", self.link.server),
            ever_up=self.link.ever_up or state is LinkState.UP,
            waits=what.get("waits", False),
        )
        if state in (LinkState.UP, LinkState.DOWN):
            self.tried.set()
        self._on_link(self.link)
