"""Names and labels from outside that would harm the screen if they reached it as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stage import Build, Stage, staged
from tui.demo.models import Volume
from tui.demo.world import World
from tui.screens.plan import PlanScreen
from widgets.text import shown

HOSTILE = {
    "markup": "[/x]oops",
    "link": "[@click=app.exit]x[/]",
    "clipboard": "\x1b]52;c;aGFjaw==\x07",
    "right to left": "\u202egnp.exe",
    "newline": "one\r\ntwo\x9b31m",
    "long": "x" * 10_000,
}
FORBIDDEN = "\x1b\x07\x9b\u202e\r\n"
VERB_DIGITS = {"1": "containers", "2": "images", "3": "networks", "4": "volumes"}


def having(text: str) -> Build:
    """A world in which one object of each kind has this name, and these labels."""

    def build(world: World) -> None:
        container = world.container("shop-canary")
        container.name = text
        container.image = text
        container.labels[text] = text
        container.config["Env"] = [f"{text}={text}"]
        container.config["Cmd"] = ["sh", "-c", "sleep 1000", text]
        container.config["User"] = ""
        image = world.image("nginx:1.27-alpine")
        image.tags = [f"{text}:1"]
        image.config["Labels"] = {text: text}
        network = world.network("staging")
        network.name = text
        network.labels = {text: text}
        world.volumes[text] = Volume(text, world.now(), labels={text: text})

    return build


def harmless(stage: Stage) -> None:
    """Nothing on the screen is more than one visible character, and no line is longer than the screen."""
    for line in stage.lines:
        assert not set(FORBIDDEN) & set(line)
        assert len(line) <= 160
    assert stage.app.is_running
    assert not any("Wharf itself failed" in toast for toast in stage.toasts)


async def find(stage: Stage, digit: str, name: str) -> None:
    """Show the pane and put the cursor on the hostile object."""
    await stage.press(digit)
    key = next(key for key, model in stage.pane.models.items() if name in model.name)
    assert stage.table.move_to(key)
    await stage.until(lambda: stage.detail is not None and stage.detail.model == stage.pane.current)


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("digit", VERB_DIGITS, ids=VERB_DIGITS.values())
async def test_it_is_shown_harmlessly_in_table_detail_tree_and_plan(
    tmp_path: Path, digit: str, name: str
) -> None:
    async with staged(tmp_path, (160, 48), build=having(name)) as stage:
        await find(stage, digit, name)
        seen = shown(name)[:8]
        assert seen in stage.text
        harmless(stage)
        if digit != "4":
            await stage.until(lambda: stage.detail_read)
        harmless(stage)
        await stage.press("i")
        await stage.still()
        harmless(stage)
        await stage.press("escape", "d")
        await stage.until(lambda: stage.dialog == "PlanScreen")
        assert seen in stage.text
        harmless(stage)
        await stage.press("escape")


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
async def test_it_is_shown_harmlessly_in_toasts(tmp_path: Path, name: str) -> None:
    async with staged(tmp_path, (160, 48), build=having(name)) as stage:
        await find(stage, "1", name)
        await stage.press("s")
        await stage.until(lambda: any("start: done" in toast for toast in stage.toasts))
        assert shown(name)[:8] in "".join(stage.toasts)
        harmless(stage)
        await stage.press("y")
        harmless(stage)
        # what is copied is the name itself, not what is shown of it
        assert stage.app.clipboard == name


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
async def test_it_is_shown_harmlessly_in_errors(tmp_path: Path, name: str) -> None:
    async with staged(tmp_path, (160, 48), build=having(name)) as stage:
        stage.docker.start(next(key for key, one in stage.pane.models.items() if one.name == name))
        await find(stage, "1", name)
        await stage.until(lambda: "stop" in stage.bar("footer"))
        await stage.press("d")
        await stage.until(lambda: isinstance(stage.app.screen, PlanScreen) and stage.app.screen.ready)
        await stage.press("y")
        await stage.until(lambda: stage.dialog == "ErrorScreen")
        assert shown(name)[:8] in stage.text
        harmless(stage)


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
async def test_it_is_shown_harmlessly_in_palette_and_command(tmp_path: Path, name: str) -> None:
    async with staged(tmp_path, (160, 48), build=having(name)) as stage:
        await find(stage, "1", name)
        await stage.press("ctrl+p")
        await stage.until(lambda: stage.dialog == "CommandPalette" and "docker start" in stage.text)
        assert f"start {shown(name)[:8]}" in stage.text
        harmless(stage)
        await stage.press("escape", "colon")
        await stage.type(f"stop {name.split()[0]}")
        await stage.press("enter")
        assert stage.app.is_running


@pytest.mark.parametrize("key", ["n", "R", "l"])
@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
async def test_it_is_shown_harmlessly_in_forms_and_logs(tmp_path: Path, name: str, key: str) -> None:
    async with staged(tmp_path, (160, 48), build=having(name)) as stage:
        await find(stage, "1", name)
        await stage.press(key)
        await stage.until(lambda: stage.dialog in ("SheetScreen", "RunScreen", "LogsScreen"))
        await stage.still()
        assert shown(name)[:8] in stage.text
        harmless(stage)
