"""What a removal of images says of each name and image, and that the Engine then does just that."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest

from tests.verbs.test_removal import FakeApi, container, desk_of, images, refs, store_of, switched
from tui.demo import DemoEngine
from tui.demo import images as demo_images
from tui.demo.models import Refusal
from tui.demo.world import FIXED_NOW, World
from tui.engine.kinds import Kind
from tui.engine.models import Image
from tui.engine.models.image import ImageSizes, decode_every
from tui.engine.store import Store
from tui.verbs import removal
from tui.verbs.image_fates import Fate, fates


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


def image(
    ident: str, *tags: str, parent: str = "", digests: tuple[str, ...] = (), **more: Any
) -> dict[str, Any]:
    """An item of the Engine's list."""
    return {"Id": ident, "RepoTags": [*tags], "RepoDigests": [*digests], "ParentId": parent, **more}


class Harbour:
    """An Engine's images, and what becomes of them."""

    def __init__(self, *items: dict[str, Any], containers: tuple[Any, ...] = ()) -> None:
        every = decode_every(items)
        self.everything = {one.id: one for one in every}
        self.store = store_of(*containers, *(one for one in every if not one.intermediate))

    def told(self, *names: str, whole: bool = False) -> list[Fate]:
        """What is foretold when the images of these names, or ids, are chosen."""
        chosen = [self.store.images[name] for name in names]
        return fates(chosen, self.everything, self.store, whole=whole)

    def going(self, *names: str, whole: bool = False) -> list[str]:
        """What is sent, in order; with a star where the image goes with it."""
        return [f"{fate.ref}{'*' * fate.goes}" for fate in self.told(*names, whole=whole)]


def test_one_of_several_names_goes_and_the_image_stays() -> None:
    harbour = Harbour(
        image("i", "web:1", "web:2", "shop/web:1"), containers=(container("front", "running", image="i"),)
    )
    (fate,) = harbour.told("web:2")
    assert not fate.goes
    assert fate.words == (
        "only the name goes: the image stays, it is also called web:1 and shop/web:1; used by front (running)"
    )


def test_with_all_its_names_the_image_goes_last() -> None:
    harbour = Harbour(image("i", "web:1", "web:2", "shop/web:1"))
    assert harbour.going("web:2", "web:1", "shop/web:1") == ["web:2", "web:1", "shop/web:1*"]
    assert harbour.going("web:2", whole=True) == ["web:2", "web:1", "shop/web:1*"]
    assert harbour.told("web:2", whole=True)[0].words == "the name goes, and the image with its last one"


def test_names_go_before_any_image_does() -> None:
    harbour = Harbour(image("a", "a:1"), image("b", "b:1", "b:2"), image("c"))
    assert harbour.going("a:1", "b:1", "c") == ["b:1", "a:1*", "c*"]


def test_a_container_keeps_the_last_name_and_is_called_with_its_state() -> None:
    users = (container("front", "running", image="i"), container("old", "exited", image="i"))
    harbour = Harbour(image("i", "web:1"), containers=users)
    (fate,) = harbour.told("web:1")
    assert (fate.goes, fate.refused) == (False, True)
    assert fate.words == "refused while a container uses it: front (running) and old (exited)"


def test_a_child_keeps_the_image_although_its_name_goes() -> None:
    harbour = Harbour(
        image("base", "base:1"), image("step", parent="base"), image("top", "web:1", parent="step")
    )
    (fate,) = harbour.told("base:1")
    assert (fate.goes, fate.refused) == (False, False)
    assert fate.words == "only the name goes: the image stays, web:1 is built on it"


def test_children_go_before_their_parents_and_steps_between_go_along() -> None:
    harbour = Harbour(
        image("root"),
        image("base", "base:1", parent="root"),
        image("step", parent="base"),
        image("top", "web:1", parent="step"),
    )
    assert harbour.going("base:1", "web:1") == ["web:1*", "step*", "base:1*", "root*"]
    assert harbour.going("web:1") == ["web:1*", "step*"]


def test_a_step_that_another_image_is_built_on_stays() -> None:
    two = (image("one", "one:1", parent="step"), image("two", "two:1", parent="step"))
    harbour = Harbour(image("step"), *two)
    assert harbour.going("one:1") == ["one:1*"]
    assert harbour.going("one:1", "two:1") == ["one:1*", "two:1*", "step*"]


def test_a_step_that_a_container_uses_stays() -> None:
    harbour = Harbour(
        image("step"), image("top", "web:1", parent="step"), containers=(container("x", image="step"),)
    )
    assert harbour.going("web:1") == ["web:1*"]


def test_the_last_tag_of_a_repository_takes_its_digest_along_and_no_other() -> None:
    own = Harbour(image("i", "web:1", digests=("web@sha256:0c",)))
    assert own.going("web:1") == ["web:1*"]
    both = Harbour(image("i", "web:1", digests=("web@sha256:0c", "shop/web@sha256:0d")))
    (fate,) = both.told("web:1")
    assert fate.words == "only the name goes: the image stays, it is also called shop/web@sha256:0d"
    assert both.going("web:1", whole=True) == ["web:1", "shop/web@sha256:0d*"]


def test_an_image_that_only_digests_lead_to_goes_by_its_id_or_digest_by_digest() -> None:
    assert Harbour(image("i", digests=("web@sha256:0c",))).going("i") == ["i*"]
    several = Harbour(image("i", digests=("web@sha256:0c", "other@sha256:0c")))
    assert several.going("i") == ["web@sha256:0c", "other@sha256:0c*"]


