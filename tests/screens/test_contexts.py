"""The screen of contexts: what it shows, where it leads, and what it changes in the docker CLI's files."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Input

from tests.engine.http_engine import HttpEngine, Reply
from tests.pem import CERT, KEY, OTHER_KEY
from tests.samples import a_container
from tests.screens.hosting import FakeClock, Host, until
from tests.screens.places import (
    ANSWERS,
    FakePlaces,
    PlacesApp,
    answering,
    busy_places,
    engine,
    harbour,
)
from tui.engine import contexts
from tui.engine.context_draft import Draft
from tui.engine.contexts import Context
from tui.engine.errors import Refused, Unreachable
from tui.engine.kinds import Kind
from tui.engine.link import LinkState
from tui.screens import contexts as screen_module
from tui.screens.contexts import ContextsScreen, PlaceTable
from tui.screens.contexts_form import ContextForm
from tui.screens.contexts_inspect import InspectContext
from tui.screens.contexts_places import Place, Told
from tui.screens.contexts_remove import RemoveContext
from tui.screens.help import HelpScreen
from tui.screens.key_bar import KeyBar
from tui.screens.rows import TextRows
from tui.settings import Settings
from widgets.bar import Bar
from widgets.form import Form

Env = dict[str, str]


@pytest.fixture
def env(tmp_path: Path) -> Env:
    return harbour(tmp_path)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whom the screen asked, the answers being those of the harbour."""
    names: list[str] = []
    answer = answering()

    def ask(place: Place) -> Told:
        names.append(place.name)
        return answer(place)

    monkeypatch.setattr(screen_module, "ask", ask)
    return names


class Shown:
    """The screen of contexts in an app."""

    def __init__(self, app: PlacesApp, pilot: Pilot[None], places: FakePlaces) -> None:
        self.app, self.pilot, self.places = app, pilot, places
        self.screen = app.contexts

    @property
    def table(self) -> PlaceTable:
        return self.screen.query_one(PlaceTable)

    @property
    def names(self) -> list[str]:
        return [row[2:].split("  ")[0] for row in self.lines[1:] if row.strip()]

    @property
    def lines(self) -> list[str]:
        strips = [self.table.render_line(y) for y in range(self.table.size.height)]
        return ["".join(segment.text for segment in strip) for strip in strips]

    def row(self, name: str) -> str:
        return next(line for line in self.lines if line.strip(" ▌").startswith(name))

    @property
    def about(self) -> str:
        return self.screen.query_one("#contexts--about", TextRows).text

    @property
    def toasts(self) -> str:
        return "\n".join(note.message for note in self.app._notifications)

    @property
    def painted(self) -> str:
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    async def at(self, name: str) -> None:
        place = next(place for place in self.screen._rows.values() if place.name == name)
        self.table.move_to(place.key)
        await self.pilot.pause()

    async def until(self, true: Callable[[], bool]) -> None:
        await until(self.pilot, true)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        self.app.post_message(Paste(text))
        await self.pilot.pause()

    async def dialog(self, kind: type[Any]) -> Any:
        await self.until(lambda: isinstance(self.app.screen, kind))
        await self.pilot.pause()
        return self.app.screen


@asynccontextmanager
async def shown(
    env: Env, places: FakePlaces | None = None, size: tuple[int, int] = (160, 40), **more: Any
) -> AsyncIterator[Shown]:
    places = places or busy_places()
    app = PlacesApp(places, env, **more)
    async with app.run_test(size=size) as pilot:
        found = Shown(app, pilot, places)
        await found.until(lambda: isinstance(app.screen, ContextsScreen) and bool(found.table.size.height))
        await found.until(lambda: all(worker.is_finished for worker in app.contexts.workers))
        yield found


# What is shown


