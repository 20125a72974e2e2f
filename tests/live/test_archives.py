"""Images and containers to files and back on real Engines: from one to the other, cancelled, big."""

from __future__ import annotations

import os
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docker
import psutil
import pytest
from textual.events import Paste

from tests.live import making
from tests.live.conftest import running, tidy
from tests.live.engine import PrivateEngine
from tests.live.person import at_wharf
from tui.engine.archive_look import kept_in
from tui.engine.archives import standing
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint
from tui.engine.jobs import Job, Jobs, JobState, Target, Task
from tui.engine.kinds import Kind
from tui.engine.lines import docker as line
from tui.engine.lists import fetch
from tui.engine.models import Container, Image
from tui.screens.files import FilesScreen
from tui.screens.sure import Sure
from tui.verbs.committing import make_commit
from tui.verbs.saving import export_task, load_task, make_import, save_task
from tui.verbs.verb import Answers

if TYPE_CHECKING:
    from tui.verbs.committing import Making

DEADLINE = 20.0
BIG = 300_000_000
"""Bytes of an image that must never be in memory."""
GROWTH = 20_000_000
"""Bytes by which the memory may grow meanwhile."""


@pytest.fixture(scope="module")
def engines() -> Iterator[tuple[PrivateEngine, PrivateEngine]]:
    """A newer and an older Engine side by side."""
    for newer in running("28.5"):
        for older in running("20.10"):
            yield newer, older


@pytest.fixture
def pair(engines: tuple[PrivateEngine, PrivateEngine]) -> Iterator[tuple[Side, Side]]:
    """Both of them; cleared afterwards."""
    sides = (Side(engines[0]), Side(engines[1]))
    yield sides
    for side in sides:
        side.close()
        tidy(side.engine)


class Side:
    """One Engine, as Wharf speaks to it and as a test looks at it."""

    def __init__(self, engine: PrivateEngine) -> None:
        self.engine = engine
        self.api = docker.APIClient(base_url=engine.url, version="auto", timeout=30)
        self.connection = Connection(Endpoint(engine.url, "", "test"))
        self.connection.open()
        self.jobs = Jobs(lambda job: None)

    def close(self) -> None:
        self.connection.close()
        self.api.close()

    def image(self, reference: str) -> Image:
        """An image as the list shows it."""
        found = fetch(self.connection, Kind.IMAGE)
        return next(each for each in found if isinstance(each, Image) and each.name == reference)

    def container(self, name: str) -> Container:
        """A container as the list shows it."""
        found = fetch(self.connection, Kind.CONTAINER)
        return next(each for each in found if isinstance(each, Container) and each.name == name)

    def done(self, task: Task) -> Job:
        """Do a task to its end."""
        job = self.jobs.start(task, self.connection)
        until(lambda: job.ended is not None)
        return job

    def says(self, image: str, *command: str) -> str:
        """What a container of an image prints."""
        made = making.container(self.api, "saying", *command, image=image)
        self.api.wait(made)
        said = self.api.logs(made).decode()
        self.api.remove_container(made)
        return str(said)


def until(true: Callable[[], object], seconds: float = DEADLINE) -> None:
    end = time.monotonic() + seconds
    wait = threading.Event()
    while not true():
        assert time.monotonic() < end, "it never came true"
        wait.wait(0.005)


def words(job: Job) -> str:
    """How a job ended, for one that went well."""
    (result,) = job.results
    assert job.state is JobState.DONE, result.words
    return result.words


def answers(**given: Any) -> Answers:
    """What is answered on the sheets of commit and import."""
    return {"message": "", "author": "", "pause": True, "changes": (), **given}


def making_task(make: Making, ref: object, given: Answers) -> Task:
    """The task that makes an image of a file or a container as was answered."""
    return Task("image.made", "make", line("make"), (Target(str(ref), "it"),), partial(make, given))


@pytest.mark.parametrize("newer_first", [True, False])
@pytest.mark.parametrize("name", ["both.tar", "both.tar.gz"])
def test_two_images_in_one_file_come_from_one_engine_to_the_other(
    pair: tuple[Side, Side], tmp_path: Path, *, newer_first: bool, name: str
) -> None:
    one, other = pair if newer_first else pair[::-1]
    making.build(one.api, "app:1", "RUN echo hello > /greeting")
    making.image(one.api, "data:2")
    path = tmp_path / name
    words(one.done(save_task([one.image("app:1"), one.image("data:2")], path, None)))
    kept = kept_in(path, lambda: False)
    assert kept is not None
    assert sorted(tag for each in kept for tag in each.tags) == ["app:1", "data:2"]
    assert sorted(words(other.done(load_task(path))).removeprefix("loaded ").split(", ")) == [
        "app:1",
        "data:2",
    ]
    for reference in ("app:1", "data:2"):
        assert other.api.inspect_image(reference)["Id"] == one.api.inspect_image(reference)["Id"]
    assert other.says("app:1", "cat", "/greeting") == "hello\n"
    assert os.listdir(tmp_path) == [name]


