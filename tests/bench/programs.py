"""The programs that are measured, started the way a person starts them."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from copy import copy
from pathlib import Path

import psutil

from tests.bench.terminal import COLUMNS, ROWS, Terminal

WHARF = (str(Path(sys.executable).with_name("wharf")),)
BARE = (sys.executable, str(Path(__file__).with_name("bare.py")))
ROW = re.compile(r"app-\d{3}")
"""What is on the screen once the first container is."""
START_SECONDS = 30.0

_MARK = "WHARF_BENCH"
_FOREIGN = ("NO_COLOR", "TMUX", "COLUMNS", "LINES", "DOCKER_CONTEXT", "SSH_CONNECTION", "TEXTUAL")


class NeverReady(Exception):
    """A program did not show a container; the text is its screen."""


class Programs:
    """Starts programs on an Engine, with a folder for settings and state in place of a person's."""

    def __init__(self, home: Path) -> None:
        self._env = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
        self._env |= {
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "XDG_CONFIG_HOME": str(home),
            "XDG_STATE_HOME": str(home),
            _MARK: str(os.getpid()),
        }

    def finding(self, folder: str) -> Programs:
        """The same, with another folder in front of the PATH."""
        other = copy(self)
        other._env = self._env | {"PATH": f"{folder}{os.pathsep}{self._env['PATH']}"}
        return other

    def start(self, program: Sequence[str], url: str, *, size: tuple[int, int] = (COLUMNS, ROWS)) -> Terminal:
        """Start a program on the Engine at `url`, in a terminal of so many columns and rows."""
        return Terminal(program, self._env | {"DOCKER_HOST": url}, size)

    def ready(
        self,
        program: Sequence[str],
        url: str,
        settle: float,
        *,
        row: re.Pattern[str] = ROW,
        size: tuple[int, int] = (COLUMNS, ROWS),
    ) -> Terminal:
        """Start a program, wait for its first container and then `settle` seconds. Raises NeverReady."""
        terminal = self.start(program, url, size=size)
        if terminal.wait_for(row.search, START_SECONDS) is None:
            with terminal:
                raise NeverReady(f"{program[-1]} shows no container:\n{terminal.text}")
        terminal.run_for(settle)
        return terminal

    def strays(self) -> list[str]:
        """Processes that were started here, by whatever way, and are still there."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get(_MARK) == self._env[_MARK]:
                    found.append(f"{process.pid} {' '.join(process.cmdline())}")
            except psutil.Error:
                continue
        return found
