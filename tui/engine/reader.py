"""Reading an Engine's lists into a Store."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial

from tui.engine.connection import Connection, answers
from tui.engine.errors import EngineError
from tui.engine.kinds import Kind
from tui.engine.lists import fetch, fetch_image, inspect
from tui.engine.store import Store

LIST_SECONDS = 60.0
"""How long a whole list may take: a big one on a slow line is no silence."""
GONE = 404


class Reader:
    """Reads what one Engine has. Every method raises EngineError."""

    def __init__(self, connection: Connection, store: Store, clock: Callable[[], float]) -> None:
        """`clock` tells the time in epoch seconds."""
        self._connection = connection
        self._store = store
        self._clock = clock
        self.images_listed = 0.0
        """time.monotonic() when all images were last asked for."""

    def whole(self, kind: Kind, seconds: float = LIST_SECONDS) -> None:
        """Read all of a kind."""
        if kind is Kind.IMAGE:
            self.images_listed = time.monotonic()
        every = kind is Kind.IMAGE and self._store.every_image
        found = fetch(self._connection, kind, every=every, seconds=seconds, clock=self._clock)
        self._store.replace(kind, found)

    def everything(self, *more: Callable[[], object]) -> None:
        """Read all kinds, and do `more`.

        One after the other on this machine; from another all at once, as each costs a round trip.
        """
        lists: list[Callable[[], object]] = [partial(self.whole, kind) for kind in Kind]
        answers([*lists, *more], self._connection.endpoint)

    def some(self, kind: Kind, keys: set[str], seconds: float) -> None:
        """Read these objects of a kind other than images again."""
        found = fetch(self._connection, kind, keys, seconds=seconds, clock=self._clock)
        self._store.update(kind, found, keys)

    def images(self, refs: Iterable[str], seconds: float) -> bool:
        """Read these images, as an Engine has no list of just those; whether all have to be read after that.

        Whether an image without a tag shows, or the parent of one that is gone, only the list knows.
        """
        wanted = False
        for ref in refs:
            try:
                found = fetch_image(self._connection, ref, seconds=seconds)
            except EngineError as error:
                if error.status != GONE:
                    raise
                found = []
            ident = found[0].id if found else ref
            images = self._store.images
            known = [image for image in images.values() if image.id == ident]
            moved = any(image.key in images and images[image.key].id != ident for image in found)
            self._store.update(Kind.IMAGE, found, [image.key for image in known])
            lost = not found and any(image.parent for image in known)
            wanted = wanted or moved or lost or any(image.dangling for image in found)
        return wanted

    def await_ends(self, idents: Iterable[str], seconds: float) -> None:
        """Wait until these containers, which died, are listed as ended.

        An Engine tells of the end before its lists know; looking at one container waits for its lock.
        """
        for ident in idents:
            try:
                inspect(self._connection, Kind.CONTAINER, ident, seconds=seconds)
            except EngineError as error:
                if error.status is None:
                    raise
