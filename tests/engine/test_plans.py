"""A plan does exactly what it showed: what changed since is left alone, and the reason is said."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import pytest

from tests.samples import a_store
from tui.demo import DemoEngine
from tui.demo.world import FIXED_NOW
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint
from tui.engine.errors import EngineError
from tui.engine.jobs import Job, Jobs, JobState, Outcome, Target
from tui.engine.kinds import Kind
from tui.engine.lines import docker
from tui.engine.lists import fetch
from tui.engine.models import Model
from tui.engine.plans import Item, Plan
from tui.engine.sight import seen

SECONDS = 5.0


class Desk:
    """A demo Engine, a plan of what it listed at one moment, and what was asked of whom."""

    def __init__(self) -> None:
        self.now = FIXED_NOW
        self.engine = DemoEngine(clock=lambda: self.now)
        self.connection = Connection(Endpoint(self.engine.start(), "", "test"))
        self.connection.open()
        self.api = self.connection.api
        self.worked: list[str] = []

    def plan(self, kind: Kind, *names: str) -> Plan:
        """A plan that removes these."""
        store = a_store(*(model for one in Kind for model in fetch(self.connection, one)))
        by_name = {model.name: model for model in store.of(kind).values()}
        items = tuple(
            Item(kind, Target(_ref(by_name[name]), name), seen(store, by_name[name])) for name in names
        )
        return Plan(f"{kind}.remove", "remove", items, docker("rm", *names), self._work)

    def apply(self, plan: Plan) -> Job:
        """Do what it says, to the end."""
        ended = threading.Event()
        jobs = Jobs(lambda job: ended.set() if job.ended is not None else None)
        job = jobs.start(plan.task(), self.connection)
        assert ended.wait(SECONDS), "the job never ended"
        return job

    def _work(self, job: Job, connection: Connection, target: Target) -> str:
        self.worked.append(target.name)
        match job.task.verb:
            case "container.remove":
                connection.api.remove_container(target.ref)
            case "image.remove":
                connection.api.remove_image(target.ref)
            case "volume.remove":
                connection.api.remove_volume(target.ref)
            case "network.remove":
                connection.api.remove_network(target.ref)
        return "gone"


def _ref(model: Model) -> str:
    return model.key if model.kind is Kind.IMAGE else model.id


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    for name in ("one", "two"):
        desk.api.create_container("node:22-alpine", name=name)
        desk.api.create_volume(name)
        desk.api.create_network(name)
        desk.api.tag("node:22-alpine", name, "1")
    yield desk
    desk.connection.close()
    desk.engine.stop()


def told(job: Job) -> Sequence[tuple[str, Outcome, str]]:
    return [(result.target.name, result.outcome, result.words) for result in job.results]


@pytest.mark.parametrize("kind", list(Kind))
def test_what_is_as_it_was_shown_is_done(desk: Desk, kind: Kind) -> None:
    names = ("one:1", "two:1") if kind is Kind.IMAGE else ("one", "two")
    job = desk.apply(desk.plan(kind, *names))
    assert told(job) == [(name, Outcome.DONE, "gone") for name in names]
    assert job.state is JobState.DONE
    assert not {model.name for model in fetch(desk.connection, kind)} & set(names)


def test_a_container_started_meanwhile_is_left_alone_and_the_next_one_done(desk: Desk) -> None:
    plan = desk.plan(Kind.CONTAINER, "one", "two")
    desk.api.start("one")
    assert told(desk.apply(plan)) == [
        ("one", Outcome.SKIPPED, "state was created, is running"),
        ("two", Outcome.DONE, "gone"),
    ]
    assert desk.worked == ["two"]


def test_what_is_gone_already_is_said_to_be_gone(desk: Desk) -> None:
    plan = desk.plan(Kind.CONTAINER, "one")
    desk.api.remove_container("one")
    desk.api.create_container("node:22-alpine", name="one")  # another one by the same name is not touched
    job = desk.apply(plan)
    assert told(job) == [("one", Outcome.SKIPPED, "it is gone already")]
    assert (job.state, desk.worked) == (JobState.DONE, [])


def test_a_volume_made_anew_under_its_name_is_left_alone(desk: Desk) -> None:
    plan = desk.plan(Kind.VOLUME, "one")
    desk.api.remove_volume("one")
    desk.now += 60
    desk.api.create_volume("one")
    assert told(desk.apply(plan)) == [("one", Outcome.SKIPPED, "another one has its name now")]
    assert desk.worked == []


def test_a_reference_that_moved_is_left_alone(desk: Desk) -> None:
    plan = desk.plan(Kind.IMAGE, "one:1")
    node = desk.api.inspect_image("node:22-alpine")["Id"]
    other = next(image["Id"] for image in desk.api.images() if image["Id"] != node)
    desk.api.tag(other, "one", "1")
    assert "the reference leads to another image now" in told(desk.apply(plan))[0][2]
    assert desk.worked == []


def test_what_somebody_began_to_use_is_left_alone(desk: Desk) -> None:
    volume, network = desk.plan(Kind.VOLUME, "one"), desk.plan(Kind.NETWORK, "one")
    host = desk.api.create_host_config(binds=["one:/data"], network_mode="one")
    desk.api.create_container("node:22-alpine", name="late", volumes=["/data"], host_config=host)
    desk.api.start("late")
    for plan in (volume, network):
        assert told(desk.apply(plan)) == [("one", Outcome.SKIPPED, "other containers use it now")]
    assert desk.worked == []


def test_what_the_engine_refuses_is_kept_in_its_words(desk: Desk) -> None:
    desk.api.start("one")
    job = desk.apply(desk.plan(Kind.CONTAINER, "one", "two"))
    assert [outcome for _, outcome, _ in told(job)] == [Outcome.REFUSED, Outcome.DONE]
    assert told(job)[0][2].startswith("You cannot remove a running container")
    assert job.state is JobState.FAILED
    error = job.refused[0].error
    assert isinstance(error, EngineError)
    assert (error.status, bool(error.advice)) == (409, True)


def test_when_the_engine_cannot_be_asked_nothing_is_done(desk: Desk) -> None:
    plan = desk.plan(Kind.CONTAINER, "one", "two")
    desk.engine.drop()
    job = desk.apply(plan)
    assert [outcome for _, outcome, _ in told(job)] == [Outcome.REFUSED, Outcome.REFUSED]
    assert desk.worked == []


def test_the_task_carries_the_verb_the_line_and_the_targets_of_the_plan(desk: Desk) -> None:
    plan = desk.plan(Kind.CONTAINER, "one", "two")
    task = plan.task()
    assert (task.verb, task.title, task.line.masked()) == ("container.remove", "remove", "docker rm one two")
    assert task.targets == tuple(item.target for item in plan.items)
