"""Two hosts over ssh and a local Engine at once, by keys in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from tests.live.engine import PrivateEngine
from tests.live.making import container
from tests.live.pty_app import PtyApp
from tests.live.sshd import Sshd
from tui.engine import contexts
from tui.engine.context_draft import Draft

FIRST_ROW = 2
"""The line of the screen of contexts on which its rows begin."""


def client_of(engine: PrivateEngine) -> docker.APIClient:
    return docker.APIClient(base_url=engine.url, version="auto", timeout=30)


class Three:
    """Wharf in a terminal, two hosts and the Engine it was started on, each with a container of its own."""

    def __init__(self, near: PrivateEngine, hosts: dict[str, Sshd], terminal: PtyApp) -> None:
        self.hosts = hosts
        self.terminal = terminal
        engines = {"near": near, **{name: host.engine for name, host in hosts.items()}}
        self.apis = {name: client_of(engine) for name, engine in engines.items()}
        for name, api in self.apis.items():
            container(api, f"{name}-web", hostname=f"{name}-web")

    def close(self) -> None:
        for api in self.apis.values():
            api.close()

    def state(self, name: str) -> str:
        """What a host's Engine says of its container."""
        return str(self.apis[name].inspect_container(f"{name}-web")["State"]["Status"])

    def go_to_host(self, name: str) -> None:
        """Go to a context by the screen of contexts."""
        self.terminal.wait_for("1 Containers")
        self.terminal.send("@")
        self.terminal.wait_for("LATENCY")
        self.terminal.wait_for(f" ssh://{name} ")
        row = next(n for n, line in enumerate(self.terminal.text.split("\n")) if f" {name} " in line)
        self.terminal.send("g" + "j" * (row - FIRST_ROW))
        self.terminal.wait_for(f"▌ {name} ")
        self.terminal.send("\r")
        self.terminal.wait_for(f"● {name} +")
        self.terminal.wait_for(f"docker -c {name} stop {name}-web")

    def go_to_all(self) -> None:
        """Go on from Engine to Engine until all of them are shown."""
        self.terminal.send(">")
        self.terminal.wait_for("all hosts")
        self.terminal.wait_for("1 Containers 3")

    def filtered(self, name: str, line: str) -> None:
        """Put the cursor on a host's container, and see the docker line that stops it."""
        self.terminal.send(f"/{name}-web\r")
        self.terminal.wait_for(f"{line} stop {name}-web")

    def enter(self, name: str, line: str) -> None:
        """Go into a host's container, hear its name, and leave."""
        self.filtered(name, line)
        self.terminal.send("e")
        self.terminal.wait_for(f"{name}-web · {line} exec")
        self.terminal.send("echo i''s $(hostname)\r")
        self.terminal.wait_for(f"is {name}-web")
        self.terminal.send("exit\r")
        self.terminal.wait_for("1 Containers")


@pytest.fixture
def three(near: PrivateEngine, far: Sshd, farther: Sshd, ssh_folder: Path, home: Path) -> Iterator[Three]:
    hosts = {"far": far, "farther": farther}
    for name, host in hosts.items():
        host.config(ssh_folder, name)
        contexts.create(Draft(name, f"ssh://{name}"))
    with PtyApp(env={"DOCKER_HOST": near.url}, columns=130) as terminal:
        three = Three(near, hosts, terminal)
        yield three
        three.close()


def test_each_of_three_engines_is_entered_and_one_that_is_cut_off_troubles_no_other(three: Three) -> None:
    three.terminal.wait_for("docker stop near-web")
    three.enter("near", "docker")
    three.go_to_host("far")
    three.enter("far", "docker -c far")
    three.go_to_host("farther")
    three.enter("farther", "docker -c farther")
    three.go_to_all()

    three.hosts["far"].refuse()
    three.hosts["far"].drop()
    three.terminal.wait_for("✗ far ")
    for name, line in (("near", "docker"), ("farther", "docker -c farther")):
        three.filtered(name, line)
        three.terminal.send("s")
        three.terminal.until(lambda name=name: three.state(name) == "exited")
    assert three.state("far") == "running"

    three.hosts["far"].accept()
    three.terminal.wait_for("● far ")
    three.filtered("far", "docker -c far")
    three.terminal.send("s")
    three.terminal.until(lambda: three.state("far") == "exited")


def test_a_host_reached_slowly_is_listed_and_answers(three: Three) -> None:
    three.terminal.wait_for("docker stop near-web")
    three.hosts["far"].slow(100, loss=0.01, seed=1)
    three.go_to_host("far")
    three.enter("far", "docker -c far")


def test_a_password_that_ssh_asks_for_is_typed_in_a_dialog(
    near: PrivateEngine, far: Sshd, ssh_folder: Path, home: Path
) -> None:
    far.config(ssh_folder, "far", User="wharf", PubkeyAuthentication="no")
    contexts.create(Draft("far", "ssh://far"))
    with PtyApp(env={"DOCKER_HOST": near.url}, columns=130) as terminal:
        terminal.wait_for("  Engine ")  # connected
        terminal.send(":contexts\r")
        terminal.wait_for(" ssh://far ")
        row = next(n for n, line in enumerate(terminal.text.split("\n")) if " far " in line)
        terminal.send("g" + "j" * (row - FIRST_ROW))
        terminal.wait_for("▌ far ")
        terminal.send("\r")
        terminal.wait_for("password:")
        terminal.send(f"{far.password}\r")
        terminal.wait_for("● far +")
        assert far.password not in terminal.text
