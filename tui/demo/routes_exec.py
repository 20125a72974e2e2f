"""Commands beside a container's main process: /containers/{id}/exec and /exec/{id}."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Any

from tui.demo import lifecycle, programs
from tui.demo.files import account, files_of
from tui.demo.models import JSON, Container, Refusal
from tui.demo.process import Process
from tui.demo.routing import Answer, Routes
from tui.demo.streaming import Piece, converse, detach_bytes
from tui.demo.wire import Hijack, Reply, Request, Talk, as_json
from tui.demo.world import World

CANNOT_RUN = 126


@dataclass
class Exec:
    """One command that was asked for."""

    id: str
    container: Container
    body: JSON
    running: bool = False
    exit_code: int | None = None
    process: Process | None = None
    pid: int = 0
    """Its process id on the host; stays when it has ended."""
    left: bool = False
    """Whether the detach keys ended it: nobody is told then."""

    @property
    def argv(self) -> list[str]:
        """The command and its arguments."""
        words: list[str] = self.body["Cmd"]
        return words

    @property
    def line(self) -> str:
        """As events show it: a command without arguments ends in a space."""
        program, *arguments = self.argv
        return f"{program} {' '.join(arguments)}"

    @property
    def detach_keys(self) -> str:
        """As asked for; the Engine reads names in any case, and a client of its writes this one small."""
        return str(self.body.get("DetachKeys") or self.body.get("detachKeys") or "")

    def told(self, world: World, action: str, **more: str) -> None:
        """Emit an event of it."""
        lifecycle.told(world, self.container, action, execID=self.id, **more)


def create(world: World, request: Request, name: str) -> Answer:
    """POST /containers/{id}/exec."""
    container = _ready(world.container(name), name)
    body = request.json()
    if not body.get("Cmd"):
        raise Refusal(400, "No exec command specified")
    made = Exec(world.fresh_id("exec"), container, body)
    try:
        detach_bytes(made.detach_keys)
    except ValueError as error:
        raise Refusal(500, f"Invalid escape keys {error}") from None
    account(container.image, body.get("User") or container.config["User"])
    world.execs[made.id] = made
    made.told(world, f"exec_create: {made.line}")
    return as_json({"Id": made.id}, 201)


def _ready(container: Container, reference: str) -> Container:
    """The container itself when a command can be run in it; Refusal 409."""
    if not container.alive:
        raise Refusal(409, f"container {container.id} is not running")
    if container.status == "paused":
        raise Refusal(409, f"Container {reference} is paused, unpause the container before exec")
    if container.status == "restarting":
        raise Refusal(409, f"Container {container.id} is restarting, wait until the container is running")
    return container


def start(world: World, request: Request, identity: str) -> Answer:
    """POST /exec/{id}/start; with Detach answered at once, else the connection becomes the command's.

    What goes wrong then is a line in the stream.
    """
    found = _exec(world, identity)
    _ready(found.container, found.container.id)
    tty = bool(found.body.get("Tty"))
    output: asyncio.Queue[Piece] = asyncio.Queue()
    if request.json().get("Detach"):
        _begin(world, found, output)
        return Reply(200, b"", "")

    async def talk(pipe: Talk) -> None:
        try:
            with world.lock:
                process = _begin(world, found, output)
        except Refusal as refusal:
            await pipe.write(f"{refusal.message}\r\n".encode())
            return
        feed = process.feed if found.body.get("AttachStdin") else None
        if await converse(pipe, output, feed, detach_bytes(found.detach_keys), closes=True):
            found.exit_code, found.left = CANNOT_RUN, True
            process.kill()
            await pipe.write(b"exec attach failed: error on attach stdin: read escape sequence\r\n")

    return Hijack(talk, tty)


def _begin(world: World, found: Exec, output: asyncio.Queue[Piece]) -> Process:
    """Run the command; Refusal when it runs or ran already, or cannot be run."""
    if found.running or found.exit_code is not None:
        raise Refusal(
            409, f"exec command {found.id} {'is already running' if found.running else 'has already run'}"
        )
    container, body = found.container, found.body
    folder = body.get("WorkingDir") or container.config["WorkingDir"] or "/"
    found.told(world, f"exec_start: {found.line}")
    if problem := programs.problem(container.image, files_of(container), found.argv[0], folder):
        found.exit_code = problem.code
        raise Refusal(400, f"OCI runtime exec failed: exec failed: {problem.sentence}")
    process = Process(
        world,
        container,
        found.argv,
        lambda stream, data: output.put_nowait((stream, data)),
        tty=bool(body.get("Tty")),
        env=[*(container.config["Env"] or ()), *(body.get("Env") or ())],
        folder=folder,
        user=body.get("User") or "",
        exec_id=found.id,
    )
    if not body.get("AttachStdin") and not process.tty:
        process.feed(b"")
    found.process, found.running, found.pid = process, True, container.pid + process.number - 1
    container.processes = [*container.processes, process]

    def ended(code: int) -> None:
        with world.lock:
            found.running = False
            container.processes = [one for one in container.processes if one is not process]
            if not found.left:
                found.exit_code = code
                found.told(world, "exec_die", exitCode=str(code))
        output.put_nowait(None)

    process.start(ended)
    return process


def inspect(world: World, request: Request, identity: str) -> Answer:
    """GET /exec/{id}/json."""
    found = _exec(world, identity)
    program, *arguments = found.argv
    answer = {
        "ID": found.id,
        "Running": found.running,
        "ExitCode": found.exit_code,
        "ProcessConfig": {
            "tty": bool(found.body.get("Tty")),
            "entrypoint": program,
            "arguments": arguments,
            "privileged": bool(found.body.get("Privileged")),
            **({"user": found.body["User"]} if found.body.get("User") else {}),
        },
        "OpenStdin": bool(found.body.get("AttachStdin")),
        "OpenStderr": bool(found.body.get("AttachStderr")),
        "OpenStdout": bool(found.body.get("AttachStdout")),
        "CanRemove": False,
        "ContainerID": found.container.id,
        "DetachKeys": found.detach_keys,
        "Pid": found.pid,
    }
    return as_json(answer)


def resize(world: World, request: Request, identity: str) -> Answer:
    """POST /exec/{id}/resize; the Engine waits ten seconds for a command to start, the demo does not."""
    size = size_of(request)
    found = _exec(world, identity)
    if found.process is None:
        started = found.exit_code is not None
        why = "cannot resize a stopped container" if started else "timeout waiting for exec session ready"
        raise Refusal(500, why)
    if not found.running:
        raise Refusal(404, f"NotFound: process does not exist {found.id}: not found")
    found.process.size = size
    return Reply(200, b"", "")


def size_of(request: Request) -> tuple[int, int]:
    """Rows and columns of a resize. Refusal 400."""
    values = []
    for name, side in (("h", "height"), ("w", "width")):
        text = request.query.get(name, "")
        if not text.isdecimal():
            why = "value out of range" if re.fullmatch(r"-\d+", text) else "invalid syntax"
            raise Refusal(400, f'invalid resize {side} "{text}": {why}')
        values.append(int(text))
    return values[0], values[1]


def _exec(world: World, identity: str) -> Exec:
    found: Any = world.execs.get(identity)
    if found is None or found.container.id not in world.containers:
        raise Refusal(404, f"No such exec instance: {identity}")
    assert isinstance(found, Exec)
    return found


ROUTES: Routes = (
    ("POST", "/containers/{}/exec", create),
    ("POST", "/exec/{}/start", start),
    ("GET", "/exec/{}/json", inspect),
    ("POST", "/exec/{}/resize", resize),
)
