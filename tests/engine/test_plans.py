"""A plan touches exactly what it showed: what changed since is skipped, and says so."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import docker as sdk
import pytest

from tests.engine.http_engine import DEADLINE
from tui.demo import DemoEngine
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint
from tui.engine.errors import EngineError
from tui.engine.jobs import Job, Jobs, Outcome, Result, Target
from tui.engine.kinds import Kind
from tui.engine.lines import docker
from tui.engine.lists import fetch
from tui.engine.models import Model
from tui.engine.plans import Item, Plan, question
from tui.engine.sight import differences, look, seen
from tui.engine.store import Store


class Harbour:
    """The demo Engine, a Store read from it, and its API for what others do meanwhile."""

    def __init__(self, demo: DemoEngine) -> None:
        self.connection = Connection(Endpoint(demo.start(), "", "test"))
        self.connection.open()
        self.api: sdk.APIClient = self.connection.api
        self.store = Store()
        self.read()

    def read(self) -> None:
        """List everything again."""
        for kind in Kind:
            self.store.replace(kind, fetch(self.connection, kind))

    def model(self, kind: Kind, name: str) -> Model:
        """The object of this name."""
        return next(model for model in self.store.of(kind).values() if model.name == name)

    def apply(self, *models: Model, work: Any = None) -> list[Result]:
        """Apply a plan of these objects, as the Store shows them."""
        items = tuple(
            Item(
                model.kind,
                Target(model.key if model.kind is Kind.IMAGE else model.id, model.name),
                seen(self.store, model),
            )
            for model in models
        )
        plan = Plan(
            "x.remove", "remove", items, docker("rm"), work or (lambda job, connection, target: "gone")
        )
        ended = threading.Event()
        jobs = Jobs(lambda job: ended.set() if job.ended else None)
        job = jobs.start(plan.task(), self.connection)
        assert ended.wait(DEADLINE)
        return job.results


@pytest.fixture
def harbour() -> Iterator[Harbour]:
    with DemoEngine() as demo:
        harbour = Harbour(demo)
        yield harbour
        harbour.connection.close()


def words(results: list[Result]) -> list[tuple[Outcome, str]]:
    return [(result.outcome, result.words) for result in results]


@pytest.mark.parametrize("kind", list(Kind))
def test_what_the_store_shows_is_what_the_engine_shows(harbour: Harbour, kind: Kind) -> None:
    models = list(harbour.store.of(kind).values())
    assert models
    for model in models:
        ref = model.key if kind is Kind.IMAGE else model.id
        assert look(harbour.connection, kind, ref) == seen(harbour.store, model)


def test_what_did_not_change_is_done(harbour: Harbour) -> None:
    found = [next(iter(harbour.store.of(kind).values())) for kind in Kind]
    assert words(harbour.apply(*found)) == [(Outcome.DONE, "gone")] * 4


def test_a_container_that_was_started_meanwhile_is_left_alone(harbour: Harbour) -> None:
    container = next(one for one in harbour.store.containers.values() if one.state == "exited")
    harbour.api.start(container.id)
    assert words(harbour.apply(container)) == [(Outcome.SKIPPED, "state was exited, is running")]


def test_what_is_gone_is_left_alone_and_the_rest_is_done(harbour: Harbour) -> None:
    harbour.api.create_volume("gone")
    harbour.api.create_volume("kept")
    harbour.read()
    gone, kept = harbour.model(Kind.VOLUME, "gone"), harbour.model(Kind.VOLUME, "kept")
    harbour.api.remove_volume("gone")
    assert words(harbour.apply(gone, kept)) == [
        (Outcome.SKIPPED, "it is gone already"),
        (Outcome.DONE, "gone"),
    ]


def test_a_tag_that_leads_elsewhere_is_left_alone(harbour: Harbour) -> None:
    first, second = list({image.id: image for image in harbour.store.images.values()}.values())[:2]
    harbour.api.tag(first.id, "moving", "1")
    harbour.read()
    moving = harbour.model(Kind.IMAGE, "moving:1")
    harbour.api.tag(second.id, "moving", "1")
    assert words(harbour.apply(moving))[0][0] is Outcome.SKIPPED
    assert "the reference leads to another image now" in words(harbour.apply(moving))[0][1]


def test_a_volume_that_got_a_user_is_left_alone(harbour: Harbour) -> None:
    harbour.api.create_volume("fresh")
    harbour.read()
    fresh = harbour.model(Kind.VOLUME, "fresh")
    image = next(iter(harbour.store.images.values())).key
    config = harbour.api.create_host_config(binds=["fresh:/data"])
    harbour.api.create_container(image, "sh", name="late", host_config=config)
    assert words(harbour.apply(fresh)) == [(Outcome.SKIPPED, "other containers use it now")]


def test_a_network_that_got_a_container_is_left_alone(harbour: Harbour) -> None:
    harbour.api.create_network("quay")
    harbour.read()
    running = next(one for one in harbour.store.containers.values() if one.state == "running")
    harbour.api.connect_container_to_network(running.id, "quay")
    assert words(harbour.apply(harbour.model(Kind.NETWORK, "quay"))) == [
        (Outcome.SKIPPED, "other containers use it now")
    ]


def test_what_the_engine_refuses_keeps_its_words(harbour: Harbour) -> None:
    def work(job: Job, connection: Connection, target: Target) -> str:
        raise EngineError("conflict: it is in use", 409)

    (result,) = harbour.apply(next(iter(harbour.store.containers.values())), work=work)
    assert (result.outcome, result.words) == (Outcome.REFUSED, "conflict: it is in use")
    assert result.error is not None
    assert result.error.status == 409


def test_a_plan_that_cannot_look_touches_nothing(harbour: Harbour) -> None:
    touched: list[Target] = []

    def work(job: Job, connection: Connection, target: Target) -> str:
        touched.append(target)
        return ""

    container = next(iter(harbour.store.containers.values()))
    real = harbour.connection.ask

    def ask(method: str, path: str, **more: Any) -> Any:
        if path.endswith(f"{container.id}/json"):
            raise EngineError("server error", 500)
        return real(method, path, **more)

    harbour.connection.ask = ask  # type: ignore[method-assign]
    (result,) = harbour.apply(container, work=work)
    assert (result.outcome, result.words) == (Outcome.REFUSED, "server error")
    assert touched == []


def test_differences_are_said_in_words() -> None:
    before = (("created", "then"), ("containers", "a"))
    assert differences(before, (("created", "now"), ("containers", "a"))) == "another one has its name now"
    assert differences(before, (("created", "now"), ("containers", ""))) == (
        "another one has its name now, other containers use it now"
    )
    assert differences((("state", "exited"),), ()) == "state was exited, is "
    assert differences(before, before) == "it changed"


def test_a_question_names_the_one_thing_it_is_about_and_counts_several() -> None:
    one = question("image.pull", "pull", (Target("web:1", "web:1"),), docker("pull", "web:1"))
    assert (one.headline, one.typed, one.choices, one.refine) == ("Pull web:1", "", (), None)
    two = question(
        "container.start", "start", (Target("1", "a"), Target("2", "b")), docker("start", "a", "b")
    )
    assert (two.headline, two.typed) == ("", "2")
    assert [item.kind for item in two.items] == [Kind.CONTAINER, Kind.CONTAINER]
