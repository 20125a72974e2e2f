"""The Engine pane's first section: what `docker version` and `docker info` say."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.events import Resize
from textual.widget import Widget

from tui.engine.kinds import Kind
from tui.engine.lines import DockerLine, docker
from tui.engine.store import Changes
from tui.panes.fact import Fact
from tui.screens.engine_page import Ground, Page, Raw
from tui.screens.engine_words import (
    Client,
    client_facts,
    count_facts,
    counted,
    host_facts,
    release_facts,
    warning_facts,
)
from widgets.facts import FactLine, Facts
from widgets.text import Shown, shown

if TYPE_CHECKING:
    from tui.engine.about import About
    from tui.engine.engine import News

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
WIDE = 120
"""Cells from which there are two columns."""


class OverviewPage(Page):
    """Warnings first, then both sides of the line, then the machine; beside each other where it is wide."""

    WORD = Shown("Overview")

    DEFAULT_CSS = """
    OverviewPage {
        & Facts { width: 1fr; height: 1fr; }
        & .-second { display: none; }
        &.-wide .-second { display: block; }
    }
    """

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self._about: About | None = None
        self._first, self._second = Facts(classes="-first"), Facts(classes="-second")

    def compose(self) -> ComposeResult:
        """One column or two."""
        with Horizontal():
            yield self._first
            yield self._second

    @property
    def home(self) -> Widget:
        return self._first

    @property
    def line(self) -> DockerLine | None:
        return docker("info")

    @property
    def raw(self) -> Raw | None:
        about = self._about
        if about is None or not about.raw:
            return None
        return Raw("What the Engine says of itself", {**about.raw})

    @property
    def copied(self) -> tuple[str, str]:
        lines = [one for part in self._parts() for one in part]
        text = "\n".join(_copied(one) for one in lines).strip()
        return text, "the overview"

    def look(self) -> None:
        """Other containers may run than before."""
        super().look()
        self._show()

    def hear(self, news: News) -> None:
        """Count the containers anew."""
        if self.looked_at and isinstance(news, Changes) and news.kind is Kind.CONTAINER:
            self._show()

    def take_about(self, about: About) -> None:
        """Show it."""
        self._about = about
        self._show()

    def on_resize(self, event: Resize) -> None:
        """One column or two."""
        self.set_class(event.size.width >= WIDE, "-wide")
        self._show()

    def _parts(self) -> tuple[list[Fact], list[Fact]]:
        about = self._about
        if about is None:
            return [Fact("", "◌ asking the Engine …")], []
        from tui import __version__
        from tui.engine.gaps import gaps

        link, endpoint = self.ground.engine.link, self.ground.engine.endpoint
        lacking = [gap.sentence for gap in gaps(link.server)] if link.server is not None else []
        major, minor = self.ground.spoken()
        spoken = f"{major}.{minor}" if major else ""
        sdk, python, machine = here()
        first = [
            *warning_facts(about, lacking),
            *(count_facts(counted(about.host, self.ground.engine.store)) if about.host is not None else ()),
            *client_facts(Client(__version__, sdk, spoken, python, machine, endpoint.name)),
            *(release_facts(about.release, self.ground.clock()) if about.release is not None else ()),
        ]
        return first, host_facts(about.host) if about.host is not None else []

    def _show(self) -> None:
        first, second = self._parts()
        if not self.has_class("-wide"):
            first, second = [*first, *second], []
        self._first.show(_lines(first), "first")
        self._second.show(_lines(second), "second")


def here() -> tuple[str, str, str]:
    """The versions of the docker SDK and of Python, and the machine they run on as Docker calls it."""
    import docker as sdk

    machine = platform.machine()
    system = f"{sys.platform}/{ARCHITECTURES.get(machine, machine)}"
    return sdk.__version__, platform.python_version(), system


def _lines(found: Sequence[Fact]) -> list[FactLine]:
    return [FactLine(shown(one.label), shown(one.text), one.tone) for one in found]


def _copied(one: Fact) -> str:
    if not one.text:
        return f"\n{shown(one.label)}"
    return f"  {shown(one.label)}: {shown(one.text)}" if one.label else f"  {shown(one.text)}"
