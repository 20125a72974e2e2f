"""The dialog that chooses a file: typed or from the list, to be read or written, whatever the names are."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from tests.screens.hosting import HERE, Host, until
from tests.stage import staged
from tui.engine import folders
from tui.engine.endpoint import Endpoint
from tui.engine.lines import docker
from tui.screens import folder_view
from tui.screens.desk import LAST_FOLDER
from tui.screens.dialog import KeyLine
from tui.screens.file_parts import FileName
from tui.screens.files import FilesScreen
from tui.screens.folder_view import FolderView
from tui.screens.rows import TextRows
from tui.screens.sure import Sure
from tui.verbs.verb import FileRequest

FAR = Endpoint("ssh://ada@build.example.com", "prod-1", "chosen")


def to_read(**more: Any) -> FileRequest:
    return FileRequest("Load images", "load", lambda path: docker("load", "-i", str(path)), **more)


def to_write(**more: Any) -> FileRequest:
    given = {"name": "new.tar", "needs": 1000, **more}
    return FileRequest(
        "Save a", "save", lambda path: docker("save", "-o", str(path), "a"), writes=True, **given
    )


class Chooser:
    """One dialog, and what is seen of it."""

    def __init__(self, request: FileRequest, folder: Path, endpoint: Endpoint = HERE) -> None:
        self.screen = FilesScreen(request, endpoint, folder, clock=lambda: time.time() + 60)
        self.app = Host(lambda: self.screen)
        self.pilot: Pilot[None]

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, true: Callable[[], bool]) -> None:
        await until(self.pilot, true)

    async def shows(self, *names: str) -> None:
        """Wait until exactly these names are listed."""
        await self.until(lambda: self.names == list(names))

    @property
    def view(self) -> FolderView:
        return self.screen.query_one(FolderView)

    @property
    def names(self) -> list[str]:
        return list(self.view.list.keys)

    @property
    def typed(self) -> str:
        return self.screen.query_one(FileName).text

    @property
    def line(self) -> str:
        return self.screen.query_one("#files--line", TextRows).text

    @property
    def text(self) -> str:
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips)

    def said(self, what: str) -> str:
        found = self.screen.query_one("#files--wrong" if what == "wrong" else "Told", Static)
        return str(found.render()) if found.display else ""

    async def says(self, what: str, words: str) -> None:
        await self.until(lambda: words in self.said(what))

    async def ends_in(self, path: Path | None) -> None:
        await self.until(lambda: self.app.ended == [path])


@asynccontextmanager
async def choosing(
    request: FileRequest, folder: Path, endpoint: Endpoint = HERE, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Chooser]:
    chooser = Chooser(request, folder, endpoint)
    async with chooser.app.run_test(size=size) as pilot:
        chooser.pilot = pilot
        await chooser.until(lambda: "reading" not in str(chooser.view.query_one(Static).render()))
        yield chooser


@pytest.fixture
def folder() -> Iterator[Path]:
    # a path so short that all that is said of it has room in a line
    top = Path(tempfile.mkdtemp(prefix="w", dir="/tmp"))
    made = top / "files"
    (made / "images").mkdir(parents=True)
    (made / ".cache").mkdir()
    (made / "b.tar").write_bytes(b"b" * 12_300)
    (made / "a.tar").write_bytes(b"a")
    (made / "images" / "deep.tar").write_bytes(b"d")
    yield made
    shutil.rmtree(top)


# To read


async def test_a_folder_shows_folders_first_then_names_with_size_and_age(folder: Path) -> None:
    async with choosing(to_read(), folder) as chooser:
        assert chooser.names == ["images", "a.tar", "b.tar"]
        row = next(line for line in chooser.text.splitlines() if "b.tar" in line)
        assert "12.3kB" in row
        assert "1 min" in row
        assert "3 of 4" in chooser.text
        await chooser.press("full_stop")
        await chooser.shows(".cache", "images", "a.tar", "b.tar")


async def test_enter_takes_the_file_under_the_cursor(folder: Path) -> None:
    async with choosing(to_read(), folder) as chooser:
        await chooser.press("j", "j")
        assert chooser.line == f"docker load -i {folder}/b.tar"
        await chooser.press("enter")
        await chooser.ends_in(folder / "b.tar")


async def test_keys_lead_into_folders_and_out_of_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    async with choosing(to_read(), folder) as chooser:
        await chooser.press("enter")
        await chooser.shows("deep.tar")
        await chooser.press("backspace")
        await chooser.shows("images", "a.tar", "b.tar")
        await chooser.press("h")
        await chooser.shows("files")
        await chooser.press("tilde")
        await chooser.shows("images", "a.tar", "b.tar")
        assert "│ ~ · 3 of 4" in chooser.text


async def test_typing_narrows_the_list_and_tab_completes(folder: Path) -> None:
    async with choosing(to_read(), folder) as chooser:
        await chooser.press("tab", "i")
        await chooser.shows("images")
        await chooser.press("tab")
        assert chooser.typed == "images/"
        await chooser.shows("deep.tar")
        await chooser.press("tab")
        assert chooser.typed == "images/deep.tar"
        await chooser.press("enter")
        await chooser.ends_in(folder / "images" / "deep.tar")


async def test_a_whole_path_and_a_tilde_can_be_typed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder / "images"))
    async with choosing(to_read(), Path("/")) as chooser:
        await chooser.press("tab", "tilde", "tab")
        assert chooser.typed == "~/"
        await chooser.shows("deep.tar")
        await chooser.press(*"deep.tar", "enter")
        await chooser.ends_in(folder / "images" / "deep.tar")


async def test_completion_goes_as_far_as_all_names_agree(folder: Path) -> None:
    for name in ("backup-1.tar", "backup-2.tar"):
        (folder / name).touch()
    async with choosing(to_read(), folder) as chooser:
        await chooser.press("tab", *"ba", "tab")
        assert chooser.typed == "backup-"
        # where nothing more is clear it leads to the list
        await chooser.press("tab", "enter")
        await chooser.says("wrong", "is empty")
        assert chooser.app.ended == []


@pytest.mark.parametrize(
    ("typed", "words"),
    [("none", "There is no "), ("empty", "is empty"), ("pipe", "is no file"), ("dead", "no file")],
)
async def test_what_cannot_be_read_is_said_beside_the_name(folder: Path, typed: str, words: str) -> None:
    (folder / "empty").touch()
    os.mkfifo(folder / "pipe")
    (folder / "dead").symlink_to("nowhere")
    async with choosing(to_read(), folder) as chooser:
        await chooser.press("tab", *typed, "enter")
        await chooser.says("wrong", words)
        assert chooser.app.ended == []
        await chooser.press("x")
        assert chooser.said("wrong") == ""


async def test_in_the_list_the_cursor_says_what_is_meant_whatever_is_typed(folder: Path) -> None:
    (folder / "a.tar.gz").write_bytes(b"1")
    async with choosing(to_read(), folder) as chooser:
        await chooser.press("tab", "a")
        await chooser.shows("a.tar", "a.tar.gz")
        assert chooser.line == f"docker load -i {folder}/a"
        await chooser.press("down", "j")
        assert chooser.line == f"docker load -i {folder}/a.tar.gz"
        await chooser.press("ctrl+s")
        await chooser.ends_in(folder / "a.tar.gz")


async def test_the_arrow_leads_into_folders_only(folder: Path) -> None:
    async with choosing(to_read(), folder) as chooser:
        await chooser.press("right")
        await chooser.shows("deep.tar")
        await chooser.press("right", "l")
        assert chooser.names == ["deep.tar"]
        assert chooser.app.ended == []


async def test_leaving_chooses_nothing(folder: Path) -> None:
    async with choosing(to_read(), folder) as chooser:
        await chooser.press("escape")
        await chooser.ends_in(None)


async def test_what_a_file_holds_is_told_once_the_cursor_rests_on_it(folder: Path) -> None:
    asked: list[tuple[str, Callable[[], bool]]] = []
    go = threading.Event()

    def tell(path: Path, stop: Callable[[], bool]) -> str:
        asked.append((path.name, stop))
        if path.name == "a.tar":
            go.wait(5)
        return f"Holds what is in {path.name}"

    async with choosing(to_read(tell=tell), folder) as chooser:
        await chooser.press("j")
        await chooser.until(lambda: ("a.tar") in [name for name, _ in asked])
        await chooser.press("j")
        await chooser.says("told", "Holds what is in b.tar")
        # the look into the other one is not wanted any more, and what it says comes too late
        stopped = next(stop for name, stop in asked if name == "a.tar")
        assert stopped()
        go.set()
        await chooser.pilot.pause(0.05)
        assert "b.tar" in chooser.said("told")


# To write


async def test_a_name_is_proposed_and_taken_where_nothing_is_in_its_place(folder: Path) -> None:
    async with choosing(to_write(), folder) as chooser:
        assert chooser.line == f"docker save -o {folder}/new.tar a"
        assert "needs about 1kB, " in chooser.text
        assert "ctrl-s save" in str(chooser.screen.query_one(KeyLine).render())
        await chooser.press("enter")
        await chooser.ends_in(folder / "new.tar")


async def test_another_folder_keeps_the_name(folder: Path) -> None:
    async with choosing(to_write(), folder) as chooser:
        await chooser.press("down", "enter")
        await chooser.shows("deep.tar")
        assert chooser.typed == "new.tar"
        await chooser.press("ctrl+s")
        await chooser.ends_in(folder / "images" / "new.tar")


async def test_a_file_that_is_there_is_named_with_size_and_age_and_kept_unless_agreed(folder: Path) -> None:
    async with choosing(to_write(name="b.tar"), folder) as chooser:
        await chooser.press("enter")
        await chooser.until(lambda: isinstance(chooser.app.screen, Sure))
        title = str(chooser.app.screen.query_one(".dialog--title", Static).render())
        assert title == f"Replace {folder}/b.tar?"
        assert "It is 12.3kB, written 1 min ago" in chooser.app.screen.query_one("#main", TextRows).text
        await chooser.press("y", "enter")  # too soon for a yes, and enter keeps it
        await chooser.until(lambda: chooser.app.screen is chooser.screen)
        assert chooser.app.ended == []
        await chooser.press("enter")
        await chooser.until(lambda: isinstance(chooser.app.screen, Sure) and chooser.app.screen.ready)
        await chooser.press("y")
        await chooser.ends_in(folder / "b.tar")


async def test_a_file_of_the_list_gives_its_name_first(folder: Path) -> None:
    async with choosing(to_write(), folder) as chooser:
        await chooser.press("down", "j", "enter")
        await chooser.until(lambda: chooser.typed == "a.tar")
        assert chooser.app.screen is chooser.screen
        assert chooser.line == f"docker save -o {folder}/a.tar a"


async def test_too_little_room_is_said_before_and_can_be_tried_all_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "free_bytes", lambda path: 500)
    async with choosing(to_write(), folder) as chooser:
        assert "500B free" in chooser.text
        await chooser.press("enter")
        await chooser.says("wrong", "It needs about 1kB, and 500B are free there.")
        assert chooser.app.ended == []
        await chooser.press("enter")
        await chooser.ends_in(folder / "new.tar")


async def test_a_folder_that_is_not_there_or_is_a_file_is_said(folder: Path) -> None:
    async with choosing(to_write(), folder) as chooser:
        await chooser.press("ctrl+u", *"none/x.tar", "enter")
        await chooser.says("wrong", "There is no ")
        await chooser.press("ctrl+u", *"a.tar/x.tar", "enter")
        await chooser.says("wrong", "is no folder")
        assert chooser.app.ended == []


async def test_a_folder_that_may_not_be_written_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders.os, "access", lambda path, mode: False)
    async with choosing(to_write(), folder) as chooser:
        await chooser.press("enter")
        await chooser.says("wrong", "You may not write into ")


async def test_the_next_file_is_looked_for_where_the_last_one_was_chosen(
    folder: Path, tmp_path: Path
) -> None:
    async with staged(tmp_path, (100, 30)) as stage:
        stage.demo.world.dials.pace = 0
        await stage.press("2")
        await stage.go_to("redis:7-alpine")
        await stage.press("S")
        await stage.until(lambda: isinstance(stage.app.screen, FilesScreen))
        await stage.press("ctrl+u")
        await stage.type(f"{folder}/kept.tar")
        await stage.press("enter")
        await stage.until(lambda: (folder / "kept.tar").exists())
        await stage.until(lambda: any("save: done" in toast for toast in stage.toasts))
        await stage.press("L")
        await stage.until(lambda: isinstance(stage.app.screen, FilesScreen) and "kept.tar" in stage.text)
        await stage.press("tab", *"kept", "tab")
        await stage.until(lambda: "Holds redis:7-alpine" in stage.text)
        assert f"docker load -i {folder}/kept.tar" in stage.text
    assert json.loads((tmp_path / "choices.json").read_text())[LAST_FOLDER] == str(folder)


# Names and folders of every sort


async def test_hostile_names_are_painted_harmlessly_and_taken_exactly(folder: Path) -> None:
    names = ["\x1b]52;c;aGk=\x07.tar", "\x1b[31mred[/x].tar".replace("/", "_"), "rtl\u202etar.exe"]
    raw = os.fsdecode(b"caf\xe9.tar")
    for name in [*names, raw]:
        Path(folder / name).write_bytes(b"1")
    async with choosing(to_read(), folder) as chooser:
        assert "\x1b" not in chooser.text
        assert "\u202e" not in chooser.text
        chooser.view.list.move_to(raw)
        await chooser.press("enter")
        await chooser.ends_in(folder / raw)


async def test_a_name_that_is_no_utf8_can_be_replaced(folder: Path) -> None:
    raw = os.fsdecode(b"caf\xe9.tar")
    (folder / raw).write_bytes(b"1")
    async with choosing(to_write(), folder) as chooser:
        chooser.view.list.focus()
        chooser.view.list.move_to(raw)
        await chooser.press("enter", "enter")
        await chooser.until(lambda: isinstance(chooser.app.screen, Sure) and chooser.app.screen.ready)
        await chooser.press("y")
        await chooser.ends_in(folder / raw)


async def test_a_huge_folder_is_read_on_a_thread_and_bounded(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "MOST", 1000)
    for number in range(1500):
        (folder / f"file{number:04}").touch()
    async with choosing(to_read(), folder) as chooser:
        assert len(chooser.names) >= 999
        assert ", and more: type a name" in chooser.text


async def test_a_slow_folder_holds_nothing_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()
    real = folder_view.read_folder

    def slow(path: Path, stop: Callable[[], bool]) -> folders.Folder:
        if path == folder / "images":
            go.wait(5)
        return real(path, stop)

    monkeypatch.setattr(folder_view, "read_folder", slow)
    async with choosing(to_read(), folder) as chooser:
        await chooser.press("enter")
        assert "reading …" in chooser.text
        await chooser.press("backspace")
        await chooser.shows("images", "a.tar", "b.tar")
        go.set()
        await chooser.pilot.pause(0.05)
        assert chooser.names == ["images", "a.tar", "b.tar"]


async def test_a_folder_that_is_gone_gives_way_to_the_one_wharf_was_started_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    async with choosing(to_read(), folder / "gone") as chooser:
        await chooser.shows("images", "a.tar", "b.tar")


async def test_a_folder_that_cannot_be_read_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: Path, stop: Callable[[], bool]) -> folders.Folder:
        raise PermissionError(13, "Permission denied")

    async with choosing(to_read(), folder) as chooser:
        monkeypatch.setattr(folder_view, "read_folder", denied)
        await chooser.press("enter")
        await chooser.until(lambda: f"permission denied: {folder}"[:40] in chooser.text)


async def test_of_a_remote_engine_it_is_said_where_the_file_is(folder: Path) -> None:
    async with choosing(to_read(), folder, FAR) as chooser:
        assert "A file on this machine; the Engine is on build.example.com." in chooser.text
        assert chooser.line.startswith("docker -c prod-1 load -i ")
    async with choosing(to_read(), folder) as chooser:
        assert "on this machine" not in chooser.text


@pytest.mark.parametrize("size", [(80, 24), (160, 48), (40, 16)])
async def test_every_part_has_its_place(folder: Path, size: tuple[int, int]) -> None:
    async with choosing(to_write(), folder, FAR, size) as chooser:
        await chooser.pilot.pause()
        foot = chooser.screen.query_one(KeyLine).region
        assert foot.bottom < size[1]
        assert chooser.view.list.region.height >= 2
        assert "esc leave" in " ".join(chooser.text.replace("│", " ").split())


def test_no_typed_text_ends_the_program() -> None:
    for text in ("a\0b", "\ud800"):
        with pytest.raises(ValueError):
            folders.placed(text, Path("/"))
