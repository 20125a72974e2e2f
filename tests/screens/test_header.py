"""What the header says of the Engine and of the line to it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from textual.app import App, ComposeResult

from tui.engine.connection import Server
from tui.engine.endpoint import Endpoint, TLSFiles
from tui.engine.errors import Unreachable
from tui.engine.link import Link, LinkState
from tui.screens.bars import header_pieces
from widgets.bar import Bar, Piece

UNVERIFIED = TLSFiles(None, None, None, verify=False)
VERIFIED = TLSFiles("/ca.pem", None, None)
SERVER = Server("28.5.2", "1.51", cpus=8, memory=2**34)
PLAIN = Endpoint("tcp://192.168.100.200:2375", "", "--host")


def link(state: LinkState = LinkState.UP, **more: Any) -> Link:
    return Link(state, time.monotonic(), server=SERVER, **more)


def down(seconds: float = 12.0) -> Link:
    return link(LinkState.DOWN, error=Unreachable("Connection refused"), retry_at=time.monotonic() + seconds)


def pieces(endpoint: Endpoint, at: Link | None = None, **more: Any) -> list[Piece]:
    left, right = header_pieces(endpoint, at or link(), [], **{"prod": False, **more})
    return [*left, *right]


def text(found: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in found)


def tone(found: Sequence[Piece], words: str) -> str:
    return next(piece.tone for piece in found if words in piece.text)


def test_what_is_under_way_keeps_its_distance_from_what_stands_before_it() -> None:
    job = SimpleNamespace(asked=time.monotonic() - 9, fraction=None, task=SimpleNamespace(title="stop web"))
    _, right = header_pieces(PLAIN, link(), [job], prod=False)  # type: ignore[list-item]
    assert text(right) == " no answer for 9 s · J cancels  stop web  ? help "


class HeaderApp(App[None]):
    """The header alone."""

    def __init__(self, left: Sequence[Piece], right: Sequence[Piece]) -> None:
        super().__init__()
        self._said = (left, right)

    def compose(self) -> ComposeResult:
        yield Bar()

    def on_mount(self) -> None:
        self.query_one(Bar).show(*self._said)


async def painted(endpoint: Endpoint, at: Link, width: int, **more: Any) -> str:
    app = HeaderApp(*header_pieces(endpoint, at, [], **{"prod": False, **more}))
    async with app.run_test(size=(width, 3)) as pilot:
        await pilot.pause()
        return app.query_one(Bar).render_line(0).text


@pytest.mark.parametrize("url", ["tcp://dock:2375", "http://dock:2375"])
def test_a_line_in_the_clear_says_so_in_red(url: str) -> None:
    found = pieces(Endpoint(url, "dock", "--context"))
    assert tone(found, " NOT ENCRYPTED ") == "alarm"


def test_an_engine_whose_certificate_nobody_verifies_says_so_in_red() -> None:
    found = pieces(Endpoint("tcp://dock:2376", "dock", "--context", UNVERIFIED))
    assert tone(found, " TLS NOT VERIFIED ") == "alarm"
    assert "NOT ENCRYPTED" not in text(found)


@pytest.mark.parametrize(
    ("url", "tls"), [("unix:///x", None), ("ssh://dock", None), ("tcp://dock:2376", VERIFIED)]
)
def test_a_line_that_is_safe_has_no_warning(url: str, tls: TLSFiles | None) -> None:
    assert "NOT" not in text(pieces(Endpoint(url, "dock", "--context", tls)))


def test_a_name_has_the_colour_that_is_set_for_it() -> None:
    endpoint = Endpoint("unix:///x", "web", "--context")
    assert tone(pieces(endpoint, color="blue"), "web") == "host-blue"
    assert tone(pieces(endpoint, color="blue"), "●") == "good"
    assert tone(pieces(endpoint), "web") == "good"


@pytest.mark.parametrize(("others", "words"), [(1, " +1 host (@)"), (3, " +3 hosts (@)")])
def test_further_engines_are_counted_and_lead_to_the_contexts(others: int, words: str) -> None:
    found = pieces(Endpoint("unix:///x", "web", "--context"), others=others)
    assert [(piece.tone, piece.action) for piece in found if piece.text == words] == [("dim", "app.contexts")]
    assert "(@)" not in text(pieces(Endpoint("unix:///x", "web", "--context")))


def test_an_engine_that_was_looked_for_says_how_it_was_found() -> None:
    assert "(found: Colima)" in text(pieces(Endpoint("unix:///x", "", "found: Colima")))


def test_a_line_that_only_a_person_can_mend_counts_nothing_down() -> None:
    found = text(pieces(PLAIN, link(LinkState.DOWN, error=Unreachable("no"), waits=True)))
    assert "NO CONNECTION · waits for you · ctrl-r" in found
    assert "again in" not in found


def test_a_lost_line_counts_down_to_the_next_try() -> None:
    assert "NO CONNECTION · again in 12 s · ctrl-r" in text(pieces(PLAIN, down()))
    assert "NO CONNECTION · trying …" in text(pieces(PLAIN, link(LinkState.DOWN)))


@pytest.mark.parametrize("state", [LinkState.UP, LinkState.STALE, LinkState.CONNECTING])
async def test_at_80_columns_what_matters_stays(state: LinkState) -> None:
    more = {"prod": True, "color": "red", "others": 2}
    line = await painted(PLAIN, link(state), 80, **more)
    word = {LinkState.UP: "●", LinkState.STALE: "STALE: no answer", LinkState.CONNECTING: "connecting"}[state]
    for words in (" PROD ", "tcp://192.168.100.200:2375", " NOT ENCRYPTED ", word):
        assert words in line


async def test_at_80_columns_a_lost_line_keeps_its_state_before_all_else() -> None:
    endpoint = Endpoint(PLAIN.url, "", "--host", read_only=True)
    line = await painted(endpoint, down(), 80, prod=True, others=2)
    for words in (" PROD ", " read-only ", "tcp://192.168.100.200:2375", " NOT ENCRYPTED ", "NO CONNECTION"):
        assert words in line
    line = await painted(Endpoint("unix:///x", "web", "--context"), down(), 80)
    assert "NO CONNECTION · again in 12 s · ctrl-r" in line


async def test_of_a_long_name_the_middle_is_left_out() -> None:
    long = Endpoint("unix:///home/somebody/with/a/long/way/down/to/docker.sock", "", "--host")
    line = await painted(long, down(), 80)
    assert " ✗ /home/some…y/down/to/docker.sock NO CONNECTION · again in 12 s · ctrl-r" in line
    wide = await painted(Endpoint("tcp://" + "容" * 40, "", "--host"), down(), 80)
    assert "NO CONNECTION" in wide


async def test_where_there_is_room_everything_is_said() -> None:
    line = await painted(Endpoint("unix:///x", "web", "--context"), link(), 120, others=1)
    for words in (" wharf ", "web", "Engine 28.5.2", "8 CPU · 16.0 GiB", "+1 host (@)", "? help"):
        assert words in line
