"""The files of an image, layer by layer: what each one added, changed and removed, and what it wasted."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from tui.engine.packages import Found, Package
from tui.engine.tar_walk import FileKind

MOST_ENTRIES = 500_000
"""Files of one image that are kept; what comes after them is only counted."""
LONGEST_PATH = 4096
"""Characters of a path, as Linux has it; longer ones are left out."""
WORST = 10
"""So many wastes are named."""

WHITEOUT, OPAQUE, OWN = ".wh.", ".wh..wh..opq", ".wh..wh."
"""How a layer says that a file, or all that was in a folder, is gone; other names of `OWN` say nothing."""


class Mark(StrEnum):
    """What a layer did to a path."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    SAME = "unchanged"
    """A folder that is only there because something in it is."""


class Entry(NamedTuple):
    """One path of a layer."""

    path: str
    """Without a slash in front."""
    kind: FileKind
    size: int
    """Bytes; of what was removed, all that went with it."""
    mode: int
    link: str


class Waste(NamedTuple):
    """Bytes of a layer that nobody sees: a later one has another file there, or none."""

    size: int
    path: str
    layer: int
    """Whose bytes they are; layers are counted from 0."""
    by: int
    """Which layer hid them."""
    mark: Mark
    """CHANGED or REMOVED."""


@dataclass(slots=True)
class Layer:
    """One layer of an image."""

    diff_id: str = ""
    line: str = ""
    """The Dockerfile line that made it; "" when nobody says."""
    note: str = ""
    """Why its files are not known, or not all."""
    entries: list[Entry] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    """One for each entry."""
    emptied: tuple[str, ...] = ()
    """Folders of which nothing was kept."""
    found: dict[str, Found] = field(default_factory=dict)
    """What the files that tell of software say, by path."""
    size: int = 0
    """Bytes of its files."""
    wasted: int = 0
    """How many of them no longer count."""
    counts: dict[Mark, int] = field(default_factory=dict)
    """How many files were added, changed, removed; folders are not counted."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in an image."""

    id: str
    layers: tuple[Layer, ...]
    wastes: tuple[Waste, ...]
    """The biggest ones, the biggest first."""
    packages: tuple[Package, ...]
    release: str
    """The name of the distribution; "" when the image does not say."""
    notes: tuple[str, ...]
    """What could not be read of its software."""
    entries: int
    """How many paths its layers have, also those that are not kept."""

    @property
    def size(self) -> int:
        """Bytes of all files of all layers."""
        return sum(layer.size for layer in self.layers)

    @property
    def wasted(self) -> int:
        """Bytes that no longer count."""
        return sum(layer.wasted for layer in self.layers)

    @property
    def complete(self) -> bool:
        """Whether all paths are kept."""
        return self.entries <= MOST_ENTRIES


class Node:
    """One path in a tree of files."""

    __slots__ = ("children", "entry", "layer", "mark", "size")

    def __init__(self) -> None:
        self.children: dict[str, Node] = {}
        self.entry: Entry | None = None
        """None for a folder that no layer names."""
        self.layer = 0
        """The layer that it is from."""
        self.mark = Mark.SAME
        self.size = 0
        """Bytes of it and all below it, once `measure` was called."""

    @property
    def folder(self) -> bool:
        """Whether others may be in it."""
        return bool(self.children) or self.entry is None or self.entry.kind is FileKind.FOLDER

    def at(self, path: str) -> Node | None:
        """The one at a path; None when there is none."""
        node: Node | None = self
        for name in path.split("/"):
            node = node.children.get(name) if node is not None else None
        return node

    def make(self, path: str) -> Node:
        """The one at a path, made with all above it when it is not there."""
        node = self
        for name in path.split("/"):
            below = node.children.get(name)
            if below is None:
                below = node.children[name] = Node()
            node = below
        return node

    def measure(self, *, biggest: bool = False) -> None:
        """Add up the sizes, and put what is in a folder in order: by name, folders first, or by size."""
        for node in reversed([self, *(node for _, _, node in walk_tree(self))]):
            leaf = node.entry if not node.children and node.mark is not Mark.REMOVED else None
            own = leaf.size if leaf is not None else 0
            node.size = own + sum(below.size for below in node.children.values())
            order = _by_size if biggest else _by_name
            node.children = dict(sorted(node.children.items(), key=order))


