"""Going inside a container: the whole terminal belongs to the process there until it is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import App, SuspendNotSupported

from tui.engine.detach import configured_keys, detach_bytes, detach_words
from tui.engine.endpoint import docker_config
from tui.engine.errors import EngineError, Unreachable
from tui.screens.bars import DEMO_WORDS
from tui.screens.threads import on_thread
from widgets.passthrough import How, lend_terminal
from widgets.terminal_mode import Frame
from widgets.text import shown

if TYPE_CHECKING:
    from tui.engine.streams import Session
    from tui.screens.desk import ScreenDesk
    from tui.verbs.verb import Visit

PROD = "PROD"
"""The word for an endpoint that is marked as production."""


LOST = "The process inside may go on: look at the container once the Engine answers again."


async def enter(app: App[Any], desk: ScreenDesk, visit: Visit) -> None:
    """Open the stay, lend it the terminal, and say how it ended. Raises EngineError."""
    try:
        keys = configured_keys(docker_config())
    except ValueError as error:
        raise EngineError(f"detachKeys in config.json: {error}") from error
    session = await desk.read(visit.open)
    try:
        # An Engine looks for the keys on a terminal only, and tells a command that was left so as it tells
        # one that could not be run: with 126.
        leave = None if session.tty and session.writable and not visit.own else detach_bytes(keys)
        notice = _notice(desk, visit, session, keys)
        ending = await lend_terminal(
            app, session, leave=leave, notice=shown(notice), frame=_frame(desk, visit)
        )
        code = None
        if ending.how is How.ENDED:
            # before the session is closed: it alone knows the code of a container that is removed at its end
            code = await _exit_code(desk, session)
        if ending.how is How.LEFT and visit.own:
            session.send(detach_bytes(keys))
    except SuspendNotSupported as error:
        raise EngineError("this terminal cannot be given to another program") from error
    finally:
        session.close()
    if ending.how is How.HUNG_UP:
        app.exit(return_code=129)
        return
    if ending.how is How.LOST:
        raise EngineError(ending.words)
    desk.say(_farewell(visit, code))


def _frame(desk: ScreenDesk, visit: Visit) -> Frame:
    """What the terminal shows for the whole stay: where it is, and red on production."""
    where = f"{PROD} {desk.endpoint.name}" if desk.prod else desk.endpoint.name
    return Frame(shown(f"{where} · {visit.name}"), alarm=desk.prod)


async def _exit_code(desk: ScreenDesk, session: Session) -> int | None:
    """How the process ended; None when the container is gone with it. Raises Unreachable on a lost line."""
    try:
        return await on_thread(session.exit_code)
    except EngineError as error:
        if error.status is None:
            name = desk.endpoint.name
            raise Unreachable(f"the line to {name} was lost: {error.message}", advice=LOST) from error
        return None


def _notice(desk: ScreenDesk, visit: Visit, session: Session, keys: str) -> str:
    """The one line before entering: what this is, how to leave, and what ctrl-c does."""
    if session.tty:
        leave = f"{detach_words(keys)} {'ends it' if visit.own else 'leaves it running'}"
        interrupt = "ctrl-c goes to the process inside"
    else:
        leave = f"{detach_words(keys)} leaves"
        interrupt = "ctrl-c does nothing: there is no terminal inside"
        if not session.writable:
            interrupt += ", and it reads no input"
    words = (
        *([DEMO_WORDS] if desk.endpoint.demo else []),
        *([f"{PROD} {desk.endpoint.name}"] if desk.prod else []),
        *(visit.name, visit.line.at(desk.endpoint).masked(), leave, interrupt),
    )
    return " · ".join(words)


def _farewell(visit: Visit, code: int | None) -> str:
    if code is None:
        return f"{visit.name}: left" + ("" if visit.own else ", the process goes on")
    meaning = visit.ends(code)
    return f"{visit.name}: {meaning or 'ended'}, exit code {code}"
