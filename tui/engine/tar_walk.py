"""What is in a tar, header by header, as it comes in over a line: the contents are passed by or read once.

Several times as quick as the `tarfile` module, which makes an object of many fields for each entry.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

BLOCK = 512
PIECE = 256 * 1024
"""Bytes that are in memory at a time."""
LONGEST_HEADER = 1024 * 1024
"""Bytes that a long name, or the records in front of an entry, may have."""

_CHECKSUM = slice(148, 156)
_POSIX = b"ustar\0"


class TarError(Exception):
    """What came is no tar, or not all of one; the text says which."""


class FileKind(StrEnum):
    """What an entry is."""

    FILE = "file"
    HARD_LINK = "hard link"
    SYMLINK = "symlink"
    CHARACTER = "character device"
    BLOCK = "block device"
    FOLDER = "folder"
    FIFO = "fifo"


_KINDS = {
    b"1": FileKind.HARD_LINK,
    b"2": FileKind.SYMLINK,
    b"3": FileKind.CHARACTER,
    b"4": FileKind.BLOCK,
    b"5": FileKind.FOLDER,
    b"6": FileKind.FIFO,
}
"""By type flag; everything else has contents."""
_LONG_NAME, _LONG_LINK, _RECORDS, _COMMON_RECORDS, _SPARSE = b"L", b"K", (b"x", b"X"), b"g", b"S"


class Header(NamedTuple):
    """One entry of a tar."""

    path: str
    """As it stands there, without a slash at its end; undecodable bytes as surrogates."""
    kind: FileKind
    size: int
    """Bytes that the file has; 0 for what is none."""
    mode: int
    """The permission bits."""
    link: str
    """What a link leads to, else "". """
    stored: int
    """Bytes of contents that follow in the tar: less than `size` for a file with holes."""


class Source:
    """Bytes that can only be read forward."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._piece = b""
        self._at = 0
        self.position = 0
        """Bytes that were read or passed by."""

    def some(self, most: int) -> bytes:
        """The next bytes, at most so many; none at the end."""
        if self._at == len(self._piece):
            self._at, self._piece = 0, next(filter(None, self._pieces), b"")
        data = self._piece[self._at : self._at + most]
        self._at += len(data)
        self.position += len(data)
        return data

    def read(self, count: int) -> bytes:
        """The next bytes; fewer only at the end."""
        end = self._at + count
        if end <= len(self._piece):
            data = self._piece[self._at : end]
            self._at = end
            self.position += count
            return data
        parts = []
        while count and (data := self.some(count)):
            parts.append(data)
            count -= len(data)
        return b"".join(parts)

    def peek(self, count: int) -> bytes:
        """The next bytes, which stay to be read."""
        data = self.read(count)
        self._piece, self._at = data + self._piece[self._at :], 0
        self.position -= len(data)
        return data

    def skip(self, count: int) -> None:
        """Pass bytes by. Raises TarError when there are fewer."""
        if (end := self._at + count) <= len(self._piece):
            self._at = end
            self.position += count
            return
        while count:
            data = self.some(count)
            if not data:
                raise TarError("the archive ends in the middle")
            count -= len(data)

    def part(self, size: int) -> Iterator[bytes]:
        """The next `size` bytes, piece by piece. Raises TarError when there are fewer."""
        while size:
            data = self.some(min(size, PIECE))
            if not data:
                raise TarError("the archive ends in the middle")
            size -= len(data)
            yield data


def gunzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """What is packed by gzip, in one member or several. Raises TarError when it is damaged."""
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        for piece in pieces:
            data = piece
            while data:
                if unpacker.eof:
                    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
                yield unpacker.decompress(data, PIECE)
                data = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    except zlib.error as error:
        raise TarError(f"it is damaged: {error}") from error


def is_header(block: bytes) -> bool:
    """Whether a block begins an entry: its checksum says so."""
    if len(block) < BLOCK:
        return False
    try:
        told = _number(block[_CHECKSUM])
    except TarError:
        return False
    return told == sum(block) - sum(block[_CHECKSUM]) + 256


