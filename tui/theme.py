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

WHARF_16 = Theme(
    name="wharf-16",
    ansi=True,
    # the terminal's own colours, dark or light; plain blue is unreadable on black
    primary="ansi_bright_blue",
    secondary="ansi_cyan",
    accent="ansi_cyan",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    dark=True,
    variables={
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "block-cursor-foreground": "ansi_black",
        "block-cursor-background": "ansi_cyan",
        "border-blurred": "ansi_bright_black",
        "input-selection-foreground": "ansi_black",
        # without shades, an area that has the focus looks as the others do: what is in it stands out instead
        "primary-muted": "ansi_default",
        "scrollbar": "ansi_bright_blue",
        "scrollbar-background": "ansi_default",
        "scrollbar-background-hover": "ansi_default",
        "scrollbar-background-active": "ansi_default",
    },
)
"""For terminals with 16 colours or none: what stands out does so by bold, dim and reverse as well."""
