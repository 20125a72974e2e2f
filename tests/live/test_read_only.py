"""A read-only endpoint: nothing that changes is offered, and nothing that changes is sent."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import docker
import pytest

from tests.live.engine import PrivateEngine
from tests.live.making import container, exited, image
from tests.live.obedient import ObedientDesk
from tests.live.person import at_wharf
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint
from tui.engine.errors import ReadOnly
from tui.engine.kinds import Kind
from tui.engine.lists import fetch
from tui.engine.store import Store
from tui.verbs.registry import VERBS
from tui.verbs.verb import Effect

CHANGING = [verb for verb in VERBS if verb.effect is not Effect.READS]
NAMES = {Kind.CONTAINER: "web", Kind.IMAGE: "app:1", Kind.NETWORK: "back", Kind.VOLUME: "data"}


@pytest.fixture
def harbour(api: docker.APIClient) -> None:
    """Something for every verb to act on."""
    container(api, "web", tty=True, stdin_open=True)
    container(api, "still")
    api.pause("still")
    exited(api, "old")
    image(api, "app:1")
    image(api)
    api.create_network("back")
    api.create_volume("data")
    api.create_volume()


@contextmanager
def nothing_happens(api: docker.APIClient) -> Iterator[None]:
    """See in the Engine's own events that it did nothing meanwhile."""
    begin = time.time()
    yield
    assert list(api.events(since=begin, until=time.time(), decode=True)) == []


@pytest.mark.usefixtures("harbour")
@pytest.mark.parametrize("kind", list(Kind))
async def test_keys_that_change_are_not_offered_and_do_nothing(
    kind: Kind, engine: PrivateEngine, api: docker.APIClient, home: Path
) -> None:
    with nothing_happens(api):
        async with at_wharf(engine.url, home, read_only=True) as person:
            assert "read-only" in person.bar("header")
            await person.go_to(kind, NAMES[kind])
            await person.offered("i", "inspect")
            offered = {verb for offer in person.main.doing.offers.values() for verb, _ in offer.choices}
            assert offered
            assert offered.isdisjoint(CHANGING)
            footer = f"{person.bar('footer')} "
            for verb in CHANGING:
                if verb.kind is kind:
                    assert f" {verb.title} " not in footer
                    await person.press(verb.key)
            assert person.app.screen is person.main
            assert person.app.engine.running == ()
            assert person.app.toasts == []


@pytest.mark.usefixtures("harbour")
async def test_below_the_screen_every_verb_that_changes_is_refused_before_it_is_sent(
    engine: PrivateEngine, api: docker.APIClient
) -> None:
    connection = Connection(Endpoint(engine.url, "", "--host", read_only=True))
    with closing(connection), nothing_happens(api):
        connection.open()
        store = Store()
        for kind in Kind:
            store.replace(kind, fetch(connection, kind))
        ended = {}
        for verb in CHANGING:
            there = [model for model in store.of(verb.kind).values() if verb.applies(model, store)]
            assert there or not verb.needs_row, f"{verb.id} has nothing to act on"
            desk = ObedientDesk(connection, store)
            await verb.act(desk, there[:1] if verb.needs_row else ())
            ended[verb.id] = {type(error) for error in desk.refused}
        assert ended == {verb.id: {ReadOnly} for verb in CHANGING}
