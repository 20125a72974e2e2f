"""Taking ssh's questions from its thread to the person, and the answer back."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from textual.app import App

from tui.engine.questions import SSHQuestion


class Asking:
    """Asks a person in front of an app; called on whatever thread waits for the answer."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._open: set[Future[str | None]] = set()

    def __call__(self, question: SSHQuestion) -> str | None:
        """Show the question and wait; None when there is no answer."""
        answer: Future[str | None] = Future()
        self._open.add(answer)
        self._app.call_later(self._show, question, answer)
        try:
            return answer.result()
        finally:
            self._open.discard(answer)

    def end(self) -> None:
        """Let nobody wait any more: the app ends."""
        for answer in list(self._open):
            if not answer.done():
                answer.set_result(None)

    def _show(self, question: SSHQuestion, answer: Future[str | None]) -> None:
        self._app.run_worker(self._put(question, answer), group="ssh", exit_on_error=False)

    async def _put(self, question: SSHQuestion, answer: Future[str | None]) -> None:
        from tui.screens.ask import AskScreen

        given = await self._app.push_screen_wait(AskScreen(question))
        if not answer.done():
            answer.set_result(given)
