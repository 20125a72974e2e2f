"""The registries' screen: what its three levels show, ask and change."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.screens.harbours import (
    HUB,
    LAN,
    FakeDesk,
    FakeRegistry,
    HarbourApp,
    at_home,
    detail,
    digest,
    harbours,
    images,
)
from tests.screens.hosting import until
from tui.engine.errors import EngineError
from tui.engine.registries import added
from tui.engine.registry_errors import RegistryError
from tui.engine.registry_models import Right
from tui.screens import registries as top_level
from tui.screens.choose import ChooseScreen
from tui.screens.error import ErrorScreen
from tui.screens.help import HelpScreen
from tui.screens.registries import RegistriesScreen
from tui.screens.registries_form import RegistryForm
from tui.screens.registries_level import Level
from tui.screens.registries_looking import AT_ONCE
from tui.screens.registries_repositories import RepositoriesScreen
from tui.screens.registries_tags import TagsScreen
from tui.screens.registries_untagged import UntaggedScreen
from tui.screens.rows import TextRows
from tui.screens.sure import Sure
from widgets.bar import Bar
from widgets.facts import Facts
from widgets.form import Form
from widgets.unmarked_table import UnmarkedTable

HOSTILE = "\x1b]52;c;aGk=\x07[@click=app.quit]x[/x]\u202e"


class Eyes:
    """What is on the screen, and hands on the keys."""

    def __init__(
        self, app: HarbourApp, pilot: Pilot[None], desk: FakeDesk, found: Mapping[str, FakeRegistry]
    ) -> None:
        self.app, self.pilot, self.desk, self.found = app, pilot, desk, found

    @property
    def screen(self) -> Any:
        return self.app.screen

    @property
    def level(self) -> Level:
        return next(one for one in reversed(self.app.screen_stack) if isinstance(one, Level))

    @property
    def table(self) -> UnmarkedTable:
        return self.level.query_one(UnmarkedTable)

    @property
    def lines(self) -> list[str]:
        strips = [self.table.render_line(y) for y in range(self.table.size.height)]
        return ["".join(segment.text for segment in strip) for strip in strips]

    def row(self, name: str) -> str:
        return next(line for line in self.lines if line.strip(" ▌").startswith(name))

    @property
    def painted(self) -> str:
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    @property
    def head(self) -> str:
        return self.level.query(Bar).first().text

    @property
    def toasts(self) -> str:
        return "\n".join(note.message for note in self.app._notifications)

    async def until(self, true: Callable[[], bool]) -> None:
        await until(self.pilot, true)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def on(self, kind: type[Any]) -> Any:
        await self.until(lambda: isinstance(self.app.screen, kind))
        await self.pilot.pause()
        return self.app.screen

    async def at(self, key: str) -> None:
        await self.until(lambda: self.table.move_to(key))
        await self.pilot.pause()

    async def into(self, host: str, repository: str = "") -> None:
        """Go down to the repositories of a host, or to the tags of one of them."""
        await self.at(host)
        await self.press("enter")
        await self.on(RepositoriesScreen)
        if repository:
            await self.at(repository)
            await self.press("enter")
            await self.on(TagsScreen)

    async def sure(self) -> Sure:
        """The question that asks for the person's word, once it would take it."""
        dialog: Sure = await self.on(Sure)
        await self.until(lambda: dialog.ready)
        return dialog


@asynccontextmanager
async def shown(
    folder: Path,
    found: Mapping[str, FakeRegistry] | None = None,
    desk: FakeDesk | None = None,
    size: tuple[int, int] = (160, 48),
    **more: Any,
) -> AsyncIterator[Eyes]:
    found, desk = found or harbours(), desk or FakeDesk(*images())
    app = HarbourApp(at_home(folder), found, desk, **more)
    async with app.run_test(size=size) as pilot:
        eyes = Eyes(app, pilot, desk, found)
        await eyes.on(RegistriesScreen)
        try:
            yield eyes
        finally:
            for one in found.values():
                one.gate.set()


