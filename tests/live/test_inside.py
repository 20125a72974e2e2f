"""Looking into images of a real Engine: their history, their files by layer, their software."""

from __future__ import annotations

import io
import tarfile
import time
from collections.abc import Iterator, Mapping
from typing import Any

import docker
import psutil
import pytest

from tests.live.engine import PrivateEngine
from tests.live.making import IMAGE, build
from tests.live.person import DEADLINE
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint
from tui.engine.history import history
from tui.engine.inside import CONTENTS
from tui.engine.jobs import Job, Jobs, JobState
from tui.engine.layers import Contents, Mark, final_tree, walk_tree
from tui.engine.models.image import Image, decode_inspected
from tui.verbs.looking_inside import look_task

NAME = "inside:1"
LARGE = 300 * 2**20
GROWTH = 30 * 2**20
"""Bytes that reading a large image may take."""
STATUS = b"""Package: bash
Status: install ok installed
Installed-Size: 7163
Version: 5.2.15

"""
DOCKERFILE = f"""FROM {IMAGE}
COPY files /
RUN rm /data/old && head -c 2000 /dev/zero >/data/kept && echo new >/data/new
ENV MODE=test
COPY later /
EXPOSE 80
CMD ["sh", "-c", "true"]
"""
FILES = {
    "files/data/old": b"x" * 100_000,
    "files/data/kept": b"y" * 50_000,
    "files/var/lib/dpkg/status": STATUS,
    "files/etc/os-release": b'PRETTY_NAME="Anchors 1"\n',
    "files/site/flask-3.1.0.dist-info/METADATA": b"Name: flask\nVersion: 3.1.0\n",
    "later/var/lib/dpkg/status": STATUS.replace(b"5.2.15", b"5.2.21"),
}


@pytest.fixture
def connection(engine: PrivateEngine) -> Iterator[Connection]:
    opened = Connection(Endpoint(engine.url, "", "test"))
    opened.open()
    yield opened
    opened.close()


def made(api: docker.APIClient, dockerfile: str, files: Mapping[str, bytes]) -> Image:
    """An image built of some files by the classic builder."""
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as tar:
        for path, content in {"Dockerfile": dockerfile.encode(), **files}.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(content), 0o644
            tar.addfile(entry, io.BytesIO(content))
    context.seek(0)
    said = list(api.build(fileobj=context, custom_context=True, tag=NAME, rm=True, decode=True))
    assert not any("error" in step for step in said), said
    return inspected(api)


def described(api: docker.APIClient) -> dict[str, Any]:
    found: dict[str, Any] = api.inspect_image(NAME)  # type: ignore[no-untyped-call]
    return found


def inspected(api: docker.APIClient) -> Image:
    return next(iter(decode_inspected(described(api))))


def begun(connection: Connection, image: Image) -> Job:
    return Jobs(lambda job: None).start(look_task(image), connection)


def looked_into(connection: Connection, image: Image) -> Contents:
    job = begun(connection, image)
    until_ended(job)
    assert job.state is JobState.DONE, job.results
    found = CONTENTS.get(image.id)
    assert found is not None
    return found


def until_ended(job: Job) -> int:
    """Wait for it; returns the most bytes that this process had meanwhile."""
    end, own = time.monotonic() + DEADLINE, psutil.Process()
    most = 0
    while job.ended is None:
        assert time.monotonic() < end
        most = max(most, own.memory_info().rss)
        time.sleep(0.005)
    return most


def test_an_image_tells_its_lines_its_files_and_its_software(
    api: docker.APIClient, connection: Connection
) -> None:
    image = made(api, DOCKERFILE, FILES)
    lines = history(connection, image.id).lines
    texts = [line.text for line in lines[-6:]]
    assert texts[0].startswith("COPY dir:")
    assert texts[0].endswith(" /")
    assert texts[1].startswith("RUN rm /data/old && head -c 2000")
    assert texts[2] == "ENV MODE=test"
    assert texts[4:] == ["EXPOSE 80", 'CMD ["sh", "-c", "true"]']
    ids = described(api)["RootFS"]["Layers"]
    assert [line.layer for line in lines if line.layer] == ids

    found = looked_into(connection, image)
    assert [layer.diff_id for layer in found.layers] == ids
    base, copied, changed, later = found.layers
    assert base.counts[Mark.ADDED] > 0
    assert copied.line == texts[0]
    assert copied.counts[Mark.ADDED] == 5
    told = {entry.path: mark for entry, mark in zip(changed.entries, changed.marks, strict=True)}
    assert told["data/old"] is Mark.REMOVED
    assert told["data/kept"] is Mark.CHANGED
    assert told["data/new"] is Mark.ADDED
    assert later.counts == {Mark.ADDED: 0, Mark.CHANGED: 1, Mark.REMOVED: 0}
    assert copied.wasted == 150_000 + len(STATUS)
    assert [waste.path for waste in found.wastes] == ["data/old", "data/kept", "var/lib/dpkg/status"]
    paths = {path for path, _, _ in walk_tree(final_tree(found.layers))}
    assert {"data/kept", "data/new", "bin/busybox"} <= paths
    assert "data/old" not in paths
    assert [f"{one.name} {one.version}" for one in found.packages] == ["bash 5.2.21", "flask 3.1.0"]
    assert found.release == "Anchors 1"


def test_a_large_image_is_read_with_flat_memory_and_a_cancel_ends_it(
    api: docker.APIClient, connection: Connection
) -> None:
    build(api, NAME, f"RUN head -c {LARGE} /dev/zero >/large", "RUN rm /large")
    image = inspected(api)
    before = psutil.Process().memory_info().rss
    job = begun(connection, image)
    while not job.note and job.ended is None:
        time.sleep(0.001)
    job.cancel()
    until_ended(job)
    assert job.state is JobState.CANCELLED
    assert CONTENTS.get(image.id) is None

    job = begun(connection, image)
    most = until_ended(job)
    assert job.state is JobState.DONE, job.results
    found = CONTENTS.get(image.id)
    assert found is not None
    assert found.wasted == LARGE
    assert most - before < GROWTH
