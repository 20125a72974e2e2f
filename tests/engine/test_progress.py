"""What the items of a transfer add up to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.engine.errors import EngineError
from tui.engine.progress import Progress, wants_login

MB = 1_000_000


class Clock:
    """Seconds that a test lets pass."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def layer(ident: str, status: str, current: int = 0, total: int = 0) -> dict[str, Any]:
    detail = {"current": current, "total": total} if current or total else {}
    return {"status": status, "progressDetail": detail, "id": ident}


def taken(*items: Mapping[str, Any]) -> Progress:
    progress = Progress(Clock())
    for item in items:
        progress.take(item)
    return progress


def test_a_pull_tells_its_layers_its_last_word_and_its_digest() -> None:
    progress = taken(
        {"status": "Pulling from library/nginx", "id": "1.27"},
        layer("a", "Pulling fs layer"),
        layer("b", "Already exists"),
        layer("a", "Downloading", 3 * MB, 4 * MB),
        layer("a", "Download complete"),
        layer("a", "Extracting", 4 * MB, 4 * MB),
        layer("a", "Pull complete"),
        {"status": "Digest: sha256:0c"},
        {"status": "Status: Downloaded newer image for nginx:1.27"},
    )
    assert [(one.id, one.status) for one in progress.layers] == [
        ("a", "Pull complete"),
        ("b", "Already exists"),
    ]
    assert (progress.done, progress.total, progress.existed) == (4 * MB, 4 * MB, 1)
    assert progress.fraction == 1
    assert progress.status == "Downloaded newer image for nginx:1.27"
    assert progress.digest == "sha256:0c"


def test_an_image_for_another_platform_is_warned_of_beside_the_last_word() -> None:
    progress = taken(
        {"status": "Status: Image is up to date for box:1"},
        {"status": "WARNING: image with reference box:1 was found but its platform does not match"},
    )
    assert progress.status == "Image is up to date for box:1"
    assert progress.warning.startswith("WARNING: ")


def test_a_layer_that_is_still_to_be_unpacked_is_not_done() -> None:
    progress = taken(layer("a", "Pulling fs layer"), layer("a", "Downloading", 10, 10))
    assert progress.fraction == pytest.approx(0.8)
    progress.take(layer("a", "Extracting", 5, 10))
    assert progress.fraction == pytest.approx(0.9)


def test_a_push_counts_what_is_sent_and_takes_the_digest_from_the_end() -> None:
    progress = taken(
        {"status": "The push refers to repository [r:5000/box]"},
        layer("a", "Preparing"),
        layer("b", "Layer already exists"),
        layer("a", "Pushing", 1 * MB, 2 * MB),
    )
    assert progress.fraction == 0.5
    # more is sent than was foretold
    progress.take(layer("a", "Pushing", 3 * MB, 2 * MB))
    assert (progress.done, progress.total, progress.fraction) == (3 * MB, 3 * MB, 1)
    progress.take(layer("a", "Pushed"))
    progress.take({"progressDetail": {}, "aux": {"Tag": "1", "Digest": "sha256:4d", "Size": 527}})
    assert (progress.digest, progress.existed) == ("sha256:4d", 1)


def test_a_push_of_unknown_size_has_bytes_and_no_fraction() -> None:
    progress = taken(layer("a", "Pushing", 5, -1))
    assert (progress.done, progress.total, progress.fraction, progress.left) == (5, 0, None, None)


def test_loading_says_when_a_layer_is_in_and_what_it_made() -> None:
    progress = taken(layer("a", "Loading layer", 2, 4))
    assert progress.fraction == 0.5
    progress.take(layer("a", "Loading layer", 4, 4))
    assert progress.layers[0].complete
    progress.take({"stream": "Loaded image: web:1\n"})
    assert progress.status == "Loaded image: web:1"


def test_a_layer_too_small_to_tell_its_size_counts_for_nothing() -> None:
    progress = taken(layer("tiny", "Pull complete"), layer("big", "Downloading", 1, 10))
    assert progress.fraction == pytest.approx(0.1)


def test_layers_that_wait_count_as_big_as_the_others() -> None:
    progress = taken(layer("a", "Waiting"), layer("b", "Downloading", 5, 10))
    assert progress.fraction == pytest.approx(0.25)


def test_the_rate_is_that_of_the_last_seconds() -> None:
    clock = Clock()
    progress = Progress(clock)
    progress.take(layer("a", "Downloading", 0, 100 * MB))
    assert progress.rate == 0
    for second in range(1, 11):
        clock.now = float(second)
        progress.take(layer("a", "Downloading", second * MB, 100 * MB))
    assert progress.rate == pytest.approx(MB)
    assert progress.left == pytest.approx(90)
    # what was fast before the window does not count
    for second in range(11, 21):
        clock.now = float(second)
        progress.take(layer("a", "Downloading", 10 * MB + (second - 10) * 4 * MB, 100 * MB))
    assert progress.rate == pytest.approx(4 * MB)


def test_a_stalled_transfer_has_no_rate_and_no_end() -> None:
    clock = Clock()
    progress = Progress(clock)
    for second in range(4):
        clock.now = float(second)
        progress.take(layer("a", "Downloading", second * MB, 100 * MB))
    assert progress.rate > 0
    clock.now += 60
    assert (progress.rate, progress.left) == (0, None)


def test_only_what_is_new_is_worth_a_line_of_the_log() -> None:
    progress = Progress(Clock())
    items = [layer("a", "Downloading", 1, 9), layer("a", "Downloading", 2, 9), layer("a", "Pull complete")]
    assert [progress.take(item) for item in items] == ["a: Downloading", "", "a: Pull complete"]


@pytest.mark.parametrize(
    ("item", "words", "advice"),
    [
        ({"error": "denied: no", "errorDetail": {"message": "denied: no"}}, "denied: no", ":login"),
        ({"errorDetail": {"message": "unauthorized: authentication required"}}, "unauthorized", ":login"),
        (
            {"error": 'Get "http://127.0.0.1:9/v2/": dial tcp 127.0.0.1:9: connect: connection refused'},
            "connection refused",
            "No registry listens there",
        ),
        ({"error": "write /x: no space left on device"}, "no space left", "full"),
    ],
)
def test_a_failure_keeps_the_engines_words_and_says_what_to_do(
    item: dict[str, Any], words: str, advice: str
) -> None:
    with pytest.raises(EngineError, match=words) as caught:
        taken(item)
    assert advice in caught.value.advice


def test_a_failed_step_of_a_build_is_no_http_status() -> None:
    with pytest.raises(EngineError) as caught:
        taken({"error": "returned a non-zero code: 2", "errorDetail": {"code": 2, "message": "x"}})
    assert caught.value.status is None


def test_who_is_denied_may_want_a_login() -> None:
    assert wants_login("denied: requested access to the resource is denied")
    assert not wants_login("connection refused")


STATUSES = st.sampled_from(
    ["Pulling fs layer", "Waiting", "Downloading", "Download complete", "Extracting", "Pull complete"]
)
NUMBERS = st.integers(-1, 50)


@given(st.lists(st.tuples(st.sampled_from("abc"), STATUSES, NUMBERS, NUMBERS), max_size=40))
def test_the_fraction_stays_between_0_and_1_and_never_goes_back(
    steps: list[tuple[str, str, int, int]],
) -> None:
    progress = Progress(Clock())
    before = 0.0
    for step in steps:
        progress.take(layer(*step))
        assert before <= (progress.fraction or before) <= 1
        before = progress.fraction or before
