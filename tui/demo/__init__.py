"""The embedded demo Engine: a real HTTP server on a unix socket, no Docker needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.demo.engine import DemoEngine

__all__ = ["NAME", "DemoEngine"]

NAME = "demo"
"""What the demo Engine is called where a context's name would stand."""


def __getattr__(name: str) -> object:
    """`DemoEngine` is imported when it is first asked for: a start without the demo pays nothing."""
    if name == "DemoEngine":
        from tui.demo.engine import DemoEngine

        return DemoEngine
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
