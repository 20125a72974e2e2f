"""Contexts, connected Engines and answers for the screen of contexts, none of them real."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

from textual.app import App

from tests.samples import a_container, an_image
from tui.engine import contexts
from tui.engine.connection import Server
from tui.engine.context_draft import Draft
from tui.engine.endpoint import Endpoint
from tui.engine.errors import EngineError, Unreachable
from tui.engine.kinds import Kind
from tui.engine.link import Link, LinkState
from tui.engine.look import Seen
from tui.engine.store import Store
from tui.screens.contexts import ContextsScreen
from tui.screens.contexts_places import Place, Told
from tui.settings import Settings
from tui.theme import WHARF

SETTINGS = Settings(
    endpoints=MappingProxyType({"shop-*": {"read_only": True}, "staging": {"color": "magenta"}})
)


class FakePlaces:
    """The app as the screen sees it: says what is connected, notes where it was asked to go."""

    def __init__(self, *engines: Any, read_only: bool = False) -> None:
        self.engines: Sequence[Any] = engines
        self.current: Any = engines[0] if engines else None
        self.read_only = read_only
        self.went: list[Any] = []
        self.keeps = False
        """Whether nothing is disconnected, as by the app when it is the last one."""

    def go(self, endpoint: Endpoint) -> None:
        """Note the endpoint."""
        self.went.append(endpoint)

    def go_all(self) -> None:
        """Note it."""
        self.went.append("all")

    def pin(self) -> None:
        """Note it."""
        self.went.append("pinned")

    def disconnect(self, engine: Any) -> None:
        """Forget the Engine."""
        if self.keeps:
            return
        self.engines = [one for one in self.engines if one is not engine]
        self.went.append(f"without {engine.endpoint.name}")


def engine(
    name: str,
    url: str,
    *,
    state: LinkState = LinkState.UP,
    running: int = 3,
    stopped: int = 1,
    error: EngineError | None = None,
    read_only: bool = False,
) -> Any:
    """An Engine that is connected, or was."""
    store = Store()
    states = ["running"] * running + ["exited"] * stopped
    store.replace(Kind.CONTAINER, [a_container(f"c{n}", state) for n, state in enumerate(states)])
    store.replace(Kind.IMAGE, [an_image(f"shop/part:{n}", f"sha256:{n // 2}") for n in range(8)])
    link = Link(state, 0.0, error, server=Server("28.3.1", "1.51"), ever_up=True)
    return SimpleNamespace(
        endpoint=Endpoint(url, name, "chosen" if name else "--host", read_only=read_only),
        store=store,
        link=link,
        connection=SimpleNamespace(),
    )


def harbour(folder: Path) -> dict[str, str]:
    """The docker CLI's files with a context of each sort; the environment that leads to them."""
    env = {"HOME": str(folder), "DOCKER_CONFIG": str(folder / ".docker")}
    for draft in (
        Draft("bastion", "ssh://ann@bastion.example.net:2222", "jump host of the north quay"),
        Draft("build-01", "tcp://10.20.0.11:2375"),
        Draft("pier", "tcp://pier.example.net:2376", skip_verify=True),
        Draft("shop-prod", "ssh://deploy@shop.example.net", "what the customers see"),
        Draft("staging", "unix:///run/staging/docker.sock"),
        Draft("tugboat", "unix:///run/user/1000/docker.sock", "rootless"),
    ):
        contexts.create(draft, env)
    contexts.use("staging", env)
    broken = folder / ".docker" / "contexts" / "meta" / ("0" * 64)
    broken.mkdir()
    (broken / "meta.json").write_text("{")
    return env


ANSWERS: dict[str, Told | EngineError] = {
    "default": Told(latency=0.0004),
    "shop-prod": Told(latency=0.184),
    "staging": Told(seen=Seen("20.10.24", "1.41", 0.0011, 4, 11, 37), latency=0.0011),
    "tugboat": Unreachable("Connection refused"),
    "build-01": EngineError("read timed out: the Engine did not answer in time"),
    "pier": Told(seen=Seen("29.0.1", "1.52", 0.0312, 120, 1204, 311), latency=0.0312),
    "bastion": Told(seen=Seen("28.5.1", "1.51", 0.0921, 2, 2, 9), latency=0.0921),
}


def answering(answers: dict[str, Told | EngineError] = ANSWERS) -> Callable[[Place], Told]:
    """What stands for asking the Engines."""

    def ask(place: Place) -> Told:
        answer = answers[place.name]
        if isinstance(answer, EngineError):
            raise answer
        return answer

    return ask


class PlacesApp(App[None]):
    """An app that shows the screen of contexts in Wharf's colours."""

    def __init__(self, places: FakePlaces, env: dict[str, str], settings: Settings = SETTINGS) -> None:
        super().__init__()
        self.register_theme(WHARF)
        self.theme = WHARF.name
        self.animation_level = "none"
        self.contexts = ContextsScreen(places, settings, env=env)

    async def on_mount(self) -> None:
        """Show it."""
        await self.push_screen(self.contexts)


def busy_places() -> FakePlaces:
    """Two Engines are connected: the local one, in view, and that of shop-prod."""
    return FakePlaces(
        engine("default", "unix:///var/run/docker.sock"),
        engine("shop-prod", "ssh://deploy@shop.example.net", running=18, stopped=2, read_only=True),
    )
