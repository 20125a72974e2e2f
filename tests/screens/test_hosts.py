"""Several Engines connected at once: going from one to another, and all of them side by side."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from textual.app import App, ComposeResult

from tests.stage import Stage, staged
from tui.demo import DemoEngine
from tui.demo.world import FIXED_NOW
from tui.engine.endpoint import Endpoint
from tui.engine.engine import Engine
from tui.engine.link import Link, LinkState
from tui.engine.scope import Scope, by_engine
from tui.panes.pane import KindPane
from tui.screens.hosts import hosts_pieces
from tui.screens.no_engine import NoEngineScreen
from tui.screens.plan import PlanScreen
from tui.settings import Settings
from widgets.bar import Bar, Piece


async def apply(stage: Stage, name: str) -> None:
    """Apply the plan that is about an object as soon as it lets itself be applied."""
    await stage.until(
        lambda: isinstance(stage.app.screen, PlanScreen) and name in stage.text and stage.app.screen.ready
    )
    await stage.press("y")


class Pair:
    """A stage with a second Engine called "other"."""

    def __init__(self, stage: Stage, demo: DemoEngine, endpoint: Endpoint) -> None:
        self.stage = stage
        self.demo = demo
        self.endpoint = endpoint

    @property
    def other(self) -> Engine:
        engine = self.stage.app.fleet.known(self.endpoint)
        assert engine is not None
        return engine

    async def go_to_other(self) -> None:
        self.stage.app.go(self.endpoint)
        await self.stage.until(lambda: self.other.link.state is LinkState.UP and self.rows() > 0)
        await self.stage.until(lambda: "logs" in self.stage.bar("footer"))

    async def go_to_all(self) -> None:
        await self.go_to_other()
        self.stage.app.go_all()
        await self.stage.until(lambda: self.rows() == 2 * self.containers)
        await self.stage.until(lambda: "logs" in self.stage.bar("footer"))

    def rows(self) -> int:
        """How many rows are shown; none before the screen stands."""
        return len(self.stage.names) if self.stage.main.query(KindPane) else 0

    @property
    def containers(self) -> int:
        return len(self.stage.engine.store.containers)

    def label(self, name: str) -> str:
        """A label of the object in the detail, as its Engine tells it."""
        found = self.stage.detail._found if self.stage.detail is not None else None
        return found["Config"]["Labels"].get(name, "") if found else ""

    def row(self, engine: Engine, name: str) -> str:
        return next(
            key
            for key, model in self.stage.pane.models.items()
            if model.name == name and key.startswith(f"{engine.number}/")
        )

    def state(self, demo: DemoEngine, name: str) -> str:
        with demo.world.lock:
            found = demo.world.named(name)
            return found.status if found is not None else "gone"


@asynccontextmanager
async def pair(
    folder: Path,
    size: tuple[int, int] = (120, 34),
    *,
    read_only: bool = False,
    settings: Settings | None = None,
) -> AsyncIterator[Pair]:
    demo = DemoEngine(seed=1, clock=lambda: FIXED_NOW)
    endpoint = Endpoint(demo.start(), "other", "test", read_only=read_only)
    try:
        async with staged(folder, size, settings=settings) as stage:
            yield Pair(stage, demo, endpoint)
    finally:
        demo.stop()


async def test_each_engine_has_a_screen_of_its_own_and_keeps_its_place(tmp_path: Path) -> None:
    async with pair(tmp_path) as two:
        stage = two.stage
        await stage.go_to("shop-db-1")
        await two.go_to_other()
        assert "other" in stage.bar("header")
        await stage.press("2")
        await stage.press("less_than_sign")
        assert "demo" in stage.bar("header")
        assert stage.current == "shop-db-1"
        await stage.press("greater_than_sign")
        assert stage.app.engine is two.other
        assert stage.main.kind == "image"


async def test_a_verb_goes_to_the_engine_in_view_and_to_no_other(tmp_path: Path) -> None:
    async with pair(tmp_path) as two:
        await two.go_to_other()
        await two.stage.go_to("shop-db-1")
        await two.stage.press("s")
        await two.stage.until(lambda: two.state(two.demo, "shop-db-1") == "exited")
        assert two.state(two.stage.demo, "shop-db-1") == "running"


async def test_all_hosts_stand_side_by_side_with_their_names(tmp_path: Path) -> None:
    async with pair(tmp_path) as two:
        await two.go_to_all()
        assert "HOST" in two.stage.text
        assert "all hosts" in two.stage.bar("header")
        assert two.stage.names.count("shop-db-1") == 2
        await two.stage.press("slash", *"host=other", "enter")
        assert len(two.stage.names) == two.containers


async def test_the_name_of_a_host_in_its_column_has_the_color_that_was_set(tmp_path: Path) -> None:
    async with pair(tmp_path, settings=Settings(endpoints={"other": {"color": "magenta"}})) as two:
        await two.go_to_all()
        table = two.stage.table
        styles = {
            segment.text.strip(): segment.style
            for place in range(table.size.height)
            for segment in table.render_line(place)
        }
        assert styles["other"] == table.get_component_rich_style("table--host-magenta")
        assert styles["demo"] == table.get_component_rich_style("table--accent")


@pytest.mark.parametrize("here", [True, False])
async def test_among_all_hosts_a_verb_goes_to_the_host_of_its_row(tmp_path: Path, here: bool) -> None:
    async with pair(tmp_path) as two:
        await two.go_to_all()
        stage = two.stage
        engine = stage.engine if here else two.other
        stage.table.move_to(two.row(engine, "shop-db-1"))
        await stage.still()
        await stage.press("s")
        demos = (stage.demo, two.demo) if here else (two.demo, stage.demo)
        await stage.until(lambda: two.state(demos[0], "shop-db-1") == "exited")
        assert two.state(demos[1], "shop-db-1") == "running"
        await stage.until(
            lambda: any(f"stop on {engine.endpoint.name}: done" in toast for toast in stage.toasts)
        )


async def test_marks_on_two_hosts_are_done_on_each(tmp_path: Path) -> None:
    async with pair(tmp_path) as two:
        await two.go_to_all()
        stage = two.stage
        rows = [two.row(stage.engine, "shop-db-1"), two.row(two.other, "shop-cache-1")]
        stage.table.move_to(rows[0])
        await stage.still()
        stage.table.mark(rows)
        await stage.still()
        assert len(by_engine(stage.pane.chosen)) == 2
        await stage.press("s")
        # each host has a plan of its own: it is more than one object
        for demo, name in ((stage.demo, "shop-db-1"), (two.demo, "shop-cache-1")):
            await apply(stage, name)
            await stage.until(lambda demo=demo, name=name: two.state(demo, name) == "exited")
        assert two.state(two.demo, "shop-db-1") == "running"
        assert two.state(stage.demo, "shop-cache-1") == "running"


async def test_what_needs_no_row_asks_for_the_host(tmp_path: Path) -> None:
    async with pair(tmp_path) as two:
        await two.go_to_all()
        await two.stage.press("4", "c")
        await two.stage.until(lambda: two.stage.dialog == "ChooseScreen")
        assert "on which host?" in two.stage.text


async def test_the_detail_is_asked_of_the_host_of_the_row(tmp_path: Path) -> None:
    async with pair(tmp_path, (160, 48)) as two:
        with two.demo.world.lock:
            two.demo.world.named("shop-db-1").labels["only"] = "there"
        await two.go_to_all()
        stage = two.stage
        for engine, there in ((two.other, "there"), (stage.engine, "")):
            stage.table.move_to(two.row(engine, "shop-db-1"))
            await stage.until(lambda there=there: stage.detail_read and two.label("only") == there)


async def test_one_host_that_stops_answering_does_not_trouble_the_others(tmp_path: Path) -> None:
    async with pair(tmp_path) as two:
        await two.go_to_all()
        stage = two.stage
        two.demo.stop()
        await stage.until(lambda: two.other.link.state is LinkState.DOWN)
        await stage.until(lambda: "✗ other" in stage.text)
        assert stage.engine.link.state is LinkState.UP
        stage.table.move_to(two.row(stage.engine, "shop-db-1"))
        await stage.still()
        await stage.press("s")
        await stage.until(lambda: two.state(stage.demo, "shop-db-1") == "exited")


def header(
    states: Mapping[str, LinkState], settings: Settings | None = None
) -> tuple[list[Piece], list[Piece]]:
    """What the header says of Engines by their names."""
    engines = [
        SimpleNamespace(endpoint=Endpoint(f"ssh://{name}", name, "test"), link=Link(state, 0.0), running=())
        for name, state in states.items()
    ]
    return hosts_pieces(Scope(lambda: engines, many=True), settings or Settings())  # type: ignore[return-value,arg-type]


class HeaderApp(App[None]):
    """The header alone."""

    def __init__(self, left: Sequence[Piece], right: Sequence[Piece]) -> None:
        super().__init__()
        self._said = (left, right)

    def compose(self) -> ComposeResult:
        yield Bar()

    def on_mount(self) -> None:
        self.query_one(Bar).show(*self._said)


async def test_a_host_without_a_connection_is_named_however_little_room_there_is() -> None:
    states = dict.fromkeys((f"host-number-{place}" for place in range(9)), LinkState.UP)
    states["prod-eu"] = LinkState.UP
    app = HeaderApp(*header({**states, "far": LinkState.DOWN, "frozen": LinkState.STALE}))
    async with app.run_test(size=(80, 4)):
        line = app.query_one(Bar).render_line(0).text
    assert "all hosts 12" in line
    assert "✗ far" in line
    assert "◌ frozen" in line
    assert "NO CONNECTION" in line
    assert "host-number-8" not in line
    assert "prod-eu PROD" in line


def test_a_host_in_the_header_has_the_color_that_was_set_and_its_lamp_says_how_it_is() -> None:
    settings = Settings(endpoints={"far": {"color": "cyan"}})
    left, _ = header({"far": LinkState.DOWN, "near": LinkState.UP}, settings)
    tones = {piece.text.strip(): piece.tone for piece in left}
    assert (tones["far"], tones["✗"], tones["near"]) == ("host-cyan", "bad", "good")


async def test_rows_of_a_host_without_a_connection_say_so_at_once(tmp_path: Path) -> None:
    async with pair(tmp_path) as two:
        await two.go_to_all()
        table = two.stage.table

        def rows() -> str:
            return "\n".join(table.render_line(place).text for place in range(table.size.height))

        assert " other " in rows()
        two.demo.stop()
        await two.stage.until(lambda: two.other.link.state is LinkState.DOWN)
        await two.stage.until(lambda: "✗ other" in rows())


async def test_a_read_only_host_among_others_offers_reads_only(tmp_path: Path) -> None:
    async with pair(tmp_path, read_only=True) as two:
        await two.go_to_all()
        two.stage.table.move_to(two.row(two.other, "shop-db-1"))
        await two.stage.still()
        assert "stop" not in two.stage.bar("footer")
        assert "logs" in two.stage.bar("footer")
        two.stage.table.move_to(two.row(two.stage.engine, "shop-db-1"))
        await two.stage.still()
        assert "stop" in two.stage.bar("footer")


async def test_the_screen_of_all_hosts_follows_who_is_connected(tmp_path: Path) -> None:
    async with pair(tmp_path) as two:
        await two.go_to_all()
        two.stage.app.disconnect(two.other)
        await two.stage.until(lambda: len(two.stage.names) == two.containers)
        assert "other" not in two.stage.bar("header")


async def test_one_goes_back_from_a_host_that_was_never_reached(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.app.go(Endpoint(f"unix://{tmp_path}/nobody.sock", "lost", "chosen"))
        await stage.until(lambda: isinstance(stage.app.screen, NoEngineScreen))
        await stage.press("escape")
        await stage.until(lambda: stage.app.engine is stage.engine and stage.app.screen is stage.main)
        assert stage.app.engines == [stage.engine]


async def test_the_engine_in_view_can_be_left_but_not_the_last_one(tmp_path: Path) -> None:
    async with pair(tmp_path) as two:
        await two.go_to_other()
        two.stage.app.disconnect(two.other)
        await two.stage.until(lambda: two.stage.app.engine is two.stage.engine)
        two.stage.app.disconnect(two.stage.engine)
        await two.stage.until(lambda: any("only Engine" in toast for toast in two.stage.toasts))
        assert two.stage.app.engines == [two.stage.engine]


async def test_what_is_marked_for_one_host_holds_for_it_alone(tmp_path: Path) -> None:
    settings = Settings(endpoints={"other": {"prod": True}})
    async with staged(tmp_path, settings=settings) as stage:
        assert not stage.main.doing.desk(stage.engine).prod
        endpoint = Endpoint("unix:///nowhere.sock", "other", "test")
        assert stage.main.doing.desk(Engine(endpoint, tmp_path)).prod


async def test_once_the_cli_takes_another_context_docker_lines_name_theirs(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        engine = stage.engine
        engine.endpoint = replace(engine.endpoint, context="web", source="config.json")
        assert engine.endpoint.flags == ()
        stage.app.pin()
        assert engine.endpoint.flags == ("-c", "web")
        await stage.go_to("shop-db-1")
        assert "docker -c web stop shop-db-1" in stage.bar("line")


async def test_the_digits_of_the_panes_lead_out_of_the_registries(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        # as the demo it asks no registry that is real
        stage.app.go(Endpoint(stage.url, "shop", "test", demo=True))
        await stage.until(lambda: bool(stage.main.query(KindPane)) and "logs" in stage.bar("footer"))
        await stage.press("5")
        await stage.until(lambda: stage.dialog == "RegistriesScreen")
        await stage.press("2")
        await stage.until(lambda: stage.dialog == "MainScreen")
        assert stage.main.kind == "image"
