"""What becomes of images whose references are removed: which only lose a name, and which go with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tui.engine.archives import amount
from tui.engine.models import Image
from tui.engine.store import Store

MOST_NAMES = 3
"""So many names stand in a sentence, the rest is counted."""


class Fate(NamedTuple):
    """One reference that is removed, and what becomes of its image by that."""

    image: Image
    ref: str
    """What is sent to the Engine: a tag, a digest with its repository, or the id of an image without both."""
    goes: bool
    """Whether the image goes with it."""
    words: str
    refused: bool = False
    """Whether the Engine will not do it."""

    @property
    def name(self) -> str:
        """What a person calls it."""
        return self.image.short_id if self.ref == self.image.id else self.ref


def repository_of(reference: str) -> str:
    """The repository of a tag or a digest: "shop/web" of "shop/web:1" and of "shop/web@sha256:0c…"."""
    name, at, _ = reference.partition("@")
    return name if at else reference.rpartition(":")[0]


def fates(
    chosen: Sequence[Image], everything: Mapping[str, Image], store: Store, *, whole: bool = False
) -> list[Fate]:
    """What becomes of the chosen images, in the order in which it has to be done: names first.

    `everything` are the images by id, intermediate ones too. With `whole` every other reference of theirs
    goes as well. An untagged parent that nothing else is built on then goes along, as with `docker rmi`.
    """
    return _Foretold(chosen, everything, store, whole=whole).fates()


def other_names(chosen: Sequence[Image], everything: Mapping[str, Image], store: Store) -> int:
    """How many more references would have to go for the chosen images to go."""
    some, all_ = (fates(chosen, everything, store, whole=whole) for whole in (False, True))
    own = {fate.ref for fate in some}
    return sum(fate.image.id != fate.ref and fate.ref not in own for fate in all_)


def _wanted(image: Image) -> list[str]:
    """What has to be removed for a row; an image that only digests lead to may need each of them."""
    if image.references:
        return [image.key]
    several = len({repository_of(digest) for digest in image.digests}) > 1
    return list(image.digests) if several else [image.id]


def _remaining(image: Image, gone: Iterable[str]) -> list[str]:
    """The references left when these are gone; the last tag of a repository takes its digests along."""
    gone = set(gone)
    if image.id in gone:
        return []
    tags = [tag for tag in image.references if tag not in gone]
    lost = {repository_of(tag) for tag in image.references} - {repository_of(tag) for tag in tags}
    return tags + [one for one in image.digests if one not in gone and repository_of(one) not in lost]


def _others(image: Image, refs: Sequence[str]) -> list[str]:
    """What else has to be removed so that nothing leads to the image any more."""
    tags = [tag for tag in image.references if tag not in refs]
    return tags + _remaining(image, [*refs, *tags])


class _Foretold:
    """A removal played through: the Engine's own rules, on what is known of its images."""

    def __init__(
        self, chosen: Sequence[Image], everything: Mapping[str, Image], store: Store, *, whole: bool
    ) -> None:
        self._everything = everything
        self._store = store
        self._images = {image.id: everything.get(image.id, image) for image in chosen}
        self._refs: dict[str, list[str]] = {}
        for image in chosen:
            self._refs.setdefault(image.id, []).extend(_wanted(image))
        self.left = {ident: _remaining(self._images[ident], refs) for ident, refs in self._refs.items()}
        """By image id, the references that would still lead to it."""
        if whole:
            for ident, left in self.left.items():
                self._refs[ident] += _others(self._images[ident], self._refs[ident])
                left.clear()
        self._children: dict[str, set[str]] = {}
        for image in everything.values():
            self._children.setdefault(image.parent, set()).add(image.id)
        self._gone: set[str] = set()

    def fates(self) -> list[Fate]:
        """All of it in order."""
        ends = [ident for ident, left in self.left.items() if not left]
        # one with a child would only lose its name: children first
        ends.sort(key=self._generation, reverse=True)
        order = [ident for end in ends for ident in self._end(end)]
        names = [
            Fate(self._images[ident], ref, False, self._name_goes(ident))
            for ident, refs in self._refs.items()
            for ref in (refs if self.left[ident] else refs[:-1])
        ]
        return names + [self._fate(ident) for ident in order]

    def _end(self, ident: str) -> list[str]:
        """The images that the last reference of an image is about: itself, and steps that go along."""
        if self._users(ident) or self._built_on(ident):
            return [ident]
        order = [ident]
        self._gone.add(ident)
        parent = self._everything.get(self._image(ident).parent)
        while parent is not None and self._only_a_step(parent):
            self._gone.add(parent.id)
            order.append(parent.id)
            parent = self._everything.get(parent.parent)
        return order

    def _only_a_step(self, image: Image) -> bool:
        named = image.references or image.digests or image.id in self._refs
        return not (named or self._users(image.id) or self._built_on(image.id) or image.id in self._gone)

    def _built_on(self, ident: str) -> set[str]:
        return self._children.get(ident, set()) - self._gone

    def _generation(self, ident: str) -> int:
        parent, generation = self._everything.get(self._image(ident).parent), 0
        while parent is not None:
            parent, generation = self._everything.get(parent.parent), generation + 1
        return generation

    def _image(self, ident: str) -> Image:
        return self._images.get(ident) or self._everything[ident]

    # In words

    def _fate(self, ident: str) -> Fate:
        image = self._image(ident)
        ref = self._refs[ident][-1] if ident in self._refs else ident
        refused = bool(self._users(ident)) or (ref == ident and ident not in self._gone)
        return Fate(image, ref, ident in self._gone, self._last_goes(ident, ref), refused)

    def _name_goes(self, ident: str) -> str:
        # the digests of a tag's repository are no names of their own
        left = [name for name in self.left[ident] if "@" not in name] or self.left[ident]
        if ident in self._gone:
            return "the name goes, and the image with its last one"
        if not left:
            return "only the name goes"
        names = _listed([_short(name) for name in left])
        return f"only the name goes: the image stays, it is also called {names}{self._used(ident)}"

    def _last_goes(self, ident: str, ref: str) -> str:
        if users := self._users(ident):
            return f"refused while a container uses it: {_listed(users)}"
        if kept := self._built_on(ident):
            what = "refused" if ref == ident else "only the name goes: the image stays"
            return f"{what}, {_listed(self._descendants(kept))} is built on it"
        if ident not in self._refs:
            return "goes along: an untagged step that nothing else is built on"
        return f"the image goes{self._freed(ident)}"

    def _freed(self, ident: str) -> str:
        image, sizes = self._image(ident), self._store.image_sizes
        kin = _listed([_short(name) for name in self._ancestors(image)])
        if sizes is None or (shared := sizes.shared_by(image)) is None:
            return f"; what it shares with {kin} stays" if kin else ""
        stays = f", {amount(shared)} stay: shared{f' with {kin}' if kin else ''}" if shared else ""
        return f": {amount(image.size - shared)} freed{stays}"

    def _ancestors(self, image: Image) -> list[str]:
        """The nearest image below that has a name and stays."""
        parent = self._everything.get(image.parent)
        while parent is not None:
            if parent.references and parent.id not in self._gone:
                return list(parent.references)
            parent = self._everything.get(parent.parent)
        return []

    def _descendants(self, idents: Iterable[str]) -> list[str]:
        """What the images are called that are built on these, or that these are."""
        names: list[str] = []
        line = sorted(idents)
        while line:
            image = self._image(line.pop(0))
            children = self._built_on(image.id)
            names += image.references or ([] if children else [image.short_id])
            line += sorted(children) if not image.references else []
        return names

    def _used(self, ident: str) -> str:
        users = self._users(ident)
        return f"; used by {_listed(users)}" if users else ""

    def _users(self, ident: str) -> list[str]:
        containers = self._store.containers
        keys = self._store.uses.images.get(ident, ())
        return [f"{containers[key].name} ({containers[key].state})" for key in keys if key in containers]


def _short(reference: str) -> str:
    name, at, digest = reference.partition("@sha256:")
    return f"{name}{at}{digest[:12]}"


def _listed(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMES
    if more > 0:
        return f"{', '.join(names[:MOST_NAMES])} and {more} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
