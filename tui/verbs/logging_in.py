"""Logging in to registries and out of them, as `docker login` and `docker logout` do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.engine.errors import EngineError
from tui.engine.jobs import Job, Skip, Target, Task
from tui.engine.lines import DockerLine, docker
from tui.verbs.common import fill_and_start
from tui.verbs.verb import Answers, Blank, Desk, Question, Sheet

if TYPE_CHECKING:
    from tui.engine.connection import Connection
    from tui.engine.credentials import Credentials


async def log_in(desk: Desk, host: str = "", user: str = "") -> None:
    """Ask who the person is to a registry, and have it tried and kept."""
    from tui.engine.credentials import HUB_HOST

    questions = (
        Question("registry", "Registry", value=host, hint=HUB_HOST, check=_host_problem),
        Question("user", "User", value=user, check=_user_problem),
        Question("password", "Password", check=_password_problem, secret=True),
    )
    sheet = Sheet("Log in to a registry", "log in", questions, login_line)
    await fill_and_start(
        desk,
        sheet,
        lambda answers: login_task(str(answers["registry"]), str(answers["user"]), answers["password"]),
    )


async def log_out(desk: Desk, host: str = "") -> None:
    """Forget who the person is to a registry; without a host ask which one."""
    from tui.engine.credentials import logins

    if host:
        await desk.start(logout_task(host))
        return
    known = tuple(sorted(logins()))
    if not known:
        desk.say("there is no login to forget")
        return
    question = Question("registry", "Registry", Blank.CHOICE, known[0], options=known)
    sheet = Sheet("Log out of a registry", "log out", (question,), _logout_line)
    await fill_and_start(desk, sheet, lambda answers: logout_task(str(answers["registry"])))


def login_line(answers: Answers) -> DockerLine:
    """The docker line that logs in; the password comes by its standard input."""
    user = str(answers["user"])
    return docker("login", *(("-u", user) if user else ()), "--password-stdin", *_named(answers))


def _logout_line(answers: Answers) -> DockerLine:
    return docker("logout", *_named(answers))


def _named(answers: Answers) -> tuple[str, ...]:
    """The registry as docker wants it named: Docker Hub is not."""
    from tui.engine.credentials import HUB_HOST, host_of

    host = host_of(str(answers["registry"]))
    return () if host in ("", HUB_HOST) else (host,)


def login_task(host: str, user: str, password: str) -> Task:
    """The task that tries a password at a registry and keeps it (POST /auth)."""
    from tui.engine.credentials import HUB_HOST, Credentials, host_of

    host = host_of(host) or HUB_HOST
    login = _Login(Credentials(user, password))
    line = login_line({"registry": host, "user": user})
    return Task("registry.login", "log in", line, (Target(host, host),), login.work)


class _Login:
    """One login: the password is held until it was tried, and no longer."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials: Credentials | None = credentials

    def work(self, job: Job, connection: Connection, target: Target) -> str:
        """Try it. Raises EngineError."""
        from tui.engine.registries import place_of
        from tui.engine.registry_login import log_in

        credentials, self._credentials = self._credentials, None
        if credentials is None:
            raise EngineError(
                "the password is not kept for another try", advice="Log in again and type it once more."
            )
        return log_in(connection, place_of(target.ref), credentials)


def logout_task(host: str) -> Task:
    """The task that takes a registry's credentials out of config.json, or out of their keeper."""
    from tui.engine.credentials import HUB_HOST, host_of

    host = host_of(host) or HUB_HOST
    line = _logout_line({"registry": host})
    return Task("registry.logout", "log out", line, (Target(host, host),), _forget)


def _forget(job: Job, connection: Connection, target: Target) -> str:
    from tui.engine.credentials import erase

    if connection.endpoint.demo:
        raise Skip("the demo keeps no logins")
    if not erase(target.ref):
        raise Skip("nobody was logged in there")
    return "its credentials are forgotten"


def _host_problem(typed: str) -> str | None:
    from tui.engine.registries import host_problem

    return host_problem(typed) if typed else None


def _user_problem(typed: str) -> str | None:
    if not typed:
        return "A registry wants to know who asks."
    return "No name of a user holds a colon." if ":" in typed else None


def _password_problem(typed: str) -> str | None:
    return None if typed else "Type the password, or a token."
