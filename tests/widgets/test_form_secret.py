"""A secret in a form: it is typed as any text is, and neither the screen, the clipboard nor a repr has it."""

from __future__ import annotations

import traceback
from io import StringIO

from rich.console import Console
from rich.traceback import Traceback
from textual.app import App, ComposeResult
from textual.widgets import Input

from widgets.form import Form
from widgets.form_fields import Field, Hidden
from widgets.form_inputs import Entry
from widgets.text import Shown

SECRET = "gull " * 30


class SecretApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.changes: list[Form.Changed] = []

    def compose(self) -> ComposeResult:
        yield Form([Field("password", Shown("password"), secret=True)])

    def on_form_changed(self, event: Form.Changed) -> None:
        self.changes.append(event)

    def screen_text(self) -> str:
        """All that is painted."""
        strips = self.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def test_a_secret_is_kept_exactly_and_not_painted() -> None:
    app = SecretApp()
    async with app.run_test(size=(60, 10)) as pilot:
        app.query_one(Form).focus()
        await pilot.press(*"harbour")
        assert app.query_one(Form).values() == {"password": "harbour"}
        assert "harbour" not in app.screen_text()
        assert "•" * 7 in app.screen_text()


async def test_a_secret_is_not_copied_and_not_cut() -> None:
    app = SecretApp()
    async with app.run_test(size=(60, 10)) as pilot:
        app.query_one(Form).focus()
        await pilot.press(*"harbour", "ctrl+a", "shift+home", "ctrl+c", "ctrl+x")
        assert app.clipboard == ""
        assert app.query_one(Form).values() == {"password": "harbour"}


async def test_no_repr_of_what_the_form_tells_has_the_secret() -> None:
    app = SecretApp()
    async with app.run_test(size=(60, 10)) as pilot:
        app.query_one(Form).focus()
        await pilot.press(*"harbour")
        await pilot.pause()
        assert app.changes[-1].values == {"password": "harbour"}
        assert "harbour" not in repr(app.changes)
        entry = app.query_one(Entry)
        assert entry.value == "harbour"
        assert "harbour" not in repr(Input.Changed(entry, entry.value))


async def test_a_secret_that_cannot_be_painted_is_kept_and_not_told_either() -> None:
    app = SecretApp()
    async with app.run_test(size=(60, 10)) as pilot:
        app.query_one(Entry).text = "har\x1bbour"
        await pilot.pause()
        values = app.query_one(Form).values()
        assert values == {"password": "har\x1bbour"}
        assert "bour" not in repr(values) + app.screen_text()


def test_a_traceback_that_shows_all_values_does_not_show_a_secret() -> None:
    def crash(answers: dict[str, str]) -> None:
        first = answers["password"][:100]
        raise ValueError(len(first))

    console = Console(file=StringIO(), width=400)
    try:
        crash({"password": Hidden(SECRET)})
    except ValueError:
        console.print(Traceback(show_locals=True, extra_lines=0))
        assert traceback.format_exc()
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "answers" in text
    assert "gull gull" not in text.replace("\n", "")