async def _settled(eyes: Eyes) -> None:
    await eyes.until(lambda: all(worker.is_finished for worker in eyes.app.registries.workers))


# The registries


async def test_every_registry_says_how_it_is_and_where_it_is_known_from(tmp_path: Path) -> None:
    async with shown(tmp_path) as eyes:
        await _settled(eyes)
        assert "● reachable" in eyes.row(LAN)
        assert "● ann" in eyes.row(LAN)
        assert "added here" in eyes.row(LAN)
        assert "◐ wants a login" in eyes.row("closed")
        assert "○ nobody" in eyes.row("closed")
        assert "✗ not trusted: self-signed" in eyes.row("dead")
        assert "plain HTTP" in eyes.row("10.0.0.7")
        assert "the Engine" in eyes.row("mirror")
        assert "6 registries · 1 logged in" in eyes.head


async def test_what_is_wrong_and_the_next_step_stand_below(tmp_path: Path) -> None:
    async with shown(tmp_path) as eyes:
        await _settled(eyes)
        about = eyes.screen.query_one("#registries--about", TextRows)
        for host, words in {
            "dead.example.net": "Name the file of the authority",
            "closed.example.net": "l logs in.",
            "10.0.0.7:5000": "Plain HTTP: whoever is on the way",
            HUB: "does not list its repositories",
        }.items():
            await eyes.at(host)
            assert words in about.text
        assert "docker login" in eyes.painted


async def test_a_registry_that_says_nothing_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(top_level, "LIMIT_SECONDS", 0.05)
    found = harbours()
    found[LAN].gate.clear()
    async with shown(tmp_path, found) as eyes:
        await eyes.until(lambda: "✗ did not answer within" in eyes.row(LAN))
        assert "● reachable" in eyes.row("mirror")


async def test_nothing_is_asked_again_until_r_is_pressed(tmp_path: Path) -> None:
    async with shown(tmp_path) as eyes:
        await _settled(eyes)
        assert eyes.found[LAN].asked.count("check") == 1
        await eyes.press("r")
        await _settled(eyes)
        assert eyes.found[LAN].asked.count("check") == 2


async def test_adding_a_registry_checks_beside_the_fields_and_asks_it(tmp_path: Path) -> None:
    found = {**harbours(), "new.example.net:5000": FakeRegistry("new.example.net:5000")}
    async with shown(tmp_path, found) as eyes:
        await _settled(eyes)
        await eyes.press("a")
        form = (await eyes.on(RegistryForm)).query_one(Form)
        form.set_values({"host": "https://new.example.net:5000", "ca": "/nowhere/ca.pem"})
        await eyes.press("ctrl+s")
        assert set(form.errors()) == {"host", "ca"}
        form.set_values({"host": "new.example.net:5000", "ca": "", "transport": "plain HTTP"})
        await eyes.pilot.pause()
        assert "Plain HTTP: whoever" in eyes.painted
        await eyes.press("ctrl+s")
        await eyes.on(RegistriesScreen)
        await eyes.until(lambda: "● reachable" in eyes.row("new.example.net:5000"))
        assert eyes.table.cursor == "new.example.net:5000"
        assert [one.plain for one in added(eyes.app.env) if one.host == "new.example.net:5000"] == [True]


async def test_how_a_registry_is_reached_is_changed_and_it_is_asked_again(tmp_path: Path) -> None:
    async with shown(tmp_path) as eyes:
        await _settled(eyes)
        await eyes.at("mirror.example.net")
        await eyes.press("e")
        dialog = await eyes.on(RegistryForm)
        assert "How to reach mirror.example.net" in eyes.painted
        dialog.query_one(Form).set_values({"transport": "TLS"})
        await eyes.press("ctrl+s")
        await eyes.on(RegistriesScreen)
        await eyes.until(lambda: "added here" in eyes.row("mirror"))
        await eyes.until(lambda: eyes.found["mirror.example.net"].asked.count("check") == 2)
        assert [one.plain for one in added(eyes.app.env) if one.host == "mirror.example.net"] == [False]


