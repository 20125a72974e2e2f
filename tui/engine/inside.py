"""Looking into an image: its archive is read once as it comes in, and only what is in it is kept."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from posixpath import dirname, normpath
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import quote

from tui.engine.errors import EngineError
from tui.engine.history import dockerfile_line
from tui.engine.jobs import Job, Skip
from tui.engine.layers import (
    LONGEST_PATH,
    MOST_ENTRIES,
    OPAQUE,
    OWN,
    WHITEOUT,
    Contents,
    Entry,
    Fold,
    Layer,
    Mark,
    software,
)
from tui.engine.packages import LARGEST, reader_of, too_large
from tui.engine.tar_walk import BLOCK, PIECE, FileKind, Header, Source, TarError, gunzipped, is_header, walk
from tui.engine.transfer import STOPPED

if TYPE_CHECKING:
    from tui.engine.connection import Connection

KEPT = 4
"""So many images are remembered, the ones looked into last."""
LONGEST_TEXT = 4_000_000
"""Bytes of a description of the image; Docker writes some thousands."""
REPORT_SECONDS = 0.1
NEARLY = 0.99
"""The most that is said to be read: the archive is a little larger than the image."""
GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"

Value = TypeVar("Value")


class Shelf(Generic[Value]):
    """What was found out about images by jobs, and the jobs that are still at it; for all threads."""

    def __init__(self, weigh: Callable[[Value], int] = lambda value: 0, most: int = 0) -> None:
        """What is kept weighs at most so much together, unless it is just one."""
        self._weigh = weigh
        self._most = most
        self._kept: dict[str, Value] = {}
        self._under_way: dict[str, Job] = {}

    def get(self, key: str) -> Value | None:
        """What is known; None when nothing is."""
        return self._kept.get(key)

    def put(self, key: str, value: Value) -> None:
        """Remember something, and forget the oldest when there is too much."""
        others = {name: one for name, one in self._kept.items() if name != key}
        kept = list({**others, key: value}.items())[-KEPT:]
        while len(kept) > 1 and sum(self._weigh(one) for _, one in kept) > self._most:
            del kept[0]
        # in one step: no other thread sees half of it
        self._kept = dict(kept)

    def forget(self, key: str) -> None:
        """Find it out anew the next time."""
        self._kept.pop(key, None)

    def under_way(self, key: str) -> Job | None:
        """The job that is finding it out; None when none is."""
        return self._under_way.get(key)

    @contextmanager
    def finding(self, key: str, job: Job) -> Iterator[None]:
        """Have a job known as the one that finds it out, until it has ended."""
        self._under_way[key] = job
        try:
            yield
        finally:
            self._under_way.pop(key, None)


CONTENTS: Shelf[Contents] = Shelf(lambda contents: contents.entries, MOST_ENTRIES)
"""By image id; in memory each path takes some hundreds of bytes."""


def look_inside(job: Job, connection: Connection, image: str, ident: str, size: int) -> Contents:
    """Read an image (GET /images/{name}/get) and keep what is in it in `CONTENTS` under `ident`, its id.

    `size` is about how many bytes it has. Raises EngineError, or Skip when it was cancelled.
    """
    import requests

    from tui.engine.connection import cut

    path = f"/images/{quote(image, safe='/:@')}/get"
    with CONTENTS.finding(ident, job):
        answer = connection.ask("GET", path, stream=True, seconds=None)
        job.when_cancelled(lambda: cut(answer))
        try:
            with answer:
                contents = contents_of(_told(job, answer.iter_content(PIECE), size), ident)
        except (requests.RequestException, TarError) as error:
            if job.cancelled.is_set():
                raise Skip(STOPPED) from None
            if isinstance(error, TarError):
                raise EngineError(
                    f"the image cannot be read: {error}", advice="The Engine's own log may say why."
                ) from error
            raise
        CONTENTS.put(ident, contents)
    return contents


def _told(job: Job, pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The pieces, while the job says how many came. Raises Skip when it was cancelled."""
    from tui.engine.archives import amount

    began = told = time.monotonic()
    read = 0
    for piece in pieces:
        if job.cancelled.is_set():
            raise Skip(STOPPED)
        yield piece
        read += len(piece)
        now = time.monotonic()
        if now - told >= REPORT_SECONDS:
            told = now
            of = f" of about {amount(size)}" if size else ""
            rate = amount(read / (now - began))
            job.report(f"read {amount(read)}{of}, {rate}/s", min(read / size, NEARLY) if size else None)
    if job.cancelled.is_set():
        raise Skip(STOPPED)


def contents_of(pieces: Iterable[bytes], ident: str) -> Contents:
    """What is in the image of an archive that `docker save` writes. Raises TarError."""
    archive = _Archive()
    archive.read(Source(pieces))
    fold = Fold()
    for layer in archive.layers():
        fold.add(layer)
    packages, release, notes = software(fold)
    unread = tuple(
        f"layer {number}: {layer.note}" for number, layer in enumerate(fold.layers, 1) if layer.note
    )
    return Contents(
        ident, tuple(fold.layers), fold.wastes, packages, release, (*unread, *notes), archive.entries
    )


