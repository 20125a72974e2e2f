"""Wharf's own colours: calm, one accent."""

from __future__ import annotations

from textual.theme import Theme

WHARF = Theme(
    name="wharf",
    primary="#3d8fb8",
    secondary="#5a7d8c",
    accent="#5fb3d4",
    foreground="#d5dde2",
    background="#11171b",
    surface="#182127",
    panel="#1d2930",
    success="#6fbf73",
    warning="#d9a441",
    error="#e0645c",
    dark=True,
)
