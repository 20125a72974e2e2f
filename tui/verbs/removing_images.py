"""Removing and pruning images: which names go, which images with them, and what that frees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.engine.jobs import Target
from tui.engine.kinds import Kind
from tui.engine.lines import docker
from tui.engine.models import Image
from tui.engine.plans import Choice, Item, Plan
from tui.engine.sight import seen
from tui.engine.store import Store
from tui.verbs.common import calling
from tui.verbs.image_fates import Fate, fates, other_names
from tui.verbs.unused import every_image, prunable_images
from tui.verbs.verb import Desk

if TYPE_CHECKING:
    from tui.engine.connection import Connection

Switches = Mapping[str, bool]


def _items(store: Store, foretold: Sequence[Fate]) -> tuple[Item, ...]:
    return tuple(
        Item(
            Kind.IMAGE, Target(fate.ref, fate.name), seen(store, fate.image), fate.words, _freed(store, fate)
        )
        for fate in foretold
    )


def _freed(store: Store, fate: Fate) -> int | None:
    """Bytes, as far as it was asked for: only the image's going frees any."""
    if not fate.goes:
        return 0
    return store.image_sizes.unique_to(fate.image) if store.image_sizes is not None else None


def _sizes(store: Store, foretold: Sequence[Fate], connection: Connection) -> Mapping[str, int]:
    """Bytes that go with each (GET /system/df), an estimate; the panes show from then on what is shared."""
    from tui.engine.lists import image_sizes

    sizes = image_sizes(connection, store.clock)
    store.measured(sizes)
    own = {fate.ref: sizes.unique_to(fate.image) if fate.goes else 0 for fate in foretold}
    # the Engine counts the layers of a step with the image that is built on it
    own |= {fate.ref: 0 for fate in foretold if fate.goes and fate.image.intermediate}
    return {ref: size for ref, size in own.items() if size is not None}


def _headline(foretold: Sequence[Fate]) -> str:
    """Untag or remove: two things that one command does."""
    going = sum(fate.goes for fate in foretold)
    names = [fate.name for fate in foretold if not (fate.goes or fate.refused)]
    if not names:
        return ""
    untag = f"Untag {names[0]}" if len(names) == 1 else f"Untag {len(names)} names"
    return f"{untag}, remove {going} image{'s' * (going > 1)}" if going else untag


def _typed(desk: Desk, items: Sequence[Item]) -> str:
    if not items or not desk.prod:
        return ""
    return items[0].target.name if len(items) == 1 else str(len(items))


async def remove_images(desk: Desk, models: Sequence[Image]) -> None:
    """Remove the chosen references: of an image with several that is one of them, unless all are wanted."""

    def build(on: Switches) -> Plan:
        foretold = fates(models, everything, desk.store, whole=on["names"])
        items = _items(desk.store, foretold)
        others = other_names(models, everything, desk.store)
        whose = "its" if len({model.id for model in models}) == 1 else "their"
        label = f"{whose} other names too ({others} more)"
        return Plan(
            "image.remove",
            "remove",
            items,
            docker("rmi", "--no-prune", *(item.target.name for item in items)),
            # what the plan does not list stays
            calling("remove_image", force=False, noprune=True),
            choices=(Choice("names", "a", label, on["names"]),) if others else (),
            typed=_typed(desk, items),
            headline=_headline(foretold),
            rebuild=build,
            measure=lambda connection: _sizes(desk.store, foretold, connection),
        )

    # the parents that lists hide decide what goes
    everything = await desk.read(every_image)
    await desk.confirm(build({"names": False}))


async def prune_images(desk: Desk, models: Sequence[Any]) -> None:
    """Remove the dangling images, or all that no container uses."""

    def build(on: Switches) -> Plan:
        unused = prunable_images(desk.store, every=on["all"])
        foretold = fates(unused, everything, desk.store)
        items = _items(desk.store, foretold)
        return Plan(
            "image.prune",
            "prune",
            items,
            docker("image", "prune", *["--all"] * on["all"]),
            calling("remove_image", force=False, noprune=True),
            choices=(Choice("all", "a", "all unused ones, not only dangling ones (--all)", on["all"]),),
            typed=_typed(desk, items),
            nothing="No dangling image is left." if not on["all"] else "A container uses every image.",
            rebuild=build,
            measure=lambda connection: _sizes(desk.store, foretold, connection),
        )

    everything = await desk.read(every_image)
    await desk.confirm(build({"all": False}))