async def test_every_context_is_a_row_with_state_version_latency_and_counts(
    env: Env, asked: list[str]
) -> None:
    async with shown(env) as it:
        assert it.names[:3] == ["all hosts", "default", "000000000000"]
        assert it.names[3:] == ["bastion", "build-01", "pier", "shop-prod", "staging", "tugboat"]
        assert it.lines[0].split() == [
            *("NAME", "STATE", "VERSION", "LATENCY", "CONTAINERS", "IMAGES", "ENDPOINT", "NOTES")
        ]
        row = it.row("default").split()
        assert row[2:] == ["●", "connected", "28.3.1", "0.4", "ms", "3/4", "4", "/var/run/docker.sock"]
        row = it.row("staging").split()
        assert row == [
            *("staging", "○", "answers", "20.10.24", "1.1", "ms", "4/11", "37"),
            *("/run/staging/docker.sock", "current"),
        ]
        assert "✗ no answer: Connection refused" in it.row("tugboat")
        assert "✗ unusable" in it.row("000000000000")
        assert "PROD · read-only · ssh" in it.row("shop-prod")
        assert "plain tcp" in it.row("build-01")
        assert "TLS not verified" in it.row("pier")
        assert "21/24" in it.row("all hosts")


async def test_the_cursor_begins_at_the_place_in_view(env: Env, asked: list[str]) -> None:
    places = busy_places()
    places.current = places.engines[1]
    async with shown(env, places) as it:
        assert it.screen.selected is not None
        assert it.screen.selected.name == "shop-prod"
        assert "docker context use shop-prod" in it.screen.query_one(KeyBar).text


async def test_ssh_is_not_started_until_it_is_asked_for(env: Env, asked: list[str]) -> None:
    async with shown(env, FakePlaces()) as it:
        assert sorted(asked) == ["build-01", "default", "pier", "staging", "tugboat"]
        assert "○ not connected" in it.row("bastion")
        await it.at("bastion")
        assert "enter connects" in it.about
        await it.press("r")
        await it.until(lambda: "28.5.1" in it.row("bastion"))
        assert sorted(asked)[:2] == ["bastion", "build-01"]
        # nothing asks by itself
        count = len(asked)
        for _ in range(20):
            await it.pilot.pause(0.01)
        assert len(asked) == count


