"""The App: it connects the rooms, and decides which Engine is on the screen."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.app import App
from textual.binding import Binding
from textual.command import Provider

from tui.engine.endpoint import Endpoint, EndpointError, context_endpoint, context_names
from tui.engine.engine import Engine
from tui.engine.link import Link, LinkState
from tui.engine.places import state_dir
from tui.screens.main import MainScreen
from tui.settings import Choices, Settings
from tui.theme import WHARF
from widgets.text import shown

if TYPE_CHECKING:
    from tui.demo import DemoEngine
    from tui.screens.no_engine import NoEngineScreen


def _palette() -> type[Provider]:
    """The palette's contents, imported when it opens."""
    from tui.screens.palette import Palette

    return Palette


class WharfApp(App[None], inherit_bindings=False):
    """Wharf on one Engine at a time."""

    TITLE = "Wharf"
    COMMANDS = {_palette}
    CSS = "ToastRack { margin: 0 0 2 0; }"
    BINDINGS = [
        Binding(
            "ctrl+c", "interrupt", show=False, tooltip="Copy what is selected, else quit", id="app.interrupt"
        ),
        Binding("ctrl+p", "command_palette", show=False, tooltip="The palette", id="app.palette"),
    ]

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        choices: Choices,
        *,
        clock: Callable[[], float] = time.time,
        read_only: bool = False,
        demo: DemoEngine | None = None,
    ) -> None:
        """`read_only` holds for every later endpoint too; `demo` is what `engine` speaks to, if it is one."""
        super().__init__()
        self.engine = engine
        self.settings = settings
        self._choices = choices
        self._clock = clock
        self._read_only = read_only
        self._demo = demo
        self._no_engine: NoEngineScreen | None = None
        # before anything is mounted: a theme set later styles everything twice
        self.register_theme(WHARF)
        self.theme = settings.theme if settings.theme in self.available_themes else WHARF.name

    def on_mount(self) -> None:
        """Take the person's own keys."""
        self.set_keymap(dict(self.settings.keys))

    def get_default_screen(self) -> MainScreen:
        """The main screen is the lowest one: an empty one below it would cost a fifth of the start."""
        self._main = MainScreen(self.engine, self.settings, self._choices, clock=self._clock)
        return self._main

    # Which Engine

    def connect(self, endpoint: Endpoint, demo: DemoEngine | None = None) -> None:
        """Leave this Engine and show another one; `demo` is the demo Engine at that endpoint."""
        self.engine.close()
        if self._demo is not None:
            self._demo.stop()
        self._demo = demo
        self.engine = Engine(endpoint, state_dir(), clock=self._clock)
        self.engine.start()
        self._no_engine = None
        # Textual cannot exchange the lowest screen, so the first one stays below the others, at rest
        self._main.retire()
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.push_screen(self.get_default_screen())

    def on_main_screen_link_changed(self, event: MainScreen.LinkChanged) -> None:
        """Where no Engine was ever reached, say so on a screen of its own, until there is one."""
        self._show_link(event.link)

    def _show_link(self, link: Link) -> None:
        if link.ever_up:
            if self._no_engine is not None:
                self._no_engine.dismiss()
                self._no_engine = None
        elif link.state is LinkState.DOWN or link.error is not None:
            if self._no_engine is None:
                from tui.screens.no_engine import NoEngineScreen

                self._no_engine = NoEngineScreen(self.engine.endpoint, link)
                self.push_screen(self._no_engine)
            else:
                self._no_engine.show(link)

    def action_retry(self) -> None:
        """Try to connect now."""
        self.engine.retry_now()

    def action_contexts(self) -> None:
        """Choose another docker context."""
        self.run_worker(self._choose_context(), group="contexts", exit_on_error=False)

    async def _choose_context(self) -> None:
        from tui.screens.choose import ChooseScreen

        options = [(name, name) for name in context_names()]
        name = await self.push_screen_wait(ChooseScreen("Another docker context", options))
        if name is None:
            return
        try:
            self.connect(self.settings.applied(context_endpoint(name, "chosen", read_only=self._read_only)))
        except EndpointError as error:
            self.notify(shown(str(error)), severity="error", markup=False)

    def action_demo(self) -> None:
        """Show the embedded demo Engine."""
        from tui.demo import NAME, DemoEngine

        if self._demo is None:
            demo = DemoEngine()
            endpoint = Endpoint(demo.start(), NAME, NAME, read_only=self._read_only, demo=True)
            self.connect(endpoint, demo)

    # The end

    def action_interrupt(self) -> None:
        """Copy what is selected, else quit."""
        selected = self.screen.get_selected_text()
        if selected:
            self.copy_to_clipboard(selected)
            self.screen.clear_selection()
        else:
            self.exit()

    def on_unmount(self) -> None:
        """Close what is open."""
        self.engine.close()
        if self._demo is not None:
            self._demo.stop()
