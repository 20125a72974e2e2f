"""What the sections of the Engine pane share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget
from textual.worker import Worker, WorkerState

from tui.engine.errors import EngineError
from tui.engine.lines import DockerLine
from tui.screens.key_bar import Named
from tui.screens.registries_level import bindings
from tui.screens.rows import Ink, Layout, TextRows, stacked, text_layout, whole
from widgets.noticing import Noticing
from widgets.text import Shown, shown

if TYPE_CHECKING:
    from tui.engine.about import About
    from tui.engine.engine import Engine, News
    from tui.engine.kinds import Kind
    from tui.screens.desk import ScreenDesk
    from tui.screens.engine_kept import Kept

__all__ = ["Ground", "Page", "Raw", "bindings", "failure", "say_broken"]


@dataclass(frozen=True, slots=True)
class Ground:
    """What all sections stand on."""

    engine: Engine
    desk: ScreenDesk
    """What the jobs of this Engine are begun through."""
    clock: Callable[[], float]
    """Seconds since the epoch."""
    jump: Callable[[Kind, str], None]
    """Leaves for an object, by its key, in its own pane."""
    kept: Kept
    """How this Engine's pane was left."""

    def spoken(self) -> tuple[int, int]:
        """The API version that is spoken; (0, 0) while there is no connection."""
        try:
            return self.engine.connection.api_version
        except EngineError:
            return (0, 0)


class Raw(NamedTuple):
    """An answer of the Engine to be looked at whole."""

    title: str
    value: Any


def failure(error: EngineError) -> Layout:
    """What the Engine said, and the next step."""
    advice = [text_layout(whole(error.advice))] if error.advice else []
    return stacked([text_layout(whole(error.message), Ink.BAD), *advice])


def say_broken(widget: Widget, event: Worker.StateChanged) -> None:
    """Say that a worker failed, if this is what happened."""
    if event.state is WorkerState.ERROR:
        words = f"Wharf itself failed: {event.worker.error!r}"
        widget.notify(shown(words), severity="error", markup=False, timeout=30)


class Page(Vertical, Noticing):
    """One section: it asks for and follows only what it shows, and only while somebody looks at it."""

    DEFAULT_CSS = """
    Page {
        & > .page--said { max-height: 7; padding: 0 1; margin: 0 0 1 0; display: none; }
    }
    """

    WORD: Shown = Shown("")
    """What the tab says."""
    KEYS: Sequence[Named] = ()
    """Its own keys, for the last line."""

    class Changed(Message):
        """The docker line, or what the keys do, is different."""

    def __init__(self, ground: Ground) -> None:
        super().__init__()
        self.ground = ground
        self.said = TextRows(classes="page--said")
        self.looked_at = False
        """Whether it is in view, on the screen in front."""

    @property
    def line(self) -> DockerLine | None:
        """The docker line that shows or does the same."""
        return None

    @property
    def beyond(self) -> Sequence[str]:
        """What that line does not say, in a word or two each."""
        return ()

    @property
    def home(self) -> Widget:
        """What has the keys at first."""
        raise NotImplementedError

    @property
    def copied(self) -> tuple[str, str]:
        """What is copied, and how to call it; "" for nothing."""
        return "", ""

    @property
    def raw(self) -> Raw | None:
        """The answer behind it."""
        return None

    def has(self, what: str) -> bool:
        """Whether there is anything to "copy", or an answer to look at "raw"."""
        return bool(self.copied[0]) if what == "copy" else self.raw is not None

    def look(self) -> None:
        """Somebody looks at it from now on."""
        self.looked_at = True

    def look_away(self) -> None:
        """Nobody looks any more."""
        self.looked_at = False

    def again(self) -> None:
        """Ask the Engine anew, for what only this section shows."""

    def take_about(self, about: About) -> None:
        """What the Engine says of itself has come."""

    def hear(self, news: News) -> None:
        """News of the Engine, on the screen's own thread."""

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say when something failed that nobody foresaw; the section goes on."""
        say_broken(self, event)

    def say(self, layout: Layout | None) -> None:
        """Say something above all else, or nothing."""
        self.said.display = layout is not None
        self.said.show(layout or (lambda width: ()))
