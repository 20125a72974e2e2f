"""What must hold for every verb: ids, keys, docker lines, and what a read-only endpoint lets through."""

from __future__ import annotations

import itertools
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from tests.cli import docker_cli
from tests.engine.http_engine import HttpEngine, Reply
from tests.verbs.desk import EagerDesk
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint
from tui.engine.engine import Engine
from tui.engine.errors import ReadOnly
from tui.engine.kinds import Kind
from tui.engine.models import Model, Volume
from tui.engine.models.container import decode_container
from tui.engine.models.image import decode_image
from tui.engine.models.network import decode_network
from tui.engine.models.volume import ANONYMOUS_LABEL
from tui.engine.scope import Held
from tui.engine.store import Store
from tui.verbs.offers import applicable, key_of, offers
from tui.verbs.registry import VERBS, verbs_of
from tui.verbs.verb import Effect, Verb

STATES = ("created", "running", "paused", "restarting", "removing", "exited", "dead")
ENDS_OF_ESCAPES = set("ABCDFHOP[")
"""What a torn escape sequence can leave behind."""
PORTS = [{"PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}]
BY_ID = pytest.mark.parametrize("verb", VERBS, ids=[verb.id for verb in VERBS])


def container(state: str, name: str = "") -> Model:
    name = name or f"is-{state}"
    item = {"Id": name, "Names": [f"/{name}"], "State": state, "Ports": PORTS, "Image": "web:1"}
    return decode_container(item, 0)


def samples(kind: Kind) -> list[Model]:
    """Objects of every sort that a verb may apply to."""
    match kind:
        case Kind.CONTAINER:
            labels = (("com.docker.compose.project", "shop"),)
            return [*map(container, STATES), replace(container("running"), labels=labels)]
        case Kind.IMAGE:
            items = [{"Id": "sha256:i", "RepoTags": tags} for tags in (["web:1"], [])]
            return [image for item in items for image in decode_image(item)]
        case Kind.NETWORK:
            return [decode_network({"Id": name, "Name": name}) for name in ("quay", "bridge")]
        case Kind.VOLUME:
            named = Volume("data", "local", "", "", "local")
            return [named, replace(named, name="a" * 64, labels=((ANONYMOUS_LABEL, ""),))]


def at_rest(*, read_only: bool = False) -> Engine:
    """An Engine that nobody connects to."""
    return Engine(Endpoint("unix:///nowhere.sock", "", "test", read_only=read_only), Path("/nowhere"))


ENGINE = at_rest()


def held(*models: Model, engine: Engine = ENGINE) -> list[Held]:
    """Objects of one Engine."""
    return [Held(engine, model) for model in models]


def chosen_for(verb: Verb) -> list[Model]:
    """One object that the verb applies to."""
    return [model for model in samples(verb.kind) if verb.applies(model, Store())][:1]


def test_every_id_is_unique_and_says_kind_and_word() -> None:
    assert len({verb.id for verb in VERBS}) == len(VERBS)
    for verb in VERBS:
        assert re.fullmatch(rf"{verb.kind}\.[a-z]+(-[a-z]+)?", verb.id)
        assert verb.word == verb.id.split(".")[1]


@BY_ID
def test_every_verb_can_be_reached_and_explained(verb: Verb) -> None:
    assert verb.key or verb.word
    assert verb.title
    assert verb.tip.endswith(".")
    assert verb.needs_row is False or chosen_for(verb), "it applies to nothing"


def test_one_key_means_one_thing_on_a_row() -> None:
    shared = set()
    for one, other in itertools.combinations(VERBS, 2):
        if one.kind is other.kind and one.key and one.key == other.key:
            both = [m for m in samples(one.kind) if one.applies(m, Store()) and other.applies(m, Store())]
            assert not both, f"{one.key} is both {one.id} and {other.id} on {both}"
            assert one.needs_row
            assert other.needs_row
            shared.add((one.id, other.id))
    assert shared == {("container.start", "container.stop"), ("container.pause", "container.unpause")}


@BY_ID
def test_nothing_destructive_lies_where_a_torn_escape_sequence_ends(verb: Verb) -> None:
    if verb.effect is Effect.DESTROYS:
        assert verb.key not in ENDS_OF_ESCAPES
        assert len(verb.key) > 1 or verb.key.isalpha()


def test_removing_pruning_and_killing_destroy() -> None:
    destroying = {verb.id for verb in VERBS if verb.effect is Effect.DESTROYS}
    expected = {f"{kind}.{word}" for kind in Kind for word in ("remove", "prune")} | {"container.kill"}
    assert destroying == expected


def test_a_read_only_endpoint_offers_reads_only() -> None:
    engine = at_rest(read_only=True)
    for kind in Kind:
        chosen = held(*samples(kind)[:1], engine=engine)
        found = offers(verbs_of(kind), {}, chosen, [engine])
        shown = {verb for offer in found.values() for verb, _ in offer.choices}
        assert shown
        assert {verb.effect for verb in shown} == {Effect.READS}
    assert {verb.id for kind in Kind for verb in verbs_of(kind)} == {verb.id for verb in VERBS}


# Offers


def test_the_key_of_a_row_follows_its_state() -> None:
    def titles(state: str, key: str) -> str:
        offer = offers(verbs_of(Kind.CONTAINER), {}, held(container(state)), [ENGINE]).get(key)
        return offer.title if offer else ""

    assert [titles(state, "s") for state in STATES] == ["start", "stop", "stop", "stop", "", "start", "start"]
    assert [titles(state, "p") for state in STATES] == ["", "pause", "go on", "", "", "", ""]


def test_mixed_marks_are_asked_about() -> None:
    chosen = held(container("running", "a"), container("exited", "b"), container("paused", "c"))
    offer = offers(verbs_of(Kind.CONTAINER), {}, chosen, [ENGINE])["s"]
    assert offer.title == "start/stop"
    assert [[one.model.name for one in models] for _, models in offer.choices] == [["b"], ["a", "c"]]


def test_of_marks_on_several_engines_those_that_may_be_changed_are_offered() -> None:
    locked = at_rest(read_only=True)
    chosen = [*held(container("running", "a")), *held(container("running", "b"), engine=locked)]
    found = offers(verbs_of(Kind.CONTAINER), {}, chosen, [ENGINE, locked])
    assert [one.engine for _, some in found["s"].choices for one in some] == [ENGINE]
    assert "X" in found
    assert "X" not in offers(verbs_of(Kind.CONTAINER), {}, chosen, [locked])


def test_a_verb_for_one_object_takes_no_several_and_none_of_another_kind() -> None:
    rename = next(verb for verb in VERBS if verb.id == "container.rename")
    one = container("running")
    assert applicable(rename, held(one)) == tuple(held(one))
    assert applicable(rename, held(one, container("exited"))) == ()
    assert applicable(rename, held(*samples(Kind.VOLUME)[:1])) == ()


def test_what_needs_no_row_is_offered_where_there_is_none() -> None:
    for kind in Kind:
        found = offers(verbs_of(kind), {}, [], [ENGINE])
        shown = [verb.id for offer in found.values() for verb, _ in offer.choices]
        assert shown == [verb.id for verb in verbs_of(kind) if not verb.needs_row]
        assert f"{kind}.prune" in shown


def test_a_key_can_be_changed_or_taken_away() -> None:
    stop = next(verb for verb in VERBS if verb.id == "container.stop")
    chosen = held(container("running"))
    assert key_of(stop, {"container.stop": "S"}) == "S"
    found = offers(verbs_of(Kind.CONTAINER), {"container.stop": "S"}, chosen, [ENGINE])
    assert found["S"].title == "stop"
    assert "s" not in found
    assert not any(
        verb.id == "container.stop"
        for offer in offers([stop], {"container.stop": ""}, chosen, [ENGINE]).values()
        for verb, _ in offer.choices
    )


# Docker lines


PLUGINS = ("compose", "scout")
"""Subcommands that the docker CLI knows only where their plugin is."""


@cache
def help_of(*words: str) -> str:
    """What the docker CLI says of a subcommand; "" when it does not know it."""
    command = [*docker_cli(), *words, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    known = done.returncode == 0 and f"docker {' '.join(words)}" in done.stdout
    return done.stdout if known else ""


def _called(model: Model) -> tuple[str, ...]:
    """What a docker line may call an object."""
    return (model.name, getattr(model, "image", ""), getattr(model, "project", "") or model.name)


@pytest.mark.live  # the CLI comes from an Engine's tree where the machine has none
@BY_ID
def test_every_docker_line_is_one_that_docker_knows(verb: Verb) -> None:
    models = chosen_for(verb) if verb.needs_row else []
    names = {name for model in models for name in _called(model)}
    _, *words = verb.line(models).argv(masked=False)
    assert names & set(words) or not models or verb.word == "copy"
    command = [word for word in words if word not in names][:2]
    known = help_of(*command) or help_of(command[0])
    assert known or command[0] in PLUGINS, f"docker knows no {command}"
    for flag in (word for word in words if word.startswith("-") and known):
        # -it is -i and -t in one word
        for each in [flag] if flag.startswith("--") else [f"-{letter}" for letter in flag[1:]]:
            assert re.search(rf"(^|\s){re.escape(each)}\b", known), each


# Read-only, below the screen


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[HttpEngine]:
    """An Engine that answers every read of the sample objects, and takes every change."""
    engine = HttpEngine(tmp_path)
    for kind in Kind:
        for model in samples(kind):
            config = {"Image": "web:1", "OpenStdin": True, "Tty": True}
            found = {"Id": model.id, "Name": model.id, "HostConfig": {}, "Config": config, "State": {}}
            for path in (f"/containers/{model.key}/json", f"/images/{model.key}/json"):
                engine.answers[f"GET {path}"] = Reply({**found, "Image": "sha256:i"})
            for path in (f"/networks/{model.key}", f"/volumes/{model.key}"):
                engine.answers[f"GET {path}"] = Reply(found)
    engine.answers["GET /system/df"] = Reply({"Images": [], "Volumes": []})
    yield engine
    engine.close()


CHANGING = [verb for verb in VERBS if verb.effect is not Effect.READS]
TYPED = {"name": "other", "image": "web:1"}


async def act(verb: Verb, engine: HttpEngine, *, read_only: bool) -> EagerDesk:
    connection = Connection(Endpoint(engine.url, "", "test", read_only=read_only))
    connection.open()
    store = Store()
    for kind in Kind:
        store.replace(kind, samples(kind))
    desk = EagerDesk(connection, store, answers=TYPED)
    await verb.act(desk, chosen_for(verb) if verb.needs_row else [])
    connection.close()
    return desk


@pytest.mark.parametrize("verb", CHANGING, ids=[verb.id for verb in CHANGING])
async def test_a_read_only_connection_refuses_what_the_verb_sends(verb: Verb, engine: HttpEngine) -> None:
    desk = await act(verb, engine, read_only=True)
    assert desk.failures
    assert all(isinstance(failure, ReadOnly) for failure in desk.failures), desk.failures
    assert {asked.method for asked in engine.asked} <= {"GET", "HEAD"}


@pytest.mark.parametrize("verb", CHANGING, ids=[verb.id for verb in CHANGING])
async def test_without_it_the_same_verb_sends_its_change(verb: Verb, engine: HttpEngine) -> None:
    desk = await act(verb, engine, read_only=False)
    assert {asked.method for asked in engine.asked} - {"GET", "HEAD"}
    assert not any(isinstance(failure, ReadOnly) for failure in desk.failures)