def walk(source: Source) -> Iterator[Header]:
    """The entries of a tar, one after the other. Raises TarError.

    What follows an entry may be read from the source until the next one is asked for, up to `stored` bytes.
    """
    common: dict[str, str] = {}
    own: dict[str, str] = {}
    name = link = ""
    while True:
        block = source.read(BLOCK)
        if not block.strip(b"\0"):
            # Go's writer and everybody else's end in such a block; an empty archive is nothing else
            return
        if not is_header(block):
            raise TarError("it is no tar" if len(block) == BLOCK else "the archive ends in the middle")
        flag, stored = block[156:157], _number(block[124:136])
        if flag in _RECORDS or flag in (_LONG_NAME, _LONG_LINK, _COMMON_RECORDS):
            data = _content(source, stored)
            if flag == _LONG_NAME:
                name = _text(data)
            elif flag == _LONG_LINK:
                link = _text(data)
            else:
                (common if flag == _COMMON_RECORDS else own).update(_records(data))
            continue
        header = _header(block, flag, stored, {**common, **own}, name, link)
        if flag == _SPARSE:
            header = _sparse(source, block, header)
        own, name, link = {}, "", ""
        begin = source.position
        yield header
        source.skip(begin + _padded(header.stored) - source.position)


def _header(block: bytes, flag: bytes, stored: int, records: dict[str, str], name: str, link: str) -> Header:
    """An entry by its block and what came in front of it."""
    path = name or _text(block[:100])
    if not name and block[257:263] == _POSIX and block[345]:
        path = f"{_text(block[345:500])}/{path}"
    link = link or _text(block[157:257])
    size = stored
    if records:
        path = records.get("GNU.sparse.name") or records.get("path") or path
        link = records.get("linkpath") or link
        stored = _decimal(records.get("size"), stored)
        size = _decimal(records.get("GNU.sparse.realsize") or records.get("GNU.sparse.size"), stored)
    kind = _KINDS.get(flag, FileKind.FILE)
    if flag in (b"0", b"\0") and path.endswith("/"):
        kind = FileKind.FOLDER  # as it was before there was a flag for it
    if kind is not FileKind.FILE:
        size = stored = 0
    linked = kind in (FileKind.HARD_LINK, FileKind.SYMLINK)
    return Header(
        path.rstrip("/"), kind, size, _number(block[100:108]) & 0o7777, link if linked else "", stored
    )


def _sparse(source: Source, block: bytes, header: Header) -> Header:
    """A file with holes as old GNU tars write it: the size it has stands elsewhere, its map may go on."""
    more = block[482]
    while more:
        more = source.read(BLOCK)[504:505] == b"\1"
    return header._replace(size=_number(block[483:495]))


def _content(source: Source, size: int) -> bytes:
    if size > LONGEST_HEADER:
        raise TarError("a name in it is too long")
    data = source.read(_padded(size))
    if len(data) < _padded(size):
        raise TarError("the archive ends in the middle")
    return data[:size]


def _padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def _text(data: bytes) -> str:
    return data.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _number(field: bytes) -> int:
    """A number in octal digits, or in base 256 where those were too few. Raises TarError."""
    if field[0] & 0x80:
        value = int.from_bytes(field, "big", signed=False) & ~(0x80 << 8 * (len(field) - 1))
        if field[0] == 0xFF:
            raise TarError("a number in it is below zero")
        return value
    digits = field.partition(b"\0")[0].strip()
    try:
        return int(digits, 8) if digits else 0
    except ValueError:
        raise TarError("it is no tar") from None


def _decimal(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 20 else otherwise


def _records(data: bytes) -> Iterator[tuple[str, str]]:
    """The records of a PAX header: "LENGTH KEY=VALUE" and a line end, the length in bytes of all of it."""
    at = 0
    while at < len(data) and data[at] != 0:
        space = data.find(b" ", at, at + 20)
        digits = data[at:space] if space > 0 else b""
        # isdigit of bytes knows no other digits than these
        if not digits.isdigit() or int(digits) <= space - at or at + int(digits) > len(data):
            raise TarError("a header in it cannot be read")
        end = at + int(digits)
        key, _, value = data[space + 1 : end - 1].partition(b"=")
        yield key.decode("utf-8", "surrogateescape"), value.decode("utf-8", "surrogateescape")
        at = end
