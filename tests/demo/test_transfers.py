"""Searches, pushes and tags on the demo Engine, by the unmodified SDK."""

from __future__ import annotations

from typing import Any

import docker
import pytest
from docker.errors import APIError

from tests.demo.conftest import Connect
from tui.demo import DemoEngine, catalogue
from tui.demo.searches import WORDS

OWN = "shop/tools"
PERSON = {"username": "shop-keeper", "password": "never printed"}


def push(api: docker.APIClient, repository: str, tag: str | None = None, **more: Any) -> list[dict[str, Any]]:
    return list(api.push(repository, tag, stream=True, decode=True, **more))


def of(lines: list[dict[str, Any]], status: str) -> list[str]:
    return [line["id"] for line in lines if line.get("status") == status]


# Search


def test_everything_that_can_be_pulled_has_words() -> None:
    assert set(WORDS) == set(catalogue.repositories())


def test_a_search_finds_names_and_descriptions_most_stars_first(api: docker.APIClient) -> None:
    found = api.search("database")
    assert [one["name"] for one in found][:2] == ["mysql", "postgres"]
    assert [one["star_count"] for one in found] == sorted((one["star_count"] for one in found), reverse=True)
    assert set(found[0]) == {"star_count", "is_official", "name", "is_automated", "description"}


def test_a_search_brings_no_more_than_was_asked_for(api: docker.APIClient) -> None:
    assert len(api.search("", limit=3)) == 3
    with pytest.raises(APIError, match=r"limit 101 is outside the range of \[1, 100\]"):
        api.search("", limit=101)


def test_a_search_can_be_narrowed(engine: DemoEngine, api: docker.APIClient) -> None:
    def names(filters: str) -> list[str]:
        answer = api._get(api._url("/images/search"), params={"term": "gra", "filters": filters})
        return [one["name"] for one in answer.json()] if answer.ok else [answer.json()["message"]]

    assert names("{}") == ["python", "golang", "grafana/grafana"]
    assert names('{"is-official":["true"]}') == ["python", "golang"]
    assert names('{"is-official":["false"]}') == ["grafana/grafana"]
    assert names('{"stars":["1000000"]}') == []
    assert names('{"nope":["1"]}') == ["invalid filter 'nope'"]


# Push


def test_a_push_sends_what_the_registry_does_not_have(api: docker.APIClient) -> None:
    lines = push(api, OWN, "latest")
    assert lines[0] == {"status": "The push refers to repository [docker.io/shop/tools]"}
    prepared, there, sent = (of(lines, word) for word in ("Preparing", "Layer already exists", "Pushed"))
    assert sorted(prepared) == sorted([*there, *sent])
    assert there
    assert sent
    assert lines[-1]["aux"]["Tag"] == "latest"
    digest = lines[-1]["aux"]["Digest"]
    assert f"latest: digest: {digest}" in lines[-2]["status"]
    assert api.inspect_image(f"{OWN}:latest")["RepoDigests"] == [f"{OWN}@{digest}"]
    # and now it has them all
    again = push(api, OWN, "latest")
    assert of(again, "Pushed") == []
    assert again[-1]["aux"]["Digest"] == digest


def test_without_a_tag_all_of_a_repository_are_pushed(api: docker.APIClient) -> None:
    api.tag(f"{OWN}:latest", OWN, "2")
    lines = push(api, OWN)
    assert [line["aux"]["Tag"] for line in lines if "aux" in line] == ["2", "latest"]


@pytest.mark.parametrize(
    ("repository", "login", "words"),
    [
        ("redis", None, "denied: requested access to the resource is denied"),
        ("harbour/x", None, "unauthorized: authentication required"),
        ("harbour/x", PERSON, "denied: requested access to the resource is denied"),
        ("localhost:5000/x", None, "connect: connection refused"),
        ("registry.invalid/x", None, "no such host"),
        ("nobody/has-it", None, "An image does not exist locally with the tag: nobody/has-it"),
    ],
)
def test_what_goes_wrong_with_a_push_is_told_inside_the_stream(
    api: docker.APIClient, repository: str, login: dict[str, str] | None, words: str
) -> None:
    if repository != "nobody/has-it":
        api.tag(f"{OWN}:latest", repository, "latest")
    lines = push(api, repository, "latest", auth_config=login)
    assert lines[0]["status"].startswith("The push refers to repository [")
    assert words in lines[-1]["error"]
    assert lines[-1]["errorDetail"] == {"message": lines[-1]["error"]}


def test_a_person_pushes_to_what_is_theirs(api: docker.APIClient) -> None:
    api.tag(f"{OWN}:latest", "shop-keeper/tools", "1")
    lines = push(api, "shop-keeper/tools", "1", auth_config=PERSON)
    assert lines[-1]["aux"]["Tag"] == "1"


def test_a_tag_that_is_not_here_is_not_pushed(api: docker.APIClient) -> None:
    assert push(api, OWN, "nope")[-1]["error"] == f"tag does not exist: {OWN}:nope"


def test_credentials_that_cannot_be_read_are_nobodys(api: docker.APIClient) -> None:
    api.tag(OWN, "demo/app", "1")
    answer = api._post(api._url("/images/demo/app/push"), headers={"X-Registry-Auth": "!!"})
    assert answer.status_code == 200
    assert "unauthorized: authentication required" in answer.text


def test_a_push_takes_its_time(engine: DemoEngine, connect: Connect) -> None:
    api = connect(engine)
    engine.world.dials.pace = 20.0
    lines = push(api, OWN, "latest")
    told = [line["progressDetail"]["current"] for line in lines if line.get("status") == "Pushing"]
    assert len(told) > 1
    assert told == sorted(told)
