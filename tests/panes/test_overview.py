from __future__ import annotations

import copy
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.panes.captured import NOW, answer, named, store
from tui.engine.kinds import Kind
from tui.engine.lives import Turn, Why
from tui.engine.logs import LogLine
from tui.engine.models import Model
from tui.engine.models.network import decode_network
from tui.engine.models.volume import decode_volume
from tui.engine.store import Store
from tui.panes.fact import Fact
from tui.panes.overview import overview
from tui.panes.secrets import secret
from widgets.table import Tone


@pytest.fixture(autouse=True)
def _in_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def said(facts: list[Fact]) -> dict[str, list[str]]:
    """The lines of each label, those that continue it among them; headings have none."""
    lines: dict[str, list[str]] = {}
    label = ""
    for fact in facts:
        label = fact.label or label
        lines.setdefault(label, []).extend([fact.text] if fact.text else [])
    return lines


def of_container(name: str, **more: Any) -> dict[str, list[str]]:
    filled = store()
    return said(overview(named(filled, f"shop-{name}"), answer(f"container_{name}"), filled, NOW, **more))


def tone_of(facts: list[Fact], label: str) -> Tone:
    return next(fact.tone for fact in facts if fact.label == label and fact.text)


def test_a_running_container_tells_what_it_is_and_how_it_is() -> None:
    lines = of_container("db")
    assert lines["state"] == ["● up 4 min  ♥ healthy"]
    assert lines["image"] == ["busybox  b317c5593651"]
    assert lines["command"] == ["sh -c 'sleep 3600; echo done'"]
    assert lines["project"] == ["shop  service db"]
    assert lines["created"] == ["2026-11-24 05:43:53 (4 min ago)"]
    assert lines["restart"] == ["on-failure, at most 5 times"]
    assert "why" not in lines
    assert "finished" not in lines


def test_a_container_tells_its_ports_networks_and_mounts() -> None:
    lines = of_container("db")
    assert lines["ports"] == ["15353→53/udp", "127.0.0.1:15432→5432", "18080-18082→8080-8082", "9000"]
    assert lines["networks"][:3] == [
        "shop-net  10.77.0.2/24",
        "gateway 10.77.0.1  mac 02:42:0a:4d:00:02",
        "also called db, d59f2d0b265d, db1",
    ]
    assert lines["mounts"] == [
        "volume shop-vol → /data",
        "bind /srv/source → /src  read-only",
        "tmpfs → /scratch  size=64k",
    ]


def test_a_container_tells_its_limits_and_settings() -> None:
    lines = of_container("db")
    assert lines["memory"] == ["64 MiB  with swap 128 MiB  32 MiB reserved"]
    assert (lines["cpus"], lines["cpuset"], lines["pids"]) == (["1.5"], ["0,1"], ["100"])
    assert (lines["user"], lines["workdir"], lines["hostname"]) == (["1000:1000"], ["/data"], ["db1"])
    assert "Limits" not in of_container("killed")


def test_a_quota_of_the_older_kind_is_a_number_of_cpus_too() -> None:
    filled, found = store(), answer("container_db")
    found["HostConfig"] |= {"NanoCpus": 0, "CpuQuota": 25_000, "CpuPeriod": 50_000}
    assert said(overview(named(filled, "shop-db"), found, filled, NOW))["cpus"] == ["0.5"]


def test_secrets_are_covered_until_they_are_asked_for() -> None:
    lines = of_container("db")
    assert lines["env"] == ["DB_PASSWORD=•••••", "MODE=fast", "SPACED=a b"]
    assert lines["labels"][0] == "api.token=•••••"
    revealed = of_container("db", reveal=True)
    assert revealed["env"][0] == "DB_PASSWORD=hunter2"
    assert revealed["labels"][0] == "api.token=t0ps3cret"


def test_a_failing_health_check_shows_its_last_outputs_newest_first() -> None:
    filled, found = store(), answer("container_sick")
    log = found["State"]["Health"]["Log"]
    log[-1]["Output"] = "\n".join(f"line {n}" for n in range(9))
    facts = overview(named(filled, "shop-sick"), found, filled, NOW)
    lines = said(facts)
    assert lines["state"] == ["● up 4 min  ✗ unhealthy"]
    assert tone_of(facts, "state") is Tone.BAD
    assert lines["health"] == ["✗ unhealthy  failed 187 times in a row"]
    assert lines["probes"][:8] == [
        "1 min ago  exit 1",
        *(f"  line {n}" for n in range(6)),
        "  … 3 more lines",
    ]
    assert lines["probes"][8:] == ["1 min ago  exit 1", "  connection refused"] * 2


