"""The logs of one container, of several merged, or of a compose project, on a screen of its own."""

from __future__ import annotations

from textual import on, work

from tui.engine.errors import EngineError
from tui.panes.words import counted
from tui.screens.logs_keys import BINDINGS
from tui.screens.logs_prompt import LogPrompt
from tui.screens.logs_showing import LogsShowing
from widgets.bar import Bar
from widgets.log_view import LogView
from widgets.text import shown

CONTEXTS = (0, 2, 5, 20)
"""Lines around those that are kept, one after the other by the same key."""


class LogsScreen(LogsShowing):
    """Does what the keys of a log ask for."""

    BINDINGS = BINDINGS

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Reading on is for logs that ended; which containers show is a question where there are several.

        The keys that open the line are characters like others while one types in it.
        """
        if action == "ask":
            return not self._prompt.typing
        if action == "again":
            return self.sources.resumable
        return len(self.sources) > 1 if action == "members" else True

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(None)

    def action_back(self) -> None:
        """Close what was opened last, or go back."""
        if self._unfolded.is_open:
            self.action_unfold()
        elif self._log.ranging:
            self._log.end_range()
        elif not self._questions.end():
            self.dismiss(None)
        self._show()

    def action_ask(self, sign: str) -> None:
        """Open the line for something to be typed."""
        if self._prompt.is_attached:
            self._questions.ask(sign)
            self._show()
        else:
            self._stand()
            self.call_after_refresh(self.action_ask, sign)

    @on(LogPrompt.Given)
    def _given(self, event: LogPrompt.Given) -> None:
        event.stop()
        self._attempt(lambda: self._questions.given(event.sign, event.text))

    @on(LogPrompt.Left)
    def _left(self, event: LogPrompt.Left) -> None:
        event.stop()
        self._questions.left(event.sign)
        self._log.focus()
        self._show()

    @on(Bar.Clicked)
    async def _clicked(self, event: Bar.Clicked) -> None:
        event.stop()
        await self.run_action(event.action)

    def action_preset(self, number: int) -> None:
        """Read from another time on."""
        self._attempt(lambda: self._questions.read_preset(number))

    def action_context(self) -> None:
        """Show more lines around those that are kept, or none again."""
        lines = self._log.context = next((lines for lines in CONTEXTS if lines > self._log.context), 0)
        self._remember()
        if not self._questions.keep:
            self.notify(f"{counted(lines, 'line')} of context around what & keeps", markup=False)

    def action_unfold(self) -> None:
        """Unfold the line under the cursor, or close that."""
        self._stand()
        self._unfolded.toggle()
        self._show()

    def action_members(self) -> None:
        """Ask which containers show."""
        from tui.screens.logs_members import MembersScreen

        self.app.push_screen(MembersScreen(self.sources.all, self._log.style_of, self._hide))

    def _hide(self) -> None:
        self._log.hide({number for number, source in enumerate(self.sources.all) if source.hidden})
        self._show()

    def action_copy(self, every: bool) -> None:
        """Copy the line or the range, or every line shown."""
        texts = self._log.texts(self._log.shown if every else self._log.selected)
        if texts:
            self.app.copy_to_clipboard("\n".join(texts))
        count = counted(len(texts), "line") if texts else "no lines"
        self.notify(f"copied {count}", markup=False)

    @work(group="save", exit_on_error=False)
    async def action_save(self) -> None:
        """Ask what to save and where, and save it as a job."""
        from tui.screens.logs_saving import saving_of
        from tui.verbs.log_saving import save_logs

        try:
            saving = saving_of(self._log, self.sources, self._questions.flags)
            await save_logs(self._desk, saving)
        except EngineError as error:
            self.notify(shown(error.message), severity="error", markup=False)

    def action_help(self) -> None:
        """Show the keys."""
        from tui.screens.help import HelpScreen
        from tui.screens.keytable import scope_sections

        self.app.push_screen(HelpScreen(scope_sections(self._settings.keys, LogsScreen, LogView)))

    def action_again(self) -> None:
        """Read on where it ended: the container may run again."""
        self._attempt(self.reading.again)
