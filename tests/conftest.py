"""What holds for every test."""

from __future__ import annotations

import sys

import pytest

from tests.resting import rest_shortly

SHELVES = (("tui.engine.inside", "CONTENTS"), ("tui.engine.scans", "SCANS"))
"""Where Wharf keeps what it found out about images while it runs."""


@pytest.fixture(autouse=True)
def nothing_found_out() -> None:
    """Images of the demo have the same ids in every test: what another one found in them is forgotten."""
    for module, shelf in SHELVES:
        if module in sys.modules:
            getattr(sys.modules[module], shelf)._kept = {}


@pytest.fixture(autouse=True, scope="session")
def short_rests() -> None:
    """A Pilot rests until the app has worked off what it was told, not until the machine is idle."""
    rest_shortly()