def test_a_killed_container_says_what_its_exit_code_means() -> None:
    lines = of_container("killed")
    assert lines["state"] == ["○ exited 137  1 min ago"]
    assert lines["why"] == ["137: SIGKILL: killed, by stop/kill or because memory ran out"]
    assert lines["finished"] == ["2026-11-24 05:47:14 (1 min ago)"]


def test_a_container_that_ran_out_of_memory_says_so() -> None:
    filled = store()
    facts = overview(named(filled, "shop-oom"), answer("container_oom"), filled, NOW)
    assert said(facts)["why"] == ["137: SIGKILL: killed because memory ran out (OOMKilled)"]
    assert tone_of(facts, "why") is Tone.BAD


def test_a_container_that_could_not_start_shows_the_engines_reason() -> None:
    code, reason = of_container("nocmd")["why"]
    assert code == "127: the command was not found"
    assert reason.endswith('exec: "/nope": stat /nope: no such file or directory: unknown')


def test_a_container_that_never_ran_has_no_why_and_keeps_its_text_exact() -> None:
    lines = of_container("created")
    assert "why" not in lines
    assert lines["command"] == ["echo '[/x]oops'"]


def test_a_stopped_container_tells_the_ports_it_would_have() -> None:
    filled, found = store(), answer("container_db")
    stopped = replace(named(filled, "shop-db"), state="exited", exit_code=0, ports=())
    lines = said(overview(stopped, found, filled, NOW))
    assert "18080-18082→8080-8082  when it runs" in lines["ports"]
    assert "9000  when it runs" in lines["ports"]
    assert lines["why"] == ["0: ended well"]


def test_restarts_and_removal_at_the_end_are_told() -> None:
    filled, found = store(), answer("container_db")
    found["RestartCount"] = 3
    found["HostConfig"]["AutoRemove"] = True
    restart, removal = said(overview(named(filled, "shop-db"), found, filled, NOW))["restart"]
    assert restart == "on-failure, at most 5 times  restarted 3 times"
    assert "--rm" in removal


def test_before_the_engine_answers_the_store_speaks() -> None:
    filled = store()
    lines = said(overview(named(filled, "shop-db"), None, filled, NOW))
    assert lines["state"] == ["● up 3 min  ♥ healthy"]
    assert lines["command"] == ["sh -c 'sleep 3600; echo done'"]
    assert lines["networks"] == ["shop-net  10.77.0.2", "shop-open  10.200.7.2"]
    assert lines["mounts"] == ["volume shop-vol → /data", "bind /srv/source → /src  read-only"]
    assert lines["labels"][0] == "api.token=•••••"
    assert "user" not in lines
    assert "restart" not in lines


def test_an_image_tells_its_names_its_making_and_what_it_runs() -> None:
    filled = store()
    lines = said(overview(filled.images["shop-image:1"], answer("image"), filled, NOW))
    assert lines["tags"] == ["shop-image:1", "shop-image:latest"]
    assert lines["id"][0].startswith("sha256:911121f9")
    assert lines["size"] == ["1.98MB"]
    assert (lines["platform"], lines["layers"]) == (["linux/amd64"], ["1"])
    assert (lines["author"], lines["comment"]) == (["me"], ["made for a test"])
    assert (lines["entrypoint"], lines["command"]) == (["sh -c"], ["'echo hi there'"])
    assert (lines["ports"], lines["volumes"]) == (["80"], ["/var/data"])
    assert lines["env"] == ["A=1", "API_KEY=•••••"]
    assert lines["containers"] == ["none"]


def test_an_image_tells_who_uses_it_and_counts_the_many() -> None:
    filled = store()
    image = replace(filled.images["shop-image:1"], id=named(filled, "shop-db").image_id)
    users = said(overview(image, None, filled, NOW))["containers"]
    assert "shop-db  ● up 3 min" in users
    assert "shop-killed  ○ exited 137" in users
    one = named(filled, "shop-db")
    filled.replace(Kind.CONTAINER, [replace(one, id=f"{n:064}", name=f"c{n}") for n in range(47)])
    assert said(overview(image, None, filled, NOW))["containers"][-1] == "and 17 more"