async def test_what_was_typed_is_not_thrown_away_by_one_escape(tmp_path: Path) -> None:
    async with shown(tmp_path) as eyes:
        await _settled(eyes)
        await eyes.press("a")
        await eyes.on(RegistryForm)
        await eyes.press("x", "escape")
        assert "esc again leaves" in eyes.painted
        await eyes.press("escape")
        await eyes.on(RegistriesScreen)


async def test_only_an_added_registry_is_forgotten_and_only_after_asking(tmp_path: Path) -> None:
    async with shown(tmp_path) as eyes:
        await _settled(eyes)
        await eyes.at("mirror.example.net")
        await eyes.press("d")
        assert isinstance(eyes.screen, RegistriesScreen)
        await eyes.at(LAN)
        await eyes.press("d")
        await eyes.sure()
        assert "You are logged in there as ann" in eyes.painted
        await eyes.press("escape")
        assert LAN in [one.host for one in added(eyes.app.env)]
        await eyes.at("dead.example.net")
        await eyes.press("d")
        await eyes.sure()
        await eyes.press("y")
        await eyes.until(lambda: "dead.example.net" not in eyes.table.keys)
        assert "dead.example.net" not in [one.host for one in added(eyes.app.env)]


async def test_after_a_login_the_list_says_who_one_is(tmp_path: Path) -> None:
    desk = FakeDesk(*images())
    async with shown(tmp_path, desk=desk) as eyes:
        await _settled(eyes)
        config = Path(eyes.app.env["DOCKER_CONFIG"]) / "config.json"
        desk.answers = {"registry": "closed.example.net", "user": "bob", "password": "x"}
        auths = json.loads(config.read_text())["auths"] | {"closed.example.net": {"auth": "Ym9iOng="}}
        config.write_text(json.dumps({"auths": auths}))
        await eyes.at("closed.example.net")
        await eyes.press("l")
        await eyes.until(lambda: "● bob" in eyes.row("closed"))
        assert desk.sheets
        assert desk.tasks[0].verb == "registry.login"
        assert eyes.found["closed.example.net"].asked.count("check") == 2


async def test_logging_out_is_offered_only_where_somebody_is_logged_in(tmp_path: Path) -> None:
    desk = FakeDesk(*images())
    async with shown(tmp_path, desk=desk) as eyes:
        await _settled(eyes)
        await eyes.at("closed.example.net")
        await eyes.press("L")
        assert not desk.tasks
        await eyes.at(LAN)
        await eyes.press("L")
        await eyes.until(lambda: bool(desk.tasks))
        assert (desk.tasks[0].verb, desk.tasks[0].targets[0].ref) == ("registry.logout", LAN)


# The repositories


async def test_enter_goes_down_and_escape_and_backspace_go_up(tmp_path: Path) -> None:
    async with shown(tmp_path) as eyes:
        await eyes.into(LAN, "shop/web")
        await eyes.press("backspace")
        await eyes.on(RepositoriesScreen)
        await eyes.press("escape")
        await eyes.on(RegistriesScreen)
        assert eyes.found[LAN].asked[-1] == "closed"


async def test_more_repositories_come_when_the_cursor_reaches_the_end(tmp_path: Path) -> None:
    found = harbours()
    found[LAN].pages = [tuple(f"team/{page}{n:02}" for n in range(50)) for page in "abc"]
    async with shown(tmp_path, found) as eyes:
        await eyes.into(LAN)
        await eyes.until(lambda: len(eyes.table.keys) == 50)
        assert "50 repositories · more follow" in eyes.head
        assert found[LAN].asked.count("repositories 1") == 0
        await eyes.press("G")
        await eyes.until(lambda: len(eyes.table.keys) == 100)
        assert eyes.table.cursor == "team/a49"


