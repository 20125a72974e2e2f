"""What a screen shows of one Engine, and of several side by side."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tui.engine.endpoint import Endpoint
from tui.engine.engine import Engine
from tui.engine.fleet import Fleet
from tui.engine.kinds import Kind
from tui.engine.models import Volume
from tui.engine.scope import Held, Scope, by_engine

DATA = Volume("data", "local", "", "", "local")


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    """Two Engines that nobody connects to, each with a volume of the same name."""
    fleet = Fleet(tmp_path)
    for name in ("a", "b"):
        engine = Engine(Endpoint(f"unix:///{name}.sock", name, "test"), tmp_path)
        engine.store.replace(Kind.VOLUME, [DATA])
        fleet.take(engine)
    return fleet


def test_one_engine_shows_the_objects_by_their_own_keys(fleet: Fleet) -> None:
    engine = fleet.engines[0]
    scope = Scope.one(engine)
    assert scope.of(Kind.VOLUME) == {"data": DATA}
    assert scope.held(Kind.VOLUME, "data") == Held(engine, DATA)
    assert scope.held(Kind.VOLUME, "other") is None
    assert scope.rows(engine, {"data"}) == {"data"}


def test_the_same_name_on_two_engines_is_two_objects(fleet: Fleet) -> None:
    a, b = fleet.engines
    scope = Scope(lambda: fleet.engines, many=True)
    rows = list(scope.of(Kind.VOLUME))
    assert len(rows) == 2
    held = [scope.held(Kind.VOLUME, row) for row in rows]
    assert held == [Held(a, DATA), Held(b, DATA)]
    assert by_engine(one for one in held if one) == {a: [DATA], b: [DATA]}
    assert [scope.store_of(row) for row in rows] == [a.store, b.store]


def test_the_merged_objects_are_the_same_until_one_is_different(fleet: Fleet) -> None:
    scope = Scope(lambda: fleet.engines, many=True)
    before = scope.of(Kind.VOLUME)
    assert scope.of(Kind.VOLUME) is before
    changes = fleet.engines[1].store.update(Kind.VOLUME, [replace(DATA, driver="nfs")], ["data"])
    after = scope.of(Kind.VOLUME)
    (row,) = scope.rows(fleet.engines[1], changes.updated)
    assert after[row] == replace(DATA, driver="nfs")
    assert before[row] == DATA


def test_an_engine_that_is_left_takes_its_rows_along(fleet: Fleet) -> None:
    scope = Scope(lambda: fleet.engines, many=True)
    first, second = scope.of(Kind.VOLUME)
    fleet.leave(fleet.engines[0])
    assert list(scope.of(Kind.VOLUME)) == [second]
    assert scope.held(Kind.VOLUME, first) is None
    with pytest.raises(LookupError):
        scope.engine_of(first)


def test_the_engine_of_an_endpoint_is_made_once(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path)
    endpoint = Endpoint(f"unix://{tmp_path}/none.sock", "a", "chosen")
    engine = fleet.reach(endpoint)
    try:
        assert fleet.reach(replace(endpoint, source="--context")) is engine
        assert fleet.known(replace(endpoint, context="b")) is None
    finally:
        fleet.close()