def test_a_network_tells_its_nature_and_who_is_in_it_running_or_not() -> None:
    filled = store()
    (network,) = filled.networks.values()
    lines = said(overview(network, answer("network"), filled, NOW))
    assert lines["nature"] == ["internal: no way to the outside", "attachable: any container may join"]
    assert lines["subnet"] == ["10.77.0.0/24  gateway 10.77.0.1"]
    assert lines["containers"] == ["shop-late  ○ exited 0", "shop-db  ● up 3 min  10.77.0.2/24"]
    assert lines["options"] == ["com.docker.network.bridge.name=shopbr0"]
    before = said(overview(network, None, filled, NOW))
    assert before["subnet"] == lines["subnet"]
    assert before["containers"] == ["shop-late  ○ exited 0", "shop-db  ● up 3 min  10.77.0.2"]


def test_a_network_end_that_is_no_container_is_told_apart() -> None:
    filled, found = store(), answer("network")
    (network,) = filled.networks.values()
    found["Containers"]["lb-ingress"] = {"Name": "ingress-endpoint", "IPv4Address": "10.0.0.2/24"}
    lines = said(overview(network, found, filled, NOW))
    assert lines["other ends"] == ["ingress-endpoint  10.0.0.2/24"]


def test_a_built_in_network_says_that_it_stays() -> None:
    bridge = decode_network({"Id": "0" * 64, "Name": "bridge", "Driver": "bridge", "Scope": "local"})
    assert "cannot be removed" in said(overview(bridge, None, Store(), NOW))["built in"][0]


def test_what_the_engine_leaves_empty_is_not_taken_for_a_heading() -> None:
    network = decode_network({"Id": "0" * 64, "Name": "template"})
    headings = [one.label for one in overview(network, None, Store(), NOW) if not one.text]
    assert headings == ["Used by"]
    filled, found = store(), answer("container_db")
    found["Config"]["Env"] = ["", "MODE=fast"]
    assert Fact("env", "MODE=fast") in overview(named(filled, "shop-db"), found, filled, NOW)


def test_a_volume_tells_who_uses_it_and_where() -> None:
    filled = store()
    lines = said(overview(filled.volumes["shop-vol"], answer("volume"), filled, NOW))
    assert lines["containers"] == [
        "shop-late  ○ exited 0  → /backup  read-only",
        "shop-db  ● up 3 min  → /data",
    ]
    assert lines["mountpoint"] == ["/var/lib/docker/volumes/shop-vol/_data"]
    assert lines["options"] == ["device=tmpfs", "o=size=1m", "type=tmpfs"]


def test_the_password_in_a_volumes_mount_options_is_covered() -> None:
    volume = decode_volume(
        {"Name": "share", "Options": {"o": "username=me,password=hunter2", "type": "cifs"}}
    )
    lines = said(overview(volume, None, Store(), NOW))
    assert lines["options"] == ["o=username=me,password=•••••", "type=cifs"]


@pytest.mark.parametrize(
    ("path", "value", "prefix"),
    [
        (("Config", "Env", 0), "DB_PASSWORD=hunter2", len("DB_PASSWORD=")),
        (("Config", "Env", 1), "MODE=fast", None),
        (("Config", "Env", 2), "DB_PASSWORD=", None),
        (("Config", "Env", 3), "DB_PASSWORD", None),
        (("Config", "Env", 4), "DSN=postgres://me:pw@db/x", len("DSN=")),
        (("Config", "Labels", "api.token"), "t0ps3cret", 0),
        (("Config", "Labels", "team"), "shop", None),
        (("Options", "o"), "username=me,password=x", len("username=me,password=")),
        (("NetworkSettings", "SandboxKey"), "/var/run/docker/netns/f266", None),
        (("State", "Pid"), 42, None),
        (("Secrets", 0), "plain", None),
    ],
)
def test_the_tree_covers_what_the_overview_covers(
    path: tuple[str | int, ...], value: object, prefix: int | None
) -> None:
    assert secret(path, value) == prefix


def _objects() -> Iterator[tuple[str, Model, Store]]:
    filled = store()
    for name in ("db", "sick", "late"):
        yield f"container_{name}", named(filled, f"shop-{name}"), filled
    yield "image", filled.images["shop-image:1"], filled
    yield "network", next(iter(filled.networks.values())), filled
    yield "volume", filled.volumes["shop-vol"], filled


def _key_paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield (*path, key)
            yield from _key_paths(item, (*path, key))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from _key_paths(item, (*path, at))


def test_no_key_is_needed_and_each_may_be_null() -> None:
    for name, model, filled in _objects():
        found = answer(name)
        assert overview(model, {}, filled, NOW)
        for path in _key_paths(found):
            for null in (True, False):
                less = copy.deepcopy(found)
                place = less
                for key in path[:-1]:
                    place = place[key]
                if null:
                    place[path[-1]] = None
                else:
                    del place[path[-1]]
                assert overview(model, less, filled, NOW), path