async def test_places_show_that_they_are_asked_and_answer_one_by_one(
    env: Env, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = {name: threading.Event() for name in ANSWERS}

    def ask(place: Place) -> Told:
        assert free[place.name].wait(10)
        return answering()(place)

    monkeypatch.setattr(screen_module, "ask", ask)
    app = PlacesApp(busy_places(), env)
    async with app.run_test(size=(160, 40)) as pilot:
        it = Shown(app, pilot, busy_places())
        await it.until(lambda: bool(it.table.size.height) and "◌ asking …" in it.row("staging"))
        free["staging"].set()
        await it.until(lambda: "○ answers" in it.row("staging"))
        assert "◌ asking …" in it.row("tugboat")
        # leaving does not wait for those that hang
        await it.press("escape")
        assert app.screen is not it.screen
        for event in free.values():
            event.set()


async def test_what_is_wrong_with_a_place_stands_below_in_full(env: Env, asked: list[str]) -> None:
    async with shown(env, size=(80, 24)) as it:
        await it.at("build-01")
        assert it.about.startswith("tcp://10.20.0.11:2375 · plain tcp")
        assert "can read and change all that is said" in it.about
        assert "10.20.0.11 did not answer in time." in it.about
        await it.at("shop-prod")
        assert "PROD · read-only · ssh · what the customers" in it.about
        await it.at("000000000000")
        assert "it is no JSON" in it.about.replace("\n", " ")


async def test_states_of_connected_engines_are_told_by_glyph_and_word(env: Env, asked: list[str]) -> None:
    lost = engine(
        "tugboat", "unix:///run/user/1000/docker.sock", state=LinkState.DOWN, error=Unreachable("gone")
    )
    slow = engine("staging", "unix:///run/staging/docker.sock", state=LinkState.STALE)
    coming = engine("bastion", "ssh://ann@bastion.example.net:2222", state=LinkState.CONNECTING)
    async with shown(env, FakePlaces(lost, slow, coming)) as it:
        assert "✗ no connection: gone" in it.row("tugboat")
        assert "◌ stale: no answer" in it.row("staging")
        assert "◌ connecting …" in it.row("bastion")
        assert not {"tugboat", "staging", "bastion"} & set(asked)
        # the app says when something is different
        lost.link = lost.link._replace(state=LinkState.UP, error=None)
        it.screen.reload()
        assert "● connected" in it.row("tugboat")


async def test_of_a_failure_behind_ssh_the_last_words_are_the_gist(
    env: Env, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "ssh: connect to host bastion.example.net port 2222: Connection refused"
    monkeypatch.setattr(screen_module, "ask", answering({**ANSWERS, "bastion": Unreachable(said)}))
    async with shown(env) as it:
        await it.press("r")
        await it.until(lambda: "✗ no answer: Connection refused" in it.row("bastion"))


CHANGED = (
    "WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! Offending key in /k:1 remove with: "
    "ssh-keygen -R bastion Host key for bastion has changed and you have requested strict checking. "
    "Host key verification failed."
)


@pytest.mark.parametrize(
    ("name", "said", "gist", "asks"),
    [
        ("bastion", "ann@bastion: Permission denied (publickey).", "Permission denied (publickey).", True),
        ("bastion", "Host key verification failed.", "Host key verification failed.", True),
        ("bastion", CHANGED, "Host key verification failed.", False),
        (
            "pier",
            "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: expired",
            "certificate ver",
            False,
        ),
    ],
)
async def test_where_one_is_not_let_in_the_row_says_so_and_whether_a_person_would_be_asked(
    env: Env, monkeypatch: pytest.MonkeyPatch, name: str, said: str, gist: str, asks: bool
) -> None:
    error = Refused(said) if name == "bastion" else Unreachable(said)
    monkeypatch.setattr(screen_module, "ask", answering({**ANSWERS, name: error}))
    async with shown(env) as it:
        await it.press("r")
        await it.until(lambda: f"✗ refused: {gist}" in it.row(name))
        await it.at(name)
        assert ("lets it ask you" in it.about) == asks


async def test_counts_of_connected_engines_follow_what_happens_there(env: Env, asked: list[str]) -> None:
    there = engine("staging", "unix:///run/staging/docker.sock", running=3, stopped=1)
    async with shown(env, FakePlaces(there)) as it:
        assert " 3/4 " in it.row("staging")
        there.store.replace(Kind.CONTAINER, [a_container("c0", "running"), a_container("c1", "exited")])
        await it.until(lambda: " 1/2 " in it.row("staging"))
        assert " 1/2 " in it.row("all hosts")


async def test_only_engines_that_answer_are_counted_as_connected(env: Env, asked: list[str]) -> None:
    lost = engine("tugboat", "unix:///run/user/1000/docker.sock", state=LinkState.DOWN)
    there = engine("staging", "unix:///run/staging/docker.sock")
    async with shown(env, FakePlaces(there, lost)) as it:
        assert "◌ 1 of 2 connected" in it.row("all hosts")
        assert "· 1 connected" in it.screen.query_one(Bar).text


async def test_an_engine_by_address_is_a_row_of_its_own(env: Env, monkeypatch: pytest.MonkeyPatch) -> None:
    by_hand = engine("", "tcp://10.9.9.9:2375")
    moved = engine("pier", "tcp://pier.example.net:1111")
    answers = {**ANSWERS, "tcp://10.9.9.9:2375": Told(latency=0.01)}
    monkeypatch.setattr(screen_module, "ask", answering(answers))
    async with shown(env, FakePlaces(by_hand, moved)) as it:
        assert "● connected" in it.row("tcp://10.9.9.9:2375")
        assert it.names.count("pier") == 2
        await it.at("tcp://10.9.9.9:2375")
        assert "Connected before" not in it.about
        assert "docker -H tcp://10.9.9.9:2375 version" in it.screen.query_one(KeyBar).text
        it.table.move_to(it.table.keys[-1])
        await it.pilot.pause()
        assert "Connected before the context was changed" in it.about
        await it.press("e", "d", "u", "i")
        assert it.app.screen is it.screen
        await it.press("x")
        assert it.places.went == ["without pier"]
        assert it.names.count("pier") == 1


async def test_a_colour_that_is_set_paints_the_name(env: Env, asked: list[str]) -> None:
    async with shown(env) as it:
        place = next(place for place in it.screen._rows.values() if place.name == "staging")
        at = list(it.table.keys).index(place.key) + 1
        name = next(part for part in it.table.render_line(at) if "staging" in part.text)
        assert name.style == it.table.get_component_rich_style("table--host-magenta")


async def test_read_only_for_all_is_said_of_all(env: Env, asked: list[str]) -> None:
    async with shown(env, FakePlaces(read_only=True)) as it:
        assert "read-only" in it.row("tugboat")
        await it.at("tugboat")
        await it.press("enter")
        assert it.places.went[0].read_only


@pytest.mark.parametrize("size", [(80, 24), (160, 48), (40, 12)])
async def test_hostile_files_do_no_harm(
    env: Env, asked: list[str], monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    nasty = "[/x] [@click=app.exit]y[/] \x1b]52;c;AA\x07\u202e\n"
    contexts.create(Draft("nasty", "ssh://nasty", nasty + "z" * 5000), env)
    for number, name in enumerate((nasty, "n" * 300, nasty)):
        folder = Path(env["DOCKER_CONFIG"]) / "contexts" / "meta" / f"{number}"
        folder.mkdir()
        meta = {"Name": name, "Endpoints": {"docker": {"Host": f"tcp://{nasty}"}}}
        (folder / "meta.json").write_text(contexts._json(meta).decode())
    monkeypatch.setattr(screen_module, "ask", answering(dict.fromkeys(ANSWERS, Unreachable(nasty))))
    async with shown(env, FakePlaces(engine("", f"tcp://{nasty}", state=LinkState.DOWN)), size) as it:
        painted = ""
        for key in it.table.keys:
            it.table.move_to(key)
            await it.pilot.pause()
            painted += it.painted + it.about
            assert it.screen.query_one(KeyBar).region.bottom == size[1]
        assert "[/x]" in painted
        assert not {"\x1b", "\x07", "\u202e"} & set(painted)
        await it.at("nasty")
        for key, kind in (("i", InspectContext), ("e", ContextForm), ("d", RemoveContext)):
            await it.press(key)
            await it.dialog(kind)
            assert not {"\x1b", "\x07", "\u202e"} & set(it.painted)
            await it.press("escape")


async def test_everything_fits_a_narrow_screen(env: Env, asked: list[str]) -> None:
    async with shown(env, size=(80, 24)) as it:
        assert it.lines[0].split() == ["NAME", "STATE", "VERSION", "LATENCY", "CONTAINERS", "NOTES"]
        assert "○ not connected" in it.row("bastion")
        assert "3/4" in it.row("default")


# Where it leads


async def test_enter_goes_to_the_place_and_connects_if_need_be(env: Env, asked: list[str]) -> None:
    async with shown(env) as it:
        await it.at("shop-prod")
        await it.press("enter")
        assert it.places.went == [it.places.engines[1].endpoint]
        assert it.app.screen is not it.screen
    async with shown(env) as it:
        await it.at("pier")
        await it.press("enter")
        [endpoint] = it.places.went
        assert (endpoint.context, endpoint.url, endpoint.flags) == (
            *("pier", "tcp://pier.example.net:2376"),
            ("-c", "pier"),
        )
        assert endpoint.tls is not None


async def test_a_place_that_cannot_be_used_says_why_and_one_stays(env: Env, asked: list[str]) -> None:
    async with shown(env) as it:
        await it.at("000000000000")
        await it.press("enter")
        assert "it is no JSON" in it.toasts
        assert it.app.screen is it.screen
        assert it.places.went == []


@pytest.mark.parametrize("key", ["a", "enter"])
async def test_all_hosts_are_reached_by_key_and_by_row(env: Env, asked: list[str], key: str) -> None:
    async with shown(env) as it:
        it.table.move_to("all")
        await it.press(key)
        assert it.places.went == ["all"]
        assert it.app.screen is not it.screen


async def test_without_a_connected_engine_there_are_no_hosts_to_show(env: Env, asked: list[str]) -> None:
    async with shown(env, FakePlaces()) as it:
        assert "all hosts" not in it.names
        await it.press("a")
        assert it.places.went == []


async def test_disconnecting_leaves_the_context_in_its_row(env: Env, asked: list[str]) -> None:
    async with shown(env) as it:
        await it.at("shop-prod")
        await it.press("x")
        assert it.places.went == ["without shop-prod"]
        assert "○ not connected" in it.row("shop-prod")
        await it.press("x")
        assert it.places.went == ["without shop-prod"]


# What it changes


async def test_using_a_context_writes_it_and_says_so(env: Env, asked: list[str]) -> None:
    async with shown(env) as it:
        await it.at("tugboat")
        await it.press("u")
        assert contexts.current_name(env) == "tugboat"
        assert "The docker CLI's context is now tugboat" in it.toasts
        assert "current" in it.row("tugboat")
        assert "current" not in it.row("staging")


async def test_where_the_environment_goes_first_it_is_said(env: Env, asked: list[str]) -> None:
    env["DOCKER_CONTEXT"] = "pier"
    async with shown(env) as it:
        assert "DOCKER_CONTEXT is set" in it.painted
        assert "current" in it.row("pier")
        await it.at("tugboat")
        await it.press("u")
        assert "DOCKER_CONTEXT is set and goes before it" in it.toasts
        assert contexts.kept_name(env) == "tugboat"


async def test_a_context_is_created_and_asked(
    env: Env, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with shown(env) as it:
        await it.press("c")
        form = await it.dialog(ContextForm)
        await it.type("barge")
        await it.press("down")
        await it.type("unix:///run/barge.sock")
        line = form.query_one("#context--line", TextRows)
        await it.until(lambda: line.text.endswith("--docker host=unix:///run/barge.sock barge"))
        monkeypatch.setattr(screen_module, "ask", answering({"barge": Told(latency=0.002)}))
        await it.press("ctrl+s")
        await it.until(lambda: it.app.screen is it.screen)
        await it.until(lambda: "2.0 ms" in it.row("barge"))
        assert it.screen.selected is not None
        assert it.screen.selected.name == "barge"
        assert contexts.read("barge", env).url == "unix:///run/barge.sock"


async def test_nothing_is_written_while_something_is_wrong_and_nothing_typed_is_lost(
    env: Env, asked: list[str], tmp_path: Path
) -> None:
    for name, content in (("cert", CERT), ("key", KEY), ("other", OTHER_KEY)):
        (tmp_path / name).write_text(content)
    async with shown(env, size=(80, 24)) as it:
        await it.press("c")
        dialog = await it.dialog(ContextForm)
        form = dialog.query_one(Form)
        await it.type("pier")
        await it.press("ctrl+s")
        assert form.errors()["name"] == "There is a context pier already."
        assert "address" in form.errors()["host"]
        form.set_values({"name": "barge", "host": "tcp://barge", "ca": str(tmp_path / "none")})
        await it.pilot.pause()
        await it.press("ctrl+s")
        assert form.errors() == {"ca": "There is no such file."}
        form.set_values({"ca": "", "cert": "~/cert", "key": "~/other"})
        await it.pilot.pause()
        await it.press("ctrl+s")
        await it.until(lambda: form.errors() == {"key": "The key does not belong to the certificate."})
        assert "✗ The key does not belong to the certificate." in it.painted
        assert "barge" not in [context.name for context in contexts.contexts(env)]
        assert form.values()["host"] == "tcp://barge"
        form.set_values({"key": ""})
        await it.pilot.pause()
        await it.press("ctrl+s")
        await it.until(lambda: form.errors() == {"key": "The certificate needs its key."})
        # it may be put right in another field
        form.set_values({"cert": ""})
        await it.until(lambda: form.is_valid)
        form.set_values({"cert": "~/cert", "key": "~/key"})
        await it.pilot.pause()
        await it.press("ctrl+s")
        await it.until(lambda: it.app.screen is it.screen)
        assert contexts.read("barge", env).tls
        assert contexts.read("barge", env).url == "tcp://barge:2376"


async def test_a_folder_that_cannot_be_written_is_told_in_the_form(
    env: Env, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes, mode: int) -> None:
        raise OSError(28, "No space left on device", str(path))

    async with shown(env) as it:
        await it.press("c")
        await it.dialog(ContextForm)
        await it.type("barge")
        await it.press("down")
        await it.type("ssh://barge")
        monkeypatch.setattr(contexts, "replace_file", full)
        await it.press("ctrl+s")
        await it.until(lambda: "was not created: No space left on device" in it.painted)
        assert isinstance(it.app.screen, ContextForm)
        assert it.app.screen.query(Input).first().value == "barge"


async def test_plain_tcp_and_giving_up_verifying_are_said_while_typing(env: Env, asked: list[str]) -> None:
    async with shown(env) as it:
        await it.press("c")
        dialog = await it.dialog(ContextForm)
        dialog.query_one(Form).set_values({"host": "tcp://barge"})
        await it.until(lambda: "Plain tcp:" in it.painted)
        dialog.query_one(Form).set_values({"skip_verify": True})
        await it.until(lambda: "TLS without verifying" in it.painted and "Plain tcp:" not in it.painted)


async def test_a_context_is_changed_and_its_old_answer_forgotten(env: Env, asked: list[str]) -> None:
    async with shown(env) as it:
        await it.at("staging")
        await it.press("e")
        dialog = await it.dialog(ContextForm)
        form = dialog.query_one(Form)
        assert form.values()["host"] == "unix:///run/staging/docker.sock"
        form.set_values({"host": "ssh://ann@staging", "description": "moved"})
        line = dialog.query_one("#context--line", TextRows)
        wanted = "docker context update --description moved --docker host=ssh://ann@staging staging"
        await it.until(lambda: line.text == wanted)
        await it.press("ctrl+s")
        await it.until(lambda: it.app.screen is it.screen)
        await it.until(lambda: "○ not connected" in it.row("staging"))
        assert contexts.read("staging", env).url == "ssh://ann@staging"


async def test_leaving_the_form_asks_once_something_was_typed(env: Env, asked: list[str]) -> None:
    async with shown(env) as it:
        await it.press("c")
        await it.dialog(ContextForm)
        await it.type("x")
        await it.press("escape")
        assert isinstance(it.app.screen, ContextForm)
        await it.press("escape")
        assert it.app.screen is it.screen


async def test_removing_says_which_files_and_touches_only_those(env: Env, asked: list[str]) -> None:
    async with shown(env) as it:
        await it.at("tugboat")
        await it.press("d")
        dialog = await it.dialog(RemoveContext)
        said = dialog.query_one("#main", TextRows).text.replace("\n", "").replace(" ", "")
        assert str(contexts.meta_file("tugboat", env)) in said
        assert "unix:///run/user/1000/docker.sock" in said
        assert "docker context rm tugboat" in it.painted
        # the focus stands on the way out
        await it.press("enter")
        assert contexts.read("tugboat", env)
        await it.press("d")
        dialog = await it.dialog(RemoveContext)
        await it.until(lambda: dialog.ready)
        await it.press("y")
        await it.until(lambda: "tugboat" not in it.names)
        assert not contexts.meta_file("tugboat", env).parent.exists()
        assert len(it.names) == 8


async def test_a_paste_does_not_remove_a_context() -> None:
    clock = FakeClock()
    place = Place("web", Context("web", "ssh://web"), None)
    screen = RemoveContext(place, [Path("/x/meta.json")], clock=clock)
    app = Host(lambda: screen)
    async with app.run_test() as pilot:
        await until(pilot, lambda: screen._seen)
        await pilot.press("y", "ctrl+y")
        clock.now += 0.29
        await pilot.press("y")
        clock.now += 0.29
        await pilot.press("y")
        assert app.ended == []
        clock.now += 0.31
        await pilot.press("y")
        assert app.ended == [True]


async def test_a_connected_context_is_disconnected_after_saying_so(env: Env, asked: list[str]) -> None:
    async with shown(env) as it:
        await it.at("shop-prod")
        await it.press("d")
        dialog = await it.dialog(RemoveContext)
        assert "disconnects first" in dialog.query_one("#main", TextRows).text
        assert it.places.went == []
        await it.until(lambda: dialog.ready)
        await it.press("y")
        await it.until(lambda: "shop-prod" not in it.names)
        assert it.places.went == ["without shop-prod"]


async def test_a_connection_that_stays_keeps_its_context(env: Env, asked: list[str]) -> None:
    async with shown(env) as it:
        it.places.keeps = True
        await it.at("shop-prod")
        await it.press("d")
        dialog = await it.dialog(RemoveContext)
        await it.until(lambda: dialog.ready)
        await it.press("y")
        await it.until(lambda: it.app.screen is it.screen)
        assert contexts.read("shop-prod", env)


async def test_leaving_the_engine_in_view_may_close_the_screen(env: Env, asked: list[str]) -> None:
    async with shown(env) as it:
        gone = it.places.disconnect

        def disconnect(engine: Any) -> None:
            gone(engine)
            it.app.pop_screen()

        it.places.disconnect = disconnect  # type: ignore[method-assign]
        await it.press("x")
        assert it.places.went == ["without default"]
        assert it.app.screen is not it.screen


@pytest.mark.parametrize(("name", "why"), [("staging", "is in use"), ("default", "cannot be removed")])
async def test_what_the_cli_would_not_remove_is_refused(
    env: Env, asked: list[str], name: str, why: str
) -> None:
    async with shown(env) as it:
        await it.at(name)
        await it.press("d")
        await it.until(lambda: why in it.toasts)
        assert it.app.screen is it.screen


async def test_inspect_shows_the_json_and_copies_it(env: Env, asked: list[str]) -> None:
    async with shown(env) as it:
        await it.at("pier")
        await it.press("i")
        await it.dialog(InspectContext)
        assert '"Host": "tcp://pier.example.net:2376"' in it.painted
        assert "docker context inspect pier" in it.painted
        await it.press("y")
        assert '"SkipTLSVerify": true' in it.app.clipboard
        await it.press("escape")
        await it.at("default")
        await it.press("i")
        await it.dialog(InspectContext)
        assert "IN MEMORY" in it.painted


async def test_help_names_every_key_of_the_screen(env: Env, asked: list[str]) -> None:
    async with shown(env) as it:
        await it.press("question_mark")
        await it.dialog(HelpScreen)
        for words in ("Create a context", "those behind ssh too", "To the next row"):
            assert words in it.painted
        assert "Mark" not in it.painted


# Against something that answers


@pytest.fixture
def http_engine(tmp_path: Path) -> Iterator[HttpEngine]:
    found = HttpEngine(tmp_path)
    found.answers["GET /info"] = Reply({"Containers": 9, "ContainersRunning": 5, "Images": 7})
    yield found
    found.close()


async def test_an_engine_that_hangs_does_not_hold_up_another(tmp_path: Path, http_engine: HttpEngine) -> None:
    other = tmp_path / "other"
    other.mkdir()
    hanging = HttpEngine(other)
    hanging.awake.clear()
    env = {"HOME": str(tmp_path), "DOCKER_CONFIG": str(tmp_path / "docker"), "DOCKER_HOST": "unix:///none"}
    contexts.create(Draft("good", http_engine.url), env)
    contexts.create(Draft("hanging", hanging.url), env)
    places = FakePlaces()
    app = PlacesApp(places, env, Settings())
    try:
        async with app.run_test(size=(160, 40)) as pilot:
            it = Shown(app, pilot, places)
            await it.until(lambda: bool(it.table.size.height) and "5/9" in it.row("good"))
            assert "◌ asking …" in it.row("hanging")
            assert "✗ no answer: No such file" in it.row("default")
            await it.until(lambda: "✗ no answer: read timed out" in it.row("hanging"))
    finally:
        hanging.close()