def test_an_exported_container_is_imported_and_runs(pair: tuple[Side, Side], tmp_path: Path) -> None:
    one, other = pair
    made = making.container(one.api, "web", "sh", "-c", "echo changed > /greeting")
    one.api.wait(made)
    path = tmp_path / "web.tar"
    words(one.done(export_task(one.container("web"), path, 0, None)))
    changes = ('CMD ["cat", "/greeting"]', "ENV A=1")
    given = answers(reference="made:1", message="from a file", changes=changes)
    assert words(other.done(making_task(make_import, path, given))).startswith("made:1 is ")
    assert other.says("made:1", "cat", "/greeting") == "changed\n"
    found = other.api.inspect_image("made:1")
    assert (found["Comment"], found["Config"]["Env"]) == ("from a file", ["A=1"])
    assert found["Config"]["Cmd"] == ["cat", "/greeting"]


def test_a_commit_keeps_what_the_container_wrote(pair: tuple[Side, Side]) -> None:
    for side in pair:
        made = making.container(side.api, "web", "sh", "-c", "echo written > /greeting; sleep 1000")
        until(partial(side.api.diff, made))
        given = answers(reference="web:2", message="why", author="Ada", pause=False, changes=("ENV B=2",))
        assert words(side.done(making_task(make_commit, made, given))).startswith("web:2 is ")
        assert side.says("web:2", "cat", "/greeting") == "written\n"
        found = side.api.inspect_image("web:2")
        assert (found["Comment"], found["Author"]) == ("why", "Ada")
        assert "B=2" in found["Config"]["Env"]


def test_what_is_no_archive_is_refused_in_the_engines_words(pair: tuple[Side, Side], tmp_path: Path) -> None:
    path = tmp_path / "bad.tar"
    path.write_bytes(b"x" * 2_000_000)
    for side in pair:
        for task in (load_task(path), making_task(make_import, path, answers(reference="made:1"))):
            (result,) = side.done(task).results
            assert "invalid tar header" in result.words


def test_a_big_image_passes_through_without_being_kept(pair: tuple[Side, Side], tmp_path: Path) -> None:
    side, _ = pair
    import_zeros(side.api, "big:1", BIG)
    path = tmp_path / "big.tar"
    process = psutil.Process()
    image = side.image("big:1")
    with Watching(process) as watching:
        assert "in " in words(side.done(save_task([image], path, None)))
    assert path.stat().st_size > BIG
    assert watching.grown < GROWTH, f"{watching.grown:,} bytes more"
    side.api.remove_image("big:1")
    with Watching(process) as watching:
        assert words(side.done(load_task(path))) == "loaded big:1"
    assert watching.grown < GROWTH, f"{watching.grown:,} bytes more"


def test_a_cancelled_save_leaves_no_half_file(pair: tuple[Side, Side], tmp_path: Path) -> None:
    side, _ = pair
    import_zeros(side.api, "big:1", BIG)
    path = tmp_path / "big.tar"
    job = side.jobs.start(save_task([side.image("big:1")], path, standing(path)), side.connection)
    until(lambda: any(tmp_path.glob("*.part")) and next(tmp_path.glob("*.part")).stat().st_size > 0)
    job.cancel()
    until(lambda: job.ended is not None)
    assert job.state is JobState.CANCELLED
    assert os.listdir(tmp_path) == []
    assert side.api.ping()


async def test_by_its_keys_saving_asks_before_it_replaces(
    engine: PrivateEngine, api: Any, home: Path
) -> None:
    making.image(api, "app:1")
    path = home / "app_1.tar"
    path.write_text("precious")
    async with at_wharf(engine.url, home) as person:
        await person.go_to(Kind.IMAGE, "app:1")
        await person.press("S")
        await person.until(lambda: isinstance(person.app.screen, FilesScreen))
        await person.press("ctrl+u")
        person.app.post_message(Paste(str(path)))
        await person.press("enter")
        await person.until(lambda: isinstance(person.app.screen, Sure) and person.app.screen.ready)
        assert path.read_text() == "precious"
        await person.press("y")
        await person.until(lambda: person.journal("image.save"))
        kept = kept_in(path, lambda: False)
        assert kept is not None
        assert [each.tags for each in kept] == [("app:1",)]
        api.remove_image("app:1")
        await person.press("L")
        await person.until(lambda: isinstance(person.app.screen, FilesScreen))
        await person.press("tab")
        person.app.post_message(Paste(str(path)))
        await person.until(lambda: person.sees("Holds app:1"))
        await person.press("enter")
        await person.until(lambda: "app:1" in person.rows(Kind.IMAGE))
        (entry,) = person.journal("image.load")
        assert entry["objects"][0]["words"] == "loaded app:1"


def zeros(size: int) -> Iterator[bytes]:
    """A tar of one file of zeros, made while it is read."""
    entry = tarfile.TarInfo("zeros")
    entry.size = size
    yield entry.tobuf()
    left = size + (-size % tarfile.BLOCKSIZE) + 2 * tarfile.BLOCKSIZE
    while left:
        piece = bytes(min(left, 1 << 20))
        left -= len(piece)
        yield piece


def import_zeros(api: docker.APIClient, reference: str, size: int) -> None:
    """An image of so many bytes."""
    repository, _, tag = reference.partition(":")
    params = {"fromSrc": "-", "repo": repository, "tag": tag}
    answer = api.post(api._url("/images/create"), params=params, data=zeros(size), timeout=60)
    assert answer.status_code == 200, answer.text


class Watching:
    """How much larger a process becomes while something is done."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._most = 0
        self._began = 0

    @property
    def grown(self) -> int:
        """Bytes."""
        return self._most - self._began

    def __enter__(self) -> Watching:
        self._began = self._most = self._process.memory_info().rss
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.02):
            self._most = max(self._most, self._process.memory_info().rss)
