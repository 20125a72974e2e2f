"""POST /build, POST /build/prune and the build cache of the demo Engine, as the SDK sees them."""

from __future__ import annotations

import io
import json
import tarfile
from typing import Any

import docker
import pytest


def context(dockerfile: str | None, **files: str) -> bytes:
    """A tar of these files."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as tar:
        for name, text in {**({"Dockerfile": dockerfile} if dockerfile is not None else {}), **files}.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    return held.getvalue()


def built(
    api: docker.APIClient, dockerfile: str, files: dict[str, str] | None = None, **more: Any
) -> list[Any]:
    """What a build tells, item by item."""
    tar = io.BytesIO(context(dockerfile, **(files or {})))
    return list(api.build(fileobj=tar, custom_context=True, rm=True, decode=True, **more))


def text_of(items: list[Any]) -> str:
    return "".join(item.get("stream", "") for item in items)


def test_the_steps_make_an_image_with_layers_and_configuration(api: docker.APIClient) -> None:
    lines = (
        "FROM debian:bookworm-slim",
        "ENV MODE=fast",
        "COPY app /app/",
        "RUN echo hello",
        'CMD ["/app/app"]',
    )
    items = built(api, "\n".join(lines), {"app": "x" * 300}, tag="mine:1")
    told = text_of(items)
    assert "Step 4/5 : RUN echo hello" in told
    assert "hello\n" in told
    assert told.endswith("Successfully tagged mine:1\n")
    image = api.inspect_image("mine:1")
    assert image["Config"]["Cmd"] == ["/app/app"]
    assert "MODE=fast" in image["Config"]["Env"]
    assert image["Size"] - api.inspect_image("debian:bookworm-slim")["Size"] == 300
    assert items[-3]["aux"]["ID"] == image["Id"]


def test_the_second_time_every_step_comes_from_the_cache(api: docker.APIClient) -> None:
    lines = "FROM debian:bookworm-slim\nRUN make\nCOPY app /app/\n"
    built(api, lines, {"app": "1"}, tag="mine:1")
    assert text_of(built(api, lines, {"app": "1"}, tag="mine:2")).count("Using cache") == 2
    assert api.inspect_image("mine:1")["Id"] == api.inspect_image("mine:2")["Id"]
    assert text_of(built(api, lines, {"app": "22"}, tag="mine:3")).count("Using cache") == 1
    assert "Using cache" not in text_of(built(api, lines, {"app": "1"}, nocache=True))


def test_a_run_that_exits_with_an_error_ends_the_build_inside_the_stream(api: docker.APIClient) -> None:
    last = built(api, "FROM debian:bookworm-slim\nRUN make && exit 3\nCMD x\n", tag="never:1")[-1]
    words = "The command '/bin/sh -c make && exit 3' returned a non-zero code: 3"
    assert last == {"errorDetail": {"message": words, "code": 3}, "error": words}
    assert api.images("never") == []


@pytest.mark.parametrize(
    ("dockerfile", "words"),
    [
        (
            "FROM debian:bookworm-slim\n\nFOO bar\n",
            "dockerfile parse error on line 3: unknown instruction: FOO",
        ),
        ("", "the Dockerfile (Dockerfile) cannot be empty"),
        ("RUN x\n", "no build stage in current context"),
    ],
)
def test_a_dockerfile_that_cannot_be_read_is_refused(
    api: docker.APIClient, dockerfile: str, words: str
) -> None:
    with pytest.raises(docker.errors.APIError, match="400") as refused:
        built(api, dockerfile)
    assert refused.value.explanation == words


def test_a_missing_source_is_told_in_the_engines_words(api: docker.APIClient) -> None:
    last = built(api, "FROM scratch\nCOPY nope /\n")[-1]
    assert last["error"].startswith("COPY failed: file not found in build context")


def test_a_target_stops_at_its_stage_and_a_later_stage_copies_from_it(api: docker.APIClient) -> None:
    lines = "FROM debian:bookworm-slim AS tool\nRUN make\nFROM scratch\nCOPY --from=tool /tool /tool\n"
    assert "Step 4/4" in text_of(built(api, lines, tag="all:1"))
    assert "Step 2/2" in text_of(built(api, lines, tag="part:1", target="tool"))
    with pytest.raises(docker.errors.APIError, match="could not be found"):
        built(api, lines, target="nope")


def test_a_build_argument_fills_what_names_it(api: docker.APIClient) -> None:
    lines = "FROM debian:bookworm-slim\nARG WHO=world\nRUN echo hello $WHO\n"
    assert "hello world\n" in text_of(built(api, lines))
    assert "hello you\n" in text_of(built(api, lines, buildargs={"WHO": "you"}))


def test_a_base_image_that_is_not_here_is_pulled(api: docker.APIClient) -> None:
    items = built(api, "FROM busybox:latest\nCMD x\n", tag="mine:1")
    assert any("Pulling from" in item.get("status", "") for item in items)
    assert api.inspect_image("busybox:latest")


def test_labels_and_several_tags_are_set(api: docker.APIClient) -> None:
    params = {"dockerfile": "Dockerfile", "t": ["a:1", "b:2"], "labels": json.dumps({"who": "me"})}
    answer = api.post(
        f"{api.base_url}/v{api.api_version}/build", params=params, data=context("FROM scratch\nCMD x\n")
    )
    assert answer.status_code == 200
    assert set(api.inspect_image("a:1")["RepoTags"]) == {"a:1", "b:2"}
    assert api.inspect_image("a:1")["Config"]["Labels"] == {"who": "me"}


def cache(api: docker.APIClient) -> dict[str, Any]:
    return {record["ID"]: record for record in api.df()["BuildCache"]}


def prune(api: docker.APIClient, *ids: str) -> Any:
    params = {"all": "1", "filters": json.dumps({"id": ["|".join(ids)]})}
    return api.post(f"{api.base_url}/v{api.api_version}/build/prune", params=params).json()


def test_exactly_the_named_records_of_the_cache_go(api: docker.APIClient) -> None:
    before = cache(api)
    leaf = next(ident for ident, record in before.items() if record["Description"].startswith("[assets"))
    answer = prune(api, leaf)
    assert answer == {"CachesDeleted": [leaf], "SpaceReclaimed": before[leaf]["Size"]}
    assert cache(api).keys() == before.keys() - {leaf}


def test_a_record_that_others_stand_on_only_goes_with_them(api: docker.APIClient) -> None:
    child = next(
        record for record in cache(api).values() if record.get("Parents") and "COPY" in record["Description"]
    )
    (parent,) = child["Parents"]
    assert prune(api, parent)["CachesDeleted"] is None
    assert set(prune(api, parent, child["ID"])["CachesDeleted"]) == {parent, child["ID"]}