async def test_a_catalog_that_leads_in_a_circle_is_not_followed(tmp_path: Path) -> None:
    found = harbours()

    def circle(page: str = "") -> Any:
        from tui.engine.registry_models import Page

        return found[LAN]._say("page", Page(("only",), "again"))

    vars(found[LAN])["repositories"] = circle
    async with shown(tmp_path, found) as eyes:
        await eyes.into(LAN)
        await eyes.until(lambda: "1 repository" in eyes.head and "more" not in eyes.head)
        assert found[LAN].asked.count("page") == 2


async def test_a_filter_fetches_on_until_something_fits(tmp_path: Path) -> None:
    found = harbours()
    found[LAN].pages = [tuple(f"team/{page}{n:02}" for n in range(50)) for page in "abc"]
    async with shown(tmp_path, found) as eyes:
        await eyes.into(LAN)
        await eyes.until(lambda: len(eyes.table.keys) == 50)
        await eyes.press("slash", *"C07", "enter")
        await eyes.until(lambda: list(eyes.table.keys) == ["team/c07"])
        assert "1 with “C07”" in eyes.head
        await eyes.press("escape")
        await eyes.until(lambda: len(eyes.table.keys) == 150)
        assert isinstance(eyes.screen, RepositoriesScreen)


async def test_docker_hub_shows_the_repositories_of_the_images_and_says_so_calmly(tmp_path: Path) -> None:
    async with shown(tmp_path) as eyes:
        await eyes.into(HUB)
        await eyes.until(lambda: list(eyes.table.keys) == ["nginx"])
        assert "○ no list" in eyes.head
        assert "Docker Hub does not list its repositories" in eyes.painted
        assert "1.29" in eyes.row("nginx")


async def test_a_registry_that_wants_a_login_says_so_in_its_own_words(tmp_path: Path) -> None:
    async with shown(tmp_path) as eyes:
        await eyes.into("closed.example.net")
        await eyes.until(lambda: "authentication required" in eyes.painted)
        assert "l logs in" in eyes.painted


async def test_a_failure_is_not_taken_for_an_empty_registry(tmp_path: Path) -> None:
    found = harbours()
    found[LAN].pages = EngineError("the registry itself failed", 500)
    async with shown(tmp_path, found) as eyes:
        await eyes.into(LAN)
        await eyes.until(lambda: "the registry itself failed" in eyes.painted)
        assert "✗ refused" in eyes.head
        assert "0 repositories" not in eyes.head


async def test_a_repository_can_be_typed(tmp_path: Path) -> None:
    async with shown(tmp_path) as eyes:
        await _settled(eyes)
        await eyes.at(HUB)
        await eyes.press("o")
        await eyes.on(RepositoriesScreen)
        await eyes.press(*"a b", "enter")
        assert "Write it as in team/app" in eyes.painted
        eyes.screen.query_one(Input).value = "nginx"
        await eyes.press("enter")
        await eyes.on(TagsScreen)
        await eyes.until(lambda: list(eyes.table.keys) == ["1.29", "latest"])


async def test_a_repository_that_is_not_there_says_so(tmp_path: Path) -> None:
    async with shown(tmp_path) as eyes:
        await eyes.into(LAN)
        await eyes.press("o", *"no/such", "enter")
        await eyes.on(TagsScreen)
        await eyes.until(lambda: "repository name not known to registry" in eyes.painted)


