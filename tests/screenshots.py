"""Draws the pictures in screenshots/, from the demo Engine, and writes README's key table anew."""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
import time
from pathlib import Path

from tests.scenes import SCENES, Scene
from tests.stage import staged
from tui.screens.keytable import markdown_table

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "screenshots"
README = ROOT / "README.md"
SIZE = (120, 34)
WIDE = (160, 34)
TITLE = "Wharf"
PICTURES = {
    "containers": WIDE,
    "images": SIZE,
    "networks": SIZE,
    "volumes": SIZE,
    "overview": SIZE,
    "inspect": SIZE,
    "run": SIZE,
    "plan": SIZE,
    "error": SIZE,
    "help": SIZE,
    "logs": SIZE,
    "no-engine": SIZE,
}
"""What is drawn, in columns and rows."""

_KEYS = re.compile(r"(?<=<!-- keys -->\n).*?(?=<!-- /keys -->)", re.DOTALL)


def with_keys(text: str) -> str:
    """README with the key table as the verbs say it."""
    return _KEYS.sub(lambda found: f"\n{markdown_table()}\n\n", text)


async def picture(scene: Scene, size: tuple[int, int]) -> str:
    """One scene as SVG."""
    with tempfile.TemporaryDirectory() as folder:
        async with staged(Path(folder), size, build=scene.build, rows=scene.rows) as stage:
            await scene.play(stage)
            svg = stage.app.export_screenshot(title=TITLE)
    # the ids are made of what is painted, in a way that changes from one process to the next
    return re.sub(r"\bterminal-\d+-", "terminal-", svg)


async def draw() -> None:
    """All pictures."""
    FOLDER.mkdir(exist_ok=True)
    for name, size in PICTURES.items():
        path = FOLDER / f"{name}.svg"
        path.write_text(await picture(SCENES[name], size), encoding="utf-8")
        print(path.relative_to(ROOT))  # noqa: T201 - says what it has made


def main() -> None:
    """Draw the pictures and write the table."""
    os.environ["TZ"] = "UTC"
    os.environ.pop("NO_COLOR", None)
    time.tzset()
    asyncio.run(draw())
    README.write_text(with_keys(README.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
