"""The docker line of a filter of events: what it says, and what is left to Wharf."""

from __future__ import annotations

import pytest

from tui.screens.engine_event_line import event_line

BEGIN = "docker events --since 1h"


@pytest.mark.parametrize(
    ("typed", "options", "rest"),
    [
        ("", "", ["no execs"]),
        ("type=network", "--filter type=network", ["no execs"]),
        # part of a word finds several, and docker knows whole ones only
        ("type=con", "--filter type=config --filter type=container", ["no execs"]),
        ("action=die", "--filter event=die", []),
        ("action=pause", "--filter event=pause --filter event=unpause", []),
        (
            "type=container action=*start",
            "--filter type=container --filter event=restart --filter event=start",
            [],
        ),
        # of two terms both must hold, of two values docker takes either
        ("action=start !action=re", "--filter event=start", []),
        ("action=start action=re", "--filter event=restart", []),
        ("web !nginx name=x ~abc", "", ["web", "!nginx", "name=x", "~abc", "no execs"]),
        ("type=none-of-them", "", ["type=none-of-them", "no execs"]),
        ("!type=network", "", ["!type=network", "no execs"]),
    ],
)
def test_types_and_actions_become_options_and_all_else_is_wharfs(
    typed: str, options: str, rest: list[str]
) -> None:
    found = event_line(typed, execs=False, podman=False)
    assert found.line.masked() == f"{BEGIN} {options}".strip()
    assert list(found.rest) == rest


def test_execs_and_podmans_own_words_are_named_where_they_can_be_told() -> None:
    assert event_line("", execs=True, podman=False).rest == []
    with_execs = event_line("action=die", execs=True, podman=True).line.masked()
    assert with_execs == f"{BEGIN} --filter event=die --filter event=exec_die --filter event=died"
