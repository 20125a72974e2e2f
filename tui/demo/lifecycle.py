"""What happens to a container from start to removal, with the Engine's events in its order."""

from __future__ import annotations

import re
import signal as signals
from dataclasses import replace

from tui.demo import attachments, mains
from tui.demo.models import Container, Health, Refusal, Run
from tui.demo.world import World

NAME = re.compile(r"^[a-zA-Z0-9][a-zA-Z0-9_.-]+$")
DEADLY = {"9": 137, "15": 143, "2": 130, "3": 131, "6": 134}
"""Signals that end a process, with the exit code that tells of it."""
NOT_STARTED = 128
REMEMBERED_RUNS = 20
"""How many runs of one container its log goes back."""


def told(world: World, container: Container, action: str, **more: str) -> None:
    """Emit a container event with the container's labels, image and name."""
    attributes = {**container.labels, "image": container.image, "name": container.name, **more}
    world.emit("container", action, container.id, attributes)


def start(world: World, container: Container) -> bool:
    """POST /containers/{id}/start. False when it runs already (304)."""
    if container.status == "paused":
        raise Refusal(409, "cannot start a paused container, try unpause instead")
    if container.alive:
        return False
    launch(world, container)
    return True


def launch(world: World, container: Container) -> None:
    """Join the networks, mount the volumes, run."""
    try:
        attachments.reachable(world, container)
        mains.check(world, container)
        attachments.publish(world, container)
    except Refusal as refusal:
        attachments.give_up(world, container)
        container.error = refusal.message
        container.exit_code = refusal.code if isinstance(refusal, mains.Unstartable) else NOT_STARTED
        _let_go(container)
        _remove_if_asked(world, container)
        raise
    attachments.mount_all(world, container)
    attachments.join_all(world, container)
    at = world.now()
    container.status, container.started, container.exit_code, container.error = "running", at, 0, ""
    container.pid = 1000 + int(world.digest(f"pid:{container.id}:{at}")[:4], 16)
    _begin_run(container, at)
    if container.config.get("Healthcheck", {}).get("Test", ["NONE"]) != ["NONE"]:
        container.health = Health("starting")
    told(world, container, "start")
    mains.begin(world, container)


def halt(world: World, container: Container, code: int) -> None:
    """The main process has ended with this code."""
    at = world.now()
    container.status, container.finished, container.exit_code, container.pid = "exited", at, code, 0
    _end_run(container, at)
    if container.health:
        container.health.status = "unhealthy"
    processes, container.processes = container.processes, []
    for process in processes:
        process.kill()
    _let_go(container)
    attachments.leave_all(world, container)
    attachments.unmount_all(world, container)
    lasted = int(at - (container.started or at))
    told(world, container, "die", execDuration=str(lasted), exitCode=str(code))


def crash(world: World, container: Container, code: int) -> None:
    """End by itself; what comes then is a matter of its restart policy."""
    halt(world, container, code)
    policy = container.host["RestartPolicy"]
    name, most = policy["Name"], policy.get("MaximumRetryCount") or 0
    given_up = name == "on-failure" and (not code or 0 < most <= container.restarts)
    if name in ("", "no") or given_up:
        _remove_if_asked(world, container)
    else:
        container.status = "restarting"
        container.restarts += 1


def retry(world: World, container: Container) -> None:
    """Start again after a crash; what cannot start any more stays down with the reason in `State.Error`."""
    try:
        launch(world, container)
    except Refusal:
        container.status = "exited"
        world.events.nudge()


def stop(world: World, container: Container, signal: str, reference: str) -> bool:
    """POST /containers/{id}/stop, taking effect at once. False when it does not run (304)."""
    if not container.alive:
        return False
    try:
        number = signal_number(signal or container.config.get("StopSignal") or "TERM")
    except Refusal as refusal:
        raise Refusal(500, f"cannot stop container: {reference}: {refusal.message}") from None
    _end(world, container, number)
    told(world, container, "stop")
    _remove_if_asked(world, container)
    return True


def restart(world: World, container: Container, signal: str = "") -> None:
    """POST /containers/{id}/restart; a container that does not run is started."""
    if container.alive:
        _end(world, container, signal_number(signal or container.config.get("StopSignal") or "TERM"))
        told(world, container, "stop")
    launch(world, container)
    told(world, container, "restart")


