"""What images share, intermediate images, and when the Engine is asked for either."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.http_engine import HttpEngine, Reply
from tests.samples import an_image
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint
from tui.engine.errors import EngineError
from tui.engine.kinds import Kind
from tui.engine.lists import image_sizes
from tui.engine.models.image import ImageSizes, decode_every, decode_sizes
from tui.engine.reader import Reader
from tui.engine.store import Changes, Store

DIGITS = "0c" * 32


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[HttpEngine]:
    engine = HttpEngine(tmp_path)
    yield engine
    engine.close()


@pytest.fixture
def connection(engine: HttpEngine) -> Iterator[Connection]:
    connection = Connection(Endpoint(engine.url, "", "test"))
    connection.open()
    yield connection
    connection.close()


def test_what_is_shared_and_unique_adds_up_to_the_size() -> None:
    found = {"Images": [{"Id": "sha256:i", "SharedSize": 300}, {"Id": "sha256:j", "SharedSize": -1}]}
    sizes = decode_sizes(found, 7.0)
    assert sizes == ImageSizes(7.0, {"sha256:i": 300})
    image = an_image("web:1", "sha256:i")
    assert (sizes.shared_by(image), sizes.unique_to(image)) == (300, image.size - 300)
    assert sizes.unique_to(an_image("web:2", "sha256:j")) is None


@pytest.mark.parametrize(
    "found",
    [
        {"Images": [{"Id": DIGITS, "SharedSize": 5}]},
        {"ImageUsage": {"Items": [{"Id": f"sha256:{DIGITS}", "SharedSize": 5}]}},
    ],
    ids=["Podman", "API 1.52"],
)
def test_sizes_are_known_by_the_whole_id(found: dict[str, object]) -> None:
    assert decode_sizes(found, 0).shared == {f"sha256:{DIGITS}": 5}


@pytest.mark.parametrize("found", [{}, {"Images": None}, {"Images": []}])
def test_an_engine_without_images_tells_no_sizes(found: dict[str, object]) -> None:
    assert decode_sizes(found, 0).shared == {}


def test_a_shared_size_above_the_size_leaves_nothing_unique() -> None:
    image = an_image("web:1", "sha256:i")
    assert ImageSizes(0, {"sha256:i": image.size + 1}).unique_to(image) == 0


@pytest.mark.parametrize(("api", "query"), [("1.41", {}), ("1.42", {"type": "image"})])
def test_sizes_are_asked_of_images_alone_where_that_can_be_said(
    tmp_path: Path, api: str, query: dict[str, str]
) -> None:
    engine = HttpEngine(tmp_path, api)
    engine.answers["GET /system/df"] = Reply({"Images": [{"Id": "sha256:i", "SharedSize": 1}]})
    connection = Connection(Endpoint(engine.url, "", "test"))
    connection.open()
    try:
        assert image_sizes(connection, lambda: 9.0) == ImageSizes(9.0, {"sha256:i": 1})
        assert [one.query for one in engine.asked if one.what == "GET /system/df"] == [query]
    finally:
        connection.close()
        engine.close()


def test_sizes_that_cannot_be_read_are_an_error(engine: HttpEngine, connection: Connection) -> None:
    engine.answers["GET /system/df"] = Reply({"Images": [{"SharedSize": 1}]})
    with pytest.raises(EngineError, match="sizes of images"):
        image_sizes(connection)


def test_sizes_are_published_as_a_difference_of_all_images() -> None:
    store, news = Store(), list[Changes]()
    store.replace(Kind.IMAGE, [an_image("web:1", "sha256:i")])
    store.subscribe(news.append)
    store.measured(ImageSizes(0, {}))
    assert news == [Changes(Kind.IMAGE, updated=frozenset({"web:1"}))]


def test_an_untagged_image_that_others_are_built_on_is_intermediate() -> None:
    items = [
        {"Id": "top", "ParentId": "step", "RepoTags": ["web:1"]},
        {"Id": "step", "ParentId": "base", "RepoTags": []},
        {"Id": "base", "ParentId": "", "RepoTags": ["base:1"]},
        {"Id": "pulled", "RepoDigests": ["a@sha256:0c"]},
        {"Id": "on-pulled", "ParentId": "pulled"},
    ]
    assert [one.id for one in decode_every(items) if one.intermediate] == ["step"]


def test_all_images_are_listed_only_when_that_was_asked_for(
    engine: HttpEngine, connection: Connection
) -> None:
    engine.answers["GET /images/json"] = Reply(
        [{"Id": "a", "RepoTags": ["a:1"], "ParentId": "b"}, {"Id": "b"}]
    )
    store = Store()
    reader = Reader(connection, store, lambda: 0.0)
    reader.whole(Kind.IMAGE)
    assert not store.images["b"].intermediate
    store.every_image = True
    reader.whole(Kind.IMAGE)
    assert store.images["b"].intermediate
    queries = [one.query for one in engine.asked if one.what == "GET /images/json"]
    assert queries == [{}, {"all": "1"}]