# Why is it down?

ENDED = 1_795_499_234.0
"""About when shop-killed ended, in epoch seconds: 2026-11-24 05:47:14 UTC."""


def turns(*times: tuple[float, str, int | None]) -> tuple[Turn, ...]:
    """Things that happened so many seconds after its end; the number is an exit code or a signal."""
    return tuple(
        Turn(ENDED + at, action, None, of) if action == "kill" else Turn(ENDED + at, action, of)
        for at, action, of in times
    )


def why_of(*times: tuple[float, str, int | None], state: str = "exited", **more: Any) -> dict[str, list[str]]:
    """The overview of shop-killed, ended with 1 at 05:47:14, when that happened."""
    filled, found = store(), answer("container_killed")
    started = max((at for at, action, _ in times if action == "start"), default=-1.0)
    found["State"] |= {
        "ExitCode": 1,
        "StartedAt": datetime.fromtimestamp(ENDED + started, UTC).isoformat(),
        "FinishedAt": datetime.fromtimestamp(ENDED, UTC).isoformat(),
    }
    found["State"] |= more.pop("State", {})
    found["HostConfig"] |= more.pop("HostConfig", {})
    found["RestartCount"] = more.pop("RestartCount", 0)
    model = replace(named(filled, "shop-killed"), state=state, exit_code=found["State"]["ExitCode"])
    return said(overview(model, found, filled, NOW, why=Why(turns(*times), **more)))


def test_why_it_is_down_stands_first_below_the_state() -> None:
    headings = [line for line, texts in why_of().items() if not texts]
    assert headings[:2] == ["Why is it down?", "Container"]
    assert list(why_of())[:3] == ["state", "Why is it down?", "why"]
    assert "Why is it down?" not in of_container("db")
    assert "Why is it down?" not in of_container("created")


def test_a_single_run_is_told_with_its_length_though_the_engine_forgot_it() -> None:
    assert why_of()["history"] == ["05:47:13 started · 05:47:14 ended with 1 after 1.0 s"]


def test_a_run_of_another_day_names_the_day_once() -> None:
    state = {"StartedAt": "2026-11-20T05:47:10Z", "FinishedAt": "2026-11-20T05:49:14Z"}
    assert why_of(State=state)["history"] == [
        "2026-11-20 05:47:10 started · 05:49:14 ended with 1 after 2 min"
    ]


def test_many_runs_are_folded_between_the_first_and_the_last_two() -> None:
    loop = [
        one for n in range(7, -1, -1) for one in ((-10.0 * n - 1, "start", None), (-10.0 * n + 0.1, "die", 1))
    ]
    policy = {"RestartPolicy": {"Name": "always", "MaximumRetryCount": 0}}
    lines = why_of(*loop, state="restarting", RestartCount=8, HostConfig=policy)
    assert lines["history"] == [
        "05:46:03 started · 05:46:04 ended with 1 after 1.1 s",
        "… 5 more runs of 1.1 s, all ended with 1",
        "05:47:03 started · 05:47:04 ended with 1 after 1.1 s",
        "05:47:13 started · 05:47:14 ended with 1 after 1.1 s",
    ]
    # 0.1 s, twice as long each time
    assert lines["restart"] == ["always  restarted 8 times in 1 min, next try at about 05:47:26"]


def test_who_ran_long_is_started_again_at_once_and_a_wait_has_an_end() -> None:
    long = [(-100.0, "start", None), (0.05, "die", 1)]
    assert "05:47:14" in why_of(*long, state="restarting", RestartCount=9)["restart"][0]
    short = [(-1.0, "start", None), (0.05, "die", 1)]
    assert "05:48:14" in why_of(*short, state="restarting", RestartCount=90)["restart"][0]


def test_how_a_run_was_ended_is_told_as_it_came_to_it() -> None:
    stopped = [(-10.0, "kill", 15), (-0.2, "kill", 9), (0.1, "die", 137)]
    assert why_of((-20.0, "start", None), *stopped)["history"][0].endswith("killed, as it did not stop")
    killed = [(-0.2, "kill", 9), (0.1, "die", 137)]
    assert why_of((-20.0, "start", None), *killed)["history"][0].endswith("20 s, killed")
    asked = [(-1.0, "kill", 15), (0.1, "die", 0)]
    assert why_of((-20.0, "start", None), *asked)["history"][0].endswith("as it was asked to")


