"""The App: it connects the rooms, and decides which Engines are on the screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.app import App
from textual.binding import Binding
from textual.command import Provider

from tui.engine.endpoint import Endpoint
from tui.engine.engine import Engine
from tui.engine.fleet import Doorbell, Fleet
from tui.engine.link import LinkState
from tui.engine.places import state_dir
from tui.engine.scope import Scope
from tui.screens.asking import Asking
from tui.screens.main import MainScreen
from tui.settings import Choices, Settings
from tui.terminal import Terminal
from widgets.text import shown

if TYPE_CHECKING:
    from textual.driver import Driver

    from tui.demo import DemoEngine
    from tui.screens.contexts import ContextsScreen
    from tui.screens.engine_kept import Kept
    from tui.screens.no_engine import NoEngineScreen

ALL = "all"
"""The mode that shows all connected Engines side by side."""


def _palette() -> type[Provider]:
    """The palette's contents, imported when it opens."""
    from tui.screens.palette import Palette

    return Palette


class WharfApp(App[None], inherit_bindings=False):
    """Wharf: a main screen for each connected Engine, and one for all of them; each is a mode of the app."""

    TITLE = "Wharf"
    COMMANDS = {_palette}
    DEFAULT_MODE = "engine-1"
    CSS = """
    ToastRack { margin: 0 0 2 0; }
    /* reversed, Textual's own cursor of ANSI themes is black on black */
    Input:ansi > .input--cursor { background: ansi_default; color: ansi_default; text-style: reverse; }
    """
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
        doorbell: Doorbell | None = None,
        terminal: Terminal | None = None,
    ) -> None:
        """`read_only` holds for every later endpoint too; `demo` is what `engine` speaks to, if it is one.

        `doorbell` is where the Engine's ssh asks; without a `terminal` it is one that can do everything.
        """
        super().__init__()
        self._doorbell = doorbell or Doorbell()
        self.fleet = Fleet(state_dir(), clock=clock, ask=self._doorbell, stats_at_once=settings.stats_at_once)
        self.fleet.take(engine)
        self.settings = settings
        self._choices = choices
        self._clock = clock
        self.read_only = read_only
        self._demos: dict[Engine, DemoEngine] = {engine: demo} if demo is not None else {}
        self._mains: dict[Engine | None, MainScreen] = {}
        self._no_engines: dict[Engine, NoEngineScreen] = {}
        self._engine_panes: dict[Engine, Kept] = {}
        self._contexts: ContextsScreen | None = None
        self._asking = Asking(self)
        terminal = terminal or Terminal()
        # before anything is mounted: a theme set later styles everything twice
        terminal.apply(self, settings.theme)
        self._clip = terminal.clipboard()
        self._spare = terminal.slow or terminal.remote

    def on_mount(self) -> None:
        """Take the person's own keys, and whatever ssh asks."""
        self.set_keymap(dict(self.settings.keys))
        self.add_mode(self.DEFAULT_MODE, self.get_default_screen)
        self._doorbell.answered_by(self._asking)
        self.screen_change_signal.subscribe(self, lambda _: self._settle())

    def get_default_screen(self) -> MainScreen:
        """The main screen of the first Engine; as a mode from the start on it would be styled twice."""
        return self._make_main(self.fleet.engines[0])

    def _make_main(self, engine: Engine | None) -> MainScreen:
        """The main screen of an Engine, or of all of them."""
        scope = (
            Scope.one(engine) if engine else Scope(lambda: self.fleet.engines, many=True, color=self._color)
        )
        main = self._mains[engine] = MainScreen(
            scope,
            self.settings,
            self._choices,
            clock=self._clock,
            others=lambda: len(self.fleet.engines) - len(scope.engines),
            spare=self._spare,
        )
        return main

    def _color(self, endpoint: Endpoint) -> str:
        return self.settings.marked(endpoint).color

    # Which Engines

    @property
    def main(self) -> MainScreen:
        """The main screen in view, or under what is in view."""
        main = self.screen_stack[0]
        assert isinstance(main, MainScreen)
        return main

    @property
    def engine(self) -> Engine:
        """The Engine in view; the first one where all of them are."""
        return self.main.scope.engines[0]

    @property
    def engines(self) -> Sequence[Engine]:
        """The connected Engines."""
        return self.fleet.engines

    @property
    def current(self) -> Engine | None:
        """The Engine in view; None where all of them are."""
        return None if self.main.scope.many else self.engine

    def go(self, endpoint: Endpoint, demo: DemoEngine | None = None) -> None:
        """Show the Engine at an endpoint; connects when it is not connected yet.

        `demo` is the demo Engine that answers there.
        """
        read_only = endpoint.read_only or self.read_only
        engine = self.fleet.reach(self.settings.applied(replace(endpoint, read_only=read_only)))
        if demo is not None:
            self._demos[engine] = demo
        self._show(engine)

    def go_all(self) -> None:
        """Show all connected Engines side by side."""
        self._show(None)

    def disconnect(self, engine: Engine) -> None:
        """Close the line to an Engine; the last one stays."""
        others = [other for other in self.fleet.engines if other is not engine]
        if not others:
            self.notify("This is the only Engine: q quits Wharf.", severity="warning", markup=False)
            return
        if self.current is engine:
            self._show(others[0])
        if engine in self.fleet.engines:
            self._leave(engine)

    def pin(self) -> None:
        """The docker CLI takes another context than before: docker lines name the one they are for."""
        for engine in self.fleet.engines:
            engine.pin()
        self._fleet_changed()

    def _show(self, engine: Engine | None) -> None:
        """Bring the main screen of an Engine, or of all of them, into view."""
        before = self.current
        self._lay_bare()
        if engine not in self._mains:
            self.add_mode(self._mode(engine), lambda: self._make_main(engine))
        self.switch_mode(self._mode(engine))
        if before is not None and before is not engine and not before.link.ever_up and before.link.error:
            # nobody ever answered there, and the person went on
            self._leave(before)
        self._fleet_changed()
        self._settle()

    def _lay_bare(self) -> None:
        """Close what stands on the main screen in view."""
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self._no_engines.pop(self.engine, None)

    def _leave(self, engine: Engine) -> None:
        self.fleet.leave(engine)
        if (demo := self._demos.pop(engine, None)) is not None:
            demo.stop()
        del self._mains[engine]
        self._engine_panes.pop(engine, None)
        self.remove_mode(self._mode(engine))
        self._fleet_changed()

    def _fleet_changed(self) -> None:
        for main in self._mains.values():
            main.look_again()

    def _mode(self, engine: Engine | None) -> str:
        return f"engine-{engine.number}" if engine is not None else ALL

    def on_main_screen_link_changed(self, event: MainScreen.LinkChanged) -> None:
        """Where no Engine was ever reached, say so on a screen of its own, until there is one."""
        event.stop()
        self._settle()
        if event.screen.scope.many:
            # the column of hosts says whose rows are old
            event.screen.pane.tick()
        if self._contexts is not None and self._contexts is self.screen:
            self._contexts.reload()

    def _settle(self) -> None:
        """Put the screen that explains a missing Engine in front of its main screen, or take it away."""
        if not self._running or self.main.scope.many:
            return
        engine = self.engine
        link, there = engine.link, self._no_engines.get(engine)
        if link.ever_up:
            if there is not None and there is self.screen:
                del self._no_engines[engine]
                there.dismiss()
        elif there is not None:
            there.show(link)
        elif link.state is LinkState.DOWN or link.error is not None:
            from tui.screens.no_engine import NoEngineScreen

            self._no_engines[engine] = NoEngineScreen(
                engine.endpoint, link, others=len(self.fleet.engines) > 1
            )
            self.push_screen(self._no_engines[engine])

    def action_retry(self) -> None:
        """Try to connect now."""
        self.engine.retry_now()

    def action_contexts(self) -> None:
        """Show where there are Engines."""
        from tui.screens.contexts import ContextsScreen

        self._contexts = ContextsScreen(self, self.settings)
        self.push_screen(self._contexts)

    def action_pane(self, kind: str) -> None:
        """Show the pane of a kind, from wherever one is."""
        self._lay_bare()
        self.main.action_pane(kind)

    def action_registries(self) -> None:
        """Show the registries; images are pulled through the Engine in view."""
        from tui.screens.registries import RegistriesScreen

        self._lay_bare()
        desk = self.main.doing.desk(self.engine)
        self.push_screen(RegistriesScreen(desk, self.settings, read_only=self.read_only))

    def action_engine_pane(self, section: int | None = None) -> None:
        """Show what the Engine in view is and does; where all are, the Engine of the row under the cursor.

        The pane is as it was left; `section` is the one to begin with, when not that one.
        """
        from tui.screens.engine import EngineScreen
        from tui.screens.engine_kept import Kept

        self._lay_bare()
        held = self.main.pane.held if self.main.scope.many else None
        engine = held.engine if held is not None else self.engine
        desk, clock = self.main.doing.desk(engine), self._clock
        kept = self._engine_panes.setdefault(engine, Kept(engine, clock))
        self.push_screen(
            EngineScreen(
                engine, desk, self.settings, clock=clock, jump=self.look_at, kept=kept, section=section
            )
        )

    def action_engine_beside(self, step: int, section: int) -> None:
        """Show the same of the connected Engine before or after this one."""
        if len(self.fleet.engines) > 1:
            self.action_engine(step)
            if self.main.scope.many or self.engine.link.ever_up:
                self.main.call_after_refresh(self.action_engine_pane, section)

    def look_at(self, engine: Engine, kind: str, key: str) -> None:
        """Show an object in its pane, whatever was hidden there."""
        from tui.screens.seeking import seek

        if engine in self.main.scope.engines:
            self._lay_bare()
        else:
            self._show(engine)
        self.main.action_pane(kind)
        row = self.main.scope.row(engine, key)
        # a pane that was never in view has its rows only once it stands
        self.main.call_after_refresh(lambda: self.main.pane.call_after_refresh(seek, self.main.pane, row))

    def action_all_engines(self) -> None:
        """Show all connected Engines side by side."""
        self.go_all()

    def action_engine(self, step: int) -> None:
        """Show the connected Engine before or after this one; after the last one come all together."""
        engines: list[Engine | None] = [*self.fleet.engines]
        if len(engines) > 1:
            engines.append(None)
            self._show(engines[(engines.index(self.current) + step) % len(engines)])

    def action_demo(self) -> None:
        """Show the embedded demo Engine."""
        from tui.demo import NAME, DemoEngine

        if running := next(iter(self._demos), None):
            self._show(running)
        else:
            demo = DemoEngine()
            self.go(Endpoint(demo.start(), NAME, NAME, demo=True), demo)

    # The terminal

    def get_driver_class(self) -> type[Driver]:
        """Textual's driver, which writes only the cells that changed."""
        from widgets.thrift import thrifty

        return thrifty(super().get_driver_class())

    def copy_to_clipboard(self, text: str) -> None:
        """Put a text on the terminal's clipboard, and say when it may not have got there."""
        self._clipboard = text
        if self._driver is not None and (note := self._clip.copy(text, self._driver.write)):
            self.notify(shown(note), severity="warning", markup=False)

    # The end

    def action_interrupt(self) -> None:
        """Copy what is selected, else quit."""
        selected = self.screen.get_selected_text()
        if selected:
            self.copy_to_clipboard(selected)
            self.screen.clear_selection()
        else:
            self._end()

    async def action_quit(self) -> None:
        """Quit; while jobs are under way only after asking."""
        self._end()

    def _end(self) -> None:
        if any(engine.running for engine in self.fleet.engines):
            self.run_worker(self._ask_to_end(), group="quit", exclusive=True, exit_on_error=False)
        else:
            self.exit()

    async def _ask_to_end(self) -> None:
        from tui.screens.quit import ask_before_quit

        if await ask_before_quit(self, self.fleet.engines):
            self.exit()

    def on_unmount(self) -> None:
        """Close what is open."""
        self._doorbell.answered_by(None)
        self._asking.end()
        self.fleet.close()
        for demo in self._demos.values():
            demo.stop()
