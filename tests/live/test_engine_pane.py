"""What the Engine pane reads of real Engines is what the docker CLI prints of them; plugins made here."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import docker
import pytest

from tests.engine.test_about import row
from tests.live.engine import PrivateEngine
from tests.live.making import plugin
from tests.live.podman import Podman
from tui.engine.about import ask_about, ask_plugins, decode_host, decode_release, inspect_plugin, turn_plugin
from tui.engine.connection import Connection
from tui.engine.disk_use import ask_disk
from tui.engine.endpoint import Endpoint
from tui.engine.errors import EngineError
from tui.engine.gaps import offered
from tui.engine.happenings import NANOS, Happening, Happenings
from tui.engine.store import Store
from tui.panes.filter import parse_filter
from tui.screens.engine_event_line import event_line
from tui.screens.engine_event_rows import looked_for

DEADLINE = 30.0
PLUGIN = "wharf/test:1"


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    made = Connection(Endpoint(url, "", "--host"))
    made.open()
    made.describe()
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def connection(engine: PrivateEngine) -> Iterator[Connection]:
    """Wharf's own connection to the Engine."""
    with connected(engine.url) as made:
        yield made


@pytest.fixture
def made_plugin(api: docker.APIClient) -> Iterator[str]:
    """A plugin that can be enabled; nothing is pulled for it."""
    plugin(api, PLUGIN)
    yield PLUGIN
    api.remove_plugin(PLUGIN, force=True)


@pytest.fixture
def broken_plugin(api: docker.APIClient) -> Iterator[str]:
    """A plugin whose program is not there."""
    plugin(api, PLUGIN, "/none")
    yield PLUGIN
    api.remove_plugin(PLUGIN, force=True)


def cli(engine: PrivateEngine, *words: str) -> list[dict[str, object]]:
    """What the docker CLI prints as JSON, line by line."""
    ran = engine.run("docker", *words, "--format", "{{json .}}")
    assert ran.code == 0, ran.output
    return [json.loads(line) for line in ran.output.splitlines() if line.startswith("{")]


def test_the_disk_use_is_what_docker_system_df_prints(
    engine: PrivateEngine, api: docker.APIClient, connection: Connection
) -> None:
    write = "dd if=/dev/zero of={} bs=1k count={}"
    binds = api.create_host_config(binds={"data": {"bind": "/data"}})
    used = f"{write.format('/x', 300)}; {write.format('/data/x', 100)}; exec sleep 1000"
    api.create_volume("lonely")
    for name, command, config in (("web", used, binds), ("job", write.format("/x", 200), None)):
        ident = api.create_container("busybox", ["sh", "-c", command], name=name, host_config=config)["Id"]
        api.start(ident)
    api.wait("job")
    context = engine.folder / "context"
    context.mkdir(exist_ok=True)
    (context / "Dockerfile").write_text("FROM busybox\nRUN dd if=/dev/zero of=/y bs=1k count=50\n")
    built = engine.run("docker", "build", "-t", "built", str(context))
    assert built.code == 0, built.output
    try:
        use = ask_disk(connection)
        assert [row(usage) for usage in use.kinds] == cli(engine, "system", "df")
        images, containers, volumes, cache = use.kinds
        assert (images.total, containers.total, containers.active, volumes.total) == (2, 2, 1, 2)
        assert dict(containers.biggest).keys() == {"web", "job"}
        # the older Engine's own builder has no cache apart from its images
        assert bool(cache.total) == (engine.name != "20.10")
    finally:
        engine.run("docker", "builder", "prune", "--all", "--force")


def test_version_and_info_are_what_the_docker_cli_prints(
    engine: PrivateEngine, api: docker.APIClient, connection: Connection
) -> None:
    api.start(api.create_container("busybox", ["sleep", "1000"], name="web"))
    about = ask_about(connection)
    assert about.errors == ()
    (version,), (info,) = cli(engine, "version"), cli(engine, "info")
    assert about.release == decode_release(dict(version["Server"]))  # type: ignore[call-overload]
    assert about.host == decode_host(info)
    assert about.host is not None
    assert (about.host.containers, about.host.running) == (1, 1)
    assert about.release is not None
    assert [part.name for part in about.release.parts] == ["containerd", "runc", "docker-init"]


