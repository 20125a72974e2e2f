"""The folders in which Wharf keeps what it remembers, by the XDG rules, and what lasts only while it runs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

LONGEST_FOLDER = 70
"""Bytes of a folder in which a socket's path stays within the system's limit (104 on some)."""


def _home(env: Mapping[str, str]) -> Path:
    return Path(env.get("HOME") or Path.home())


def config_home(env: Mapping[str, str] = os.environ) -> Path:
    """$XDG_CONFIG_HOME or ~/.config."""
    return Path(env.get("XDG_CONFIG_HOME") or _home(env) / ".config")


def state_dir(env: Mapping[str, str] = os.environ) -> Path:
    """Wharf's own state: $XDG_STATE_HOME/wharf or ~/.local/state/wharf."""
    return Path(env.get("XDG_STATE_HOME") or _home(env) / ".local" / "state") / "wharf"


def short_folder(*, runnable: bool = False) -> str:
    """An existing folder for temporary ones in which the path of a socket is not too long for the system.

    With `runnable` one from which programs may be run, where there is one.
    """
    import tempfile  # only needed by few, and it brings a lot along

    usual = tempfile.gettempdir()
    places = (usual, "/tmp", os.environ.get("XDG_RUNTIME_DIR", ""), str(_home(os.environ)))
    for place in places:
        if 0 < len(os.fsencode(place)) <= LONGEST_FOLDER and os.access(place, os.W_OK | os.X_OK):
            no_programs = runnable and os.statvfs(place).f_flag & getattr(os, "ST_NOEXEC", 0)
            if not no_programs:
                return place
    return "/tmp"
