"""An Engine on tcp: with TLS that is verified both ways, and without."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import docker
import psutil
import pytest

from tests.cli import docker_cli
from tests.live.doorway import Doorway
from tests.live.engine import PrivateEngine
from tests.live.making import container
from tests.live.test_engine import wait_until
from tui.engine.connection import Connection
from tui.engine.diagnosis import diagnose
from tui.engine.endpoint import Endpoint, resolve
from tui.engine.engine import Engine
from tui.engine.errors import EngineError
from tui.engine.link import LinkState
from tui.engine.streams import open_exec

VERSION = "28.5"


@pytest.fixture
def api(guarded: PrivateEngine) -> Iterator[docker.APIClient]:
    """The SDK's own client of the Engine, by its unix socket."""
    client = docker.APIClient(base_url=guarded.url, version="auto", timeout=30)
    yield client
    client.close()


@pytest.fixture
def line(guarded: PrivateEngine) -> Iterator[Doorway]:
    """The way to the Engine's TLS port."""
    doorway = guarded.tls()
    yield doorway
    doorway.stop()


def endpoint(line: Doorway, certificates: Path | None, home: Path) -> Endpoint:
    """Where Wharf finds the Engine with DOCKER_HOST and these certificates in the environment."""
    env = {"DOCKER_HOST": f"tcp://{line.address}", "DOCKER_CONFIG": str(home)}
    if certificates is not None:
        env.update(DOCKER_TLS_VERIFY="1", DOCKER_CERT_PATH=str(certificates))
    return resolve(env=env)


def why_not(there: Endpoint) -> str:
    """What Wharf says of an endpoint that it must not be able to use."""
    connection = Connection(there)
    try:
        with pytest.raises(EngineError) as refused:
            connection.open()
    finally:
        connection.close()
    return diagnose(there, refused.value).what


def test_certificates_from_the_environment_open_the_engine(
    guarded: PrivateEngine, line: Doorway, home: Path
) -> None:
    connection = Connection(endpoint(line, guarded.certificates.client, home))
    connection.open()
    assert connection.describe().version.startswith(VERSION)
    connection.close()
    assert sockets(line) == []


def test_a_context_of_the_docker_cli_opens_the_engine(
    guarded: PrivateEngine, line: Doorway, home: Path
) -> None:
    files = ",".join(f"{name}={guarded.certificates.client / name}.pem" for name in ("ca", "cert", "key"))
    command = [*docker_cli(), "context", "create", "far", "--docker", f"host=tcp://{line.address},{files}"]
    subprocess.run(command, check=True, capture_output=True, timeout=20)  # `home` is its DOCKER_CONFIG
    connection = Connection(resolve(context="far"))
    connection.open()
    assert connection.describe().version.startswith(VERSION)
    connection.close()


def test_an_engine_that_another_authority_signed_for_is_not_trusted(
    guarded: PrivateEngine, line: Doorway, home: Path
) -> None:
    said = why_not(endpoint(line, guarded.certificates.mistrustful, home))
    assert said == "The certificate of the Engine at 127.0.0.1 is signed by nobody that this endpoint trusts."


@pytest.mark.parametrize("client", ["nameless", "stranger"])
def test_an_engine_turns_away_who_has_no_certificate_that_it_trusts(
    client: str, guarded: PrivateEngine, line: Doorway, home: Path
) -> None:
    said = why_not(endpoint(line, guarded.certificates.folder / client, home))
    assert said == "The Engine at 127.0.0.1 did not accept a certificate from here."


def test_plain_http_is_not_what_a_tls_port_takes(line: Doorway, home: Path) -> None:
    said = why_not(endpoint(line, None, home))
    assert said == "The Engine at 127.0.0.1 wants TLS, and was spoken to without."


def test_a_plain_port_is_used_without_certificates_and_never_with_them(
    guarded: PrivateEngine, home: Path
) -> None:
    plain = guarded.doorway(guarded.socket_path)
    connection = Connection(endpoint(plain, None, home))
    connection.open()
    connection.close()
    said = why_not(endpoint(plain, guarded.certificates.client, home))
    assert said == f"What listens at tcp://{plain.address} does not speak TLS."


def test_the_engine_is_followed_and_entered_over_tls(
    guarded: PrivateEngine, line: Doorway, api: docker.APIClient, home: Path
) -> None:
    engine = Engine(endpoint(line, guarded.certificates.client, home), home)
    engine.start()
    try:
        wait_until(lambda: engine.link.state is LinkState.UP)
        web = container(api, "web")  # seen through its events
        wait_until(lambda: [each.name for each in engine.store.containers.values()] == ["web"])
        assert entered(engine, web, "echo hello; exit 7") == (b"hello\n", 7)
    finally:
        engine.close()
    wait_until(lambda: not sockets(line))


def entered(engine: Engine, name: str, script: str) -> tuple[bytes, int | None]:
    """What a script in a container writes, and its exit code."""
    session = open_exec(engine.connection.api, name, ["sh", "-c", script], tty=False)
    heard = b""
    while pieces := session.read():
        heard += b"".join(data for _, data in pieces)
    wait_until(lambda: session.exit_code() is not None)
    code = session.exit_code()
    session.close()
    return heard, code


def sockets(line: Doorway) -> list[str]:
    """The states of this process's own sockets that lead to a doorway."""
    own = psutil.Process().net_connections("tcp")
    return [each.status for each in own if each.raddr and each.raddr.port == line.port]


def test_closing_a_session_over_tls_wakes_who_reads_it(
    guarded: PrivateEngine, line: Doorway, api: docker.APIClient, home: Path
) -> None:
    web = container(api, "web")
    connection = Connection(endpoint(line, guarded.certificates.client, home))
    connection.open()
    session = open_exec(connection.api, web, ["sleep", "1000"], tty=True)
    heard: list[object] = []
    reader = threading.Thread(target=lambda: heard.append(session.read()))
    reader.start()
    session.close()
    reader.join(timeout=5)
    connection.close()
    assert heard == [[]]


def test_a_cut_line_is_found_again(
    guarded: PrivateEngine, line: Doorway, api: docker.APIClient, home: Path
) -> None:
    engine = Engine(endpoint(line, guarded.certificates.client, home), home)
    engine.start()
    try:
        wait_until(lambda: engine.link.state is LinkState.UP)
        line.unplug()
        wait_until(lambda: engine.link.state is not LinkState.UP)
        container(api, "web")
        line.accept()
        wait_until(lambda: engine.link.state is LinkState.UP)
        wait_until(lambda: [each.name for each in engine.store.containers.values()] == ["web"])
    finally:
        engine.close()


def test_an_engine_whose_certificate_has_expired_is_not_trusted(guarded: PrivateEngine, home: Path) -> None:
    expired = guarded.tls("expired")
    said = why_not(endpoint(expired, guarded.certificates.client, home))
    expired.stop()
    assert said == "The certificate of the Engine at 127.0.0.1 is not valid now."
