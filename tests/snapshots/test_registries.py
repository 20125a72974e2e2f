"""The levels of the registries' screen and its dialogs, as they were looked at and found good."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.screens.harbours import HUB, LAN, FakeDesk, HarbourApp, at_home, harbours, images
from tests.screens.hosting import until
from tui.screens import registries as top_level
from tui.screens.registries import RegistriesScreen
from tui.screens.registries_form import RegistryForm
from tui.screens.registries_repositories import RepositoriesScreen
from tui.screens.registries_rows import Told
from tui.screens.registries_tags import TagsScreen
from tui.screens.registries_untagged import UntaggedScreen
from tui.screens.sure import Sure
from widgets.form import Form
from widgets.unmarked_table import UnmarkedTable

SIZES = {"80x24": (80, 24), "160x48": (160, 48)}
LATENCIES = {LAN: 0.0021, HUB: 0.184, "10.0.0.7:5000": 0.0312}


class Way:
    """The way down into a registry, by keys."""

    def __init__(self, app: HarbourApp, pilot: Pilot[Any]) -> None:
        self.app, self.pilot = app, pilot

    async def on(self, kind: type[Any]) -> Any:
        await until(self.pilot, lambda: isinstance(self.app.screen, kind))
        await self.pilot.pause()
        return self.app.screen

    async def at(self, key: str) -> None:
        await until(self.pilot, lambda: self.app.screen.query_one(UnmarkedTable).move_to(key))
        await self.pilot.pause()

    async def into(self, *keys: str) -> None:
        for key, kind in zip(keys, (RepositoriesScreen, TagsScreen), strict=False):
            await self.at(key)
            await self.pilot.press("enter")
            await self.on(kind)

    async def painted(self, words: str) -> None:
        def there() -> bool:
            return any(words in strip.text for strip in self.app.screen._compositor.render_strips())

        await until(self.pilot, there)


async def _registries(way: Way) -> None:
    await way.at("closed.example.net")


async def _form(way: Way) -> None:
    await way.pilot.press("a")
    form = (await way.on(RegistryForm)).query_one(Form)
    form.set_values({"host": "registry.example.net/team", "transport": "plain HTTP"})
    await way.pilot.press("ctrl+s")


async def _repositories(way: Way) -> None:
    await way.into(LAN)
    await way.painted("3 repositories")


async def _hub(way: Way) -> None:
    await way.into(HUB)
    await way.painted("nginx")


async def _tags(way: Way) -> None:
    await way.into(LAN, "shop/web")
    await way.at("broken")
    await way.painted("✗ gone")


async def _detail(way: Way) -> None:
    await way.into(LAN, "shop/web")
    await way.at("1.2.2")
    await way.painted("latest ")
    await way.pilot.press("enter")
    await way.painted("● pull  ● push  ● delete")
    await way.painted("latest, stable")


async def _delete(way: Way) -> None:
    await way.into(LAN, "shop/web")
    await way.painted("✗ gone")
    await way.at("1.2.2")
    await way.pilot.press("d")
    dialog = await way.on(Sure)
    await until(way.pilot, lambda: dialog.ready)
    dialog.refresh_bindings()


async def _untagged(way: Way) -> None:
    await way.into(LAN, "shop/web")
    await way.painted("✗ gone")
    await way.pilot.press("u")
    await way.on(UntaggedScreen)


SCENES = {
    "registries": _registries,
    "form": _form,
    "repositories": _repositories,
    "hub": _hub,
    "tags": _tags,
    "detail": _detail,
    "delete": _delete,
    "untagged": _untagged,
}


def _asking(app: HarbourApp) -> bool:
    return any("◌" in strip.text for strip in app.screen_stack[-1]._compositor.render_strips())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", SCENES)
def test_registries(
    snap_compare: Callable[..., bool],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    name: str,
    size: str,
) -> None:
    ask = top_level.ask

    def timed(*args: Any) -> Told:
        told = ask(*args)
        return told._replace(latency=LATENCIES.get(args[1].host, 0.0123))

    monkeypatch.setattr(top_level, "ask", timed)
    app = HarbourApp(at_home(tmp_path), harbours(), FakeDesk(*images()))

    async def play(pilot: Pilot[Any]) -> None:
        way = Way(app, pilot)
        await way.on(RegistriesScreen)
        await until(pilot, lambda: all(worker.is_finished for worker in app.registries.workers))
        await SCENES[name](way)
        # the detail beside the table tells all once the cursor has rested
        await until(pilot, lambda: not _asking(app))
        for _ in range(4):
            await pilot.pause(0.02)

    assert snap_compare(app, terminal_size=SIZES[size], run_before=play)