def test_runs_that_the_engine_forgot_are_counted() -> None:
    known = [(-20.0, "start", None), (-11.0, "die", 1), (-1.0, "start", None), (0.1, "die", 1)]
    assert why_of(*known, RestartCount=4)["history"][0] == "… 3 earlier runs, forgotten by the Engine"
    assert "started" in why_of(*known, RestartCount=1)["history"][0]


def test_restarts_in_less_than_a_moment_are_told_with_its_length() -> None:
    loop = [one for n in (2, 1, 0) for one in ((-0.3 * n - 0.1, "start", None), (-0.3 * n, "die", 1))]
    policy = {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 2}}
    lines = why_of(*loop, RestartCount=2, HostConfig=policy)
    assert lines["restart"] == ["on-failure, at most 2 times  restarted 2 times in 0.7 s, then gave up"]


def test_who_has_given_up_is_told() -> None:
    policy = {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3}}
    assert why_of(RestartCount=3, HostConfig=policy)["restart"] == [
        "on-failure, at most 3 times  restarted 3 times, then gave up"
    ]


@pytest.mark.parametrize(
    ("code", "happened", "words"),
    [
        (
            0,
            [(-1.0, "kill", 15), (0.1, "die", 0), (0.2, "stop", None)],
            "it was asked to stop (SIGTERM) and ended 1.1 s later",
        ),
        (
            137,
            [(-10.0, "kill", 15), (-0.2, "kill", 9), (0.1, "die", 137), (0.2, "stop", None)],
            "it was asked to stop (SIGTERM) and killed 9.8 s later, not having ended",
        ),
        (137, [(-0.1, "kill", 9), (0.0, "die", 137)], "somebody had it killed (SIGKILL)"),
        (
            137,
            [(-9.0, "kill", 1), (0.0, "die", 137)],
            "the Engine was not asked for it: the signal came from inside or from its machine",
        ),
    ],
)
def test_who_ended_it_is_told_where_the_events_tell(
    code: int, happened: list[tuple[float, str, int | None]], words: str
) -> None:
    lines = why_of((-20.0, "start", None), *happened, State={"ExitCode": code})
    assert lines["why"][1:] == [words]


@pytest.mark.parametrize(
    ("left", "words"),
    [
        ([(0.0, "stop", None), (0.1, "die", 137)], ["it was asked to stop"]),
        ([(0.1, "die", 137), (0.2, "stop", None)], ["it was asked to stop"]),
        ([(0.1, "die", 137)], []),
        ([], []),
    ],
)
def test_what_the_engine_forgot_is_not_said_to_never_have_been(
    left: list[tuple[float, str, int | None]], words: list[str]
) -> None:
    assert why_of(*left, State={"ExitCode": 137})["why"][1:] == words


def test_nobody_is_named_when_the_program_ended_by_itself() -> None:
    assert len(why_of((-9.0, "start", None), (-5.0, "kill", 1), (0.0, "die", 1))["why"]) == 1


def test_the_limit_is_named_when_memory_ran_out() -> None:
    oom = {"OOMKilled": True, "ExitCode": 137}
    events = [(-9.0, "start", None), (-0.1, "oom", None), (0.0, "die", 137)]
    lines = why_of(*events, State=oom, HostConfig={"Memory": 64 << 20})
    assert lines["what to do"] == ["It may use 64 MiB of memory: raise that limit, or have it use less."]
    assert lines["history"][0].endswith("ended with 137 after 9.0 s, out of memory")
    assert len(lines["why"]) == 1


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (
            "driver failed programming external connectivity on endpoint web (904f67): "
            "Bind for 0.0.0.0:18080 failed: port is already allocated",
            "Port 18080 of the host is another container's: stop that one, or publish another port.",
        ),
        (
            "failed to listen on TCP socket: listen tcp4 0.0.0.0:80: bind: address already in use",
            "Port 80 of the host is another program's: end that one, or publish another port.",
        ),
        (
            'error during container init: exec: "nope": executable file not found in $PATH',
            "Nothing in its $PATH is called nope: correct its command or entrypoint, or the image.",
        ),
        (
            'error during container init: exec: "/nope": stat /nope: no such file or directory',
            "There is no /nope in it: correct its command or entrypoint, or the image.",
        ),
        (
            'exec: "/etc": is a directory: permission denied',
            "/etc is a folder: correct its command or entrypoint.",
        ),
        (
            'exec: "/run.sh": permission denied',
            "/run.sh is a folder, or not executable for its user: "
            "chmod +x it in the image, or run another command.",
        ),
        (
            'invalid mount config for type "bind": bind source path does not exist: /srv/gone',
            "The host has no /srv/gone: make it there, or mount another path.",
        ),
        ("something nobody has seen yet", ""),
    ],
)
def test_what_the_engine_says_of_a_failed_start_has_a_next_step_where_it_is_certain(
    error: str, advice: str
) -> None:
    lines = why_of(
        state="created", State={"Error": error, "ExitCode": 128, "StartedAt": "", "FinishedAt": ""}
    )
    assert lines["why"] == ["128: the Engine could not start it", error]
    assert lines.get("what to do", [""]) == [advice]
    assert "history" not in lines


