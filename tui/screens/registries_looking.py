"""What is asked of the tags of one repository, a few at once, and what was answered."""

from __future__ import annotations

import threading
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from tui.engine.errors import EngineError
from tui.engine.registry_models import Attached, Right, TagDetail
from tui.screens.registries_tag_rows import Closer
from tui.screens.threads import on_thread

if TYPE_CHECKING:
    from textual.screen import Screen

    from tui.engine.models import Image
    from tui.screens.registries_client import Client

AT_ONCE = 4
"""Tags that are asked about at the same time."""
MOST_COMPARED = 200
"""Tags of which it is asked whether they lead to the same manifest as another."""
RIGHTS = "rights"

Answer = TypeVar("Answer")


class Looking:
    """Asks on threads; what comes back after `forget` or `stop` is dropped."""

    def __init__(
        self,
        screen: Screen[None],
        registry: Client,
        repository: str,
        arrived: Callable[[Sequence[str]], None],
    ) -> None:
        """`arrived` is told of which tags more is known; it may ask for more at once."""
        self.found: dict[str, TagDetail | EngineError] = {}
        self.under_way: set[str] = set()
        self._screen = screen
        self._registry = registry
        self._repository = repository
        self._arrived = arrived
        self._attached: dict[str, Sequence[Attached] | EngineError] = {}
        self._rights: frozenset[Right] | EngineError | None = None
        self._digests: dict[str, str] = {}
        self._compared: set[str] = set()
        self._asked: set[str] = set()
        """The digests that were looked at closer, and RIGHTS."""
        self._ended = threading.Event()

    def forget(self, registry: Client) -> None:
        """All of it may be different by now, and is asked of this client."""
        self.stop()
        self._registry = registry
        self._ended = threading.Event()
        self.found.clear()
        self.under_way.clear()
        self._attached.clear()
        self._digests.clear()
        self._compared.clear()
        self._asked.clear()
        self._rights = None

    def stop(self) -> None:
        """Ask nothing more."""
        self._ended.set()
        self._screen.workers.cancel_group(self._screen, "tags")
        self._screen.workers.cancel_group(self._screen, "closer")

    def at(self, tags: Sequence[str]) -> Sequence[str]:
        """Ask about the first of these that are not known, as many as may be under way; returns which."""
        unknown = [tag for tag in tags if tag not in self.found and tag not in self.under_way]
        asked = [] if self._ended.is_set() else unknown[: AT_ONCE - len(self.under_way)]
        self.under_way.update(asked)
        for tag in asked:
            self._run(self._ask(tag), "tags")
        return asked

    async def _ask(self, tag: str) -> None:
        self.found[tag] = await _answer(lambda: self._registry.detail(self._repository, tag))
        self.under_way.discard(tag)
        self._arrived([tag])

    def allowed(self, right: Right) -> bool | None:
        """Whether the person has a right; None when that is not known."""
        return right in self._rights if isinstance(self._rights, frozenset) else None

    # One of them closer

    def closer_at(self, detail: TagDetail, tags: Sequence[str]) -> None:
        """Ask for all of one tag: what is attached, who may do what, and which of `tags` are the same."""
        if detail.digest not in self._asked:
            self._asked.add(detail.digest)
            self._run(self._ask_attached(detail), "closer")
        if RIGHTS not in self._asked:
            self._asked.add(RIGHTS)
            self._run(self._ask_rights(detail), "closer")
        unknown = [tag for tag in tags if not self._digest(tag) and tag not in self._compared]
        if unknown := unknown[: MOST_COMPARED - len(self._compared)]:
            self._compared.update(unknown)
            self._run(self._compare(detail, unknown), "closer")

    def closer(self, detail: TagDetail, tags: Sequence[str], here: Sequence[Image]) -> Closer:
        """What is known of one tag by now."""
        others = [tag for tag in tags if tag != detail.reference]
        digests = {tag: self._digest(tag) for tag in others}
        return Closer(
            self._attached.get(detail.digest),
            self._rights,
            [tag for tag in others if digests[tag] == detail.digest],
            sum(not digest for digest in digests.values()),
            here,
        )

    def _digest(self, tag: str) -> str:
        found = self.found.get(tag)
        return found.digest if isinstance(found, TagDetail) else self._digests.get(tag, "")

    async def _ask_attached(self, detail: TagDetail) -> None:
        ask = partial(self._registry.referrers, self._repository, detail.digest)
        self._attached[detail.digest] = await _answer(ask)
        self._arrived([detail.reference])

    async def _ask_rights(self, detail: TagDetail) -> None:
        self._rights = await _answer(lambda: self._registry.may(self._repository))
        self._arrived([detail.reference])

    async def _compare(self, detail: TagDetail, tags: Sequence[str]) -> None:
        from tui.engine.registry_reading import at_once

        ended = self._ended

        def digest(tag: str) -> str:
            return "" if ended.is_set() else self._registry.digest(self._repository, tag)

        found = await _answer(lambda: at_once(digest, tags))
        if not isinstance(found, EngineError):
            self._digests.update(zip(tags, found, strict=True))
        self._arrived([detail.reference])

    def _run(self, work: Coroutine[Any, Any, None], group: str) -> None:
        self._screen.run_worker(work, group=group, exit_on_error=False)


async def _answer(ask: Callable[[], Answer]) -> Answer | EngineError:
    try:
        return await on_thread(ask)
    except EngineError as error:
        return error
