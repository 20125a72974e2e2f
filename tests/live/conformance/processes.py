"""Stories of what runs in containers: their logs, commands beside them, terminals, and of pulls."""

from __future__ import annotations

from tests.live.conformance.steps import NO_ID, NOBODY, delete, ended, get, made, post, read, say, started
from tests.live.conformance.telling import Step, Story

BOTH = {"stdout": "1", "stderr": "1"}
TALKING = "echo first; sleep 0.1; echo wrong >&2; sleep 0.1; echo last"
STREAMS = {"stream": "1", **BOTH}
ATTACHED = {"AttachStdout": True, "AttachStderr": True}


def logs(name: str, **query: str) -> Step:
    """A container's log, read at once."""
    return get(f"/containers/{name}/logs", {**BOTH, **query})


def command(name: str, keep: str, *words: str, **more: object) -> Step:
    """A command that is asked for in a container."""
    return post(f"/containers/{name}/exec", body={"Cmd": list(words), **ATTACHED, **more}, keep=keep)


def run(keep: str, *, tty: bool = False, **more: object) -> Step:
    """Start it, and read to its end what it writes."""
    return post(f"/exec/{{{keep}}}/start", body={"Detach": False, "Tty": tty}, hijack=True, **more)


def over(keep: str) -> Step:
    """It has ended, and that was told."""
    same = ("Running", "ExitCode", "OpenStdin", "ProcessConfig.entrypoint", "ProcessConfig.arguments")
    return get(f"/exec/{{{keep}}}/json", same=same, until=("Running", False))


LOGS = Story(
    "logs",
    (
        *ended("job", "sh", "-c", TALKING),
        logs("job"),
        get("/containers/job/logs", {"stdout": "1"}),
        get("/containers/job/logs", {"stderr": "1"}),
        get("/containers/job/logs"),
        logs("job", tail="1"),
        logs("job", tail="0"),
        logs("job", tail="many"),
        logs("job", follow="1"),
        logs("job", since="4000000000"),
        logs("job", until="1000000000"),
        logs("job", since="sometime"),
        logs("job", until="sometime"),
        logs("job", timestamps="1", tail="2"),
        logs("job", since="0.000000001", until="4000000000.999999999", tail="1"),
        logs("job", since="1.000000000", tail="0"),
        logs("job", until="0", tail="1"),
        logs("job", tail="-1"),
        *ended("screen", "sh", "-c", TALKING, Tty=True),
        logs("screen"),
        logs("screen", timestamps="1"),
        made("quiet"),
        logs("quiet"),
        made("slow", "sh", "-c", TALKING),
        post("/containers/slow/start"),
        get("/containers/slow/logs", {**BOTH, "follow": "1"}),
        post("/containers/slow/wait"),
    ),
)

EXEC = Story(
    "commands in a container",
    (
        made("web"),
        post("/containers/web/exec", body={"Cmd": ["true"]}),
        post("/containers/web/start"),
        post("/containers/web/exec", body={"Cmd": []}),
        post("/containers/web/exec", body=b"{"),
        post("/containers/web/exec", body={"Cmd": ["true"], "DetachKeys": "nonsense"}),
        command("web", "talk", "sh", "-c", TALKING + "; exit 3"),
        get("/exec/{talk}/json", same=("Running", "ExitCode", "Pid")),
        run("talk"),
        over("talk"),
        run("talk"),
        command("web", "screen", "sh", "-c", "echo out; echo err >&2", Tty=True),
        run("screen", tty=True),
        over("screen"),
        command("web", "quiet", "sh", "-c", "sleep 0.1"),
        run("quiet"),
        over("quiet"),
        command("web", "cat", "cat", AttachStdin=True),
        run("cat", opens="cat", typed=b"hello\n"),
        Step("END", "cat"),
        read("cat"),
        over("cat"),
        command("web", "missing", "no-such-program"),
        run("missing"),
        over("missing"),
        command("web", "apart", "true"),
        post("/exec/{apart}/start", body={"Detach": True}),
        over("apart"),
        command("web", "apart2", "no-such-program"),
        post("/exec/{apart2}/start", body={"Detach": True}),
        get(f"/exec/{NO_ID}/json"),
        post(f"/exec/{NO_ID}/start", body={"Detach": True}),
        post(f"/exec/{NO_ID}/resize", {"h": "24", "w": "80"}),
        post("/exec/{talk}/resize", {"h": "24", "w": "80"}),
        command("web", "shell", "cat", AttachStdin=True, Tty=True),
        run("shell", tty=True, opens="shell"),
        post("/exec/{shell}/resize", {"h": "40", "w": "100"}),
        post("/exec/{shell}/resize", {"h": "many", "w": "100"}),
        get("/exec/{shell}/json", same=("Running", "ExitCode")),
        get("/containers/web/top", {"ps_args": "-o pid,args"}),
        post("/containers/web/pause"),
        post("/containers/web/exec", body={"Cmd": ["true"]}),
        post("/containers/web/unpause"),
        say("shell", b"go\r\x04"),
        read("shell"),
        over("shell"),
    ),
)

