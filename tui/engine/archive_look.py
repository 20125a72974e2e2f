"""Which images an archive holds, read from its own list without unpacking it."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import re
import tarfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from tui.engine.archives import PIECE, opened

MANIFEST = "manifest.json"
"""The list of images in what `docker save` writes."""
LONGEST_LIST = 4_000_000
"""Bytes of a list that are read; a longer one is nothing that Docker wrote."""
MOST_READ = 4_000_000_000
"""Bytes that are unpacked in search of the list."""
MOST_ENTRIES = 200_000
"""Entries of an archive that are gone through; Docker writes a handful for each layer."""
_PACKED: Mapping[bytes, Callable[[BinaryIO], Any]] = {
    b"\x1f\x8b": lambda file: gzip.GzipFile(fileobj=file),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}
_SIZE = re.compile(rb"(?:^|\n)\d+ size=(\d{1,18})\n")


@dataclass(frozen=True, slots=True)
class Kept:
    """One image of an archive."""

    id: str
    """As an Engine will call it, "sha256:…"; "" when the archive does not tell."""
    tags: tuple[str, ...]


class _Tar:
    """A tar, gone through entry by entry in little memory, whoever made it and whatever for."""

    def __init__(self, file: BinaryIO, stop: Callable[[], bool]) -> None:
        head = file.read(6)
        file.seek(0)
        packed = next((opener for magic, opener in _PACKED.items() if head.startswith(magic)), None)
        self._file: Any = packed(file) if packed is not None else file
        self._leaps = packed is None
        """What is not compressed can be gone through without reading what lies between."""
        self._stop = stop
        self._left = MOST_READ

    def find(self, name: str) -> bytes | None:
        """The content of the file of this name; None when there is none, or it is not to be looked for."""
        size: int | None = None
        for _ in range(MOST_ENTRIES):
            head = self._file.read(tarfile.BLOCKSIZE)
            if self._stop() or self._left <= 0 or head.count(0) == tarfile.BLOCKSIZE:
                return None
            entry = tarfile.TarInfo.frombuf(head, "utf-8", "surrogateescape")
            length, size = entry.size if size is None else size, None
            if length < 0:
                raise ValueError("an entry of less than no bytes")
            if entry.name == name and entry.isreg():
                return bytes(self._file.read(length)) if length <= LONGEST_LIST else None
            padding = -length % tarfile.BLOCKSIZE
            if entry.type == tarfile.XHDTYPE and length <= LONGEST_LIST:
                # it tells the size of what follows, when the entry's own field cannot hold it
                found = _SIZE.search(self._file.read(length))
                size = int(found[1]) if found else None
                self._skip(padding)
            else:
                self._skip(length + padding)
        return None

    def _skip(self, count: int) -> None:
        if self._leaps:
            self._file.seek(count, io.SEEK_CUR)
            return
        while count > 0 and self._left > 0 and not self._stop():
            read = len(self._file.read(min(count, PIECE)))
            if not read:
                raise EOFError("it ends in the middle")
            count -= read
            self._left -= read


def kept_in(path: Path, stop: Callable[[], bool]) -> tuple[Kept, ...] | None:
    """The images in a file that `docker save` wrote, plain or compressed.

    None when it lists none, or when `stop` became true or too much was read before the list came. Raises
    OSError when it cannot be read, tarfile.TarError when it is no tar.
    """
    with opened(path) as file:
        try:
            text = _Tar(file, stop).find(MANIFEST)
        except (ArithmeticError, EOFError, ValueError, zlib.error, lzma.LZMAError, gzip.BadGzipFile) as error:
            raise tarfile.ReadError(str(error)) from error
    return _kept(text) if text is not None else None


def _kept(text: bytes) -> tuple[Kept, ...] | None:
    with suppress(ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return tuple(
            Kept(_id(str(each.get("Config") or "")), tuple(map(str, each.get("RepoTags") or ())))
            for each in json.loads(text)
        )
    return None


def _id(config: str) -> str:
    """From "<digits>.json" of older Engines, or "blobs/sha256/<digits>"."""
    digits = config.rpartition("/")[2].removesuffix(".json")
    return f"sha256:{digits}" if len(digits) == 64 else ""