def test_a_plugin_is_listed_shown_and_turned_on_and_off(
    connection: Connection, made_plugin: str, engine: PrivateEngine
) -> None:
    (found,) = ask_plugins(connection)
    assert (found.name, found.enabled, found.description) == (made_plugin, False, "A test plugin")
    assert found.types == ("docker.volumedriver/1.0",)
    (listed,) = cli(engine, "plugin", "ls", "--no-trunc")
    assert (listed["ID"], listed["Name"], listed["Enabled"]) == (found.id, found.name, False)
    assert inspect_plugin(connection, made_plugin)["Id"] == found.id
    for on in (True, False):
        turn_plugin(connection, made_plugin, on=on)
        assert [one.enabled for one in ask_plugins(connection)] == [on]


def test_the_engine_says_why_a_plugin_cannot_be_turned(connection: Connection, broken_plugin: str) -> None:
    with pytest.raises(EngineError, match="plugin is already disabled") as refused:
        turn_plugin(connection, broken_plugin, on=False)
    assert refused.value.status == 409
    with pytest.raises(EngineError) as failed:
        turn_plugin(connection, broken_plugin, on=True)
    assert failed.value.status == 500
    assert failed.value.message
    with pytest.raises(EngineError, match='plugin "no/such" not found'):
        turn_plugin(connection, "no/such", on=True)


def test_events_are_told_with_their_names_and_execs_only_when_wanted(
    api: docker.APIClient, connection: Connection
) -> None:
    ident = api.create_container("busybox", ["sleep", "1000"], name="web")["Id"]
    api.start(ident)
    api.exec_start(api.exec_create(ident, "true")["Id"])
    api.kill(ident, signal="KILL")
    for every in (False, True):
        told = _told(connection, lambda one: (one.ident, one.action) == (ident, "die"), every)
        own = [one for one in told if one.ident == ident]
        actions = [one.action for one in own]
        assert [one for one in actions if not one.startswith("exec")] == ["create", "start", "kill", "die"]
        assert ("exec_create" in actions) is every
        assert {one.name for one in own} == {"web"}
        assert next(one.said["exitCode"] for one in own if one.action == "die") == "137"


def test_the_docker_line_of_a_filter_shows_the_events_that_the_filter_lets_through(
    engine: PrivateEngine, api: docker.APIClient, connection: Connection
) -> None:
    ident = api.create_container("busybox", ["sleep", "1000"], name="web")["Id"]
    api.start(ident)
    api.exec_start(api.exec_create(ident, "true")["Id"])
    api.pause(ident)
    api.unpause(ident)
    api.remove_container(ident, force=True)
    api.create_volume("the-last-of-it")
    store = Store()
    for typed, every in (
        ("action=pause", False),
        ("type=net", False),
        ("type=container action=*start", False),
        ("action=die", True),
        ("", True),
    ):
        told = _told(connection, lambda one: one.name == "the-last-of-it", every)
        test = parse_filter(typed)
        shown = [one.at for one in told if test(looked_for(one, store))]
        line, rest = event_line(typed, execs=every, podman=False)
        # none of these has a part that only Wharf knows
        assert list(rest) == (["no execs"] if not every and "action" not in typed else [])
        # a length of time would end with the second before
        seconds, nanos = divmod(told[-1].at, NANOS)
        listed = cli(engine, *map(str, line.args), "--until", f"{seconds}.{nanos:09}")
        assert shown
        assert [one["timeNano"] for one in listed][-len(shown) :] == shown


def _told(connection: Connection, last: Callable[[Happening], bool], every: bool) -> list[Happening]:
    """All that the Engine still knows, up to the last of it."""
    there = threading.Event()
    feed = Happenings(lambda: connection, there.set, after=0, every=every)
    feed.start()
    found: list[Happening] = []
    try:
        while not any(map(last, found)):
            assert there.wait(DEADLINE), found
            there.clear()
            found += feed.take()
            assert feed.error is None, feed.error
    finally:
        feed.close()
    return found


def test_podmans_answers_are_read_and_plugins_are_not_offered(podman: Podman) -> None:
    with connected(podman.url) as connection:
        about = ask_about(connection)
        assert about.errors == ()
        assert about.release is not None
        assert about.host is not None
        assert about.release.version == connection.podman
        assert about.host.storage == "overlay"
        assert ask_disk(connection).kinds[0].total == about.host.images
        assert not offered("plugin.ls", connection.server)
        with pytest.raises(EngineError):
            ask_plugins(connection)
