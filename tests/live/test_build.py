"""Builds on real Engines: by their own builder, and by BuildKit through docker buildx."""

from __future__ import annotations

import os
import shlex
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import docker
import pytest

from tests.cli import docker_cli
from tests.engine.ignored import CASES, files_of, fill
from tests.engine.test_build_context import tar_of
from tests.live.engine import PrivateEngine
from tests.live.hoard import hoard
from tests.live.roots import ensure_root
from tests.live.sshd import Sshd
from tui.engine.build_cache import plan, records
from tui.engine.build_steps import Step, StepState
from tui.engine.builds import Build, Building
from tui.engine.buildx import Buildx, find
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint
from tui.engine.jobs import Job, Jobs, JobState, Task

DEADLINE = 60.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty context."""
    place = tmp_path / "context"
    place.mkdir()
    return place


@pytest.fixture
def connection(engine: PrivateEngine) -> Iterator[Connection]:
    """Wharf's own connection to the Engine."""
    made = Connection(Endpoint(engine.url, "", "--host"))
    made.open()
    yield made
    made.close()


def script(path: Path, *words: str | Path) -> None:
    """A program that runs another one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\nexec {shlex.join(map(str, words))} "$@"\n')
    path.chmod(0o755)


@pytest.fixture
def buildx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Buildx:
    """A docker CLI on PATH that has buildx, from the tree of the newer Engine."""
    root = ensure_root("sid")
    loader = next((root / "usr").glob("lib*/ld-linux-*"))
    libraries = ":".join(map(str, (root / "usr" / "lib").glob("*-linux-gnu*")))
    plugin = root / "usr" / "libexec" / "docker" / "cli-plugins" / "docker-buildx"
    script(tmp_path / "bin" / "docker", *docker_cli())
    script(tmp_path / "config" / "cli-plugins" / "docker-buildx", loader, "--library-path", libraries, plugin)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "config"))
    found = find(Endpoint("unix:///x", "", "test")).buildx
    assert found is not None
    return found


@pytest.fixture(params=["classic", "buildx"])
def builder(request: pytest.FixtureRequest) -> Buildx | None:
    """Both ways to build."""
    return request.getfixturevalue("buildx") if request.param == "buildx" else None


def wait(true: Callable[[], object]) -> None:
    """Until something is true."""
    end = time.monotonic() + DEADLINE
    while not true():
        assert time.monotonic() < end, "it never came true"
        threading.Event().wait(0.01)


def done(task: Task, connection: Connection) -> Job:
    """The job of a task, once it has ended."""
    job = Jobs(lambda job: None).start(task, connection)
    wait(lambda: job.ended is not None)
    return job


def step(building: Building, text: str) -> Step:
    """The step of an instruction."""
    return next(step for step in building.steps.all if text in step.name)


def test_the_second_time_comes_from_the_cache(
    connection: Connection, api: docker.APIClient, folder: Path, builder: Buildx | None
) -> None:
    (folder / "Dockerfile").write_text(
        "FROM busybox\nWORKDIR /app\nRUN echo hello; echo oops >&2\nCOPY . .\n"
    )
    (folder / "file").write_text("x")
    first, second = (
        Building(Build(folder, tags=(f"wharf/build:{name}", f"wharf/also:{name}")), builder)
        for name in ("first", "second")
    )
    for building in (first, second):
        job = done(building.task(), connection)
        assert job.state is JobState.DONE, (job.results, job.log.lines)
    run = step(first, "RUN")
    assert (run.state, run.line) == (StepState.DONE, 3)
    said = "\n".join(first.steps.since(run, 0)[0])
    assert "hello" in said
    assert "oops" in said
    for text in ("WORKDIR", "RUN", "COPY"):
        assert step(second, text).state is StepState.CACHED
    for name in ("wharf/build:second", "wharf/also:second"):
        assert api.inspect_image(name)["Id"] == second.steps.image


def test_an_error_at_line_4_is_named(connection: Connection, folder: Path, builder: Buildx | None) -> None:
    (folder / "Dockerfile").write_text(
        "FROM busybox\nRUN echo fine && \\\n  echo too\nRUN echo then; exit 3\n"
    )
    building = Building(Build(folder), builder)
    job = done(building.task(), connection)
    assert job.state is JobState.FAILED
    (error,) = [result.error for result in job.refused]
    assert error is not None
    assert error.advice == "It is line 4 of Dockerfile."
    assert "3" in error.message
    failed = building.steps.failed
    assert failed is not None
    assert (failed.line, building.steps.since(failed, 0)[0][0]) == (4, "then")


def test_an_unknown_instruction_is_named_with_its_line(
    connection: Connection, folder: Path, builder: Buildx | None
) -> None:
    (folder / "Dockerfile").write_text("FROM busybox\n\nRUN echo hi\nFOO bar\n")
    building = Building(Build(folder), builder)
    job = done(building.task(), connection)
    assert building.steps.failed_line == 4
    assert job.results[0].words.startswith("dockerfile parse error")


def test_arguments_target_and_labels_arrive(
    connection: Connection, api: docker.APIClient, folder: Path, builder: Buildx | None
) -> None:
    (folder / "other.Dockerfile").write_text(
        "FROM busybox AS one\nARG WHO\nARG MY_TOKEN\nRUN echo $WHO-$MY_TOKEN >/said; cat /said\n"
        "FROM busybox\nRUN exit 1\n"
    )
    build = Build(
        folder,
        "other.Dockerfile",
        ("wharf/args:1",),
        ("WHO=me", "MY_TOKEN=s3cret"),
        ("who=you",),
        "one",
        no_cache=True,
    )
    building = Building(build, builder)
    job = done(building.task(), connection)
    assert job.state is JobState.DONE, job.results
    assert building.steps.since(step(building, "RUN"), 0)[0] == ("me-***",)
    assert api.inspect_image("wharf/args:1")["Config"]["Labels"]["who"] == "you"
    assert not any("s3cret" in line.text for line in job.log.lines)


def test_the_platform_arrives_and_nothing_is_pulled_for_an_image_from_scratch(
    connection: Connection, api: docker.APIClient, folder: Path, builder: Buildx | None
) -> None:
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /\n")
    build = Build(folder, tags=("wharf/far:1",), platform="linux/arm64", pull=True)
    job = done(Building(build, builder).task(), connection)
    assert job.state is JobState.DONE, job.results
    assert api.inspect_image("wharf/far:1")["Architecture"] == "arm64"


def test_a_context_of_200_mb_is_sent_without_what_is_left_out(
    connection: Connection, folder: Path, builder: Buildx | None
) -> None:
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY . /\n")
    (folder / ".dockerignore").write_text("data\n!data/keep\n")
    (folder / "data").mkdir()
    for name, size in (("big", 199_000_000), ("keep", 1_000_000)):
        with (folder / "data" / name).open("wb") as file:
            file.truncate(size)
    building = Building(Build(folder, tags=("wharf/context:1",)), builder)
    began = time.monotonic()
    job = done(building.task(), connection)
    assert job.state is JobState.DONE, job.results
    assert time.monotonic() - began < 10
    found = connection.ask("GET", "/images/wharf/context:1/json").json()
    assert 1_000_000 <= found["Size"] < 2_000_000


def test_a_cancel_ends_the_build(connection: Connection, folder: Path, builder: Buildx | None) -> None:
    (folder / "Dockerfile").write_text("FROM busybox\nRUN echo begun; sleep 60\n")
    building = Building(Build(folder, tags=("wharf/never:1",)), builder)
    job = Jobs(lambda job: None).start(building.task(), connection)
    wait(lambda: any(building.steps.since(each, 0)[0] == ("begun",) for each in building.steps.all))
    job.cancel()
    wait(lambda: job.ended is not None)
    assert job.state is JobState.CANCELLED
    assert step(building, "RUN").state is StepState.STOPPED
    # the Engine ends what it ran for the build
    wait(lambda: not connection.ask("GET", "/containers/json").json())


def test_only_the_listed_records_of_the_cache_are_pruned(
    connection: Connection, folder: Path, buildx: Buildx
) -> None:
    (folder / "Dockerfile").write_text("FROM busybox\nRUN echo one >/one\nRUN echo two >/two\nCOPY . /\n")
    assert done(Building(Build(folder), buildx).task(), connection).state is JobState.DONE
    before = records(connection)
    sources = [record for record in before if record.type == "source.local"]
    assert len(sources) < len(before)
    assert done(plan(sources).task(), connection).state is JobState.DONE
    assert {record.id for record in records(connection)} == {
        each.id for each in before if each not in sources
    }
    assert done(plan(records(connection)).task(), connection).state is JobState.DONE
    assert records(connection) == []


def test_buildkit_reaches_an_engine_behind_ssh_by_the_tunnel(
    far: Sshd, ssh_folder: Path, folder: Path, buildx: Buildx
) -> None:
    far.config(ssh_folder, "far")
    (folder / "Dockerfile").write_text("FROM busybox\nRUN <<END\necho from afar\nEND\n")
    connection = Connection(Endpoint("ssh://far", "far", "test"))
    try:
        connection.open()
        building = Building(Build(folder, tags=("wharf/far:1",)), buildx)
        job = done(building.task(), connection)
        assert job.state is JobState.DONE, (job.results, job.log.lines)
        assert building.steps.since(step(building, "RUN"), 0)[0] == ("from afar",)
        image = connection.ask("GET", "/images/wharf/far:1/json").json()
        assert image["Id"] == building.steps.image
    finally:
        connection.close()


def test_wharf_sends_what_the_docker_cli_sends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_BUILDKIT", "0")
    with hoard(tmp_path / "socket") as sent:
        for case in CASES:
            place = tmp_path / case.name.replace(" ", "-")
            place.mkdir()
            fill(place, case)
            subprocess.run(
                [*docker_cli(), "-H", f"unix://{tmp_path / 'socket'}", "build", str(place)],
                capture_output=True,
                check=True,
            )
            assert files_of(sent.pop()) == set(case.sent), case.name
            assert {name for name in tar_of(place).getnames() if not (place / name).is_dir()} == set(
                case.sent
            )
