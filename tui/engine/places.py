"""The folders in which Wharf keeps what it remembers, by the XDG rules."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def _home(env: Mapping[str, str]) -> Path:
    return Path(env.get("HOME") or Path.home())


def config_home(env: Mapping[str, str] = os.environ) -> Path:
    """$XDG_CONFIG_HOME or ~/.config."""
    return Path(env.get("XDG_CONFIG_HOME") or _home(env) / ".config")


def state_dir(env: Mapping[str, str] = os.environ) -> Path:
    """Wharf's own state: $XDG_STATE_HOME/wharf or ~/.local/state/wharf."""
    return Path(env.get("XDG_STATE_HOME") or _home(env) / ".local" / "state") / "wharf"