def _by_name(item: tuple[str, Node]) -> tuple[bool, str]:
    return not item[1].folder, item[0]


def _by_size(item: tuple[str, Node]) -> tuple[int, str]:
    return -item[1].size, item[0]


def walk_tree(
    root: Node, enters: Callable[[str], bool] = lambda path: True
) -> Iterator[tuple[str, int, Node]]:
    """Path, depth and node of all below a node, each before those in it; only what it `enters` is gone into.

    Without recursion: paths may be as deep as somebody liked to make them.
    """
    stack = [iter([("", -1, root)])]
    while stack:
        found = next(stack[-1], None)
        if found is None:
            stack.pop()
            continue
        path, depth, node = found
        if depth >= 0:
            yield found
        if node.children and (depth < 0 or enters(path)):
            front = f"{path}/" if path else ""
            stack.append(iter([(front + name, depth + 1, below) for name, below in node.children.items()]))


def matching(root: Node, text: str, most: int) -> Iterator[tuple[str, int, Node]]:
    """Those whose path has a text in it, in any case, each below the folders that it is in.

    When they are `most`, there may be more.
    """
    needle, left = text.lower(), most
    above: list[tuple[tuple[str, int, Node], bool]] = []
    for found in walk_tree(root):
        path, depth, _ = found
        # the folders that lead here, as far as they were not told before
        del above[depth:]
        above.append((found, False))
        if needle not in path.lower():
            continue
        for place, (one, told) in enumerate(above):
            if not told:
                yield one
                above[place] = (one, True)
                left -= 1
        if left <= 0:
            return


def layer_tree(layer: Layer) -> Node:
    """What one layer did."""
    root = Node()
    for entry, mark in zip(layer.entries, layer.marks, strict=True):
        node = root.make(entry.path)
        node.entry, node.mark = entry, mark
    root.measure()
    return root


def final_tree(layers: Sequence[Layer]) -> Node:
    """What a container of the image sees."""
    root = Node()
    for number, layer in enumerate(layers):
        for entry, mark in zip(layer.entries, layer.marks, strict=True):
            if mark is Mark.REMOVED:
                _cut(root, entry.path)
        for entry, mark in zip(layer.entries, layer.marks, strict=True):
            if mark is not Mark.REMOVED:
                node = root.make(entry.path)
                node.entry, node.layer = entry, number
                if entry.kind is not FileKind.FOLDER:
                    node.children = {}
    root.measure()
    return root


def _cut(root: Node, path: str) -> Node | None:
    """Take a path out of a tree, with all below it."""
    above, _, name = path.rpartition("/")
    node = root.at(above) if above else root
    return node.children.pop(name, None) if node is not None else None


