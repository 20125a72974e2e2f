"""The screen of contexts and its dialogs, as they were looked at and found good."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.screens.hosting import until
from tests.screens.places import PlacesApp, answering, busy_places, harbour
from tui.engine.context_draft import Draft
from tui.screens import contexts as screen_module
from tui.screens.contexts import ContextsScreen
from tui.screens.contexts_form import ContextForm
from tui.screens.contexts_remove import RemoveContext
from widgets.form import Form

SIZES = {"80x24": (80, 24), "160x48": (160, 48)}

FOLDER = Path("/home/ann/.docker/contexts")
DIGEST = "843e1bef0379916c72570262ace973cec491598c2038356529fd51ae6b5bd897"

Play = Callable[[PlacesApp, Pilot[Any]], Awaitable[None]]


async def _table(app: PlacesApp, pilot: Pilot[Any]) -> None:
    await pilot.press("j", "j", "j")


async def _form(app: PlacesApp, pilot: Pilot[Any]) -> None:
    await pilot.press("c")
    await until(pilot, lambda: isinstance(app.screen, ContextForm))
    wrong = {"name": "pier", "host": "tcp://pier.example.net", "ca": "/nowhere/ca.pem", "skip_verify": True}
    app.screen.query_one(Form).set_values(wrong)
    await pilot.pause()
    await pilot.press("ctrl+s")


async def _change(app: PlacesApp, pilot: Pilot[Any]) -> None:
    form = ContextForm(Draft("shop-prod", "ssh://deploy@shop.example.net", "what the customers see"), {})
    await app.push_screen(form)


async def _remove(app: PlacesApp, pilot: Pilot[Any]) -> None:
    place = next(place for place in app.contexts._rows.values() if place.name == "shop-prod")
    tls = FOLDER / "tls" / DIGEST / "docker"
    files = [FOLDER / "meta" / DIGEST / "meta.json", tls / "ca.pem", tls / "cert.pem", tls / "key.pem"]
    dialog = RemoveContext(place, files)
    await app.push_screen(dialog)
    await until(pilot, lambda: dialog.ready)
    dialog.refresh_bindings()


SCENES: dict[str, Play] = {"table": _table, "form": _form, "change": _change, "remove": _remove}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", SCENES)
def test_contexts(
    snap_compare: Callable[..., bool],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    name: str,
    size: str,
) -> None:
    monkeypatch.setattr(screen_module, "ask", answering())
    app = PlacesApp(busy_places(), harbour(tmp_path))

    async def play(pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: isinstance(app.screen, ContextsScreen))
        await until(pilot, lambda: all(worker.is_finished for worker in app.contexts.workers))
        await SCENES[name](app, pilot)
        for _ in range(6):
            await pilot.pause(0.02)

    assert snap_compare(app, terminal_size=SIZES[size], run_before=play)
