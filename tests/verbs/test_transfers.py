"""What pull, push, tag and search send, show and refuse."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.http_engine import HttpEngine, Reply
from tests.engine.http_registry import Reply as Told
from tests.engine.http_registry import http_registry
from tests.verbs.desk import EagerDesk
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint
from tui.engine.errors import EngineError
from tui.engine.kinds import Kind
from tui.engine.models.image import decode_image
from tui.engine.store import Store
from tui.verbs.images import PULL
from tui.verbs.pulling import check_platform, repository_of
from tui.verbs.pushing import PUSH, check_push
from tui.verbs.searching import ELSEWHERE, OFFLINE, Found, Search, reference_of, search, tags_of
from tui.verbs.tagging import TAG, check_tag
from tui.verbs.verb import Verb

DENIED = "denied: requested access to the resource is denied"


def items(*told: dict[str, Any]) -> Reply:
    return Reply(b"".join(json.dumps(item).encode() + b"\r\n" for item in told))


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpEngine]:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    engine = HttpEngine(tmp_path)
    yield engine
    engine.close()


@pytest.fixture
def desk(engine: HttpEngine) -> Iterator[EagerDesk]:
    """In front of an Engine with web:1 and web:2, which are two images."""
    connection = Connection(Endpoint(engine.url, "", "test"))
    connection.open()
    store = Store()
    rows = ({"Id": f"sha256:{tag * 64}", "RepoTags": [f"web:{tag}"]} for tag in "12")
    store.replace(Kind.IMAGE, [image for row in rows for image in decode_image(row)])
    yield EagerDesk(connection, store)
    connection.close()


async def do(verb: Verb, desk: EagerDesk, **answers: Any) -> None:
    """Do a verb to web:1, with these answers."""
    desk.answers = answers
    await verb.act(desk, [desk.store.images["web:1"]])


# Pull


async def test_a_pull_asks_for_the_platform_and_shows_its_line(engine: HttpEngine, desk: EagerDesk) -> None:
    engine.answers["POST /images/create"] = items({"status": "Status: Image is up to date for web:1"})
    await do(PULL, desk, platform="linux/arm64/v8")
    assert engine.last("POST /images/create").query == {"fromImage": "web:1", "platform": "linux/arm64/v8"}
    (task,) = desk.tasks
    assert task.line.masked() == "docker pull --platform linux/arm64/v8 web:1"
    assert not desk.failures


async def test_all_tags_of_a_repository_are_pulled_only_when_that_was_said(
    engine: HttpEngine, desk: EagerDesk
) -> None:
    engine.answers["POST /images/create"] = items({"status": "Status: Downloaded newer image for web"})
    await do(PULL, desk, image="lan:5000/web:3", all=True)
    assert engine.last("POST /images/create").query == {"fromImage": "lan:5000/web"}
    (task,) = desk.tasks
    assert task.line.masked() == "docker pull --all-tags lan:5000/web"
    assert task.targets[0].name == "all tags of lan:5000/web"


@pytest.mark.parametrize("text", ["", "linux", "linux/arm64", "linux/arm64/v8", "windows/amd64"])
def test_a_platform(text: str) -> None:
    assert check_platform(text) is None


@pytest.mark.parametrize("text", ["linux/", "/arm64", "linux arm64", "Linux/arm64", "a/b/c/d"])
def test_no_platform(text: str) -> None:
    assert "as in linux/arm64/v8" in (check_platform(text) or "")


@pytest.mark.parametrize(
    ("reference", "repository"),
    [
        ("web", "web"),
        ("web:1", "web"),
        ("lan:5000/a/web:1@sha256:0c", "lan:5000/a/web"),
        ("lan:5000/web", "lan:5000/web"),
    ],
)
def test_the_repository_of_a_reference(reference: str, repository: str) -> None:
    assert repository_of(reference) == repository


# Push


async def test_a_push_without_a_login_says_so_to_the_engine(engine: HttpEngine, desk: EagerDesk) -> None:
    engine.answers["POST /images/web/push"] = items({"status": "1: digest: sha256:4d size: 527"})
    await do(PUSH, desk)
    asked = engine.last("POST /images/web/push")
    assert asked.query == {"tag": "1"}
    assert json.loads(base64.urlsafe_b64decode(asked.headers["X-Registry-Auth"])) == {}
    assert desk.tasks[0].line.masked() == "docker push web:1"
    assert not desk.failures


async def test_all_tags_are_pushed_only_when_that_was_said(engine: HttpEngine, desk: EagerDesk) -> None:
    engine.answers["POST /images/web/push"] = items({"status": "2: digest: sha256:4d size: 527"})
    await do(PUSH, desk, all=True)
    assert engine.last("POST /images/web/push").query == {}
    assert desk.tasks[0].line.masked() == "docker push --all-tags web"


async def test_a_registry_that_denies_a_push_is_told_with_where_to_log_in(
    engine: HttpEngine, desk: EagerDesk
) -> None:
    failure = {"errorDetail": {"message": DENIED}, "error": DENIED}
    engine.answers["POST /images/lan:5000/web/push"] = items({"status": "The push refers to"}, failure)
    await do(PUSH, desk, reference="lan:5000/web:1")
    (error,) = desk.failures
    assert error.message == DENIED
    assert ":login lan:5000" in error.advice


def test_what_has_no_tag_is_not_pushed() -> None:
    untagged = next(decode_image({"Id": "sha256:" + "0" * 64, "RepoTags": []}))
    assert not PUSH.applies(untagged, Store())
    assert "no digest" in (check_push("web@sha256:" + "0" * 64) or "")


# Tag


async def test_a_tag_is_given_with_its_docker_line(engine: HttpEngine, desk: EagerDesk) -> None:
    engine.answers["POST /images/web:1/tag"] = Reply(status=201)
    await do(TAG, desk, name="lan:5000/shop/web")
    query = engine.last("POST /images/web:1/tag").query
    assert (query["repo"], query["tag"]) == ("lan:5000/shop/web", "latest")
    assert desk.tasks[0].line.masked() == "docker tag web:1 lan:5000/shop/web"
    assert desk.plans == []


async def test_taking_a_tag_from_another_image_is_planned(engine: HttpEngine, desk: EagerDesk) -> None:
    engine.answers["POST /images/web:1/tag"] = Reply(status=201)
    await do(TAG, desk, name="web:2")
    plan = desk.plan
    assert [item.target.name for item in plan.items] == ["web:2"]
    assert "dangling" in plan.items[0].note
    assert "222222222222" in plan.warnings[0]
    assert engine.last("POST /images/web:1/tag").query["tag"] == "2"


async def test_a_tag_that_is_there_already_is_not_given_again(engine: HttpEngine, desk: EagerDesk) -> None:
    await do(TAG, desk, name="web:1")
    assert desk.tasks == []
    assert not [asked for asked in engine.asked if asked.method == "POST"]


@pytest.mark.parametrize(("text", "good"), [("a/b:1", True), ("a/B", False), ("b@sha256:0", False)])
def test_a_new_name_is_checked(text: str, good: bool) -> None:
    assert (check_tag(text) is None) is good


# Search


def test_a_search_sends_its_filters_and_sorts_by_stars(engine: HttpEngine, desk: EagerDesk) -> None:
    found = [
        {"name": "a/x", "star_count": 2, "is_official": False, "description": None},
        {"name": "x", "star_count": 90, "is_official": True, "description": "It is x."},
    ]
    engine.answers["GET /images/search"] = Reply(found)
    wanted = Search("x", limit=50, stars=3, official=True)
    assert search(desk.connection, wanted) == [Found("x", "It is x.", 90, True), Found("a/x", "", 2, False)]
    query = engine.last("GET /images/search").query
    assert (query["term"], query["limit"]) == ("x", "50")
    assert json.loads(query["filters"]) == {"stars": ["3"], "is-official": ["true"]}
    line = "docker search --limit 50 --filter stars=3 --filter is-official=true x"
    assert wanted.line.masked() == line


@pytest.mark.parametrize(("term", "advice"), [("x", OFFLINE), ("lan:5000/x", ELSEWHERE)])
def test_a_search_that_reaches_nobody_says_what_to_do_instead(
    engine: HttpEngine, desk: EagerDesk, term: str, advice: str
) -> None:
    engine.answers["GET /images/search"] = Reply({"message": "dial tcp: no such host"}, 500)
    with pytest.raises(EngineError, match="no such host") as caught:
        search(desk.connection, Search(term))
    assert caught.value.advice == advice


def test_an_engine_that_says_no_to_a_search_is_taken_by_its_word(engine: HttpEngine, desk: EagerDesk) -> None:
    engine.answers["GET /images/search"] = Reply({"message": "limit 101 is outside the range"}, 400)
    with pytest.raises(EngineError, match="outside") as caught:
        search(desk.connection, Search("x", limit=101))
    assert caught.value.advice == "Check what was typed."


@pytest.mark.parametrize(
    ("term", "name", "reference"),
    [
        ("web", "shop/web", "shop/web"),
        ("shop/web", "shop/web", "shop/web"),
        ("lan:5000/web", "shop/web", "lan:5000/shop/web"),
        ("lan:5000/web", "lan:5000/web", "lan:5000/web"),
        ("localhost/web", "web", "localhost/web"),
    ],
)
def test_what_another_host_found_is_pulled_from_there(term: str, name: str, reference: str) -> None:
    assert reference_of(Search(term), Found(name, "", 0, False)) == reference


def test_tags_come_from_the_registry_of_the_repository_without_what_is_only_attached() -> None:
    with http_registry() as registry:
        signature = f"sha256-{'0' * 64}.sig"
        registry.answers["GET /v2/team/app/tags/list"] = Told(
            {"name": "team/app", "tags": ["1", signature, "2"]}
        )
        tags = tags_of(f"{registry.host}/team/app", Endpoint("unix:///nowhere", "", "test"))
    assert tags == ["1", "2"]