async def test_a_login_among_the_tags_asks_again_with_a_client_of_its_own(tmp_path: Path) -> None:
    found = harbours()
    closed = found["closed.example.net"]
    real = closed.tags

    def refuse(repository: str, page: str = "") -> Any:
        raise RegistryError("authentication required", 401)

    vars(closed)["tags"] = refuse
    closed.tags_of = {"team/app": {"1.0": detail("team/app", "1.0")}}
    desk = FakeDesk(*images())
    desk.answers = {"registry": closed.host, "user": "bob", "password": "x"}
    async with shown(tmp_path, found, desk) as eyes:
        await eyes.into(closed.host)
        await eyes.press("o", *"team/app", "enter")
        await eyes.on(TagsScreen)
        await eyes.until(lambda: "l logs in, or logs in as another one." in eyes.painted)
        vars(closed)["tags"] = real
        before = closed.asked.count("closed")
        await eyes.press("l")
        await eyes.until(lambda: "74MB" in eyes.row("1.0"))
        assert closed.asked.count("closed") == before + 1


# The tags


async def test_rows_fill_with_what_the_tags_lead_to(tmp_path: Path) -> None:
    async with shown(tmp_path) as eyes:
        await eyes.into(LAN, "shop/web")
        await eyes.until(lambda: "linux/amd64, linux/arm64/v8 +1" in eyes.row("1.2.2"))
        row = eyes.row("1.2.2")
        assert digest("shop/web:1.2.2")[7:19] in row
        assert "74MB" in row
        assert "2 w ago" in row
        await eyes.until(lambda: "✗ gone" in eyes.row("broken"))
        assert "12 tags" in eyes.head
        assert "+1 that attach something" in eyes.head


async def test_only_rows_in_view_are_asked_about_and_four_at_once(tmp_path: Path) -> None:
    found = harbours()
    many = {f"t{n:03}": detail("shop/web", f"t{n:03}") for n in range(300)}
    found[LAN].tags_of["shop/web"] = dict(many)
    found[LAN].page_size = 300
    found[LAN].held = ("detail",)
    found[LAN].gate.clear()
    async with shown(tmp_path, found, size=(80, 24)) as eyes:
        await eyes.into(LAN, "shop/web")
        await eyes.until(lambda: found[LAN].busy == AT_ONCE)
        assert sum("◌ asking" in line for line in eyes.lines) == AT_ONCE
        found[LAN].gate.set()
        await eyes.until(lambda: f"detail {eyes.table.in_view[-1]}" in found[LAN].asked)
        assert found[LAN].busiest == AT_ONCE
        assert sum(one.startswith("detail") for one in found[LAN].asked) <= 24
        await eyes.press("G")
        await eyes.until(lambda: "detail t299" in found[LAN].asked)
        assert "detail t150" not in found[LAN].asked


async def test_leaving_ends_the_questions_and_late_answers_land_nowhere(tmp_path: Path) -> None:
    found = harbours()
    async with shown(tmp_path, found) as eyes:
        await eyes.into(LAN)
        await eyes.at("shop/web")
        found[LAN].gate.clear()
        await eyes.press("enter")
        await eyes.on(TagsScreen)
        await eyes.until(lambda: any(one.startswith("tags") for one in found[LAN].asked))
        await eyes.press("escape")
        await eyes.on(RepositoriesScreen)
        found[LAN].gate.set()
        await eyes.at("shop/db")
        await eyes.press("enter")
        await eyes.on(TagsScreen)
        await eyes.until(lambda: "There are no tags." in eyes.painted)
        assert list(eyes.table.keys) == []
        assert not any(one.startswith("detail") for one in found[LAN].asked)


async def test_docker_hub_is_asked_only_about_the_tag_that_is_opened(tmp_path: Path) -> None:
    async with shown(tmp_path) as eyes:
        await eyes.into(HUB, "nginx")
        await eyes.until(lambda: list(eyes.table.keys) == ["1.29", "latest"])
        assert not any(one.startswith("detail") for one in eyes.found[HUB].asked)
        await eyes.press("enter")
        await eyes.until(lambda: digest("nginx:1.29")[:40] in eyes.painted)
        assert "detail latest" not in eyes.found[HUB].asked


async def _detail(eyes: Eyes, tag: str) -> str:
    await eyes.at(tag)
    await eyes.until(lambda: "may" in eyes.found[LAN].asked)
    await eyes.until(lambda: "◌" not in eyes.painted)
    return eyes.painted


