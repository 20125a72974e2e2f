"""Keeping a Store true: events name what changed, and only that is read again."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from tui.engine.endpoint import Endpoint
from tui.engine.errors import EngineError, Unreachable
from tui.engine.events import FILTERS, touched
from tui.engine.kinds import Kind
from tui.engine.link import Link, LinkState
from tui.engine.store import Store

if TYPE_CHECKING:
    from docker.types.daemon import CancellableStream

    from tui.engine.connection import Connection

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
LIST_SECONDS = 60.0
"""How long a whole list may take: a big one on a slow line is no silence."""
LONGEST_WAIT = 30
"""Seconds between two tries at a remote endpoint, at most."""
GONE = 404
MANY = 50
"""From so many objects on, one whole list is cheaper than a list by ids."""


class Watcher:
    """Follows one Engine and writes its Store; reconnects by itself, for ever, until closed."""

    def __init__(
        self,
        endpoint: Endpoint,
        store: Store,
        on_link: Callable[[Link], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.endpoint = endpoint
        self.store = store
        self.connection: Connection | None = None
        """The one connection to this Engine; None until the first try."""
        self.link = Link(LinkState.CONNECTING, time.monotonic())
        self._on_link = on_link
        self._clock = clock
        self._inbox: queue.SimpleQueue[Mapping[str, Any] | _Word] = queue.SimpleQueue()
        self._stream: CancellableStream[dict[str, Any]] | None = None
        self.go = threading.Event()
        """Set once the screen stands: importing the SDK, a tenth of a second of work, waits for it."""
        self.tried = threading.Event()
        """Set once the first try to connect has ended, well or not."""
        self._closed = threading.Event()
        self._dirty: dict[Kind, set[str] | None] = {}
        self._dying: set[str] = set()
        self._images_listed = 0.0
        self._tries = 0
        self._probing = False

    # What others may ask, from any thread

    def start(self) -> None:
        """Begin, on a thread of its own."""
        threading.Thread(target=self._live, name="watcher", daemon=True).start()

    def close(self) -> None:
        """End the threads and close the sockets; returns at once."""
        self._closed.set()
        self._inbox.put(_Word.WAKE)
        self._end_stream()
        if self.connection is not None:
            self.connection.close()

    def retry_now(self) -> None:
        """Try at once instead of waiting for the next try."""
        self._inbox.put(_Word.WAKE)

    def probe(self) -> None:
        """Ask the Engine for a sign of life now: somebody waits for an answer and gets none."""
        if not self._probing:
            self._probing = True
            self._inbox.put(_Word.PROBE)

    # The supervising thread

    def _live(self) -> None:
        if self._look_first():
            self.go.wait(FIRST_PAINT_SECONDS)
        while not self._closed.is_set():
            try:
                self._connect()
                self._follow()
                raise Unreachable("the Engine closed the connection")
            except EngineError as error:
                self._end_stream()
                if self._closed.is_set():
                    return
                wait = 1 if self.endpoint.local else min(2**self._tries, LONGEST_WAIT)
                self._tries += 1
                self._say(LinkState.DOWN, error=error, retry_at=time.monotonic() + wait)
                self._pause(wait)
                self._say(self.link.state, error=error, retry_at=None)

    def _look_first(self) -> bool:
        """Read the containers of a local Engine before the SDK is there, so that the first frame has rows."""
        if not self.endpoint.local:
            return False
        from tui.engine.first import first_look

        containers = first_look(self.endpoint.socket_path, self._clock)
        if containers is None:
            return False
        self.store.replace(Kind.CONTAINER, containers)
        return True

    def _connect(self) -> None:
        if self.connection is None:
            from tui.engine.connection import Connection

            self.connection = Connection(self.endpoint)
        self.connection.open()
        self._inbox = queue.SimpleQueue()
        self._probing = False
        self._subscribe()
        self._list_all()
        self._tries = 0
        self._say(LinkState.UP, server=self.connection.server)
        self._say(LinkState.UP, server=self.connection.describe())

    def _follow(self) -> None:
        """Work off events until the stream ends. Raises EngineError when the Engine is gone."""
        listed = asked = time.monotonic()
        refreshed = 0.0
        while not self._closed.is_set():
            now = time.monotonic()
            quiet_until = max(self._heard(), asked) + QUIET_SECONDS
            wake = min(listed + SAFETY_SECONDS, quiet_until, self._images_due())
            word = self._next(wake - now)
            if word is _Word.ENDED:
                return
            if isinstance(word, Mapping):
                self._note(word)
                self._gather(refreshed + BURST_SECONDS)
                self._refresh()
                refreshed = time.monotonic()
                continue
            now = time.monotonic()
            if word is _Word.RELIST or now >= listed + SAFETY_SECONDS:
                self._guarded(self._list_all)
                listed = time.monotonic()
            elif word is _Word.PROBE or now >= quiet_until:
                self._guarded(self._ping)
                asked = time.monotonic()
                self._probing = False
            self._refresh()

    def _gather(self, until: float) -> None:
        """Take what else is in the inbox, waiting until `until` for more of the same burst."""
        while (word := self._next(max(until - time.monotonic(), 0))) is not None:
            if isinstance(word, Mapping):
                self._note(word)
            elif word is not _Word.WAKE:
                self._inbox.put(word)
                return

    def _note(self, event: Mapping[str, Any]) -> None:
        """Mark what an event says is different now."""
        found = touched(event)
        if found is not None:
            self._mark(found.kind, found.key)
            if found.ended:
                self._dying.add(found.key or "")

    def _mark(self, kind: Kind, key: str | None) -> None:
        """Note that a kind, or one object of it, has to be read again."""
        known = self._dirty.setdefault(kind, set())
        if key is None or (known is not None and len(known) >= MANY):
            self._dirty[kind] = None
        elif known is not None:
            known.add(key)

    def _images_due(self) -> float:
        whole = self._dirty.get(Kind.IMAGE, ()) is None
        return self._images_listed + IMAGES_SECONDS if whole else float("inf")

    def _refresh(self) -> None:
        """Read again what is marked; images not more often than twice a second."""
        for kind in list(self._dirty):
            if kind is Kind.IMAGE and self._dirty[kind] is None and time.monotonic() < self._images_due():
                continue
            keys = self._dirty.pop(kind)
            if kind is Kind.CONTAINER:
                self._guarded(self._await_ends)
            self._guarded(partial(self._list, kind, keys, SILENCE_SECONDS))

    def _await_ends(self) -> None:
        """Wait until the containers that died are listed as ended.

        An Engine tells of the end before its lists know; looking at one container waits for its lock.
        """
        from tui.engine.lists import inspect

        assert self.connection is not None
        dying, self._dying = self._dying, set()
        for ident in list(dying)[:MANY]:
            try:
                inspect(self.connection, Kind.CONTAINER, ident, seconds=SILENCE_SECONDS)
            except EngineError as error:
                if error.status is None:
                    raise

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
                self._later()
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

    def _later(self) -> None:
        """List everything soon: the Engine refused one list, for example while it was starting."""
        timer = threading.Timer(ASK_AGAIN_SECONDS, lambda: self._inbox.put(_Word.RELIST))
        timer.daemon = True
        timer.start()

    def _list_all(self) -> None:
        self._dirty.clear()
        for kind in Kind:
            self._list(kind, None)
        if self.link.state is LinkState.UP and self.link.error is not None:
            self._say(LinkState.UP)

    def _list(self, kind: Kind, keys: set[str] | None, seconds: float = LIST_SECONDS) -> None:
        from tui.engine.lists import fetch

        assert self.connection is not None
        if keys is None and kind is Kind.IMAGE:
            self._images_listed = time.monotonic()
        if kind is Kind.IMAGE and keys is not None:
            self._look_at_images(keys, seconds)
        elif keys is None:
            self.store.replace(kind, fetch(self.connection, kind, seconds=seconds, clock=self._clock))
        else:
            self.store.update(
                kind, fetch(self.connection, kind, keys, seconds=seconds, clock=self._clock), keys
            )

    def _look_at_images(self, refs: set[str], seconds: float) -> None:
        """Read the images that events named; an Engine has no list of just those."""
        from tui.engine.lists import fetch_image

        assert self.connection is not None
        for ref in refs:
            try:
                found = fetch_image(self.connection, ref, seconds=seconds)
            except EngineError as error:
                if error.status != GONE:
                    raise
                found = []
            ident = found[0].id if found else ref
            images = self.store.images
            known = [image for image in images.values() if image.id == ident]
            moved = any(image.key in images and images[image.key].id != ident for image in found)
            self.store.update(Kind.IMAGE, found, [image.key for image in known])
            # whether an image without a tag shows, or the parent of one that is gone, only the list knows
            lost = not found and any(image.parent for image in known)
            if moved or lost or any(image.dangling for image in found):
                self._mark(Kind.IMAGE, None)

    def _ping(self) -> None:
        assert self.connection is not None
        self.connection.ping(SILENCE_SECONDS)

    def _heard(self) -> float:
        assert self.connection is not None
        return self.connection.heard

    # The thread that reads events

    def _subscribe(self) -> None:
        """Open the event stream before the lists are read, so that nothing falls between."""
        from tui.engine.errors import engine_errors

        assert self.connection is not None
        with engine_errors():
            stream = self.connection.api.events(filters=FILTERS, decode=True)
        self._stream = stream
        inbox = self._inbox
        threading.Thread(target=_read, args=(stream, inbox), name="events", daemon=True).start()

    def _end_stream(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            with contextlib.suppress(OSError, AttributeError):  # it may end by itself at this very moment
                stream.close()

    # Small things

    def _next(self, seconds: float) -> Mapping[str, Any] | _Word | None:
        try:
            return self._inbox.get(timeout=max(seconds, 0))
        except queue.Empty:
            return None

    def _pause(self, seconds: float) -> None:
        """Wait, unless somebody wants the next try now."""
        until = time.monotonic() + seconds
        while not self._closed.is_set() and time.monotonic() < until:
            if self._next(until - time.monotonic()) is _Word.WAKE:
                return

    def _say(self, state: LinkState, **what: Any) -> None:
        changed = state is not self.link.state
        self.link = self.link._replace(
            state=state,
            since=time.monotonic() if changed else self.link.since,
            error=what.get("error"),
            retry_at=what.get("retry_at"),
            server=what.get("server", self.link.server),
            ever_up=self.link.ever_up or state is LinkState.UP,
        )
        if state in (LinkState.UP, LinkState.DOWN):
            self.tried.set()
        self._on_link(self.link)


class _Word(StrEnum):
    """What lies in the inbox besides events."""

    WAKE = "wake"
    PROBE = "probe"
    RELIST = "relist"
    ENDED = "ended"


def _read(
    stream: CancellableStream[dict[str, Any]], inbox: queue.SimpleQueue[Mapping[str, Any] | _Word]
) -> None:
    """Put events into the inbox until the stream ends; however it ends means disconnected."""
    from docker.errors import StreamParseError

    try:
        for event in stream:
            inbox.put(event)
    except StreamParseError:  # the Engine died in the middle of an event
        pass
    finally:
        inbox.put(_Word.ENDED)
