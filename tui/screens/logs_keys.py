"""The keys of a log screen beside those of the log itself."""

from __future__ import annotations

from textual.binding import Binding, BindingType


def _binding(key: str, action: str, name: str, tooltip: str) -> Binding:
    # what opens the line takes the key before the next one comes: that belongs into the line
    first = action.startswith("ask(")
    return Binding(key, action, tooltip, show=False, tooltip=tooltip, id=f"logs.{name}", priority=first)


BINDINGS: list[BindingType] = [
    _binding("escape", "back", "back", "Close the unfolded line, end the search, then go back"),
    _binding("q", "leave", "leave", "Go back"),
    _binding("question_mark", "help", "help", "The keys of a log"),
    _binding("slash", "ask('/')", "search", "Search for text or a /regex/, in any case"),
    _binding("ampersand", "ask('keep')", "keep", "Show only lines with text or a /regex/"),
    _binding("exclamation_mark", "ask('drop')", "drop", "Show no lines with text or a /regex/"),
    _binding("c", "context", "context", "Lines around those that are kept: 0, 2, 5, 20"),
    _binding("s", "ask('since')", "since", "Since when: 15m, 2h, start, all, 14:30, tail 500"),
    *(
        _binding(f"{number}", f"preset({number})", f"since_{number}", tip)
        for number, tip in enumerate(
            ("The last 1,000 lines", "Since 1 minute", "Since 15 minutes", "Since 1 hour", "Since its start")
        )
    ),
    _binding("t", "ask('go to')", "time", "Go to a time: 14:30, 2026-11-24 14:30, 15m"),
    _binding("enter", "unfold", "unfold", "Unfold the line: its time, its fields; or fold it again"),
    _binding("m", "members", "members", "Which containers show"),
    _binding("y", "copy(False)", "copy", "Copy the line, or the range"),
    _binding("Y", "copy(True)", "copy_all", "Copy all lines shown"),
    _binding("S", "save", "save", "Save what is shown, or all of the log, to a file"),
    _binding("r", "again", "again", "Read on after the end"),
]

KEYS = (
    ("logs.help", "help"),
    ("logs.again", "read on"),
    ("logs.search", "search"),
    ("log.next_match", "next"),
    ("log.previous_match", "previous"),
    ("log.follow", "follow"),
    ("logs.keep", "keep"),
    ("logs.since", "since"),
    ("logs.members", "which"),
    ("logs.unfold", "unfold"),
    ("log.wrap", "wrap"),
    ("log.times", "times"),
    ("logs.save", "save"),
    ("logs.copy", "copy"),
    ("logs.drop", "drop"),
    ("logs.time", "time"),
    ("log.range", "range"),
)
"""What the last line names, the most useful first."""
SEARCHING = frozenset(("log.next_match", "log.previous_match"))
"""Those of them that need a search."""
GIVEN = {
    "/": "search",
    "keep": "show only these",
    "drop": "show none of these",
    "since": "read from then on",
    "go to": "go there",
}
"""What enter does, by sign of the line that is typed."""


def named(
    sign: str = "", back: str = "back", *, searching: bool = False, ranging: bool = False
) -> list[tuple[str, str]]:
    """All that the last line can name; what the keys do not do now it leaves out.

    `sign` is that of the line at the bottom, `back` what escape does in the log.
    """
    typing = [
        ("logs.given", GIVEN.get(sign, "done")),
        ("logs.prompt", "end the search" if sign == "/" else "leave it as it was"),
        ("logs.empty", "empty the line"),
    ]
    rest = [key for key in KEYS if searching or key[0] not in SEARCHING]
    first = [("logs.back", back), *([("logs.copy", "copy the range")] if ranging else ())]
    return [*typing, *first, *(key for key in rest if not ranging or key[0] != "logs.copy")]