async def test_the_detail_stands_beside_and_tells_all(tmp_path: Path) -> None:
    async with shown(tmp_path, size=(160, 60)) as eyes:
        await eyes.into(LAN, "shop/web")
        text = await _detail(eyes, "1.2.2")
        for words in (
            "oci.image.index.v1+json",
            "latest, stable",
            "● pull  ● push  ● delete",
            "signature       ● present, not verified",
            "SBOM            ○ none",
            "linux/arm/v7",
            "RUN apt-get update",
            "nginx -g 'daemon off;'",
            "DB_PASSWORD=•••••",
            f"● {LAN}/shop/web:1.2.2",
        ):
            assert words in text
        assert "hunter2" not in text


async def test_where_it_is_narrow_enter_opens_the_detail_and_escape_closes_it(tmp_path: Path) -> None:
    async with shown(tmp_path, size=(80, 24)) as eyes:
        await eyes.into(LAN, "shop/web")
        facts = eyes.screen.query_one(Facts)
        await eyes.until(lambda: "74MB" in eyes.row("1.0.0"))
        assert not facts.display
        await eyes.press("enter")
        assert facts.display
        assert facts.has_focus
        assert not eyes.table.display
        assert "media type" in eyes.painted
        await eyes.press("escape")
        assert eyes.table.has_focus
        assert not facts.display


async def test_pulling_goes_through_the_engine(tmp_path: Path) -> None:
    async with shown(tmp_path) as eyes:
        await eyes.into(LAN, "shop/web")
        await eyes.at("1.1.0")
        assert f"docker pull {LAN}/shop/web:1.1.0" in eyes.painted
        await eyes.press("P")
        await eyes.until(lambda: bool(eyes.desk.tasks))
        assert eyes.desk.tasks[0].line.masked() == f"docker pull {LAN}/shop/web:1.1.0"


async def test_a_read_only_endpoint_is_not_asked_to_pull(tmp_path: Path) -> None:
    desk = FakeDesk(*images(), read_only=True)
    async with shown(tmp_path, desk=desk, read_only=True) as eyes:
        await eyes.into(LAN, "shop/web")
        await eyes.at("1.1.0")
        await eyes.press("P", "d")
        assert not desk.tasks
        assert isinstance(eyes.screen, TagsScreen)
        assert "P pull" not in eyes.painted
        assert "d delete" not in eyes.painted
        assert "● pull  (read-only: no more was asked)" in await _detail(eyes, "1.1.0")


async def test_copying_offers_tag_and_digest(tmp_path: Path) -> None:
    async with shown(tmp_path) as eyes:
        await eyes.into(LAN, "shop/web")
        await eyes.at("1.1.0")
        await eyes.until(lambda: "74MB" in eyes.row("1.1.0"))
        await eyes.press("y")
        await eyes.on(ChooseScreen)
        await eyes.press("2")
        await eyes.until(lambda: bool(eyes.desk.copied))
        assert eyes.desk.copied == [f"{LAN}/shop/web@{digest('shop/web:1.1.0')}"]


# Deleting


async def test_deleting_shows_all_tags_that_go_and_then_deletes_by_digest(tmp_path: Path) -> None:
    async with shown(tmp_path) as eyes:
        await eyes.into(LAN, "shop/web")
        await eyes.at("1.2.2")
        await eyes.press("d")
        await eyes.sure()
        text = eyes.painted
        assert "3 tags lead to it, and all of them go" in text
        assert "stable" in text
        assert digest("shop/web:1.2.2") in text
        assert "garbage collection" in text
        await eyes.press("y")
        await eyes.until(lambda: bool(eyes.found[LAN].deleted))
        assert eyes.found[LAN].deleted == [("shop/web", digest("shop/web:1.2.2"))]
        await eyes.until(lambda: "latest" not in eyes.table.keys and "1.2.1" in eyes.table.keys)


