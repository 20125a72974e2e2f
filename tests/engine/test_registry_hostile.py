"""A registry that refuses, or answers anything at all: its own words are told, and nothing is a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.http_registry import HttpRegistry, Reply, error, http_registry, sha256
from tui.engine.errors import EngineError
from tui.engine.registry import Registry, RegistryError

REPOSITORY = "team/app"
TAGS = f"GET /v2/{REPOSITORY}/tags/list"
DIGEST = sha256(b"nothing")


@pytest.fixture
def server() -> Iterator[HttpRegistry]:
    with http_registry() as running:
        yield running


@pytest.fixture
def registry(server: HttpRegistry) -> Iterator[Registry]:
    made = Registry(server.host, plain=True)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (error(400, "NAME_INVALID", "invalid repository name"), "invalid repository name"),
        (error(429, "TOOMANYREQUESTS", "you have reached your limit"), "you have reached your limit"),
        (Reply({"errors": [{"code": "DENIED"}]}, 403), "denied"),
        (Reply({"errors": "broken"}, 500), "Internal Server Error"),
        (Reply({"errors": [None, 5, {"message": ["x"]}]}, 502), "Bad Gateway"),
        (Reply(b"<html>gateway</html>", 503), "Service Unavailable"),
        (Reply(b"plainly no\nmore", 400), "plainly no"),
        (Reply({"errors": [{"message": "x" * 100_000}]}, 500), "x" * 299 + "…"),
    ],
)
def test_a_refusal_is_told_in_the_registrys_own_words(
    server: HttpRegistry, registry: Registry, reply: Reply, words: str
) -> None:
    server.answers[TAGS] = reply
    with pytest.raises(RegistryError) as refused:
        registry.tags(REPOSITORY)
    assert refused.value.message == f"{server.host}: {words}"
    assert refused.value.status == reply.status


# Whatever else it may answer

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(DIGEST),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("schemaVersion", "mediaType", "config", "layers", "manifests", "digest", "size"),
                    *("platform", "os", "architecture", "annotations", "history", "created", "Env", "Labels"),
                    *("tags", "repositories", "errors", "message", "code", "created_by", "empty_layer"),
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)
ASKS: tuple[Callable[[Registry], object], ...] = (
    Registry.check,
    Registry.repositories,
    lambda it: it.tags(REPOSITORY),
    lambda it: it.detail(REPOSITORY, "1"),
    lambda it: it.digest(REPOSITORY, "1"),
    lambda it: it.referrers(REPOSITORY, DIGEST),
    lambda it: it.same_digest(REPOSITORY, DIGEST),
    lambda it: it.untagged(REPOSITORY),
    lambda it: it.may(REPOSITORY),
    lambda it: it.delete(REPOSITORY, DIGEST),
)


@settings(max_examples=25, deadline=None)
@given(body=JUNK, status=st.sampled_from([200, 200, 200, 401, 404, 500]))
def test_no_answer_is_more_than_an_error(body: object, status: int) -> None:
    with http_registry() as server:
        server.default = server.answers["GET /v2/"] = Reply(json.dumps(body).encode(), status)
        server.answers[TAGS] = Reply({"tags": ["1", "2"]})
        registry = Registry(server.host, plain=True)
        for ask in ASKS:
            with suppress(EngineError):
                ask(registry)
        registry.close()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b"\xff\xfe",
        b"9" * 10_000,
        b'{"layers":[{"size":1e999},{"size":-5},{"size":NaN}],"config":{"digest":"sha256:x"}}',
        b'{"manifests":[{"digest":"../../etc","platform":[]}]}',
        b'{"manifests":[]}',
    ],
    ids=["empty", "cut", "deep", "deep table", "no text", "long number", "numbers", "path", "no images"],
)
def test_odd_answers_are_no_more_than_errors_either(
    server: HttpRegistry, registry: Registry, body: bytes
) -> None:
    server.default = Reply(body)
    server.answers[TAGS] = Reply({"tags": ["1"]})
    for ask in ASKS:
        with suppress(EngineError):
            ask(registry)
