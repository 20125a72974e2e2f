"""Tag, push and pull between a real Engine and Debian's docker-registry, and what goes wrong on the way."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping

import docker
import pytest

from tests.live.engine import PrivateEngine
from tests.live.making import image
from tests.live.person import DEADLINE
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint
from tui.engine.errors import EngineError
from tui.engine.jobs import Job, Jobs, JobState, Task
from tui.engine.models.image import decode_image
from tui.verbs.pulling import pull_task
from tui.verbs.pushing import push_task
from tui.verbs.searching import OFFLINE, Search, search
from tui.verbs.tagging import tag_task

pytestmark = pytest.mark.parametrize("engine", ["28.5"], indirect=True)

HEAVY = 48 * 2**20
"""Bytes that take the Engine a second or two to send: it packs them first."""
FRAIL = "127.0.0.1:5001"
"""A registry that a test ends."""


class Work:
    """Tasks done on one Engine, each to its end."""

    def __init__(self, url: str) -> None:
        self.connection = Connection(Endpoint(url, "", "test"))
        self.connection.open()
        self.jobs = Jobs(lambda job: None)

    def start(self, task: Task) -> Job:
        return self.jobs.start(task, self.connection)

    def do(self, task: Task) -> Job:
        job = self.start(task)
        until(lambda: job.ended is not None)
        return job

    def words(self, task: Task) -> str:
        """What it came to; it has to go well."""
        job = self.do(task)
        assert job.state is JobState.DONE, job.results
        return job.results[0].words


@pytest.fixture
def work(engine: PrivateEngine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    monkeypatch.setenv("DOCKER_CONFIG", str(engine.folder))
    work = Work(engine.url)
    yield work
    work.connection.close()


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + DEADLINE
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.005)


def placed(api: docker.APIClient, reference: str, files: Mapping[str, bytes] | None = None) -> str:
    """An image of its own under a registry's name; returns its id."""
    repository, _, tag = reference.rpartition(":")
    ident = image(api, "made:here", files=files or {"file": reference.encode()})
    api.tag("made:here", repository, tag)
    api.remove_image("made:here")
    return ident


def tag(api: docker.APIClient, name: str, reference: str) -> Task:
    """The task that tags an image that is here."""
    (found,) = (one for row in api.images(name) for one in decode_image(row) if one.name == name)
    return tag_task(found, reference)


def test_an_image_goes_to_a_registry_and_comes_back(
    engine: PrivateEngine, api: docker.APIClient, work: Work
) -> None:
    ident, there = image(api, "app:1"), f"{engine.registry()}/round/app:1"
    assert work.words(tag(api, "app:1", there)) == f"is {there} too"
    pushed = work.do(push_task(there))
    assert pushed.state is JobState.DONE
    assert pushed.progress is not None
    digest = pushed.progress.digest
    assert digest.startswith("sha256:")
    assert pushed.results[0].words.startswith(f"1: digest: {digest}")
    (layer,) = pushed.progress.layers
    # another repository of this registry may hold it already
    assert layer.status.startswith(("Pushed", "Mounted"))
    # the registry has it all now
    assert "1 of 1 layers were there" in work.words(push_task(there))

    for name in ("app:1", there):
        api.remove_image(name)
    pulled = work.words(pull_task(there))
    assert pulled == f"Downloaded newer image for {there}, {digest}"
    assert api.inspect_image(there)["Id"] == ident
    assert work.words(pull_task(there)) == f"Image is up to date for {there}, {digest}"

    api.remove_image(there)
    pinned = f"{there.rpartition(':')[0]}@{digest}"
    assert "Downloaded newer image" in work.words(pull_task(pinned))
    assert api.inspect_image(pinned)["Id"] == ident


