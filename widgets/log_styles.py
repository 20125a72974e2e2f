"""How a log looks, in a theme's colours and where a terminal has only sixteen or none."""

from __future__ import annotations

from widgets.log_names import SOURCE_TONES

LEVELS = ("error", "warn", "info", "debug", "trace")

TONES = (
    *(f"{tone}{part}" for tone in ("out", "err", "note", "rule") for part in ("", "-glyph")),
    *("gap", "mark", "time", "match", "match-current", "cursor", "selected", "key"),
    *(f"level-{level}" for level in LEVELS),
    *SOURCE_TONES,
)
"""The component classes, each after `log-view--`."""

STYLES = """
LogCanvas {
    scrollbar-gutter: stable;
    scrollbar-size-vertical: 1;
    scrollbar-size-horizontal: 0;
    & > .log-view--err { color: $text-error; }
    & > .log-view--err-glyph { color: $error; text-style: bold; }
    & > .log-view--note, & > .log-view--note-glyph { color: $text-muted; text-style: italic; }
    & > .log-view--time, & > .log-view--gap { color: $text-muted; }
    & > .log-view--rule, & > .log-view--rule-glyph { color: $secondary; }
    & > .log-view--mark { color: $accent; text-style: bold; }
    & > .log-view--key { text-style: dim; }
    & > .log-view--cursor { background: $primary-muted; }
    & > .log-view--selected { background: $panel; }
    & > .log-view--level-error { color: $error; text-style: bold; }
    & > .log-view--level-warn { color: $warning; }
    & > .log-view--level-info { color: $success; }
    & > .log-view--level-debug { color: $secondary; }
    & > .log-view--level-trace { color: $secondary; text-style: dim; }
    & > .log-view--source-1 { color: $accent; }
    & > .log-view--source-2 { color: $success; }
    & > .log-view--source-3 { color: $warning-lighten-1; }
    & > .log-view--source-4 { color: $primary-lighten-2; }
    & > .log-view--source-5 { color: $error-lighten-2; }
    & > .log-view--source-6 { color: $secondary-lighten-2; }
    & > .log-view--source-7 { color: $warning-lighten-3; }
    & > .log-view--source-8 { color: $success-lighten-2; }
    & > .log-view--match { background: $warning-muted; color: $text-warning; text-style: underline; }
    & > .log-view--match-current {
        background: $block-cursor-background; color: $block-cursor-foreground;
        text-style: bold underline;
    }
    &:ansi {
        & > .log-view--match { background: ansi_yellow; color: ansi_black; }
        & > .log-view--match-current { background: ansi_cyan; color: ansi_black; }
        & > .log-view--cursor { text-style: reverse; }
        & > .log-view--selected { text-style: underline; }
        & > .log-view--source-1 { color: ansi_cyan; }
        & > .log-view--source-2 { color: ansi_green; }
        & > .log-view--source-3 { color: ansi_yellow; }
        & > .log-view--source-4 { color: ansi_bright_blue; }
        & > .log-view--source-5 { color: ansi_magenta; }
        & > .log-view--source-6 { color: ansi_bright_cyan; }
        & > .log-view--source-7 { color: ansi_bright_yellow; }
        & > .log-view--source-8 { color: ansi_bright_green; }
    }
    &:ansi:nocolor > .log-view--match-current { text-style: bold reverse; }
}
"""
