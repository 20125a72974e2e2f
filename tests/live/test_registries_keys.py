"""A real registry browsed, and an image deleted in it, by keys only."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.live.registry import registry
from tests.screens.harbours import FakeDesk, HarbourApp
from tests.screens.hosting import until
from tui.engine import registries as known
from tui.engine.registry import Registry
from tui.screens.registries import RegistriesScreen
from tui.screens.registries_form import RegistryForm
from tui.screens.registries_repositories import RepositoriesScreen
from tui.screens.registries_tags import TagsScreen
from tui.screens.sure import Sure

LAYERS = (b"the root" * 1000, b"the site")


async def _sees(app: HarbourApp, pilot: Pilot[None], kind: type, *words: str) -> str:
    """What is painted once a screen says all these words."""
    text = ""

    def there() -> bool:
        nonlocal text
        text = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        return isinstance(app.screen, kind) and all(word in text for word in words)

    await until(pilot, there)
    return text


async def test_a_registry_is_added_browsed_and_cleaned_by_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = {"HOME": str(tmp_path), "DOCKER_CONFIG": str(tmp_path / ".docker")}
    # nobody but the registry of this test is asked
    monkeypatch.setattr(known, "HUB_HOST", "127.0.0.1:9")
    with registry(tmp_path / "registry") as ground:
        digest = ground.image("shop/web", "1.0", layers=LAYERS)
        ground.image("shop/web", "latest", layers=LAYERS)
        ground.image("shop/web", "2.0", layers=(b"another",))
        app = HarbourApp(env, None, FakeDesk())
        async with app.run_test(size=(160, 48)) as pilot:
            await until(pilot, lambda: isinstance(app.screen, RegistriesScreen))
            await pilot.press("a")
            await _sees(app, pilot, RegistryForm, "Add a registry")
            await pilot.press(*ground.host, "ctrl+s")
            await _sees(app, pilot, RegistriesScreen, ground.host, "● reachable", "plain HTTP")
            await pilot.press("enter")
            await _sees(app, pilot, RepositoriesScreen, "shop/web")
            await pilot.press("enter")
            await _sees(app, pilot, TagsScreen, "3 tags", digest[7:19])
            text = await _sees(app, pilot, TagsScreen, "RUN make 0", "● pull  ● push  ● delete", "latest")
            assert "same digest" in text
            await pilot.press("d")
            await _sees(app, pilot, Sure, "2 tags lead to it", digest, "1.0", "latest")
            await until(pilot, lambda: isinstance(app.screen, Sure) and app.screen.ready)
            await pilot.press("y")
            await _sees(app, pilot, TagsScreen, " 1 tag ")
        mine = Registry(ground.host)
        assert mine.tags("shop/web").names == ("2.0",)
        mine.close()
