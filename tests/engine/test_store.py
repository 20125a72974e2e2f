"""What a Store publishes, and what it says of who uses what."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.engine.kinds import Kind
from tui.engine.models import Volume
from tui.engine.models.container import decode_container
from tui.engine.store import Changes, Store

OBJECTS = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["local", "nfs"]))


def volumes(objects: dict[str, str]) -> list[Volume]:
    return [Volume(name, driver, "", "", "local") for name, driver in objects.items()]


def heard(store: Store) -> list[Changes]:
    news: list[Changes] = []
    store.subscribe(news.append)
    return news


def test_a_list_publishes_only_what_became_different() -> None:
    store = Store()
    store.replace(Kind.VOLUME, volumes({"a": "local", "b": "local", "c": "local"}))
    news = heard(store)
    changes = store.replace(Kind.VOLUME, volumes({"b": "nfs", "c": "local", "d": "local"}))
    assert changes == Changes(Kind.VOLUME, frozenset("d"), frozenset("b"), frozenset("a"))
    assert news == [changes]
    store.replace(Kind.VOLUME, volumes({"b": "nfs", "c": "local", "d": "local"}))
    assert len(news) == 1


def test_the_first_list_is_published_even_when_it_is_empty() -> None:
    store = Store()
    news = heard(store)
    assert not store.listed(Kind.IMAGE)
    store.replace(Kind.IMAGE, [])
    assert store.listed(Kind.IMAGE)
    assert news == [Changes(Kind.IMAGE)]
    store.replace(Kind.IMAGE, [])
    assert len(news) == 1


def test_objects_asked_for_again_and_not_found_are_gone() -> None:
    store = Store()
    store.replace(Kind.VOLUME, volumes({"a": "local", "b": "local"}))
    news = heard(store)
    store.update(Kind.VOLUME, volumes({"n": "local", "b": "nfs"}), {"a", "b", "n", "unknown"})
    assert news == [Changes(Kind.VOLUME, frozenset("n"), frozenset("b"), frozenset("a"))]
    assert list(store.volumes) == ["n", "b"]


def test_an_update_that_changes_nothing_says_nothing() -> None:
    store = Store()
    store.replace(Kind.VOLUME, volumes({"a": "local"}))
    news = heard(store)
    assert not store.update(Kind.VOLUME, volumes({"a": "local"}), {"a", "b"})
    assert news == []


@given(OBJECTS, OBJECTS)
def test_changes_lead_from_the_old_list_to_the_new_one(old: dict[str, str], new: dict[str, str]) -> None:
    store = Store()
    store.replace(Kind.VOLUME, volumes(old))
    changes = store.replace(Kind.VOLUME, volumes(new))
    assert (old.keys() - changes.removed) | changes.added == new.keys()
    assert changes.updated == {key for key in old.keys() & new.keys() if old[key] != new[key]}
    assert list(store.volumes) == list(new)


@given(OBJECTS, OBJECTS, st.sets(st.sampled_from("abcdef")))
def test_an_update_touches_only_what_was_asked_for(
    old: dict[str, str], new: dict[str, str], asked: set[str]
) -> None:
    store = Store()
    store.replace(Kind.VOLUME, volumes(old))
    store.update(Kind.VOLUME, volumes({key: new[key] for key in new if key in asked}), asked)
    expected = {key: driver for key, driver in old.items() if key not in asked}
    expected |= {key: driver for key, driver in new.items() if key in asked}
    assert {key: volume.driver for key, volume in store.volumes.items()} == expected


def test_a_mapping_once_given_never_changes() -> None:
    store = Store()
    store.replace(Kind.VOLUME, volumes({"a": "local"}))
    before = store.of(Kind.VOLUME)
    store.update(Kind.VOLUME, [], {"a"})
    assert list(before) == ["a"]
    assert list(store.of(Kind.VOLUME)) == []


def test_who_uses_what_follows_the_containers() -> None:
    store = Store()
    item = {
        "Id": "one",
        "ImageID": "sha256:i",
        "Mounts": [{"Type": "volume", "Name": "v"}, {"Type": "bind", "Source": "/v"}],
        "NetworkSettings": {"Networks": {"n": {"NetworkID": "net"}}},
    }
    store.replace(Kind.CONTAINER, [decode_container({**item, "Id": name}, 0) for name in ("one", "two")])
    uses = store.uses
    assert uses.images == {"sha256:i": ("one", "two")}
    assert uses.volumes == {"v": ("one", "two")}
    assert uses.networks == {"net": ("one", "two")}
    assert store.uses is uses
    store.update(Kind.CONTAINER, [], {"one"})
    assert store.uses.volumes == {"v": ("two",)}