def test_all_tags_go_and_come_together(engine: PrivateEngine, api: docker.APIClient, work: Work) -> None:
    repository = f"{engine.registry()}/all/app"
    for number in "12":
        placed(api, f"{repository}:{number}")
    work.words(push_task(repository, every_tag=True))
    for number in "12":
        api.remove_image(f"{repository}:{number}")
    work.words(pull_task(repository, every_tag=True))
    tags = {tag for row in api.images(repository) for tag in row["RepoTags"]}
    assert tags == {f"{repository}:1", f"{repository}:2"}


def test_an_image_of_another_platform_is_warned_of(
    engine: PrivateEngine, api: docker.APIClient, work: Work
) -> None:
    there = f"{engine.registry()}/platform/app:1"
    placed(api, there)
    work.words(push_task(there))
    assert "does not match the specified platform" in work.words(pull_task(there, platform="linux/arm64/v8"))


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("127.0.0.1:9/app:1", "connection refused"),
        ("registry.invalid/app:1", "registry.invalid"),
        ("127.0.0.1:5000/app:nope", "tag does not exist"),
    ],
)
def test_a_push_that_cannot_be_is_a_failure_in_the_engines_words(
    engine: PrivateEngine, api: docker.APIClient, work: Work, reference: str, words: str
) -> None:
    engine.registry()
    placed(api, f"{reference.rpartition(':')[0]}:1")
    job = work.do(push_task(reference))
    assert job.state is JobState.FAILED
    (result,) = job.results
    assert words in result.words


def test_a_pull_of_what_is_not_there_is_a_failure(engine: PrivateEngine, work: Work) -> None:
    job = work.do(pull_task(f"{engine.registry()}/nobody/app:1"))
    assert job.state is JobState.FAILED
    assert "not found" in job.results[0].words


def test_a_cancelled_push_ends_at_once_and_leaves_no_tag(
    engine: PrivateEngine, api: docker.APIClient, work: Work
) -> None:
    there = f"{engine.registry()}/cut/app:1"
    placed(api, there, {"heavy": os.urandom(HEAVY)})
    job = work.start(push_task(there))
    until(lambda: job.progress is not None and job.progress.done)
    began = time.monotonic()
    job.cancel()
    until(lambda: job.ended is not None)
    assert time.monotonic() - began < 2
    assert job.state is JobState.CANCELLED
    assert job.results[0].words == "stopped before it was complete"
    assert work.do(pull_task(there)).state is JobState.FAILED
    # and done once more it goes all the way
    assert "digest: sha256:" in work.words(job.again())


def test_a_registry_that_dies_during_a_push_is_told_and_the_push_can_be_left(
    engine: PrivateEngine, api: docker.APIClient, work: Work
) -> None:
    config = engine.folder / "frail.json"
    storage = {"filesystem": {"rootdirectory": "/var/lib/frail-registry"}}
    config.write_text(json.dumps({"version": "0.1", "storage": storage, "http": {"addr": FRAIL}}))
    registry = engine.spawn("docker-registry", "serve", str(config), output="frail")
    reference = f"{FRAIL}/app:1"
    placed(api, reference, {"heavy": os.urandom(HEAVY)})
    wget = ("busybox", "wget", "-q", "-O", "-", f"http://{FRAIL}/v2/")
    until(lambda: engine.run(*wget).code == 0)
    job = work.start(push_task(reference))
    until(lambda: job.progress is not None and job.progress.done)
    engine.end(registry)
    # the Engine tries again by itself, for a minute and more
    until(lambda: "Retrying in" in job.note)
    assert job.state is JobState.RUNNING
    job.cancel()
    until(lambda: job.ended is not None)
    assert job.state is JobState.CANCELLED
    # who tries again is told at once that nobody is there
    again = work.do(job.again())
    assert again.state is JobState.FAILED
    (result,) = again.results
    assert "connection refused" in result.words
    assert result.error is not None
    assert "No registry listens there" in result.error.advice


def test_a_search_that_gets_nowhere_says_so(work: Work) -> None:
    with pytest.raises(EngineError, match=r"index\.docker\.io") as caught:
        search(work.connection, Search("busybox"))
    assert caught.value.advice == OFFLINE
