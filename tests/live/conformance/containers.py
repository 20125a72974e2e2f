"""Stories of containers: made, listed, started, stopped, renamed, removed."""

from __future__ import annotations

from tests.live.conformance.steps import (
    IMAGE,
    NO_ID,
    NOBODY,
    delete,
    ended,
    filtered,
    get,
    made,
    post,
    read,
    started,
)
from tests.live.conformance.telling import Story

STATE = (
    "State.Status",
    "State.Running",
    "State.Paused",
    "State.ExitCode",
    "State.Dead",
    "Name",
    "Path",
    "Args",
)
LIST = "/containers/json"

CHANGES = ("start", "stop", "restart", "kill", "pause", "unpause", "wait")

LISTS = Story(
    "containers listed",
    (
        get(LIST),
        get(LIST, {"all": "1"}),
        *started("web", Labels={"tier": "front", "empty": ""}, ExposedPorts={"80/tcp": {}}),
        made("job", Labels={"tier": "back"}, Volumes={"/data": {}}),
        *ended("done", "sh", "-c", "exit 3"),
        get(LIST, same=("Names", "State", "Command", "Labels", "Image")),
        get(LIST, {"all": "1"}, same=("Names", "State", "Command", "Labels", "Image", "Ports")),
        get(LIST, {"all": "1", "size": "1"}),
        get(LIST, {"limit": "1"}, same=("Names",)),
        get(LIST, {"limit": "-1"}, same=("Names",)),
        get(LIST, {"limit": "many"}),
        filtered(LIST, "Names", name=["we"]),
        filtered(LIST, "Names", name=["^/job$"]),
        filtered(LIST, "Names", name=["*"]),
        filtered(LIST, "Names", id=["{web:12}"]),
        filtered(LIST, "Names", status=["running"]),
        filtered(LIST, "Names", status=["created", "exited"]),
        filtered(LIST, "Names", status=["asleep"]),
        filtered(LIST, "Names", exited=["3"]),
        filtered(LIST, "Names", exited=["three"]),
        filtered(LIST, "Names", health=["none"]),
        filtered(LIST, "Names", health=["splendid"]),
        filtered(LIST, "Names", label=["tier"]),
        filtered(LIST, "Names", label=["tier=back"]),
        filtered(LIST, "Names", ancestor=[IMAGE]),
        filtered(LIST, "Names", ancestor=["nothing:such"]),
        filtered(LIST, "Names", network=["bridge"]),
        filtered(LIST, "Names", network=[NOBODY]),
        filtered(LIST, "Names", volume=["/data"]),
        filtered(LIST, "Names", expose=["80"]),
        filtered(LIST, "Names", expose=["eighty"]),
        filtered(LIST, "Names", publish=["80/tcp"]),
        filtered(LIST, "Names", before=["done"]),
        filtered(LIST, "Names", since=["web"]),
        filtered(LIST, "Names", since=[NOBODY]),
        filtered(LIST, "Names", **{"is-task": ["false"]}),
        filtered(LIST, "Names", colour=["red"]),
        get(LIST, {"filters": "{"}),
        get(LIST, {"filters": "nonsense"}),
        get(LIST, {"filters": "[]"}),
        get(LIST, {"filters": '{"status":{"running":true}}'}, same=("Names",)),
    ),
)

CREATED = Story(
    "containers created",
    (
        made("plain"),
        get("/containers/plain/json", same=STATE),
        get("/containers/plain/json", {"size": "1"}),
        get("/containers/{plain:8}/json", same=STATE),
        made(
            "full",
            Env=["A=1"],
            Labels={"a": "b"},
            Tty=True,
            OpenStdin=True,
            WorkingDir="/tmp",
            User="root",
            Hostname="box",
            ExposedPorts={"80/tcp": {}},
            Volumes={"/scratch": {}},
            StopTimeout=5,
            Entrypoint=["sh", "-c"],
            Healthcheck={"Test": ["CMD", "true"], "Interval": 3_600_000_000_000},
            host={
                "Binds": ["data:/data:ro"],
                "PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "18080"}]},
                "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3},
                "Memory": 67108864,
                "Mounts": [{"Type": "volume", "Source": "more", "Target": "/more"}],
            },
        ),
        get("/containers/full/json", same=("Config.Env", "Config.Cmd", "Config.Entrypoint", "Path", "Args")),
        made("plain"),
        made("no good name!"),
        post("/containers/create", body={"Image": IMAGE, "Cmd": ["sleep", "1000"]}, keep="unnamed"),
        post("/containers/create", {"name": "x1"}, {"Image": "nothing:such"}),
        post("/containers/create", {"name": "x1"}, {"Image": NO_ID}),
        post("/containers/create", {"name": "imageless"}, {"Cmd": ["sleep", "1000"]}),
        post("/containers/create", {"name": "x1"}, {}),
        post("/containers/create", {"name": "x1"}, b"{not json"),
        post("/containers/create", {"name": "x1"}, b"[1]"),
        post("/containers/create", {"name": "x1"}, b""),
        get(f"/containers/{NOBODY}/json"),
        get(f"/containers/{NO_ID}/json"),
        post("/containers/create", {"name": "x2"}, {"Image": IMAGE, "HostConfig": {"Binds": ["a b:/x"]}}),
        made("lonely", host={"NetworkMode": NOBODY}),
        post("/containers/lonely/start"),
        get("/containers/lonely/json", same=STATE),
        made("wrong", "no-such-program"),
        post("/containers/wrong/start"),
        get("/containers/wrong/json", same=STATE),
    ),
)