def kill(world: World, container: Container, signal: str, reference: str) -> None:
    """POST /containers/{id}/kill; a signal that kills nothing is only told."""
    before = f"cannot kill container: {reference}: "
    try:
        number = signal_number(signal or "KILL")
    except Refusal as refusal:
        raise Refusal(400, before + refusal.message) from None
    if not container.alive:
        raise Refusal(409, f"{before}container {container.id} is not running")
    heard = number == "9" or (number in DEADLY and not mains.plays(container))
    if heard or container.status == "restarting":
        _end(world, container, number)
        _remove_if_asked(world, container)
    else:
        told(world, container, "kill", signal=number)


def pause(world: World, container: Container) -> None:
    """POST /containers/{id}/pause."""
    if not container.alive:
        raise Refusal(409, f"container {container.id} is not running")
    if container.status == "paused":
        raise Refusal(409, f"Container {container.id} is already paused")
    if container.status == "restarting":
        raise Refusal(409, f"Container {container.id} is restarting, wait until the container is running")
    container.status = "paused"
    _end_run(container, world.now())
    told(world, container, "pause")


def unpause(world: World, container: Container) -> None:
    """POST /containers/{id}/unpause."""
    if container.status != "paused":
        raise Refusal(500, f"Container {container.id} is not paused")
    container.status = "running"
    _begin_run(container, world.now(), resumed=True)
    told(world, container, "unpause")


def rename(world: World, container: Container, name: str) -> None:
    """POST /containers/{id}/rename."""
    name = name.removeprefix("/")
    if not name:
        raise Refusal(400, "Neither old nor new names may be empty")
    if name == container.name:
        raise Refusal(400, "Renaming a container with the same name as its current name")
    check_name(world, name, "Error when allocating new name: ", shown=f"/{name}")
    old, container.name = container.name, name
    told(world, container, "rename", oldName=f"/{old}")


def check_name(world: World, name: str, before: str = "", shown: str = "") -> None:
    """Whether a container may be called so; Refusal 400 or 409."""
    if not NAME.match(name):
        allowed = "only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"
        raise Refusal(400, f"{before}Invalid container name ({shown or name}), {allowed}")
    if holder := world.named(name):
        raise Refusal(
            409,
            f'{before}Conflict. The container name "/{name}" is already in use by container "{holder.id}". '
            "You have to remove (or rename) that container to be able to reuse that name.",
        )


def remove(world: World, container: Container, *, force: bool, volumes: bool) -> None:
    """DELETE /containers/{id}; `volumes` takes its anonymous volumes along."""
    if container.alive and not force:
        why = "stop the container before removing or force remove"
        why = f"container is {container.status}: {why}"
        if container.status == "paused":
            why = "container is paused and must be unpaused first"
        raise Refusal(409, f'cannot remove container "{container.name}": {why}')
    if container.alive:
        _end(world, container, "9")
    del world.containers[container.id]
    if volumes:
        for name in container.anonymous:
            if name in world.volumes and not world.users_of_volume(name):
                volume = world.volumes.pop(name)
                world.emit("volume", "destroy", name, {"driver": volume.driver})
    told(world, container, "destroy")


def signal_number(signal: str) -> str:
    """ "SIGHUP", "hup" or "1" as "1"; Refusal 400 when there is no such signal."""
    name = signal.upper()
    if name.isdigit() and 0 < int(name) <= 64:
        return str(int(name))
    known = signals.Signals.__members__.get(name if name.startswith("SIG") else f"SIG{name}")
    if known is None:
        raise Refusal(400, f"invalid signal: {signal}")
    return str(int(known))


def _end(world: World, container: Container, signal: str) -> None:
    if container.status == "restarting":
        # nothing runs that a signal could reach: the Engine only stops trying, and tells nobody
        container.status = "exited"
        world.events.nudge()
        return
    frozen = container.status == "paused"
    told(world, container, "kill", signal=signal)
    if (frozen or mains.plays(container)) and signal != "9":
        # nobody hears the request to stop
        signal = "9"
        told(world, container, "kill", signal=signal)
    if frozen:
        told(world, container, "unpause")
    halt(world, container, container.graceful if signal == "15" else DEADLY.get(signal, container.graceful))


def _begin_run(container: Container, at: float, *, resumed: bool = False) -> None:
    container.runs = [*container.runs[1 - REMEMBERED_RUNS :], Run(at, None, resumed)]


def _end_run(container: Container, at: float) -> None:
    if container.runs and container.runs[-1].ended is None:
        container.runs[-1] = replace(container.runs[-1], ended=at)


def _let_go(container: Container) -> None:
    """End the streams of whoever is attached."""
    attached, container.attached = container.attached, []
    for tell in attached:
        tell(None)


def _remove_if_asked(world: World, container: Container) -> None:
    if container.host["AutoRemove"]:
        remove(world, container, force=False, volumes=True)
