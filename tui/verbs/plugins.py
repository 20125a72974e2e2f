"""What is done to plugins: enabled and disabled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.engine.about import Plugin, turn_plugin
from tui.engine.gaps import offered
from tui.engine.jobs import Job, Target, Task
from tui.engine.lines import DockerLine, docker

if TYPE_CHECKING:
    from tui.engine.connection import Connection
    from tui.engine.engine import Engine
    from tui.verbs.verb import Desk


def verb_of(plugin: Plugin) -> str:
    """What turns it the other way, by its id: "plugin.enable" or "plugin.disable"."""
    return f"plugin.{_word(plugin)}"


def line_of(plugin: Plugin) -> DockerLine:
    """The docker line that turns it the other way."""
    return docker("plugin", _word(plugin), plugin.name)


def may_turn(engine: Engine) -> bool:
    """Whether an Engine is offered this: no read-only one, and none that has no plugins."""
    return not engine.endpoint.read_only and has_plugins(engine)


def has_plugins(engine: Engine) -> bool:
    """Whether an Engine knows plugins at all; yes while that is not known."""
    return offered("plugin.ls", engine.link.server)


async def turn(desk: Desk, plugin: Plugin) -> Job | None:
    """Enable what is disabled, disable what is enabled. Raises Unreachable."""
    on = not plugin.enabled

    def work(job: Job, connection: Connection, target: Target) -> str:
        turn_plugin(connection, target.ref, on=on)
        return ""

    target = Target(plugin.name, plugin.name)
    return await desk.start(
        Task(verb_of(plugin), f"{_word(plugin)} plugin", line_of(plugin), (target,), work)
    )


def _word(plugin: Plugin) -> str:
    return "disable" if plugin.enabled else "enable"
