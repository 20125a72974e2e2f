"""The demo answers what Wharf is seen to ask of real Engines, and little else."""

from __future__ import annotations

import pytest

from tests.live.calls import call, kept, lines, read
from tui.demo.router import ROUTES

CALLED = sorted({sort for sort, name in kept() if not name})
UNANSWERED = {"GET /services": "asked only where networks of a swarm are, and the demo has none"}
"""What Wharf asks of other Engines, and why never of the demo."""
_LINE = "its docker line is shown and journalled, and does in another terminal what it says"
_OTHERS = "the docker CLI, and tests as somebody else, change with it what Wharf has to follow"
UNCALLED = {
    "HEAD /_ping": "what the docker CLI begins with",
    "POST /containers/prune": _LINE,
    "POST /images/prune": _LINE,
    "POST /networks/prune": _LINE,
    "POST /volumes/prune": _LINE,
    "POST /networks/{}/connect": _OTHERS,
    "POST /networks/{}/disconnect": _OTHERS,
}
"""Routes that Wharf does not call, and what they are there for."""


def answering(sort: str) -> str:
    """The route that answers such a request; "" when none does."""
    method, path = sort.split()
    for wanted, pattern, _ in ROUTES:
        if wanted == method and pattern.match(path.replace("{}", "some")):
            return f"{method} {template(pattern.pattern)}"
    return ""


def template(pattern: str) -> str:
    """A route's path as its module has it."""
    return pattern.removeprefix("^").removesuffix("$").replace("(.+)", "{}")


@pytest.mark.parametrize("sort", CALLED)
def test_what_wharf_asks_is_answered(sort: str) -> None:
    assert answering(sort) == ("" if sort in UNANSWERED else sort)


def test_nothing_is_answered_that_nobody_asks() -> None:
    routes = {f"{method} {template(pattern.pattern)}" for method, pattern, _ in ROUTES}
    assert routes - set(CALLED) == set(UNCALLED)


@pytest.mark.parametrize(
    ("method", "url", "line"),
    [
        ("GET", "http+docker://localhost/_ping", "GET /_ping"),
        ("GET", "/containers/json?all=1&filters=", "GET /containers/json all filters"),
        ("DELETE", "http://host:2375/v1.47/containers/3f2a?v=1", "DELETE /containers/{} v"),
        ("GET", "/v1.41/images/host:5000/a/b:1/json", "GET /images/{}/json"),
        ("DELETE", "/v1.47/images/a/json:1?noprune=1", "DELETE /images/{} noprune"),
        ("POST", "/v1.47/images/create?fromImage=a", "POST /images/create fromImage"),
        ("POST", "/v1.47/exec/51c0/resize?w=80&h=24", "POST /exec/{}/resize h w"),
    ],
)
def test_a_request_is_kept_without_what_it_is_about(method: str, url: str, line: str) -> None:
    assert lines(call(method, url)) == [line]
    assert read([line]) == call(method, url)
