"""One container at a time: create, inspect, every change of state, top, wait, removal."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tui.demo import lifecycle, making, processes, shapes
from tui.demo.models import JSON, Container, Refusal
from tui.demo.routing import DONE, Answer, Routes
from tui.demo.watch import Watch
from tui.demo.wire import Reply, Request, Stream, as_json
from tui.demo.world import World

NOT_MODIFIED = Reply(304)
CONDITIONS = ("not-running", "next-exit", "removed")


def create(world: World, request: Request) -> Answer:
    """POST /containers/create."""
    if not request.body.strip():
        raise Refusal(400, "invalid JSON: got EOF while reading request body")
    body = request.json()
    if (host := body.get("HostConfig")) is not None:
        body["HostConfig"] = host | {"PortBindings": _bindings(host.get("PortBindings"))}
    container = making.create(world, request.query.get("name", ""), body)
    return as_json({"Id": container.id, "Warnings": []}, 201)


def _bindings(asked: JSON | None) -> JSON | None:
    """The ports to publish as inspect shows them, with every key."""
    if asked is None:
        return None
    return {port: [{"HostIp": "", "HostPort": ""} | one for one in each] for port, each in asked.items()}


def inspect(world: World, request: Request, name: str) -> Answer:
    """GET /containers/{id}/json."""
    return as_json(shapes.inspect(world, world.container(name), size=request.flag("size")))


def start(world: World, request: Request, name: str) -> Answer:
    """POST /containers/{id}/start."""
    return DONE if lifecycle.start(world, world.container(name)) else NOT_MODIFIED


def stop(world: World, request: Request, name: str) -> Answer:
    """POST /containers/{id}/stop; at once, whatever `t` says."""
    signal = request.query.get("signal", "")
    return DONE if lifecycle.stop(world, world.container(name), signal, name) else NOT_MODIFIED


def restart(world: World, request: Request, name: str) -> Answer:
    """POST /containers/{id}/restart."""
    lifecycle.restart(world, world.container(name), request.query.get("signal", ""))
    return DONE


def kill(world: World, request: Request, name: str) -> Answer:
    """POST /containers/{id}/kill."""
    try:
        container = world.container(name)
    except Refusal as refusal:
        raise Refusal(refusal.status, f"cannot kill container: {name}: {refusal.message}") from None
    lifecycle.kill(world, container, request.query.get("signal", ""), name)
    return DONE


def pause(world: World, request: Request, name: str) -> Answer:
    """POST /containers/{id}/pause."""
    lifecycle.pause(world, world.container(name))
    return DONE


def unpause(world: World, request: Request, name: str) -> Answer:
    """POST /containers/{id}/unpause."""
    lifecycle.unpause(world, world.container(name))
    return DONE


def rename(world: World, request: Request, name: str) -> Answer:
    """POST /containers/{id}/rename."""
    lifecycle.rename(world, world.container(name), request.query.get("name", ""))
    return DONE


def remove(world: World, request: Request, name: str) -> Answer:
    """DELETE /containers/{id}."""
    container = world.container(name)
    lifecycle.remove(world, container, force=request.flag("force"), volumes=request.flag("v"))
    return DONE


def top(world: World, request: Request, name: str) -> Answer:
    """GET /containers/{id}/top."""
    container = shapes.reachable(world.container(name))
    answer = processes.top(world, container, request.query.get("ps_args", ""))
    lifecycle.told(world, container, "top")
    return as_json(answer)


def wait(world: World, request: Request, name: str) -> Answer:
    """POST /containers/{id}/wait: the headers come at once, the exit code when it is known."""
    container = world.container(name)
    condition = request.query.get("condition") or "not-running"
    if condition not in CONDITIONS:
        raise Refusal(400, f'invalid condition: "{condition}"')
    return Stream(_exit_code(world, Watch(world), container, condition))


async def _exit_code(
    world: World, watch: Watch, container: Container, condition: str
) -> AsyncIterator[bytes]:
    code = container.exit_code
    last = "destroy" if condition == "removed" else "die"
    with watch:
        waiting = condition != "not-running" or container.alive
        while waiting:
            event = await watch.next()
            if event is None:
                # a job between two tries was told to stop: nothing dies, so there is no event of it
                waiting = condition != "not-running" or container.alive
            elif event.id == container.id and event.action in (last, "destroy"):
                code = int(event.attributes.get("exitCode", container.exit_code))
                waiting = False
    yield shapes.dumps({"StatusCode": code}).encode() + b"\n"


ROUTES: Routes = (
    ("POST", "/containers/create", create),
    ("GET", "/containers/{}/json", inspect),
    ("POST", "/containers/{}/start", start),
    ("POST", "/containers/{}/stop", stop),
    ("POST", "/containers/{}/restart", restart),
    ("POST", "/containers/{}/kill", kill),
    ("POST", "/containers/{}/pause", pause),
    ("POST", "/containers/{}/unpause", unpause),
    ("POST", "/containers/{}/rename", rename),
    ("POST", "/containers/{}/wait", wait),
    ("GET", "/containers/{}/top", top),
    ("DELETE", "/containers/{}", remove),
)
