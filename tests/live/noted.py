"""The `wharf` command, noting in a file each request that it sends: what live tests run in a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from tests.live.calls import noting
from tui.__main__ import main

NOTES = "WHARF_TEST_CALLS"
"""The variable that says which file."""


def in_file(notes: Path) -> Callable[[str, str], None]:
    """Adds a line for each request."""

    def note(method: str, url: str) -> None:
        with notes.open("a") as file:
            file.write(f"{method} {url}\n")

    return note


if __name__ == "__main__":
    with noting(in_file(Path(os.environ[NOTES]))):
        sys.exit(main())