def test_what_goes_and_what_stays_is_said_in_bytes_once_they_are_known() -> None:
    harbour = Harbour(
        image("base", "base:1", Size=80_000_000), image("top", "web:1", parent="base", Size=200_000_000)
    )
    assert harbour.told("web:1")[0].words == "the image goes; what it shares with base:1 stays"
    harbour.store.measured(ImageSizes(0, {"base": 80_000_000, "top": 80_000_000}))
    words = "the image goes: 120.0 MB freed, 80.0 MB stay: shared with base:1"
    assert harbour.told("web:1")[0].words == words


# The plan


async def test_the_plan_of_one_name_offers_the_others(api: FakeApi) -> None:
    api.all_images = [image("sha256:i", "a:1", "a:2", "b:1")]
    models = images(*api.all_images)
    desk = desk_of(api, store_of(*models))
    await removal.REMOVE_IMAGE.act(desk, models[:1])
    assert (desk.plan.headline, refs(desk.plan)) == ("Untag a:1", ["a:1"])
    assert desk.plan.line.masked() == "docker rmi --no-prune a:1"
    (choice,) = desk.plan.choices
    assert choice.label == "its other names too (2 more)"
    plan = switched(desk.plan, "names")
    assert plan.line.masked() == "docker rmi --no-prune a:1 a:2 b:1"
    assert plan.headline == "Untag 2 names, remove 1 image"


async def test_images_go_by_reference_and_never_by_force(api: FakeApi) -> None:
    api.all_images = [image("sha256:i", "a:1", "a:2"), image("sha256:u")]
    models = images(*api.all_images)
    desk = desk_of(api, store_of(*models))
    await removal.REMOVE_IMAGE.act(desk, models)
    assert desk.plan.line.masked() == "docker rmi --no-prune a:1 a:2 u"
    assert not desk.plan.choices
    assert api.called == [
        ("remove_image", ref, {"force": False, "noprune": True}) for ref in ("a:1", "a:2", "sha256:u")
    ]


async def test_a_prune_lists_the_parents_and_all_the_unused(api: FakeApi) -> None:
    api.all_images = [image("top", parent="middle"), image("middle", parent="bottom"), image("bottom")]
    desk = desk_of(api, store_of(*images(api.all_images[0])))
    await removal.PRUNE_IMAGES.act(desk, ())
    assert refs(desk.plan) == ["top", "middle", "bottom"]
    assert switched(desk.plan, "all").line.masked() == "docker image prune --all"
    assert [ref for _, ref, _ in api.called] == ["top", "middle", "bottom"]


async def test_intermediate_images_are_no_prunes_own_and_cannot_be_chosen(api: FakeApi) -> None:
    api.all_images = [image("top", "web:1", parent="step"), image("step")]
    every = decode_every(api.all_images)
    desk = desk_of(api, store_of(container("x", image="top"), *every))
    await removal.PRUNE_IMAGES.act(desk, ())
    assert refs(switched(desk.plan, "all")) == []
    assert [removal.REMOVE_IMAGE.applies(one, desk.store) for one in every] == [True, False]


async def test_bytes_stand_with_what_frees_them_and_the_panes_learn_them(api: FakeApi) -> None:
    api.all_images = [image("i", "a:1", Size=100), image("two", "b:1", "b:2", Size=50), image("u", Size=5)]
    api.usage = {
        "Images": [
            {"Id": "i", "SharedSize": 30},
            {"Id": "two", "SharedSize": -1},
            {"Id": "u", "SharedSize": 9},
        ]
    }
    models = images(*api.all_images)
    desk = desk_of(api, store_of(*models))
    await removal.REMOVE_IMAGE.act(desk, models)
    assert desk.plan.measure is not None
    assert desk.plan.measure(desk.connection) == {"a:1": 70, "b:1": 0, "u": 0}
    assert desk.store.image_sizes is not None
    assert desk.store.image_sizes.shared == {"i": 30, "u": 9}


# Played through on the demo, which answers as a real Engine does


def crowded(world: World) -> None:
    """Images with several names, and untagged ones."""
    app = world.image("shop/app:2.3.1")
    demo_images.tag(world, app, "registry.local/app", "2")
    demo_images.tag(world, world.image("node:22-alpine"), "node", "22")


def a_world() -> World:
    world = DemoEngine(seed=1, clock=lambda: FIXED_NOW).world
    crowded(world)
    return world


def known(world: World) -> tuple[dict[str, Image], Store]:
    """What Wharf knows of a world."""
    every = decode_every([demo_images.row(one, (1, 47)) for one in world.images.values()])
    users = [
        container(one.name, "running" if one.status == "running" else "exited", image=one.image_id)
        for one in world.containers.values()
    ]
    return {one.id: one for one in every}, store_of(*users, *(one for one in every if not one.intermediate))


@pytest.mark.parametrize("whole", [False, True])
def test_each_name_ends_as_it_was_foretold(whole: bool) -> None:
    _, store = known(a_world())
    for key in store.images:
        world = a_world()
        everything, store = known(world)
        for fate in fates([store.images[key]], everything, store, whole=whole):
            refused = False
            try:
                demo_images.remove(world, fate.ref, force=False, prune_parents=False)
            except Refusal:
                refused = True
            assert (fate.ref, refused) == (fate.ref, fate.refused)
            assert (fate.ref, fate.image.id not in world.images) == (fate.ref, fate.goes)


def test_all_that_can_go_at_once_goes_as_it_was_foretold() -> None:
    world = a_world()
    everything, store = known(world)
    foretold = fates(list(store.images.values()), everything, store)
    for fate in foretold:
        with pytest.raises(Refusal) if fate.refused else nullcontext():
            demo_images.remove(world, fate.ref, force=False, prune_parents=False)
    assert {fate.image.id for fate in foretold if fate.goes} == everything.keys() - world.images.keys()
    assert store.of(Kind.IMAGE)