class Fold:
    """Lays one layer on the other, and finds out what each did to those below it."""

    def __init__(self) -> None:
        self.root = Node()
        self.layers: list[Layer] = []
        self._wastes: list[Waste] = []
        self._shared: dict[tuple[int, str], list[int]] = {}
        """Of files with several names, how many of them there still are, and the bytes."""

    @property
    def wastes(self) -> tuple[Waste, ...]:
        """The biggest ones, the biggest first."""
        return tuple(sorted(self._wastes, reverse=True))

    def add(self, layer: Layer) -> None:
        """Lay a layer on top.

        Its marks, which told only what it removes, tell all then; there are entries for all that is gone.
        """
        number = len(self.layers)
        self.layers.append(layer)
        told = list(zip(layer.entries, layer.marks, strict=True))
        paths = [entry.path for entry, mark in told if mark is Mark.REMOVED]
        kept = [entry for entry, mark in told if mark is not Mark.REMOVED]
        for path in layer.emptied:
            folder = self.root.at(path) if path else self.root
            paths += [f"{path}/{name}".lstrip("/") for name in folder.children] if folder is not None else []
        removed = {path: self._removed(path, number) for path in paths}
        marks = [self._put(entry, number, again=removed.pop(entry.path, None) is not None) for entry in kept]
        layer.entries = [*removed.values(), *kept]
        layer.marks = [*[Mark.REMOVED] * len(removed), *marks]
        layer.size = sum(entry.size for entry in kept)
        layer.counts = dict.fromkeys((Mark.ADDED, Mark.CHANGED, Mark.REMOVED), 0)
        for entry, mark in zip(layer.entries, layer.marks, strict=True):
            if mark is Mark.REMOVED or (mark is not Mark.SAME and entry.kind is not FileKind.FOLDER):
                layer.counts[mark] += 1

    def _removed(self, path: str, number: int) -> Entry:
        node = _cut(self.root, path)
        kind = FileKind.FOLDER if node is not None and node.folder else FileKind.FILE
        if node is not None and node.entry is not None:
            kind = node.entry.kind
        return Entry(path, kind, self._drop(path, node, number, Mark.REMOVED), 0, "")

    def _put(self, entry: Entry, number: int, *, again: bool) -> Mark:
        """Put an entry in its place; `again` when the layer removed another one there before."""
        node = self.root.make(entry.path)
        before, mark = node.entry, Mark.CHANGED
        if entry.kind is FileKind.FOLDER and node.folder:
            if before is None or node.layer == number:
                mark = Mark.CHANGED if again else Mark.ADDED
            elif before.mode == entry.mode:
                mark = Mark.SAME
        elif before is None and not node.children:
            mark = Mark.CHANGED if again else Mark.ADDED
        else:
            self._drop(entry.path, node, number, Mark.CHANGED)
            node.children = {}
        node.entry, node.layer = entry, number
        if entry.kind is FileKind.HARD_LINK:
            self._share(entry.link, number)
        return mark

    def _share(self, path: str, number: int) -> None:
        """One more name for a file of the same layer."""
        owner = self.root.at(path)
        if owner is not None and owner.entry is not None and owner.layer == number:
            self._shared.setdefault((number, path), [1, owner.entry.size])[0] += 1

    def _drop(self, path: str, node: Node | None, by: int, mark: Mark) -> int:
        """Say of a path and all below it that its bytes are wasted; returns how many these are."""
        if node is None:
            return 0
        freed = self._free(path, node, by, mark)
        for below, _, each in walk_tree(node):
            freed += self._free(f"{path}/{below}", each, by, mark)
        return freed

    def _free(self, path: str, node: Node, by: int, mark: Mark) -> int:
        entry = node.entry
        if entry is None or entry.kind not in (FileKind.FILE, FileKind.HARD_LINK):
            return 0
        owner = entry.link if entry.kind is FileKind.HARD_LINK else path
        size, shared = entry.size, self._shared.get((node.layer, owner))
        if shared is not None:
            shared[0] -= 1
            size = 0 if shared[0] else shared[1]
        if size:
            self.layers[node.layer].wasted += size
            keep = heapq.heappush if len(self._wastes) < WORST else heapq.heappushpop
            keep(self._wastes, Waste(size, path, node.layer, by, mark))
        return size


def software(fold: Fold) -> tuple[tuple[Package, ...], str, tuple[str, ...]]:
    """The packages of an image, the name of its distribution, and what could not be read.

    Only such files count as are still there, each in its last version.
    """
    packages: dict[Package, None] = {}
    notes: dict[str, None] = {}
    release = ""
    for number, layer in enumerate(fold.layers):
        for path, found in layer.found.items():
            node = fold.root.at(path)
            if node is None or node.layer != number:
                continue
            packages.update(dict.fromkeys(found.packages))
            release = found.release or release
            if found.note:
                notes[found.note] = None
    ordered = sorted(packages, key=lambda one: (one.name.lower(), one.manager, one.version))
    return tuple(ordered), release, tuple(notes)
