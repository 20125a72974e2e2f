"""Images and containers to files and back, by what a person chooses and answers."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.screens.on_demo import Demo, demo
from tests.verbs.desk import EagerDesk
from tui.engine.jobs import Job, Task
from tui.engine.kinds import Kind
from tui.engine.lists import fetch
from tui.engine.models import Container, Image
from tui.engine.store import Store
from tui.verbs.committing import COMMIT, check_change
from tui.verbs.saving import EXPORT, IMPORT, LOAD, SAVE, told
from tui.verbs.verb import FileRequest

APP, REDIS, NODE = "shop/app:2.3.1", "redis:7-alpine", "node:22-alpine"


class FileDesk(EagerDesk):
    """Chooses one file, and keeps what was asked for and what the jobs said."""

    def __init__(self, shop: Demo, path: Path | None, answers: dict[str, Any] | None = None) -> None:
        store = Store()
        for kind in Kind:
            store.replace(kind, fetch(shop.connection, kind))
        super().__init__(shop.connection, store, answers=answers)
        self.path = path
        self.requests: list[FileRequest] = []
        self.words: list[str] = []
        self.declines = 0
        """So often the person says no to the task."""

    async def choose_file(self, request: FileRequest) -> Path | None:
        self.requests.append(request)
        return self.path

    async def start(self, task: Task) -> Job | None:  # type: ignore[override]
        if self.declines:
            self.declines -= 1
            return None
        self.tasks.append(task)
        job = Job(1, task)
        self.words += [task.work(job, self.connection, target) for target in task.targets]
        return job

    def image(self, reference: str) -> Image:
        return self.store.images[reference]

    def container(self, name: str) -> Container:
        return next(each for each in self.store.containers.values() if each.name == name)


@pytest.fixture
def shop() -> Iterator[Demo]:
    with demo() as running:
        running.engine.dials.pace = 0
        yield running


def manifest(path: Path) -> list[list[str]]:
    with tarfile.open(path) as tar:
        found = tar.extractfile("manifest.json")
        assert found is not None
        return [each["RepoTags"] for each in json.load(found)]


async def test_several_images_are_saved_to_one_file(shop: Demo, tmp_path: Path) -> None:
    path = tmp_path / "both.tar"
    desk = FileDesk(shop, path)
    images = [desk.image(APP), desk.image(REDIS)]
    await SAVE.act(desk, images)
    assert manifest(path) == [[APP], [REDIS]]
    (request,) = desk.requests
    assert request.writes
    assert request.name == "2-images.tar"
    assert request.needs == sum(image.size for image in images)
    line = f"docker save -o {path} {APP} {REDIS}"
    assert (str(request.line(path)), str(desk.tasks[0].line)) == (line, line)
    assert desk.words == [f"{desk.words[0].partition(' in ')[0]} in {path}"]


async def test_two_tags_of_one_image_need_its_room_once(shop: Demo, tmp_path: Path) -> None:
    desk = FileDesk(shop, tmp_path / "a.tar")
    one, other = desk.image(APP), desk.image("shop/app:latest")
    await SAVE.act(desk, [one, other])
    assert desk.requests[0].needs == one.size
    assert manifest(tmp_path / "a.tar") == [[APP, "shop/app:latest"]]


async def test_the_proposed_name_is_one_that_a_file_can_have(shop: Demo) -> None:
    desk = FileDesk(shop, None)
    await SAVE.act(desk, [desk.image(APP)])
    assert desk.requests[0].name == "shop-app_2.3.1.tar"
    assert desk.tasks == []


async def test_who_does_not_agree_chooses_again(shop: Demo, tmp_path: Path) -> None:
    desk = FileDesk(shop, tmp_path / "a.tar")
    desk.declines = 1
    await SAVE.act(desk, [desk.image(APP)])
    assert len(desk.requests) == 2
    assert len(desk.tasks) == 1


async def test_a_file_that_was_agreed_to_be_replaced_is_replaced(shop: Demo, tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    path.write_text("old")
    desk = FileDesk(shop, path)
    await SAVE.act(desk, [desk.image(APP)])
    assert manifest(path) == [[APP]]


async def test_a_job_can_be_tried_again(shop: Demo, tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    desk = FileDesk(shop, path)
    await SAVE.act(desk, [desk.image(APP)])
    path.unlink()
    await desk.start(Job(2, desk.tasks[0]).again())
    assert manifest(path) == [[APP]]
    await LOAD.act(desk, ())
    await desk.start(Job(3, desk.tasks[-1]).again())
    assert desk.words[-2:] == [f"loaded {APP}"] * 2


async def test_what_was_saved_is_loaded_and_named(shop: Demo, tmp_path: Path) -> None:
    path = tmp_path / "both.tar"
    desk = FileDesk(shop, path)
    await SAVE.act(desk, [desk.image(APP), desk.image(NODE)])
    shop.connection.api.remove_image(NODE, force=True)
    await LOAD.act(desk, ())
    assert desk.words[-1] == f"loaded {APP}, {NODE}"
    assert str(desk.tasks[-1].line) == f"docker load -i {path}"
    assert shop.connection.api.inspect_image(NODE)


async def test_an_archive_tells_what_it_holds_and_which_tags_it_would_move(
    shop: Demo, tmp_path: Path
) -> None:
    path = tmp_path / "both.tar"
    desk = FileDesk(shop, path)
    await SAVE.act(desk, [desk.image(APP), desk.image(NODE)])
    assert told(desk.store, path, lambda: False) == f"Holds {APP}, {NODE}"
    shop.connection.api.remove_image(NODE, force=True)
    shop.connection.api.tag(REDIS, "node", "22-alpine")
    await LOAD.act(desk := FileDesk(shop, path), ())
    tell = desk.requests[0].tell
    assert tell is not None
    moves = f"Holds {APP}, {NODE}. Tags that lead to other images now, and will move: {NODE}"
    assert tell(path, lambda: False) == moves


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"no tar at all", "it is no tar"), (b"", "it is empty"), (None, "there is no ")],
)
def test_what_is_no_archive_is_said_to_be_none(content: bytes | None, words: str, tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    if content is not None:
        path.write_bytes(content)
    assert words in told(Store(), path, lambda: False)


async def test_a_container_is_exported_and_imported_as_an_image(shop: Demo, tmp_path: Path) -> None:
    path = tmp_path / "shop-proxy-1.tar"
    answers = {"reference": "made:1", "message": "from a file", "changes": ('CMD ["sh"]', "ENV A=1")}
    desk = FileDesk(shop, path, answers)
    container = desk.container("shop-proxy-1")
    await EXPORT.act(desk, [container])
    assert desk.requests[0].name == "shop-proxy-1.tar"
    assert desk.requests[0].needs == desk.image("nginx:1.27-alpine").size
    assert str(desk.tasks[0].line) == f"docker export -o {path} shop-proxy-1"
    with tarfile.open(path) as tar:
        assert "etc/nginx/nginx.conf" in tar.getnames()
    await IMPORT.act(desk, ())
    line = "docker import --message 'from a file' --change 'CMD [\"sh\"]' --change 'ENV A=1'"
    assert str(desk.tasks[1].line) == f"{line} {path} made:1"
    found = shop.connection.api.inspect_image("made:1")
    assert (found["Comment"], found["Config"]["Cmd"]) == ("from a file", ["sh"])
    assert desk.words[1] == f"made:1 is {found['Id'][7:19]} now"


async def test_a_commit_says_all_that_was_answered(shop: Demo) -> None:
    answers = {
        "reference": "shop/app:hot",
        "message": "a fix",
        "author": "Ada",
        "pause": False,
        "changes": ("ENV B=2",),
    }
    desk = FileDesk(shop, None, answers)
    await COMMIT.act(desk, [desk.container("shop-app-1")])
    line = "docker commit --author Ada --message 'a fix' --change 'ENV B=2' --pause=false"
    assert str(desk.tasks[0].line) == f"{line} shop-app-1 shop/app:hot"
    found = shop.connection.api.inspect_image("shop/app:hot")
    assert (found["Author"], found["Comment"]) == ("Ada", "a fix")
    assert "B=2" in found["Config"]["Env"]
    assert desk.words == [f"shop/app:hot is {found['Id'][7:19]} now"]
    assert desk.plans == []


async def test_a_commit_without_answers_is_an_image_without_a_name(shop: Demo) -> None:
    desk = FileDesk(shop, None, {"changes": ()})
    await COMMIT.act(desk, [desk.container("shop-app-1")])
    assert str(desk.tasks[0].line) == "docker commit shop-app-1"
    assert desk.words[0].startswith("an image without a name is ")


async def test_a_tag_that_would_move_is_shown_first(shop: Demo) -> None:
    desk = FileDesk(shop, None, {"reference": "redis:7-alpine", "changes": ()})
    old = desk.image(REDIS)
    await COMMIT.act(desk, [desk.container("shop-app-1")])
    plan = desk.plan
    assert [item.target.ref for item in plan.items] == [REDIS]
    assert "no other tag leads to it" in plan.items[0].note
    assert plan.warnings == (f"{REDIS} leads to {old.short_id} now, and will lead to the new image.",)
    assert shop.connection.api.inspect_image(REDIS)["Id"] != old.id


def test_only_instructions_that_need_no_build_are_taken() -> None:
    assert check_change("ENV A=1") is None
    assert check_change('cmd ["sh"]') is None
    assert "begins with one of CMD," in (check_change("RUN make") or "")
    assert "needs something behind it" in (check_change("ENV ") or "")