async def test_after_deleting_in_the_detail_no_other_tag_stands_in_its_place(tmp_path: Path) -> None:
    async with shown(tmp_path, size=(80, 24)) as eyes:
        await eyes.into(LAN, "shop/web")
        await eyes.at("1.2.2")
        await eyes.press("enter")
        await eyes.until(lambda: "you may" in eyes.painted)
        await eyes.press("d")
        await eyes.sure()
        await eyes.press("y")
        await eyes.until(lambda: bool(eyes.found[LAN].deleted))
        await eyes.until(lambda: "latest" not in eyes.table.keys and "1.2.1" in eyes.table.keys)
        assert "you may" not in eyes.painted
        assert eyes.table.has_focus


async def test_the_way_back_is_named_where_there_is_little_room(tmp_path: Path) -> None:
    async with shown(tmp_path, size=(80, 24)) as eyes:
        assert " esc back " in eyes.painted.splitlines()[-1]
        await eyes.into(LAN, "shop/web")
        await eyes.until(lambda: " esc back " in eyes.painted.splitlines()[-1])


async def test_enter_does_not_delete(tmp_path: Path) -> None:
    async with shown(tmp_path) as eyes:
        await eyes.into(LAN, "shop/web")
        await eyes.at("1.0.0")
        await eyes.press("d")
        await eyes.sure()
        await eyes.press("enter")
        await eyes.on(TagsScreen)
        assert not eyes.found[LAN].deleted


@pytest.mark.parametrize("change", ["moved", "shared"])
async def test_what_changed_since_it_was_shown_is_not_deleted(tmp_path: Path, change: str) -> None:
    async with shown(tmp_path) as eyes:
        await eyes.into(LAN, "shop/web")
        await eyes.at("1.0.0")
        await eyes.press("d")
        await eyes.sure()
        tags = eyes.found[LAN].tags_of["shop/web"]
        if change == "moved":
            tags["1.0.0"] = detail("shop/web", "1.0.0", same="another")
        else:
            tags["new"] = detail("shop/web", "new", same="shop/web:1.0.0")
        await eyes.press("y")
        await eyes.on(ErrorScreen)
        assert "nothing was deleted" in eyes.painted
        assert not eyes.found[LAN].deleted


async def test_a_registry_that_allows_no_deleting_says_so_and_was_expected_to(tmp_path: Path) -> None:
    found = harbours()
    found[LAN].rights = frozenset({Right.PULL})

    def refuse(repository: str, digest: str) -> None:
        raise RegistryError(f"{LAN} does not allow deleting", 405, "Turn it on.")

    vars(found[LAN])["delete"] = refuse
    async with shown(tmp_path, found) as eyes:
        await eyes.into(LAN, "shop/web")
        assert "● pull  ○ not push  ○ not delete" in await _detail(eyes, "1.0.0")
        await eyes.press("d")
        await eyes.sure()
        assert "it let you delete nothing" in eyes.painted
        await eyes.press("y")
        await eyes.on(ErrorScreen)
        assert "does not allow deleting" in eyes.painted
        assert "Turn it on." in eyes.painted


async def test_a_tag_that_is_gone_cannot_be_deleted(tmp_path: Path) -> None:
    async with shown(tmp_path) as eyes:
        await eyes.into(LAN, "shop/web")
        await eyes.at("broken")
        await eyes.press("d")
        await eyes.on(ErrorScreen)
        assert "there is no shop/web:broken any more" in eyes.painted


# The rest


