"""Wharf on the demo Engine, its clock standing still, in a real terminal: `python -m tests.standing`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tui.app import WharfApp
from tui.demo import DemoEngine
from tui.demo.world import FIXED_NOW
from tui.engine.endpoint import Endpoint
from tui.engine.engine import Engine
from tui.settings import Choices, Settings


def main() -> None:
    """Run it until the person quits; what it keeps is kept in a folder that goes away."""
    with tempfile.TemporaryDirectory() as folder, DemoEngine(seed=1, clock=lambda: FIXED_NOW) as demo:
        engine = Engine(Endpoint(demo.start(), "demo", "test"), Path(folder), clock=lambda: FIXED_NOW)
        engine.start()
        choices = Choices(Path(folder) / "choices.json")
        WharfApp(engine, Settings(), choices, clock=lambda: FIXED_NOW).run()


if __name__ == "__main__":
    main()
