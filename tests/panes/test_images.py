"""The images pane: one row an image, what is listed, patterns, digests and sizes."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.samples import an_image
from tests.stage import Stage, staged
from tui.engine.endpoint import Endpoint
from tui.engine.engine import Engine
from tui.engine.fleet import Fleet
from tui.engine.kinds import Kind
from tui.engine.models.image import ImageSizes
from tui.engine.scope import Scope
from tui.engine.store import Store
from tui.panes.arranged import Arranged
from tui.panes.folding import Folds
from tui.panes.images import IMAGES
from tui.panes.kind import ALONE, Fold
from tui.panes.overview import overview

NGINX = ("nginx:1.27-alpine", "nginx:latest", "web/nginx:1")


@pytest.fixture
async def images(stage: Stage) -> Stage:
    """The images of the demo, of which nginx has two tags more."""
    await several_tags(stage)
    return stage


async def several_tags(stage: Stage) -> None:
    for name in NGINX[1:]:
        repository, _, tag = name.rpartition(":")
        stage.docker.tag(NGINX[0], repository, tag)
    await stage.until(lambda: set(NGINX) <= set(stage.engine.store.images))
    await stage.press("2")
    await stage.go_to(NGINX[0])


def row(stage: Stage, words: str) -> str:
    """The line of the table with these words."""
    return next(line for line in stage.lines if words in line)


async def filter_by(stage: Stage, text: str) -> None:
    await stage.press("slash")
    await stage.type(text)
    await stage.press("enter")


def shown_of(stage: Stage, names: Iterable[str]) -> list[str]:
    return [name for name in stage.names if name in set(names)]


# Folding


async def test_an_image_with_several_tags_is_one_row(images: Stage) -> None:
    assert shown_of(images, NGINX) == [NGINX[0]]
    assert "1.27-alpine  +2 tags" in row(images, "1.27-alpine")


@pytest.mark.parametrize(("unfold", "fold"), [("x", "x"), ("right", "left")])
async def test_a_key_unfolds_it_and_another_or_the_same_folds_it(
    images: Stage, unfold: str, fold: str
) -> None:
    at = images.names.index(NGINX[0])
    await images.press(unfold)
    assert images.names[at : at + 3] == list(NGINX)
    assert "└ nginx" in row(images, "latest")
    assert row(images, "└ web/nginx").split() == ["└", "web/nginx", "1"]
    await images.press(fold)
    assert shown_of(images, NGINX) == [NGINX[0]]


async def test_folding_from_a_row_below_goes_to_the_image(images: Stage) -> None:
    await images.press("x", "j", "j")
    assert images.current == NGINX[2]
    await images.press("x")
    assert images.current == NGINX[0]
    assert shown_of(images, NGINX) == [NGINX[0]]


async def test_keys_for_folding_do_nothing_to_an_image_with_one_tag(images: Stage) -> None:
    await images.go_to("postgres:16")
    before = images.names
    await images.press("x", "right", "left")
    assert images.names == before


async def test_a_filter_that_fits_only_a_folded_tag_shows_that(images: Stage) -> None:
    await filter_by(images, "web/nginx")
    assert images.names == [NGINX[2]]
    assert "tag" not in row(images, "web/nginx").partition("web/nginx")[2].partition("▏")[0]
    await images.press("escape")
    assert shown_of(images, NGINX) == [NGINX[0]]


async def test_a_filter_folds_what_it_lets_through(images: Stage) -> None:
    await filter_by(images, "repository=nginx !web")
    assert images.names == [NGINX[0]]
    assert "+1 tag " in row(images, "1.27-alpine")


async def test_a_mark_is_the_tag_of_its_row_and_is_never_folded_away(images: Stage) -> None:
    await images.press("x")
    await images.go_to(NGINX[1])
    await images.press("space", "x")
    assert images.table.marks == {NGINX[1]}
    assert shown_of(images, NGINX) == list(NGINX[:2])
    assert "+1 tag " in row(images, "1.27-alpine")
    assert images.pane.hidden_marks == frozenset()
    assert [held.model.name for held in images.pane.chosen] == [NGINX[1]]


async def test_a_folded_row_stands_for_the_tag_that_it_shows(images: Stage) -> None:
    assert [held.model.name for held in images.pane.chosen] == [NGINX[0]]
    await images.press("d")
    await images.until(lambda: images.dialog == "PlanScreen")
    await images.until(lambda: "only the name goes" in images.text)
    assert "Untag nginx:1.27-alpine" in images.text
    await images.press("a")
    assert all(f"│ {name}" in images.text for name in NGINX)


async def test_rows_below_follow_their_image_in_every_order(images: Stage) -> None:
    await images.press("x")
    for keys in ("O", "o", "o", "o", "O", "o", "o"):
        await images.press(keys)
        at = min(images.names.index(name) for name in NGINX)
        assert set(images.names[at : at + 3]) == set(NGINX)


async def test_a_tag_that_goes_takes_its_row_along_and_leaves_the_cursor_on_the_image(images: Stage) -> None:
    images.docker.remove_image(NGINX[0])
    await images.until(lambda: NGINX[0] not in images.engine.store.images)
    await images.until(lambda: shown_of(images, NGINX) == [NGINX[1]])
    assert "latest  +1 tag " in row(images, "latest  +1")


async def test_a_tag_that_becomes_the_first_of_its_image_takes_the_cursor(images: Stage) -> None:
    images.docker.tag(NGINX[0], "aaa", "1")
    await images.until(lambda: "aaa:1" in images.names)
    assert images.current == "aaa:1"
    assert shown_of(images, NGINX) == []


def test_what_is_shown_again_in_another_place_is_known() -> None:
    folds = Folds(lambda key, model: model)
    models = {"a": "1", "b": "1", "c": "2"}
    assert list(folds.fold(list("abc"), models, ())) == ["a", "c"]
    assert (folds.place("a"), folds.place("c"), folds.head("b")) == (Fold(1), ALONE, "a")
    assert folds.away("b")
    assert folds.changed == {"a"}
    assert folds.turn("a", "1")
    assert not folds.turn("c", "2")
    assert list(folds.fold(list("cab"), models, ())) == ["c", "a", "b"]
    assert folds.changed == {"a", "b"}
    assert list(folds.fold(list("cab"), models, ())) == ["c", "a", "b"]
    assert folds.changed == frozenset()
    assert list(folds.fold(["c"], models, ())) == ["c"]
    assert folds.changed == {"a", "b"}


def test_the_same_image_on_two_engines_is_two_rows(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path)
    for name in ("a", "b"):
        engine = Engine(Endpoint(f"unix:///{name}.sock", name, "test"), tmp_path)
        engine.store.replace(Kind.IMAGE, [an_image(f"web:{tag}", "sha256:i") for tag in (1, 2)])
        fleet.take(engine)
    scope = Scope(lambda: fleet.engines, many=True)
    arranged = Arranged(IMAGES, scope)
    rows = arranged.rows(scope.of(Kind.IMAGE), (), None)
    names = [held.model.name for row in rows if (held := scope.held(Kind.IMAGE, row))]
    assert (names, [arranged.place(row) for row in rows]) == (["web:1", "web:1"], [Fold(1), Fold(1)])


async def test_ten_thousand_images_fold_and_unfold_quickly(stage: Stage) -> None:
    await stage.press("2")
    many = [an_image(f"shop/part:{n}", f"sha256:{n // 2:064}") for n in range(10_000)]
    began = time.perf_counter()
    stage.engine.store.replace(Kind.IMAGE, many)
    await stage.until(lambda: len(stage.table.keys) == 5_000)
    shown = time.perf_counter() - began
    await stage.press("g")
    began = time.perf_counter()
    stage.pane.action_fold()
    assert time.perf_counter() - began < 0.5
    assert shown < 3
    assert len(stage.table.keys) == 5_001


# What is listed


async def test_a_lists_all_images_then_the_dangling_ones_then_the_usual(images: Stage) -> None:
    usual = images.names
    await images.press("a")
    await images.until(lambda: "intermediate" in images.text and len(images.names) == len(usual) + 1)
    assert "docker images --all" in images.text
    assert any("/images/json?all=1" in line for line in images.requests)
    await images.press("a")
    await images.until(lambda: len(images.names) == 3)
    assert all(
        model is not None and model.dangling for model in map(images.pane.models.get, images.table.keys)
    )
    await images.press("a")
    assert images.names == usual
    assert "docker images" not in images.text


async def test_no_dangling_image_is_said(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.press("2")
        stage.engine.store.replace(Kind.IMAGE, [an_image("web:1", "sha256:i")])
        stage.pane.arranged.list_as("dangling")
        stage.pane.refresh_rows()
        await stage.until(lambda: "is listed. a lists others." in stage.text)


async def test_the_keys_of_the_images_pane_do_nothing_elsewhere(stage: Stage) -> None:
    before = stage.names
    await stage.press("x", "D", "left", "right")
    assert stage.names == before
    assert stage.dialog == "MainScreen"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("nginx:*", ["nginx:1.27-alpine", "nginx:latest"]),
        ("*:latest", ["nginx:latest", "shop/app:latest", "shop/tools:latest"]),
        ("web/*", ["web/nginx:1"]),
        ("tag=1.*", ["nginx:1.27-alpine", "shop/worker:1.8"]),
        ("tag=1.27", ["nginx:1.27-alpine"]),
        ("repository=shop/s", ["shop/search:2.15"]),
        ("used=shop-proxy", list(NGINX)),
        ("dangling=yes !alpine", ["5043a13d9058", "1a483173f5e3"]),
    ],
)
async def test_a_filter_takes_patterns_and_keys(images: Stage, text: str, names: list[str]) -> None:
    await images.press("x")
    await filter_by(images, text)
    assert images.names == names


async def test_a_digest_is_found(images: Stage) -> None:
    image = images.engine.store.images[NGINX[0]]
    await filter_by(images, f"digest={image.digests[0][:30]}")
    assert images.names == [NGINX[0]]


# Columns


async def test_digests_and_whole_ids_show_on_a_key_where_there_is_room(tmp_path: Path) -> None:
    async with staged(tmp_path, (139, 34)) as stage:
        await several_tags(stage)
        assert "DIGEST" not in stage.lines[2]
        await stage.press("D")
        image = stage.engine.store.images[NGINX[0]]
        assert "DIGEST" in stage.lines[2]
        line = row(stage, "1.27-alpine")
        assert image.digests[0].partition("@")[2][:18] in line
        assert f"{image.short_id}…" in line
        await stage.press("D")
        assert "DIGEST" not in stage.lines[2]


async def test_sizes_are_asked_for_on_a_key_only_and_say_when(images: Stage) -> None:
    assert "UNIQUE" not in images.text
    assert not any("/system/df" in line for line in images.requests)
    await images.press("u")
    await images.until(lambda: "UNIQUE" in images.lines[2])
    await images.until(lambda: "sizes of " in images.text)
    assert [line for line in images.requests if "/system/df" in line] == [
        f"GET /v{images.engine.connection.api.api_version}/system/df?type=image"
    ]
    sizes = images.engine.store.image_sizes
    assert sizes is not None
    image = images.engine.store.images[NGINX[0]]
    assert sizes.unique_to(image) == image.size - sizes.shared[image.id]


def test_sizes_stand_in_their_columns_and_unknown_ones_as_such() -> None:
    store = Store()
    one, two = an_image("web:1", "sha256:i"), an_image("web:2", "sha256:j")
    store.measured(ImageSizes(0, {"sha256:i": 200}))
    fields = IMAGES.shown(frozenset({"sizes"}))
    titles = [field.column.id for field in fields]
    texts = [
        dict(zip(titles, (str(cell.text) for cell in IMAGES.cells(model, store, 0, fields)), strict=True))
        for model in (one, two)
    ]
    assert [(cells["shared"], cells["unique"]) for cells in texts] == [("200B", "800B"), ("–", "–")]


# The overview


def facts_of(store: Store, name: str) -> list[tuple[str, str]]:
    return [(one.label, one.text) for one in overview(store.images[name], None, store, 120.0)]


def test_the_overview_names_what_an_image_is_built_on_and_what_on_it() -> None:
    store = Store()
    base, top = an_image("base:1", "sha256:b"), an_image("web:1", "sha256:w", parent="sha256:b")
    step = replace(an_image("", "sha256:s"), intermediate=True)
    store.replace(Kind.IMAGE, [base, top, step])
    assert ("built on", "base:1") in facts_of(store, "web:1")
    assert ("base of", "web:1") in facts_of(store, "base:1")
    assert ("tags", "none: it is a step that other images are built on") in facts_of(store, "sha256:s")


def test_the_overview_tells_sizes_once_they_were_asked_for_and_when_that_was() -> None:
    store = Store()
    store.replace(Kind.IMAGE, [an_image("web:1", "sha256:w"), an_image("web:2", "sha256:x")])
    assert not {"unique", "shared", "measured"} & dict(facts_of(store, "web:1")).keys()
    store.measured(ImageSizes(60.0, {"sha256:w": 400}))
    told = dict(facts_of(store, "web:1"))
    assert (told["unique"], told["shared"]) == ("600B go with it", "400B are in other images too")
    assert told["measured"].endswith("(1 min ago)")
    assert "unique" not in dict(facts_of(store, "web:2"))