ATTACHED_TO = Story(
    "attached",
    (
        made("job", "sh", "-c", TALKING),
        post("/containers/job/attach", STREAMS, hijack=True, opens="job"),
        post("/containers/job/start"),
        read("job"),
        post("/containers/job/wait"),
        post("/containers/job/attach", {"logs": "1", **BOTH}, hijack=True),
        made("old", "sh", "-c", TALKING),
        post("/containers/old/attach", STREAMS, opens="old"),
        post("/containers/old/start"),
        read("old"),
        post("/containers/old/wait"),
        made("lines", "cat", OpenStdin=True, StdinOnce=True, AttachStdin=True),
        post("/containers/lines/attach", {**STREAMS, "stdin": "1"}, hijack=True, opens="lines"),
        post("/containers/lines/start"),
        say("lines", b"hello\n"),
        Step("END", "lines"),
        read("lines"),
        post("/containers/lines/wait"),
        *started("screen", "cat", Tty=True, OpenStdin=True),
        post("/containers/screen/resize", {"h": "40", "w": "100"}),
        post("/containers/screen/resize", {"h": "many", "w": "100"}),
        post("/containers/screen/attach", {**STREAMS, "stdin": "1", "detachKeys": "nonsense"}, hijack=True),
        post(
            "/containers/screen/attach",
            {**STREAMS, "stdin": "1"},
            hijack=True,
            opens="leave",
            typed=b"\x10\x11",
        ),
        read("leave"),
        post(
            "/containers/screen/attach",
            {**STREAMS, "stdin": "1"},
            hijack=True,
            opens="screen",
            typed=b"it\r\x04",
        ),
        read("screen"),
        post("/containers/screen/wait"),
        post("/containers/screen/resize", {"h": "40", "w": "100"}),
        *started("still"),
        post("/containers/still/pause"),
        post("/containers/still/attach", STREAMS, hijack=True),
    ),
)

PULL = Story(
    "pulled",
    (
        post("/images/create", {"fromImage": "{pullable}", "tag": "{tag}"}),
        post("/images/create", {"fromImage": "{pullable}:{tag}"}),
        get("/images/{pullable}:{tag}/json", same=("Os",)),
        post("/images/create", {"fromImage": "{pullable}", "tag": "no tag"}),
        post("/images/create", {"fromImage": "NotSmall", "tag": "1"}),
        post("/images/create", {"fromImage": "not a name", "tag": "1"}),
        post("/images/create", {"fromImage": "{pullable}", "tag": "{tag}", "platform": "no/such/plat/form"}),
    ),
)

STATS = Story(
    "statistics",
    (
        made("idle"),
        get("/containers/idle/stats", {"stream": "0"}, same=("name", "read", "memory_stats")),
        get("/containers/idle/stats", {"stream": "0", "one-shot": "1"}),
        get("/containers/idle/stats", {"stream": "1", "one-shot": "1"}),
        get(f"/containers/{NOBODY}/stats", {"stream": "0"}),
        *started("web"),
        get("/containers/web/stats", {"stream": "1"}, opens="figures"),
        get("/containers/web/stats", {"stream": "0"}, same=("name",)),
        get("/containers/web/stats", {"stream": "0", "one-shot": "1"}),
        post("/containers/web/pause"),
        get("/containers/web/stats", {"stream": "0"}, same=("name",)),
        post("/containers/web/unpause"),
        delete("/containers/web", {"force": "1"}),
        read("figures"),
    ),
)

STORIES = (LOGS, EXEC, ATTACHED_TO, STATS, PULL)
