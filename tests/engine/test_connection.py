"""One Engine through the SDK: versions, sockets, time limits, refusals and the read-only gate."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from tests.engine.http_engine import Asked, HttpEngine, Reply
from tui.engine import transport
from tui.engine.connection import Connection, cut
from tui.engine.endpoint import Endpoint, TLSFiles
from tui.engine.errors import EngineError, ReadOnly, Unreachable, engine_errors
from tui.engine.kinds import Kind
from tui.engine.lists import fetch, inspect
from tui.engine.versions import NEWEST, parsed, spoken

Connect = Callable[..., Connection]


@pytest.mark.parametrize(
    ("server", "spoken_to"), [("1.41", "1.41"), ("1.52", "1.52"), ("1.99", NEWEST), ("1.9", "1.9")]
)
def test_the_smaller_of_the_servers_and_the_newest_tested_version_is_spoken(
    http_engine: HttpEngine, connection: Connection, server: str, spoken_to: str
) -> None:
    http_engine.answers["GET /_ping"] = Reply(b"OK", headers=(("Api-Version", server),))
    connection.open()
    connection.ask("GET", "/containers/json")
    connection.api.containers()
    assert [asked.path for asked in http_engine.asked[1:]] == [f"/v{spoken_to}/containers/json"] * 2
    assert connection.api_version == parsed(spoken_to)


def test_a_version_that_cannot_be_read_is_older_than_all() -> None:
    assert parsed("nonsense") == (0, 0)
    assert spoken("1.100") == NEWEST


def test_what_answers_without_a_version_is_no_engine(http_engine: HttpEngine, connection: Connection) -> None:
    http_engine.answers["GET /_ping"] = Reply(b"<html>hello</html>")
    with pytest.raises(EngineError, match="not a Docker Engine"):
        connection.open()


def test_nobody_there_is_unreachable_in_the_systems_words(tmp_path: Path) -> None:
    with pytest.raises(Unreachable) as caught:
        Connection(Endpoint(f"unix://{tmp_path}/none.sock", "", "")).open()
    assert caught.value.message == "No such file or directory"
    assert caught.value.status is None


def test_a_refused_port_is_unreachable_in_the_systems_words() -> None:
    with pytest.raises(Unreachable) as caught:
        Connection(Endpoint("tcp://127.0.0.1:1", "", "")).open()
    assert caught.value.message == "Connection refused"


def test_the_engine_describes_itself(http_engine: HttpEngine, connection: Connection) -> None:
    connection.open()
    server = connection.describe()
    assert (server.version, server.api, server.name, server.cpus) == ("28.3.1", "1.47", "dock", 4)
    assert connection.server is server
    assert not server.swarm


@pytest.mark.parametrize("status", [400, 403, 404, 409, 500])
@pytest.mark.parametrize(
    "ask",
    [
        lambda connection: connection.ask("DELETE", "/volumes/v"),
        lambda connection: connection.api.remove_volume("v"),
    ],
    ids=["ask", "sdk"],
)
def test_a_refusal_keeps_the_engines_own_words(
    http_engine: HttpEngine, connection: Connection, status: int, ask: Callable[[Connection], object]
) -> None:
    words = "conflict: unable to delete [/x] (must be forced)\x1b]52;c;aGk=\x07"
    http_engine.answers["DELETE /volumes/v"] = Reply({"message": words}, status)
    with pytest.raises(EngineError) as caught, engine_errors():
        ask(connection)
    assert (caught.value.message, caught.value.status) == (words, status)
    assert caught.value.advice


@pytest.mark.parametrize(
    ("body", "words"), [(b"plain words\n", "plain words"), (b"[1]", "[1]"), (b"", "Conflict")]
)
def test_a_refusal_that_is_no_json_keeps_its_text(
    http_engine: HttpEngine, connection: Connection, body: bytes, words: str
) -> None:
    http_engine.answers["POST /x"] = Reply(body, 409)
    with pytest.raises(EngineError) as caught:
        connection.ask("POST", "/x")
    assert caught.value.message == words


def test_a_hundred_inspects_share_one_socket(http_engine: HttpEngine, connection: Connection) -> None:
    def found(asked: Asked) -> Reply:
        return Reply({"Id": asked.path})

    for number in range(100):
        http_engine.answers[f"GET /containers/c{number}/json"] = found
    for number in range(100):
        inspect(connection, Kind.CONTAINER, f"c{number}")
    assert http_engine.connections == 1


def test_a_change_is_waited_for_however_long_it_takes(
    http_engine: HttpEngine, connection: Connection
) -> None:
    http_engine.awake.clear()
    answers: list[requests.Response] = []

    def change() -> None:
        answers.append(connection.ask("POST", "/x", seconds=0.05))

    http_engine.answers["POST /x"] = Reply(b"", 204)
    thread = threading.Thread(target=change)
    thread.start()
    with pytest.raises(EngineError, match="did not answer in time"):
        connection.ask("GET", "/containers/json", seconds=0.2)
    assert not answers
    http_engine.awake.set()
    thread.join(5)
    assert [answer.status_code for answer in answers] == [204]
    assert http_engine.count("POST /x") == 1


def test_the_sdks_own_changes_have_no_time_limit_either(
    http_engine: HttpEngine, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits: list[tuple[str, object]] = []
    real = transport.UnixHTTPAdapter.send

    def note(self: object, request: requests.PreparedRequest, **more: object) -> requests.Response:
        limits.append((str(request.method), more["timeout"]))
        return real(self, request, **more)

    monkeypatch.setattr(transport.UnixHTTPAdapter, "send", note)
    http_engine.answers["POST /containers/c/stop"] = Reply(b"", 204)
    connection.api.stop("c")
    connection.api.containers()
    assert limits == [("POST", (10.0, None)), ("GET", (10.0, 60))]


def test_the_time_of_the_last_answer_is_known(http_engine: HttpEngine, connection: Connection) -> None:
    assert connection.heard == 0
    connection.ping()
    first = connection.heard
    assert first > 0
    http_engine.awake.clear()
    with pytest.raises(EngineError):
        connection.ping(0.05)
    assert connection.heard == first


def test_proxies_and_bundles_of_the_environment_are_not_meant_for_an_engine(
    connection: Connection,
) -> None:
    assert connection.api.trust_env is False


def test_tls_without_its_files_is_said_in_words(tmp_path: Path) -> None:
    tls = TLSFiles(str(tmp_path / "ca.pem"), None, None)
    with pytest.raises(Unreachable) as caught:
        Connection(Endpoint("tcp://127.0.0.1:1", "prod", "", tls))
    assert caught.value.advice == "Check the certificate files of this context."


@pytest.mark.parametrize("verify", [True, False])
def test_tls_verifies_unless_the_context_says_not(tmp_path: Path, verify: bool) -> None:
    connection = Connection(Endpoint("tcp://127.0.0.1:1", "prod", "", TLSFiles(None, None, None, verify)))
    assert connection.api.verify is verify
    assert connection.api.base_url == "https://127.0.0.1:1"
    assert connection.api.adapters["https://"] is connection.api.gate


# Read-only


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_read_only_sends_nothing_that_changes(http_engine: HttpEngine, connect: Connect, method: str) -> None:
    with pytest.raises(ReadOnly, match=f"{method} /v1.41/containers/c/stop was not sent"):
        connect(read_only=True).ask(method, "/containers/c/stop")
    assert http_engine.asked == []
    assert http_engine.connections == 0


def test_read_only_holds_for_the_sdk_and_for_bare_requests(http_engine: HttpEngine, connect: Connect) -> None:
    api = connect(read_only=True).api
    for attempt in (
        lambda: api.stop("c"),
        lambda: api.remove_image("i"),
        lambda: api.create_network("n"),
        lambda: api.exec_create("c", "sh"),
        lambda: api.attach_socket("c"),
        lambda: api.login("somebody", "secret"),
        lambda: api.post(f"{api.base_url}/containers/prune"),
    ):
        with pytest.raises(ReadOnly):
            attempt()
    assert http_engine.connections == 0


@pytest.mark.parametrize("path", ["/containers/c/attach/ws", "/containers/c/attach%2Fws", "/auth", "/%61uth"])
def test_read_only_refuses_the_gets_that_enter_or_log_in(
    http_engine: HttpEngine, connect: Connect, path: str
) -> None:
    connection = connect(read_only=True)
    with pytest.raises(ReadOnly):
        connection.ask("GET", path)
    with pytest.raises(ReadOnly):
        connection.api.get(f"{connection.api.base_url}{path}")
    assert http_engine.connections == 0


@pytest.mark.parametrize(
    "path",
    ["/containers/json", "/networks/auth", "/volumes/auth", "/images/me/auth/json", "/containers/ws/json"],
)
def test_read_only_lets_reads_pass_whatever_the_name(
    http_engine: HttpEngine, connect: Connect, path: str
) -> None:
    http_engine.answers[f"GET {path}"] = Reply({"Id": "x"})
    http_engine.answers[f"HEAD {path}"] = Reply({"Id": "x"})
    connection = connect(read_only=True)
    assert connection.ask("GET", path).status_code == 200
    assert connection.ask("HEAD", path).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/containers/c/attach"),
        ("POST", "/containers/c/exec"),
        ("POST", "/exec/e/start"),
        ("POST", "/exec/e/resize"),
        ("POST", "/containers/c/resize"),
        ("POST", "/containers/c/wait"),
        ("PUT", "/containers/c/archive"),
        ("POST", "/containers/prune"),
        ("POST", "/images/prune"),
        ("POST", "/networks/prune"),
        ("POST", "/volumes/prune"),
        ("POST", "/build/prune"),
        ("POST", "/build"),
        ("POST", "/commit"),
        ("POST", "/images/create"),
        ("POST", "/images/load"),
        ("POST", "/images/i/push"),
        ("POST", "/session"),
        ("POST", "/grpc"),
        ("POST", "/auth"),
        ("POST", "/swarm/init"),
        ("POST", "/swarm/join"),
        ("POST", "/swarm/leave"),
        ("POST", "/swarm/update"),
        ("POST", "/swarm/unlock"),
        ("POST", "/services/create"),
        ("POST", "/plugins/pull"),
        ("DELETE", "/containers/c"),
        ("DELETE", "/images/i"),
        ("DELETE", "/networks/n"),
        ("DELETE", "/volumes/v"),
        ("GET", "/containers/c/attach/ws"),
        ("HEAD", "/containers/c/attach/ws"),
    ],
)
def test_read_only_refuses_whatever_changes_or_enters(
    http_engine: HttpEngine, connect: Connect, method: str, path: str
) -> None:
    connection = connect(read_only=True)
    for address in (path, f"{path}?stream=1&signal=GET"):
        with pytest.raises(ReadOnly):
            connection.ask(method, address)
        with pytest.raises(ReadOnly):
            connection.api.request(method.lower(), f"{connection.api.base_url}{address}", data=b"x")
    assert http_engine.connections == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/images/get"),
        ("GET", "/images/i/get"),
        ("GET", "/containers/c/export"),
        ("GET", "/containers/c/archive"),
        ("HEAD", "/containers/c/archive"),
        ("GET", "/containers/c/logs"),
        ("GET", "/containers/c/top"),
        ("GET", "/containers/c/changes"),
        ("GET", "/exec/e/json"),
        ("GET", "/distribution/i/json"),
        ("GET", "/system/df"),
        ("GET", "/swarm"),
    ],
)
def test_read_only_lets_all_of_an_object_be_read(
    http_engine: HttpEngine, connect: Connect, method: str, path: str
) -> None:
    http_engine.answers[f"{method} {path}"] = Reply({"Id": "x"})
    assert connect(read_only=True).ask(method, path).status_code == 200


def test_read_only_holds_after_a_redirect_too(http_engine: HttpEngine, connect: Connect) -> None:
    onward = Reply(b"", 307, headers=(("Location", "/containers/c/attach/ws"),))
    http_engine.answers["GET /containers/c/json"] = onward
    with pytest.raises(ReadOnly):
        connect(read_only=True).ask("GET", "/containers/c/json")
    assert http_engine.count("GET /containers/c/attach/ws") == 0


def test_read_only_holds_through_a_tunnel_too(http_engine: HttpEngine) -> None:
    connection = Connection(Endpoint("ssh://me@build", "build", "", read_only=True))
    gate: Any = connection.api.gate
    gate.lead(SimpleNamespace(socket_path=http_engine.path, mark=0))
    with closing(connection):
        for attempt in (
            lambda: connection.api.stop("c"),
            lambda: connection.api.exec_create("c", "sh"),
            lambda: connection.ask("POST", "/containers/prune"),
        ):
            with pytest.raises(ReadOnly):
                attempt()
        assert http_engine.connections == 0
        assert connection.ask("GET", "/containers/json").status_code == 200


def test_read_only_holds_over_tcp_too() -> None:
    api = Connection(Endpoint("tcp://127.0.0.1:1", "", "", read_only=True)).api
    with pytest.raises(ReadOnly):
        api.stop("c")
    with pytest.raises(requests.ConnectionError):
        api.containers()


# Streams and lists


def test_cutting_a_stream_wakes_its_reader_and_never_waits_for_it(
    http_engine: HttpEngine, connection: Connection
) -> None:
    answer = connection.ask("GET", "/events", stream=True, seconds=None)
    ended: list[BaseException] = []

    def read() -> None:
        try:
            list(answer.iter_lines())
        except requests.RequestException as error:
            ended.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    http_engine.until(lambda: http_engine.followed)
    cutter = threading.Thread(target=cut, args=(answer,), daemon=True)
    cutter.start()
    cutter.join(2)
    reader.join(2)
    assert not cutter.is_alive()
    assert len(ended) == 1
    cut(answer)
    http_engine.until(lambda: not http_engine.followed)


def test_a_container_asked_for_by_id_does_not_bring_its_namesakes(
    http_engine: HttpEngine, connection: Connection
) -> None:
    http_engine.answers["GET /containers/json"] = Reply([{"Id": "ab"}, {"Id": "abc"}])
    assert [model.key for model in fetch(connection, Kind.CONTAINER, {"ab"})] == ["ab"]
    asked = http_engine.last("GET /containers/json")
    assert asked.query == {"all": "1", "filters": '{"id": ["ab"]}'}


@pytest.mark.parametrize("body", [b"<html>", b'{"Volumes": [1]}', b'[{"Name": "no id"}]', b'"text"', b"[3]"])
def test_a_list_that_makes_no_sense_is_an_error_in_words(
    http_engine: HttpEngine, connection: Connection, body: bytes
) -> None:
    for kind, path in ((Kind.CONTAINER, "/containers/json"), (Kind.VOLUME, "/volumes")):
        http_engine.answers[f"GET {path}"] = Reply(body)
        with pytest.raises(EngineError, match=f"the list of {kind.plural} cannot be read"):
            fetch(connection, kind)


def test_errors_are_hashable_and_equal_only_to_themselves() -> None:
    first, second = EngineError("no", 404), EngineError("no", 404)
    assert len({first, second}) == 2


@pytest.mark.parametrize(
    ("status", "message", "advice"),
    [
        (404, "No such image: nope:latest", "Pull the image first"),
        (404, "No such container: x", "It is gone"),
        (409, 'Conflict. The container name "/web" is already in use by container "abc"', "another name"),
        (409, "You cannot remove a running container abc", "Stop the container"),
        (409, "remove v: volume is in use - [abc]", "that use the volume"),
        (403, "bridge is a pre-defined network and cannot be removed", "own networks"),
        (500, "driver failed: Bind for 0.0.0.0:80 failed: port is already allocated", "has that port"),
        (None, "read timed out: the Engine did not answer in time", "may be busy"),
    ],
)
def test_a_refusal_comes_with_the_next_step(status: int | None, message: str, advice: str) -> None:
    assert advice in EngineError(message, status).advice


def test_an_object_that_is_gone_says_so(http_engine: HttpEngine, connection: Connection) -> None:
    http_engine.answers["GET /containers/c/json"] = Reply({"message": "No such container: c"}, 404)
    with pytest.raises(EngineError, match="No such container: c") as caught:
        inspect(connection, Kind.CONTAINER, "c")
    assert caught.value.status == 404


@pytest.mark.parametrize(
    ("kind", "ref", "path"),
    [
        (Kind.CONTAINER, "abc", "/containers/abc/json"),
        (Kind.IMAGE, "localhost:5000/a/b:1", "/images/localhost:5000/a/b:1/json"),
        (Kind.IMAGE, "a@sha256:0c", "/images/a@sha256:0c/json"),
        (Kind.NETWORK, "net?x=1#", "/networks/net?x=1#"),
        (Kind.VOLUME, "v%2F", "/volumes/v%2F"),
    ],
)
def test_an_object_is_asked_for_by_its_exact_name(
    http_engine: HttpEngine, connection: Connection, kind: Kind, ref: str, path: str
) -> None:
    http_engine.answers[f"GET {path}"] = Reply({"Name": "found"})
    assert inspect(connection, kind, ref) == {"Name": "found"}


def test_a_single_object_may_have_a_time_limit(http_engine: HttpEngine, connection: Connection) -> None:
    http_engine.awake.clear()
    with pytest.raises(EngineError, match="in time"):
        inspect(connection, Kind.IMAGE, "i", seconds=0.05)
