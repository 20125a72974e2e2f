"""What a routes module consists of."""

from __future__ import annotations

from collections.abc import Callable

from tui.demo.wire import Hijack, Reply, Stream

Answer = Reply | Stream | Hijack


Handler = Callable[..., Answer]
"""Answers one sort of request: called with the world, the request and the names in the path, while the
world's lock is held; raises Refusal."""

Routes = tuple[tuple[str, str, Handler], ...]
"""Method, path with `{}` for each name in it, handler."""

DONE = Reply(204)
