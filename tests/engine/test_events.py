"""What an event says is different, in Docker's shape and in Podman's."""

from __future__ import annotations

import pytest

from tui.engine.events import FILTERS, Touched, touched
from tui.engine.kinds import Kind

IDENT = "0a" * 32
OTHER = "0b" * 32


def event(kind: str, action: str, ident: str = "", **attributes: str) -> dict[str, object]:
    """One event of GET /events."""
    return {"Type": kind, "Action": action, "Actor": {"ID": ident, "Attributes": attributes}}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (event("container", "start", IDENT), Touched(Kind.CONTAINER, IDENT)),
        (event("container", "die", IDENT), Touched(Kind.CONTAINER, IDENT, ended=True)),
        (event("container", "commit", IDENT), Touched(Kind.IMAGE, None)),
        (event("network", "create", IDENT), Touched(Kind.NETWORK, IDENT)),
        (event("network", "connect", IDENT, container=OTHER), Touched(Kind.CONTAINER, OTHER)),
        (event("volume", "create", "data"), Touched(Kind.VOLUME, "data")),
        (event("image", "pull", "busybox:latest"), Touched(Kind.IMAGE, "busybox:latest")),
        (event("image", "delete", f"sha256:{IDENT}"), Touched(Kind.IMAGE, f"sha256:{IDENT}")),
        (event("plugin", "enable", "p"), None),
        ({}, None),
    ],
)
def test_an_event_names_what_has_to_be_read_again(said: dict[str, object], found: Touched | None) -> None:
    assert touched(said) == found


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (event("container", "remove", IDENT, name="web"), Touched(Kind.CONTAINER, IDENT)),
        (event("network", "disconnect", OTHER, name="web", network="net"), Touched(Kind.CONTAINER, OTHER)),
        (event("volume", "create", name="data"), Touched(Kind.VOLUME, "data")),
        (event("volume", "remove"), Touched(Kind.VOLUME, None)),
        (
            event("image", "untag", IDENT, name="docker.io/library/a:1"),
            Touched(Kind.IMAGE, f"sha256:{IDENT}"),
        ),
        (event("image", "pull", name="docker.io/library/a:1"), Touched(Kind.IMAGE, None)),
    ],
)
def test_podmans_events_name_the_same_in_other_places(said: dict[str, object], found: Touched) -> None:
    assert touched(said) == found


def test_podmans_words_for_the_end_of_things_are_asked_for() -> None:
    assert {"die", "died", "destroy", "remove"} <= set(FILTERS["event"])
    assert "exec_die" not in FILTERS["event"]