async def test_manifests_without_a_tag_are_listed_as_far_as_they_can_be_known(tmp_path: Path) -> None:
    async with shown(tmp_path) as eyes:
        await eyes.into(LAN, "shop/web")
        await eyes.press("u")
        await eyes.on(UntaggedScreen)
        assert "linux/arm64/v8 · 1.1kB" in eyes.painted
        assert "in the index of 1.2.2, latest" in eyes.painted
        assert "cannot be seen from outside" in eyes.painted


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_hostile_names_and_words_are_painted_harmlessly(tmp_path: Path, size: tuple[int, int]) -> None:
    found = harbours()
    bad = detail("shop/web", HOSTILE)
    found[LAN].pages = [("shop/web", HOSTILE)]
    found[LAN].tags_of["shop/web"] = {HOSTILE: bad, "x": RegistryError(HOSTILE, 400, HOSTILE)}
    found["closed.example.net"].pages = EngineError(HOSTILE, 500, HOSTILE)
    async with shown(tmp_path, found, size=size) as eyes:
        await eyes.into("closed.example.net")
        await eyes.until(lambda: "[@click=app.quit]x[/x]" in eyes.painted)
        await eyes.press("escape")
        await eyes.on(RegistriesScreen)
        await eyes.into(LAN)
        await eyes.until(lambda: "[@click=app.quit]x[/x]" in eyes.painted)
        await eyes.press("o", "escape")
        await eyes.at("shop/web")
        await eyes.press("enter")
        await eyes.on(TagsScreen)
        await eyes.until(lambda: "[@click=app.quit]x[/x]" in eyes.painted)
        await eyes.press("enter")
        assert "\x1b" not in eyes.painted
        assert "\u202e" not in eyes.painted
        assert "\x07" not in eyes.painted


@pytest.mark.parametrize("depth", [0, 1, 2])
async def test_every_level_has_a_help_of_its_keys(tmp_path: Path, depth: int) -> None:
    async with shown(tmp_path) as eyes:
        if depth:
            await eyes.into(LAN, "shop/web" if depth == 2 else "")
        await eyes.press("question_mark")
        await eyes.on(HelpScreen)
        assert ("Add a registry", "Filter the repositories", "Delete the manifest")[depth] in eyes.painted


async def test_a_slow_registry_does_not_hold_the_keys_up(tmp_path: Path) -> None:
    found = harbours()
    async with shown(tmp_path, found) as eyes:
        await _settled(eyes)
        found[LAN].gate.clear()
        began = time.monotonic()
        await eyes.into(LAN)
        await eyes.press("escape")
        await eyes.on(RegistriesScreen)
        assert time.monotonic() - began < 5


async def test_once_all_tags_are_there_they_are_sorted_as_people_count(tmp_path: Path) -> None:
    found = harbours()
    tags = ("1.10", "latest", "1.9", "2")
    found[LAN].tags_of["shop/web"] = {tag: detail("shop/web", tag) for tag in tags}
    async with shown(tmp_path, found) as eyes:
        await eyes.into(LAN, "shop/web")
        await eyes.until(lambda: list(eyes.table.keys) == ["1.9", "1.10", "2", "latest"])


async def test_the_demo_has_a_hub_of_its_own_and_asks_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def outside(*args: Any, **more: Any) -> Any:
        raise AssertionError("the demo went outside")

    monkeypatch.setattr("tui.engine.registry.Registry.at", outside)
    desk = FakeDesk(images()[2])
    desk.endpoint = replace(desk.endpoint, demo=True)
    app = HarbourApp(at_home(tmp_path), None, desk)
    async with app.run_test(size=(160, 48)) as pilot:
        eyes = Eyes(app, pilot, desk, {})
        await eyes.on(RegistriesScreen)
        await _settled(eyes)
        assert set(eyes.table.keys) == {HUB, "mirror.example.net"}
        await eyes.press("a")
        assert isinstance(eyes.screen, RegistriesScreen)
        await eyes.into(HUB, "nginx")
        await eyes.until(lambda: "latest" in eyes.table.keys)
        await eyes.at("latest")
        await eyes.until(lambda: "RUN apt-get install -y nginx" in eyes.painted)
        await eyes.until(lambda: "mainline" in eyes.painted and "○ not delete" in eyes.painted)
