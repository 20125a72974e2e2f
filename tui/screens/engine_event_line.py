"""The docker line of the events that are shown, and what of them no docker line can say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tui.engine.happenings import ACTIONS, EXECS, PODMANS, TYPES
from tui.engine.lines import DockerLine, docker
from tui.panes.filter import parse_filter, words_of

MOST = 6
"""So many values of one option are written out; docker has no way to leave some out."""
OPTIONS = {"type": "type", "action": "event"}
"""What docker calls that by which Wharf's filter narrows; its values are whole words there."""


class EventLine(NamedTuple):
    """The nearest that docker has."""

    line: DockerLine
    rest: Sequence[str]
    """What only Wharf leaves out or looks for besides, in a word or two each."""


def event_line(filter_: str, *, execs: bool, podman: bool) -> EventLine:
    """What shows the same events; the values of an option are those that the filter lets through.

    Two values of one option widen what docker shows, and two terms of a filter narrow it.
    """
    actions = [*ACTIONS, *(EXECS if execs else ()), *(PODMANS if podman else ())]
    values: dict[str, list[str]] = {"type": list(TYPES), "action": actions}
    rest, narrowed = [], []
    for term in filter_.split():
        key = term.removeprefix("!").partition("=")[0].lower()
        test = parse_filter(term)
        left = [one for one in values.get(key, ()) if test(words_of({key: one}))]
        if not 0 < len(left) <= MOST:
            rest.append(term)
            continue
        values[key] = left
        narrowed.append(key)
    options: list[str] = []
    for key in dict.fromkeys(narrowed):
        for value in values[key]:
            options += ["--filter", f"{OPTIONS[key]}={value}"]
    if not execs and "action" not in narrowed:
        rest.append("no execs")
    return EventLine(docker("events", "--since", "1h", *options), rest)