@dataclass(frozen=True, slots=True)
class _Description:
    """What the configuration of an image says of its layers."""

    diff_ids: tuple[str, ...]
    lines: tuple[str, ...]


class _Archive:
    """An archive on its way in: older Engines have a folder a layer, newer ones blobs as OCI has them."""

    def __init__(self) -> None:
        self.entries = 0
        self._layers: dict[str, Layer] = {}
        self._links: dict[str, str] = {}
        self._texts: dict[str, bytes] = {}

    def read(self, source: Source) -> None:
        """Read all of it. Raises TarError."""
        for header in walk(source):
            if header.kind is FileKind.FILE:
                self._take(header, source)
            elif header.link:
                # a layer that is there twice is a link the second time
                base = dirname(header.path) if header.kind is FileKind.SYMLINK else ""
                self._links[normpath(header.path)] = normpath(f"{base}/{header.link}".lstrip("/"))

    def layers(self) -> Iterator[Layer]:
        """The layers in their order, the lowest first. Raises TarError."""
        found = _json(self._texts.get("manifest.json", b""))
        entry = found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else None
        if entry is None:
            raise TarError("the archive lists no image")
        described = _described(_json(self._texts.get(normpath(str(entry.get("Config"))), b"")))
        paths = [normpath(str(path)) for path in entry.get("Layers") or ()]
        lines = described.lines if len(described.lines) == len(paths) else ("",) * len(paths)
        ids = described.diff_ids if len(described.diff_ids) == len(paths) else ("",) * len(paths)
        for path, diff_id, line in zip(paths, ids, lines, strict=True):
            layer = self._layers.get(self._links.get(path, path), Layer(note="it is not in the archive"))
            yield replace(layer, diff_id=diff_id, line=line)

    def _take(self, header: Header, source: Source) -> None:
        """What a file of the archive is shows in its first bytes: the list that tells may come last."""
        path, head = normpath(header.path), source.peek(min(header.stored, BLOCK))
        if is_header(head) or (len(head) == BLOCK and not any(head)):
            self._layers[path] = self._layer(source.part(header.stored))
        elif head.startswith(GZIP):
            self._layers[path] = self._layer(gunzipped(source.part(header.stored)))
        elif head.startswith(ZSTD):
            self._layers[path] = Layer(note="it is packed by zstd, which cannot be read here")
        elif head[:1] in (b"{", b"[") and header.stored <= LONGEST_TEXT:
            self._texts[path] = source.read(header.stored)

    def _layer(self, pieces: Iterable[bytes]) -> Layer:
        layer, source = Layer(), Source(pieces)
        emptied: list[str] = []
        try:
            for header in walk(source):
                self._enter(layer, header, source, emptied)
        except TarError as error:
            # when the whole archive ends here, who reads that will say so
            layer.note = str(error)
        layer.emptied = tuple(emptied)
        return layer

    def _enter(self, layer: Layer, header: Header, source: Source, emptied: list[str]) -> None:
        """Enter one file of a layer."""
        path = _inner(header.path)
        if not path or len(path) > LONGEST_PATH:
            return
        self.entries += 1
        above, slash, name = path.rpartition("/")
        mark = Mark.ADDED
        if name.startswith(WHITEOUT):
            if name == OPAQUE:
                emptied.append(above)
            if name.startswith(OWN) or name == WHITEOUT:
                return
            path, mark = f"{above}{slash}{name.removeprefix(WHITEOUT)}", Mark.REMOVED
        elif header.kind is FileKind.FILE and (reader := reader_of(path)) is not None:
            fits = header.stored <= LARGEST
            layer.found[path] = reader(source.read(header.stored)) if fits else too_large(path)
        if self.entries <= MOST_ENTRIES:
            link = _inner(header.link) if header.kind is FileKind.HARD_LINK else header.link
            layer.entries.append(Entry(path, header.kind, header.size, header.mode, link))
            layer.marks.append(mark)


def _inner(path: str) -> str:
    """A path as all layers write it: "./etc//passwd" is "etc/passwd"."""
    if path.startswith((".", "/")) or "//" in path or "/." in path:
        path = "/".join(part for part in path.split("/") if part not in ("", "."))
    return path


def _json(data: bytes) -> Any:
    """What a text of the archive says; None for one that is missing or broken."""
    try:
        return json.loads(data) if data else None
    except (ValueError, RecursionError):
        return None


def _described(config: Any) -> _Description:
    """The layers of a configuration, and the lines that made them."""
    if not isinstance(config, Mapping):
        return _Description((), ())
    root = config.get("rootfs")
    ids = root.get("diff_ids") if isinstance(root, Mapping) else None
    steps = [step for step in config.get("history") or () if isinstance(step, Mapping)]
    lines = [
        dockerfile_line(str(step.get("created_by") or "")) or str(step.get("comment") or "")
        for step in steps
        if not step.get("empty_layer")
    ]
    return _Description(tuple(map(str, ids or ())), tuple(lines))
