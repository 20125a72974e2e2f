"""Logging in and out as a person does: the questions, the docker line, and that no password shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.engine.http_engine import HttpEngine, Reply
from tests.verbs.desk import EagerDesk
from tui.engine import credentials
from tui.engine.connection import Connection
from tui.engine.credentials import Credentials
from tui.engine.endpoint import Endpoint
from tui.engine.store import Store
from tui.verbs.logging_in import log_in, log_out, login_line, login_task
from tui.verbs.verb import Blank

HOST = "127.0.0.1:1"
"""Nobody listens there."""
PASSWORD = "harbour-1"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    return tmp_path


@pytest.fixture
def engine(tmp_path: Path):
    running = HttpEngine(tmp_path)
    running.answers["POST /auth"] = Reply({"Status": "Login Succeeded"})
    yield running
    running.close()


def desk(engine: HttpEngine, **answers: object) -> EagerDesk:
    return EagerDesk(Connection(Endpoint(engine.url, "", "test")), Store(), answers=answers)


async def test_who_logs_in_is_tried_by_the_engine_and_kept(engine: HttpEngine) -> None:
    it = desk(engine, registry=HOST, user="pilot", password=PASSWORD)
    await log_in(it)
    assert it.failures == []
    assert json.loads(engine.last("POST /auth").body)["password"] == PASSWORD
    assert credentials.find(HOST) == Credentials("pilot", PASSWORD)


async def test_the_password_is_asked_for_in_secret_and_stands_nowhere(engine: HttpEngine) -> None:
    it = desk(engine, registry=HOST, user="pilot", password=PASSWORD)
    await log_in(it, HOST, "pilot")
    (sheet,) = it.sheets
    assert [question.id for question in sheet.questions if question.secret] == ["password"]
    assert [question.value for question in sheet.questions] == [HOST, "pilot", ""]
    (task,) = it.tasks
    assert task.line.text() == f"docker login -u pilot --password-stdin {HOST}"
    assert PASSWORD not in repr(task)


@pytest.mark.parametrize("registry", ["", "docker.io", "index.docker.io"])
def test_docker_hub_is_not_named_in_the_line(registry: str) -> None:
    line = login_line({"registry": registry, "user": "pilot"})
    assert line.text() == "docker login -u pilot --password-stdin"
    assert login_task(registry, "pilot", PASSWORD).targets[0].ref == "docker.io"


async def test_what_cannot_be_sent_is_said_beside_it(engine: HttpEngine) -> None:
    it = desk(engine, registry=HOST, user="pilot", password=PASSWORD)
    await log_in(it)
    checks = {question.id: question.check for question in it.sheets[0].questions}
    for name, good, bad in (("registry", "", "http://a"), ("user", "pilot", "a:b"), ("password", "x", "")):
        check = checks[name]
        assert check is not None
        assert check(good) is None
        assert check(bad)


async def test_a_password_is_not_kept_for_another_try(engine: HttpEngine) -> None:
    engine.answers["POST /auth"] = Reply({"message": "unauthorized: no"}, 401)
    it = desk(engine, registry=HOST, user="pilot", password=PASSWORD)
    await log_in(it)
    await it.start(it.tasks[0])
    assert [failure.message for failure in it.failures] == [
        "unauthorized: no",
        "the password is not kept for another try",
    ]
    assert engine.count("POST /auth") == 1
    assert credentials.find(HOST) is None


async def test_who_logs_out_is_forgotten(engine: HttpEngine) -> None:
    credentials.store(HOST, Credentials("pilot", PASSWORD))
    credentials.store("docker.io", Credentials("hand", PASSWORD))
    it = desk(engine)
    await log_out(it)
    (sheet,) = it.sheets
    assert sheet.questions[0].blank is Blank.CHOICE
    assert sheet.questions[0].options == (HOST, "docker.io")
    assert it.tasks[0].line.text() == f"docker logout {HOST}"
    assert credentials.find(HOST) is None
    await log_out(it, "docker.io")
    assert it.tasks[1].line.text() == "docker logout"
    assert credentials.logins() == {}