@pytest.mark.parametrize(
    ("at", "error", "words"),
    [
        (9.0, "", ["1: general error of the program", "bind source path does not exist: /srv/x"]),
        (9.0, "no luck", ["1: general error of the program", "no luck"]),
        (-9.0, "", ["1: general error of the program"]),
    ],
)
def test_a_refused_start_that_the_engine_does_not_keep_is_told_until_it_starts(
    at: float, error: str, words: list[str]
) -> None:
    filled, found = store(), answer("container_killed")
    model = replace(named(filled, "shop-killed"), exit_code=1)
    times = {"StartedAt": datetime.fromtimestamp(ENDED - 1, UTC).isoformat(), "ExitCode": 1, "Error": error}
    found["State"] |= times
    filled.clock = lambda: ENDED + at
    filled.start_ended(model.id, "bind source path does not exist: /srv/x")
    assert said(overview(model, found, filled, NOW))["why"] == words
    filled.start_ended(model.id, "")
    assert not filled.refusals


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ("exec /y: no such file or directory", "/y is a script whose #! names nothing there is"),
        ("exec /x: exec format error\r", "/x is for another kind of machine"),
        ("config.yml: no such file or directory", ""),
        ("Bind for 0.0.0.0:80 failed: port is already allocated", ""),
    ],
)
def test_a_command_that_never_began_has_a_next_step_by_its_last_line(line: str, advice: str) -> None:
    said = why_of(lines=(LogLine(2, line, int(ENDED) * 1_000_000_000),)).get("what to do", [""])
    assert said[0].startswith(advice)
    assert bool(said[0]) == bool(advice)


def test_the_last_lines_tell_errors_from_output_and_runs_apart() -> None:
    now = int(ENDED) * 1_000_000_000
    written = (
        LogLine(1, "before", now - 9_000_000_000),
        LogLine(1, "\x1b[32mtrying\x1b[0m\r", now - 500_000_000),
        LogLine(2, "broken", now),
    )
    lines = why_of(lines=written)
    assert lines["last lines"] == ["  before", "  trying", "! broken", "  ! is stderr · l shows all"]
    filled, found = store(), answer("container_killed")
    found["State"]["StartedAt"] = "2026-11-24T05:47:13Z"
    facts = overview(named(filled, "shop-killed"), found, filled, NOW, why=Why(lines=written))
    tones = {fact.text.strip(" !"): fact.tone for fact in facts}
    assert (tones["before"], tones["trying"], tones["broken"]) == (Tone.DIM, Tone.PLAIN, Tone.WARN)


def test_a_log_that_says_nothing_or_cannot_be_read_is_told() -> None:
    assert why_of()["last lines"] == ["nothing was written"]
    assert why_of(unread="it cannot be read")["last lines"] == ["it cannot be read"]


def test_the_last_probes_are_shown_also_when_it_is_down() -> None:
    probe = {"End": "2026-11-24T05:47:12Z", "ExitCode": 1, "Output": "refused"}
    lines = why_of(State={"Health": {"Status": "unhealthy", "FailingStreak": 3, "Log": [probe]}})
    assert lines["probes"] == ["1 min ago  exit 1", "  refused"]
    assert "Health" not in lines


def test_what_runs_again_tells_how_it_came_to_that() -> None:
    events = [(-9.0, "start", None), (-5.0, "die", 4), (-1.0, "start", None)]
    lines = why_of(*events, state="running", RestartCount=1)
    assert list(lines)[:2] == ["state", "Why was it restarted?"]
    assert lines["history"] == ["05:47:05 started · 05:47:09 ended with 4 after 4.0 s", "05:47:13 started"]
    assert "why" not in lines
    assert "Why was it restarted?" not in why_of(state="running", RestartCount=1)
