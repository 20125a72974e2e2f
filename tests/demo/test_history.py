"""How the demo's images were made, and what is in their archives."""

from __future__ import annotations

import docker
import pytest

from tui.demo import DemoEngine
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint
from tui.engine.history import history
from tui.engine.inside import contents_of
from tui.engine.layers import Contents, Mark


def inside(api: docker.APIClient, image: str) -> Contents:
    answer = api.get(f"{api.base_url}/v{api.api_version}/images/{image}/get", stream=True)
    return contents_of(answer.iter_content(32768), image)


def test_a_history_reads_like_a_dockerfile(engine: DemoEngine) -> None:
    connection = Connection(Endpoint(engine.start(), "demo", "demo"))
    connection.open()
    try:
        found = history(connection, "shop/app:2.3.1")
    finally:
        connection.close()
    lines = [line.text for line in found.lines]
    assert lines[:4] == [
        "ADD rootfs.tar.xz /",
        "RUN make python 3.12.8",
        "RUN pip install .",
        "COPY src /app",
    ]
    assert lines[-2:] == ["EXPOSE 8000/tcp", 'CMD ["python", "-m", "shop"]']
    assert sum(bool(line.layer) for line in found.lines) == found.layers == 4


@pytest.mark.parametrize(
    "image", ["shop/app:2.3.1", "nginx:1.27-alpine", "postgres:16", "prom/prometheus:v2.54.1"]
)
def test_the_files_of_a_layer_have_its_size(api: docker.APIClient, image: str) -> None:
    found = inside(api, image)
    told = [entry["Size"] for entry in reversed(api.history(image)) if entry["Size"]]
    assert [layer.size for layer in found.layers] == pytest.approx(told, rel=0.01)


def test_one_image_wastes_bytes_and_shows_all_marks(api: docker.APIClient) -> None:
    found = inside(api, "shop/app:2.3.1")
    assert found.wasted > 10_000_000
    assert all(
        sum(layer.counts[mark] for layer in found.layers) for mark in (Mark.ADDED, Mark.CHANGED, Mark.REMOVED)
    )


@pytest.mark.parametrize(
    ("image", "release", "package"),
    [
        ("shop/app:2.3.1", "Debian GNU/Linux 12 (bookworm)", "flask 3.1.0"),
        ("postgres:16", "Debian GNU/Linux 12 (bookworm)", "postgresql-16 1.0-1"),
        ("nginx:1.27-alpine", "Alpine Linux v3.21", "nginx 1.0-1"),
    ],
)
def test_there_is_software_in_it(api: docker.APIClient, image: str, release: str, package: str) -> None:
    found = inside(api, image)
    assert found.release == release
    assert package in [f"{one.name} {one.version}" for one in found.packages]
