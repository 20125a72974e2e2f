"""Draws the pictures in screenshots/, from the demo Engine, and writes README's key table anew."""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
import time
from pathlib import Path

from tests.inside import terminal_svg
from tests.scenes import PICTURES
from tests.stage import staged
from tui.screens.keytable import markdown_table

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "screenshots"
README = ROOT / "README.md"
TITLE = "Wharf"
SIZES = {
    "containers": (164, 30),
    "images": (120, 24),
    "networks": (120, 14),
    "volumes": (120, 18),
    "overview": (120, 40),
    "inspect": (120, 30),
    "marks": (120, 20),
    "command": (120, 22),
    "palette": (120, 24),
    "run": (120, 26),
    "sheet": (120, 20),
    "copy": (120, 26),
    "remove": (120, 22),
    "prune": (120, 24),
    "typed": (120, 20),
    "error": (120, 22),
    "jobs": (120, 22),
    "help": (120, 40),
    "logs": (120, 28),
    "merged": (140, 30),
    "stats": (164, 36),
    "why": (120, 30),
    "engine": (120, 36),
    "top": (120, 16),
    "exec": (120, 20),
    "no-engine": (120, 26),
    "demo": (120, 22),
    "hosts": (120, 24),
}
"""What is drawn, in columns and rows."""

_KEYS = re.compile(r"(?<=<!-- keys -->\n).*?(?=<!-- /keys -->)", re.DOTALL)


def with_keys(text: str) -> str:
    """README with the key table as the verbs say it."""
    return _KEYS.sub(lambda found: f"\n{markdown_table()}\n\n", text)


def file_of(name: str) -> Path:
    """Where a picture is kept."""
    return FOLDER / f"{name}.svg"


async def picture(name: str) -> str:
    """One picture as SVG: of a scene, or of the terminal that Wharf has lent."""
    size = SIZES[name]
    if name == "exec":
        svg = await asyncio.to_thread(terminal_svg, size, TITLE)
    else:
        scene = PICTURES[name]
        with tempfile.TemporaryDirectory() as folder:
            async with staged(Path(folder), size, build=scene.build, rows=scene.rows) as stage:
                await scene.play(stage)
                svg = stage.app.export_screenshot(title=TITLE)
    # the ids are made of what is painted, in a way that changes from one process to the next
    return re.sub(r"\bterminal-\d+-", "terminal-", svg)


async def draw() -> None:
    """All pictures; those that are drawn no more go."""
    FOLDER.mkdir(exist_ok=True)
    wanted = {file_of(name) for name in SIZES}
    for path in FOLDER.glob("*.svg"):
        if path not in wanted:
            path.unlink()
    for name in SIZES:
        path = file_of(name)
        path.write_text(await picture(name), encoding="utf-8")
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