LIFE = Story(
    "a container's life",
    (
        made("web", Volumes={"/data": {}}),
        post("/containers/web/pause"),
        post("/containers/web/unpause"),
        post("/containers/web/kill"),
        post("/containers/web/stop"),
        get("/containers/web/top"),
        post("/containers/web/start"),
        post("/containers/web/start"),
        get("/containers/web/json", same=STATE),
        get("/containers/web/top"),
        get("/containers/web/top", {"ps_args": "-o pid,args"}),
        get("/containers/web/top", {"ps_args": "-o args"}),
        post("/containers/web/unpause"),
        post("/containers/web/pause"),
        post("/containers/web/pause"),
        post("/containers/web/start"),
        get("/containers/web/json", same=STATE),
        delete("/containers/web"),
        post("/containers/web/unpause"),
        post("/containers/web/kill", {"signal": "SIGWHAT"}),
        post("/containers/web/kill", {"signal": "0"}),
        post("/containers/web/kill", {"signal": "SIGURG"}),
        post("/containers/web/stop", {"signal": "SIGWHAT"}),
        delete("/containers/web"),
        post("/containers/web/restart"),
        post("/containers/web/stop"),
        get("/containers/web/json", same=STATE),
        post("/containers/web/stop"),
        post("/containers/web/restart"),
        post("/containers/web/kill"),
        post("/containers/web/kill"),
        post("/containers/web/wait", same=("StatusCode",)),
        get("/containers/web/json", same=STATE),
        post("/containers/web/start"),
        delete("/containers/web", {"force": "1", "v": "1"}),
        delete("/containers/web"),
    ),
)

RENAMED = Story(
    "containers renamed",
    (
        made("one"),
        *started("two"),
        post("/containers/one/rename", {"name": "uno"}),
        post("/containers/two/rename", {"name": "uno"}),
        post("/containers/two/rename", {"name": "two"}),
        post("/containers/two/rename", {"name": "no good!"}),
        post("/containers/two/rename", {"name": ""}),
        post("/containers/two/rename"),
        post("/containers/one/rename", {"name": "eins"}),
        get(LIST, {"all": "1"}, same=("Names",)),
    ),
)

UNKNOWN = Story(
    "containers that are not there",
    (
        *(post(f"/containers/{NOBODY}/{change}") for change in CHANGES),
        post(f"/containers/{NOBODY}/rename", {"name": "other"}),
        delete(f"/containers/{NOBODY}"),
        get(f"/containers/{NOBODY}/top"),
        get(f"/containers/{NOBODY}/logs", {"stdout": "1"}),
        post(f"/containers/{NOBODY}/resize", {"h": "24", "w": "80"}),
        post(f"/containers/{NOBODY}/attach", hijack=True),
        post(f"/containers/{NOBODY}/exec", body={"Cmd": ["true"]}),
    ),
)

WAITED = Story(
    "containers waited for",
    (
        made("short", "sh", "-c", "sleep 0.3; exit 4"),
        post("/containers/short/wait", {"condition": "next-exit"}, opens="next"),
        post("/containers/short/start"),
        read("next"),
        post("/containers/short/wait", same=("StatusCode",)),
        post("/containers/short/wait", {"condition": "whenever"}),
        get("/containers/short/json", same=STATE),
        post("/containers/short/wait", {"condition": "removed"}, opens="gone"),
        delete("/containers/short"),
        read("gone"),
        made("passing", "sh", "-c", "sleep 0.2; exit 5", host={"AutoRemove": True}),
        post("/containers/passing/wait", {"condition": "removed"}, opens="passed"),
        post("/containers/passing/start"),
        read("passed"),
        get("/containers/passing/json"),
    ),
)

PRUNED = Story(
    "containers pruned",
    (
        post("/containers/prune", same=("ContainersDeleted", "SpaceReclaimed")),
        *started("web"),
        made("idle", Labels={"keep": "me"}),
        *ended("done", "true"),
        post("/containers/prune", {"filters": {"label": ["nothing"]}}, same=("ContainersDeleted",)),
        post("/containers/prune", {"filters": {"label!": ["keep"]}}, same=("ContainersDeleted",)),
        post("/containers/prune", {"filters": {"until": ["soon"]}}),
        post("/containers/prune", {"filters": {"colour": ["red"]}}),
        post("/containers/prune", {"filters": {"until": ["1h"]}}, same=("ContainersDeleted",)),
        post("/containers/prune", same=("ContainersDeleted",)),
        get(LIST, {"all": "1"}, same=("Names",)),
    ),
)

PUBLISHED = Story(
    "ports published",
    (
        *started(
            "web",
            ExposedPorts={"80/tcp": {}, "81/tcp": {}, "53/udp": {}},
            host={
                "PortBindings": {
                    "80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "18081"}],
                    "81/tcp": [{"HostPort": "18082"}],
                }
            },
        ),
        get("/containers/web/json", same=("NetworkSettings.Ports",)),
        get(LIST, same=("Ports",)),
        made(
            "rival",
            ExposedPorts={"80/tcp": {}},
            host={"PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "18081"}]}},
        ),
        post("/containers/rival/start"),
        get("/containers/rival/json", same=("State.Status", "State.ExitCode")),
        filtered(LIST, "Names", publish=["80"]),
    ),
)

STORIES = (LISTS, CREATED, LIFE, RENAMED, UNKNOWN, WAITED, PRUNED, PUBLISHED)
